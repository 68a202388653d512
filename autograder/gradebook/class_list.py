"""The members of a course, and when each submission arrived, from roster.csv, collected.csv and submitted/."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path

from dateutil import parser as dates

from autograder.errors import UsageError
from autograder.grade.course import bytes_of
from autograder.stages import stage_named, stages
from autograder.table import read_table
from autograder.text import undefused

ROSTER = "roster.csv"
COLLECTED = "collected.csv"
TIMESTAMP = "timestamp.txt"
YES = {"yes", "y", "true", "1", "late", "x"}
EXTENSION = re.compile(
    r"\s*(?:(?P<stage>[^\s:=;,]+)\s*[:=]\s*)?\+?(?P<days>\d+(?:[.,]\d+)?)\s*(?:d|days?)?(?:\s*[;,]|\s+|$)", re.I)
# A group in one stage. Beside another group a number alone before a colon is meant for a stage too, so that a slip in it is told;
# a group called "2: Turing" is one in every stage.
OF_STAGE = re.compile(r"(?P<stage>\d+(?:-\w+)?)\s*:\s*(?P<name>.+)", re.DOTALL)
YEAR_FIRST = re.compile(r"\d{4}[-/.]?\d")
DOTTED = re.compile(r"\d\d?\.\d\d?\.\d{4}")


@dataclass(frozen=True)
class Came:
    """When a submission arrived: `when` is None if unknown; `late` is the LMS's own flag."""

    when: datetime | None = None
    late: bool = False
    source: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ClassList:
    """The members of a course.

    Attributes
    ----------
    roster : dict of str to dict
        Rows of roster.csv by student; empty if there is no such file.
    collected : dict of (student, stage id) to dict
        Rows of collected.csv.
    """

    course: Path
    roster: dict[str, dict[str, str]] = field(default_factory=dict)
    collected: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def extension(self, stage_id: str, student: str) -> float:
        """Return the extra days of a student for a stage.

        Raises
        ------
        UsageError
            The roster's column holds neither a number nor numbers by stage.
        """
        days, by_stage = _extensions(self.course / ROSTER, student, self.roster.get(student, {}).get("extension", ""))
        return by_stage.get(stage_id, days)

    def came(self, stage_id: str, student: str, zone: tzinfo = UTC) -> Came:
        """Return when the submission arrived: as collected, else from nbgrader's timestamp.txt.

        A timestamp.txt in a submission collected from an LMS is the student's, and ignored.
        """
        row = self.collected.get((student, stage_id))
        if row is not None:
            late = row.get("late", "").strip().lower() in YES
            text = row.get("when", "").strip()
            try:
                return Came(moment(text, zone) if text else None, late, row.get("source", ""))
            except (ValueError, OverflowError):
                return Came(None, late, row.get("source", ""), f"{COLLECTED} says {text!r}, which is no time "
                            "for certain; write 2026-11-02T23:59:00")
        path = self.course / "submitted" / student / stage_id / TIMESTAMP
        try:
            if path.is_symlink() or path.stat().st_size > 200:
                return Came(problem=f"{TIMESTAMP} cannot be read")
            text = path.read_text(encoding="utf-8-sig").strip()
        except FileNotFoundError:
            return Came()
        except (OSError, UnicodeDecodeError):
            return Came(problem=f"{TIMESTAMP} cannot be read")
        try:
            return Came(moment(text, UTC), source=TIMESTAMP) if text else Came()
        except (ValueError, OverflowError):
            return Came(problem=f"{TIMESTAMP} is no time")

    def groups(self, stage_id: str) -> dict[str, list[str]]:
        """Return the members of each group in a stage by its name; a row whose group is its own student id is the group itself.

        Raises
        ------
        UsageError
            The roster's column names a stage that does not exist, or two groups for one.
        """
        found: dict[str, list[str]] = {}
        for student, row in self.roster.items():
            group = group_in(stage_id, self.course / ROSTER, student, row.get("group", ""))
            if group and row["group"] != student:
                found.setdefault(group, []).append(student)
        return found

    def group_names(self) -> set[str]:
        """Return the names of the groups of every stage."""
        return {name for student, row in self.roster.items() if row.get("group") and row["group"] != student
                for name in _groups(self.course / ROSTER, student, row["group"]).values()}

    def missing(self, stage_id: str, present: Collection[tuple[str, str]]) -> list[str]:
        """Return the students on the roster who handed in nothing for a stage, neither themselves nor through their group."""
        there = {student for stage, student in present if stage == stage_id}
        for group, members in self.groups(stage_id).items():
            if there & {group, *members}:
                there |= set(members)
        return sorted(student for student in self.roster.keys() - there - self.group_names())

    def present(self) -> list[tuple[str, str]]:
        """Return every submission in submitted/ as (stage id, student)."""
        folder = self.course / "submitted"
        if folder.is_symlink() or not folder.is_dir():
            return []
        known = [stage.id for stage in stages()]
        return sorted((stage_id, entry.name) for entry in os.scandir(folder)
                      if not entry.name.startswith(".") and not entry.is_symlink() and entry.is_dir()
                      for stage_id in known if os.path.lexists(os.path.join(entry.path, stage_id)))


def read_class(course: Path) -> ClassList:
    """Read the class from the files of a course.

    Raises
    ------
    UsageError
        A table is in an unknown encoding, lacks a required column, or has two rows or columns for one thing.
    """
    return _class(course, bytes_of(course / ROSTER), bytes_of(course / COLLECTED))


@lru_cache(maxsize=4)
def _class(course: Path, roster: bytes, collected: bytes) -> ClassList:
    """Build the ClassList; cached by file content, so that large classes are parsed once."""
    people = _rows(str(course / ROSTER), roster, ("student",))
    came = _rows(str(course / COLLECTED), collected, ("student", "stage"))
    return ClassList(course, {row["student"]: row for row in people}, {(row["student"], row["stage"]): row for row in came})


def _rows(path: str, data: bytes, needed: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    rows = list(read_table(path, data).rows)
    if not any(cell.strip() for _, row in rows for cell in row):
        return ()
    columns = [name.strip().lower() for name in rows.pop(0)[1]]
    expect_clear_table(path, columns, rows)
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UsageError(f"{path} has no column {', '.join(missing)}; its first line is to name them: {', '.join(needed)}, ...")
    found: dict[tuple[str, ...], tuple[int, dict[str, str]]] = {}
    for number, cells in rows:
        row = dict.fromkeys(columns, "") | dict(zip(columns, (undefused(cell).strip() for cell in cells), strict=False))
        of = tuple(row[name] for name in needed)
        line, before = found.get(of, (number, row))
        if all(of) and before != row:
            raise UsageError(f"{path}, lines {line} and {number}: both are of {' '.join(of)}, and they differ; keep one")
        found[of] = line, before
    return tuple(row for of, (_line, row) in found.items() if all(of))


def expect_clear_table(path: str | Path, columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Raise UsageError unless each cell belongs to one column: no column is there twice, no row is longer than the first.

    Parameters
    ----------
    path : str or Path
    columns : sequence of str
        The first line.
    rows : iterable of (int, sequence of str)
        The others, with their line numbers.
    """
    twice = next((name for position, name in enumerate(columns) if name and name in columns[:position]), "")
    if twice:
        raise UsageError(f"{path} has two columns {twice}; keep one, or give the other another name")
    for number, cells in rows:
        if any(cell.strip() for cell in cells[len(columns):]):
            raise UsageError(f"{path}, line {number}, has {len(cells)} cells, and the first line names {len(columns)}; put a "
                             "cell in quotes if it holds what separates cells, such as \"Lovelace, Ada\"")


def group_in(stage_id: str, path: Path, student: str, text: str) -> str:
    """Return the group of a student in a stage: the column has ``Team B``, or ``Team B | 1-bptt:Team A`` for another one there.

    Raises
    ------
    UsageError
        It names a stage that does not exist, or two groups for one.
    """
    found = _groups(path, student, text)
    return found.get(stage_id, found.get("", ""))


@lru_cache(maxsize=4096)
def _groups(path: Path, student: str, text: str) -> dict[str, str]:
    """Parse that column into groups by stage, the one for all others under an empty name."""
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split("|"))):
        of = OF_STAGE.fullmatch(part)
        is_for_one = of and ("-" in of["stage"] or "|" in text)
        try:
            stage, name = (stage_named(of["stage"]).id, of["name"]) if of and is_for_one else ("", part)
        except UsageError as error:
            raise UsageError(f"{path}: {student}: group {text!r}: {error}") from None
        if found.setdefault(stage, name) != name:
            raise UsageError(f"{path}: {student}: group {text!r} has two groups for {stage or 'every stage'}; "
                             "write Team B | 1-bptt:Team A if it was another one in a stage")
    return found


@lru_cache(maxsize=4096)
def _extensions(path: Path, student: str, text: str) -> tuple[float, dict[str, float]]:
    """Parse ``3``, or ``1-bptt:3 2-vanishing:1``, into days for stages not named, and days by stage."""
    everywhere: list[float] = []
    by_stage: dict[str, float] = {}
    place = 0
    while place < len(text.rstrip()):
        part = EXTENSION.match(text, place)
        number = float(part["days"].replace(",", ".")) if part else -1.0
        if part is None or not 0 <= number <= 3650 or (everywhere and part["stage"] is None):
            raise UsageError(f"{path}: {student}: extension {text!r} is no number of days; write 3, or 1-bptt:3 for one stage")
        if part["stage"] is None:
            everywhere.append(number)
        else:
            try:
                by_stage[stage_named(part["stage"]).id] = number
            except UsageError as error:
                raise UsageError(f"{path}: {student}: extension {text!r}: {error}") from None
        place = part.end()
    return sum(everywhere, 0.0), by_stage


def moment(text: str, zone: tzinfo) -> datetime:
    """Parse a time as written by an LMS, nbgrader or a spreadsheet; without a zone it is taken as in `zone`. Returns UTC.

    Raises
    ------
    ValueError
        It is not a time, or ambiguous: day, month or year missing, 3/4/2026, a zone abbreviation.
    """
    try:
        return _aware(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    orders = [False] if YEAR_FIRST.match(text) else [True] if DOTTED.match(text) else [False, True]
    found = {_aware(dates.parse(text, dayfirst=order, default=default, tzinfos=_offset), zone)
             for order in orders for default in (datetime(2001, 1, 1), datetime(2002, 2, 2))}
    if len(found) != 1:
        raise ValueError(f"{text!r} can be read in several ways")
    return found.pop()


def _offset(name: str | None, seconds: int | None) -> tzinfo | None:
    """Return the zone in a text: UTC or a numeric offset. Abbreviations are ambiguous and raise ValueError."""
    if name is None and seconds is None:
        return None
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name in ("UTC", "GMT", "Z"):
        return UTC
    raise ValueError(f"{name} is no time zone for certain")


def _aware(when: datetime, zone: tzinfo) -> datetime:
    return (when if when.tzinfo is not None else when.replace(tzinfo=zone)).astimezone(UTC)
