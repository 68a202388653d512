"""`roster.csv`: who is in the course, and what each LMS calls them.

A person is known by what an LMS calls them, its id; the folder's name is a label. The file is made and extended by
`make collect` and `make roster`, and may be edited: rows are added and empty cells filled in, nothing else in it is changed.

Columns: ``student`` (the folder), ``name``, ``email``, ``group``, ``extension`` (days more than the others), a column
``<lms>_id`` for each LMS that was seen, and whatever else a person puts there. A cell may hold several ids, divided by ``|``;
Moodle gives people another number in each assignment, so its ids are written ``1-bptt:905``. The row of a group has the group's
name as student and as group; its members name it as their group.
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
from autograder.grade.names import shown, usable
from autograder.grade.record import write_atomically
from autograder.text import defused, on_a_page, undefused

ROSTER = "roster.csv"
COLUMNS = ("student", "name", "email", "group", "extension")
# What a group of students is called where nobody said so: Moodle's name for those without one, and the names that courses use.
GROUP = re.compile(
    r"(?:(?:default|standard) ?gr(?:oup|uppe)|grupo predeterminado|groupe par défaut"
    r"|(?:group|gruppe|groupe|grupo|gruppo|team|équipe|equipe)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class LmsIdentity:
    """What an LMS calls a person.

    Attributes
    ----------
    lms : str
        canvas, moodle, gradescope, blackboard, brightspace, ilias, google, github, nbgrader or folder.
    id : str
        Its id, the same for the same person in every download.
    name, email : str
        As far as the download says.
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
    """A row: `cells` by column. The label is the name of the folder."""

    cells: dict[str, str]

    @property
    def student(self) -> str:
        """The name of the folder."""
        return self.cells.get("student", "")

    @property
    def name(self) -> str:
        """The full name."""
        return self.cells.get("name", "")

    @property
    def email(self) -> str:
        """The address, in small letters."""
        return self.cells.get("email", "").strip().lower()

    @property
    def group(self) -> str:
        """The group, or empty."""
        return self.cells.get("group", "").strip()

    @property
    def is_group(self) -> bool:
        """True for the row of a group itself."""
        return bool(self.group) and self.group == self.student

    def ids(self, lms: str) -> list[str]:
        """What an LMS calls this person."""
        return [one.strip() for one in self.cells.get(f"{lms}_id", "").split("|") if one.strip()]


@dataclass
class Roster:
    """The people of a course.

    Attributes
    ----------
    path : Path
    people : list of Person
    columns : list of str
    delimiter : str
        As in the file that is there.
    notes : list of str
        What a person should know of who was taken for whom.
    listed : list of Person
        Who stands in the list that is being read: two of its rows are two people, unless they say the same.
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
        """The roster of a course; an empty one where there is no file.

        Raises
        ------
        UsageError
            The file cannot be used; the text says which row is wrong.
        """
        path = course / ROSTER
        if not path.exists():
            return cls(path)
        rows, delimiter, bom = read_table(path)
        header = [cell.strip() for cell in rows[0]] if rows else []
        if "student" not in header:
            raise UsageError(f"{path} has no column student; its first line should begin with {','.join(COLUMNS)}")
        roster = cls(path, columns=header, delimiter=delimiter, bom=bom)
        seen: dict[str, int] = {}
        for number, row in enumerate(rows[1:], start=2):
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
            roster.people.append(person)
            roster._register(person)
        for column in COLUMNS:
            if column not in roster.columns:
                roster.columns.append(column)
        return roster

    def write(self) -> None:
        """Write the file, if there is anything new in it; it is the old one or the whole new one."""
        if not self.changed:
            return
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow(self.columns)
        for person in self.people:
            writer.writerow([defused(on_a_page(person.cells.get(column, ""))) for column in self.columns])
        write_atomically(self.path, text.getvalue().encode("utf-8-sig" if self.bom else "utf-8"))
        self.changed = False

    def _register(self, person: Person) -> None:
        """Let a person be found by what now stands in the row."""
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
        """The person with this folder."""
        found = self._by_label.get(folded(student))
        return found if found is not None and found.student == student else None

    def find(self, lms: str, number: str) -> Person | None:
        """The person whom an LMS calls this; a folder's own name is an id where the row has no other one of a folder."""
        found = self._by_id.get((lms, number))
        if found is None and lms == "folder" and (named := self.of(number)) is not None and not named.ids("folder"):
            found = named
        return found

    def enrol(self, who: LmsIdentity, label: str, by_name: bool = False, scope: str = "") -> Person:
        """The person with this identity; a new row where there is none yet.

        Parameters
        ----------
        who : LmsIdentity
        label : str
            What the folder should be called, if that is free.
        by_name : bool
            Whether somebody of that name, and of no other id, is the same person.
        scope : str
            A prefix of ids that belong together: nobody has two with the same. Moodle's are those of one assignment.
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
                self.notes.append(
                    f"{shown(label)} and {shown(other.student)} differ in capitals only: {shown(label)} has the folder "
                    f"{person.student}. If they are one person, put both ids into one row of {ROSTER}"
                )
            self.people.append(person)
            self.changed = True
        self._fill(person, who)
        self._register(person)
        return person

    def _is_another(self, person: Person, who: LmsIdentity) -> bool:
        """True where one id stands for two people: other address, and other name."""
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
        """True for somebody of whom nothing says that they are another person."""
        if any(one is person for one in self.listed) and (who.id or self._is_renamed(person, who)):
            return False
        ids = [number for number in person.ids(who.lms) if number.startswith(scope)]
        return not ids and not (who.email and person.email and who.email.lower() != person.email)

    def _by_address(self, who: LmsIdentity, scope: str) -> Person | None:
        found = self._by_email.get(who.email.lower(), []) if who.email else []
        return found[0] if len(found) == 1 and self._may_be(found[0], who, scope) else None

    def _by_name(self, who: LmsIdentity, scope: str, is_unique: bool) -> Person | None:
        """The one person of that name; where that is not certain, none, and a note asks."""
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
        """A name for a folder that nobody has; capitals do not tell two apart."""
        first = usable(label) or usable(f"{who.lms} {who.id}") or "student"
        number = usable(who.id.rpartition(":")[2])
        tries = [first] + ([f"{usable(first[:60])}_{number}"] if number and number != first else [])
        for name in chain(tries, (f"{first}-{count}" for count in range(2, 100_000))):
            if folded(name) not in self._by_label:
                return name
        raise UsageError(f"there are too many people called {shown(first)}")

    def _fill(self, person: Person, who: LmsIdentity) -> None:
        """Put what is known into the cells that are empty, and the id among the others."""
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


def folded(name: str) -> str:
    """A name by which two folders are compared: some disks know no capitals and only one form of an accent."""
    return unicodedata.normalize("NFC", name).casefold()


def name_keys(name: str) -> set[str]:
    """The ways in which a full name may be written: "Ada Lovelace", "Lovelace, Ada", "lovelaceada"."""
    name = unicodedata.normalize("NFC", name)
    parts = [part.strip() for part in name.split(",", 1)] if "," in name else []
    words = name.replace(",", " ").split()
    found = {"".join(words), "".join(reversed(parts)), *("".join(words[i:] + words[:i]) for i in range(1, len(words)))}
    return {
        key
        for text in found
        if (key := "".join(character for character in text.casefold() if unicodedata.category(character)[0] in "LMN"))
    }


def read_table(path: Path) -> tuple[list[list[str]], str, bool]:
    """A table a person or a spreadsheet saved: its rows, what divides the cells, and whether it begins with a mark of UTF-8.

    Raises
    ------
    UsageError
        It cannot be read, or is no table of text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})") from error
    if data.startswith(b"PK\x03\x04"):
        raise UsageError(f"{path} is a workbook; save it as CSV (UTF-8) and give that")
    bom = data.startswith(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    first = text.lstrip("\n").partition("\n")[0]
    if first.lower().startswith("sep="):
        text, delimiter = text.partition("\n")[2], first[4:5]
    else:
        delimiter = max(",;\t|", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV that can be read ({error})") from error
    return rows, delimiter, bom
