"""`make collect`: a download of the LMS into ``submitted/<student>/<stage>/``; nothing is lost, nothing trusted."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.checks.suffixes import plain_name
from autograder.errors import Refused, UsageError
from autograder.grade.handin.archives import JUNK, Archive, File, opened
from autograder.grade.handin.content import code_state, definitions_state, lack_of_answers, lack_of_code, notebook_state
from autograder.grade.handin.nested import expand, is_archive, may_be_archive
from autograder.grade.handin.normalise import MAY_BE_CODE, TYPED, HandIn, as_it_came, imported_names, normalise, own_names, told
from autograder.grade.handin.state import COLLECTED, read_state, state_path
from autograder.grade.names import shown
from autograder.grade.record import write_json
from autograder.lms.collected import Collected, write_table
from autograder.lms.formats import Handin, Known, Layout, read_layout
from autograder.lms.roster import LmsIdentity, Person, Roster
from autograder.stages import Stage, chosen, stages

REPLACED = ".replaced"
BY_HAND = "changed by hand since it was collected; left as it is"
# Days for which a hand-in is kept that a newer one took the place of.
REPLACED_DAYS = 180


def collect(paths: Path | Sequence[Path], course: Path, stage_id: str | None = None, pattern: str = "") -> Collected:
    """Unpack LMS downloads into a course folder.

    Parameters
    ----------
    paths : Path or sequence of Path
        Zips, tars or folders.
    course : Path
        The folder that has, or gets, ``submitted/``.
    stage_id : str, optional
        The stage the downloads are of, where the names of the files do not say it.
    pattern : str
        A regular expression for a layout that is not known: see `autograder.lms.formats.read_layout`.

    Raises
    ------
    UsageError
        A download is unreadable, too large, or of no known layout; or roster.csv cannot be used. Nothing of that download has
        been unpacked. What is wrong with one submission alone is told in `refused`, and costs that one.
    """
    course = course.resolve()
    submitted = course / "submitted"
    if submitted.is_symlink():
        raise UsageError(f"{submitted} is a link, and links are not followed; put the folder itself there")
    wanted = chosen(stage_id)
    roster = _roster(course)
    outcome = Collected()
    for path in chain.from_iterable(map(_downloads, [paths] if isinstance(paths, Path) else paths)):
        with opened(path) as archive, ExitStack() as stack:
            _collect_one(archive, submitted, wanted, stage_id is not None, pattern, roster, outcome, stack)
    outcome.notes += roster.notes
    roster.write()
    _forget_replaced(submitted)
    write_table(course, roster, outcome)
    return outcome


def _downloads(path: Path) -> list[Path]:
    """The downloads that a path stands for: those in a folder of nothing but archives as an LMS packs them, else itself."""
    inside = sorted(entry for entry in path.iterdir() if not JUNK.search(entry.name)) if path.is_dir() else []
    if not inside or not all(entry.is_file() and is_archive(entry.name) for entry in inside):
        return [path]
    known = Known(tuple(stage.id for stage in stages()), own_names(stages()), Roster(path))
    for entry in inside:
        try:
            with opened(entry) as archive:
                if not any(handin.lms_identity.lms != "folder" for handin in read_layout(archive, known).handins):
                    return [path]
        except UsageError:
            return [path]
    return inside


def _roster(course: Path) -> Roster:
    """The roster; the people that version 0.1.0 collected are in it."""
    roster = Roster.read(course)
    for file in sorted((course / "submitted" / COLLECTED).glob("*.json")):
        try:
            facts = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        for student, about in facts.items() if isinstance(facts, dict) else ():
            lms, number = str(about.get("lms") or "folder"), str(about.get("id") or student)
            number = f"{file.stem}:{number}" if lms == "moodle" else number
            if roster.find(lms, number) is None and roster.of(student) is None:
                roster.enrol(LmsIdentity(lms, number, str(about.get("name") or ""), str(about.get("email") or "")), student)
    return roster


def _collect_one(
    archive: Archive,
    submitted: Path,
    wanted: Sequence[Stage],
    given: bool,
    pattern: str,
    roster: Roster,
    outcome: Collected,
    stack: ExitStack,
) -> None:
    """One download."""
    every = stages()
    known = Known(tuple(stage.id for stage in every), own_names(every), roster)
    layout = read_layout(archive, known, pattern)
    outcome.refused |= archive.refused
    outcome.left_out |= archive.left_out
    outcome.unknown += layout.rest
    outcome.notes += layout.notes
    if not layout.handins:
        raise UsageError(_nothing(archive, layout, known.own))
    placed = _with_stages(archive, layout.handins, wanted, given, stack)
    strays = [handin for handin, stage in placed if stage is None]
    if len(strays) == len(placed):
        names = ", ".join(stage.info.file for stage in wanted)
        raise UsageError(f"{archive.path}: no file is named like one of a stage ({names}); say which stage it is with STAGE=")
    for handin in strays:
        outcome.unknown += sorted(handin.files.values())
    whose: dict[tuple[str, str], list[Handin]] = {}
    names_here = Counter((stage.id, handin.lms_identity.name) for handin, stage in placed if stage is not None)
    usual = _usual(placed)
    for handin, stage in placed:
        if stage is not None:
            unique = names_here[stage.id, handin.lms_identity.name] == 1
            person = _person(handin, usual.get(handin.download, stage.id), roster, unique)
            if stage.id != usual.get(handin.download, stage.id) and not handin.stage:
                handin.notes.append(f"these are files of {stage.id}, where most hand in {usual[handin.download]}")
            whose.setdefault((person.student, stage.id), []).append(handin)
    for (student, stage_name), handins in sorted(whose.items()):
        handins.sort(key=lambda handin: handin.order)
        _place(archive, student, handins, next(stage for stage in every if stage.id == stage_name), submitted, outcome)


def _person(handin: Handin, stage_id: str, roster: Roster, unique: bool) -> Person:
    """Whose hand-in it is. Moodle gives a person another number in each assignment: from one to the next, the name counts.

    Parameters
    ----------
    stage_id : str
        The stage that most hand-ins of this download belong to.
    unique : bool
        Whether nobody else in the download has that name.
    """
    who = handin.lms_identity
    if who.lms == "moodle":
        scope = f"{stage_id}:"
        return roster.enrol(replace(who, id=f"{scope}{who.id}"), handin.label, by_name=unique and bool(who.name), scope=scope)
    return roster.enrol(who, handin.label, by_name=who.lms not in ("folder", "nbgrader") and bool(who.name))


def _nothing(archive: Archive, layout: Layout, own: set[str]) -> str:
    """Why there is nothing to place, and what would be."""
    if any(plain_name(PurePosixPath(name).name, own) in own for name in layout.rest):
        return (
            f"{archive.path}: this seems to be one hand-in, and nothing says whose\n"
            "  Put its files at submitted/<student>/<stage>/, or call the archive\n"
            "  <student>_<stage>.zip, such as ada_1-bptt.zip, and collect that."
        )
    lines = [
        f"{archive.path}: no submission was recognised",
        "  Known are downloads of all submissions of an assignment from Canvas, Moodle,",
        "  Gradescope, Blackboard, Brightspace, ILIAS, Google Classroom, GitHub Classroom",
        "  and nbgrader's exchange, <student>/<stage>/<files> and <student>/<files>.",
        "  For any other, say where the names stand:",
        r"    MAP='(?P<stage>[^/]+)/(?P<student>[^/]+)/'",
    ]
    lines += [f"  {shown(name)}: {reason}" for name, reason in list(archive.refused.items())[:5]]
    if layout.rest:
        lines.append(f"  It holds {', '.join(map(shown, layout.rest[:5]))}{', ...' if len(layout.rest) > 5 else ''}")
    return "\n".join(lines)


def lms_facts(course: Path, stage_id: str) -> dict[str, dict[str, Any]]:
    """What the LMS calls the students of this course: lms, id, name, email, late, when; of one stage, by student."""
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


# -- which stage -------------------------------------------------------------------------------------------------------------


def _with_stages(
    archive: Archive, handins: Sequence[Handin], wanted: Sequence[Stage], given: bool, stack: ExitStack
) -> list[tuple[Handin, Stage | None]]:
    """The stage of each: as given, as its folder says, as its files are named, or else as those of most others."""
    by_id = {stage.id: stage for stage in wanted}
    named = {key: stage for stage in wanted for key in (stage.id, stage.name, stage.id.partition("-")[0], stage.module)}
    if given:
        return [
            (handin, wanted[0] if handin.stage in ("", wanted[0].id) or named.get(handin.stage) else None) for handin in handins
        ]
    found = [
        {by_id.get(handin.stage) or named.get(handin.stage.casefold()): Holds.ALL}
        if handin.stage
        else _stages_in(archive, handin, wanted, stack)
        for handin in handins
    ]
    first = [(handin, max(held, key=lambda stage: (held[stage], stage.id if stage else ""), default=None))
             for handin, held in zip(handins, found, strict=True)]
    usual = _usual(first)
    fallback = next(iter(_usual([(replace(handin, download=""), stage) for handin, stage in first]).values()), "")
    placed = []
    for (handin, stage), held in zip(first, found, strict=True):
        here = by_id.get(usual.get(handin.download, fallback))
        if not handin.stage and here is not None and stage is not here and (
            stage is None or (here in held and (held[here] >= Holds.CODE or held[stage] < Holds.ALL))
        ):
            stage = here
        also = sorted(one.id for one, much in held.items() if one is not None and one is not stage and much is Holds.ALL)
        if also and stage is not None:
            handin.notes.append(f"holds {' and '.join(also)} too, which was not taken: STAGE={also[-1]} takes it")
        placed.append((handin, stage))
    return placed


def _usual(placed: Sequence[tuple[Handin, Stage | None]]) -> dict[str, str]:
    """The stage that most hand in, by download; the first of two."""
    counts: dict[str, Counter[str]] = {}
    for handin, stage in placed:
        if stage is not None:
            counts.setdefault(handin.download, Counter())[stage.id] += 1
    return {download: min(count, key=lambda stage_id: (-count[stage_id], stage_id)) for download, count in counts.items()}


class Holds(IntEnum):
    """What a hand-in holds of a stage: a notebook, or code as it was handed out; code; code and the notebook."""

    LITTLE = 1
    CODE = 2
    ALL = 3


def _stages_in(archive: Archive, handin: Handin, wanted: Sequence[Stage], stack: ExitStack) -> dict[Stage | None, Holds]:
    """What there is of each stage, by the names of the files; where no name says it, by the functions that they define."""
    files = _files(archive, handin)
    if any(map(may_be_archive, files)):
        files, _ = expand(files, stack)
    own = own_names(wanted)
    names = {plain_name(PurePosixPath(name).name, own): file for name, file in files.items()}
    found: dict[Stage | None, Holds] = {}
    there = [stage for stage in wanted if stage.info.file in names or f"{stage.id}.ipynb" in names]
    for stage in there:
        code = names.get(stage.info.file)
        written = code is not None and (len(there) == 1 or _state(code, stage) == "written")
        found[stage] = Holds.LITTLE if not written else Holds.ALL if f"{stage.id}.ipynb" in names else Holds.CODE
    if found:
        return found
    for stage in reversed(wanted):
        if any(MAY_BE_CODE.fullmatch(name) and _state(file, stage) != "other" for name, file in files.items()):
            return {stage: Holds.CODE}
    return {}


def _state(file: File, stage: Stage) -> str:
    """What a file is to a stage; see `definitions_state`."""
    try:
        return definitions_state(file.read(), stage) if file.size < 1 << 20 else "other"
    except Refused:
        return "other"


def _files(archive: Archive, handin: Handin) -> dict[str, File]:
    return {name: archive.members[source] for name, source in handin.files.items() if _is_inside(name)}


def _is_inside(name: str) -> bool:
    """True for a path that leads to a file below the student's folder."""
    return bool(PurePosixPath(name).parts) and not name.startswith("/") and ".." not in PurePosixPath(name).parts


# -- into the folder ---------------------------------------------------------------------------------------------------------


@dataclass
class _Incoming:
    """One hand-in, read: its files by the names they get, and what there is to say of it."""

    hand_in: HandIn
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _place(archive: Archive, student: str, handins: list[Handin], stage: Stage, submitted: Path, outcome: Collected) -> None:
    """Put one person's work where it belongs; what is there is kept aside, and a person's repair is left alone."""
    handin, pair = handins[-1], (student, stage.id)
    target = submitted / student / stage.id
    key = f"{student}/{stage.id}"
    if target.is_symlink() or target.parent.is_symlink() or (target.parent.exists() and not target.parent.is_dir()):
        outcome.refused[key] = f"{target} is a link or a file; put the folder itself there"
        return
    if not any(one.files for one in handins):
        outcome.empty.append(pair)
        if not target.exists():
            write_json(state_path(submitted, stage.id, student), _nothing_readable(archive, handin) | {
                "notes": ["handed in without a file"]})
        return
    with ExitStack() as stack:
        read = [_incoming(archive, one, stage, stack, outcome, key) for one in handins]
    newest = read[-1]
    if newest is None:
        _note_unread(archive, handin, submitted, stage, student, "nothing of it could be opened", outcome)
        return
    if handin.late:
        outcome.late.add(pair)
    before, state = _content(target), read_state(submitted, stage.id, student)
    incoming = dict(newest.files)
    for earlier in reversed(read[:-1]):
        _carry_over(earlier.files if earlier else {}, incoming, newest, stage, "an earlier hand-in")
    collected = _digests(incoming)
    if before is not None and state:
        _carry_over(before, incoming, newest, stage, "the hand-in before")
    facts = _facts(archive, handin, newest, collected, incoming, state, len(handins), stage)
    is_older = bool(state.get("order") and handin.order and handin.order < str(state["order"]))
    if newest.hand_in.is_closed and before is not None and state.get("collected") != collected and not is_older:
        _note_unread(archive, handin, submitted, stage, student, newest.hand_in.needs_person.partition(". ")[0], outcome)
        outcome.unchanged.append(pair)
        return
    by_hand = before is not None and bool(state.get("files")) and _digests(before) != state["files"]
    if before is not None and state.get("collected") == collected:
        same = ("files", "renamed", "notes", "source", "unread", "earlier")
        facts |= {key: state[key] for key in same if key in state}
        if by_hand:
            facts |= {"question": "", "notes": [*(note for note in facts["notes"] if note != BY_HAND), BY_HAND]}
            facts.pop("earlier", None)
        outcome.unchanged.append(pair)
    elif before is not None and is_older:
        outcome.unchanged.append(pair)
        outcome.notes.append(f"{key}: this download has an older hand-in than the one that is there, which stays")
        return
    elif before is not None and _digests(before) == facts["files"]:
        outcome.unchanged.append(pair)
    else:
        if by_hand:
            outcome.notes.append(
                f"{key} had been changed by hand; a newer hand-in took its place, and what was changed lies in "
                f"submitted/{REPLACED}/{stage.id}/{student}/{_next_number(submitted / REPLACED / stage.id / student)}/"
            )
        aside = _write(incoming, target, submitted, stage, student)
        facts["attempt"] = int(state.get("attempt") or 0) + 1
        (outcome.replaced if aside else outcome.new).append(pair)
        sources: list[tuple[dict[str, bytes], Path | None]] = [(one.files, None) for one in reversed(read[:-1]) if one]
        sources += [(before, aside)] if before is not None else []
        facts |= _lost_work(newest, sources, stage, submitted, student)
        still = state.get("earlier")
        if still and not by_hand and "earlier" not in facts and _lacks(newest.files, str(still["file"]), stage):
            facts["earlier"] = still  # neither the one before nor this one has work in it
    outcome.details[pair] = facts["notes"]
    if question := facts["question"] or facts.get("earlier", {}).get("question"):
        outcome.questions[pair] = question
    write_json(state_path(submitted, stage.id, student), facts)


def _incoming(archive: Archive, handin: Handin, stage: Stage, stack: ExitStack, outcome: Collected, key: str) -> _Incoming | None:
    """Read one hand-in; None, and why, where nothing of it can be had."""
    for name, source in handin.files.items():
        if not _is_inside(name):
            outcome.refused[shown(source)] = "it gives no name of a file below the student's folder"
    came = _files(archive, handin)
    hand_in = normalise(came, stage, stack)
    if damaged := _damage(hand_in, stage, came):
        hand_in = as_it_came(came, stage, damaged, hand_in.problems)
    found = _Incoming(hand_in, notes=told(hand_in, own_names([stage])) + hand_in.notes)
    for name, reason in hand_in.problems.items():
        outcome.refused[f"{key}: {shown(name)}"] = reason
        if not hand_in.is_closed:
            found.notes.append(f"{shown(name)}{':' if reason.startswith('it ') else ''} {reason}")
    for name, file in hand_in.files.items():
        try:
            found.files[name] = file.read()
        except Refused as error:
            outcome.refused[f"{key}: {shown(handin.files.get(name, name))}"] = f"{error}; download the archive again"
            found.notes.append(f"{shown(name)} {error}")
    if not found.files:
        outcome.notes.append(f"{key}: nothing in it can be read; what was there before was left")
        return None
    if stage.info.file in hand_in.files and stage.info.file not in found.files:
        outcome.notes.append(f"{key}: {stage.info.file} cannot be read; what was there before was left")
        return None
    return found


def _damage(hand_in: HandIn, stage: Stage, came: dict[str, File]) -> str:
    """What is wrong with the stage's file where it lies damaged in an archive of the student's; or empty."""
    file = hand_in.files.get(stage.info.file)
    if file is None or not any(map(may_be_archive, came)) or any(file is one for one in came.values()):
        return ""
    try:
        file.read()
    except Refused as error:
        return f"in the archive it {error}: it needs to be handed in again"
    return ""


def _carry_over(before: dict[str, bytes], incoming: dict[str, bytes], newest: _Incoming, stage: Stage, whence: str) -> None:
    """Keep what the new hand-in lacks of the one before: the stage's files, and the modules that its code imports."""
    if newest.hand_in.needs_person:
        return
    imported: set[str] | None = None
    for name, data in sorted(before.items()):
        if name in incoming or any(str(parent) in incoming for parent in PurePosixPath(name).parents):
            continue
        if name not in own_names([stage]):
            if not name.endswith(".py"):
                continue
            if imported is None:
                imported = imported_names(
                    {
                        path: File(len(text), lambda text=text: text)  # type: ignore[misc]
                        for path, text in incoming.items()
                    }
                )
            if not {part.removesuffix(".py") for part in PurePosixPath(name).parts} & imported:
                continue
        incoming[name] = data
        newest.notes.append(f"{shown(name)} was not handed in again; that of {whence} was kept")


def _facts(
    archive: Archive,
    handin: Handin,
    newest: _Incoming,
    collected: dict[str, str],
    incoming: dict[str, bytes],
    state: dict[str, Any],
    count: int,
    stage: Stage,
) -> dict[str, Any]:
    """What is remembered of a hand-in; see `autograder.grade.handin.state`."""
    who, digests, question = handin.lms_identity, _digests(incoming), newest.hand_in.needs_person
    notes = [*newest.notes, *handin.notes]
    if stage.info.file not in digests and not question:
        notes.append(f"{stage.info.file} is missing")
    if lack := _lacks(newest.files, stage.info.file, stage):
        notes.append(f"{stage.info.file} {lack}")
    if handin.files and all(map(TYPED.fullmatch, handin.files)):
        notes.append("only online text")
    elif f"{stage.id}.ipynb" not in digests and not question:
        notes.append("no notebook")
    if count > 1:
        notes.append(f"{count} hand-ins in this download; the latest counts")
    return {
        "lms": who.lms if who.lms != "folder" else "",
        "id": who.id,
        "name": who.name,
        "email": who.email,
        "group": who.group if who.group == who.name else "",
        "anonymous": handin.anonymous,
        "when": handin.when,
        "late": handin.late,
        "order": handin.order,
        "source": archive.path.name,
        "attempt": int(state.get("attempt") or 1),
        "collected": collected,
        "files": digests,
        "renamed": {target: source for target, source in newest.hand_in.renamed.items() if target in digests},
        "notes": notes,
        "question": question,
    }


def _note_unread(
    archive: Archive, handin: Handin, submitted: Path, stage: Stage, student: str, why: str, outcome: Collected
) -> None:
    """Remember that somebody handed in what could not be read: it replaces nothing, and is not forgotten."""
    state = read_state(submitted, stage.id, student)
    if not (submitted / student / stage.id).exists():
        write_json(state_path(submitted, stage.id, student), _nothing_readable(archive, handin))
        return
    words = f"a newer hand-in, in {shown(archive.path.name)}, could not be read ({why}): this is the one before it"
    outcome.notes.append(f"{student}/{stage.id}: {why}; what was there before was left")
    write_json(state_path(submitted, stage.id, student), (state or _nothing_readable(archive, handin) | {"notes": []}) | {
        "unread": words})


def _lacks(files: dict[str, bytes], name: str, stage: Stage) -> str:
    """That a file of the stage was handed in with nothing in it, a sentence without its subject; or empty."""
    if name not in files:
        return ""
    return (lack_of_code if name == stage.info.file else lack_of_answers)(files[name], stage)


def _lost_work(
    newest: _Incoming, earlier: list[tuple[dict[str, bytes], Path | None]], stage: Stage, submitted: Path, student: str
) -> dict[str, Any]:
    """The question there is where a hand-in has nothing in it and one before it had: which of them counts.

    Parameters
    ----------
    earlier : list of (dict, Path or None)
        The files of the hand-ins before, the latest first, and where they lie; None where they were never put anywhere.
    """
    states = {stage.info.file: code_state, f"{stage.id}.ipynb": notebook_state}
    for name, state_of in states.items():
        lack = "" if newest.hand_in.needs_person else _lacks(newest.files, name, stage)
        for files, place in earlier if lack else []:
            if name not in files or state_of(files[name], stage) != "written":
                continue
            if place is None:
                place = _aside(submitted / REPLACED / stage.id / student)
                for path, data in files.items():
                    (place / path).parent.mkdir(parents=True, exist_ok=True)
                    (place / path).write_bytes(data)
            count = "Save a line more in it" if name.endswith(".py") else "Save it once more with any change"
            question = (f"{name} {lack}, and in the hand-in before it was not: that one is "
                        f"{(place / name).relative_to(submitted.parent)}. {count} if the newer one counts, else put the earlier "
                        "one here, and run make grade again")
            return {"earlier": {"file": name, "question": question}}
    return {}


def _nothing_readable(archive: Archive, handin: Handin) -> dict[str, Any]:
    """What is remembered of a hand-in of which nothing could be read: that somebody handed in."""
    who = handin.lms_identity
    return {"lms": who.lms if who.lms != "folder" else "", "id": who.id, "name": who.name, "email": who.email, "group": "",
            "when": handin.when, "late": handin.late, "source": archive.path.name, "attempt": 1, "files": {},
            "notes": ["unreadable: nothing of it could be opened"]}


def _write(files: dict[str, bytes], target: Path, submitted: Path, stage: Stage, student: str) -> Path | None:
    """Put the files into the folder, and what was there aside; where that lies now."""
    submitted.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=submitted, prefix=".incoming."))
    try:
        for name, data in files.items():
            file = scratch / "new" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        target.parent.mkdir(exist_ok=True)
        aside = None
        if os.path.lexists(target):
            aside = _aside(submitted / REPLACED / stage.id / student)
            os.rename(target, aside)
            os.utime(aside)
        os.rename(scratch / "new", target)
    finally:
        shutil.rmtree(scratch)
    return aside


def _content(folder: Path) -> dict[str, bytes] | None:
    """The files of a submission that is there already; None when there is none to compare with."""
    if not folder.is_dir():
        return None
    paths = [path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]
    if any(path.is_symlink() or not path.is_file() for path in paths):
        return None
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _digests(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def _aside(folder: Path) -> Path:
    """The next free place for what is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / str(_next_number(folder))


def _next_number(folder: Path) -> int:
    """One more than the highest number that a folder in this one has."""
    return 1 + max((int(entry.name) for entry in folder.glob("*") if entry.name.isdecimal()), default=0)


def _forget_replaced(submitted: Path) -> None:
    """Remove what was replaced longer than REPLACED_DAYS ago."""
    for folder in (submitted / REPLACED).glob("*/*/*"):
        if not folder.is_symlink() and folder.is_dir() and time.time() - folder.stat().st_mtime > REPLACED_DAYS * 86400:
            shutil.rmtree(folder)


def paths_of(text: str) -> list[Path]:
    """The downloads that FROM= names: one path, or several as in a shell; `~` and `*` stand for what they stand for there.

    Raises
    ------
    UsageError
        There is none.
    """
    import glob
    import shlex

    if not text.strip():
        raise UsageError("say what to collect: make collect FROM=download.zip")
    whole = Path(text.strip()).expanduser()
    if whole.exists():
        return [whole]
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"FROM={text} cannot be read ({error}); put each path with spaces between quotation marks") from error
    found: list[Path] = []
    for word in words:
        name = os.path.expanduser(word)
        matches = sorted(glob.glob(name)) if re.search(r"[*?\[]", name) and not os.path.lexists(name) else [name]
        found += [Path(match) for match in matches or [name]]
    for path in found:
        if not path.exists():
            raise UsageError(f"there is no file {path}")
    return found
