"""The ways in which an LMS packs the submissions of an assignment; docs/ta.md says where each was looked up.

Canvas            one folder of files, ``lastnamefirst_LATE_<user>_<upload>_<file>``, ``LATE_anon_<id>_<upload>_<file>``
                  where names are hidden, a group's name in place of the person's
Moodle            ``First Last_<participant>_assignsubmission_file_/<files>``, or the same before each file's name; a team's name
                  and number, or ``Default group`` without one
Gradescope        ``assignment_<n>_export/submission_<n>/<files>`` with ``submission_metadata.yml`` saying who handed it in
Blackboard        ``<assignment>_<user>_attempt_<date>_<file>`` and a text file an attempt that says who and what
Brightspace       ``<user>-<folder> - First Last - Oct 12, 2026 1051 AM/<files>``, or the same before each file's name
ILIAS             ``<assignment>/Last_First_login_<id>/<files>``, below ``Team <n>/`` for teams
Google Classroom  ``<assignment>/First Last - <file>``
GitHub Classroom  ``<assignment>-submissions/<assignment>-<user>/<repository>``
nbgrader          ``inbound/<user>+<assignment>+<time>+<secret>/<files>``
by stage          ``<student>/<stage>/<files>`` and ``<stage>/<student>/<files>``, in however many folders
by student        ``<student>/<files>``, and ``<student>_<file>`` in one folder; the stage is told by the files or by STAGE=
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from autograder.checks.suffixes import plain_name
from autograder.errors import UsageError
from autograder.grade.handin.archives import Archive
from autograder.grade.handin.nested import expand, is_archive, stem_of
from autograder.grade.handin.normalise import SPARE
from autograder.grade.names import shown, usable
from autograder.lms.roster import GROUP, LmsIdentity, Roster

ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<late2>LATE_)?(?P<secret>[A-Za-z0-9]+?)(?P<late3>_LATE)?_(?P<upload>\d+)_(?P<file>.+)",
    re.IGNORECASE,
)
CANVAS_TEXT = re.compile(
    r"(?:LATE_)?(?:anon_(?P<secret>[A-Za-z0-9]+)|(?P<name>.+)_(?:LATE_)?(?P<user>\d+))_(?P<kind>text|link)\.html", re.IGNORECASE
)
MOODLE = re.compile(r"(?:^|/)(?P<name>[^/]+?)(?:_(?P<participant>\d+))?_assignsubmission_(?P<kind>[a-z]+)_?/?(?P<file>.*)")
GRADESCOPE = re.compile(r"(?:.*/)?(?P<submission>submission_\d+)/(?P<file>.+)")
BLACKBOARD = re.compile(
    r"(?P<assignment>.+)_(?P<user>[^_]+)_attempt_(?P<when>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)"
)
BRIGHTSPACE = re.compile(
    r"(?:^|/)(?P<user>\d+)-(?P<folder>\d+) - (?P<name>[^/]+) - (?P<when>[^/-]*\d[^/-]*\d{3,4}(?: ?[AP]\.?M\.?)?)"
    r"(?: - (?P<flat>[^/]+)|/(?P<file>.+))",
    re.IGNORECASE,
)
ILIAS = re.compile(r"(?P<last>[^_/]+)_(?P<first>[^/]*)_(?P<login>[^_/]+)_(?P<id>\d+)")
ILIAS_LATE = re.compile(r"(?:late submission|late|verspätete abgabe|verspaetete abgabe|verspätet) - (?P<file>.+)", re.IGNORECASE)
INBOUND = re.compile(r"(?P<user>[^+/]+)\+(?P<assignment>[^+/]+)\+(?P<when>[^+/]+)(?:\+[^+/]+)?")
GOOGLE = re.compile(r"(?P<name>[^/]{2,120}?) - (?P<file>[^/]+)")
METADATA = "submission_metadata.yml"
MAX_METADATA = 16 << 20


@dataclass
class Handin:
    """What one person handed in at one time.

    Attributes
    ----------
    lms_identity : LmsIdentity
    label : str
        What the person's folder should be called.
    files : dict of str to str
        Path in the hand-in to path in the archive.
    stage : str
        Where the layout says it.
    when : str
        Time of the hand-in in ISO 8601, where the LMS says it.
    late : bool
        Marked late by the LMS.
    order : str
        Of two by one person, the one with the greater is the later.
    anonymous : bool
        The LMS hides who it is.
    download : str
        The folder that the files of one assignment lie in, where several downloads lie side by side.
    notes : list of str
        What is to be said of it.
    """

    lms_identity: LmsIdentity
    label: str
    files: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    when: str = ""
    late: bool = False
    order: str = ""
    anonymous: bool = False
    download: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass
class Layout:
    """Who handed in what, the files that belong to nobody, and what a person should know."""

    handins: list[Handin] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Known:
    """What is known beside the names in an archive: the stages' ids, the names of their files, the people."""

    stages: tuple[str, ...]
    own: set[str]
    roster: Roster


def read_layout(archive: Archive, known: Known, pattern: str = "") -> Layout:
    """Who handed in what.

    Parameters
    ----------
    archive : Archive
    known : Known
    pattern : str
        A person's own regular expression, with groups `student` and, if it says so, `stage` and `file`.
    """
    names = sorted(name for name in archive.members if PurePosixPath(name).parts[0] != SPARE)
    if pattern:
        return _by_pattern(names, pattern, known)
    metadata = [name for name in names if PurePosixPath(name).name == METADATA]
    if metadata:
        return _gradescope(archive, names, metadata[0])
    for reader in READERS:
        found = reader(archive, names, known)
        if found.handins:
            return found
    return Layout(rest=names)


def _by_pattern(names: Iterable[str], pattern: str, known: Known) -> Layout:
    """By the regular expression that was given; what follows its match is the file's name, if it has no group `file`."""
    try:
        compiled = re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern))
    except re.error as error:
        raise UsageError(f"MAP is no regular expression ({error}): {pattern}") from error
    if "student" not in compiled.groupindex:
        raise UsageError(
            "MAP needs a group named student, and one named stage unless STAGE= says it, such as "
            r"MAP='(?P<stage>[^/]+)/(?P<student>[^/]+)/'"
        )
    found: dict[tuple[str, str], Handin] = {}
    layout = Layout()
    for name in names:
        match = _match(compiled, name, known)
        student = match["student"] if match else ""
        if match is None or not student:
            layout.rest.append(name)
            continue
        groups = match.groupdict()
        stage = groups.get("stage") or ""
        file = groups.get("file") or name[match.end() :].lstrip("/_- ") or PurePosixPath(name).name
        _add(found, (student, stage), LmsIdentity("folder", student, student), student, stage=stage).files[file] = name
    layout.handins = list(found.values())
    return layout


def _match(pattern: re.Pattern[str], name: str, known: Known) -> re.Match[str] | None:
    """The first place where the pattern fits and its stage is one; else the first where it fits."""
    first = match = pattern.search(name)
    while match is not None:
        stage = match.groupdict().get("stage") or ""
        if not stage or any(stage.casefold() in (one, one.partition("-")[0], one.partition("-")[2]) for one in known.stages):
            return match
        match = pattern.search(name, match.start() + 1)
    return first


def _add(found: dict[Any, Handin], key: Any, who: LmsIdentity, label: str, **more: Any) -> Handin:
    if key not in found:
        found[key] = Handin(who, label, **more)
    return found[key]


# -- Canvas ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _CanvasName:
    name: str
    user: str
    upload: str
    file: str
    late: bool
    marked: bool  # the mark LATE stands right before the number, which then is the person's


def _canvas_readings(base: str) -> list[_CanvasName]:
    """The ways in which a name can be read: a group's name, and a file's, may have numbers of their own."""
    found = []
    match = ANONYMOUS.fullmatch(base)
    if match:
        late = bool(match["late"] or match["late2"] or match["late3"])
        return [_CanvasName("", match["secret"], match["upload"], match["file"], late, True)]
    parts = base.split("_")
    for i in range(1, min(len(parts) - 2, 12)):
        if not (parts[i].isascii() and parts[i].isdigit()):
            continue
        late_after = parts[i + 1].upper() == "LATE" and len(parts) > i + 3
        upload = parts[i + 1 + late_after]
        file = "_".join(parts[i + 2 + late_after :])
        if not (upload.isascii() and upload.isdigit()) or not file:
            continue
        before, marked = parts[:i], parts[i - 1].upper() == "LATE" and i > 1
        before = before[:-1] if marked else before
        first = before[0].upper() == "LATE" and len(before) > 1
        before = before[1:] if first else before
        name = "_".join(before) or ("nameless" if before == [""] else "")
        if name:
            found.append(_CanvasName(name, parts[i], upload, file, marked or first or late_after, marked))
    return found


def _canvas(archive: Archive, names: list[str], known: Known) -> Layout:
    layout = Layout()
    found: dict[tuple[str, str], Handin] = {}
    readings = {name: _canvas_readings(PurePosixPath(name).name) for name in names}
    votes = Counter((one.name, one.user) for every in readings.values() for one in every)

    def weight(one: _CanvasName) -> tuple[bool, bool, int, bool, int]:
        return (
            one.marked,
            known.roster.find("canvas", one.user) is not None,
            min(len(one.user), len(one.upload)),
            plain_name(one.file, known.own) in known.own,
            votes[one.name, one.user],
        )

    for name in names:
        text = CANVAS_TEXT.fullmatch(PurePosixPath(name).name)
        if not readings[name] and text is not None:
            number, above = text["user"] or text["secret"], _above(name)
            label = f"{text['name']}_{number}" if text["name"] else f"anon_{number}"
            handin = _add(found, (above, number), LmsIdentity("canvas", number, text["name"] or ""), label, download=above)
            handin.files[_free(handin.files, f"{text['kind']}.html")] = name
            handin.late |= "LATE_" in PurePosixPath(name).name.upper()
            handin.anonymous = not text["name"]
            continue
        if not readings[name]:
            layout.rest.append(name)
            continue
        one = max(readings[name], key=weight)
        label = f"{one.name}_{one.user}" if one.name else f"anon_{one.user}"
        above = _above(name)
        handin = _add(found, (above, one.user), LmsIdentity("canvas", one.user, one.name), label, download=above)
        handin.late |= one.late
        handin.anonymous = not one.name
        handin.order = max(handin.order, one.upload.rjust(20, "0"))
        handin.files[_free(handin.files, one.file)] = name
    layout.handins = list(found.values())
    return layout


def _above(name: str) -> str:
    """The folder that a file lies in."""
    return str(PurePosixPath(name).parent)


def _free(files: dict[str, str], name: str) -> str:
    """A name that none of the files has: two of one name get numbers, as a browser gives them."""
    path, number, free = PurePosixPath(name), 0, name
    while free in files:
        number += 1
        free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return free


# -- Moodle ------------------------------------------------------------------------------------------------------------------


def _moodle(archive: Archive, names: list[str], known: Known) -> Layout:
    """Folders by name: the number is the participant's in this one assignment, and changes with the next."""
    layout = Layout()
    groups: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for name in names:
        match = MOODLE.search(name)
        if match is None or match["kind"] not in ("file", "onlinetext") or not match["file"]:
            layout.rest.append(name)
        else:
            groups[name[: match.start()], match["name"], match["participant"] or ""][match["file"]] = name
    named = Counter((above, name) for above, name, _ in groups)
    teams = {person.group for person in known.roster.people if person.group}
    for (above, name, participant), files in groups.items():
        label = name if named[above, name] == 1 and not _is_hidden(name) else f"{name}_{participant}"
        group = name if not participant or name in teams or GROUP.match(name) else ""
        who = LmsIdentity("moodle", participant or name, "" if _is_hidden(name) else name, group=group)
        layout.handins.append(Handin(who, label, files, download=above))
    return layout


def _is_hidden(name: str) -> bool:
    """True for what Moodle calls everybody in a blind assignment."""
    return name.strip().casefold() in (
        "participant",
        "teilnehmer",
        "teilnehmer/in",
        "teilnehmerin",
        "teilnehmer-in",
        "participante",
        "partecipante",
        "deelnemer",
        "uczestnik",
    )


# -- Gradescope --------------------------------------------------------------------------------------------------------------


def _gradescope(archive: Archive, names: Iterable[str], metadata: str) -> Layout:
    """A submission's files for each of its submitters; people without files are named."""
    submissions = _metadata(archive, metadata)
    files: dict[str, dict[str, str]] = defaultdict(dict)
    layout = Layout()
    for name in names:
        match = GRADESCOPE.fullmatch(name)
        if match is not None and match["submission"] in submissions:
            files[match["submission"]][match["file"]] = name
        elif name != metadata:
            layout.rest.append(name)
    for submission, people in submissions.items():
        for who, created in people:
            when = _gradescope_time(created)
            if submission not in files:
                layout.notes.append(f"{shown(who.name or who.email or who.id)} handed in {submission} without a file")
            layout.handins.append(
                Handin(who, who.id or who.email or who.name, files.get(submission, {}), when=when, order=when or created)
            )
    return layout


def _gradescope_time(text: str) -> str:
    try:
        when = datetime.fromisoformat(re.sub(r"\s*Z$", "+00:00", re.sub(r"(\.\d{6})\d+", r"\1", text.strip())))
    except ValueError:
        return ""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _metadata(archive: Archive, name: str) -> dict[str, list[tuple[LmsIdentity, str]]]:
    """The submitters of each submission, and when it was made."""
    import yaml

    data = archive.read(name)
    try:
        events = yaml.parse(data, yaml.SafeLoader) if len(data) <= MAX_METADATA else ()
        if len(data) > MAX_METADATA or any(isinstance(event, yaml.AliasEvent) for event in events):
            raise UsageError(f"{archive.path}: {name} is too large, or not what Gradescope writes")
        content = yaml.load(data, yaml.BaseLoader)  # makes nothing but text of it: an id of 0123 is no number
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{archive.path}: {name} cannot be read ({' '.join(str(error).split())[:200]})") from error
    found: dict[str, list[tuple[LmsIdentity, str]]] = {}
    for submission, facts in content.items() if isinstance(content, dict) else ():
        facts = facts if isinstance(facts, dict) else {}
        created = str(facts.get(":created_at", ""))
        people = facts.get(":submitters")
        for person in people if isinstance(people, list) else ():
            person = person if isinstance(person, dict) else {}
            sid, email, full = (str(person.get(key) or "").strip() for key in (":sid", ":email", ":name"))
            if sid or email or full:
                found.setdefault(str(submission), []).append(
                    (LmsIdentity("gradescope", sid or email or full, full, email), created)
                )
    return found


# -- Blackboard, Brightspace, ILIAS ------------------------------------------------------------------------------------------


def _blackboard(archive: Archive, names: list[str], known: Known) -> Layout:
    """The text file of each attempt says who made it, and what the files were called."""
    layout = Layout()
    found: dict[tuple[str, str, str], Handin] = {}
    matches = {name: match for name in names if (match := BLACKBOARD.fullmatch(PurePosixPath(name).name))}
    first = {match["user"] for match in matches.values()} <= set(known.stages)  # nbgrader's own collect takes them like this
    told = {}
    for name, match in matches.items():
        if match["file"] is None:
            told[PurePosixPath(name).stem] = _blackboard_text(archive, name)
    for name in names:
        match = matches.get(name)
        if match is None:
            layout.rest.append(name)
            continue
        base = PurePosixPath(name).name
        attempt = next((stem for stem in told if base.startswith(f"{stem}_") or base == f"{stem}.txt"), "")
        full, login, originals = told.get(attempt, ("", "", {}))
        user = login or match["assignment" if first else "user"]
        day, clock = match["when"][:10], match["when"][11:].replace("-", ":")
        when = f"{day}T{clock}"
        key = _above(name), user, match["when"]
        handin = _add(
            found, key, LmsIdentity("blackboard", user, full), user, when=when, order=match["when"], download=key[0]
        )
        if match["file"] is not None:
            file = originals.get(base) or (base[len(attempt) + 1 :] if attempt else match["file"])
            handin.files[_free(handin.files, file)] = name
    layout.handins = list(found.values())
    layout.notes = [f"{shown(handin.lms_identity.name or handin.lms_identity.id)} handed in without a file"
                    for handin in layout.handins if not handin.files]
    return layout


def _blackboard_text(archive: Archive, name: str) -> tuple[str, str, dict[str, str]]:
    """Name, login and the files' own names, as far as Blackboard's text says them."""
    try:
        text = archive.read(name)[: 1 << 20].decode("utf-8", "replace")
    except UsageError:
        return "", "", {}
    person = re.search(r"^Name:\s*(?P<name>.+?)\s*\((?P<login>[^()\n]+)\)\s*$", text, re.MULTILINE)
    originals = dict(re.findall(r"Original filename:\s*(.+?)\s*\n\s*Filename:\s*(.+?)\s*$", text, re.MULTILINE))
    return (person["name"], person["login"], {new: old for old, new in originals.items()}) if person else ("", "", {})


def _brightspace(archive: Archive, names: list[str], known: Known) -> Layout:
    layout = Layout()
    found: dict[tuple[str, str, str], Handin] = {}
    matches = {name: match for name in names if (match := BRIGHTSPACE.search(name))}
    people = Counter(number for number, _ in {(match["user"], match["name"]) for match in matches.values()})
    for name in names:
        match = matches.get(name)
        if match is None:
            if PurePosixPath(name).name != "index.html":
                layout.rest.append(name)
            continue
        full = match["name"].strip()
        number = match["user"] if people[match["user"]] == 1 else f"{match['user']} {full}"
        when = _brightspace_time(match["when"])
        key, order = (name[: match.start()], number, match["when"]), when or match["when"]
        handin = _add(
            found, key, LmsIdentity("brightspace", number, full), full, when=when, order=order, download=key[0]
        )
        file = match["file"] or match["flat"]
        handin.files[_free(handin.files, file)] = name
    layout.handins = list(found.values())
    return layout


def _brightspace_time(text: str) -> str:
    """The time in a folder's name, which has no colon; empty where it is in another language."""
    clean = re.sub(r"\s+", " ", text.replace(".", "").strip())
    for form in (
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
    ):
        padded = re.sub(r"\b(\d{3})(?= ?[AP]M|$)", r"0\1", clean, flags=re.IGNORECASE)
        try:
            return datetime.strptime(padded, form).isoformat(timespec="seconds")
        except ValueError:
            continue
    return ""


def _ilias(archive: Archive, names: list[str], known: Known) -> Layout:
    layout = Layout()
    found: dict[tuple[str, str], Handin] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        at = next((i for i, part in enumerate(parts[:-1]) if ILIAS.fullmatch(part)), None)
        match = ILIAS.fullmatch(parts[at]) if at is not None else None
        if at is None or match is None:
            layout.rest.append(name)
            continue
        team = next((part for part in parts[:at] if GROUP.match(part)), "")
        full = f"{match['first'].replace('_', ' ')} {match['last']}".strip()
        above = "/".join(part for part in parts[:at] if part != team)
        who = LmsIdentity("ilias", match["id"], full, group=team)
        handin = _add(found, (above, match["id"]), who, match["login"], download=above)
        file = "/".join(parts[at + 1 :])
        late = ILIAS_LATE.fullmatch(PurePosixPath(file).name)
        handin.late |= late is not None
        handin.files[_free(handin.files, str(PurePosixPath(file).with_name(late["file"])) if late else file)] = name
    layout.handins = list(found.values())
    return layout


# -- GitHub, Google, nbgrader, folders ---------------------------------------------------------------------------------------


def _nbgrader(archive: Archive, names: list[str], known: Known) -> Layout:
    """The exchange's folder of what was handed in."""
    layout = Layout()
    found: dict[str, Handin] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        at = next((i for i, part in enumerate(parts[:-1]) if INBOUND.fullmatch(part)), None)
        match = INBOUND.fullmatch(parts[at]) if at is not None else None
        if at is None or match is None or match["assignment"] not in known.stages:
            layout.rest.append(name)
            continue
        when = _nbgrader_time(match["when"])
        handin = _add(
            found,
            parts[at],
            LmsIdentity("nbgrader", match["user"]),
            match["user"],
            stage=match["assignment"],
            when=when,
            order=when or match["when"],
        )
        handin.files["/".join(parts[at + 1 :])] = name
    layout.handins = list(found.values())
    return layout


def _nbgrader_time(text: str) -> str:
    """nbgrader's time, such as ``2026-03-01 10:00:00.000000 UTC``; in UTC where it says so or names an offset."""
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


def _by_stage(archive: Archive, names: list[str], known: Known) -> Layout:
    """A folder with the name of a stage, in or around the student's."""
    layout = Layout()
    placed: dict[str, tuple[tuple[str, ...], str, str]] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        at = next((i for i, part in enumerate(parts[:-1]) if part in known.stages), None)
        if at is None:
            layout.rest.append(name)
        elif at > 0 and parts[at - 1] != "submitted":
            placed[name] = parts[:at], parts[at], "/".join(parts[at + 1 :])
        elif len(parts) > at + 2:
            placed[name] = (parts[at + 1],), parts[at], "/".join(parts[at + 2 :])
        else:
            layout.rest.append(name)
    whose = _students_in({folders for folders, _, _ in placed.values()})
    found: dict[tuple[str, str], Handin] = {}
    for name, (folders, stage, file) in placed.items():
        student = whose[folders]
        handin = _add(found, (student, stage), LmsIdentity("folder", student), student, stage=stage)
        handin.files[file] = name
        if file == "timestamp.txt" and PurePosixPath(name).parts[0] == "submitted":  # nbgrader's; else it is a student's
            try:
                handin.when = _nbgrader_time(archive.read(name)[:100].decode("utf-8", "replace"))
            except UsageError:
                handin.when = ""
    layout.handins = list(found.values())
    return layout


def _students_in(folders: set[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """The student of each path to a stage's folder: its last part, where that tells all apart; else the first that differs."""
    last = {path: path[-1] for path in folders}
    if len(set(last.values())) == len(folders):
        return last
    for place in range(max(map(len, folders))):
        here = {path: path[place] if place < len(path) else path[-1] for path in folders}
        if len(set(here.values())) == len(folders):
            return here
    return {path: " ".join(path) for path in folders}


def _github(archive: Archive, names: list[str], known: Known) -> Layout:
    """Repositories named by the assignment and the user, in a folder named by the assignment; a folder a stage in them, or none.

    The folder may be the archive itself, or missing where the assignment is called as a stage is.
    """
    layout = Layout()
    slugs = [archive.path.name.removesuffix("-submissions")] if archive.path.name.endswith("-submissions") else known.stages
    ends = [PurePosixPath(name).parts[0] for name in names]
    branch = next((end for end in ("-main", "-master") if all(part.endswith(end) for part in ends)), "")
    found: dict[tuple[str, str, str], Handin] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        at = next(
            (
                i
                for i, part in enumerate(parts[:-2])
                if part.endswith("-submissions") and parts[i + 1].startswith(f"{part[:-12]}-")
            ),
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
        handin = _add(found, (slug, user, stage), LmsIdentity("github", user), user, stage=stage, download=slug)
        handin.files["/".join(inside)] = name
    layout.handins = list(found.values())
    return layout


def _google(archive: Archive, names: list[str], known: Known) -> Layout:
    """The Drive folder of an assignment: Classroom puts the student's name before the file's, Forms between it and its ending."""
    layout = Layout()
    found: dict[tuple[str, str], Handin] = {}
    for name in names:
        base = PurePosixPath(name).name
        match = GOOGLE.fullmatch(base)
        if match is None:
            layout.rest.append(name)
            continue
        full, file, above = match["name"].strip(), match["file"], _above(name)
        behind = re.fullmatch(r"(?P<stem>.+) - (?P<name>[^/]{2,120}?)(?P<ending>\.\w{1,6})", base)
        if behind is not None and plain_name(file, known.own) not in known.own and (
            plain_name(behind["stem"] + behind["ending"], known.own) in known.own
        ):
            full, file = behind["name"].strip(), behind["stem"] + behind["ending"]
        handin = _add(found, (above, full), LmsIdentity("google", full, full), full, download=above)
        handin.files[_free(handin.files, file)] = name
    layout.handins = list(found.values()) if len(layout.rest) <= len(names) // 2 else []
    return layout


def _by_student(archive: Archive, names: list[str], known: Known) -> Layout:
    """A folder a student, in however many folders around all."""
    paths = [PurePosixPath(name).parts for name in names]
    depth = 0
    while True:  # one folder that holds two or more folders, and no file, is around all
        heads = {parts[depth] for parts in paths if len(parts) > depth + 1}
        inner = {parts[depth + 1] for parts in paths if len(parts) > depth + 2}
        beside = any(len(parts) in (depth + 1, depth + 2) for parts in paths)
        if len(heads) == 1 and len(paths) > 1 and all(len(parts) == depth + 2 and is_archive(parts[-1]) for parts in paths):
            return _flat(archive, names, known)  # each student's archive, in a folder around all
        if len(heads) != 1 or beside or len(inner) < 2 or known.roster.find("folder", next(iter(heads))):
            break
        depth += 1
    layout = Layout()
    found: dict[str, Handin] = {}
    for name, parts in zip(names, paths, strict=True):
        if len(parts) < depth + 2:
            layout.rest.append(name)
            continue
        student = parts[depth]
        if student in known.stages:
            layout.rest.append(name)
            continue
        _add(found, student, LmsIdentity("folder", student), student).files["/".join(parts[depth + 1 :])] = name
    layout.handins = list(found.values())
    return layout


def _flat(archive: Archive, names: list[str], known: Known) -> Layout:
    """``<student>_<file>`` or ``<student>.zip`` in one folder; whose a file is, is told by those whose names are a stage's."""
    layout = Layout()
    bases = {name: PurePosixPath(name).name for name in names}
    students = {name: split for name, base in bases.items() if (split := _split(base, known))}
    whose = sorted({student for student, _ in students.values()}, key=len, reverse=True)
    found: dict[str, Handin] = {}
    for name, base in bases.items():
        student, file = students.get(name, ("", ""))
        known_one = next((one for one in whose if re.match(rf"{re.escape(one)}[_ -]", base)), "")
        if not student and is_archive(base) and not known_one and (not whose or _holds_work(archive, name, known)):
            student, file = stem_of(base), base
        elif not student:
            student = known_one or ("" if whose else base.partition("_")[0])
            file = base[len(student) :].lstrip("_- ")
        if not file or not usable(student) or student == base:
            layout.rest.append(name)
            continue
        handin = _add(found, student, LmsIdentity("folder", student), student)
        handin.files[_free(handin.files, file)] = name
    layout.handins = list(found.values())
    return layout


def _holds_work(archive: Archive, name: str, known: Known) -> bool:
    """True for an archive with a file of a stage in it."""
    with ExitStack() as stack:
        inside, _ = expand({PurePosixPath(name).name: archive.members[name]}, stack)
        return any(plain_name(PurePosixPath(path).name, known.own) in known.own for path in inside)


def _of_one(archive: Archive, names: list[str], known: Known) -> Layout:
    """The hand-in of one person, where the archive's own name says whose: ``ada_1-bptt.zip``, or a folder of roster.csv."""
    stem = stem_of(archive.path.name)
    student, _ = _split(archive.path.name, known) or (stem if known.roster.find("folder", stem) else "", "")
    if not student or not any(plain_name(PurePosixPath(name).name, known.own) in known.own for name in names):
        return Layout(rest=names)
    return Layout([Handin(LmsIdentity("folder", student), student, {name: name for name in names})])


def _split(base: str, known: Known) -> tuple[str, str] | None:
    """Student and file in one name, where the file's is a stage's; also an archive named by one."""
    for match in re.finditer(" - |[_ -]", base):
        student, file = base[: match.start()], base[match.end() :]
        stem = stem_of(file).casefold().removeprefix("handin-")  # what submit() makes
        named = plain_name(file, known.own) in known.own or (
            is_archive(file) and stem in {stage.casefold() for stage in known.stages}
        )
        if named and usable(student):
            return student, file
    stems = "|".join(sorted({re.escape(PurePosixPath(one).stem) for one in known.own}))
    more = re.fullmatch(rf"(?P<student>.+?)(?: - |[_ -])(?P<file>(?:{stems})[ _-].*\.(?:py|ipynb))", base, re.IGNORECASE)
    return (more["student"], more["file"]) if more and usable(more["student"]) else None


def _in_one_folder(archive: Archive, names: list[str], known: Known) -> Layout:
    """`_flat`, where two or more students' files lie side by side."""
    split = {name: found for name in names if (found := _split(PurePosixPath(name).name, known))}
    side_by_side = len({_above(name) for name in split}) == 1 and 2 * len(split) >= len(names)
    return (
        _flat(archive, names, known)
        if side_by_side and len({student for student, _ in split.values()}) > 1
        else Layout(rest=names)
    )


def _when(
    test: Callable[[list[str]], bool], reader: Callable[[Archive, list[str], Known], Layout]
) -> Callable[[Archive, list[str], Known], Layout]:
    return lambda archive, names, known: reader(archive, names, known) if test(names) else Layout(rest=names)


def _are_canvas(names: list[str]) -> bool:
    """True where most files are named as Canvas names them."""
    bases = [PurePosixPath(name).name for name in names]
    named = sum(bool(_canvas_readings(base)) or CANVAS_TEXT.fullmatch(base) is not None for base in bases)
    return 2 * named >= len(names) > 0


def _are_ilias(names: list[str]) -> bool:
    """True where most files lie in folders as ILIAS names them."""
    return 2 * sum(any(ILIAS.fullmatch(part) for part in PurePosixPath(name).parts[:-1]) for name in names) >= len(names) > 0


READERS: tuple[Callable[[Archive, list[str], Known], Layout], ...] = (
    _when(lambda names: any("_assignsubmission_" in name for name in names), _moodle),
    _when(lambda names: any(BRIGHTSPACE.search(name) for name in names), _brightspace),
    _when(lambda names: any(BLACKBOARD.fullmatch(PurePosixPath(name).name) for name in names), _blackboard),
    _nbgrader,
    _github,
    _when(_are_ilias, _ilias),
    _by_stage,
    _when(_are_canvas, _canvas),
    _google,
    _in_one_folder,
    _by_student,
    _flat,
    _of_one,
)
