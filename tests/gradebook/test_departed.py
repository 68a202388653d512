"""Marks given by hand in folders that were renamed or removed: none is lost, none goes to somebody else, nothing is silent."""

import csv
import json
import shutil

import pytest

from autograder.gradebook.marking import left_to_read
from autograder.gradebook.marks import read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.report.remake import remake
from autograder.terminal import marking_summary, summary
from tests.classroom import STAGE, Silent, grade, hand_in, page_of
from tests.gradebook.test_hand_marks import answered, cells_of, give, row

BROKEN = "def def softmax(z):\n"
KEPT = "no longer in submitted/: kept in gradebook.db"


def changes_of(course, *students):
    """changes.csv without its times: (student, task, before, after, why)."""
    with open(course / "changes.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["student"] in students or not students]
    return [tuple(row[name] for name in ("student", "task", "before", "after", "why")) for row in rows]


def move(course, old, new):
    (course / "submitted" / old).rename(course / "submitted" / new)


def collected(course, student, number):
    """What make collect remembers: the LMS's id."""
    folder = course / "submitted" / ".collected" / STAGE.id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{student}.json").write_text(json.dumps({"lms": "canvas", "id": number}))


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A course whose folders were moved after the marks; what its regrade said."""
    course = tmp_path_factory.mktemp("moved")
    words = {name: f"The answer of {name}." for name in ("ada", "bob", "eve", "gus", "hal", "kim", "lea", "code")}
    words |= {"twin": "The same answer.", "copy": "The same answer."}
    for name, text in words.items():
        hand_in(course, name, f"{BROKEN}# {text}\n", answered(text))
    hand_in(course, "two", BROKEN)
    grade(course)
    for number, name in enumerate(words, 1):
        give(course, name, number, f"Read, {name}.")
    with Pipeline(course).gradebook() as book:
        for name in ("code", "two"):
            mark = book.find_grade("task_1_3", STAGE.id, STAGE.id, name)
            mark.manual_score, mark.needs_manual_grade = 3, False
        book.db.commit()
    hand_in(course, "kim", BROKEN, answered("Another answer of kim."))
    grade(course)
    (course / "roster.csv").write_text("student,name\n" + "".join(f"{name},{name.title()}\n" for name in ("bob", "rob")))
    move(course, "ada", "ada-l")  # renamed, and nothing else
    move(course, "bob", "rob")  # the roster has both: two people
    shutil.rmtree(course / "submitted" / "eve")  # dropped out
    move(course, "gus", "gus-2")  # renamed, with other code
    hand_in(course, "gus-2", f"{BROKEN}# better\n", answered("The answer  of gus."))
    collected(course, "hal", "17")
    collected(course, "hal-h", "17")
    shutil.rmtree(course / "submitted" / "hal")  # one person by the LMS's id, another answer
    hand_in(course, "hal-h", BROKEN, answered("Better words of hal."))
    move(course, "kim", "kim-k")  # a mark of a former answer, which was a proposal
    move(course, "twin", "twin-a")  # two who went had this answer
    move(course, "copy", "copy-b")
    move(course, "code", "code-c")  # a mark set by hand for a tested task
    move(course, "two", "two-t")  # the code is the same, the answer none
    outcome = grade(course)
    return course, outcome


def test_a_renamed_folder_keeps_its_marks(moved):
    """Mark, comment and total stand under the new name, on the page too; both rows stand in changes.csv."""
    course, _ = moved
    mark = cells_of(course, "ada-l")
    assert (mark.score, mark.pending, mark.by_hand, mark.comment) == (1, False, True, "Read, ada.")
    assert (row(course, "ada-l")["score"], row(course, "ada-l")["manual_pending"]) == ("1", "0")
    assert "Read, ada." in page_of(course, "ada-l") and "1 of 20 points" in page_of(course, "ada-l")
    why = "no longer in submitted/: carried over to ada-l"
    assert changes_of(course, "ada", "ada-l") == [
        ("ada", "1.8", "", "1", "hand"), ("ada", "1.8", "1", "", why), ("ada", "total", "1", "", "no longer in submitted/"),
        ("ada-l", "1.8", "", "1", "hand: marked in the folder ada, which is no longer there")]


def test_the_same_answer_is_enough_and_other_code_does_not_matter(moved):
    course, _ = moved
    assert (row(course, "gus-2")["score"], row(course, "gus-2")["manual_pending"]) == ("4", "0")


def test_a_mark_set_for_code_goes_along(moved):
    """With an answer that says whose it is, or all of the hand-in the same."""
    course, _ = moved
    assert row(course, "code-c")["score"] == "11" and row(course, "two-t")["score"] == "3"


@pytest.mark.parametrize("old, new, before", [("bob", "rob", 2), ("hal", "hal-h", 5)])
def test_what_is_not_plain_is_a_proposal(moved, old, new, before):
    """Two people of the roster with one answer, or one person with two answers: a person decides."""
    course, _ = moved
    mark = cells_of(course, new)
    assert (mark.score, mark.pending, mark.by_hand, mark.before, mark.said) == (0, True, False, before, f"Read, {old}.")
    assert row(course, new)["manual_pending"] == "1"
    assert f"1.8 was marked with {before} points in the folder {old}, which is no longer there" in row(course, new)["note"]
    assert "changed since" not in row(course, new)["note"] and old not in page_of(course, new).split()
    assert (old, "1.8", str(before), "", f"no longer in submitted/: a proposal for {new}") in changes_of(course)


def test_a_proposal_of_a_renamed_folder_stays_one(moved):
    """The mark of kim's former answer is proposed for the new one, as before the folder was renamed."""
    course, _ = moved
    mark = cells_of(course, "kim-k")
    assert (mark.pending, mark.before, mark.said) == (True, 6, "Read, kim.")


def test_whose_it_may_be_is_not_guessed(moved):
    """Two folders went and two came with one answer: marks are kept and listed, and nobody gets them."""
    course, _ = moved
    for name in ("twin-a", "copy-b"):
        assert row(course, name)["manual_pending"] == "1" and cells_of(course, name).before is None


def test_what_counts_nowhere_is_listed(moved):
    """At the end of make grade and in make marking; the gradebook has every one of them."""
    course, outcome = moved
    found = {mark.student: mark.score for mark in outcome.departed}
    assert found == {"eve": 3, "bob": 2, "hal": 5, "kim": 6, "twin": 9, "copy": 10}
    text = " ".join(summary(outcome, course).split())
    assert "6 marks were given by hand in folders that are no longer there, and count nowhere: make marking lists them" in text
    lines = marking_summary(left_to_read(course)).splitlines()
    assert f"  eve {STAGE.id} 1.8: 3" in lines and f"  bob {STAGE.id} 1.8: 2 (a proposal for rob)" in lines
    assert ("eve", "1.8", "3", "", KEPT) in changes_of(course)
    with Pipeline(course).gradebook() as book:
        marks = read_marks(book)
    assert {name: next(mark.score for mark in marks[STAGE.id, name].marks if mark.task == "1.8") for name in ("eve", "twin")} == {
        "eve": 3, "twin": 9}


def test_a_folder_that_comes_back_has_its_mark_again(moved, tmp_path):
    """Nothing is written twice; what came back is said; a proposal that was taken over is none any more."""
    course = shutil.copytree(moved[0], tmp_path / "course")
    table = (course / "changes.csv").read_bytes()
    assert not grade(course).changes and (course / "changes.csv").read_bytes() == table
    hand_in(course, "eve", f"{BROKEN}# The answer of eve.\n", answered("The answer of eve."))
    move(course, "ada-l", "ada")
    give(course, "rob", 2, "Read, bob.")
    outcome = grade(course)
    assert (row(course, "eve")["score"], row(course, "ada")["score"], row(course, "rob")["score"]) == ("3", "1", "2")
    assert "no longer there" not in row(course, "rob")["note"]
    assert changes_of(course, "eve")[-2:] == [("eve", task, "", "3", "in submitted/ again") for task in ("1.8", "total")]
    assert {mark.student for mark in outcome.departed} == {"hal", "kim", "twin", "copy"}
    remake(course, Silent())
    assert row(course, "ada")["manual_pending"] == "0"
