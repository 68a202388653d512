"""Lock a course folder for one command at a time, and keep logs in it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.text import one_line, plain

# What the kit remembers of a folder: stamps, locks, logs.
PRIVATE = ".kit"
WHO = "at-work.json"
# Folders of a course that the kit writes to.
FOLDERS = ("results", "autograded", "feedback", "report", "exports", PRIVATE)
# Number of logs kept in a course folder.
LOGS = 20


@contextlib.contextmanager
def at_work(course: Path, command: str) -> Iterator[None]:
    """Context that locks the course folder against other commands.

    The lock is the kernel's, on the folder itself, so it disappears with the process that holds it. On disks without locks, such
    as some network disks, the file that names the holder is believed as long as that process lives.

    Raises
    ------
    NotADirectoryError
        A file has the name of a folder that the kit writes to.
    UsageError
        Another command holds the lock. The message says which, where and since when.
    """
    if not course.is_dir():  # the command itself reports it, or creates it
        yield
        return
    for name in FOLDERS:
        if os.path.lexists(course / name) and not (course / name).is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(course / name))
    folder = os.open(course, os.O_RDONLY | os.O_CLOEXEC)
    try:
        who = course / PRIVATE / WHO
        if not _take(folder, who):
            raise UsageError(f"{_holder(who)} is at work in {course}\n  Wait until it is done, or stop it there with "
                             "Ctrl-C; what it finished is kept")
        with contextlib.suppress(OSError):  # an unwritable folder is reported by the command
            who.parent.mkdir(exist_ok=True)
            who.write_text(json.dumps({"command": command, "pid": os.getpid(), "host": socket.gethostname(),
                                       "since": datetime.now().isoformat(timespec="seconds")}))
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                who.unlink()
                who.parent.rmdir()  # if nothing else is in it
    finally:
        os.close(folder)


def _take(folder: int, who: Path) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        facts = _facts(who)  # this disk has no locks
        return not (facts.get("host") == socket.gethostname() and _lives(facts.get("pid")))
    return True


def _facts(who: Path) -> dict[str, Any]:
    try:
        facts = json.loads(who.read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _lives(pid: object) -> bool:
    if not isinstance(pid, int) or isinstance(pid, bool) or pid <= 0 or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:  # another user's process
        return True
    except (OSError, OverflowError):
        return False
    return True


def _holder(who: Path) -> str:
    facts = _facts(who)
    if not facts:
        return "another command of the kit"
    said = {name: one_line(facts.get(name, "?"), 60) for name in ("command", "pid", "host", "since")}
    return f"`{said['command']}` (process {said['pid']} on {said['host']}, since {said['since'].replace('T', ' ')})"


def keep_log(course: Path | None, title: str, text: str) -> Path | None:
    """Write a log file; return its path, or None if nothing can be written anywhere."""
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{title}.log"
    places = [course / PRIVATE / "log"] if course is not None and course.is_dir() else []
    for folder in [*places, Path(tempfile.gettempdir()) / f"autograder-log-{os.getuid()}"]:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / name
            with open(path, "a", encoding="utf-8") as file:
                file.write(plain(text, 1 << 20) + "\n")
            for old in sorted(folder.glob("*.log"))[:-LOGS]:
                old.unlink(missing_ok=True)
        except OSError:
            continue
        return path
    return None


def brief_with_log(course: Path, error: Exception, pair: tuple[str, str]) -> str:
    """Return an error with one submission, (stage id, student), as shown to the user; with the path of a log of its details."""
    details = getattr(error, "details", "")
    path = keep_log(course, "-".join(pair)[:60], f"{error}\n\n{details}") if details else None
    return plain(error) + (f" (all of it: {path})" if path else "")
