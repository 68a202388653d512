"""changes.csv: every mark that changed, and why. No mark changes silently."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.api import Gradebook
from sqlalchemy import update

from autograder.grade.course import bytes_of
from autograder.grade.feedback_text import points
from autograder.grade.record import why_changed, write_atomically
from autograder.gradebook.marks import SubmissionMarks
from autograder.gradebook.shared_gradebook import REPORTED, SharedGradebook, rows_of

if TYPE_CHECKING:
    from autograder.gradebook.departed import Departed

CHANGES = "changes.csv"
COLUMNS = ("student", "stage", "task", "before", "after", "why", "when")
PENALTY, TOTAL = "penalty", "total"
GONE = "gone"
LEFT, BACK = "no longer in submitted/", "in submitted/ again"


@dataclass(frozen=True)
class Reported:
    """The content and suite that the marks of a submission come from, and the marks last written to the tables (None if never).
    """

    content: str
    suite: str
    marks: dict[str, Any] | None


@dataclass(frozen=True)
class Change:
    """One mark that changed; an empty text stands for a mark not yet given."""

    student: str
    stage: str
    task: str
    before: str
    after: str
    why: str

    def __str__(self) -> str:
        return f"{self.student} {self.stage} {self.task}: {self.before or 'no mark'} to {self.after or 'no mark'} ({self.why})"


def read_reported(gradebook: Gradebook) -> dict[str, Reported]:
    """Return what was last reported, by id of the submitted notebook."""
    return {row.notebook_id: Reported(row.content, row.suite, json.loads(row.marks) if row.marks else None)
            for row in rows_of(gradebook, REPORTED)}


def report_changes(course: Path, gradebook: SharedGradebook, marks: Mapping[tuple[str, str], SubmissionMarks],
                   present: Collection[tuple[str, str]], departed: Iterable[Departed]) -> list[Change]:
    """Compare the marks with those last written to the tables, append the differences to changes.csv and store the new marks.

    Parameters
    ----------
    present : collection of (stage id, student)
        Submissions in submitted/; others no longer have a mark.
    departed : iterable of Departed
        Marks given by hand in folders that are gone, and what became of them.

    Returns
    -------
    list of Change
        Sorted by stage, student and task. A mark that is new is not a change.
    """
    with gradebook:
        reported = read_reported(gradebook)
    found: list[Change] = []
    news: dict[str, str] = {}
    there = set(present)
    became = {(mark.stage, mark.student, mark.task): mark.became() for mark in departed}
    brought = {(mark.stage, mark.to, mark.task): f"hand: marked in the folder {mark.student}, which is no longer there"
               for mark in departed if mark.carried}
    for pair in sorted(marks):
        entry = marks[pair]
        known = reported.get(entry.notebook_id)
        if known is None:
            continue
        now = snapshot(entry) | ({} if pair in there else {GONE: True})
        if known.marks is None:
            found += [Change(entry.student, entry.stage, task, "", _text(score), brought[*pair, task])
                      for task, score in now["scores"].items() if (*pair, task) in brought]
        elif GONE in now:
            found += [] if GONE in known.marks else _whole(entry, known.marks, LEFT, became)
        else:
            found += _whole(entry, known.marks, BACK, {}) if GONE in known.marks else []
            found += [replace(change, why=brought.get((*pair, change.task), change.why))
                      for change in _differences(entry, known.marks, now, known)]
        if known.marks != now:
            news[entry.notebook_id] = json.dumps(now, sort_keys=True)
    if found:
        _append(course / CHANGES, found)
    if news:
        with gradebook.one_transaction():
            for notebook_id, text in news.items():
                gradebook.db.execute(update(REPORTED).where(REPORTED.c.notebook_id == notebook_id).values(marks=text))
    return found


def snapshot(entry: SubmissionMarks) -> dict[str, Any]:
    """Return the marks as written to the tables; None is a mark not yet given."""
    return {"scores": {mark.task: None if mark.pending and not mark.by_hand else mark.score for mark in entry.marks},
            "by_hand": sorted(mark.task for mark in entry.marks if mark.by_hand), PENALTY: entry.penalty}


def _whole(entry: SubmissionMarks, marks: Mapping[str, Any], why: str,
           became: Mapping[tuple[str, str, str], str]) -> list[Change]:
    """Return the changes for a folder whose hand marks and total leave the tables (`LEFT`), or are in them again (`BACK`)."""
    total = round(max(0.0, sum(score or 0.0 for score in marks["scores"].values()) - marks[PENALTY]), 6)
    scores = {task: score for task, score in marks["scores"].items() if task in marks["by_hand"]} | {TOTAL: total}
    return [Change(entry.student, entry.stage, task, *((_text(score), "") if why == LEFT else ("", _text(score))),
                   became.get((entry.stage, entry.student, task), why)) for task, score in scores.items()]


def _differences(entry: SubmissionMarks, before: Mapping[str, Any], now: Mapping[str, Any], known: Reported) -> list[Change]:
    content = before.get("content", known.content) != known.content
    suite = why_changed(str(before.get("suite", known.suite)), known.suite)
    why = ", ".join(filter(None, ["new submission" if content else "", suite]))
    changed = {mark.task for mark in entry.changed}
    found = []
    for task, score in now["scores"].items():
        earlier = before["scores"].get(task)
        if earlier == score:
            continue
        reason = why or "settings"
        if task in now["by_hand"] or (task in before["by_hand"] and task not in changed):
            reason = "hand"
        elif task in changed and task in before["by_hand"]:
            reason = f"{why or 'new submission'}: changed since it was marked"
        found.append(Change(entry.student, entry.stage, task, _text(earlier), _text(score), reason))
    if before[PENALTY] != now[PENALTY]:
        found.append(Change(entry.student, entry.stage, PENALTY, _text(before[PENALTY]), _text(now[PENALTY]),
                            "new submission" if content else "policy"))
    return found


def _text(score: float | None) -> str:
    return "" if score is None else points(score)


def _append(path: Path, changes: list[Change]) -> None:
    """Append rows to the file, whatever it contains."""
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    before = bytes_of(path)
    if not before.strip():
        writer.writerow(COLUMNS)
    elif not before.endswith(b"\n"):
        before += b"\n"
    writer.writerows((change.student, change.stage, change.task, change.before, change.after, change.why, when)
                     for change in changes)
    write_atomically(path, before + text.getvalue().encode("utf-8"))
