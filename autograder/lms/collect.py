"""`make collect`: unpack a download of the LMS into ``submitted/<student>/<stage>/``, losing nothing and trusting nothing.

A download goes through four steps: identify the owners of files (`formats`), the stage (`which_stage`), the final names and what
to keep of an earlier hand-in (`incoming`), and store them, unless a newer hand-in or a manual repair is there (`place`).
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath

from autograder.checks.suffixes import plain_name
from autograder.errors import UsageError
from autograder.grade.handin.archives import Archive, opened
from autograder.grade.handin.leftovers import JUNK
from autograder.grade.handin.nested import is_archive
from autograder.grade.handin.normalise import own_names
from autograder.grade.handin.state import COLLECTED, read_state
from autograder.grade.names import shown
from autograder.gradebook.class_list import ROSTER, group_in
from autograder.lms.collected import Collected, write_table
from autograder.lms.formats import Handin, Known, Layout, read_layout
from autograder.lms.incoming import beside_nothing
from autograder.lms.place import place
from autograder.lms.roster import LmsIdentity, Person, Roster
from autograder.lms.target import Target, forget_replaced
from autograder.lms.which_stage import usual_stages, with_stages
from autograder.stages import Stage, chosen, stages


def collect(paths: Path | Sequence[Path], course: Path, stage_id: str | None = None, pattern: str = "") -> Collected:
    """Unpack LMS downloads into a course folder.

    Parameters
    ----------
    paths : Path or sequence of Path
        Zips, tars or folders.
    course : Path
        The folder that contains, or will contain, ``submitted/``.
    stage_id : str, optional
        The stage of the downloads, if file names do not tell.
    pattern : str
        A regular expression for an unknown layout: see `autograder.lms.formats.read_layout`.

    Raises
    ------
    UsageError
        A download is unreadable, too large, or of unknown layout, or roster.csv is invalid. Nothing of that download has been
        unpacked. Problems with a single submission are reported in `refused` and affect only that one.
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
    outcome.notes += roster.notes + _of_groups(submitted, roster, outcome)
    roster.write()
    forget_replaced(submitted)
    write_table(course, roster, outcome)
    return outcome


def _of_groups(submitted: Path, roster: Roster, outcome: Collected) -> list[str]:
    """Return a note for each group that handed in several, different submissions, on whose work counts for whom."""
    notes = []
    for stage_id in sorted({stage_id for _, stage_id in (*outcome.new, *outcome.replaced)}):
        members: dict[str, list[str]] = {}
        for person in roster.people:
            if not person.is_group and (name := group_in(stage_id, submitted.parent / ROSTER, person.student, person.group)):
                members.setdefault(name, []).append(person.student)
        for group, names in sorted(members.items()):
            there = {name: read_state(submitted, stage_id, name).get("files") for name in (group, *names)
                     if (submitted / name / stage_id).is_dir()}
            first = next(iter(there), "")
            rest = [name for name in names if name not in there]
            if any(files != there[first] for files in there.values()):
                others = f", and that of {first} for {' and '.join(rest)}" if rest else ""
                notes.append(f"{stage_id}: of the group {group}, {' and '.join(there)} handed in, and not the same: the work of "
                             f"each counts for the one who handed it in{others}")
    return notes


def _downloads(path: Path) -> list[Path]:
    """Return the downloads that a path stands for: the archives in a folder of nothing but LMS archives, else the path itself."""
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
    """Return the roster, including people collected by version 0.1.0."""
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
    """Collect one download."""
    every = stages()
    known = Known(tuple(stage.id for stage in every), own_names(every), roster)
    told = {name: reason for name in archive.aside if (reason := beside_nothing(name, archive.members))}
    archive.members |= {name: archive.leftovers[name] for name in told if name in archive.leftovers}
    layout = read_layout(archive, known, pattern)
    outcome.refused |= archive.refused
    outcome.left_out |= archive.left_out
    outcome.refused |= {name: reason for name, reason in told.items() if name not in archive.members}
    outcome.unknown += layout.rest
    outcome.notes += layout.notes
    if not layout.handins:
        raise UsageError(_nothing(archive, layout, known.own))
    placed = with_stages(archive, layout.handins, wanted, given, stack)
    strays = [handin for handin, stage in placed if stage is None]
    if len(strays) == len(placed):
        names = ", ".join(stage.info.file for stage in wanted)
        raise UsageError(f"{archive.path}: no file is named like one of a stage ({names}); say which stage it is with STAGE=")
    for handin in strays:
        outcome.unknown += sorted(handin.files.values())
    whose: dict[tuple[str, str], list[Handin]] = {}
    names_here = Counter((stage.id, handin.lms_identity.name) for handin, stage in placed if stage is not None)
    usual = usual_stages(placed)
    for handin, stage in placed:
        if stage is not None:
            unique = names_here[stage.id, handin.lms_identity.name] == 1
            person = _person(handin, usual.get(handin.download, stage.id), roster, unique)
            if stage.id != usual.get(handin.download, stage.id) and not handin.stage:
                handin.notes.append(f"these are files of {stage.id}, where most hand in {usual[handin.download]}")
            whose.setdefault((person.student, stage.id), []).append(handin)
    for (student, stage_name), handins in sorted(whose.items()):
        handins.sort(key=lambda handin: handin.order)
        stage = next(one for one in every if one.id == stage_name)
        place(archive, handins, Target(submitted, student, stage), outcome)


def _person(handin: Handin, stage_id: str, roster: Roster, unique: bool) -> Person:
    """Return the owner of a hand-in. Moodle numbers people differently in each assignment, so there the name identifies them.

    Parameters
    ----------
    stage_id : str
        The stage of most hand-ins in this download.
    unique : bool
        Whether nobody else in the download has that name.
    """
    who = handin.lms_identity
    if who.lms == "moodle":
        scope = f"{stage_id}:"
        return roster.enrol(replace(who, id=f"{scope}{who.id}"), handin.label, by_name=unique and bool(who.name), scope=scope)
    return roster.enrol(who, handin.label, by_name=who.lms not in ("folder", "nbgrader") and bool(who.name))


def _nothing(archive: Archive, layout: Layout, own: set[str]) -> str:
    """Explain why there is nothing to collect, and what would be accepted."""
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


def paths_of(text: str) -> list[Path]:
    """Return the downloads named by FROM=: one path, or several as in a shell, with `~` and `*` expanded.

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
