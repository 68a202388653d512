"""Hints at home: shown for a known mistake and for nothing else, and the file gives nothing away."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from autograder.checks.hints import Hints, Rounding, agreed, fingerprints, mixed, read_hints
from autograder.checks.student import Call
from autograder.grade.diagnosis.replay import agrees
from autograder.prove import proof
from autograder.prove.proof import hints_are_right
from autograder.publish import hints as course_hints
from autograder.publish.hints import DOUBLE, SINGLE, make_hints, public_calls, tell_the_same
from autograder.stages import find_stage
from tests.classroom import SOLUTION, STAGE, run, with_function

MISTAKES = {mistake.id: mistake for mistake in STAGE.mistakes()}


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place."""
    return shutil.copytree(handout, tmp_path / "1-bptt")


def printed(bare_python, folder, source, *arguments):
    """What the public tests say of a file, in a fresh process on a machine without the kit."""
    (folder / STAGE.info.file).write_text(source, encoding="utf-8")
    return run(bare_python, "-m", "pytest", *arguments, cwd=folder).stdout


@pytest.mark.parametrize("mistake", ["bptt-no-carry", "dL-dyhat-sign", "long-factor-in-reverse-order"])
def test_a_known_mistake_is_told_at_home(bare_python, folder, mistake):
    """Title and what to look at, once."""
    known = MISTAKES[mistake]
    said = printed(bare_python, folder, known.source, "--task", known.task)
    assert said.count(f"Hint: {known.title}") == 1
    assert " ".join(known.hint.split()) in " ".join(said.split())


def test_no_hint_for_right_answers_nor_for_what_is_not_known(bare_python, folder):
    """Nor for a value that is wrong in a way of its own."""
    assert "Hint" not in printed(bare_python, folder, SOLUTION)
    said = printed(bare_python, folder, with_function("def dL_dyhat(y_hat_t, y_t):\n    return 0.7 * y_hat_t\n"))
    assert "failed" in said and "Hint" not in said


def test_the_file_gives_nothing_away(handout):
    """No text of a mistake, no line of code, no number but those of the rounding; the same bytes each time."""
    path = handout / "checks" / "hints.json"
    text = path.read_text(encoding="utf-8")
    for mistake in STAGE.mistakes():
        assert mistake.title not in text and mistake.id not in text
    data = json.loads(text)
    assert set(data) == {"bits", "noise", "salt", "entries", "texts"}
    assert all(set(name) <= set("0123456789abcdef") and len(name) == 16 for name in data["entries"])
    assert make_hints(STAGE).as_json() == text == read_hints(path).as_json()
    assert len(text) < 200_000


def a_hint(value, rounding=DOUBLE, text="Look."):
    """Hints that know one wrong value of `f` in `a_test`."""
    from autograder.publish.hints import _add

    hints = Hints(rounding, "salt")
    (prints,) = fingerprints("salt", "a_test", [Call("f", (), {}, value)], rounding)
    _add(hints, {}, prints[0], text)
    return hints


def test_rounding_noise_does_not_matter_and_a_real_difference_does():
    """Whatever the numbers, those on the edge between two roundings too."""
    rng = np.random.default_rng(5)
    for rounding, noise, other in ((DOUBLE, 1e-12, 1e-3), (SINGLE, 1e-7, 0.2)):
        for _ in range(200):
            value = rng.standard_normal((3, 2)) * 10.0 ** rng.integers(-30, 30)
            value[0, 0] = rng.choice([0.0, value[0, 0], 0.5])
            near = value * (1 + noise * rng.standard_normal(value.shape))
            far = value * (1 + other * rng.choice([-1, 1], value.shape) * rng.uniform(1, 2, value.shape))
            hints = a_hint(value, rounding)
            assert hints.look_up("a_test", [Call("f", (), {}, near)]) == ("Look.",)
            assert hints.look_up("a_test", [Call("f", (), {}, far)]) == ()
            assert hints.look_up("a_test", [Call("f", (), {}, value.T)]) == ()
            assert hints.look_up("another_test", [Call("f", (), {}, value)]) == ()


def test_an_edge_is_met_by_both_roundings():
    """A number right on the edge: its neighbours on either side are the same to the look-up."""
    rounding = Rounding(bits=4, noise=1e-6)
    edge = 2.0 ** ((17 - 0.3819660112501051) / 16)  # its logarithm lies between two steps
    hints = a_hint(edge * (1 + 1e-9), rounding)
    assert hints.look_up("a_test", [Call("f", (), {}, edge * (1 - 1e-9))]) == ("Look.",)


VALUES = (None, True, False, "text", "words", (1.0, None), (1.0, 2.0), {"a": np.ones(2), "b": [1, 2]},
          {"a": np.ones(2), "b": [1, 3]}, np.array([np.nan, 1, -np.inf]), np.array([np.nan, 1, np.inf]),
          np.zeros((2, 2)), np.zeros((2, 3)), 3, 4, -4, np.array(["x"]))


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_every_kind_of_value_has_a_fingerprint(number):
    """And no other value the same."""
    value = VALUES[number]
    hints = a_hint(value)
    for place, other in enumerate(VALUES):
        assert hints.look_up("a_test", [Call("f", (), {}, other)]) == (("Look.",) if place == number else ())
    assert hints.look_up("a_test", [Call("f", (), {}, value, changed=("argument 1",))]) == ()


def test_what_was_returned_before_counts_too():
    """A value is told only where all values before it were what the mistake returns."""
    tests = {name: calls for _, name, outcome, calls in public_calls(STAGE, MISTAKES["sum-starts-at-zero"].source)
             if outcome == "failed"}
    hints = make_hints(STAGE)
    name, calls = next((name, calls) for name, calls in tests.items() if hints.look_up(name, calls))
    first = replace(calls[0], value=np.asarray(calls[0].value) + 1.0)
    assert len(calls) == 1 or hints.look_up(name, [first, *calls[1:]]) == ()


@pytest.fixture
def another_machine(monkeypatch):
    """Makes whatever is computed from then on a little other than it was, and the rounding finer than its noise calls for."""
    noise = np.random.default_rng(1)
    monkeypatch.setattr(course_hints, "DOUBLE", Rounding(bits=11, noise=SINGLE.noise))

    def other(value):
        if isinstance(value, dict):
            return {key: other(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(other(item) for item in value)
        is_real = isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
        return value * (1 + noise.uniform(-3e-6, 3e-6, np.shape(value))) if is_real else value

    def start():
        run, again = course_hints.public_calls, course_hints.replay
        monkeypatch.setattr(course_hints, "public_calls", lambda *arguments: [
            (*test, [replace(call, value=other(call.value)) for call in calls]) for *test, calls in run(*arguments)])
        monkeypatch.setattr(course_hints, "replay", lambda *arguments: [
            replace(outcome, value=other(outcome.value)) for outcome in again(*arguments)])
        monkeypatch.setattr(course_hints, "agrees", lambda call, outcome, single, tiny=False: agrees(call, outcome, True))

    return start


def test_another_machine_makes_other_hints_that_tell_the_same(another_machine):
    """A number on an edge is rounded otherwise there: the file differs, but no hint is lost, there or here."""
    here = make_hints(STAGE)
    tests = {mistake.id: [(name, calls) for _, name, outcome, calls in public_calls(STAGE, mistake.source, mistake.task)
                          if outcome == "failed"] for mistake in STAGE.mistakes()}
    another_machine()
    there = make_hints(STAGE)
    assert here.entries.keys() != there.entries.keys()
    assert tell_the_same(STAGE, there) and len(here.entries.keys() & there.entries.keys()) > 0.8 * len(here.entries)
    same = [{*map(course_hints._words, there.look_up(name, calls))} == {*map(course_hints._words, here.look_up(name, calls))}
            for failed in tests.values() for name, calls in failed]
    assert sum(same) >= len(same) - 2  # so large a noise may make a simple number look like another


def test_a_hint_is_given_where_all_tests_of_the_task_agree():
    """Once, with the first of them; a test that fits two mistakes is told neither."""
    one, two, three = "2\nA slip.\nLook.", "1\nAnother.\nLook.", "1\nA third.\nLook."
    calls = {name: [Call("f" if name in "ab" else "g", (), {}, 1.0)] for name in "abc"}
    assert agreed({"a": (one,), "b": (one,)}, "ab", calls) == {"a": "A slip.\nLook."}
    assert agreed({"a": (one,), "b": (one,)}, "b", calls) == {"b": "A slip.\nLook."}  # the other one looks at something else
    assert agreed({"a": (one,), "b": ()}, "ab", calls) == {}
    assert agreed({"a": (one,), "b": (one,), "c": (two,)}, "abc", calls) == {"a": "A slip.\nLook.", "c": "Another.\nLook."}
    assert agreed({"c": (two, three)}, "c", calls) == {} == agreed({}, "", {})


def test_no_hint_is_given_where_the_same_function_is_wrong_in_a_test_in_which_the_mistake_is_right():
    """Unless the mistake is known to fail that test in a way that cannot be told."""
    hint = "1\nA slip.\nLook."
    calls = {name: [Call("f", (), {}, 1.0)] for name in "ab"} | {"c": [Call("g", (), {}, 1.0)]}
    assert agreed({"a": (hint,), "b": ()}, "ab", calls) == {}
    assert agreed({"a": (hint,), "b": ()}, "a", calls) == {"a": "A slip.\nLook."} == agreed({"a": (hint,), "c": ()}, "ac", calls)
    assert agreed({"a": ("1 b\nA slip.\nLook.",), "b": ()}, "ab", calls) == {"a": "A slip.\nLook."}


def test_hints_of_other_material_do_not_tell_the_same():
    """One too few, one too many, another text, another salt or rounding, none at all."""
    hints = make_hints(STAGE)
    assert tell_the_same(STAGE, hints)
    first, *others = hints.entries.items()
    words = [mixed(b"1\nSomething else.", bytes(16)).hex(), *hints.texts[1:]]
    for other in (replace(hints, entries=dict(others)), replace(hints, entries=hints.entries | {"0" * 16: first[1]}),
                  replace(hints, texts=words), replace(hints, salt="0" * 16), replace(hints, rounding=SINGLE), None):
        assert not tell_the_same(STAGE, other)


def test_the_gate_can_fail(monkeypatch):
    """A hint for the model answers, and one that belongs to another mistake."""
    class Talkative(Hints):
        def look_up(self, test, calls):
            return ("1\nSomething else.\nLook.",) if test == "test_dL_dyhat_by_hand" else ()

    monkeypatch.setattr(proof, "make_hints", lambda stage: Talkative(DOUBLE, ""))
    monkeypatch.setattr(type(STAGE), "alternatives", lambda stage: {})
    monkeypatch.setattr(type(STAGE), "mistakes", lambda stage: (MISTAKES["dL-dyhat-sign"],))
    problems = hints_are_right(STAGE).problems
    assert any("model answers gets a hint" in problem for problem in problems)
    assert "dL-dyhat-sign is told: Something else." in problems


def test_each_test_has_the_calls_it_made():
    """Also where the tests are not run in the order of their tasks: weights are loaded by those that ask for them."""
    stage = find_stage("4-gated")
    loading = {test for _, test, _, calls in public_calls(stage, stage.solution.read_text(encoding="utf-8"))
               if any(call.method == "load_checkpoint" for call in calls)}
    assert loading == {"test_tickets_weights_can_be_loaded", "test_agreement_weights_can_be_loaded"}
