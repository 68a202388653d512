"""Google Classroom, GitHub Classroom and nbgrader's exchange.

Google Classroom  ``<assignment>/First Last - <file>``
GitHub Classroom  ``<assignment>-submissions/<assignment>-<user>/<repository>``
nbgrader          ``inbound/<user>+<assignment>+<time>+<secret>/<files>``
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import PurePosixPath

from autograder.checks.suffixes import plain_name
from autograder.grade.handin.archives import Archive
from autograder.lms.formats.layout import Known, Layout, folder_of
from autograder.lms.roster import LmsIdentity

INBOUND = re.compile(r"(?P<user>[^+/]+)\+(?P<assignment>[^+/]+)\+(?P<when>[^+/]+)(?:\+[^+/]+)?")
GOOGLE = re.compile(r"(?P<name>[^/]{2,120}?) - (?P<file>[^/]+)")
GOOGLE_FORMS = re.compile(r"(?P<stem>.+) - (?P<name>[^/]{2,120}?)(?P<ending>\.\w{1,6})")


def read_nbgrader(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read the inbound folder of nbgrader's exchange."""
    layout = Layout()
    for name in names:
        parts = PurePosixPath(name).parts
        at, match = next(
            ((i, match) for i, part in enumerate(parts[:-1]) if (match := INBOUND.fullmatch(part))), (0, None)
        )
        if match is None or match["assignment"] not in known.stages:
            layout.rest.append(name)
            continue
        user, when = match["user"], nbgrader_time(match["when"])
        handin = layout.handin(parts[at], LmsIdentity("nbgrader", user), user, stage=match["assignment"], when=when,
                               order=when or match["when"])
        handin.files["/".join(parts[at + 1 :])] = name
    return layout


def nbgrader_time(text: str) -> str:
    """Convert nbgrader's time, such as ``2026-03-01 10:00:00.000000 UTC``, to ISO 8601; in UTC if it has a zone. Empty if
    invalid.
    """
    clean = text.strip().replace("_", ":")
    zone = re.search(r"\s(UTC|GMT|[+-]\d{4})$", clean)
    try:
        when = datetime.fromisoformat(re.sub(r"\s[A-Za-z]+$", "", clean[: zone.start()] if zone else clean))
        if zone:
            offset = datetime.strptime("+0000" if zone[1].isalpha() else zone[1], "%z").tzinfo
            when = when.replace(tzinfo=offset).astimezone(UTC)
    except ValueError:
        return ""
    return when.isoformat(timespec="seconds")


def read_github(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read repositories named after assignment and user, in a folder named after the assignment, with a folder per stage or none.

    The folder may be the archive itself, or missing if the assignment has the name of a stage.
    """
    layout = Layout()
    slugs = [archive.path.name.removesuffix("-submissions")] if archive.path.name.endswith("-submissions") else known.stages
    ends = [PurePosixPath(name).parts[0] for name in names]
    branch = next((end for end in ("-main", "-master") if all(part.endswith(end) for part in ends)), "")
    for name in names:
        parts = PurePosixPath(name).parts
        at = next(
            (i for i, part in enumerate(parts[:-2])
             if part.endswith("-submissions") and parts[i + 1].startswith(f"{part[:-12]}-")),
            None,
        )
        own = next((f"{slug}-" for slug in slugs if len(parts) > 1 and parts[0].startswith(f"{slug}-")), "") if at is None else ""
        if at is None and not own:
            layout.rest.append(name)
            continue
        at, slug = (-1, own) if at is None else (at, parts[at][: -len("submissions")])
        user = parts[at + 1][len(slug) :].removesuffix(branch)
        stage, inside = next((stage for stage in known.stages if slug[:-1].casefold() == stage.casefold()), ""), parts[at + 2 :]
        if not stage and len(inside) > 1 and inside[0] in known.stages:
            stage, inside = inside[0], inside[1:]
        handin = layout.handin((slug, user, stage), LmsIdentity("github", user), user, stage=stage, download=slug)
        handin.files["/".join(inside)] = name
    return Layout(rest=names) if _is_a_class(layout, known) else layout


def _is_a_class(layout: Layout, known: Known) -> bool:
    """Whether the only "repository" is really a folder around a class: several of its folders contain the stage's files."""
    if len(layout.handins) != 1:
        return False
    inside = [PurePosixPath(file).parts for file in layout.handins[0].files]
    return len({parts[0] for parts in inside if len(parts) > 1 and plain_name(parts[-1], known.own) in known.own}) > 1


def read_google(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read the Drive folder of an assignment. Classroom puts the student's name before the file name, Forms before its suffix."""
    layout = Layout()
    for name in names:
        base = PurePosixPath(name).name
        match = GOOGLE.fullmatch(base)
        if match is None:
            layout.rest.append(name)
            continue
        full, file, above = match["name"].strip(), match["file"], folder_of(name)
        behind = GOOGLE_FORMS.fullmatch(base)
        if behind is not None and plain_name(file, known.own) not in known.own and (
            plain_name(behind["stem"] + behind["ending"], known.own) in known.own
        ):
            full, file = behind["name"].strip(), behind["stem"] + behind["ending"]
        layout.handin((above, full), LmsIdentity("google", full, full), full, download=above).add(file, name)
    return layout if len(layout.rest) <= len(names) // 2 else Layout(rest=names)
