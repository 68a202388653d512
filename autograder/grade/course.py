"""`course.toml`, the settings of a term, in the course folder and written by people::

    course = "rnn-2027"            # letters, digits, - _ and . ; nbgrader's course id too
    term = "Summer 2027"           # as students read it
    seed = 20270401                # of the hidden inputs: another one every term
    language = "de"                # of the kit's own words to students; "en" where it is left out
    timezone = "Europe/Berlin"     # of every date that does not name its own
    stages = ["1-bptt", "2-vanishing"]

    [1-bptt]
    release = 2027-04-12T08:00:00
    due = 2027-04-26T23:59:00
    solutions = 2027-05-03T08:00:00

Every key is optional. The penalty for late work is in policy.toml; a due date is in one of the two files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from autograder.checks.toml_file import KINDS, WHOLE, place, read_toml
from autograder.errors import UsageError
from autograder.grade.language import ENGLISH, languages
from autograder.stages import KIT, Stage, find_stage, stages

COURSE = "course.toml"
# Seed of the hidden inputs if there is no course.toml.
SEED = 20130618
KEYS = {"course": "a text", "term": "a text", "seed": WHOLE, "timezone": "a text", "stages": "a list of texts",
        "language": "a text"}
DATES = ("release", "due", "solutions")
DAY = re.compile(r"\d{4}-?\d\d-?\d\d")


@dataclass(frozen=True)
class Dates:
    """When a stage is released, when it is due, and from when its model answers may be seen; None if not set."""

    release: datetime | None = None
    due: datetime | None = None
    solutions: datetime | None = None


@dataclass(frozen=True, eq=False)
class Course:
    """A term of the course.

    Attributes
    ----------
    file : Path or None
        The course.toml it was read from.
    id, term : str
        Empty if not set.
    seed : int
        Seed of the hidden inputs.
    zone : ZoneInfo or None
    language : str
        Language of the kit's texts for students.
    stage_ids : tuple of str
        The stages in use, in order.
    dates : mapping of str to Dates
        By stage, for stages that have any.
    """

    file: Path | None = None
    id: str = ""
    term: str = ""
    seed: int = SEED
    zone: ZoneInfo | None = None
    language: str = ENGLISH
    stage_ids: tuple[str, ...] = ()
    dates: Mapping[str, Dates] = field(default_factory=lambda: MappingProxyType({}))

    def uses(self, stage_id: str) -> bool:
        """Whether a stage is in use this term."""
        return self.file is None or stage_id in self.stage_ids

    def why_unused(self, stage_id: str) -> str:
        """Return the sentence on a stage that is not in use."""
        return f"{stage_id} is not in use this term: it is not among the stages of {self.file}"

    def stages(self, stage_id: str | None = None) -> tuple[Stage, ...]:
        """Return the stages in use, or only the requested one.

        Raises
        ------
        UsageError
            The requested stage is not in use.
        """
        if stage_id is None:
            return tuple(stage for stage in stages() if self.uses(stage.id))
        if not self.uses(find_stage(stage_id).id):
            raise UsageError(f"{self.why_unused(stage_id)}.\n  In use: {', '.join(self.stage_ids)}")
        return (find_stage(stage_id),)

    def dates_of(self, stage_id: str) -> Dates:
        """Return the dates of a stage."""
        return self.dates.get(stage_id, Dates())


def read_course(folder: Path) -> Course:
    """Return the term of a course folder: from its course.toml, else from the kit's, else the defaults.

    Raises
    ------
    UsageError
        The file is invalid. The message names the file, the line and what would be right.
    """
    for place_of_it in (Path(folder), KIT):
        file = place_of_it / COURSE
        if os.path.lexists(file):
            try:
                stat = file.stat()
            except OSError as error:
                raise UsageError(f"{file} cannot be read: {error.strerror}") from None
            return _read(file, stat.st_mtime_ns, stat.st_size)
    return Course()


# The folder whose term this process releases and verifies for; set from the command line.
_folder = [KIT]


def use_course(folder: Path | None) -> None:
    """Make `this_course` return the term of this folder; None for the kit's own."""
    _folder[0] = folder or KIT


def this_course() -> Course:
    """Return the term that this process releases and verifies for."""
    return read_course(_folder[0])


@lru_cache(maxsize=8)
def _read(file: Path, changed: int, size: int) -> Course:
    """Read a course.toml. `changed` and `size` are cache keys for the version of the file."""
    try:
        data, text = read_toml(file)
    except ValueError as error:
        raise UsageError(f"{error}\n  A date is written 2027-04-26T23:59:00, a text in quotes.") from None
    return _Reader(file, text).course(data)


class _Reader:
    """Parses one course.toml, with line numbers in its errors."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text = file, text

    def course(self, data: dict[str, Any]) -> Course:
        """Check all keys and return the Course."""
        known = [stage.id for stage in stages()]
        tables = {key: value for key, value in data.items() if isinstance(value, dict)}
        for key, value in data.items():
            if key in tables:
                if key in KEYS:
                    raise self.error(f"{key} is {KEYS[key]}, not a table: write {key} = ... at the top of the file", key)
                if key not in known:
                    raise self.error(f"there is no stage {key!r}{near(key, known)}; the stages are: {', '.join(known)}", key)
            elif key in known:
                raise self.error(f"{key} is a table: write the line [{key}], and below it {', '.join(DATES)}", key)
            elif key not in KEYS:
                raise self.error(f"there is no key {key!r}{near(key, [*KEYS, *known])}; there are {', '.join(KEYS)}, and a table "
                                 f"a stage with {', '.join(DATES)}", key)
            elif not KINDS[KEYS[key]](value):
                raise self.error(f"{key} is {KEYS[key]}; got {value!r}", key)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", data.get("course", "x")):
            raise self.error(f"course is made of letters, digits, - _ and . ; got {data['course']!r}", "course")
        language = data.get("language", ENGLISH)
        if language not in languages():
            there = ", ".join(languages())
            raise self.error(f"there is no language {language!r}{near(language, languages())}; there are: {there}", "language")
        zone = zone_of(self.where("timezone"), data.get("timezone"))
        dates = {key: self.dates(key, table, zone) for key, table in tables.items()}
        used = self.stages(data.get("stages", known), known)
        for key in tables:
            if key not in used:
                raise self.error(f"{key} has dates and is not among the stages in use: {', '.join(used)}", key)
        return Course(self.file, data.get("course", ""), data.get("term", ""), data.get("seed", SEED), zone,
                      language, used, MappingProxyType(dates))

    def stages(self, listed: list[str], known: list[str]) -> tuple[str, ...]:
        """Return the stages in use, in order."""
        for name in listed:
            if name not in known:
                raise self.error(f"there is no stage {name!r}{near(name, known)}; the stages are: {', '.join(known)}", "stages")
            missing = [earlier for earlier in find_stage(name).info.requires_stages if earlier not in listed]
            if missing:
                raise self.error(f"{name} builds on {', '.join(missing)}, which is not among the stages in use", "stages")
        if not listed:
            raise self.error("no stage is in use; leave the key out for all of them", "stages")
        return tuple(name for name in known if name in listed)

    def dates(self, stage_id: str, table: dict[str, Any], zone: ZoneInfo | None) -> Dates:
        """Return the dates of one stage; each must be after the previous one."""
        for key in table:
            if key not in DATES:
                raise self.error(f"there is no key {key!r}{near(key, DATES)}; a stage has {', '.join(DATES)}", key, stage_id)
        found = {key: date_of(f"{self.where(key, stage_id)}: [{stage_id}] {key}", value, zone, ends_day=key == "due")
                 for key, value in table.items()}
        for before, after in (("release", "due"), ("due", "solutions"), ("release", "solutions")):
            if before in found and after in found and found[before] >= found[after]:
                raise self.error(f"[{stage_id}] {after} is not after {before}", after, stage_id)
        return Dates(**found)

    def where(self, key: str, table: str = "") -> str:
        """Return file and line of a key."""
        return place(self.file, self.text, key, table)

    def error(self, words: str, key: str, table: str = "") -> UsageError:
        """Return an error that names the line of the key."""
        return UsageError(f"{self.where(key, table)}: {words}")


def bytes_of(file: Path) -> bytes:
    """Return the content of a file that people may write; empty if there is none."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror})") from error


def near(word: str, words: Any) -> str:
    """Return a "did you mean" for the closest match, or an empty string."""
    close = get_close_matches(word.lower(), words, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def zone_of(where: str, name: Any) -> ZoneInfo | None:
    """Return the time zone of this name."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise UsageError(f"{where}: {name!r} is no time zone; write a name such as \"Europe/Berlin\" or \"UTC\"") from error


def date_of(where: str, value: Any, zone: ZoneInfo | None, ends_day: bool = True) -> datetime:
    """Parse a date with time zone. A day without a time means its end, or its beginning unless `ends_day`."""
    if isinstance(value, str):
        words = value.strip()
        with suppress(ValueError):
            value = date.fromisoformat(words) if DAY.fullmatch(words) else datetime.fromisoformat(words)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(23, 59, 59) if ends_day else time())
    if not isinstance(value, datetime):
        raise UsageError(f"{where}: {value!r} is no date; write 2026-11-02T23:59:00, without quotes")
    if not 2000 <= value.year < 3000:
        raise UsageError(f"{where}: is this the year {value.year}? Write the year with four digits, such as 2026-11-02T23:59:00")
    if value.tzinfo is None:
        if zone is None:
            raise UsageError(f"{where}: in which time zone? Put timezone = \"Europe/Berlin\" at the top of the file, or write "
                             f"{value.isoformat()}+01:00")
        value = value.replace(tzinfo=zone)
    return value
