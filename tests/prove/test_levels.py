"""What is told of hidden tests: never inputs or values, unless the instructor says so in stage.toml."""

import re
from dataclasses import asdict

import pytest

from autograder.checks.layout import read_stage
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.feedback_text import hints_of, task_report, told
from autograder.grade.runner import run_suite
from tests.classroom import STAGE

SOME = STAGE.mistakes()[::6]
RECORD = {"status": "graded", "isolation": "sandbox"}


def failing(mistake, visibility):
    """The failed tests of a mistake, as a record has them."""
    diagnosis = Diagnosis(STAGE)
    results = run_suite(STAGE, InProcessBackend(STAGE, mistake.source, 1), diagnosis, only=mistake.task)
    return [asdict(result.verdict) | {"visibility": result.visibility,
                                        "hint": diagnosis.found.get(result.verdict.test, ("", ""))[1]}
            for result in results if result.verdict.outcome == "failed" and result.visibility == visibility]


@pytest.mark.parametrize("mistake", SOME, ids=[mistake.id for mistake in SOME])
def test_neither_inputs_nor_values_of_a_hidden_test_are_told(mistake):
    """No call, no value got or expected; the sentence, the first line and the hint are."""
    tests = failing(mistake, "hidden")
    assert tests
    for test in tests:
        said = task_report(mistake.task, [test], RECORD)
        assert test["title"] in said and test["brief"] in said
        assert "call      " not in said and "  got  " not in said and "  expected  " not in said
        for number in re.findall(r"-?\d+\.\d{4,}", test["call"] + "\n".join(test["message"].splitlines()[1:])):
            assert number not in said


def test_the_three_levels():
    """Everything, the first line, the outcome alone; a public test is always told in full."""
    mistake = next(mistake for mistake in STAGE.mistakes() if mistake.id == "bptt-no-carry")
    hidden, public = failing(mistake, "hidden")[0], failing(mistake, "public")[0]
    assert told(hidden, "full") == ["call      " + hidden["call"], hidden["message"]]
    assert told(hidden, "hint") == [hidden["brief"]] == ["grads['W_x'] has the wrong value"]
    assert told(hidden, "verdict") == []
    assert all(told(public, level) == told(public, "full") for level in ("hint", "verdict"))
    named = hidden | {"hint": "A title.\nA hint."}
    assert hints_of([named], "hint") == ["A title.\nA hint."] and hints_of([named], "verdict") == []
    assert "A title." not in task_report("1.6", [named], RECORD, "verdict")


def test_stage_toml_sets_the_level(tmp_path):
    """`hint` where it says nothing; a misspelt level is refused with those there are."""
    text = 'title = "T"\nfile = "t.py"\n[tasks]\n'
    for addition, level in (("", "hint"), ('[feedback]\nhidden = "verdict"\n', "verdict")):
        (tmp_path / "stage.toml").write_text(text + addition)
        assert read_stage(tmp_path).hidden == level
    (tmp_path / "stage.toml").write_text(text + '[feedback]\nhidden = "all"\n')
    with pytest.raises(ValueError, match=r"hidden, which is one of full, hint, verdict; got .*'all'"):
        read_stage(tmp_path)
