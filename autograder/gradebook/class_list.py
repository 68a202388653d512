"""Who is in a course, and when each submission came in: roster.csv, collected.csv and submitted/, as they lie there."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path

from dateutil import parser as dates

from autograder.errors import UsageError
from autograder.stages import stage_named, stages
from autograder.text import undefused

ROSTER = "roster.csv"
COLLECTED = "collected.csv"
TIMESTAMP = "timestamp.txt"
YES = {"yes", "y", "true", "1", "late", "x"}
EXTENSION = re.compile(
    r"\s*(?:(?P<stage>[^\s:=;,]+)\s*[:=]\s*)?\+?(?P<days>\d+(?:[.,]\d+)?)\s*(?:d|days?)?(?:\s*[;,]|\s+|$)", re.I)
YEAR_FIRST = re.compile(r"\d{4}[-/.]?\d")
DOTTED = re.compile(r"\d\d?\.\d\d?\.\d{4}")


@dataclass(frozen=True)
class Came:
    """When a submission came in: `when` is None where nobody knows; `late` is what the LMS says."""

    when: datetime | None = None
    late: bool = False
    source: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ClassList:
    """The people of a course.

    Attributes
    ----------
    roster : dict of str to dict
        The rows of roster.csv by student; empty where there is no such file.
    """

    course: Path
    roster: dict[str, dict[str, str]] = field(default_factory=dict)
    collected: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def extension(self, stage_id: str, student: str) -> float:
        """Days more that a student has for a stage.

        Raises
        ------
        UsageError
            The roster's column says something else than a number, or a number by stage.
        """
        days, by_stage = _extensions(self.course / ROSTER, student, self.roster.get(student, {}).get("extension", ""))
        return by_stage.get(stage_id, days)

    def came(self, stage_id: str, student: str, zone: tzinfo = UTC) -> Came:
        """When the submission that lies there came in: as collected, else by nbgrader's timestamp.txt.

        A file timestamp.txt in what came by an LMS is the student's, and says nothing.
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

    def groups(self) -> dict[str, list[str]]:
        """Who belongs to each group, by the group's name; a group's own row names itself as its group."""
        found: dict[str, list[str]] = {}
        for student, row in self.roster.items():
            if row.get("group") and row["group"] != student:
                found.setdefault(row["group"], []).append(student)
        return found

    def missing(self, stage_id: str, present: Collection[tuple[str, str]]) -> list[str]:
        """People of the roster of whom nothing came for a stage, neither from them nor from their group."""
        there = {student for stage, student in present if stage == stage_id}
        groups = self.groups()
        for group, members in groups.items():
            if there & {group, *members}:
                there |= set(members)
        return sorted(student for student in self.roster if student not in there and student not in groups)

    def present(self) -> list[tuple[str, str]]:
        """Every submission that lies in submitted/, as (stage id, student)."""
        folder = self.course / "submitted"
        if folder.is_symlink() or not folder.is_dir():
            return []
        known = [stage.id for stage in stages()]
        return sorted((stage_id, entry.name) for entry in os.scandir(folder)
                      if not entry.name.startswith(".") and not entry.is_symlink() and entry.is_dir()
                      for stage_id in known if os.path.lexists(os.path.join(entry.path, stage_id)))


def read_class(course: Path) -> ClassList:
    """The class as the files of a course say it.

    Raises
    ------
    UsageError
        A table is not UTF-8, or lacks its columns.
    """
    return _class(course, _bytes(course / ROSTER), _bytes(course / COLLECTED))


@lru_cache(maxsize=4)
def _class(course: Path, roster: bytes, collected: bytes) -> ClassList:
    """One object for the same files: a class of thousands is read once."""
    people = _rows(str(course / ROSTER), roster, ("student",))
    came = _rows(str(course / COLLECTED), collected, ("student", "stage"))
    return ClassList(course, {row["student"]: row for row in people}, {(row["student"], row["stage"]): row for row in came})


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from error


def _rows(path: str, data: bytes, needed: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    if not text.strip():
        return ()
    first = text.splitlines()[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=separator))
    except csv.Error as error:
        raise UsageError(f"{path} is no table ({error}); save it as CSV UTF-8") from error
    named = [{(name or "").strip().lower(): undefused(value).strip() if isinstance(value, str) else ""
              for name, value in row.items()} for row in rows]
    columns = [name.strip().lower() for name in next(csv.reader([first], delimiter=separator), [])]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UsageError(f"{path} has no column {', '.join(missing)}; its first line is to name them: {', '.join(needed)}, ...")
    return tuple(row for row in named if all(row[name] for name in needed))


@lru_cache(maxsize=4096)
def _extensions(path: Path, student: str, text: str) -> tuple[float, dict[str, float]]:
    """``3`` for every stage, or ``1-bptt:3 2-vanishing:1``: days for those that are not named, and by stage."""
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
    """A time as an LMS, nbgrader or a spreadsheet writes it; without a zone of its own it is one of `zone`.

    Raises
    ------
    ValueError
        It is no time, or could be more than one: without a day, a month or a year, 3/4/2026, a zone by its letters.
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
    """The zone in a text: UTC, or a number of hours; letters mean one thing here and another there."""
    if name is None and seconds is None:
        return None
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name in ("UTC", "GMT", "Z"):
        return UTC
    raise ValueError(f"{name} is no time zone for certain")


def _aware(when: datetime, zone: tzinfo) -> datetime:
    return (when if when.tzinfo is not None else when.replace(tzinfo=zone)).astimezone(UTC)
