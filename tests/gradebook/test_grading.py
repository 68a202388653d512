"""`make grade` over a class in which everything goes wrong that can: each submission has its verdict."""

import csv
import json
import re

import pytest

from autograder.gradebook.tables import GRADES, ITEMS
from autograder.stages import points
from tests.classroom import SOLUTION, STAGE, page_of, record_of
from tests.gradebook.conftest import FILES, NAMES, REFUSED, changed_notebooks

TESTS = points.test_list(STAGE)


def rows_of(course, table: str) -> list[dict]:
    """A table as a spreadsheet would read it."""
    with open(course / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(course, student: str) -> dict:
    """A student's row of grades.csv."""
    (row,) = [row for row in rows_of(course, "grades") if row["student"] == student]
    return row


def outcomes(course, student: str, task: str) -> dict[str, str]:
    """Outcome of each test of a task."""
    return {test["test"]: test["outcome"] for test in record_of(course, student)["tests"] if test["task"] == task}


def test_nobody_is_left_out(odd):
    """A verdict for every submission with a usable name, and the grader failed on none."""
    course, outcome = odd
    assert outcome.failed == {}
    folders = {path.name for path in (course / "submitted").iterdir() if path.is_dir() and not path.is_symlink()}
    assert {row["student"] for row in rows_of(course, "grades")} == folders - set(REFUSED)


def test_model_answers_get_everything_tests_can_give(odd):
    """80 of 80 by tests; the written task was not answered, and waits for nobody."""
    course, _ = odd
    record = record_of(course, "solution")
    assert (record["score"], record["max_score"], record["status"], record["notes"]) == (80, 80, "graded", [])
    assert {test["outcome"] for test in record["tests"]} == {"passed"}
    assert row_of(course, "solution") == {"student": "solution", "stage": "1-bptt", "status": "graded", "score": "80",
                                          "max_score": "100", "manual_pending": "0", "penalty": "0", "total": "80",
                                          "note": "no answer written to 1.8"}
    assert row_of(course, "a-neighbour")["manual_pending"] == "1"


def test_the_stub_gets_nothing(odd):
    """0 points, and every test says that it is not yet written."""
    course, _ = odd
    record = record_of(course, "stub")
    assert record["score"] == 0 and record["status"] == "graded"
    assert {test["outcome"] for test in record["tests"]} == {"not_implemented"}
    assert row_of(course, "stub")["score"] == "0"


@pytest.mark.parametrize("student, words", [
    ("missing-file", r"bptt\.py is missing$"),
    ("syntax-error", r"bptt\.py could not be imported: SyntaxError: .*\n  bptt\.py, line \d+: def def "),
    ("raises-at-import", r"NameError: name 'undefined_name' is not defined\n  bptt\.py, line 3, in <module>: print"),
    ("exits-at-import", r"bptt\.py could not be imported: SystemExit\n  bptt\.py, line 3, in <module>: sys\.exit\(\)"),
    ("dies-at-import", r"bptt\.py could not be imported: it ended the program \(exit status 0\)"),
    ("endless-at-import", r"did not finish importing: more than 5 seconds of CPU time; is there a loop without an end"),
    ("linked-file", r"bptt\.py was not read: it is a link, and links are not followed"),
    ("linked-stage", r"the folder is a link, and links are not followed"),
    ("pipe", r"bptt\.py was not read: it is not a regular file"),
])
def test_what_cannot_be_run_is_ungradable_and_says_why(odd, student, words):
    """No points, no guess: the reason stands in the record and on the student's page."""
    course, _ = odd
    record = record_of(course, student)
    assert re.search(words, record["reason"])
    assert (record["status"], record["score"], record["max_score"]) == ("ungradable", 0, 80)
    assert {test["outcome"] for test in record["tests"]} == {"ungradable"} and len(record["tests"]) == len(TESTS)
    assert row_of(course, student)["status"] == "ungradable" and row_of(course, student)["score"] == "0"
    first = record["reason"].splitlines()[0].split(": ")[0]
    assert first in page_of(course, student)


@pytest.mark.parametrize("student, task, words", [
    ("returns-none", "1.3", "is None: the function ended without `return`"),
    ("wrong-shape", "1.3", "has the wrong shape"),
    ("gives-nan", "1.1", "is not finite"),
    ("raises", "1.4", "IndexError: index 99 is out of bounds"),
    ("exits", "1.1", "SystemExit"),
    ("dies", "1.1", "the program ended in the middle of the call (exit status 0)"),
])
def test_a_wrong_function_costs_its_own_task_alone(odd, student, task, words):
    """A clear message for the tests that met it; every other task has all its points."""
    course, _ = odd
    tests = record_of(course, student)["tests"]
    assert {test["task"] for test in tests if test["outcome"] != "passed"} == {task}
    assert any(words in test["message"] for test in tests)
    assert sum(test["points"] for test in tests if test["task"] != task) == 80 - points.task_points(STAGE)[task]


def test_a_program_that_ends_costs_one_function_not_the_next(odd):
    """`os._exit(0)` in softmax: cross_entropy, of the same task, is still graded, in a fresh worker."""
    course, _ = odd
    found = outcomes(course, "dies", "1.1")
    assert found["test_cross_entropy_of_random_probabilities"] == "passed"
    assert set(found.values()) == {"error", "passed"}


def test_a_file_with_a_browsers_number_is_graded_and_the_page_says_so(odd):
    """`bptt (1).py` beside no bptt.py is what was handed in."""
    course, _ = odd
    assert record_of(course, "renamed-file")["score"] == 80
    assert "bptt (1).py was taken as bptt.py" in page_of(course, "renamed-file")


def test_a_right_file_in_another_encoding_is_graded_and_the_table_says_so(odd):
    course, _ = odd
    assert row_of(course, "not-utf-8")["score"] == "80"
    assert "another encoding than UTF-8" in row_of(course, "not-utf-8")["note"]
    assert "another encoding than UTF-8" in page_of(course, "not-utf-8")


def test_a_file_that_is_too_large_has_no_mark(odd):
    """A person is asked, and reads no answer before that."""
    course, _ = odd
    row = row_of(course, "large-file")
    assert (row["status"], row["score"], row["total"], row["manual_pending"]) == ("needs_person", "", "", "0")
    assert "bptt.py was not read: it is 200 MiB; at most 8 MiB are read" in row["note"]
    assert "at most 8 MiB are read" in page_of(course, "large-file")


def test_an_empty_file_is_graded(odd):
    """An empty file has no functions, and every test says so; so does the table."""
    course, _ = odd
    record = record_of(course, "empty-file")
    assert record["status"] == "graded" and record["score"] == 0
    assert {test["outcome"] for test in record["tests"]} == {"failed"}
    assert "softmax is not defined in bptt.py" in record["tests"][0]["message"]
    assert row_of(course, "empty-file")["note"].startswith("bptt.py is empty")
    assert row_of(course, "stub")["note"].startswith("bptt.py is as it was handed out (nothing written)")


@pytest.mark.parametrize("student", NAMES)
def test_names_with_spaces_dots_and_umlauts_are_ids(odd, student):
    """The same name in every output."""
    course, _ = odd
    assert row_of(course, student)["score"] == "80"
    assert record_of(course, student)["student"] == student
    assert "80 of 100" in page_of(course, student)
    assert (course / "autograded" / student / "1-bptt" / "1-bptt.ipynb").exists()


def test_what_has_no_usable_name_is_told_and_touched_by_nothing(odd):
    """Refused with a remedy; no output anywhere bears the name."""
    course, outcome = odd
    told = {name.strip('"'): reason for name, reason in outcome.work.refused.items()}
    assert set(told) == {*REFUSED, "linked-student", "stray.txt"}
    for name in REFUSED:
        assert "rename it with letters, digits, spaces and . , _ - @ '" in told[name]
    assert told["linked-student"].startswith("it is a link, and links are not followed")
    assert "submissions lie at submitted/<student>/<stage>/" in told["stray.txt"]
    written = [path.name for top in ("results", "autograded", "feedback", ".kit") for path in (course / top).rglob("*")]
    assert not [name for name in written for refused in told if name.startswith(refused)]


def test_nothing_behind_a_link_is_read_or_copied(odd):
    """Not the linked folder's files, not its notebook, not a neighbour's autograded one."""
    course, _ = odd
    for top in ("results", "autograded", "feedback"):
        for path in (course / top).rglob("*"):
            if path.is_file() and "a-neighbour" not in path.parts:
                assert b"outside secret" not in path.read_bytes(), path
    assert "outside secret" in (course / "autograded" / "a-neighbour" / "1-bptt" / "1-bptt.ipynb").read_text()
    for student, name in (("linked-extra", "helper.py"), ("linked-notebook", "1-bptt.ipynb")):
        assert f"{name} was not read: it is a link, and links are not followed" in record_of(course, student)["notes"]
        assert row_of(course, student)["score"] == "80"


def test_a_large_file_is_neither_run_nor_copied(odd):
    """200 MB beside a right answer: full marks, and autograded/ stays small."""
    course, _ = odd
    assert row_of(course, "large-extra")["score"] == "80"
    assert max(path.stat().st_size for path in (course / "autograded").rglob("*") if path.is_file()) < 8 << 20


NOTES = {
    "nb-deleted": ["cell task_1_1 had been deleted; it was put back",
                   "cell task_1_2 had been deleted; it was put back"],
    "nb-doubled": [],  # as it was handed out both times: nobody changed anything
    "nb-edited": ["cell task_1_1 was changed; it was put back as it was released"],
    "nb-tagged": ["cell task_1_1 had other points, settings or tags than the released one, which count"],
    "nb-rich": ["cell task_1_1 had other points, settings or tags than the released one, which count",
                "cell task_9_9 is none of the assignment's; it is worth no points"],
    "nb-no-cells": ["1-bptt.ipynb could not be read (it has no cells); the marks of the code do not depend on it"],
    "nb-not-json": ["1-bptt.ipynb: it is damaged; what could be read of it was kept"],
    "nb-a-list": ["1-bptt.ipynb could not be read (it does not begin as a notebook does); the marks of the code do"],
    "nb-no-list": ["1-bptt.ipynb could not be read"],
    "nb-missing": ["1-bptt.ipynb was not handed in; the written tasks have no answer"],
}


@pytest.mark.parametrize("student", changed_notebooks())
def test_a_notebook_costs_nothing_and_says_what_was_wrong_with_it(odd, student):
    """The marks come from the .py file; the notes name each thing, in the record and on the page."""
    course, _ = odd
    record = record_of(course, student)
    row = row_of(course, student)
    assert (record["score"], row["score"], row["max_score"]) == (80, "80", "100")
    for words in NOTES[student]:
        assert [note for note in record["notes"] if note.startswith(words)]
    for words in NOTES[student][:1]:
        assert words.split(" (")[0] in page_of(course, student)
    assert NOTES[student] or not record["notes"]


@pytest.mark.parametrize("student", ["stub-nb-edited", "stub-nb-rich", "stub-nb-tagged"])
def test_no_notebook_makes_points(odd, student):
    """A stub beside a notebook that says 1000."""
    course, _ = odd
    assert (row_of(course, student)["score"], row_of(course, student)["max_score"]) == ("0", "100")


def test_grades_csv_has_the_columns_others_rely_on(odd):
    """UTF-8 with a header, a row a submission, status one of three words."""
    course, outcome = odd
    text = (course / "grades.csv").read_bytes().decode("utf-8")
    columns = "student,stage,status,score,max_score,manual_pending,penalty,total,note"
    assert text.splitlines()[0] == columns == ",".join(GRADES)
    rows = rows_of(course, "grades")
    assert len(rows) == len(outcome.records) == len({row["student"] for row in rows})
    assert {row["status"] for row in rows} == {"graded", "ungradable", "needs_person"}
    assert {row["stage"] for row in rows} == {"1-bptt"}
    assert row_of(course, "nb-missing")["manual_pending"] == "0"


def test_items_csv_has_the_columns_others_rely_on(odd):
    """A row a test of each submission; visibility and outcome from a fixed set of words."""
    course, outcome = odd
    text = (course / "items.csv").read_bytes().decode("utf-8")
    columns = "student,stage,task,test,visibility,outcome,points,max_points,mistake"
    assert text.splitlines()[0] == columns == ",".join(ITEMS)
    rows = rows_of(course, "items")
    assert len(rows) == len(outcome.records) * len(TESTS)
    assert {row["visibility"] for row in rows} == {"public", "hidden"}
    assert {row["outcome"] for row in rows} <= {"passed", "failed", "error", "timeout", "not_implemented", "ungradable"}
    mine = [row for row in rows if row["student"] == "solution"]
    assert [(row["visibility"], row["task"], row["test"], float(row["max_points"])) for row in mine] == \
        [(visibility, task, name, worth) for visibility, task, name, _, worth in TESTS]
    assert sum(float(row["points"]) for row in mine) == 80


def test_a_record_holds_the_whole_verdict(odd):
    """Messages, versions, and the key it was graded under."""
    course, _ = odd
    record = record_of(course, "wrong-shape")
    assert {"numpy", "pytest", "python", "kit"} <= set(record["versions"])
    assert re.fullmatch(r"[0-9a-f]{64}", record["key"]) and record["isolation"] == "sandbox"
    failed = next(test for test in record["tests"] if test["outcome"] == "failed" and test["visibility"] == "public")
    assert failed["call"].startswith("dz_dh(") and "got " in failed["message"] and "expected " in failed["message"]
    assert json.loads(json.dumps(record)) == record


def test_a_page_tells_of_hidden_tests_no_more_than_what_failed(odd):
    """Values of public tests are shown; those of hidden ones are not."""
    course, _ = odd
    page = page_of(course, "returns-none")
    hidden = [test for test in record_of(course, "returns-none")["tests"] if test["visibility"] == "hidden"]
    assert [test for test in hidden if test["outcome"] == "failed"]
    for test in hidden:
        assert test["test"] not in page
        if test["outcome"] == "failed":
            assert test["call"] not in page


def test_a_students_own_files_are_what_is_autograded(odd):
    """nbgrader would put source files in the place of a student's (its issue #940): a stub would score 80."""
    course, _ = odd
    for student in ("stub", "wrong-shape", "raises"):
        autograded = (course / "autograded" / student / "1-bptt" / "bptt.py").read_bytes()
        assert autograded == (course / "submitted" / student / "1-bptt" / "bptt.py").read_bytes()
        assert autograded == FILES[student].encode() != SOLUTION.encode()
