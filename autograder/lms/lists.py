"""`make roster`: import an LMS's list of people into roster.csv."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from autograder.errors import UsageError
from autograder.grade.names import shown
from autograder.lms.roster import ROSTER, LmsIdentity, Person, Roster, expect_whole, name_keys, whole
from autograder.stages import find_stage
from autograder.table import read_table
from autograder.text import undefused

# Column names by content, in lower case, in the languages in which LMSs are often used.
NAME = (
    "full name", "name", "student", "student name", "vollständiger name", "nutzer", "display name", "nom complet",
    "nombre completo", "nome completo", "volledige naam", "naam", "imię i nazwisko", "fullständigt namn", "namn", "celé jméno",
    "fulde navn", "fullt navn", "koko nimi", "полное имя", "фио", "全名", "姓名", "氏名", "fullname", "name, vorname",
    "name (original name)",
)
FIRST = (
    "first name", "firstname", "vorname", "given name", "given names", "forename", "prénom", "nombre", "nome", "voornaam", "imię",
    "first name of student", "förnamn", "křestní jméno", "jméno", "fornavn", "etunimi", "имя", "名", "名字",
)
LAST = (
    "family name of student",
    "last name", "lastname", "surname", "nachname", "familienname", "family name", "nom", "nom de famille", "apellido(s)",
    "apellidos", "cognome", "apelido", "apelido(s)", "sobrenome", "achternaam", "nazwisko", "efternamn", "příjmení", "etternavn",
    "efternavn", "sukunimi", "фамилия", "姓", "姓氏",
)
EMAIL = (
    "email",
    "email address",
    "e-mail",
    "e-mail address",
    "e-mail-adresse",
    "mail",
    "adresse de courriel",
    "adresse e-mail",
    "courriel",
    "dirección de correo",
    "correo electrónico",
    "indirizzo email",
    "indirizzo e-mail",
    "endereço de email",
    "endereço de e-mail",
    "e-mailadres",
    "adres e-mail",
    "e-postadress",
    "e-postadresse",
    "e-mailadresse",
    "e-mailová adresa",
    "sähköpostiosoite",
    "e-mail 1 - value",
    "user email",
    "邮箱",
    "电子邮件",
    "адрес электронной почты",
    "电子邮件地址",
    "メールアドレス",
)
# Moodle's participant number within one assignment: names of its column, and the form of its values.
IDENTIFIER = ("identifier", "bezeichner", "id der teilnehmer/innen", "identifiant", "identificador", "identificativo")
PARTICIPANT = re.compile(r"(?:participant|partecipante|teilnehmer|deelnemer|uczestnik|deltagare|účastník|участник)\D{0,9}\d+",
                         re.IGNORECASE)
GROUP = (
    "group", "groups", "gruppe", "gruppen", "team", "group name", "groupe", "groupes", "grupo", "grupos", "gruppo", "gruppi",
    "groep", "groepen", "grupa", "grupy", "grupp", "grupper", "skupina", "skupiny", "section", "sections",
)
EXTENSION = ("extension", "extension in days", "extra days")
LABEL = (
    "folder",
    "login",
    "username",
    "user name",
    "login id",
    "sis login id",
    "anmeldename",
    "benutzername",
    "user id",
    "github",
    "sid",
    "student id",
    "id number",
    "id-nummer",
    "matrikelnummer",
    "matrikelnr.",
    "matrikelnr",
    "registration number",
    "学号",
    "orgdefinedid",
    "id",
)

# What people and programs write where there is nothing; in a name it may be one.
NOTHING = frozenset({"-", "--", "n/a", "#n/a", "#nv", "nan", "none", "null"})
ADDRESS = re.compile(r"[^\s<>:,;\"()]+@[^\s<>,;\"()]+")


def take_list(table: Path, course: Path, stage_id: str | None = None) -> str:
    """Import a list into the roster of a course; return a summary.

    Parameters
    ----------
    table : Path
        Canvas's gradebook, Moodle's participants or grading worksheet, Gradescope's roster, Brightspace's or Blackboard's
        gradebook, another roster.csv, or any CSV with columns for an id, a name or an e-mail address.
    course : Path
    stage_id : str, optional
        For a grading worksheet of Moodle, its stage: the numbers in it belong to one assignment.

    Raises
    ------
    UsageError
        None of its columns is known, an id in it was shortened, or one id stands for two people.
    """
    if stage_id:
        find_stage(stage_id)
    read = read_table(table)
    rows = [row for _, row in read.rows]
    start = next((number for number, row in enumerate(rows) if _kind({_plain(cell) for cell in row})), None)
    if start is None:
        shown_row = ", ".join(rows[0][:8]) if rows else "nothing"
        raise UsageError(f"{table}: no column is called Name, Email, ID or as an LMS calls them; it has {shown_row}")
    header = [_plain(cell) for cell in rows[start]]
    if len(rows) > start + 1:
        header = [IDENTIFIER[0] if PARTICIPANT.fullmatch(_clean(cell)) else title
                  for title, cell in zip(header, [*rows[start + 1], *header][:len(header)], strict=True)]
    lms = _kind(set(header))
    roster = Roster.read(course.resolve())
    before, filled = len(roster.people), 0
    seen: dict[str, tuple[int, str]] = {}
    for line, row in read.rows[start + 1 :]:
        cells = {column: _clean(cell) for column, cell in zip(header, row, strict=False)}
        if broken := next((cell for cell in cells.values() if "\n" in cell and cell.count(read.delimiter) > 1), ""):
            raise UsageError(f"{table}: a cell goes over several lines ({broken[:40]!r} ...); is a quotation mark not closed?")
        for column in cells:
            is_id = column in LABEL or column.endswith(" id")
            if is_id:
                expect_whole(table, line, column, cells[column])
                cells[column] = whole(cells[column])
            if (is_id or column in (*EMAIL, *GROUP, *EXTENSION)) and cells[column].casefold() in NOTHING:
                cells[column] = ""
        identity, label = READERS[lms](cells, stage_id)
        if not (identity.id or identity.email or identity.name):
            continue
        other, name = seen.setdefault(identity.id, (line, identity.name))
        two = name and identity.name and name_keys(name).isdisjoint(name_keys(identity.name))
        if identity.id and two and lms != "gradescope":  # there each has a folder, and a note says so
            raise UsageError(f"{table}, lines {other} and {line}: {shown(name)} and {shown(identity.name)} have one id, "
                             f"{shown(identity.id)}. Correct it there, and give the list again")
        filled += 1
        if lms == "roster":
            _enter_own(roster, cells)
        else:
            _enter(roster, identity, label, cells, stage_id)
    added = len(roster.people) - before
    roster.changed = True
    roster.write()
    lines = [f"{filled} people in {table.name}: {added} new in {ROSTER}, {filled - added} were there."]
    if lms == "worksheet" and not stage_id:
        lines.append("The numbers in Moodle's worksheet are those of one assignment: name it with STAGE= to have them too.")
    lines += [f"Note: {note}" for note in [*roster.notes, *_groups_of(roster)]]
    return "\n".join(lines)


def _groups_of(roster: Roster) -> list[str]:
    """Say what the groups of a list would mean for marks: an LMS has one word for teams and for those of one class room."""
    size = Counter(person.group for person in roster.listed if person.group and not person.is_group)
    if not size:
        return []
    some = ", ".join(f"{shown(name)} ({count})" for name, count in size.most_common(3)) + (" ..." if len(size) > 3 else "")
    return [f"the list has groups: {some}. Who hands in nothing gets the mark of the first hand-in of the group. If they do not "
            f"hand in together, empty the column group of {ROSTER}"]


def _enter(roster: Roster, who: LmsIdentity, label: str, cells: dict[str, str], stage_id: str | None) -> None:
    scope = f"{stage_id}:" if who.lms == "moodle" else ""
    if who.id:
        person = roster.enrol(who, label, by_name=True, scope=scope)
    else:
        person = roster.enrol(LmsIdentity(who.lms, "", who.name, who.email, who.group), label, by_name=True)
    roster.listed.append(person)
    for column, names in (
        ("group", GROUP[:-2]),
        ("extension", EXTENSION),
        ("sis_id", ("sis user id",)),
        ("login_id", ("sis login id",)),
    ):
        _fill(roster, person, column, _first(cells, names))


def _enter_own(roster: Roster, cells: dict[str, str]) -> None:
    """Enter a row of another roster.csv: the person is known by an id or by the folder, else as in any other list."""
    ids = {column: cell for column, cell in cells.items() if column.endswith(" id") and cell}
    known = [person for column, cell in ids.items() for number in cell.split("|")
             if (person := roster.find(column.removesuffix(" id"), whole(number)))]
    person = next(iter(known), None) or roster.of(cells["student"]) or roster.enrol(
        _own(cells, None)[0], cells["student"], by_name=True)
    for column, cell in cells.items():
        _fill(roster, person, column.replace(" ", "_") if column in ids else column, cell)
    roster.register(person)
    roster.listed.append(person)


def _fill(roster: Roster, person: Person, column: str, value: str) -> None:
    if value and not person.cells.get(column, "").strip():
        person.cells[column] = value
        if column not in roster.columns:
            roster.columns.append(column)


def _clean(cell: str) -> str:
    """Return a cell's value without what spreadsheets and web pages add: ``="00123"``, non-breaking spaces."""
    text = undefused(cell).replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "").strip()
    quoted = re.fullmatch(r'="([^"]*)"', text)
    return quoted[1].strip() if quoted else text


def _plain(cell: str) -> str:
    return re.sub(r"[\s_]+", " ", cell.replace("\ufeff", "")).strip().strip('"').lower()


def _first(cells: dict[str, str], names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _kind(header: set[str]) -> str:
    """Return whose list it is, judging by its columns; empty if none is known."""
    if {"student", "id"} <= header and ("section" in header or "sis user id" in header):
        return "canvas"
    if "student" in header and header & {"name", *EXTENSION, "canvas id", "moodle id"}:
        return "roster"
    if "github username" in header:
        return "github"
    if header & set(IDENTIFIER):
        return "worksheet"
    if "orgdefinedid" in header:
        return "brightspace"
    if {"username", "last name", "first name"} <= header and (
        "availability" in header or "student id" in header or "last access" in header
    ):
        return "blackboard"
    if "sid" in header and header & set(EMAIL):
        return "gradescope"
    if "github" in header:
        return "github"
    known = header & {*NAME, *FIRST, *LAST, *EMAIL, *LABEL}
    if header & set(EMAIL) and (header & {"vorname", "first name"}) and ("groups" in header or "gruppen" in header):
        return "participants"
    return "generic" if known else ""


def _name(cells: dict[str, str]) -> str:
    """Return the full name, from one column or two. Beside a first name, ``Name`` may hold the last name alone."""
    first, last, whole_name = _first(cells, FIRST), _first(cells, LAST), _first(cells, NAME)
    if first and whole_name and not last:
        return whole_name if first.casefold() in whole_name.casefold() else f"{first} {whole_name}"
    return f"{first} {last}".strip() or whole_name


def _address(cells: dict[str, str]) -> str:
    """Return the e-mail address without what a mail program puts around it: ``Ada <ada@x.y>``, ``mailto:ada@x.y``."""
    text = _first(cells, EMAIL)
    found = ADDRESS.search(text)
    return found[0] if found else text


def _identity(lms: str, number: str, cells: dict[str, str]) -> LmsIdentity:
    return LmsIdentity(lms, number, _name(cells), _address(cells))


def _canvas(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    """Read a row of Canvas. It sorts by last name, and its downloads write that in lower case without spaces."""
    name, number = cells.get("student", ""), cells.get("id", "")
    if not number or name.lower().strip() in ("points possible", "student, test", "test student"):
        return LmsIdentity("canvas", ""), ""
    squashed = re.sub(r"[^\w]", "", name).lower()
    email = cells.get("sis login id", "") if "@" in cells.get("sis login id", "") else _first(cells, EMAIL)
    return LmsIdentity("canvas", number, name, email), f"{squashed}_{number}"


def _worksheet(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    number = re.search(r"\d+$", _first(cells, IDENTIFIER))
    who = _identity("moodle", f"{stage_id}:{number[0]}" if number and stage_id else "", cells)
    return who, who.name or (f"Participant {number[0]}" if number else "")


def _gradescope(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    if cells.get("role", "student").lower() not in ("student", ""):
        return LmsIdentity("gradescope", ""), ""
    number = cells.get("sid", "") or _first(cells, EMAIL)
    return _identity("gradescope", number, cells), number


def _blackboard(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    """Read a row of Blackboard, where a teacher's own view of the course is a user, too."""
    login = cells.get("username", "")
    if login.endswith("_previewuser"):
        return LmsIdentity("blackboard", ""), ""
    return _identity("blackboard", login, cells), login


def _github(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    login, known_as = cells.get("github username") or cells.get("github", ""), cells.get("identifier", "")
    return LmsIdentity("github", login, known_as or _name(cells), _first(cells, EMAIL)), login or known_as


def _generic(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    """Read a row of any other list. The folder is named by a login or id if there is one."""
    who = _identity("folder", _first(cells, LABEL), cells)
    return who, who.id or who.name or who.email


def _own(cells: dict[str, str], stage_id: str | None) -> tuple[LmsIdentity, str]:
    """Read a row of another roster.csv, or of a list with its columns: the folder is named."""
    return LmsIdentity("folder", cells.get("student", ""), cells.get("name", ""), _address(cells)), cells.get("student", "")


READERS: dict[str, Callable[[dict[str, str], str | None], tuple[LmsIdentity, str]]] = {
    "canvas": _canvas,
    "worksheet": _worksheet,
    "participants": lambda cells, stage_id: (_identity("moodle", "", cells), _name(cells)),
    "gradescope": _gradescope,
    # Its downloads number people differently from its lists, so names identify them.
    "brightspace": lambda cells, stage_id: (
        _identity("brightspace", "", cells), _name(cells) or cells.get("username", "").lstrip("#")),
    "blackboard": _blackboard,
    "github": _github,
    "roster": _own,
    "generic": _generic,
}


def everybody(course: Path) -> list[Person]:
    """Return the people of a course, without groups."""
    return [person for person in Roster.read(course).people if not person.is_group]
