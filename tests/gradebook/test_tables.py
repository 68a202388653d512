"""Rows of the tables and reasons of changes, out of marks made by hand: no course and no gradebook is needed."""

import csv
import io

import pytest

from autograder.errors import UsageError
from autograder.gradebook.changes import BACK, COLUMNS, LEFT, Change, Reported, _append, _differences, _whole, snapshot
from autograder.gradebook.class_list import ClassList, read_class
from autograder.gradebook.late import Term
from autograder.gradebook.marks import Mark, SubmissionMarks
from autograder.gradebook.policy import Policy
from autograder.gradebook.tables import GRADES, csv_bytes, grade_rows
from autograder.lms.roster import Roster

STAGE = "1-bptt"


def marks_of(student="ada", *marks, penalty=0.0):
    """The marks of one submission: the tests' 60 of 80 points, and what else is given."""
    return SubmissionMarks(STAGE, student, f"{student}-1", penalty, None, None, None, [Mark("task_1_1", 60.0, 80.0), *marks])


def row_of(entry, tmp_path, **record):
    """The row of grades.csv."""
    whole = {"student": entry.student, "stage": STAGE, "status": "graded", "reason": "", "isolation": "sandbox", "tests": []}
    (row,) = grade_rows([whole | record], {(STAGE, entry.student): entry}, Term(Policy(), ClassList(tmp_path)), {})
    return row


def test_where_a_person_has_to_look_there_is_no_mark_and_nothing_to_read(tmp_path):
    """A 0 would be a mark; its answers wait until it is clear which files count."""
    entry = marks_of("ada", Mark("task_1_8", 0.0, 20.0, pending=True))
    row = row_of(entry, tmp_path, status="needs_person", reason="Two files: which counts?\nMore of it")
    assert (row["score"], row["total"], row["manual_pending"]) == ("", "", 0)
    assert row["asks"] == ["Two files: which counts?"]
    row = row_of(entry, tmp_path)
    assert (row["score"], row["total"], row["manual_pending"], row["asks"]) == ("60", "60", 1, [])


@pytest.mark.parametrize("score, asks", [(0.0, []), (20.0, []), (20.5, ["1.8 has 20.5 of 20 points"]),
                                         (-1.0, ["1.8 has -1 of 20 points"])])
def test_a_mark_by_hand_that_cannot_be_meant_asks_and_none_or_all_points_do_not(tmp_path, score, asks):
    row = row_of(marks_of("ada", Mark("task_1_8", score, 20.0, by_hand=True)), tmp_path)
    assert row["asks"] == asks and row["note"] == "; ".join(asks)


def test_a_number_below_zero_is_a_number_and_a_formula_is_none():
    row = dict.fromkeys(GRADES, "") | {"student": "=1+1", "score": "-3.5", "total": "60", "note": "-3 and more"}
    (found,) = csv.DictReader(io.StringIO(csv_bytes(GRADES, [row]).decode()))
    assert (found["student"], found["score"], found["total"], found["note"]) == ("'=1+1", "-3.5", "60", "'-3 and more")


HAND = Mark("task_1_8", 15.0, 20.0, by_hand=True)
KNOWN = Reported("content", "suite 1", None)


def test_a_folder_that_goes_and_comes_back_has_what_it_had():
    """The marks a person gave, and the total without the penalty; what tests gave is given again."""
    entry = marks_of("ada", HAND, penalty=5.0)
    before = snapshot(entry)
    gone, back = _whole(entry, before, LEFT, {}), _whole(entry, before, BACK, {})
    assert gone == [Change("ada", STAGE, task, score, "", LEFT) for task, score in (("1.8", "15"), ("total", "70"))]
    assert back == [Change("ada", STAGE, task, "", score, BACK) for task, score in (("1.8", "15"), ("total", "70"))]


@pytest.mark.parametrize("was, now, known, why", [
    (marks_of(), marks_of(penalty=5.0), KNOWN, [("penalty", "0", "5", "policy")]),
    (marks_of(penalty=5.0), marks_of(), KNOWN, [("penalty", "5", "0", "policy")]),
    (marks_of(), marks_of("ada", HAND), KNOWN, [("1.8", "", "15", "hand")]),
    (marks_of("ada", HAND), marks_of("ada", Mark("task_1_8", 0.0, 20.0, pending=True)), KNOWN, [("1.8", "15", "", "hand")]),
    (marks_of("ada", HAND), marks_of("ada", Mark("task_1_8", 0.0, 20.0, pending=True, changed=True)), KNOWN,
     [("1.8", "15", "", "new submission: changed since it was marked")]),
    (marks_of("ada", HAND), marks_of("ada", HAND), KNOWN, []),
])
def test_a_change_says_why(was, now, known, why):
    found = _differences(now, snapshot(was), snapshot(now), known)
    assert [(change.task, change.before, change.after, change.why) for change in found] == why


@pytest.mark.parametrize("there", ["", "student,stage\nada,x", "student,stage\nada,x\n"], ids=["new", "without an end", "whole"])
def test_changes_are_put_after_what_stands_in_the_file(tmp_path, there):
    """A person who edited the file may have left its last line without an end."""
    path = tmp_path / "changes.csv"
    path.write_text(there)
    _append(path, [Change("bob", STAGE, "1.8", "", "3", "hand")])
    lines = path.read_text().splitlines()
    assert lines[:-1] == (there.splitlines() or [",".join(COLUMNS)]) and lines[-1].startswith(f"bob,{STAGE},1.8,,3,hand,")


def test_who_is_in_a_group_that_handed_in_is_not_missing(tmp_path):
    """Whoever of them handed it in; the group's own row is nobody."""
    roster = {name: {"group": group} for name, group in (("ann", "A"), ("ben", "A"), ("cy", "B"), ("dee", ""), ("A", "A"))}
    people = ClassList(tmp_path, roster)
    assert people.missing(STAGE, [(STAGE, "ann")]) == people.missing(STAGE, [(STAGE, "A")]) == ["cy", "dee"]
    assert people.missing(STAGE, [("2-vanishing", "ann"), (STAGE, "dee")]) == ["ann", "ben", "cy"]


@pytest.mark.parametrize(("text", "says"), [
    ("student,extension\nada,1\nbob,\nada,5\n", "lines 2 and 4: both are of ada"),
    ("student,name,name\nada,Ada,Lovelace\n", "two columns name"),
    ("student,name,extension\nada,Lovelace, Ada,2\n", "line 2, has 4 cells, and the first line names 3"),
])
def test_a_list_of_people_that_says_two_things_is_refused_and_not_half_read(tmp_path, text, says):
    """By `make grade`, and by `make collect`, which would write it again."""
    (tmp_path / "roster.csv").write_text(text)
    for read in (read_class, Roster.read):
        with pytest.raises(UsageError, match=r"roster\.csv") as error:
            read(tmp_path)
        assert says in str(error.value) or "ada stands in line 2 and in line 4" in str(error.value)


def test_a_list_of_people_may_say_one_thing_twice(tmp_path):
    """Equal rows, cells without anything behind the last column, lines without a student."""
    (tmp_path / "roster.csv").write_text("student,extension\nada,1,,\n,,\nada,1\nbob\n")
    roster = read_class(tmp_path).roster
    assert roster == {"ada": {"student": "ada", "extension": "1"}, "bob": {"student": "bob", "extension": ""}}
