"""What systems, editors and Python leave beside a file: nobody's work, but a sign of the file that was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
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
# A name of such signs may be anybody's: all but what is as short and as little text as what a program makes is a person's then.
ANYBODYS, MAX_MADE = re.compile(r"(?:\._|~\$).+", re.DOTALL), 1024
# Under all other names of leftovers only what is plainly code or a notebook is.
WORK = re.compile(rb"\A\s*\{|^(?:async[ \t]+def|def|class|from|import)[ \t]+\w", re.MULTILINE)
MAY_BE_CANVAS = re.compile(r"^(?!__MACOSX/)(?:.*/)?\._\d+_\d+_[^/]+$")
# Leftovers whose names are kept.
MAX_ASIDE = 100
# By their names: those that are about one file, and what they are.
OF_A_FILE = (
    (re.compile(r"\._(?P<file>.+)", re.DOTALL), N_("what macOS keeps about {file}")),
    (re.compile(r"~\$(?P<file>.+)", re.DOTALL), N_("what an office program keeps while {file} is open")),
    (re.compile(r"\.~lock\.(?P<file>.+)#", re.DOTALL), N_("what an office program keeps while {file} is open")),
    (re.compile(r"\.#(?P<file>.+)", re.DOTALL), N_("what an editor keeps while {file} is open")),
    (re.compile(r"#(?P<file>.+)#|(?P<other>.+)~", re.DOTALL), N_("what an editor keeps of an earlier state of {file}")),
    (re.compile(r"\.?(?P<file>.+)\.(?:sw[a-p]|kate-swp|un~)", re.DOTALL), N_("what an editor keeps while {file} is open")),
    (re.compile(r"(?P<file>[^.]+)(?:\.[\w-]+)*\.py[cod]", re.DOTALL), N_("what Python makes of the module {file}")),
    (re.compile(r"(?P<file>.+):Zone\.Identifier", re.DOTALL), N_("what Windows keeps about {file}")),
)
# And the others; a folder may have the last of these names, as a student's number.
ABOUT_FOLDERS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory", "4913"})
OF_A_FOLDER = N_("what a system or an editor keeps about a folder")


def is_junk(name: str, read: Callable[[], bytes]) -> bool:
    """Whether a file is a leftover of a system or an editor: by its name, and by its content, as a person's may be called so."""
    if not JUNK.search(name):
        return False
    return is_in_junk(name) or not _is_somebodys(name, read)


def _is_somebodys(name: str, read: Callable[[], bytes]) -> bool:
    """Whether a file with the name of a leftover is a person's work: the one rule for all such names."""
    try:
        data = read()
    except Refused:
        return False
    if len(data) < APPLE_HEADER or data.startswith(APPLE_STARTS):
        return False
    if data.startswith(b"PK") or (ANYBODYS.fullmatch(PurePosixPath(name).name) and len(data) > MAX_MADE):
        return True
    return b"\0" not in data and (ANYBODYS.fullmatch(PurePosixPath(name).name) or WORK.search(data)) is not None


def subject(path: str) -> tuple[str, str]:
    """The file that a leftover is about, and what it is; two empty texts for a file with any other name."""
    name = PurePosixPath(path).name
    return next(((file, said(what, file=shown(file))) for pattern, what in OF_A_FILE if (match := pattern.fullmatch(name))
                 and (file := next(filter(None, match.groups())))), ("", ""))


def is_in_junk(path: str) -> bool:
    """Whether a file lies in a folder that only systems and editors use."""
    return JUNK.search(f"{path.rpartition('/')[0]}/") is not None


def is_leftover(path: str, read: Callable[[], bytes]) -> bool:
    """Whether a file that is no junk is a leftover all the same."""
    name = PurePosixPath(path).name
    return (name in ABOUT_FOLDERS or bool(subject(path)[0])) and not _is_somebodys(name, read)


def worth_keeping(files: Mapping[str, Callable[[], bytes]]) -> set[str]:
    """Return the leftovers, of all files of a hand-in, that say what was meant to be handed in: the file that each is about is
    not there, or there is no code at all."""
    left = {path for path, read in files.items() if is_junk(path, read)}
    there = files.keys() - left
    none = not any(path.endswith(".py") for path in there)
    return {path for path in left if not there or (not is_in_junk(path) and (none or is_alone(path, there)))}


def is_alone(path: str, there: Collection[str]) -> bool:
    """Whether a file is a leftover of one that is not there; in a folder of leftovers, whether nothing is beside that folder."""
    if is_in_junk(path):
        around = path[: next(JUNK.finditer(path)).start()]
        return not any(one.startswith(f"{around}/" if around else "") for one in there)
    meant, _what = subject(path)
    return bool(meant) and str(PurePosixPath(path).with_name(meant)) not in there


def is_about(path: str, wanted: str) -> bool:
    """Whether a file is a leftover of this one: `._bptt.py`, `bptt.cpython-311.pyc` of `bptt.py`."""
    return PurePosixPath(subject(path)[0]).stem.casefold() == PurePosixPath(wanted).stem.casefold()


def only_leftovers(wanted: str, files: Mapping[str, Callable[[], bytes]],
                   aside: Iterable[str]) -> tuple[Said | None, Said | None]:
    """The question where a file is missing and only a leftover of it was handed in, or nothing but leftovers; else a note on
    leftovers beside other files, if there are any.

    Parameters
    ----------
    wanted : str
    files : mapping of str to callable
        What was handed in, by path, each with what gives its content.
    aside : iterable of str
        The leftovers that were set aside before.
    """
    here = sorted(path for path, read in files.items() if is_leftover(path, read))
    left = [*sorted(aside), *here]
    found = next((path for path in left if is_about(path, wanted)), "")
    if not found and left and len(here) == len(files):
        found = next((path for path in left if subject(path)[0]), left[0])
    if found:
        return said("{file} is missing: in its place the hand-in has only {other}, {what}. Ask for the file, put it here, and "
                    "run make grade again", file=wanted, other=shown(found), what=what_it_is(found)), None
    found = next((path for path in left if not is_in_junk(path)), "")
    return None, said("{other} is {what}, and not {file}: the file itself has to be handed in", other=shown(found),
                      what=what_it_is(found), file=wanted) if found else None


def what_it_is(path: str) -> str:
    return subject(path)[1] or said(OF_A_FOLDER)
