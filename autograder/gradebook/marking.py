"""`make marking`: list what is left to mark, split it among markers, and merge their marks.

A mark belongs to an answer. A share's list carries the key of each answer; a returned mark is accepted if the answer is still the
same and nobody else has given a different mark.
"""

from __future__ import annotations

import hashlib
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.errors import UsageError
from autograder.grade.feedback_text import points
from autograder.gradebook.departed import Departed, find_departed
from autograder.gradebook.health import need_gradebook
from autograder.gradebook.marks import Mark, SubmissionMarks, read_keys, read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.gradebook.shared_gradebook import gradebook
from autograder.gradebook.tables import write_csv
from autograder.table import read_table
from autograder.text import undefused

COLUMNS = ("student", "stage", "task", "answer", "score", "max_score", "comment", "before", "address")
SHARE = re.compile(r"\s*(\d+)\s*/\s*(\d+)\s*")
FOLDER = "marking"


@dataclass(frozen=True)
class Entry:
    """One answer, and its mark."""

    student: str
    stage: str
    task: str
    answer: str
    mark: Mark
    notebook_id: str = ""


@dataclass
class Left:
    """What is left to mark.

    Attributes
    ----------
    waiting : list of Entry
        Sorted by stage, task and student; those of one share, if one was requested.
    path : Path or None
        The list of a share, to be filled in by hand or marked in formgrader.
    departed : list of Departed
        Marks given by hand in folders that no longer exist, and that count nowhere.
    """

    waiting: list[Entry] = field(default_factory=list)
    marked: int = 0
    unanswered: int = 0
    path: Path | None = None
    departed: list[Departed] = field(default_factory=list)


@dataclass
class Imported:
    """The result of importing marks.

    Attributes
    ----------
    taken : list of str
        Marks that are new in this gradebook.
    same : int
        Number of marks that were there already.
    conflicts : list of str
        Marks that were not imported, and why.
    """

    taken: list[str] = field(default_factory=list)
    same: int = 0
    conflicts: list[str] = field(default_factory=list)


def share_of(text: str) -> tuple[int, int]:
    """Parse ``2/3``, the second of three shares.

    Raises
    ------
    UsageError
        It is something else.
    """
    match = SHARE.fullmatch(text)
    number, among = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= among <= 100:
        raise UsageError(f"SHARE={text} is no share; write SHARE=2/3 for the second of three")
    return number, among


def in_share(pairs: Iterable[tuple[str, str]], number: int, among: int) -> set[tuple[str, str]]:
    """Return the submissions of one share: shares of equal size, in an order independent of names and marks."""
    ordered = sorted(pairs, key=lambda pair: (pair[0], hashlib.sha256(pair[1].encode()).digest()))
    return set(ordered[number - 1::among])


def left_to_read(course: Path, stage_id: str | None = None, share: str | None = None) -> Left:
    """Return what is left to mark; for a share, also write its list to ``marking/``."""
    course = course.resolve()
    need_gradebook(course)
    pipeline = Pipeline(course)
    present = set(pipeline.term.people.present())
    with pipeline.gradebook() as book:
        entries = [entry for entry in _entries(book, stage_id) if (entry.stage, entry.student) in present]
        departed = [mark for mark in find_departed(book, pipeline.term.people) if stage_id in (None, mark.stage)]
    number, among = share_of(share) if share else (1, 1)
    share_pairs = in_share({(entry.stage, entry.student) for entry in entries if not entry.mark.unanswered}, number, among)
    mine = [entry for entry in entries if (entry.stage, entry.student) in share_pairs]
    left = Left([entry for entry in mine if entry.mark.pending], sum(entry.mark.by_hand for entry in mine),
                sum(entry.mark.unanswered for entry in entries), departed=departed)
    if share:
        left.path = course / FOLDER / f"share-{number}-of-{among}.csv"
        write_csv(left.path, COLUMNS, map(_row, left.waiting))
    return left


def _entries(book: Gradebook, stage_id: str | None = None) -> list[Entry]:
    """Return every answer to a written task, and other marks that are pending or set by hand."""
    keys = read_keys(book)
    found = [Entry(entry.student, entry.stage, mark.task, keys.get((entry.notebook_id, mark.name), ""), mark, entry.notebook_id)
             for entry in read_marks(book, stage_id).values() for mark in entry.marks
             if mark.pending or mark.by_hand or mark.unanswered]
    return sorted(found, key=lambda entry: (entry.stage, entry.task, entry.student))


def _row(entry: Entry) -> dict[str, Any]:
    before = "" if entry.mark.before is None else points(entry.mark.before)
    return {"student": entry.student, "stage": entry.stage, "task": entry.task, "answer": entry.answer[:16], "score": "",
            "max_score": points(entry.mark.max_score), "comment": "", "before": before,
            "address": f"formgrader/submissions/{entry.notebook_id}/"}


def import_marks(course: Path, source: Path) -> Imported:
    """Import marks from a filled-in list, a gradebook.db, or a course folder.

    Raises
    ------
    UsageError
        The source cannot be read as marks.
    """
    course, source = course.resolve(), source.expanduser()
    need_gradebook(course)
    given = list(_given(source))
    outcome = Imported()
    pipeline = Pipeline(course)
    book = gradebook(pipeline.database)
    with book:
        own = {(entry.student, entry.stage, mark.task): (entry, mark)
               for entry in read_marks(book).values() for mark in entry.marks}
        keys = read_keys(book)
    with book.one_transaction():
        for mark in given:
            place = mark.student, mark.stage, mark.task
            if _take(book, own.get(place), keys, mark, outcome):  # a later row may contradict it
                entry, old = own[place]
                own[place] = entry, replace(old, by_hand=True, score=mark.score, comment=mark.comment or old.comment)
    return outcome


@dataclass(frozen=True)
class Given:
    """A mark from elsewhere."""

    student: str
    stage: str
    task: str
    answer: str
    score: float
    comment: str = ""

    def __str__(self) -> str:
        return f"{self.student} {self.stage} {self.task}: {points(self.score)}"


def _take(book: Gradebook, own: tuple[SubmissionMarks, Mark] | None, keys: dict[tuple[str, str], str], given: Given,
          outcome: Imported) -> bool:
    """Enter one mark unless it conflicts with an existing one; return whether it was entered."""
    if own is None:
        outcome.conflicts.append(f"{given}: there is no such answer here")
        return False
    entry, mark = own
    key = keys.get((entry.notebook_id, mark.name), "")
    if given.answer and not key.startswith(given.answer):
        outcome.conflicts.append(f"{given}: the answer here is another one")
    elif not 0 <= given.score <= mark.max_score:
        outcome.conflicts.append(f"{given}: there are 0 to {points(mark.max_score)} points")
    elif mark.by_hand and mark.score != given.score:
        outcome.conflicts.append(f"{given}: here it has {points(mark.score)}")
    elif mark.by_hand and given.comment in ("", mark.comment):
        outcome.same += 1
    elif mark.by_hand and mark.comment:
        outcome.conflicts.append(f"{given}: here it has another comment")
    else:
        grade = book.find_grade(mark.name, entry.stage, entry.stage, entry.student)
        grade.manual_score, grade.needs_manual_grade = given.score, False
        if given.comment:
            book.find_comment(mark.name, entry.stage, entry.stage, entry.student).manual_comment = given.comment
        outcome.taken.append(str(given))
        return True
    return False


def _given(source: Path) -> Iterator[Given]:
    if source.is_dir():
        source = source / "gradebook.db"
    if not source.is_file():
        raise UsageError(f"there are no marks at {source}; name a list of make marking, a gradebook.db, or a course folder")
    if source.read_bytes()[:16] == b"SQLite format 3\0":
        with tempfile.TemporaryDirectory() as scratch:  # opening a gradebook may write to it, so a copy is opened
            copied = Path(shutil.copy(source, scratch))
            with Gradebook(f"sqlite:///{copied}") as book:
                entries = _entries(book)
            for entry in entries:
                if entry.mark.by_hand and not entry.mark.pending:
                    yield Given(entry.student, entry.stage, entry.task, entry.answer, entry.mark.score, entry.mark.comment)
        return
    yield from _from_table(source)


def _from_table(source: Path) -> Iterator[Given]:
    rows = read_table(source).rows
    columns = [name.strip().lower() for name in rows[0][1]] if rows else []
    if "score" not in columns:
        raise UsageError(f"{source} has no column score; its first line is to name the columns: {', '.join(COLUMNS)}")
    for number, cells in rows[1:]:
        row = dict(zip(columns, cells, strict=False))
        score = (row.get("score") or "").strip()
        if not score:
            continue
        try:
            value = float(score.replace(",", "."))
        except ValueError:
            value = math.nan
        missing = [name for name in ("student", "stage", "task") if not row.get(name)]
        if missing or not math.isfinite(value):
            what = f"no {missing[0]}" if missing else f"{score!r} is no number of points"
            raise UsageError(f"{source}, line {number}: {what}")
        student, comment = undefused(row["student"]).strip(), undefused(row.get("comment") or "").strip()
        yield Given(student, row["stage"].strip(), row["task"].strip(), (row.get("answer") or "").strip(), value, comment)
