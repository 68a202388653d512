"""Preserve marks given by hand in folders that are no longer in submitted/, because they were renamed or removed.

Each such mark stays in the gradebook and is listed. It is carried over to another folder if its owner is clear: the answer is the
same, and either both folders belong to one person by the LMS's id, or the other folder is new and nobody else has that answer. If
only the answer or only the person is the same, the mark becomes a proposal there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbgrader.api import Assignment, Gradebook, SubmittedAssignment
from sqlalchemy import select, update

from autograder.grade.feedback_text import points
from autograder.grade.handin.state import read_state
from autograder.gradebook.answers import NOTHING, written_names
from autograder.gradebook.changes import Reported, read_reported
from autograder.gradebook.class_list import ClassList
from autograder.gradebook.marks import ELSEWHERE, SubmissionMarks, in_order, read_marks
from autograder.gradebook.shared_gradebook import ANSWERS, SharedGradebook, rows_of


@dataclass(frozen=True)
class Departed:
    """A mark given in a folder that no longer exists.

    Attributes
    ----------
    to : str
        The folder it goes to; empty if there is none.
    carried : bool
        It counts there now; otherwise it is a proposal.
    stands : bool
        The proposal has been made before.
    """

    student: str
    stage: str
    name: str
    task: str
    answer: str
    score: float | None
    extra: float | None
    comment: str
    to: str = ""
    carried: bool = False
    stands: bool = False

    def __str__(self) -> str:
        mark = "commented on" if self.score is None else points(self.score + (self.extra or 0.0))
        proposed = f" (a proposal for {self.to})" if self.to and not self.carried else ""
        return f"{self.student} {self.stage} {self.task}: {mark}{proposed}"

    def became(self) -> str:
        """Return why it no longer counts where it was given."""
        if not self.to:
            return "no longer in submitted/: kept in gradebook.db"
        return f"no longer in submitted/: {'carried over to' if self.carried else 'a proposal for'} {self.to}"


def gone(book: Gradebook, present: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the submissions in the gradebook, as (stage id, student), that are not in submitted/."""
    rows = book.db.execute(select(Assignment.name, SubmittedAssignment.student_id)
                           .join(SubmittedAssignment, SubmittedAssignment.assignment_id == Assignment.id))
    return sorted({(stage, student) for stage, student in rows} - set(present))


def find_departed(book: Gradebook, people: ClassList) -> list[Departed]:
    """Return the marks of folders that no longer exist and what should become of each, without changing anything.

    Marks that were given again, equal and for the same answer, are left out.
    """
    present = set(people.present())
    if not (people.course / "submitted").is_dir() or not gone(book, present):
        return []
    marks, rows = read_marks(book), {(row.notebook_id, row.name): row for row in rows_of(book, ANSWERS)}
    lost = [mark for pair, entry in sorted(marks.items()) if pair not in present for mark in _given(entry, rows)]
    if not lost:
        return []
    match = _Match(people, marks, present, rows, read_reported(book))
    found = [match.settle(mark) for mark in lost if not match.is_given_again(mark)]
    return sorted(found, key=lambda mark: (mark.stage, in_order(mark.task), mark.student))


def bring_along(book: SharedGradebook, people: ClassList) -> list[Departed]:
    """Carry over marks and record proposals as `find_departed` says; return its result."""
    with book:
        found = find_departed(book, people)
    news = [mark for mark in found if mark.to and not mark.stands]
    if news:
        with book.one_transaction():
            for mark in news:
                _bring(book, mark)
    return found


def _bring(book: Gradebook, mark: Departed) -> None:
    grade = book.find_grade(mark.name, mark.stage, mark.stage, mark.to)
    if mark.carried:
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = mark.score, mark.extra, mark.score is None
        if mark.comment:
            book.find_comment(mark.name, mark.stage, mark.stage, mark.to).manual_comment = mark.comment
    else:
        grade.needs_manual_grade = True
        book.db.execute(update(ANSWERS).where(ANSWERS.c.notebook_id == grade.notebook_id, ANSWERS.c.name == mark.name).values(
            old_answer=f"{ELSEWHERE}{mark.student}"[:64], old_score=mark.score, old_extra=mark.extra, old_comment=mark.comment))


def _given(entry: SubmissionMarks, rows: Mapping[tuple[str, str], Any]) -> Iterator[Departed]:
    """Yield what a person gave in one submission: marks, and those kept as a proposal because the answer changed."""
    for mark in entry.marks:
        row = rows.get((entry.notebook_id, mark.name))
        if mark.given:
            yield Departed(entry.student, entry.stage, mark.name, mark.task, row.shown if row is not None else NOTHING,
                           mark.manual, mark.extra, mark.comment)
        elif mark.changed and row is not None:
            yield Departed(entry.student, entry.stage, mark.name, mark.task, row.old_answer, row.old_score, row.old_extra,
                           row.old_comment or "")


class _Match:
    """Finds the folder that each mark may belong to."""

    def __init__(self, people: ClassList, marks: Mapping[tuple[str, str], SubmissionMarks], present: Collection[tuple[str, str]],
                 rows: Mapping[tuple[str, str], Any], reported: Mapping[str, Reported]) -> None:
        self.people = people
        self.open: dict[tuple[str, str], list[str]] = {}
        self.proposed: dict[tuple[str, str, str], str] = {}
        self.given: set[tuple[str, str, str, float | None]] = set()
        self.traits: dict[tuple[str, str], set[str]] = {}
        self.answers: dict[tuple[str, str], dict[str, str]] = {}
        self.new = {pair for pair in present if pair in marks and (
            (known := reported.get(marks[pair].notebook_id)) is None or known.marks is None)}
        for pair, entry in marks.items():
            own = {mark.name: row.shown if (row := rows.get((entry.notebook_id, mark.name))) is not None else NOTHING
                   for mark in entry.marks}
            content = reported[entry.notebook_id].content if entry.notebook_id in reported else NOTHING
            self.answers[pair] = own
            self.traits[pair] = {content, *(own[name] for name in written_names(entry.stage) & own.keys())} - {NOTHING}
            for mark in entry.marks if pair in present else ():
                if mark.given:
                    self.given.add((entry.stage, mark.name, own[mark.name], mark.manual))
                elif mark.elsewhere:
                    self.proposed[entry.stage, mark.name, mark.elsewhere] = entry.student
                elif not mark.changed:
                    self.open.setdefault((entry.stage, mark.name), []).append(entry.student)
        self.holders = Counter((stage, trait, (stage, student) in present) for (stage, student), traits in self.traits.items()
                               for trait in traits)

    def is_given_again(self, mark: Departed) -> bool:
        return mark.answer != NOTHING and (mark.stage, mark.name, mark.answer, mark.score) in self.given

    def settle(self, mark: Departed) -> Departed:
        """Return the mark with the folder it goes to."""
        if mark.answer == NOTHING:
            return mark
        if already := self.proposed.get((mark.stage, mark.name, mark.student)):
            return replace(mark, to=already, stands=True)
        there = sorted(self.open.get((mark.stage, mark.name), ()))
        same = {student for student in there if self.answers[mark.stage, student][mark.name] == mark.answer}
        plain = {student for student in there if self._is_plain(mark.stage, mark.student, student)}
        for fits, carried in ((same & plain, True), (plain, False), (same, False)):
            if len(fits) == 1:
                return replace(mark, to=fits.pop(), carried=carried)
        return mark

    def _is_plain(self, stage: str, one: str, other: str) -> bool:
        """Whether two folders belong to one person: by the LMS's id, or because the new one has what only the missing one had."""
        states = [read_state(self.people.course / "submitted", stage, student) for student in (one, other)]
        ids = {(state.get("lms"), state.get("id")) for state in states}
        if len(ids) == 1 and all(ids.pop()):
            return True
        if (stage, other) not in self.new or (one in self.people.roster and other in self.people.roster):
            return False
        shared = self.traits[stage, one] & self.traits[stage, other]
        return any(self.holders[stage, trait, True] == 1 == self.holders[stage, trait, False] for trait in shared)
