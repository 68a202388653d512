"""Canvas: a folder of files ``lastnamefirst_LATE_<user>_<upload>_<file>``.

``LATE_anon_<id>_<upload>_<file>`` if names are hidden; for groups, the group's name in place of the person's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.checks.suffixes import plain_name
from autograder.grade.handin.archives import Archive
from autograder.lms.formats.layout import Handin, Known, Layout, folder_of, most
from autograder.lms.roster import LmsIdentity

ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<late2>LATE_)?(?P<secret>[A-Za-z0-9]+?)(?P<late3>_LATE)?_(?P<upload>\d+)_(?P<file>.+)",
    re.IGNORECASE,
)
TYPED = re.compile(
    r"(?:LATE_)?(?:anon_(?P<secret>[A-Za-z0-9]+)|(?P<name>.+)_(?:LATE_)?(?P<user>\d+))_(?P<kind>text|link)\.html", re.IGNORECASE
)


@dataclass(frozen=True)
class _Reading:
    """One way to parse a file name."""

    name: str
    user: str
    upload: str
    file: str
    late: bool
    marked: bool  # LATE stands before the number, which must then be the user's


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read files; nothing unless most names have Canvas's form."""
    layout = Layout()
    readings = {name: _readings(PurePosixPath(name).name) for name in names}
    typed = {name: match for name in names if not readings[name] and (match := TYPED.fullmatch(PurePosixPath(name).name))}
    if not most(sum(map(bool, readings.values())) + len(typed), names):
        return Layout(rest=names)
    votes = Counter((one.name, one.user) for every in readings.values() for one in every)

    def weight(one: _Reading) -> tuple[bool, bool, int, bool, int]:
        return (
            one.marked,
            known.roster.find("canvas", one.user) is not None,
            min(len(one.user), len(one.upload)),
            plain_name(one.file, known.own) in known.own,
            votes[one.name, one.user],
        )

    for name in names:
        if text := typed.get(name):
            handin = _of(layout, name, text["name"] or "", text["user"] or text["secret"])
            handin.late |= "LATE_" in PurePosixPath(name).name.upper()
            handin.add(f"{text['kind']}.html", name)
        elif readings[name]:
            one = max(readings[name], key=weight)
            handin = _of(layout, name, one.name, one.user)
            handin.late |= one.late
            handin.order = max(handin.order, one.upload.rjust(20, "0"))
            handin.add(one.file, name)
        else:
            layout.rest.append(name)
    return layout


def _of(layout: Layout, path: str, name: str, user: str) -> Handin:
    label, above = f"{name}_{user}" if name else f"anon_{user}", folder_of(path)
    handin = layout.handin((above, user), LmsIdentity("canvas", user, name), label, download=above)
    handin.anonymous = not name
    return handin


def _readings(base: str) -> list[_Reading]:
    """Return all ways to parse a name: names of groups and files may contain numbers themselves."""
    found = []
    match = ANONYMOUS.fullmatch(base)
    if match:
        late = bool(match["late"] or match["late2"] or match["late3"])
        return [_Reading("", match["secret"], match["upload"], match["file"], late, True)]
    parts = base.split("_")
    for i in range(1, min(len(parts) - 2, 12)):
        if not _is_number(parts[i]):
            continue
        late_after = parts[i + 1].upper() == "LATE" and len(parts) > i + 3
        upload = parts[i + 1 + late_after]
        file = "_".join(parts[i + 2 + late_after :])
        if not _is_number(upload) or not file:
            continue
        before, marked = parts[:i], parts[i - 1].upper() == "LATE" and i > 1
        before = before[:-1] if marked else before
        first = before[0].upper() == "LATE" and len(before) > 1
        before = before[1:] if first else before
        name = "_".join(before) or ("nameless" if before == [""] else "")
        if name:
            found.append(_Reading(name, parts[i], upload, file, marked or first or late_after, marked))
    return found


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit()
