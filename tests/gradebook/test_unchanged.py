"""A run that finds all as the last one left it does without nbgrader; whatever changed in between is noticed."""

import contextlib
import shutil
import sqlite3
import sys

import pytest

from autograder.grade.course_folder import PRIVATE
from autograder.gradebook import grading, tables
from autograder.gradebook.config_file import CONFIG, CONFIG_TEXT
from autograder.gradebook.unchanged import LEFT
from tests.classroom import STAGE, grade, hand_in, run

NBGRADER = {"nbgrader", "sqlalchemy", "nbformat", "nbconvert", "jinja2", "numpy", "torch", "matplotlib"}
DUE = 'timezone = "UTC"\nper_day = 5\n[1-bptt]\ndue = 2026-11-02T23:59:00\n'


@pytest.fixture
def course(ordinary, tmp_path):
    """A copy of a graded course."""
    return shutil.copytree(ordinary[0], tmp_path / "course", symlinks=True)


@pytest.fixture
def opened(monkeypatch):
    """How often nbgrader was asked for."""
    calls = []
    original = grading.open_pipeline
    monkeypatch.setattr(grading, "open_pipeline", lambda *words: calls.append(words) or original(*words))
    return calls


def sql(course, question, *values):
    """Somebody else's transaction."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as connection, connection:
        return connection.execute(question, values).rowcount


def by_hand(course):
    """A person marks a written answer, as formgrader writes it."""
    assert sql(course, "UPDATE grade SET manual_score = 3, needs_manual_grade = 0 WHERE cell_id IN "
                       "(SELECT id FROM base_cell WHERE name = 'task_1_8')") >= 3


def collected(course):
    """When everybody's came in, late."""
    (course / "policy.toml").write_text(DUE)
    (course / "collected.csv").write_text("student,stage,when\n" + "".join(
        f"{folder.name},1-bptt,2026-11-04T12:00:00\n" for folder in (course / "submitted").iterdir()))


def first(course, pattern):
    """The first file of a kind."""
    return sorted(course.glob(pattern))[0]


def scratched(course):
    """A record with another note."""
    file = first(course, f"results/{STAGE.id}/*.json")
    file.write_text(file.read_text().replace('"outcome": "passed"', '"outcome": "failed"', 1))


CHANGES = {
    "a mark given by hand": by_hand,
    "a roster": lambda course: (course / "roster.csv").write_text("student,name\nsomebody-else,X\n"),
    "a policy, and when each came": collected,
    "nbgrader's own timestamp": lambda course: first(course, f"submitted/*/{STAGE.id}").joinpath("timestamp.txt").write_text(
        "2026-11-05 12:00:00 UTC"),
    "a deleted page": lambda course: shutil.rmtree(first(course, "feedback/*")),
    "a deleted notebook": lambda course: first(course, f"autograded/*/*/{STAGE.id}.ipynb").unlink(),
    "a deleted table": lambda course: (course / "grades.csv").unlink(),
    "an edited table": lambda course: (course / "items.csv").write_text("student\n"),
    "an edited record": scratched,
    "a mark taken out of the gradebook": lambda course: sql(course, "UPDATE kit_reported SET suite = 'older'"),
    "a deleted gradebook": lambda course: (course / "gradebook.db").unlink(),
    "somebody gone": lambda course: shutil.rmtree(first(course, "submitted/*")),
    "no note of the last run": lambda course: (course / PRIVATE / LEFT).unlink(),
    "a damaged note of the last run": lambda course: (course / PRIVATE / LEFT).write_text('{"people": 1}'),
    "a term with another name": lambda course: (course / "course.toml").write_text('course = "other"\n'),
}


def test_a_run_with_nothing_to_do_imports_no_library_of_the_gradebooks(course):
    """Neither nbgrader and what it brings, nor what only tests need."""
    program = ("import sys\nfrom pathlib import Path\nfrom autograder.cli import main\n"
               f"try:\n    main(['grade', '--course', {str(course)!r}])\n"
               "except SystemExit as end:\n    print(end.code, sorted(sys.modules))")
    done = run(sys.executable, "-c", program, cwd=course)
    assert "0 graded now, 3 unchanged since the last run." in done.stdout, done.stdout + done.stderr
    status, _, names = done.stdout.splitlines()[-1].partition(" ")
    assert status == "0" and "autograder.gradebook.grading" in names
    assert not {name for name in NBGRADER if f"'{name}'" in names}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_since_the_last_run_is_noticed(course, opened, what):
    """Then all is asked of nbgrader, as ever; the run after it has nothing to do again."""
    CHANGES[what](course)
    outcome = grade(course)
    assert len(opened) == 1
    assert grade(course).rows == outcome.rows
    assert len(opened) == 1, "a run after it did not find all as it was left"


def test_rows_without_nbgrader_are_those_with_it(course, opened):
    """Also of one student, and with texts that a table writes in another way."""
    (course / "roster.csv").write_text("student,name\n=1+1,X\n")
    with_it = grade(course)
    assert len(opened) == 1
    assert grade(course).rows == with_it.rows and all("not in roster.csv" in row["note"] for row in with_it.rows)
    student = with_it.rows[0]["student"]
    alone = grade(course, student=student)
    assert alone.rows == with_it.rows[:1] and len(alone.records) == 1 and len(opened) == 1


def test_who_writes_while_the_tables_are_made_is_noticed_by_the_next_run(course, opened, monkeypatch):
    """A mark given, and a policy written, after the run has read them."""
    original = tables.write_tables
    for meanwhile in (by_hand, lambda course: (course / "policy.toml").write_text(DUE)):
        monkeypatch.setattr(tables, "write_tables", lambda *words, then=meanwhile: (original(*words), then(course))[0])
        (course / PRIVATE / LEFT).unlink(missing_ok=True)
        grade(course)
        assert not (course / PRIVATE / LEFT).exists()
    monkeypatch.undo()
    assert [row["manual_pending"] for row in grade(course).rows] == [0, 0, 0]


def test_a_configuration_of_ones_own_is_asked_each_time(course, opened):
    """Nobody knows what it reads; the one that formgrader writes is the kit's."""
    (course / CONFIG).write_text(CONFIG_TEXT)
    grade(course)
    grade(course)
    assert len(opened) == 1
    (course / CONFIG).write_text(CONFIG_TEXT + "# of ours\n")
    grade(course)
    grade(course)
    assert len(opened) == 3


def test_a_submission_that_changed_is_graded_however_all_else_is(course, opened):
    """A new file of one student."""
    hand_in(course, "ada", "import numpy as np\n")
    assert grade(course).work.todo == [(STAGE.id, "ada")] and len(opened) == 1
