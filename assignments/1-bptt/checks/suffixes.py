"""Undo what an LMS, a browser or a file manager does to file names."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote

# `1-bptt.ipynb.txt`, from a browser that takes a notebook for text; `.json`, from one that looks at its content; `.part`, from
# one that had not ended.
TAIL = re.compile(
    r"(?P<kept>.+\.(?:py|ipynb|pt|pth))\.(?:txt|json|html?|bin|(?:cr|op)?download|part(?:ial)?|py|ipynb)", re.IGNORECASE)
# A weights file is a zip, and a browser may name it so.
PACKED = re.compile(r"(?P<kept>.+\.(?:pt|pth))\.zip", re.IGNORECASE)
# `-1` from Canvas, ` (1)` from browsers, `_1` from others, `-Copy1` from Jupyter, ` copy 2` from macOS, ` - Kopie (2)` from
# Windows.
AFTER = re.compile(
    r"(?P<stem>.+?)(?:-\d{1,9}|[ _]?\(\d{1,9}\)|_\d{1,9}|[ _-]*\((?:copy|kopie|copia|copie)\)"
    r"|[ _]*[ _-][ _]*(?:copy|kopie|copia|copie|kopia)[ _-]?(?:\d{1,3}|\(\d{1,3}\))?)",
    re.IGNORECASE,
)
# "Copy of" from Google, "Kopie von" from Windows and Google in German, and the same in other languages.
BEFORE = re.compile(
    r"(?:copy|kopie|copia|copie|kopia|kopi|cópia)(?:[ _]\(?\d{1,3}\)?)?[ _](?:of|von|van|de|di|av|af)[ _]+(?P<rest>.+)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # a class has the same few names
def forms(name: str) -> tuple[str, ...]:
    """Return a file name, then the same name with one addition after another removed."""
    found = [name]
    for _ in range(8):
        shorter = _shorter(found[-1])
        if not shorter or shorter in found:
            break
        found.append(shorter)
    return tuple(found)


def _shorter(name: str) -> str:
    """Return the name with one addition removed, or an empty string."""
    if "%" in name and "/" not in unquote(name) and unquote(name).isprintable() and unquote(name) != name:
        return unquote(name)
    if name != name.strip():
        return name.strip()
    if match := TAIL.fullmatch(name) or PACKED.fullmatch(name):
        return match["kept"]
    if match := BEFORE.fullmatch(name):
        return match["rest"]
    path = PurePosixPath(name)
    stem, ending = (path.stem, path.suffix) if path.suffix else (name, "")
    if stem != stem.strip():
        return f"{stem.strip()}{ending}"
    match = AFTER.fullmatch(stem)
    return f"{match['stem']}{ending}" if match else ""


def plain_name(name: str, known: Collection[str]) -> str:
    """Return the one of the `known` names that a file name derives from, or the name itself.

    Case does not matter: `BPTT.py` is `bptt.py`.
    """
    if name in known:
        return name
    folded = {one.casefold(): one for one in known}
    return next((folded[form.casefold()] for form in forms(name) if form.casefold() in folded), name)


def is_numbered(name: str) -> bool:
    """Whether a name was numbered because another file had it: `bptt-1.py`, `bptt (2).py`, `bptt_3.py`."""
    return any(re.search(r"(?:-\d{1,9}|[ _]?\(\d{1,9}\)|_\d{1,9})(?:\.\w+)+$", form) for form in forms(name)[:-1])
