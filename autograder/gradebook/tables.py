"""grades.csv and items.csv, for TAs and scripts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.grade.classroom import Records
from autograder.grade.feedback_text import points
from autograder.grade.record import record_path, state_of_suite, why_changed, write_atomically
from autograder.gradebook.changes import Change, Reported, read_reported, report_changes
from autograder.gradebook.late import Term
from autograder.gradebook.marks import SubmissionMarks, read_marks
from autograder.sandbox.isolation import in_short
from autograder.text import defused, on_a_page

if TYPE_CHECKING:
    from autograder.gradebook.pipeline import Pipeline

GRADES = ("student", "stage", "status", "score", "max_score", "manual_pending", "penalty", "total", "note")
ITEMS = ("student", "stage", "task", "test", "visibility", "outcome", "points", "max_points", "mistake")
NEEDS_PERSON = "needs_person"
NUMBER = re.compile(r"-?\d+(\.\d+)?|")


def grade_rows(records: Iterable[Mapping[str, Any]], marks: Mapping[tuple[str, str], SubmissionMarks], term: Term,
               reported: Mapping[str, Reported]) -> list[dict[str, Any]]:
    """Return one row per submission: the score so far including hand marks, how many marks are pending, and the total.

    A submission that a person must look at first (`needs_person`) has neither score nor total, since a 0 would be a mark, and no
    pending answers. `asks` is not a column: it lists the notes that require action.
    """
    rows = []
    for record in records:
        entry = marks.get((record["stage"], record["student"]))
        if entry is None:
            continue
        row: dict[str, Any] = {key: record[key] for key in ("student", "stage", "status")}
        waits, noted = record["status"] == NEEDS_PERSON, list(notes(record, entry, term, reported.get(entry.notebook_id)))
        row |= {"score": "" if waits else points(entry.score), "max_score": points(entry.max_score),
                "manual_pending": 0 if waits else entry.pending, "penalty": points(entry.penalty),
                "total": "" if waits else points(entry.total),
                "note": "; ".join(text for text, _ in noted), "asks": [text for text, asks in noted if asks]}
        rows.append(row)
    return rows


def notes(record: Mapping[str, Any], entry: SubmissionMarks, term: Term, reported: Reported | None,
          ) -> Iterator[tuple[str, bool]]:
    """Yield the notes on one row, and whether each requires action."""
    if record["status"] != "graded":
        reason = " ".join(str(record["reason"]).splitlines()[0].split()) if record["reason"] else record["status"]
        yield reason, record["status"] == NEEDS_PERSON
    for remark in record.get("remarks", ()):
        yield remark, False
    late = term.lateness(entry.stage, entry.student)
    if late.sentence():
        yield late.sentence(), bool(late.problem)
    for mark in entry.changed:
        before = "commented on" if mark.before is None else f"{points(mark.before)} points"
        yield f"{mark.task} changed since it was marked (before: {before})", True
    for mark in entry.marks:
        if mark.elsewhere:
            before = "commented on" if mark.before is None else f"marked with {points(mark.before)} points"
            yield f"{mark.task} was {before} in the folder {mark.elsewhere}, which is no longer there", True
    missing = [mark.task for mark in entry.marks if mark.unanswered]
    if missing:
        yield f"no answer written to {', '.join(missing)}", False
    for mark in entry.marks:
        if mark.is_odd:
            yield f"{mark.task} has {points(mark.score)} of {points(mark.max_score)} points", True
    stale = why_changed(reported.suite, state_of_suite(entry.stage, term.seed)) if reported is not None else ""
    if stale:
        yield f"{'marked under an older suite' if stale == 'suite' else stale}; run make grade", False
    if term.people.roster and entry.student not in term.people.roster:
        yield "not in roster.csv", False
    if in_short(record["isolation"]):
        yield f"graded {in_short(record['isolation'])}", False


def item_rows(records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield one row per test and submission."""
    for record in records:
        for test in record["tests"]:
            yield {"student": record["student"], "stage": record["stage"], **{key: test[key] for key in ITEMS[2:6]},
                   "points": points(test["points"]), "max_points": points(test["max_points"]), "mistake": test["mistake"]}


def csv_bytes(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a UTF-8 table with a header; keys without a column are ignored."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(value: Any) -> Any:
    """Return numbers unchanged and other text with formulas defused."""
    return value if not isinstance(value, str) or NUMBER.fullmatch(value) else defused(on_a_page(value))


def write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a table atomically, unless it is unchanged."""
    data = csv_bytes(columns, rows)
    if not path.exists() or path.read_bytes() != data:
        write_atomically(path, data)


def write_tables(course: Path, pipeline: Pipeline) -> tuple[list[dict[str, Any]], list[Change], list[str]]:
    """Write grades.csv and items.csv for everybody in the course, and changes.csv.

    Returns
    -------
    rows, changes, unusable
        The rows of grades.csv, the marks that changed since the tables were last written, and files that are not valid records.
    """
    book = pipeline.entries.gradebook
    present, departed = pipeline.term.people.present(), pipeline.departed
    every = Records(course, [pair for pair in present if record_path(course, *pair).exists()])
    with book:
        marks, reported = read_marks(book), read_reported(book)
    changes = report_changes(course, book, marks, present, departed)
    rows = grade_rows(every, marks, pipeline.term, reported)
    if not every.unusable or not (course / "grades.csv").exists():  # never replace complete tables by those of a part
        write_csv(course / "grades.csv", GRADES, rows)
        write_csv(course / "items.csv", ITEMS, item_rows(every))
    return rows, changes, every.unusable
