"""What systems, editors and Python leave beside a file: nobody's work, but a sign of the file that was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from autograder.checks.words import N_
from autograder.errors import Refused
from autograder.grade.language import Said, said
from autograder.grade.names import shown

JUNK = re.compile(
    r"(^|/)(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints(?!(?:/[^/]+\.(?:py|ipynb))?$)|__pycache__|\.git|\.svn|\.idea|\.vscode"
    r"|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.hypothesis|\.venv|venv|node_modules|\._[^/]*|~\$[^/]*)(/|$)"
)
# What macOS puts beside a file is called as it is after these signs, begins with these bytes, and has this header at least.
# A file of that name with anything else in it is somebody's: Canvas begins names with a person's, which may be a sign.
APPLE_DOUBLE, APPLE_STARTS, APPLE_HEADER = "._", b"\0\5\x16\7", 26
MAY_BE_CANVAS = re.compile(r"^(?!__MACOSX/)(?:.*/)?\._\d+_\d+_[^/]+$")
# Leftovers whose names are kept.
MAX_ASIDE = 100
# By their names: those that are about one file, and what they are.
OF_A_FILE = (
    (re.compile(r"\._(?P<file>.+)", re.DOTALL), N_("what macOS keeps about {file}")),
    (re.compile(r"~\$(?P<file>.+)", re.DOTALL), N_("what an office program keeps while {file} is open")),
    (re.compile(r"\.?(?P<file>.+)\.(?:sw[a-p]|kate-swp|un~)", re.DOTALL), N_("what an editor keeps while {file} is open")),
    (re.compile(r"(?P<file>[^.]+)(?:\.[\w-]+)*\.py[cod]", re.DOTALL), N_("what Python makes of the module {file}")),
    (re.compile(r"(?P<file>.+):Zone\.Identifier", re.DOTALL), N_("what Windows keeps about {file}")),
)
# And the others.
OF_A_FOLDER = N_("what a system or an editor keeps about a folder")


def is_junk(name: str, read: Callable[[], bytes]) -> bool:
    """Whether a file is a leftover of a system or an editor, by its name; where that may be a person's too, by its content."""
    folder, _, base = name.rpartition("/")
    if not base.startswith(APPLE_DOUBLE) or JUNK.search(folder):
        return JUNK.search(name) is not None
    try:
        data = read()
    except Refused:
        return True
    return data.startswith(APPLE_STARTS) or len(data) < APPLE_HEADER


def subject(path: str) -> tuple[str, str]:
    """The file that a leftover is about, and what it is; two empty texts for a file with any other name."""
    name = PurePosixPath(path).name
    return next(((match["file"], said(what, file=shown(match["file"]))) for pattern, what in OF_A_FILE
                 if (match := pattern.fullmatch(name))), ("", ""))


def is_in_junk(path: str) -> bool:
    """Whether a file lies in a folder that only systems and editors use."""
    return JUNK.search(f"{path.rpartition('/')[0]}/") is not None


def is_leftover(path: str) -> bool:
    """Whether a file that is no junk is a leftover all the same, by its name; one called as macOS's own are was looked into."""
    return not PurePosixPath(path).name.startswith(APPLE_DOUBLE) and bool(subject(path)[0])


def is_about(path: str, wanted: str) -> bool:
    """Whether a file is a leftover of this one: `._bptt.py`, `bptt.cpython-311.pyc` of `bptt.py`."""
    return PurePosixPath(subject(path)[0]).stem.casefold() == PurePosixPath(wanted).stem.casefold()


def only_leftovers(wanted: str, files: Iterable[str], aside: Iterable[str]) -> Said | None:
    """The question where a file is missing and only a leftover of it was handed in, or nothing but leftovers; else None.

    Parameters
    ----------
    wanted : str
    files : iterable of str
        What was handed in, by path.
    aside : iterable of str
        The leftovers that were set aside before.
    """
    files, aside = sorted(files), sorted(aside)
    left = [*aside, *filter(is_leftover, files)]
    found = next((path for path in left if is_about(path, wanted)), "")
    if not found and aside and all(map(is_leftover, files)):
        found = next((path for path in aside if subject(path)[0]), aside[0])
    if not found:
        return None
    return said("{file} is missing: in its place the hand-in has only {other}, {what}. Ask for the file, put it here, and run "
                "make grade again", file=wanted, other=shown(found), what=subject(found)[1] or said(OF_A_FOLDER))
