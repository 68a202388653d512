"""Marks of several people, read from lists and gradebooks: taken where the answer is the same, named where not."""

import csv
import shutil

import pytest

from autograder.errors import UsageError
from autograder.gradebook.marking import import_marks, in_share, left_to_read, share_of
from autograder.gradebook.marks import read_marks
from autograder.gradebook.pipeline import Pipeline
from tests.classroom import STAGE


def mark_of(course, student):
    """The mark of the written task."""
    with Pipeline(course).gradebook() as book:
        entry = read_marks(book, STAGE.id, student)[STAGE.id, student]
    return next(mark for mark in entry.marks if mark.task == "1.8")


def table(path, *rows):
    """A list as somebody filled it in."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([("student", "stage", "task", "answer", "score", "comment"), *rows])
    return path


def test_shares_are_even_and_cut_nobody():
    pairs = {("1-bptt", f"student {number}") for number in range(31)} | {("2-vanishing", "ada")}
    shares = [in_share(pairs, number, 3) for number in (1, 2, 3)]
    assert sum(map(len, shares)) == 32 and set.union(*shares) == pairs and {len(share) for share in shares} <= {10, 11}
    assert share_of(" 2 / 3 ") == (2, 3)
    for wrong in ("0/3", "4/3", "2", "a/b", "2/0", "-1/3"):
        with pytest.raises(UsageError, match="write SHARE=2/3"):
            share_of(wrong)


def test_a_list_is_taken_where_it_fits_and_told_where_not(course):
    """Another answer, an unknown student, too many points, somebody else's mark: nothing of it is written."""
    left = left_to_read(course, share="1/1")
    with open(left.path, encoding="utf-8") as file:
        answers = {row["student"]: row["answer"] for row in csv.DictReader(file)}
    assert set(answers) == {"half", "hostile", "solution"} and (left.marked, left.unanswered) == (0, 2)
    rows = [("half", STAGE.id, "1.8", answers["half"], "7,5", "Good."),
            ("solution", STAGE.id, "1.8", "0123456789abcdef", "9", ""), ("nobody", STAGE.id, "1.8", "", "9", ""),
            ("hostile", STAGE.id, "1.8", answers["hostile"], "300", "")]
    outcome = import_marks(course, table(course / "list.csv", *rows))
    assert outcome.taken == [f"half {STAGE.id} 1.8: 7.5"] and len(outcome.conflicts) == 3
    assert [text.rpartition(": ")[2] for text in outcome.conflicts] == [
        "the answer here is another one", "there is no such answer here", "there are 0 to 20 points"]
    mark = mark_of(course, "half")
    assert (mark.score, mark.by_hand, mark.pending, mark.comment) == (7.5, True, False, "Good.")
    assert mark_of(course, "hostile").pending and mark_of(course, "solution").pending
    other = import_marks(course, table(course / "list.csv", ("half", STAGE.id, "1.8", "", "12", "")))
    assert other.conflicts == [f"half {STAGE.id} 1.8: 12: here it has 7.5"] and mark_of(course, "half").score == 7.5
    other = import_marks(course, table(course / "list.csv", ("half", STAGE.id, "1.8", "", "7.5", "Too short.")))
    assert other.conflicts == [f"half {STAGE.id} 1.8: 7.5: here it has another comment"]
    rows = [("solution", STAGE.id, "1.8", "", "9", ""), ("solution", STAGE.id, "1.8", "", "4", "")]
    twice = import_marks(course, table(course / "list.csv", *rows))
    assert twice.conflicts == [f"solution {STAGE.id} 1.8: 4: here it has 9"] and mark_of(course, "solution").score == 9


def test_another_gradebook_is_read_and_left_alone(course, tmp_path):
    """A folder or the file itself; it is not changed by being read."""
    other = shutil.copytree(course, tmp_path / "other")
    import_marks(other, table(other / "list.csv", ("half", STAGE.id, "1.8", "", "3", "Short.")))
    before = (other / "gradebook.db").read_bytes()
    assert import_marks(course, other).taken == [f"half {STAGE.id} 1.8: 3"]
    assert import_marks(course, other / "gradebook.db").same == 1
    assert (other / "gradebook.db").read_bytes() == before and mark_of(course, "half").comment == "Short."


@pytest.mark.parametrize("data, words", [
    (b"student,stage,task,score\nhalf,1-bptt,1.8,many\n", "line 2: 'many' is no number of points"),
    (b"stage,task,score\n1-bptt,1.8,3\n", "line 2: no student"),
    (b"student\x81,score\n", "is not UTF-8"),
    (b"PK\x03\x04 a workbook", "is a workbook; save it as CSV UTF-8 and give that"),
    (b"student,stage,task,points\nhalf,1-bptt,1.8,3\n", "has no column score; its first line is to name the columns: student"),
    (b"", "has no column score"),
])
def test_a_list_that_is_none_says_so(course, data, words):
    (course / "list.csv").write_bytes(data)
    with pytest.raises(UsageError, match=words):
        import_marks(course, course / "list.csv")
    with pytest.raises(UsageError, match="there are no marks at"):
        import_marks(course, course / "nowhere.csv")
