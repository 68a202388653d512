"""ILIAS: ``<assignment>/Last_First_login_<id>/<files>``, for teams below ``Team <n>/``."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from autograder.grade.handin.archives import Archive
from autograder.lms.formats.layout import Known, Layout, most
from autograder.lms.roster import GROUP, LmsIdentity

FOLDER = re.compile(r"(?P<last>[^_/]+)_(?P<first>[^/]*)_(?P<login>[^_/]+)_(?P<id>\d+)")
LATE = re.compile(r"(?:late submission|late|verspätete abgabe|verspaetete abgabe|verspätet) - (?P<file>.+)", re.IGNORECASE)


def _depth(names: list[str]) -> int:
    """Return the depth of people's folders. An exercise's folder may look like a person's, but there is only one of it."""
    found: dict[int, set[str]] = {}
    for name in names:
        for i, part in enumerate(PurePosixPath(name).parts[:-1]):
            if FOLDER.fullmatch(part):
                found.setdefault(i, set()).add(part)
    return next((i for i in sorted(found) if len(found[i]) > 1), min(found, default=0))


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read folders; nothing unless most files are in folders of ILIAS's form."""
    layout, depth = Layout(), _depth(names)
    for name in names:
        parts = PurePosixPath(name).parts
        places = sorted(range(len(parts) - 1), key=lambda i: (i != depth, i))
        at, match = next(((i, match) for i in places if (match := FOLDER.fullmatch(parts[i]))), (0, None))
        if match is None:
            layout.rest.append(name)
            continue
        team = next((part for part in parts[:at] if GROUP.match(part)), "")
        full = f"{match['first'].replace('_', ' ')} {match['last']}".strip()
        above = "/".join(part for part in parts[:at] if part != team)
        who = LmsIdentity("ilias", match["id"], full, group=team)
        handin = layout.handin((above, match["id"]), who, match["login"], download=above)
        file = "/".join(parts[at + 1 :])
        late = LATE.fullmatch(PurePosixPath(file).name)
        handin.late |= late is not None
        handin.add(str(PurePosixPath(file).with_name(late["file"])) if late else file, name)
    return layout if most(len(names) - len(layout.rest), names) else Layout(rest=names)
