"""`roster.csv`: the members of a course and their ids in each LMS.

People are identified by their id in an LMS; the folder name is a label. The file is created and extended by `make collect` and
`make roster`, and may be edited: rows are added and empty cells filled in, but nothing else is changed.

Columns: ``student`` (the folder), ``name``, ``email``, ``group``, ``extension`` (extra days), a column ``<lms>_id`` for each LMS
seen, and any others that a person adds. A cell may hold several ids separated by ``|``. Moodle numbers people differently in each
assignment, so its ids are written ``1-bptt:905``. The row of a group has the group's name as student and as group; its members
have it as their group.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from autograder.errors import UsageError
from autograder.grade.names import folded, shown, usable
from autograder.grade.record import write_atomically
from autograder.gradebook.class_list import expect_clear_table
from autograder.table import read_table
from autograder.text import defused, on_a_page, undefused

ROSTER = "roster.csv"
COLUMNS = ("student", "name", "email", "group", "extension")
# Default names of groups, in Moodle and in courses.
GROUP = re.compile(
    r"(?:(?:default|standard) ?gr(?:oup|uppe)|grupo predeterminado|groupe par défaut"
    r"|(?:group|gruppe|groupe|grupo|gruppo|team|équipe|equipe)\b)",
    re.IGNORECASE,
)

# What a spreadsheet or a program makes of a long number: its last digits are gone, or a zero is added.
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d\d+")
FLOAT = re.compile(r"(\d+)\.0+")


@dataclass(frozen=True)
class LmsIdentity:
    """A person as identified by an LMS.

    Attributes
    ----------
    lms : str
        canvas, moodle, gradescope, blackboard, brightspace, ilias, google, github, nbgrader or folder.
    id : str
        Id of the person, the same in every download.
    name, email : str
        If given in the download.
    group : str
        The group that handed in together, or empty.
    """

    lms: str
    id: str
    name: str = ""
    email: str = ""
    group: str = ""


@dataclass
class Person:
    """A row of the roster: `cells` by column."""

    cells: dict[str, str]

    @property
    def student(self) -> str:
        """Name of the folder."""
        return self.cells.get("student", "")

    @property
    def name(self) -> str:
        """Full name."""
        return self.cells.get("name", "")

    @property
    def email(self) -> str:
        """E-mail address in lower case."""
        return self.cells.get("email", "").strip().lower()

    @property
    def group(self) -> str:
        """Group, or empty."""
        return self.cells.get("group", "").strip()

    @property
    def is_group(self) -> bool:
        """Whether this is the row of a group itself."""
        return bool(self.group) and self.group == self.student

    def ids(self, lms: str) -> list[str]:
        """Return the person's ids in an LMS."""
        return [whole(one) for one in self.cells.get(f"{lms}_id", "").split("|") if one.strip()]


@dataclass
class Roster:
    """The members of a course.

    Attributes
    ----------
    path : Path
    people : list of Person
    columns : list of str
    delimiter : str
        As in the existing file.
    notes : list of str
        What the user should know about how people were matched.
    listed : list of Person
        People in the list being imported: two rows of it are two people, unless they are equal.
    """

    path: Path
    people: list[Person] = field(default_factory=list)
    columns: list[str] = field(default_factory=lambda: list(COLUMNS))
    delimiter: str = ","
    bom: bool = False
    notes: list[str] = field(default_factory=list)
    changed: bool = False
    listed: list[Person] = field(default_factory=list)
    _by_id: dict[tuple[str, str], Person] = field(default_factory=dict)
    _by_email: dict[str, list[Person]] = field(default_factory=dict)
    _by_key: dict[str, list[Person]] = field(default_factory=dict)
    _by_label: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def read(cls, course: Path) -> Roster:
        """Read the roster of a course; empty if there is no file.

        Raises
        ------
        UsageError
            The file is invalid; the message says which row.
        """
        path = course / ROSTER
        if not path.exists():
            return cls(path)
        table = read_table(path)
        rows = table.rows
        header = [cell.strip() for cell in rows[0][1]] if rows else []
        if "student" not in header:
            raise UsageError(f"{path} has no column student; its first line should begin with {','.join(COLUMNS)}")
        expect_clear_table(path, header, rows[1:])
        roster = cls(path, columns=header, delimiter=table.delimiter, bom=table.bom)
        seen: dict[str, int] = {}
        for number, row in rows[1:]:
            if not any(cell.strip() for cell in row):
                continue
            person = Person(dict(zip(header, (undefused(cell) for cell in row), strict=False)))
            person.cells["student"] = person.student.strip()
            key = folded(person.student)
            if key and key in seen:
                raise UsageError(
                    f"{path}: {shown(person.student)} stands in line {seen[key]} and in line {number}; each student has one row"
                )
            seen[key] = number
            for column in header:
                if column.endswith("_id"):
                    expect_whole(path, number, column, person.cells.get(column, ""))
            roster.people.append(person)
            roster.register(person)
        for column in COLUMNS:
            if column not in roster.columns:
                roster.columns.append(column)
        return roster

    def write(self) -> None:
        """Write the file atomically, if anything changed."""
        if not self.changed:
            return
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        for person in self.people:
            writer.writerow([defused(on_a_page(person.cells.get(column, ""))) for column in self.columns])
        write_atomically(self.path, text.getvalue().encode("utf-8-sig" if self.bom else "utf-8"))
        self.changed = False

    def register(self, person: Person) -> None:
        """Index a person by the current values of the row."""
        self._by_label.setdefault(folded(person.student), person)
        for column in person.cells:
            if column.endswith("_id"):
                for number in person.ids(column.removesuffix("_id")):
                    self._by_id.setdefault((column.removesuffix("_id"), number), person)
        for index, keys in ((self._by_email, {person.email} - {""}), (self._by_key, name_keys(person.name))):
            for key in keys:
                if not any(other is person for other in index.setdefault(key, [])):
                    index[key].append(person)

    def of(self, student: str) -> Person | None:
        """Return the person with this folder, or None."""
        found = self._by_label.get(folded(student))
        return found if found is not None and found.student == student else None

    def find(self, lms: str, number: str) -> Person | None:
        """Return the person with this id in an LMS, or None. A folder's name is an id if the row has no other folder id."""
        found = self._by_id.get((lms, number))
        if found is None and lms == "folder" and (named := self.of(number)) is not None and not named.ids("folder"):
            found = named
        return found

    def enrol(self, who: LmsIdentity, label: str, by_name: bool = False, scope: str = "") -> Person:
        """Return the person with this identity, adding a row if there is none.

        Parameters
        ----------
        who : LmsIdentity
        label : str
            Name for the folder, if it is free.
        by_name : bool
            Whether somebody with that name, and no other id, is the same person.
        scope : str
            Prefix of ids that are unique per person: nobody has two. For Moodle, that of one assignment.
        """
        person = self.find(who.lms, who.id)
        if person is not None and self._is_another(person, who):
            self.notes.append(
                f"{shown(who.name or who.email)} and {shown(person.name or person.student)} have one id, {who.id}: "
                "each has a folder of their own"
            )
            person = self.find(who.lms, f"{who.id} {who.email or who.name}")
            who = LmsIdentity(who.lms, f"{who.id} {who.email or who.name}", who.name, who.email, who.group)
        elif person is not None and scope and who.name and person.name and self._is_renamed(person, who):
            self.notes.append(
                f"{shown(person.name)} is called {shown(who.name)} in this download. If that is one person, write the new name "
                f"into {ROSTER}: in the next assignment Moodle's number is another, and people are known by their names"
            )
        person = person or self._by_address(who, scope)
        if person is None and (by_name or scope):
            person = self._by_name(who, scope, by_name)
        if person is None:
            person = Person({"student": self._free(label, who)})
            other = self._by_label.get(folded(usable(label)))
            if other is not None and who.lms == "folder":
                alike = "differ in capitals only" if folded(label) == folded(other.student) else \
                    "would have one folder, since not every sign of a name can be kept"
                self.notes.append(
                    f'"{shown(label)}" and "{shown(other.student)}" {alike}: "{shown(label)}" has the folder '
                    f"{person.student}. If they are one person, put both ids into one row of {ROSTER}"
                )
            self.people.append(person)
            self.changed = True
        self._fill(person, who)
        self.register(person)
        return person

    def _is_another(self, person: Person, who: LmsIdentity) -> bool:
        """Whether one id stands for two people: both e-mail address and name differ."""
        return bool(
            who.lms == "gradescope"
            and who.email
            and person.email
            and who.email.lower() != person.email
            and self._is_renamed(person, who)
        )

    def _is_renamed(self, person: Person, who: LmsIdentity) -> bool:
        return name_keys(who.name).isdisjoint(name_keys(person.name))

    def _may_be(self, person: Person, who: LmsIdentity, scope: str) -> bool:
        """Whether nothing indicates that they are different people."""
        if any(one is person for one in self.listed) and (who.id or self._is_renamed(person, who)):
            return False
        ids = [number for number in person.ids(who.lms) if number.startswith(scope)]
        return not ids and not (who.email and person.email and who.email.lower() != person.email)

    def _by_address(self, who: LmsIdentity, scope: str) -> Person | None:
        found = self._by_email.get(who.email.lower(), []) if who.email else []
        return found[0] if len(found) == 1 and self._may_be(found[0], who, scope) else None

    def _by_name(self, who: LmsIdentity, scope: str, is_unique: bool) -> Person | None:
        """Return the only person of that name; if uncertain, None, with a note that asks."""
        alike: list[Person] = []
        for key in sorted(name_keys(who.name)):
            alike += [person for person in self._by_key.get(key, []) if not any(other is person for other in alike)]
        found = [person for person in alike if self._may_be(person, who, scope)]
        if len(alike) == 1 and found and is_unique:
            return found[0]
        if found:
            column = f"{who.lms}_id"
            self.notes.append(
                f"{max(2, len(alike))} people are called {shown(who.name)}, and nothing says which of them {who.id} is: it has a "
                f"folder of its own. Put {who.id} into the column {column} of the right row of {ROSTER}, delete the new "
                "row and folder, and collect again"
            )
        return None

    def _free(self, label: str, who: LmsIdentity) -> str:
        """Return an unused folder name, compared without case."""
        first = usable(label) or usable(f"{who.lms} {who.id}") or "student"
        number = usable(who.id.rpartition(":")[2])
        tries = [first] + ([f"{usable(first[:60])}_{number}"] if number and number != first else [])
        for name in chain(tries, (f"{first}-{count}" for count in range(2, 100_000))):
            if folded(name) not in self._by_label:
                return name
        raise UsageError(f"there are too many people called {shown(first)}")

    def _fill(self, person: Person, who: LmsIdentity) -> None:
        """Fill in empty cells and add the id."""
        known = {"name": who.name, "email": who.email, "group": who.group}
        for column, value in known.items():
            if value and not person.cells.get(column, "").strip():
                person.cells[column] = value
                self.changed = True
        column = f"{who.lms}_id"
        if who.lms == "folder" and who.id == person.student:
            return
        if who.id and who.id not in person.ids(who.lms):
            if column not in self.columns:
                self.columns.append(column)
            person.cells[column] = " | ".join([*person.ids(who.lms), who.id])
            self.changed = True


def name_keys(name: str) -> set[str]:
    """Return normalized forms of a full name: "Ada Lovelace", "Lovelace, Ada", "lovelaceada" have one in common."""
    name = unicodedata.normalize("NFC", name)
    parts = [part.strip() for part in name.split(",", 1)] if "," in name else []
    words = name.replace(",", " ").split()
    found = {"".join(words), "".join(reversed(parts)), *("".join(words[i:] + words[:i]) for i in range(1, len(words)))}
    return {
        key
        for text in found
        if (key := "".join(character for character in text.casefold() if unicodedata.category(character)[0] in "LMN"))
    }


def whole(number: str) -> str:
    """Return an id without blanks, and without the zero that a program adds to a number: ``10001.0`` is 10001."""
    return FLOAT.sub(r"\1", number.strip()) if FLOAT.fullmatch(number.strip()) else number.strip()


def expect_whole(path: Path, line: int, column: str, cell: str) -> None:
    """Raise UsageError if a spreadsheet has shortened an id: ``1.23457E+11`` may be anybody's."""
    if any(SHORTENED.fullmatch(one.strip()) for one in cell.split("|")):
        raise UsageError(f"{path}, line {line}: {shown(cell)} in the column {column} is an id that a spreadsheet has shortened, "
                         "and its last digits are lost. Export the list again, and do not save it from the spreadsheet; or set "
                         "that column to text there, and write the id in full")
