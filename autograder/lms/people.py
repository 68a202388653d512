"""The people of a course as the LMS knows them: one per row of an export, with groups kept apart."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grade.handin.state import COLLECTED, read_state
from autograder.gradebook.class_list import ClassList


@dataclass(frozen=True)
class Person:
    """Somebody who gets a mark.

    Attributes
    ----------
    student : str
        The folder in submitted/, or the id in roster.csv.
    ids : mapping of str to str
        Ids by LMS. Moodle has one per assignment, with the key ``moodle <stage id>``.
    lms : str
        Where their submissions came from.
    folders : mapping of str to str
        The folder that counts for them, by stage: their own or their group's.
    is_group : bool
        A group whose members nobody has named, not a person.
    """

    student: str
    name: str = ""
    email: str = ""
    lms: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    is_group: bool = False

    def id_in(self, lms: str, stage_id: str = "") -> str:
        """Return the id in an LMS, or an empty string."""
        return self.ids.get(f"{lms} {stage_id}", "") or self.ids.get(lms, "")

    @property
    def anonymous(self) -> bool:
        """Whether Canvas hides the name: its ids of people are numeric, those of anonymous submissions are not."""
        return bool(self.id_in("canvas")) and not self.id_in("canvas").isdecimal()

    def folder(self, stage_id: str) -> str:
        """Return the folder that counts for them in a stage."""
        return self.folders.get(stage_id, "")


def people(course: Path, listed: ClassList, present: Collection[tuple[str, str]], stage_ids: Sequence[str]) -> list[Person]:
    """Return everybody in submitted/ and roster.csv, sorted by folder name."""
    facts = {stage_id: lms_facts(course, stage_id) for stage_id in stage_ids}
    folders: dict[str, dict[str, str]] = {student: {} for student in listed.roster}
    for stage_id, student in present:
        if stage_id in facts:
            folders.setdefault(student, {})[stage_id] = student
    for stage_id in stage_ids:
        for group, names in listed.groups(stage_id).items():
            handed_in = next((name for name in (group, *names) if (stage_id, name) in present), "")
            for name in names if handed_in else ():
                folders[name].setdefault(stage_id, handed_in)
    # A group's row has itself as group. A student may have the same name as somebody else's group.
    groups = {group for group in listed.group_names() if listed.roster.get(group, {"group": group}).get("group") == group}
    return [_person(student, folders[student], listed.roster.get(student, {}), facts)
            for student in sorted(folders) if student not in groups]


def lms_facts(course: Path, stage_id: str) -> dict[str, dict[str, Any]]:
    """Return what the LMS knows of the students in one stage: lms, id, name, email, late, when; by student."""
    folder = course / "submitted" / COLLECTED / stage_id
    found: dict[str, dict[str, Any]] = {}
    try:
        old = json.loads(folder.with_name(f"{stage_id}.json").read_bytes())
        found |= old if isinstance(old, dict) else {}
    except (OSError, ValueError):
        pass
    for file in sorted(folder.glob("*.json")):
        state = read_state(course / "submitted", stage_id, file.stem)
        found |= {file.stem: {key: value for key, value in state.items() if key not in ("files", "renamed")}} if state else {}
    return found


def _person(student: str, folders: Mapping[str, str], row: Mapping[str, str], facts: Mapping[str, Mapping[str, Any]]) -> Person:
    known = [(stage_id, by_student[student]) for stage_id, by_student in facts.items() if student in by_student]
    about = known[0][1] if known else {}
    ids = dict(pair for stage_id, fact in known for pair in _ids(str(fact.get("lms", "")), str(fact.get("id") or ""), stage_id))
    for column, value in row.items():
        if column.endswith("_id"):
            for key, number in _ids(column.removesuffix("_id"), value):
                ids.setdefault(key, number)
    group = row.get("group", "") == student if row else bool(about.get("group"))
    return Person(student, row.get("name") or str(about.get("name") or ""), row.get("email") or str(about.get("email") or ""),
                  str(about.get("lms", "")), ids, folders, group)


def _ids(lms: str, text: str, stage_id: str = "") -> Iterator[tuple[str, str]]:
    """Parse ``4711``, or ``1-bptt:905 | 2-vanishing:17``; a collected Moodle number belongs to its stage."""
    for part in filter(None, (part.strip() for part in text.split("|"))):
        stage, colon, number = part.partition(":")
        if colon and lms == "moodle":
            yield f"{lms} {stage}", number
        elif lms:
            yield f"{lms} {stage_id}" if lms == "moodle" and stage_id else lms, part
