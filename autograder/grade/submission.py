"""Read what a student handed in, trusting none of it: no link is followed, no size believed."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from autograder.stages import Stage

MAX_FILE = 8 << 20
MAX_TOTAL = 32 << 20
MAX_FILES = 200
# Names in the released folder that are the kit's, and are never taken from a submission.
OURS = {"test_public.py", "conftest.py"}
# Files that can be imported; any other name is of no use, and may hold what breaks a table or a terminal.
MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\.py")


@dataclass(frozen=True)
class Submission:
    """The bytes of one submission.

    Attributes
    ----------
    files : dict of str to bytes
        The files that go into the sandbox: the stage's file, the student's own modules beside it.
    notebook : bytes or None
        The notebook as handed in.
    problem : str
        Why there is nothing to run, or empty.
    notes : tuple of str
        What was wrong with the folder without being in the way.
    """

    student: str
    stage: str
    files: dict[str, bytes]
    notebook: bytes | None = None
    problem: str = ""
    notes: tuple[str, ...] = field(default=())


class Refused(Exception):
    """A file that is not read; the text says why."""


def read_bytes(path: Path, limit: int = MAX_FILE) -> bytes:
    """The content of a regular file of at most `limit` bytes; a link or a device is refused, not opened."""
    try:
        info = os.lstat(path)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})") from error
    if stat.S_ISLNK(info.st_mode):
        raise Refused("it is a link, and links are not followed")
    if not stat.S_ISREG(info.st_mode):
        raise Refused("it is not a regular file")
    if info.st_nlink > 1 and info.st_uid != os.lstat(path.parent).st_uid:
        raise Refused("it is a second name of somebody else's file")
    if info.st_size > limit:
        raise Refused(f"it is {info.st_size / 2**20:.0f} MiB; at most {limit / 2**20:.0f} MiB are read")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused("it is not a regular file")
            data = file.read(limit + 1)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})") from error
    if len(data) > limit:
        raise Refused(f"it is larger than {limit / 2**20:.0f} MiB")
    return data


def read_submission(folder: Path, student: str, stage: Stage) -> Submission:
    """Read ``submitted/<student>/<stage>/``.

    The stage's own file and every other Python file at the top of the folder are read; so are files
    that match the stage's `extras`. What cannot be read is told in `notes`, or in `problem` if it is
    the stage's own file.
    """
    wanted = stage.info.file
    if folder.is_symlink() or folder.parent.is_symlink():
        return Submission(student, stage.id, {}, problem="the folder is a link, and links are not followed")
    notes: list[str] = []
    files: dict[str, bytes] = {}
    problem = ""
    total = 0
    for path in _candidates(folder, wanted, stage.info.submission_files):
        try:
            data = read_bytes(path)
            total += len(data)
            if total > MAX_TOTAL:
                raise Refused(f"the folder holds more than {MAX_TOTAL >> 20} MiB")
            files[path.name] = data
        except Refused as error:
            if path.name == wanted:
                problem = f"{wanted} was not read: {error}"
            else:
                notes.append(f"{path.name} was not read: {error}")
    notebook, note = _notebook(folder / f"{stage.id}.ipynb")
    if note:
        notes.append(note)
    if wanted not in files and not problem:
        problem = _missing(folder, wanted)
    return Submission(student, stage.id, files, notebook, problem, tuple(notes))


def _candidates(folder: Path, wanted: str, extras: tuple[str, ...]) -> list[Path]:
    """The stage's file first, then the other Python files and the extras, in order of their names."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder)
                       if MODULE.fullmatch(entry.name) or entry.name in extras)
    except OSError:
        return []
    names = [name for name in names if name not in OURS and name != wanted][:MAX_FILES]
    return [folder / name for name in ([wanted] if os.path.lexists(folder / wanted) else []) + names]


def _notebook(path: Path) -> tuple[bytes | None, str]:
    if not os.path.lexists(path):
        return None, f"{path.name} was not handed in; the written tasks have no answer"
    try:
        return read_bytes(path, MAX_TOTAL), ""
    except Refused as error:
        return None, f"{path.name} was not read: {error}"


def _missing(folder: Path, wanted: str) -> str:
    """What to say when the stage's file is not there: the nearest thing that is, if any."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return f"{wanted} is missing: the folder is empty or cannot be read"
    close = [name for name in names if name.isascii() and name.isprintable()
             and (name.lower() == wanted.lower() or name.startswith(Path(wanted).stem))]
    hint = f"; {close[0]} is there: was it renamed?" if close else ""
    return f"{wanted} is missing{hint}"
