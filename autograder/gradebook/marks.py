"""Read the gradebook in a few queries. Tables, exports, pages and report all use these numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import ColumnElement, func, select

from autograder.grade.feedback_text import points
from autograder.grade.notebook import task_of_cell
from autograder.gradebook.answers import NOTHING
from autograder.gradebook.shared_gradebook import ANSWERS, rows_of

# Prefix in place of an answer's key: the proposed mark was given in this folder, which no longer exists.
ELSEWHERE = "folder "


@dataclass(frozen=True)
class Mark:
    """One marked cell.

    Attributes
    ----------
    pending : bool
        A person has yet to give the mark, or to check it again.
    by_hand : bool
        The score was given by a person.
    changed : bool
        The answer has changed since it was marked; `before` is its previous mark, `said` the comment.
    elsewhere : str
        The folder, no longer existing, in which `before` and `said` were given, possibly for this answer.
    manual, extra : float or None
        What a person gave.
    given : bool
        A person gave a mark, extra credit or a comment.
    unanswered : bool
        Nothing was written, and nobody gave a mark nevertheless.
    """

    name: str
    score: float
    max_score: float
    pending: bool = False
    by_hand: bool = False
    before: float | None = None
    said: str = ""
    changed: bool = False
    unanswered: bool = False
    comment: str = ""
    elsewhere: str = ""
    manual: float | None = None
    extra: float | None = None
    given: bool = False

    @property
    def task(self) -> str:
        """Id of its task."""
        return task_of_cell({"grade_id": self.name})

    @property
    def is_odd(self) -> bool:
        """Whether a person gave more points than there are, or less than none: nbgrader accepts 300 of 5."""
        return self.by_hand and not 0 <= self.score <= self.max_score


@dataclass
class SubmissionMarks:
    """The marks of one submission."""

    stage: str
    student: str
    notebook_id: str
    penalty: float
    timestamp: datetime | None
    extension: timedelta | None
    duedate: datetime | None
    marks: list[Mark] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Sum of all marks so far, before any penalty."""
        return round(sum(mark.score for mark in self.marks), 6)

    @property
    def max_score(self) -> float:
        """Maximum points."""
        return round(sum(mark.max_score for mark in self.marks), 6)

    @property
    def total(self) -> float:
        """The score minus the penalty, at least zero: what counts."""
        return round(max(0.0, self.score - self.penalty), 6)

    @property
    def pending(self) -> int:
        """Number of marks that a person has yet to give."""
        return sum(mark.pending for mark in self.marks)

    @property
    def changed(self) -> list[Mark]:
        """Marks whose answer has changed since it was marked."""
        return [mark for mark in self.marks if mark.changed]


def read_marks(gradebook: Gradebook, stage_id: str | None = None, student: str | None = None
               ) -> dict[tuple[str, str], SubmissionMarks]:
    """Return the submissions in the gradebook, all or those of one stage or student, by (stage id, student)."""
    found = {entry.notebook_id: entry for entry in _submissions(gradebook, stage_id, student)}
    cells = _cells(gradebook)
    narrow = len(found) == 1
    known = _answers(gradebook, *([ANSWERS.c.notebook_id.in_(found)] if narrow else []))
    question = select(Grade.notebook_id, Grade.cell_id, Grade.auto_score, Grade.manual_score, Grade.extra_credit,
                      Grade.needs_manual_grade)
    comments = select(Comment.notebook_id, Comment.cell_id, Comment.manual_comment, Comment.auto_comment)
    if narrow:
        question, comments = (q.where(of.notebook_id.in_(found)) for q, of in ((question, Grade), (comments, Comment)))
    said = {(notebook, cell): (manual or auto or "", bool(manual))
            for notebook, cell, manual, auto in gradebook.db.execute(comments)}
    for notebook, cell, auto, manual, extra, pending in gradebook.db.execute(question):
        if notebook in found and cell in cells:
            name, worth = cells[cell]
            given = manual if manual is not None else auto
            row = known.get((notebook, name))
            old = (row.old_answer or "") if row is not None and pending else ""
            elsewhere = old.removeprefix(ELSEWHERE) if old.startswith(ELSEWHERE) else ""
            comment, commented = said.get((notebook, cell), ("", False))
            found[notebook].marks.append(Mark(
                name, 0.0 if given is None else round(given + (extra or 0.0), 6), worth, bool(pending), manual is not None,
                row.old_score if row is not None else None, (row.old_comment or "") if row is not None else "",
                bool(old) and not elsewhere, row is not None and row.shown == NOTHING and not pending and manual is None, comment,
                elsewhere, manual, extra, manual is not None or bool(extra) or commented))
    for entry in found.values():
        entry.marks.sort(key=lambda mark: in_order(mark.task))
    return {(entry.stage, entry.student): entry for entry in found.values()}


def _submissions(gradebook: Gradebook, stage_id: str | None, student: str | None) -> Iterator[SubmissionMarks]:
    question = (
        select(Assignment.name, SubmittedAssignment.student_id, SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty,
               SubmittedAssignment.timestamp, SubmittedAssignment.extension, Assignment.duedate)
        .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id))
    if stage_id is not None:
        question = question.where(Assignment.name == stage_id)
    if student is not None:
        question = question.where(SubmittedAssignment.student_id == student)
    for name, who, notebook, penalty, *times in gradebook.db.execute(question):
        yield SubmissionMarks(name, who, notebook, penalty or 0.0, *times)


def _cells(gradebook: Gradebook) -> dict[str, tuple[str, float]]:
    """Return name and points of each marked cell by its id in the gradebook."""
    cells, graded, written = (kind.__table__ for kind in (BaseCell, GradeCell, TaskCell))
    worth = func.coalesce(graded.c.max_score, written.c.max_score)
    every = cells.outerjoin(graded, graded.c.id == cells.c.id).outerjoin(written, written.c.id == cells.c.id)
    question = select(cells.c.id, cells.c.name, worth).select_from(every).where(worth.is_not(None))
    return {cell: (name, float(most)) for cell, name, most in gradebook.db.execute(question)}


def read_keys(gradebook: Gradebook) -> dict[tuple[str, str], str]:
    """Return the key of the answer shown for each cell, by notebook and cell; empty if nothing was written."""
    return {(row.notebook_id, row.name): row.shown for row in rows_of(gradebook, ANSWERS)}


def _answers(gradebook: Gradebook, *where: ColumnElement[bool]) -> dict[tuple[str, str], Any]:
    """Return the kit's rows on answers that are missing or have changed, by notebook and cell."""
    rows = rows_of(gradebook, ANSWERS, *where, ANSWERS.c.old_answer.is_not(None) | (ANSWERS.c.shown == NOTHING))
    return {(row.notebook_id, row.name): row for row in rows}


def odd_marks(marks: Mapping[tuple[str, str], SubmissionMarks], stage_ids: Collection[str]) -> list[str]:
    """Return a sentence on each hand mark outside the possible range."""
    return sorted(f"{entry.student}, {entry.stage}: {mark.name} has {points(mark.score)} of {points(mark.max_score)} points"
                  for entry in marks.values() if entry.stage in stage_ids for mark in entry.marks
                  if mark.is_odd)


def in_order(task: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key for task ids: 1.10 comes after 1.9."""
    return tuple((int(part) if part.isdecimal() else 0, part) for part in task.split("."))
