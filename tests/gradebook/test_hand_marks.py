"""Marks given by hand: they survive everything that happens to a submission afterwards."""

import base64
import csv
import hashlib

from sqlalchemy import text

from autograder.gradebook.config_file import CONFIG_TEXT
from autograder.gradebook.marks import read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.report.remake import remake
from tests.classroom import SOLUTION, STAGE, STUB, Silent, grade, hand_in, notebook, record_of, run
from tests.graded_class import markdown, png
from tests.reading import Page, html_of

NOTHING_WRITTEN = f"{STAGE.info.file} is as it was handed out (nothing written)"


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


def answered(words, **more):
    """The released notebook with an answer to task 1.8."""
    content = notebook()
    place = next(i for i, cell in enumerate(content["cells"]) if cell["metadata"].get("nbgrader", {}).get("task"))
    content["cells"][place + 1]["source"] = words
    content["cells"][place + 1] |= more
    return content


def cells_of(course, student):
    """The mark of task 1.8 as the gradebook has it."""
    with Pipeline(course).gradebook() as book:
        entry = read_marks(book, STAGE.id, student)[STAGE.id, student]
    return next(mark for mark in entry.marks if mark.task == "1.8")


def test_a_mark_survives_a_new_submission_and_a_regrade(tmp_path):
    """The code gets better, the answer is the same: its mark stays, and grades.csv adds both up."""
    hand_in(tmp_path, "ada", STUB, answered("The recursion enters in h."))
    grade(tmp_path)
    assert row(tmp_path, "ada") == {"student": "ada", "stage": STAGE.id, "status": "graded", "score": "0", "max_score": "100",
                                    "manual_pending": "1", "penalty": "0", "total": "0", "note": NOTHING_WRITTEN}
    give(tmp_path, "ada", 15.5, "The recursion is right.")
    hand_in(tmp_path, "ada", SOLUTION, answered("The  recursion\r\nenters in h.  "))
    grade(tmp_path)
    assert record_of(tmp_path, "ada")["score"] == 80
    with Pipeline(tmp_path).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "ada")
        assert (mark.manual_score, mark.score, mark.needs_manual_grade) == (15.5, 15.5, False)
        assert gradebook.find_comment("task_1_8", STAGE.id, STAGE.id, "ada").comment == "The recursion is right."
    found = row(tmp_path, "ada")
    assert (found["score"], found["max_score"], found["manual_pending"]) == ("95.5", "100", "0")
    words = Page(html_of(tmp_path, "ada")).words()
    assert "95.5 of 100 points" in words and "The recursion is right." in words


def test_a_gradebook_of_a_version_that_gave_an_answer_another_key_keeps_its_mark(tmp_path):
    """The kit is brought up to date in mid-term: the answer is the same, though the key of its table is another one now."""
    words = "The recursion enters in h.\n\n|step|factor|\n|---|---|\n|1|$W_h$|"
    hand_in(tmp_path, "ada", STUB, answered(words))
    grade(tmp_path)
    give(tmp_path, "ada", 15.5, "Right.")
    former = hashlib.sha256(" ".join(words.split()).encode()).hexdigest()
    with Pipeline(tmp_path).gradebook() as book:
        assert book.db.execute(text("UPDATE kit_answer SET shown = :key WHERE shown != :key AND name = 'task_1_8'"),
                               {"key": former}).rowcount == 1
        book.db.commit()
    hand_in(tmp_path, "ada", SOLUTION, answered(words))
    grade(tmp_path)
    mark = cells_of(tmp_path, "ada")
    assert mark.by_hand and not mark.pending and not mark.changed
    assert row(tmp_path, "ada")["score"] == "95.5"


def test_a_new_answer_is_read_again_and_the_old_mark_is_a_proposal(tmp_path):
    """Mark and comment of the answer before are kept beside it, count for nothing, and come back with the answer."""
    hand_in(tmp_path, "ada", STUB, answered("First answer."))
    grade(tmp_path)
    give(tmp_path, "ada", 12, "The sum is missing.")
    remake(tmp_path, Silent())
    assert row(tmp_path, "ada")["score"] == "12"
    hand_in(tmp_path, "ada", STUB, answered("Second answer, with the sum."))
    outcome = grade(tmp_path)
    found = row(tmp_path, "ada")
    assert (found["score"], found["manual_pending"]) == ("0", "1")
    assert found["note"] == f"{NOTHING_WRITTEN}; 1.8 changed since it was marked (before: 12 points)"
    assert [(change.task, change.before, change.after) for change in outcome.changes] == [("1.8", "12", "")]
    assert outcome.changes[0].why == "new submission: changed since it was marked"
    mark = cells_of(tmp_path, "ada")
    assert (mark.pending, mark.by_hand, mark.before, mark.said, mark.comment) == (True, False, 12, "The sum is missing.", "")
    assert "the answer has changed since it was marked" in Page(html_of(tmp_path, "ada")).words()
    (tmp_path / "nbgrader_config.py").write_text(CONFIG_TEXT)
    assert run("nbgrader", "autograde", STAGE.id, "--force", cwd=tmp_path).returncode == 0
    assert cells_of(tmp_path, "ada") == mark  # nbgrader's own command knows it too
    hand_in(tmp_path, "ada", SOLUTION, answered("First answer."))
    grade(tmp_path)
    assert (row(tmp_path, "ada")["score"], row(tmp_path, "ada")["manual_pending"]) == ("92", "0")
    hand_in(tmp_path, "ada", SOLUTION, answered("Third answer."))
    grade(tmp_path)
    give(tmp_path, "ada", 20, "")
    assert run("nbgrader", "autograde", STAGE.id, "--force", cwd=tmp_path).returncode == 0
    remake(tmp_path, Silent())
    assert (row(tmp_path, "ada")["score"], row(tmp_path, "ada")["note"]) == ("100", "")


def test_a_picture_is_part_of_the_answer_and_an_untouched_cell_is_none(tmp_path):
    """Another photograph is another answer; what was released, or less of it, is no answer and nobody's work."""
    photo = {"attachments": {"a.png": {"image/png": base64.b64encode(png()).decode()}}}
    other = {"attachments": {"a.png": {"image/png": base64.b64encode(png() + b"x").decode()}}}
    hand_in(tmp_path, "ada", STUB, answered("![](attachment:a.png)", **photo))
    hand_in(tmp_path, "bob", STUB)
    hand_in(tmp_path, "eve", STUB, answered(" \n"))
    hand_in(tmp_path, "fay", STUB, answered("*Your answer to task 1.8*"))
    hand_in(tmp_path, "gus", STUB, b"{ broken")
    elsewhere = notebook()
    elsewhere["cells"].insert(3, markdown("My derivation stands here, above the task. " * 8))
    hand_in(tmp_path, "hal", STUB, elsewhere)
    grade(tmp_path)
    pending = {name: row(tmp_path, name)["manual_pending"] for name in ("ada", "bob", "eve", "fay", "gus", "hal")}
    assert pending == {"ada": "1", "bob": "0", "eve": "0", "fay": "0", "gus": "1", "hal": "1"}
    for name in ("bob", "eve", "fay"):
        assert row(tmp_path, name)["note"] == f"{NOTHING_WRITTEN}; no answer written to 1.8"
        assert "No answer was written, 0 of 20 points." in Page(html_of(tmp_path, name)).words()
    give(tmp_path, "ada", 9, "")
    hand_in(tmp_path, "ada", STUB, answered("![](attachment:a.png)", **other))
    grade(tmp_path)
    assert row(tmp_path, "ada")["manual_pending"] == "1" and cells_of(tmp_path, "ada").before == 9


def test_a_mark_set_by_hand_for_code_belongs_to_that_code(tmp_path):
    """Another .py file is looked at again; the same one keeps the mark, whatever happens to the notebook."""
    hand_in(tmp_path, "ada", STUB)
    grade(tmp_path)
    with Pipeline(tmp_path).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_3", STAGE.id, STAGE.id, "ada")
        mark.manual_score, mark.needs_manual_grade = 7, False
        gradebook.db.commit()
    hand_in(tmp_path, "ada", STUB, answered("An answer."))
    grade(tmp_path)
    assert (row(tmp_path, "ada")["score"], row(tmp_path, "ada")["manual_pending"]) == ("7", "1")
    hand_in(tmp_path, "ada", STUB + "\nX = 1\n", answered("An answer."))
    grade(tmp_path)
    found = row(tmp_path, "ada")
    assert (found["score"], found["manual_pending"]) == ("0", "2") and "1.3 changed since it was marked" in found["note"]


def test_a_gradebook_of_version_0_1_0_keeps_its_marks_with_their_answers(tmp_path):
    """It does not say to which answer a mark belongs; the notebook that was shown does."""
    hand_in(tmp_path, "ada", STUB, answered("First answer."))
    hand_in(tmp_path, "bob", STUB, answered("His answer."))
    grade(tmp_path)
    for name in ("ada", "bob"):
        give(tmp_path, name, 12, "")
    hand_in(tmp_path, "cleo", SOLUTION, answered("Her answer."))
    grade(tmp_path)
    with Pipeline(tmp_path).gradebook() as gradebook:
        gradebook.db.execute(text("DROP TABLE kit_answer"))
        gradebook.db.execute(text("DROP TABLE kit_reported"))
        gradebook.find_grade("task_1_1", STAGE.id, STAGE.id, "cleo").auto_score = 3.5  # by the tests of that time
        gradebook.db.commit()
    (tmp_path / "changes.csv").unlink()
    (tmp_path / "results" / STAGE.id / "cleo.json").unlink()
    hand_in(tmp_path, "ada", STUB, answered("Second answer."))
    hand_in(tmp_path, "bob", SOLUTION, answered("His answer."))
    grade(tmp_path)
    with open(tmp_path / "changes.csv", newline="", encoding="utf-8") as file:
        changes = {(change["student"], change["task"]): (change["before"], change["after"], change["why"])
                   for change in csv.DictReader(file)}
    assert {task: change for (name, task), change in changes.items() if name == "cleo"} == {"1.1": ("3.5", "5", "suite")}
    assert changes["ada", "1.8"] == ("12", "", "new submission, suite: changed since it was marked")
    assert changes["bob", "1.1"] == ("0", "5", "new submission, suite")
    assert row(tmp_path, "ada")["manual_pending"] == "1" and cells_of(tmp_path, "ada").before == 12
    assert (row(tmp_path, "bob")["score"], row(tmp_path, "bob")["manual_pending"]) == ("92", "0")


def test_a_mark_survives_a_file_that_does_not_load_and_nbgrader_by_hand(tmp_path):
    """An ungradable new file costs the tests' points alone; so does a run of nbgrader's own commands."""
    hand_in(tmp_path, "ada")
    grade(tmp_path)
    give(tmp_path, "ada", 18, "")
    hand_in(tmp_path, "ada", "def def")
    grade(tmp_path)
    assert (row(tmp_path, "ada")["status"], row(tmp_path, "ada")["score"]) == ("ungradable", "18")
    (tmp_path / "nbgrader_config.py").write_text(  # as version 0.1.0 made it
        "from pathlib import Path\nfrom autograder.course.config import configure\n"
        "configure(get_config(), Path(__file__).parent)\n")
    for verb in ("autograde", "generate_feedback"):
        done = run("nbgrader", verb, STAGE.id, "--force", cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-2000:]
    remake(tmp_path, Silent())
    assert row(tmp_path, "ada")["score"] == "18"
    words = Page(html_of(tmp_path, "ada")).words()
    assert "Marked by a person" in words and "18 of 20 points." in words
