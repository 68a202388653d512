"""`policy.toml`: when a stage is due, and what handing it in late costs.

A file in the course folder. Keys at the top apply to all stages; the table of a stage sets its due date and may override them::

    timezone = "Europe/Berlin"   # of every date that does not name its own
    grace = "15 min"             # handed in within it counts as in time
    per_day = "10 %"             # of the stage's points, for each day begun; or a number of points
    cap = "50 %"                 # the most that is taken off
    late_days = 3                # free late days for the whole term, used up in the order of the due dates

    [1-bptt]
    due = 2026-11-02T23:59:00    # here, or in course.toml
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.checks.toml_file import parse_toml
from autograder.errors import UsageError
from autograder.grade.course import COURSE, Course, bytes_of, date_of, near, read_course, zone_of
from autograder.grade.feedback_text import points
from autograder.stages import stages

POLICY = "policy.toml"
DEFAULTS = ("timezone", "grace", "per_day", "cap", "late_days")
OF_A_STAGE = ("due", "timezone", "grace", "per_day", "cap")
PERCENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")
SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)?\s*", re.IGNORECASE)
SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Amount:
    """Points, or a percentage of the maximum."""

    value: float
    percent: bool = False

    def of(self, max_score: float) -> float:
        """Return the points."""
        return self.value * max_score / 100 if self.percent else self.value

    def __str__(self) -> str:
        return f"{self.value:g} %" if self.percent else f"{points(self.value)} points"


@dataclass(frozen=True)
class Rule:
    """The late policy of one stage."""

    due: datetime
    zone: tzinfo
    grace: timedelta = timedelta(0)
    per_day: Amount = field(default_factory=lambda: Amount(0.0))
    cap: Amount | None = None

    def due_for(self, extension: float) -> datetime:
        """Return the due date with an extension in calendar days, so that the local time of day stays the same."""
        local = self.due.astimezone(self.zone).replace(tzinfo=None) + timedelta(days=extension)
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def days_late(self, when: datetime, extension: float = 0.0) -> int:
        """Return the number of days begun since the due date; 0 within the grace period."""
        due = self.due_for(extension)
        if when <= due + self.grace:
            return 0
        between = when.astimezone(self.zone).replace(tzinfo=None) - due.astimezone(self.zone).replace(tzinfo=None)
        return max(1, math.ceil(between / DAY))

    def cost(self, days: int, max_score: float) -> float:
        """Return the points deducted for this many days."""
        off = days * self.per_day.of(max_score)
        return min(off, max_score if self.cap is None else self.cap.of(max_score))


@dataclass(frozen=True)
class Policy:
    """The late policy of a course."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    late_days: int = 0

    def charged(self, late: Mapping[str, int]) -> dict[str, tuple[int, int]]:
        """Return how many of a student's late days are free and how many are charged, by stage.

        Parameters
        ----------
        late : mapping of str to int
            Days late by stage.
        """
        left, found = self.late_days, {}
        for stage_id in sorted(late, key=lambda name: self.rules[name].due):
            free = min(left, late[stage_id])
            left -= free
            found[stage_id] = (free, late[stage_id] - free)
        return found


def read_policy(course: Path) -> Policy:
    """Read the policy of a course; without policy.toml it has no rules.

    Raises
    ------
    UsageError
        The file is invalid: the message names the file, the key and what would be right.
    """
    path = course / POLICY
    return _parsed(str(path), bytes_of(path), read_course(course))


@lru_cache(maxsize=8)
def _parsed(path: str, data: bytes, term: Course) -> Policy:
    try:
        content, _text = parse_toml(path, data)
    except ValueError as error:
        raise UsageError(f"{error}\n  A date is written 2026-11-02T23:59:00, a text in quotes.") from None
    known = [stage.id for stage in stages()]
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    top = {name: value for name, value in content.items() if name not in tables}
    for name in top:
        if name not in DEFAULTS:
            raise UsageError(f"{path}: {name}: there is no such setting{near(name, (*DEFAULTS, *known))}; "
                             f"at the top are {', '.join(DEFAULTS)}, then a table a stage")
    for name in tables:
        if name not in known:
            raise UsageError(f"{path}: [{name}]: there is no such stage{near(name, known)}; the stages are "
                             f"{', '.join(known)}")
    late_days = top.pop("late_days", 0)
    if not isinstance(late_days, int) or isinstance(late_days, bool) or late_days < 0:
        raise UsageError(f"{path}: late_days: {late_days!r} is no number of days; write a whole number such as 3")
    for name in term.dates:
        if term.dates[name].due is not None:
            tables.setdefault(name, {})
    return Policy({name: _rule(path, name, top, table, term) for name, table in tables.items()}, late_days)


def _rule(path: str, name: str, top: dict[str, Any], table: dict[str, Any], term: Course) -> Rule:
    for key in table:
        if key not in OF_A_STAGE:
            hint = "; it holds for the whole term and stands at the top of the file" if key == "late_days" else ""
            raise UsageError(f"{path}: [{name}] {key}: there is no such setting{near(key, OF_A_STAGE)}{hint}; a stage has "
                             f"{', '.join(OF_A_STAGE)}")
    both = top | table

    def where(key: str) -> str:
        return f"{path}: [{name}] {key}" if key in table else f"{path}: {key}"

    zone = zone_of(where("timezone"), both.get("timezone"))
    due = term.dates_of(name).due
    if due is not None and "due" in table:
        raise UsageError(f"{where('due')}: {term.file} says too when {name} is due; take one of both out")
    if due is not None and zone is not None and term.zone is not None and zone != term.zone:
        raise UsageError(f"{where('timezone')}: {term.file} has another one, {term.zone}; take it out here")
    if due is None and "due" not in table:
        raise UsageError(f"{path}: [{name}] has no due date; write one such as due = 2026-11-02T23:59:00, here or in {COURSE}")
    zone = zone or (term.zone if due is not None else None)
    due = due or date_of(where("due"), table["due"], zone)
    return Rule(due, zone or due.tzinfo or UTC, _span(where("grace"), both.get("grace", 0)),
                _amount(where("per_day"), both.get("per_day", 0)) or Amount(0.0),
                _amount(where("cap"), both["cap"]) if "cap" in both else None)


def _span(where: str, value: Any) -> timedelta:
    match = SPAN.fullmatch(value) if isinstance(value, str) else None
    if match:
        return timedelta(seconds=float(match[1]) * SECONDS[(match[2] or "m")[0].lower()])
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return timedelta(minutes=value)
    raise UsageError(f"{where}: {value!r} is no length of time; write minutes such as 15, or \"2 h\"")


def _amount(where: str, value: Any) -> Amount:
    match = PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match and float(match[1]) <= 100:
        return Amount(float(match[1]), percent=True)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return Amount(float(value))
    raise UsageError(f"{where}: {value!r} is no amount; write points such as 5, or a share of all points such as \"10 %\"")
