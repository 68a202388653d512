"""Brightspace: ``<user>-<folder> - First Last - Oct 12, 2026 1051 AM/<files>``, or that prefix before each file name."""

from __future__ import annotations

import re
import unicodedata
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
# Beginnings of the names of months, without accents, in the languages of Brightspace's dates.
MONTHS = (
    "jan ene gen sty led oca tammi янв", "feb fev lut uno sub helmi фев", "mar mrt maa bre maalis мар",
    "apr avr abr kwi dub nis huhti апр", "may mai maj mei mag kve touko май мая", "jun juin giu cze cerven haz kesa июн",
    "jul juil lug lip cervenec tem heina июл", "aug aou ago sie srp agu elo авг", "sep set wrz zar eyl syys сен",
    "oct okt out ott paz rij eki loka окт", "nov lis kas marras ноя", "dec dez des dic gru pro ara joulu дек",
)


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read folders or prefixed files. If two people have the same number, their names distinguish them."""
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
    """Parse the time in a folder name, which has no colon; empty if that fails."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign)).strip()
    try:
        *date, clock = re.findall(r"\d+", plain)
        if len(date) == 3:  # 2026 10 12 or 12 10 2026
            year, month, day = map(int, date if len(date[0]) == 4 else reversed(date))
        else:
            day, year = sorted(map(int, date))
            month = _month(plain)
        hour, half = int(clock[:-2]), re.search(r"([ap])\.? ?m\.?$", plain)
        if half:
            hour = hour % 12 + 12 * (half[1] == "p")
        return datetime(year, month, day, hour, int(clock[-2:])).isoformat(timespec="seconds")
    except ValueError:
        return ""


def _month(text: str) -> int:
    """Return the month named in a date; 0 if unknown."""
    found = [(len(start), number) for number, starts in enumerate(MONTHS, start=1) for start in starts.split()
             for word in re.findall(r"[^\W\d]+", text) if word.startswith(start)]
    return max(found, default=(0, 0))[1]
