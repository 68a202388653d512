"""The result of collecting: the summary for the TA, and `collected.csv`.

`collected.csv` has a row for each person and stage collected, and one for each person on roster.csv who is missing:
``student,stage,when,late,source,attempt,files,note``. ``when`` is the time of the hand-in in ISO 8601 as given by the LMS: with
an offset if the LMS gives one, without if it means local time, and empty if unknown (Canvas, Moodle). ``late`` is ``yes`` if the
LMS marked it, else empty. ``attempt`` counts distinct hand-ins; a person who handed in nothing has 0 files and the note
``missing``. Each `make collect` writes the whole file for late policies to read; it is not meant to be edited.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.grade.handin.nested import is_archive
from autograder.grade.handin.state import COLLECTED, question_of, read_state
from autograder.grade.language import restored
from autograder.grade.names import shown
from autograder.grade.record import write_atomically
from autograder.lms.roster import Roster
from autograder.text import defused, on_a_page

COLUMNS = ("student", "stage", "when", "late", "source", "attempt", "files", "note")
WIDTH = 80
# Matches names of files that students hand in, by their suffix.
WORK = re.compile(r"\.(?:py|ipynb|pt)\W*\d*\W*$", re.IGNORECASE)


@dataclass
class Collected:
    """The result of collecting downloads.

    Attributes
    ----------
    new, replaced, unchanged : list of (student, stage)
        Submissions that are new, that replaced an earlier one, and that were there already.
    late : set of (student, stage)
        Marked late by the LMS.
    missing : list of (student, stage)
        People on the roster without a submission to a stage that was collected now.
    unknown : list of str
        Files whose owner is unknown.
    notes : list of str
        What a person should check.
    details : dict
        For each submission, what was renamed, is missing or was kept from an earlier one.
    questions : dict
        Submissions that need a person, and why.
    refused : dict of str to str
        Files not taken although they may matter, and why.
    left_out : dict of str to str
        Files not taken that do not matter, such as a video.
    empty : list of (student, stage)
        Handed in without a file.
    """

    new: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    late: set[tuple[str, str]] = field(default_factory=set)
    missing: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    details: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    questions: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    empty: list[tuple[str, str]] = field(default_factory=list)

    @property
    def strays(self) -> list[str]:
        """Files of unknown owners that may be somebody's work."""
        return [name for name in self.unknown if WORK.search(name) or is_archive(PurePosixPath(name).name)]

    def summary(self, course: Path) -> str:
        """Return the summary for the TA, wrapped to the terminal's width."""
        lines = []
        came = {"new": self.new, "newer than before": self.replaced, "already there": self.unchanged}
        for words, pairs in came.items():
            for stage in sorted({stage for _, stage in pairs}):
                who = [student + " (late)" * ((student, stage) in self.late) for student, its in sorted(pairs) if its == stage]
                lines += listed(f"{stage}: {len(who)} {words}: ", who, 12 if words == "already there" else 200)
        for words, pairs in (("of roster.csv missing", self.missing), ("handed in without a file", self.empty)):
            for stage in sorted({stage for _, stage in pairs}):
                who = [student for student, its in pairs if its == stage]
                lines += listed(f"{stage}: {len(who)} {words}: ", who, 40)
        for (student, stage), question in sorted(self.questions.items()):
            lines += wrapped(f"Needs a person: submitted/{student}/{stage}: {question}")
        alike: dict[tuple[str, str], list[str]] = {}
        for (student, stage), notes in sorted(self.details.items()):
            for note in notes if (student, stage) not in self.unchanged else []:
                alike.setdefault((stage, note), []).append(student)
        for (stage, note), who in sorted(alike.items()):
            lines += listed(f"Note: {stage}: {note}: ", who, 40)
        lines += [line for note in dict.fromkeys(self.notes) for line in wrapped(f"Note: {note}")]
        for words, reasons in (("Left out, not needed", self.left_out), ("Not taken", self.refused)):
            for name, reason in sorted(reasons.items()):
                lines += wrapped(f"{words}: {shown(name)}: {reason}")
        if self.unknown:
            names = [shown(name) for name in self.unknown]
            lines += listed(f"Not recognised, {len(names)} file{'' if len(names) == 1 else 's'}: ", names, 10)
        if self.strays:
            lines += wrapped("  Whose work it is, or of which stage, is not in the name. Call it <student>_<file>, put it into a "
                             "folder <student>/<stage>/, or say it with MAP= or STAGE=, and collect again")
        if self.replaced:
            lines += wrapped("What was there before lies in submitted/.replaced/, and is kept for 180 days")
        lines += wrapped("Who is who: roster.csv. Each hand-in: collected.csv")
        if self.new or self.replaced:
            lines.append("Grade them with: make grade")
        return "\n".join(lines)


def listed(head: str, names: list[str], most: int) -> list[str]:
    """Format names after a heading, on as many lines as they need."""
    return wrapped(head + ", ".join(names[:most]) + (f", ... ({len(names) - most} more)" if len(names) > most else ""))


def wrapped(text: str) -> list[str]:
    """Wrap text to the terminal's width; only names longer than a line are broken."""
    import textwrap

    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def write_table(course: Path, roster: Roster, outcome: Collected) -> None:
    """Write collected.csv for everything collected so far, and add to `outcome` who is missing in the stages collected now."""
    submitted = course / "submitted"
    now = {stage for _, stage in (*outcome.new, *outcome.replaced, *outcome.unchanged)}
    rows: list[dict[str, Any]] = []
    for folder in sorted(path for path in (submitted / COLLECTED).glob("*") if path.is_dir()):
        states = {file.stem: read_state(submitted, folder.name, file.stem) for file in sorted(folder.glob("*.json"))}
        for student, state in states.items():
            question = question_of(state)
            notes = [f"needs a person: {question}" if question else "", restored(state.get("unread")),
                     *(state.get("notes") or [])]
            rows.append({"student": student, "stage": folder.name, "when": state.get("when", ""),
                         "late": "yes" if state.get("late") else "", "source": state.get("source", ""),
                         "attempt": state.get("attempt", 1), "files": len(state.get("files") or {}),
                         "note": "; ".join(map(str, filter(None, notes)))})
        groups = {person.group for person in roster.people if person.group and person.student in states}
        for person in roster.people:
            if not person.student or person.student in states or person.is_group or person.group in groups:
                continue
            if (submitted / person.student / folder.name).is_dir():
                continue
            rows.append({"student": person.student, "stage": folder.name, "attempt": 0, "files": 0, "note": "missing"})
            if folder.name in now:
                outcome.missing.append((person.student, folder.name))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in sorted(rows, key=lambda row: (row["stage"], row["student"])):
        writer.writerow({key: defused(on_a_page(str(value))) for key, value in row.items()})
    write_atomically(course / "collected.csv", text.getvalue().encode("utf-8"))
