"""A mistake is named when its numbers say so, and only then."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.checks.compare import Mismatch, expect
from autograder.checks.plugin import Verdict
from autograder.checks.student import Call
from autograder.course import proof
from autograder.course.findings import Run, run_source
from autograder.course.proof import pairs_are_not_misnamed, pairs_of_mistakes
from autograder.grade import diagnosis
from autograder.grade.diagnosis import Diagnosis, in_common, mistake_module
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
    found = Diagnosis(STAGE)
    found(Verdict("1.5", name, "", "failed", 1.0), SimpleNamespace(student=SimpleNamespace(calls=list(calls)), seed=0))
    return found.found.get(name)


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


def test_a_function_that_fits_nothing_is_given_up(monkeypatch):
    """A submission that is wrong everywhere in its own way does not hold the grader."""
    made = []
    replay = diagnosis.replay
    monkeypatch.setattr(diagnosis, "replay", lambda calls, *rest: made.append(len(calls)) or replay(calls, *rest))
    source = with_function("_bptt = bptt\n\ndef bptt(*args):\n"
                           "    return {name: 1.1 * value + 0.01 for name, value in _bptt(*args).items()}\n")
    run = run_source(STAGE, source, only="1.6")
    failed = sum(result.verdict.outcome == "failed" for result in run.results)
    mistakes = sum(mistake.task == "1.6" for mistake in STAGE.mistakes())
    assert failed > 8 and run.named == {}
    assert sum(made) <= diagnosis.TRIES * mistakes + failed


def test_two_mistakes_at_once():
    """A few of the pairs that `verify` tries; the same ones each time; half of them within one task."""
    pairs = pairs_of_mistakes(STAGE, 6)
    assert pairs == pairs_of_mistakes(STAGE, 6) and len(pairs) == 6
    assert sum(one.task == other.task for one, other in pairs) == 3
    finding = pairs_are_not_misnamed(STAGE, 6)
    assert finding.holds and finding.measured.startswith("6 pairs")


def test_a_misnamed_pair_is_found(monkeypatch):
    """The gate can fail."""
    monkeypatch.setattr(proof, "run_source", lambda *_, **__: Run([], {"a_test": "some-other-mistake"}))
    finding = pairs_are_not_misnamed(STAGE, 2)
    assert not finding.holds and "together are taken for some-other-mistake" in finding.problems[0]


RIGHT = np.random.default_rng(7).normal(size=(4, 3))


@pytest.mark.parametrize("got, words", [
    (RIGHT.T, ": it is the transpose of the right one"), (-RIGHT, ": its sign is wrong"),
    (0 * RIGHT, ": it is zero everywhere"),
    (RIGHT / 4, ": it is 0.25 times the right one"), (-1e-3 * RIGHT, ": it is -0.001 times the right one"),
    (RIGHT * np.array([1, 2, 1, 1])[:, None], ": only index 1 of the first axis is wrong"),
    (RIGHT + 0.1, " has the wrong value (12 of 12 entries are off)"), (RIGHT[:2], " has the wrong shape"),
], ids=["transposed", "sign", "zero", "factor", "negative factor", "one row", "anything", "shape"])
def test_where_nothing_fits_the_message_says_which_property_failed(got, words):
    """In its first line, which is told of hidden tests too; nothing is said that does not hold."""
    with pytest.raises(Mismatch) as caught:
        expect(got, RIGHT, "dL_dW_x")
    assert str(caught.value).splitlines()[0].endswith(words)


def test_a_property_is_seen_whatever_the_scale():
    """The squares of these numbers do not fit into a float."""
    for scale in (1e-180, 1e200):
        with pytest.raises(Mismatch, match="it is 2 times the right one"):
            expect(2 * scale * RIGHT, scale * RIGHT, "norms", atol=0.0)
