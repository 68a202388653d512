"""Brightspace: ``<user>-<folder> - First Last - Oct 12, 2026 1051 AM/<files>``, or the same before each file's name."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import PurePosixPath

from autograder.grade.handin.archives import Archive
from autograder.lms.formats.layout import Known, Layout
from autograder.lms.roster import LmsIdentity

FOLDER = re.compile(
    r"(?:^|/)(?P<user>\d+)-(?P<folder>\d+) - (?P<name>[^/]+) - (?P<when>[^/-]*\d[^/-]*\d{3,4}(?: ?[AP]\.?M\.?)?)"
    r"(?: - (?P<flat>[^/]+)|/(?P<file>.+))",
    re.IGNORECASE,
)
TIMES = (
    "%b %d, %Y %I%M %p",
    "%B %d, %Y %I%M %p",
    "%d %B, %Y %H%M",
    "%d %B %Y %H%M",
    "%d %b, %Y %H%M",
    "%d %b %Y %H%M",
    "%d %B, %Y %I%M %p",
    "%d %b, %Y %I%M %p",
    "%b %d, %Y %H%M",
    "%B %d, %Y %H%M",
    "%Y-%m-%d %H%M",
)


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """A folder or a file says whose it is; one number that two people have is told apart by their names."""
    layout = Layout()
    matches = {name: match for name in names if (match := FOLDER.search(name))}
    people = Counter(number for number, _ in {(match["user"], match["name"]) for match in matches.values()})
    for name in names:
        match = matches.get(name)
        if match is None:
            if PurePosixPath(name).name != "index.html":
                layout.rest.append(name)
            continue
        full = match["name"].strip()
        number = match["user"] if people[match["user"]] == 1 else f"{match['user']} {full}"
        when = _time(match["when"])
        key, order = (name[: match.start()], number, match["when"]), when or match["when"]
        handin = layout.handin(
            key, LmsIdentity("brightspace", number, full), full, when=when, order=order, download=key[0]
        )
        handin.add(match["file"] or match["flat"], name)
    return layout


def _time(text: str) -> str:
    """The time in a folder's name, which has no colon; empty where it is in another language."""
    clean = re.sub(r"\s+", " ", text.replace(".", "").strip())
    padded = re.sub(r"\b(\d{3})(?= ?[AP]M|$)", r"0\1", clean, flags=re.IGNORECASE)
    for form in TIMES:
        try:
            return datetime.strptime(padded, form).isoformat(timespec="seconds")
        except ValueError:
            continue
    return ""
