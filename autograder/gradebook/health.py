"""gradebook.db before it is used: it may be empty, cut, garbage, locked or not to be written to.

It holds the marks given by hand, so nothing of that is put right in silence.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from autograder.errors import InfrastructureError

HEADER = b"SQLite format 3\0"
# Tables without which it is no gradebook of nbgrader's.
TABLES = frozenset({"assignment", "student", "submitted_assignment", "grade"})
# Seconds another program may take to finish what it writes.
LOCK_WAIT = 5.0


def address(file: Path) -> str:
    """The gradebook's address, as SQLAlchemy reads it; a path may hold what means something in an address."""
    path = str(file)
    for character in "%?#":
        path = path.replace(character, quote(character))
    return f"sqlite:///{path}"


def check_gradebook(file: Path) -> None:
    """Raise InfrastructureError when the gradebook is there and cannot be used; the text says what to do."""
    if not os.path.lexists(file):
        return
    problem = _damage(file)
    if problem:
        raise InfrastructureError(
            f"{file} {problem}; nothing was changed\n  It holds the marks given by hand. Put a copy from before in its place; "
            f"if there is none, move it away,\n    mv '{file}' '{file}.broken'\n  and run make grade: the marks of the tests "
            "come back from results/, those given by hand do not.")
    connection = sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=LOCK_WAIT, isolation_level=None)
    with contextlib.closing(connection):
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            raise trouble(file, error) from error


def _damage(file: Path) -> str:
    """What is wrong with the file itself, in the words that follow its name."""
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
        # To write: what a run that was cut short left beside it, in a journal, is taken back when it is opened so.
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=LOCK_WAIT)) as connection:
            tables = {name for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.OperationalError as error:
        raise trouble(file, error) from error
    except sqlite3.DatabaseError as error:
        return f"is damaged ({error})"
    return "" if tables >= TABLES else "is a database, but not nbgrader's gradebook"


# What SQLite says, what that means, and what a person can do.
SAID = (
    (("locked", "busy"), f"is in use by another program for more than {LOCK_WAIT:g} seconds",
     "Close what may hold it, such as a browser of databases or another run of nbgrader"),
    (("readonly", "read-only"), "cannot be written to", "Make it and its folder yours to write to"),
    (("full",), "cannot grow: the disk is full", "Make room"),
    (("disk I/O error", "unable to open"), "or its journal, gradebook.db-journal beside it, cannot be read or written",
     "Look at both, and at the disk; what is no file there, move away"),
    (("malformed", "not a database", "no such table"), "is damaged",
     "Put a copy from before in its place; if there is none, move it away"),
)


def trouble(file: Path, error: BaseException) -> InfrastructureError:
    """What a database says in the middle of the work, in words that help."""
    said = str(getattr(error, "orig", None) or error).partition("\n")[0]
    for words, problem, remedy in SAID:
        if any(word in said for word in words):
            return InfrastructureError(f"{file} {problem}\n  {remedy}, and give the same command again; what was finished is "
                                       "kept")
    return InfrastructureError(f"{file}: {said}")
