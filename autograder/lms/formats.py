"""The ways in which an LMS packs the submissions of an assignment.

Canvas      one folder of files, ``lastnamefirst_LATE_<user>_<submission>_<file>``; a file handed in again under the
            same name becomes ``<file>-1``
Moodle      ``First Last_<participant>_assignsubmission_file_/<files>``, or the same before each file's name
Gradescope  ``assignment_<n>_export/submission_<n>/<files>`` with ``submission_metadata.yml`` saying who handed it in
plain       ``<student>/<stage>/<files>``, as in `submitted/` itself
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from autograder.errors import UsageError
from autograder.grade.classroom import NAME
from autograder.lms.archives import Archive

CANVAS = re.compile(r"(?P<name>[^_/]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<submission>\d+)_(?P<file>[^/]+)")
MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<participant>\d+)_assignsubmission_(?P<kind>[a-z]+)_?/?(?P<file>.*)")
GRADESCOPE = re.compile(r"(?:(?P<top>[^/]+)/)?(?P<submission>submission_\d+)/(?P<file>.+)")
METADATA = "submission_metadata.yml"
MAX_METADATA = 16 << 20


@dataclass
class Handin:
    """What one student handed in.

    Attributes
    ----------
    student : str
        The id in this course.
    files : dict of str to str
        Path in the submission to path in the archive.
    about : dict
        What the LMS calls this student, kept for the export: lms, id, name, email, late.
    stage : str
        Where the layout says it.
    """

    student: str
    files: dict[str, str] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    stage: str = ""


def usable(name: str) -> str:
    """A name as an id: what cannot be part of one becomes a dash."""
    text = re.sub(r"[^\w .@'-]+", "-", name.strip())
    text = re.sub(r"\.{2,}", ".", text).strip(" .-_'@")
    return text if NAME.fullmatch(text) else ""


def read_layout(archive: Archive, stages: Iterable[str]) -> tuple[list[Handin], list[str]]:
    """Who handed in what, and the files that belong to nobody."""
    names = sorted(archive.members)
    metadata = [name for name in names if PurePosixPath(name).name == METADATA]
    if metadata:
        return _gradescope(archive, names, metadata[0])
    if any("_assignsubmission_" in name for name in names):
        return _moodle(names)
    plain, rest = _plain(names, set(stages))
    if plain:
        return plain, rest
    return _canvas(names)


def _canvas(names: Iterable[str]) -> tuple[list[Handin], list[str]]:
    found: dict[str, Handin] = {}
    rest = []
    for name in names:
        match = CANVAS.fullmatch(PurePosixPath(name).name)
        student = usable(f"{match['name']}_{match['user']}") if match else ""
        if match is None or not student:
            rest.append(name)
            continue
        handin = found.setdefault(student, Handin(student, about={
            "lms": "canvas", "id": match["user"], "name": match["name"], "late": False}))
        handin.about["late"] |= bool(match["late"])
        handin.files[match["file"]] = name
    return list(found.values()), rest


def _moodle(names: Iterable[str]) -> tuple[list[Handin], list[str]]:
    """Folders by name: the number is the participant's in this one assignment, and changes with the next."""
    groups: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    rest = []
    for name in names:
        match = MOODLE.search(name)
        if match is None or match["kind"] != "file" or not match["file"] or not usable(match["name"]):
            rest.append(name)
        else:
            groups[match["name"], match["participant"]][match["file"]] = name
    named = [name for name, _ in groups]
    found = []
    for (name, participant), files in groups.items():
        student = usable(name if named.count(name) == 1 else f"{name}_{participant}")
        found.append(Handin(student, files, {"lms": "moodle", "id": participant, "name": name, "late": False}))
    return found, rest


def _gradescope(archive: Archive, names: Iterable[str], metadata: str) -> tuple[list[Handin], list[str]]:
    who = _metadata(archive, metadata)
    found: dict[str, Handin] = {}
    rest = []
    for name in names:
        match = GRADESCOPE.fullmatch(name)
        people = who.get(match["submission"], ()) if match else ()
        if name == metadata:
            continue
        if match is None or not people:
            rest.append(name)
            continue
        for person in people:
            key = f"{match['submission']} {person['student']}"
            found.setdefault(key, Handin(person["student"], about={"lms": "gradescope", **person["about"]}))
            found[key].files[match["file"]] = name
    latest: dict[str, Handin] = {}
    for handin in sorted(found.values(), key=lambda handin: handin.about["created"]):
        latest[handin.student] = handin
    return list(latest.values()), rest


def _metadata(archive: Archive, name: str) -> dict[str, list[dict[str, Any]]]:
    """The submitters of each submission."""
    import yaml

    data = archive.read(name)
    try:
        events = yaml.parse(data, yaml.SafeLoader) if len(data) <= MAX_METADATA else ()
        if len(data) > MAX_METADATA or any(isinstance(event, yaml.AliasEvent) for event in events):
            raise UsageError(f"{archive.path}: {name} is too large, or not what Gradescope writes")
        content = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{archive.path}: {name} cannot be read ({' '.join(str(error).split())[:200]})") from error
    found: dict[str, list[dict[str, Any]]] = {}
    for submission, facts in content.items() if isinstance(content, dict) else ():
        facts = facts if isinstance(facts, dict) else {}
        created = str(facts.get(":created_at", ""))
        people = facts.get(":submitters")
        for person in people if isinstance(people, list) else ():
            person = person if isinstance(person, dict) else {}
            sid, email, full = (str(person.get(key) or "") for key in (":sid", ":email", ":name"))
            student = usable(sid) or usable(email) or usable(full)
            if student:
                found.setdefault(str(submission), []).append({"student": student, "about": {
                    "id": sid, "email": email, "name": full, "created": created, "late": False}})
    return found


def _plain(names: Iterable[str], stages: set[str]) -> tuple[list[Handin], list[str]]:
    found: dict[tuple[str, str], Handin] = {}
    rest = []
    for name in names:
        parts = PurePosixPath(name).parts
        parts = parts[1:] if parts[0] == "submitted" else parts
        if len(parts) < 3 or parts[1] not in stages or usable(parts[0]) != parts[0]:
            rest.append(name)
            continue
        student, stage = parts[0], parts[1]
        handin = found.setdefault((student, stage), Handin(student, about={"lms": "", "late": False}, stage=stage))
        handin.files["/".join(parts[2:])] = name
    return list(found.values()), rest
