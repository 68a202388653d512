"""Check the gradebook before it is used: gradebook.db may be empty, truncated, not a database, locked or read-only.

It holds the marks given by hand, so nothing is repaired silently.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from autograder.errors import InfrastructureError, UsageError
from autograder.gradebook.config_file import CONFIG
from autograder.gradebook.unchanged import forget_entries, has_gradebook, is_elsewhere

HEADER = b"SQLite format 3\0"
# Tables that every gradebook of nbgrader has.
TABLES = frozenset({"assignment", "student", "submitted_assignment", "grade"})
# Seconds to wait for another program to finish writing.
LOCK_WAIT = 5.0


def need_gradebook(course: Path) -> None:
    """Raise UsageError if nothing has been graded in a course folder; then check the gradebook."""
    if not has_gradebook(course):
        raise UsageError(f"there is no gradebook in {course}; grade first with: make grade")
    check_gradebook(course)


def check_gradebook(course: Path, thorough: bool = False) -> None:
    """Raise InfrastructureError if the course's gradebook exists and cannot be used; the message says what to do.

    With `thorough`, all of its pages are read, which takes time in a large course.
    """
    if is_elsewhere(course):
        _check_server(course)
    file = course / "gradebook.db"
    if os.path.lexists(file) and not is_elsewhere(course):
        _check_file(file, thorough)


def _check_server(course: Path) -> None:
    """Raise InfrastructureError if the database named in the course's nbgrader_config.py cannot be reached."""
    from sqlalchemy import create_engine, inspect, make_url
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.gradebook.config import load_config

    url = load_config(course).CourseDirectory.db_url
    try:
        engine = create_engine(url)
        has_tables = inspect(engine).has_table("submitted_assignment")
        engine.dispose()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        try:
            place = make_url(url).render_as_string(hide_password=True)
        except SQLAlchemyError:
            place = "what it says there"
        raise InfrastructureError(
            f"the gradebook that {course / CONFIG} names, {place}, cannot be reached; nothing was changed\n  {said}\n  Start the "
            "server, or put db_url right there; a driver that is missing goes into .venv with pip.") from error
    if not has_tables:
        forget_entries(course)


def _way_out(file: Path) -> str:
    """Return what to do about a damaged gradebook, as indented lines."""
    quoted = str(file).replace("'", "'\\''")
    return ("  It holds the marks given by hand. Put a copy from before in its place; if there is none, move it away,\n"
            f"    mv '{quoted}' '{quoted}.broken'\n  and run make grade: the marks of the tests come back from results/, those "
            "given by hand do not.")


def _check_file(file: Path, thorough: bool) -> None:
    problem = _damage(file)
    if problem:
        raise InfrastructureError(f"{file} {problem}; nothing was changed\n{_way_out(file)}")
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=LOCK_WAIT, isolation_level=None)
    with contextlib.closing(connection):
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            connection.execute("SELECT course_id FROM assignment LIMIT 0")  # the newest column of nbgrader's
            found = connection.execute("PRAGMA quick_check(1)").fetchone() if thorough else None
            if found not in (None, ("ok",)):
                raise InfrastructureError(f"{file} is damaged ({found[0].splitlines()[-1]})\n{_way_out(file)}")
        except sqlite3.DatabaseError as error:
            raise trouble(file, error) from error


def _damage(file: Path) -> str:
    """Return what is wrong with the file, as words that follow its name."""
    if file.is_symlink() and not os.path.exists(file):
        return "is a link that leads nowhere"
    if not file.is_file():
        return "is not a file"
    size = file.stat().st_size
    with open(file, "rb") as stream:
        head = stream.read(100)
    if size == 0:
        return "is empty"
    if not head.startswith(HEADER):
        return "is not a gradebook: it does not begin as a database does"
    page = int.from_bytes(head[16:18]) or 1
    page = 65536 if page == 1 else page
    if head[24:28] == head[92:96] and size < page * int.from_bytes(head[28:32]):
        return f"is cut off: {size} bytes are there, of {page * int.from_bytes(head[28:32])}"
    try:
        # Opened for writing, so that SQLite rolls back the journal of an interrupted run.
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=LOCK_WAIT)) as connection:
            tables = {name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError as error:
        raise trouble(file, error) from error
    except sqlite3.DatabaseError as error:
        return f"is damaged ({error})"
    return "" if tables >= TABLES else "is a database, but not nbgrader's gradebook"


# Words of SQLite's messages, what they mean, and the remedy; without one it is that of a damaged file.
SAID = (
    (("locked", "busy"), f"is in use by another program for more than {LOCK_WAIT:g} seconds",
     "Close what may hold it, such as a browser of databases or another run of nbgrader"),
    (("readonly", "read-only"), "cannot be written to", "Make it and its folder yours to write to"),
    (("full",), "cannot grow: the disk is full", "Make room"),
    (("disk I/O error", "unable to open"), "or its journal, gradebook.db-journal beside it, cannot be read or written",
     "Look at both, and at the disk; what is no file there, move away"),
    (("no such column",), "was made by an earlier version of nbgrader",
     "Bring it up to date, in the kit's folder; a copy of it is kept beside it:\n"
     "    PATH=.venv/bin:$PATH nbgrader db upgrade --db 'sqlite:///{file}'\n "),
    (("malformed", "not a database", "no such table"), "is damaged", ""),
)


def trouble(file: Path, error: BaseException) -> InfrastructureError:
    """Convert an error of the database during work to an InfrastructureError with advice."""
    said = str(getattr(error, "orig", None) or error).partition("\n")[0]
    for words, problem, remedy in SAID:
        if any(word in said for word in words):
            again = f"  {remedy.format(file=file)}, and give the same command again; what was finished is kept"
            again = again.replace("\n , and give", "\n  and give") if remedy else _way_out(file)
            return InfrastructureError(f"{file} {problem}\n{again}")
    return InfrastructureError(f"{file}: {said}")
