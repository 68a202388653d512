"""Marks given by hand: they survive everything that happens to a submission afterwards."""

import csv

from autograder.gradebook.pipeline import Pipeline
from autograder.report.remake import remake
from tests.classroom import SOLUTION, STAGE, STUB, Silent, grade, hand_in, record_of, run
from tests.reading import Page, html_of


def give(course, student, score, comment):
    """A person reads task 1.8."""
    with Pipeline(course).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, student)
        mark.manual_score, mark.needs_manual_grade = score, False
        gradebook.find_comment("task_1_8", STAGE.id, STAGE.id, student).manual_comment = comment
        gradebook.db.commit()


def row(course, student):
    """The row of a student in grades.csv."""
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def test_a_mark_survives_a_new_submission_and_a_regrade(tmp_path):
    """The code gets better, the mark of the written task stays, and grades.csv adds both up."""
    hand_in(tmp_path, "ada", STUB)
    grade(tmp_path)
    assert row(tmp_path, "ada") == {
        "student": "ada",
        "stage": STAGE.id,
        "status": "graded",
        "score": "0",
        "max_score": "100",
        "manual_pending": "1",
    }
    give(tmp_path, "ada", 15.5, "The recursion is right.")
    hand_in(tmp_path, "ada", SOLUTION)
    grade(tmp_path)
    assert record_of(tmp_path, "ada")["score"] == 80
    with Pipeline(tmp_path).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "ada")
        assert (mark.manual_score, mark.score) == (15.5, 15.5)
        assert gradebook.find_comment("task_1_8", STAGE.id, STAGE.id, "ada").comment == "The recursion is right."
    found = row(tmp_path, "ada")
    assert (found["score"], found["max_score"]) == ("95.5", "100")
    words = Page(html_of(tmp_path, "ada")).words()
    assert "95.5 of 100 points" in words and "The recursion is right." in words


def test_a_mark_survives_a_file_that_does_not_load_and_nbgrader_by_hand(tmp_path):
    """An ungradable new file costs the tests' points alone; so does a run of nbgrader's own commands."""
    hand_in(tmp_path, "ada")
    grade(tmp_path)
    give(tmp_path, "ada", 18, "")
    hand_in(tmp_path, "ada", "def def")
    grade(tmp_path)
    assert (row(tmp_path, "ada")["status"], row(tmp_path, "ada")["score"]) == ("ungradable", "18")
    (tmp_path / "nbgrader_config.py").write_text(
        "from pathlib import Path\nfrom autograder.course_config import configure\n"
        "configure(get_config(), Path(__file__).parent)\n")
    for verb in ("autograde", "generate_feedback"):
        done = run("nbgrader", verb, STAGE.id, "--force", cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-2000:]
    remake(tmp_path, Silent())
    assert row(tmp_path, "ada")["score"] == "18"
    words = Page(html_of(tmp_path, "ada")).words()
    assert "Marked by a person" in words and "18 of 20 points." in words
