"""Find out from files alone whether anything has changed since the last run: importing nbgrader would take longer than this.

There are two questions. Does the gradebook match a submission's record (`up_to_date`)? And is everything else that determines
gradebook and tables as the last run left it (`rows_as_left`): class list, policy, suites, hand marks, the tables themselves?
Files are compared by content. In doubt the answer is no.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from autograder.grade.course import COURSE, read_course
from autograder.grade.course_folder import PRIVATE
from autograder.grade.record import state_of_suite, write_atomically
from autograder.gradebook.class_list import COLLECTED, ROSTER, TIMESTAMP, read_class
from autograder.gradebook.config_file import CONFIG, CONFIG_TEXT
from autograder.gradebook.policy import POLICY
from autograder.stages import KIT, find_stage

LEFT = "left.json"
TABLES = ("grades.csv", "items.csv")
# Bytes of SQLite's header: its transaction counter, and the format versions, which show whether a write-ahead log is in use.
COUNTER, WRITE_AHEAD, HEADER = slice(24, 28), slice(18, 20), 100


def is_elsewhere(course: Path) -> bool:
    """Whether the course's own nbgrader_config.py names a database other than gradebook.db, for example on a server."""
    own = course / CONFIG
    if not own.is_file() or not re.search(r"^[^#\n]*\bdb_url\b", own.read_text("utf-8", "replace"), re.MULTILINE):
        return False
    return _names_another(course.resolve(), own.stat().st_mtime_ns)


@cache
def _names_another(course: Path, changed: int) -> bool:
    """Whether the configuration, last changed at that time, names a database other than gradebook.db of the course folder."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from autograder.gradebook.config import address, load_config

    url = str(load_config(course).CourseDirectory.db_url)
    try:
        named = make_url(url)
    except ArgumentError:
        return True
    file = course / "gradebook.db"
    is_file = named.get_backend_name() == "sqlite" and (course / (named.database or "")).resolve() == file.resolve()
    return url != address(file) and not is_file


def has_gradebook(course: Path) -> bool:
    """Whether there is a gradebook that marks may have been entered into."""
    return (course / "gradebook.db").exists() or is_elsewhere(course)


def forget_entries(course: Path) -> None:
    """Forget what was entered into a gradebook that is gone, so that it is entered again."""
    for entered in [*(course / PRIVATE).glob("*.assignment"), *(course / PRIVATE).glob("*/*.autograded")]:
        entered.unlink(missing_ok=True)


def stamp(course: Path, stage_id: str, student: str) -> Path:
    """Return the file that holds the key of the record in gradebook and page."""
    return course / PRIVATE / stage_id / f"{student}.autograded"


def up_to_date(course: Path, stage_id: str, student: str, key: str | None) -> bool:
    """Whether gradebook, autograded notebook and feedback page match the record with this key."""
    return (in_gradebook(course, stage_id, student, key)
            and (course / "feedback" / student / stage_id / f"{stage_id}.html").exists())


def in_gradebook(course: Path, stage_id: str, student: str, key: str | None) -> bool:
    """Whether gradebook and autograded notebook match the record with this key; None means no record."""
    file = stamp(course, stage_id, student)
    return (key is not None and has_gradebook(course) and file.exists() and file.read_text() == key
            and (course / "autograded" / student / stage_id / f"{stage_id}.ipynb").exists())


def assignment_stamp(course: Path, stage_id: str) -> Path:
    """Return the file that holds the `material` of the stage's cells in the gradebook."""
    return course / PRIVATE / f"{stage_id}.assignment"


@cache
def material(stage_id: str) -> str:
    """Return a hash of what determines a stage's cells in the gradebook: its notebook and tests."""
    stage = find_stage(stage_id)
    digest = hashlib.sha256(stage.notebook.read_bytes())
    for file in stage.test_files().values():
        digest.update(file.read_bytes())
    return digest.hexdigest()


def transactions(course: Path) -> int:
    """Return the number of transactions written to the gradebook; -1 if the file alone does not tell."""
    try:
        with open(course / "gradebook.db", "rb") as file:
            return _transactions(course, file.read(HEADER))
    except OSError:
        return -1


def _transactions(course: Path, head: bytes) -> int:
    beside = any(os.path.lexists(course / f"gradebook.db{end}") for end in ("-journal", "-wal"))
    return -1 if beside or head[WRITE_AHEAD] != b"\1\1" else int.from_bytes(head[COUNTER])


def people(course: Path) -> str:
    """Return a key of all input by people that determines gradebook and tables, and of the code that makes them.

    Empty if the course has its own nbgrader configuration, which may depend on anything.
    """
    digest = hashlib.sha256()
    own = course / CONFIG
    if own.exists() and own.read_bytes() not in (CONFIG_TEXT.encode(), (KIT / CONFIG).read_bytes()):
        return ""
    present = read_class(course).present()
    files = [own, KIT / CONFIG, KIT / COURSE, *(course / name for name in (COURSE, POLICY, ROSTER, COLLECTED))]
    files += [course / "submitted" / student / stage_id / TIMESTAMP for stage_id, student in present]
    for file in files:
        _add(digest, file)
    seed = read_course(course).seed
    for stage_id in sorted({stage_id for stage_id, _ in present}):
        digest.update(f"{stage_id} {material(stage_id)} {state_of_suite(stage_id, seed)}".encode())
    digest.update(f"{present} {_code()}".encode())
    return digest.hexdigest()


@cache
def _code() -> str:
    """Return a hash of this package's code, which makes the tables."""
    digest = hashlib.sha256()
    for file in [*sorted(Path(__file__).parent.rglob("*.py")), KIT / "autograder" / "course_config.py"]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _made(course: Path) -> tuple[str, int]:
    """Return a key of gradebook, tables and records, and the gradebook's transaction count; an empty key if one is missing."""
    digest = hashlib.sha256()
    try:
        book = (course / "gradebook.db").read_bytes()
        digest.update(book)
        for name in TABLES:
            digest.update(hashlib.sha256((course / name).read_bytes()).digest())
    except OSError:
        return "", -1
    for stage_id, student in read_class(course).present():
        _add(digest, course / "results" / stage_id / f"{student}.json")
    return digest.hexdigest(), _transactions(course, book[:HEADER])


def _add(digest: Any, file: Path) -> None:
    """Add a file and its modification time: one changed and changed back was different in between."""
    try:
        data, changed = file.read_bytes(), file.stat().st_mtime_ns
    except OSError as error:
        digest.update(f"{file.name!a} {type(error).__name__};".encode())
    else:
        digest.update(f"{file.name!a} {changed} {len(data)};".encode() + data)


def rows_as_left(course: Path, before: str) -> list[dict[str, Any]] | None:
    """Return the rows of grades.csv if a run over the whole course would change neither gradebook nor tables; else None.

    Parameters
    ----------
    before : str
        The current value of `people`.
    """
    try:
        left = json.loads((course / PRIVATE / LEFT).read_bytes())
        known, rows = (str(left["people"]), str(left["made"])), left["rows"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    made, count = _made(course)
    return rows if made and count >= 0 and known == (before, made) and isinstance(rows, list) else None


def remember(course: Path, before: str, count: int, rows: list[dict[str, Any]]) -> None:
    """Record that everything is up to date, if that is certain.

    Parameters
    ----------
    before : str
        `people`, as of before anything was read.
    count : int
        Expected number of transactions; a higher one means that somebody else has written since the marks were read.
    rows : list of dict
        The rows of grades.csv.
    """
    made, now = _made(course)
    if before and made and count == now >= 0 and before == people(course):
        write_atomically(course / PRIVATE / LEFT, json.dumps({"people": before, "made": made, "rows": rows}).encode())
