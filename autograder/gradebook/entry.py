"""Enter one record into the gradebook: marks, comments, times, penalty, and the notebook that formgrader shows.

Uses nbgrader.api, in one transaction per submission. The result is byte for byte that of nbgrader's own `autograde`, without its
converters, which open the gradebook eight times per submission. nbgrader's command line still uses those; see `grade_steps`.
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4.rwbase import split_lines, strip_transient
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import insert, select, update
from sqlalchemy.orm import joinedload, selectinload

from autograder.checks.rules import MAX_FILE
from autograder.errors import InfrastructureError, Refused
from autograder.grade.course import SEED
from autograder.grade.feedback_text import task_report
from autograder.grade.handin.archives import read_bytes
from autograder.grade.notebook import may_be_elsewhere, repair, task_of_cell
from autograder.grade.record import labelled, state_of_suite
from autograder.grade.submission import read_submission
from autograder.gradebook.answers import Answer, answers, code_key, nbgrader_meta
from autograder.gradebook.late import Penalties, Term, seconds_late, set_times
from autograder.gradebook.sanitize import is_page
from autograder.gradebook.shared_gradebook import ANSWERS, REPORTED, SharedGradebook
from autograder.stages import find_stage


@dataclass(frozen=True)
class HandedIn:
    """The parts of a submission that go into autograded/: regular files at its top level, by name, and the notebook's bytes.

    `documents` is a key of the files beside the notebook that may contain an answer, such as a scan.
    """

    files: Mapping[str, bytes]
    notebook: bytes | None
    unreadable: bool = False
    pictures: tuple[tuple[str, bytes], ...] = ()
    beside: tuple[str, ...] = ()
    documents: str = ""

    def content(self) -> str:
        """Return a key that changes with any of it."""
        digest = hashlib.sha256(self.notebook or b"-")
        for name, data in [*sorted(self.files.items()), *self.pictures]:
            digest.update(labelled(name, data))
        digest.update(f"{self.beside}{self.documents}".encode() if self.beside else b"")
        return digest.hexdigest()

    def repaired(self, stage_id: str) -> tuple[NotebookNode, tuple[str, ...]]:
        """Return the notebook with every marked cell in its place, and what was wrong with it; see `repair`."""
        return repair(self.notebook, stage_id, self.pictures, self.beside)


def read_handed_in(folder: Path, stage_id: str, ignore: list[str]) -> HandedIn:
    """Read a submission for autograded/, without links, folders, oversized files, or files that would be served as web pages."""
    files: dict[str, bytes] = {}
    if folder.is_dir() and not folder.is_symlink() and not folder.parent.is_symlink():
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            name = entry.name
            if not entry.is_file(follow_symlinks=False) or ".ipynb" in name or is_page(name) or any(
                    fnmatch.fnmatchcase(name, pattern) for pattern in ignore):
                continue
            with contextlib.suppress(Refused):
                files[name] = read_bytes(Path(entry.path), MAX_FILE)
    submission = read_submission(folder, folder.parent.name, find_stage(stage_id))
    return HandedIn(files, submission.notebook, submission.notebook_unread or bool(submission.needs_person), submission.pictures,
                    submission.beside, _documents(folder, submission.beside))


def _documents(folder: Path, names: tuple[str, ...]) -> str:
    """Return a key that changes with any of these files; empty if there are none."""
    digest = hashlib.sha256()
    for name in names:
        data = b""
        with contextlib.suppress(Refused):
            data = read_bytes(folder / name, MAX_FILE)
        digest.update(labelled(name, data))
    return digest.hexdigest() if names else ""


class Entries:
    """Enters submissions of one course.

    Parameters
    ----------
    course : Path
    gradebook : SharedGradebook
        To be used inside `one_transaction`.
    term : Term
        Policy and class list.
    penalties : Penalties
        nbgrader's step with the course's plugin.
    """

    def __init__(self, course: Path, gradebook: SharedGradebook, term: Term, penalties: Penalties) -> None:
        self.course, self.gradebook, self.term, self.penalties = course, gradebook, term, penalties
        self._sources: dict[str, Sources] = {}

    def _source(self, stage_id: str) -> Sources:
        if stage_id not in self._sources:
            self._sources[stage_id] = Sources.of(self.gradebook, stage_id)
        return self._sources[stage_id]

    def enter(self, record: Mapping[str, Any], handed_in: HandedIn) -> NotebookNode:
        """Enter one record's marks; return the notebook with marks and messages in its cells."""
        stage_id, student = record["stage"], record["student"]
        source = self._source(stage_id)
        repaired, notes = handed_in.repaired(stage_id)
        notebook = source.restored(repaired)
        fill(notebook, record, find_stage(stage_id).info.hidden)
        submitted = self._submission(stage_id, student)
        set_times(submitted.assignment, self.term)
        keys = Keys.of(notebook, stage_id, handed_in, is_lost(handed_in, notes))
        scores = {nbgrader_meta(cell)["grade_id"]: float(cell.outputs[1]["data"]["text/plain"])
                  for cell in notebook.cells if is_tested(cell)}
        names = cell_names(self.gradebook, submitted)
        waiting = {names[grade.cell_id]: grade.needs_manual_grade for grade in submitted.grades}
        before = marks_before(submitted, names)

        def reported() -> dict[str, Any] | None:
            shown = self._shown_before(stage_id, student) if before else None
            return before and before | {"content": "" if shown and shown.by_name != keys.by_name else handed_in.content()}

        for grade in submitted.grades:
            score = scores.get(names[grade.cell_id])
            if score is not None and grade.auto_score != score:
                grade.auto_score = score
        settle(self.gradebook, submitted, keys, waiting, lambda: self._shown_before(stage_id, student))
        for comment in submitted.comments:
            if comment.auto_comment is not None:
                comment.auto_comment = None
        score = sum(_score(grade) for grade in submitted.grades)
        about = submitted.assignment
        penalty = self.penalties.of(stage_id, student, score, seconds_late(about.timestamp, about.assignment.duedate,
                                                                           about.extension))
        if submitted.late_submission_penalty != penalty:
            submitted.late_submission_penalty = penalty
        state = state_of_suite(stage_id, record.get("seed", SEED))
        remember(self.gradebook, submitted.id, handed_in.content(), state, reported)
        return notebook

    def _submission(self, stage_id: str, student: str) -> SubmittedNotebook:
        """Return the submission with its marks and comments, creating it if necessary."""
        session = self.gradebook.db
        if session.get(Student, student) is None:
            self.gradebook.add_student(student)
        question = (select(SubmittedNotebook)
                    .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
                    .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
                    .where(Assignment.name == stage_id, SubmittedAssignment.student_id == student)
                    .options(selectinload(SubmittedNotebook.grades), selectinload(SubmittedNotebook.comments),
                             joinedload(SubmittedNotebook.assignment).joinedload(SubmittedAssignment.assignment)))
        found = session.execute(question).scalars().first()
        if found is None:
            with session.no_autoflush:  # nbgrader reads the cells while the submission is incomplete
                self.gradebook.add_submission(stage_id, student)
            found = session.execute(question).scalars().one()
        return found

    def _shown_before(self, stage_id: str, student: str) -> Keys | None:
        """Return what a gradebook without the kit's table (version 0.1.0) showed: the answers in the notebook of that time."""
        path = self.course / "autograded" / student / stage_id / f"{stage_id}.ipynb"
        if path.is_symlink() or not path.is_file():
            return None
        try:
            before = nbformat.read(path, as_version=4)
            files = {file.name: file.read_bytes() for file in path.parent.glob("*.py")}
        except Exception:  # a damaged file tells nothing
            return None
        return Keys.of(before, stage_id, HandedIn(files, b""), False)


@dataclass(frozen=True)
class Keys:
    """The answer keys that marks belong to, by cell; the written answers; and whether an answer may have been lost."""

    by_name: Mapping[str, str]
    written: Mapping[str, Answer]
    lost: bool = False

    @classmethod
    def of(cls, notebook: NotebookNode, stage_id: str, handed_in: HandedIn, lost: bool) -> Keys:
        """Compute them from the repaired notebook and the files beside it."""
        written = answers(notebook, stage_id)
        if handed_in.documents:  # another scan beside the notebook is another answer
            def mixed(key: str) -> str:
                return hashlib.sha256(f"{key}{handed_in.documents}".encode()).hexdigest()

            written = {name: Answer(mixed(answer.key), answer.cells, mixed(answer.former)) for name, answer in written.items()}
        code = code_key(handed_in.files)
        by_name = {meta["grade_id"]: written[meta["grade_id"]].key if meta["grade_id"] in written else code
                   for meta in map(nbgrader_meta, notebook.cells) if meta.get("grade") or meta.get("task")}
        return cls(by_name, written, lost)


def is_lost(handed_in: HandedIn, notes: tuple[str, ...]) -> bool:
    """Whether a notebook cannot be read, so that a person has to find out if it held an answer."""
    return handed_in.unreadable or may_be_elsewhere(notes)


def settle(gradebook: Gradebook, submitted: SubmittedNotebook, keys: Keys, waiting: Mapping[str, bool],
           before: Callable[[], Keys | None] = lambda: None) -> None:
    """Match marks given by hand with the answers they were given for.

    A mark whose answer is unchanged stays. If the answer has changed, mark and comment become a proposal and the answer waits to
    be marked again; if the earlier answer returns, so does its mark.

    Parameters
    ----------
    waiting : mapping of str to bool
        Which marks a person still had to give when the notebook was last shown.
    before : callable
        Returns what was shown, if the gradebook has no record of it.
    """
    session = gradebook.db
    rows = {row.name: row for row in session.execute(select(ANSWERS).where(ANSWERS.c.notebook_id == submitted.id))}
    earlier = None if rows or all(grade.manual_score is None for grade in submitted.grades) else before()
    comments = {comment.cell_id: comment for comment in submitted.comments}
    names = cell_names(gradebook, submitted)
    new: list[dict[str, Any]] = []
    for grade in submitted.grades:
        cell = names[grade.cell_id]
        key = keys.by_name.get(cell)
        if key is None:
            continue
        row, comment = rows.get(cell), comments.get(grade.cell_id)
        same = {key, keys.written[cell].former} if cell in keys.written else {key}
        shown = row.shown if row else earlier.by_name.get(cell, key) if earlier else key
        if shown != key:  # a page of formgrader that is open shows the other answer: what it saves now finds no mark, and is told
            for mark in filter(None, (grade, comment)):
                mark.id = new_uuid()
        old = {name: getattr(row, name, None) for name in ("old_answer", "old_score", "old_extra", "old_comment")}
        said = comment.manual_comment if comment is not None else None
        given = grade.manual_score is not None or bool(grade.extra_credit) or bool(said)
        resolved = row is not None and row.old_answer is not None and shown == key and not waiting.get(cell, True)
        if given and shown != key:
            old = {"old_answer": shown, "old_score": grade.manual_score, "old_extra": grade.extra_credit, "old_comment": said}
            grade.manual_score = grade.extra_credit = None
            if comment is not None:
                comment.manual_comment = None
        elif grade.manual_score is not None or resolved:
            old = dict.fromkeys(old)
        if old["old_answer"] in same and grade.manual_score is None and not resolved:
            grade.manual_score, grade.extra_credit = old["old_score"], old["old_extra"]
            if comment is not None and not comment.manual_comment:
                comment.manual_comment = old["old_comment"]
            old = dict.fromkeys(old)
        _set_pending(grade, keys.written.get(cell), keys.lost, changed=old["old_answer"] is not None)
        values = {"notebook_id": submitted.id, "name": cell, "shown": key} | old
        if row is None:
            new.append(values)
        elif any(getattr(row, name) != value for name, value in values.items()):
            session.execute(update(ANSWERS).where(ANSWERS.c.notebook_id == submitted.id, ANSWERS.c.name == cell).values(values))
    if new:
        session.execute(insert(ANSWERS), new)


def cell_names(gradebook: Gradebook, submitted: SubmittedNotebook) -> dict[str, str]:
    """Return the names of a notebook's marked cells by their ids in the gradebook."""
    cells = BaseCell.__table__.c
    rows = gradebook.db.execute(select(cells.id, cells.name).where(cells.notebook_id == submitted.notebook_id))
    return {row.id: row.name for row in rows}


def _set_pending(grade: Grade, written: Answer | None, lost: bool, changed: bool) -> None:
    """Set whether a person has to look. A missing answer gets 0 without anyone's attention."""
    if written is not None:
        nothing = not written.key and not lost and not changed
        grade.auto_score = 0.0 if nothing else None
        pending = grade.manual_score is None and not nothing
    else:
        pending = grade.manual_score is None and changed
    if grade.needs_manual_grade != pending:
        grade.needs_manual_grade = pending


def marks_before(submitted: SubmittedNotebook, names: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the marks of a submission as `changes.snapshot` does; None if it has none yet."""
    marked = {task_of_cell({"grade_id": names[grade.cell_id]}): grade for grade in submitted.grades}
    if all(grade.auto_score is None and grade.manual_score is None for grade in marked.values()):
        return None
    return {"scores": {task: None if grade.needs_manual_grade and grade.manual_score is None else round(_score(grade), 6)
                       for task, grade in marked.items()},
            "by_hand": sorted(task for task, grade in marked.items() if grade.manual_score is not None),
            "penalty": float(submitted.late_submission_penalty or 0.0)}


def remember(gradebook: Gradebook, notebook_id: str, content: str, suite: str,
             reported: Callable[[], dict[str, Any] | None] = lambda: None) -> None:
    """Store what the marks come from: the submission's content and the suite.

    Parameters
    ----------
    reported : callable
        Returns the marks that were there, and the content they come from, if the gradebook has no record of it: it was made by
        version 0.1.0 or by nbgrader alone. People may have seen these marks, so that what differs now is a change.
    """
    session = gradebook.db
    row = session.execute(select(REPORTED).where(REPORTED.c.notebook_id == notebook_id)).first()
    if row is None:
        known = reported()
        session.execute(insert(REPORTED).values(notebook_id=notebook_id, content=content, suite=suite,
                                                marks=json.dumps(known | {"suite": ""}) if known else None))
    elif (row.content, row.suite) != (content, suite):
        before = json.loads(row.marks) if row.marks else None
        if before is not None:  # these marks are not in the tables yet: the change is still to be reported
            before.setdefault("content", row.content)
            before.setdefault("suite", row.suite)
        session.execute(update(REPORTED).where(REPORTED.c.notebook_id == notebook_id)
                        .values(content=content, suite=suite, marks=json.dumps(before) if before is not None else None))


def _score(grade: Grade) -> float:
    given = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return 0.0 if given is None else float(given) + float(grade.extra_credit or 0.0)


def is_tested(cell: Mapping[str, Any]) -> bool:
    """Whether a cell's mark comes from tests."""
    meta = nbgrader_meta(cell)
    return cell["cell_type"] == "code" and bool(meta.get("grade")) and not meta.get("solution")


def fill(notebook: NotebookNode, record: Mapping[str, Any], hidden: str) -> None:
    """Write score and report of each task into its cell as outputs, where nbgrader reads marks from."""
    for cell in notebook.cells:
        if not is_tested(cell):
            continue
        meta = nbgrader_meta(cell)
        task = task_of_cell(meta)
        tests = [test for test in record["tests"] if test["task"] == task]
        score = min(sum(test["points"] for test in tests), float(meta["points"]))
        cell.outputs = nbformat.from_dict([
            {"output_type": "stream", "name": "stdout", "text": task_report(task, tests, dict(record), hidden)},
            {"output_type": "execute_result", "data": {"text/plain": repr(float(score))}, "metadata": {}, "execution_count": 1},
        ])
        cell.execution_count = 1


@dataclass(frozen=True)
class Sources:
    """A stage's marked cells as stored in the gradebook, with the mark schemes."""

    cells: Mapping[str, tuple[bool, str, str]]
    kernelspec: Mapping[str, Any] | None

    @classmethod
    def of(cls, gradebook: Gradebook, stage_id: str) -> Sources:
        """Read them; each cell is (locked, source, checksum)."""
        session = gradebook.db
        row = session.execute(select(Notebook.id, Notebook.kernelspec).join(Assignment, Assignment.id == Notebook.assignment_id)
                              .where(Assignment.name == stage_id, Notebook.name == stage_id)).first()
        if row is None:
            raise InfrastructureError(f"{stage_id} is not in the gradebook; run make grade")
        cells = session.execute(select(SourceCell.name, SourceCell.locked, SourceCell.source, SourceCell.checksum)
                                .where(SourceCell.notebook_id == row.id))
        return cls({name: (locked, source, checksum) for name, locked, source, checksum in cells},
                   json.loads(row.kernelspec) if row.kernelspec else None)

    def restored(self, repaired: NotebookNode) -> NotebookNode:
        """Return a copy of a repaired notebook (which is shared) with the stored sources of its locked cells."""
        notebook = nbformat.from_dict(repaired)
        if self.kernelspec:
            notebook.metadata["kernelspec"] = dict(self.kernelspec)
        for cell in notebook.cells:
            name = str(nbgrader_meta(cell).get("grade_id", ""))
            if name in self.cells:
                locked, source, checksum = self.cells[name]
                cell.metadata.nbgrader["checksum"] = checksum
                if locked:
                    cell.source = source
        return notebook


def write_autograded(folder: Path, stage_id: str, notebook: NotebookNode, handed_in: HandedIn, permissions: int) -> None:
    """Write autograded/<student>/<stage>/, the notebook last, so that a folder with a notebook is complete."""
    folder.mkdir(parents=True)
    for name, data in [*handed_in.files.items(), (f"{stage_id}.ipynb", written(notebook).encode("utf-8"))]:
        (folder / name).write_bytes(data)
        (folder / name).chmod(permissions)


def written(notebook: NotebookNode) -> str:
    """Return a notebook, which is changed, as nbconvert's exporter writes it; json takes many times as long to indent."""
    compact = json.dumps(strip_transient(split_lines(notebook)), sort_keys=True, ensure_ascii=False)
    try:
        return msgspec.json.format(compact, indent=1) + "\n"
    except msgspec.DecodeError:  # NaN, which json takes
        return nbformat.writes(notebook, version=4) + "\n"
