"""The people of a course as an LMS knows them: one for each row of an export, groups told apart from people."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.gradebook.class_list import ClassList
from autograder.lms.collect import lms_facts

PAIR = re.compile(r"(?P<lms>canvas|moodle|gradescope|sis|login)\s*[:=]\s*(?P<id>[^\s;,]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """Somebody who gets a mark.

    Attributes
    ----------
    student : str
        The folder in submitted/, or the row in roster.csv.
    ids : mapping of str to str
        What each LMS calls them; Moodle's number of a participant may be another in each assignment, then the key is
        ``moodle <stage id>``.
    folders : mapping of str to str
        Whose submission counts for them, by stage: their own or their group's.
    is_group : bool
        No person: a group whose members nobody has named.
    """

    student: str
    name: str = ""
    email: str = ""
    lms: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    login: str = ""
    sis: str = ""
    folders: Mapping[str, str] = field(default_factory=dict)
    is_group: bool = False
    anonymous: bool = False

    def id_in(self, lms: str, stage_id: str = "") -> str:
        """The id in an LMS, or empty."""
        return self.ids.get(f"{lms} {stage_id}", "") or self.ids.get(lms, "")

    def folder(self, stage_id: str) -> str:
        """Whose submission counts for them in a stage."""
        return self.folders.get(stage_id, "")


def people(course: Path, listed: ClassList, present: Collection[tuple[str, str]], stage_ids: Sequence[str]) -> list[Person]:
    """Everybody in submitted/ and roster.csv, in order of their names in the course folder."""
    facts = {stage_id: lms_facts(course, stage_id) for stage_id in stage_ids}
    folders: dict[str, dict[str, str]] = {}
    for stage_id, student in present:
        if stage_id in facts:
            folders.setdefault(student, {})[stage_id] = student
    groups: dict[str, list[str]] = {}
    for student, row in listed.roster.items():
        if row.get("group"):
            groups.setdefault(row["group"], []).append(student)
        folders.setdefault(student, {})
    for group, members in groups.items():
        for stage_id in stage_ids:
            handed_in = next((name for name in (group, *members) if (stage_id, name) in present), "")
            for member in members:
                if handed_in:
                    folders[member].setdefault(stage_id, handed_in)
    named = {group for group in groups if group not in listed.roster}
    return [_person(student, folders[student], listed.roster.get(student, {}), facts)
            for student in sorted(folders) if student not in named]


def _person(student: str, folders: Mapping[str, str], row: Mapping[str, str], facts: Mapping[str, Mapping[str, Any]]) -> Person:
    known = [(stage_id, by_student[student]) for stage_id, by_student in facts.items() if student in by_student]
    about = known[0][1] if known else {}
    group = bool(about.get("group") or about.get("team")) and not row
    ids: dict[str, str] = {}
    for stage_id, fact in known:
        if fact.get("id") and not fact.get("anonymous") and not (fact.get("group") or fact.get("team")):
            lms = str(fact.get("lms", ""))
            ids[f"{lms} {stage_id}" if lms == "moodle" else lms] = str(fact["id"])
    for column, value in row.items():
        name = column.replace(" ", "_").removesuffix("_id").removesuffix("_number")
        if value and name in ("canvas", "moodle", "gradescope", "sis", "login"):
            ids[name] = value
        for match in PAIR.finditer(value) if column in ("ids", "lms", "lms_ids", "lms ids", "id") else ():
            ids[match["lms"].lower()] = match["id"]
    return Person(student, row.get("name") or str(about.get("name") or ""), row.get("email") or str(about.get("email") or ""),
                  str(about.get("lms", "")), ids, ids.get("login", ""), ids.get("sis", ""), folders, group,
                  bool(about.get("anonymous")) or (student.startswith("anon") and about.get("lms") == "canvas"))
