"""What is worth doing next, and in which order."""

import pytest

from autograder.gradebook.marks import Mark
from autograder.report.facts import MAX_STEPS, next_steps, tasks_of
from tests.classroom import STAGE

TASKS = list(STAGE.info.tasks)


def a_test(task, outcome="passed", visibility="public", hint="", message="", title=None):
    """One test as it stands in a record."""
    return {
        "task": task,
        "test": f"test_{task}_{visibility}",
        "title": title or f"the {visibility} sentence of {task}",
        "outcome": outcome,
        "points": float(outcome == "passed"),
        "max_points": 1.0,
        "visibility": visibility,
        "call": "f(1)",
        "message": message,
        "trace": "",
        "hint": hint,
        "mistake": "x" if hint else "",
    }


def steps(tests, status="graded", reason="", marks=None):
    """The steps of a record with these tests; tasks not named have all passed."""
    named = {test["task"] for test in tests}
    tests = [*tests, *(a_test(task) for task in TASKS[:-1] if task not in named)]
    record = {"status": status, "reason": reason, "tests": sorted(tests, key=lambda test: test["task"]), "pictures": {}}
    return next_steps(record, tasks_of(record, STAGE, marks or {TASKS[-1]: Mark("", 20, 20, by_hand=True)}))


def test_nothing_is_left_when_everything_passes():
    assert steps([]) == []


def test_a_named_mistake_comes_before_a_public_test_before_what_is_not_written():
    """Also when the tasks come the other way round."""
    found = steps(
        [
            a_test("1.1", "not_implemented"),
            a_test("1.2", "failed", message="y is of the wrong shape\n  got 1"),
            a_test("1.6", "failed", hint="It stops.\nLook there."),
        ]
    )
    assert [step.title for step in found] == [
        "It stops.",
        f"Task 1.2, {STAGE.info.tasks['1.2']}: the public sentence of 1.2.",
        f"Write task 1.1, {STAGE.info.tasks['1.1']}.",
    ]
    assert "Look there." in found[0].text and found[1].text == "This test fails: y is of the wrong shape."
    assert [step.anchor for step in found] == ["task-1-6", "task-1-2", "task-1-1"]


def test_there_are_at_most_three():
    found = steps([a_test(task, "failed", hint=f"Mistake {task}.\nLook.") for task in TASKS[:-1]])
    assert len(found) == MAX_STEPS == 3


def test_the_same_mistake_in_two_tests_is_said_once():
    hint = "It stops.\nLook there."
    found = steps([a_test("1.6", "failed", hint=hint), a_test("1.6", "failed", "hidden", hint=hint)])
    assert [step.title for step in found] == ["It stops."]


def test_hidden_tests_alone_are_said_to_be_hidden():
    found = steps(
        [a_test("1.3"), a_test("1.3", "failed", "hidden", message="y has the wrong value\n  got 1\n  expected 2")]
    )
    assert len(found) == 1 and "this test is hidden" in found[0].text and "expected 2" not in found[0].text


def test_public_tests_come_before_hidden_ones_and_one_task_is_to_be_written_first():
    """In whichever order the tasks stand; the others to be written are named after it."""
    found = steps([a_test("1.2"), a_test("1.2", "failed", "hidden"), a_test("1.5", "failed")])
    assert [step.anchor for step in found] == ["task-1-5", "task-1-2"]
    found = steps([a_test(task, "not_implemented") for task in ("1.3", "1.4", "1.5")])
    assert [step.anchor for step in found] == ["task-1-3"] and "After it: task 1.4, 1.5." in found[0].text


def test_a_timeout_says_so():
    found = steps([a_test("1.7", "timeout", message="more than 10 seconds of CPU time")])
    assert found[0].text == "This test ran out of time: more than 10 seconds of CPU time."


def test_what_keeps_the_file_from_loading_stands_alone():
    found = steps([a_test(task, "ungradable") for task in TASKS[:-1]], "ungradable", "bptt.py is missing")
    assert [step.text for step in found] == ["bptt.py is missing"]


@pytest.mark.parametrize("question, found", [
    ("bptt.py is missing, and work.zip is not a zip that can be read. Put its files here, or ask for a .zip, and run make grade "
     "again", "bptt.py is missing, and work.zip is not a zip that can be read."),
    ("a.py and b.py could each be bptt.py, and they differ. Keep the one that counts as bptt.py, delete the other, and run make "
     "grade again", "a.py and b.py could each be bptt.py, and they differ."),
])
def test_what_staff_is_asked_is_not_what_a_student_reads(question, found):
    """Neither where the files lie nor `make grade` is anything to them."""
    (step,) = steps([a_test("1.1", "ungradable")], "needs_person", f"In submitted/ada b. c/1-bptt: {question}")
    assert step.text.startswith(found) and "hand in" in step.text
    assert "submitted/" not in step.text and "make grade" not in step.text


def test_an_answer_that_was_not_handed_in_is_worth_writing():
    found = steps([], marks={TASKS[-1]: Mark("", 0, 20)})
    assert len(found) == 1 and "Answer task 1.8" in found[0].title and "20 points" in found[0].text
    assert steps([], marks={TASKS[-1]: Mark("", 0, 20, pending=True)}) == []
