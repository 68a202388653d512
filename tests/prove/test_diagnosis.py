"""A mistake is named when its numbers say so, and only then."""

import copy
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.checks.compare import Mismatch, expect
from autograder.checks.student import Call, ModuleProxy
from autograder.checks.suite import Verdict
from autograder.grade.diagnosis import naming as diagnosis
from autograder.grade.diagnosis.naming import Diagnosis, in_common, leading_to, mistake_module
from autograder.grade.diagnosis.replay import chain, question, replay
from autograder.prove import proof
from autograder.prove.gate_result import run_source
from autograder.prove.proof import pairs_are_not_misnamed, pairs_of_mistakes
from tests.classroom import SOLUTION, STAGE, with_function

MISTAKES = {mistake.id: mistake for mistake in STAGE.mistakes()}


def example(units=3):
    """Params, x, y, h and y_hat of a random problem with four steps."""
    rng = np.random.default_rng(3)
    params = {"W_x": rng.normal(size=(units, 2)), "W_h": rng.normal(size=(units, units)),
              "b": rng.normal(size=units), "W_y": rng.normal(size=(4, units))}
    x, y = rng.normal(size=(4, 2)), rng.integers(4, size=4)
    h, _, y_hat = STAGE.reference().forward(params, x, rng.uniform(-1, 1, units))
    return params, x, y, h, y_hat


def diagnosed(*calls, name="a_test"):
    """What is said of a failed test of task 1.5 that made these calls."""
    return told(**{name: calls}).get(name)


def told(**tests):
    """What is said of the failed tests of task 1.5 that made these calls."""
    diagnose = Diagnosis(STAGE)
    for name, calls in tests.items():
        backend = SimpleNamespace(student=SimpleNamespace(calls=list(calls)), seed=0)
        diagnose(Verdict("1.5", name, "", "failed", 1.0), backend)
    return diagnose.found


@pytest.fixture
def made_again(monkeypatch):
    """The calls that were made again, one after the other."""
    calls = []
    replay = diagnosis.replay

    def noting(again, *rest):
        for call, outcome in zip(again, replay(again, *rest), strict=True):
            calls.append(call)
            yield outcome

    monkeypatch.setattr(diagnosis, "replay", noting)
    return calls


def call(function, value, *args):
    """A call of `function` that returned this."""
    return Call(function, args, {}, value)


def test_a_mistake_shows_in_a_function_that_calls_it():
    """term leaves out the long factor; dL_dW_x sums what it returns."""
    args = (*example(), 4)
    mistake = MISTAKES["term-without-long-factor"]
    value = mistake_module(STAGE, mistake).dL_dW_x(*args)
    assert diagnosed(call("dL_dW_x", value, *args)) == (mistake.id, f"{mistake.title}\n{mistake.hint}")


def test_rounding_does_not_hide_a_mistake():
    """Another order of summation changes the last digits."""
    args = (*example(), 4)
    value = mistake_module(STAGE, MISTAKES["term-without-long-factor"]).dL_dW_x(*args) * (1 + 1e-13)
    assert diagnosed(call("dL_dW_x", value, *args))[0] == "term-without-long-factor"


@pytest.mark.parametrize("change", [
    lambda v: v, lambda v: 1.1 * v, lambda v: v + 1e-3, lambda v: v[::-1], lambda v: None])
def test_a_right_value_and_noise_have_no_name(change):
    """Neither the reference's value, nor one that fits nothing."""
    args = (*example(), 4)
    assert diagnosed(call("dL_dW_x", change(STAGE.reference().dL_dW_x(*args)), *args)) is None


@pytest.mark.parametrize("title, said", [
    ("Another title.", "{hint}"),                   # one hint, two titles
    ("{title}", "{title}\n{hint}"),                 # the same text
])
def test_what_fits_several_is_told_what_their_texts_share(monkeypatch, title, said):
    """No mistake is named, for it may be either."""
    args = (*example(), 4)
    mistake = MISTAKES["term-without-long-factor"]
    title, hint = title.format(title=mistake.title), "Count the factors."
    twins = (replace(mistake, hint=hint), replace(mistake, id="a-twin", title=title, hint=hint))
    monkeypatch.setattr(type(STAGE), "mistakes", lambda stage: twins)
    value = mistake_module(STAGE, mistake).dL_dW_x(*args)
    said = said.format(title=mistake.title, hint=hint)
    assert diagnosed(call("dL_dW_x", value, *args)) == ("", said)
    monkeypatch.setattr(type(STAGE), "mistakes", lambda stage: (twins[0], replace(twins[1], title="A.", hint="B.")))
    assert diagnosed(call("dL_dW_x", value, *args)) is None


def test_what_two_texts_have_in_common():
    """Sentence by sentence, the first one as the title."""
    one, other = (SimpleNamespace(title=title, hint=hint) for title, hint in (
        ("A factor is missing.", "Count them. Which is the last?"),
        ("A factor is twice there.", "Count them. Look\nat h_1.")))
    assert in_common([one, other]) == "Count them."
    assert in_common([one, one]) == "A factor is missing.\nCount them. Which is the last?"
    assert in_common([one, SimpleNamespace(title="Another.", hint="Nothing alike.")]) == ""
    assert in_common([]) == ""


def test_a_right_answer_costs_nothing(monkeypatch):
    """Nothing is made again while every test passes."""
    monkeypatch.setattr(diagnosis, "replay", lambda *_: pytest.fail("a call was made again"))
    assert run_source(STAGE, SOLUTION).named == {}


def test_a_function_that_fits_nothing_is_given_up(made_again):
    """A submission that is wrong everywhere in its own way does not hold the grader."""
    source = with_function("_bptt = bptt\n\ndef bptt(*args):\n"
                           "    return {name: 1.1 * value + 0.01 for name, value in _bptt(*args).items()}\n")
    run = run_source(STAGE, source, only="1.6")
    failed = sum(result.verdict.outcome == "failed" for result in run.results)
    mistakes = sum(mistake.task == "1.6" for mistake in STAGE.mistakes())
    assert failed > 8 and run.named == {}
    assert len(made_again) <= diagnosis.TRIES * mistakes + 2 * failed  # once more for what the values have in common


def test_what_is_large_waits_for_what_is_small(made_again):
    """A name is looked for in a small test first, and a large one need agree with that name alone, made again once each."""
    mistake = MISTAKES["term-without-long-factor"]
    small, large = ((*example(units), 4) for units in (3, 40))
    calls = [call("dL_dW_x", mistake_module(STAGE, mistake).dL_dW_x(*args), *args) for args in (small, large)]
    assert diagnosis.size(large) > diagnosis.SMALL > diagnosis.size(small)
    assert list(told(first=[calls[1]], then=[calls[0]])) == ["then"]
    assert sum(again.args[0] is small[0] for again in made_again) > sum(again.args[0] is large[0] for again in made_again) == 2
    assert list(told(first=[calls[1]])) == ["first"]


def test_a_function_with_a_name_is_not_looked_at_again(made_again):
    """But for whether it agrees with that name. One of the same task that is wrong in another way still is looked at."""
    first, then = example(3), example(2)
    wrong = mistake_module(STAGE, MISTAKES["sum-starts-at-zero"])
    other = mistake_module(STAGE, MISTAKES["total-is-a-mean"])
    one = call("dL_dW_x", wrong.dL_dW_x(*first, 4), *first, 4)
    two = [call("dLtotal_dW_x", other.dLtotal_dW_x(*then), *then), call("dL_dW_x", wrong.dL_dW_x(*then, 4), *then, 4)]
    assert [name for name, _ in told(one=[one], two=two).values()] == ["sum-starts-at-zero", "total-is-a-mean"]
    assert sum(again.name == "dL_dW_x" and again.args[0] is then[0] for again in made_again) == 2


def made_by(name):
    """A call that made an object, and the object."""
    maker = Call(name, (), {})
    maker.value = ModuleProxy(None, object(), maker)
    return maker, maker.value


def test_a_call_builds_on_those_that_share_an_object_with_it():
    """Through whatever holds it, and through an object that another one was given."""
    (make_a, a), (make_b, b), (make_c, c) = map(made_by, "abc")
    train_a = Call("train", ([{"model": a}],), {})
    couple = Call("couple", (a, b), {})
    calls = [make_a, make_b, make_c, train_a, Call("f", (1.0,), {}), couple, Call("c", (), {}, on=c, method="__call__"),
             Call("b", (), {}, on=b, method="__call__"), Call("train", (b,), {})]
    assert chain(calls, 3) == [0, 3]
    assert chain(calls, 4) == [4]
    assert chain(calls, 6) == [2, 6]
    assert chain(calls, 7) == [0, 1, 3, 5, 7]
    figure = object()
    drawn = [Call("axes", (), {}, figure, method="axes"), Call("plot", (figure,), {}), Call("plot", (object(),), {}),
             Call("plot", (figure,), {}, {}, method="read")]
    assert chain(drawn, 3) == [0, 1, 3]


def test_calls_of_an_object_are_in_question_through_what_was_done_with_it():
    """Until they have a name themselves; one that nothing was done with is not."""
    (make_a, a), (make_b, b) = map(made_by, "ab")
    calls = [make_a, make_b, Call("train", (a,), {}), *(Call(o.type_name, (), {}, on=o, method="__call__") for o in (a, b))]
    diagnose = Diagnosis(STAGE)
    assert diagnose._in_question(calls, {"train"}) == [2, 3]
    diagnose._settled.add("a")
    assert diagnose._in_question(calls, {"train"}) == [2]


def test_what_makes_objects_is_made_again_since_it_draws_numbers():
    """But not what was done with other objects, nor anything before a call that builds on none."""
    (make_a, a), (make_b, b) = map(made_by, "ab")
    calls = [make_a, Call("train", (a,), {}), make_b, Call("train", (b,), {}), Call("f", (1.0,), {})]
    assert leading_to(calls, 3, {"train"}) == [0, 2, 3]
    assert leading_to(calls, 4, {"train"}) == [4]


def test_what_was_asked_of_an_object_is_not_asked_again():
    """Unless its class is what is graded: that may remember the question."""
    maker, a = made_by("a")
    ask, load = (Call("a", (), {}, on=a, method=method) for method in ("__call__", "load_state_dict"))
    calls = [maker, ask, load, ask, ask]
    assert leading_to(calls, 4, {"train"}) == [0, 2, 4]
    assert leading_to(calls, 4, {"a"}) == [0, 1, 2, 3, 4]


def test_nothing_is_made_again_before_it_is_asked_for():
    """What comes after the wrong call of a test costs nothing."""
    seen = []
    outcomes = replay([Call("f", (1.0,), {}), Call("f", (2.0,), {})], SimpleNamespace(f=seen.append), 0)
    assert seen == [] and next(outcomes).value is None
    assert seen == [1.0]


def test_what_was_asked_before_is_answered_from_memory(made_again):
    """The gates diagnose hundreds of programs whose tests ask the same; another argument is another question."""
    params, x, y, h, y_hat = example()
    wrong = Call("bptt", (params, x, y, h, y_hat), {}, {name: 2 * value for name, value in params.items()})
    same, other = replace(wrong, args=copy.deepcopy(wrong.args)), replace(wrong, args=(params, x, y, -h, y_hat))
    known = {}
    for again in (wrong, same, other):
        before = len(made_again)
        diagnose = Diagnosis(STAGE, known)
        diagnose(Verdict("1.6", "a_test", "", "failed", 1.0), SimpleNamespace(student=SimpleNamespace(calls=[again]), seed=0))
        assert diagnose.names == {}
        assert (len(made_again) > before) == (again is not same)


def test_a_question_has_all_that_decides_the_outcome():
    """Objects by their place among the calls, arrays by their numbers; a function of a test can be told from no other."""
    def asked(by, x):
        make, made = made_by("a")
        return question([make, Call("train", (made, x), {}), Call("a", (x,), by, on=made, method="__call__")])

    ones = np.ones(3)
    assert asked({}, ones) == asked({}, ones.copy()) is not None
    assert len({asked({}, ones), asked({"by": 1}, ones), asked({}, 2 * ones), asked({}, ones[:2])}) == 4
    assert asked({"by": lambda: 1}, ones) is None


def test_two_mistakes_at_once():
    """A few of the pairs that `verify` tries; the same ones each time; half of them within one task."""
    pairs = pairs_of_mistakes(STAGE, 6)
    assert pairs == pairs_of_mistakes(STAGE, 6) and len(pairs) == 6
    assert sum(one.task == other.task for one, other in pairs) == 3
    finding = pairs_are_not_misnamed(STAGE, 6)
    assert finding.holds and finding.measured.startswith("6 pairs")


def test_a_misnamed_pair_is_found(monkeypatch):
    """The gate can fail."""
    monkeypatch.setattr(proof, "_names", lambda *_: {"some-other-mistake"})
    finding = pairs_are_not_misnamed(STAGE, 2)
    assert not finding.holds and "together are taken for some-other-mistake" in finding.problems[0]


RIGHT = np.random.default_rng(7).normal(size=(4, 3))


@pytest.mark.parametrize("got, words", [
    (RIGHT.T, ": it is the transpose of the right one"), (-RIGHT, ": its sign is wrong"),
    (0 * RIGHT, ": it is zero everywhere"),
    (RIGHT / 4, ": it is 0.25 times the right one"), (-1e-3 * RIGHT, ": it is -0.001 times the right one"),
    (RIGHT * np.array([1, 2, 1, 1])[:, None], ": all that is wrong is at index 1 of the first axis"),
    (RIGHT + 0.1, " has the wrong value (12 of 12 entries are off)"), (RIGHT[:2], " has the wrong shape"),
    (RIGHT.astype(np.float32).astype(float), ": to about six digits it is right: is anything rounded to float32, or an "
                                             "epsilon added to it?"),
    (RIGHT * (1 - 1e-6), ": it is 1 - 1e-06 times the right one"),
], ids=["transposed", "sign", "zero", "factor", "negative factor", "one row", "anything", "shape", "float32", "near 1"])
def test_where_nothing_fits_the_message_says_which_property_failed(got, words):
    """In its first line, which is told of hidden tests too; nothing is said that does not hold."""
    with pytest.raises(Mismatch) as caught:
        expect(got, RIGHT, "dL_dW_x")
    assert str(caught.value).splitlines()[0].endswith(words)


def test_one_number_that_is_nearly_right_is_told_so():
    """And one that is small beside others is not, unless it is near by itself."""
    with pytest.raises(Mismatch, match="to about six digits it is right"):
        expect(np.float32(0.8788898309), 0.8788898309, "L_t")
    for wrong in (0.0, 2e-12):
        with pytest.raises(Mismatch) as caught:
            expect(np.array([1.0, wrong]), np.array([1.0, 1e-12]), "norms", atol=0.0)
        assert "six digits" not in str(caught.value)


def test_a_property_is_seen_whatever_the_scale():
    """The squares of these numbers do not fit into a float."""
    for scale in (1e-180, 1e200):
        with pytest.raises(Mismatch, match="it is 2 times the right one"):
            expect(2 * scale * RIGHT, scale * RIGHT, "norms", atol=0.0)
