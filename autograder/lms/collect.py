"""`make collect`: a download of the LMS into ``submitted/<student>/<stage>/``; nothing is lost, nothing trusted."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import UsageError
from autograder.grade.record import write_json
from autograder.lms.archives import Archive, opened
from autograder.lms.formats import Handin, read_layout
from autograder.stages import Stage, chosen, stages

REPLACED = ".replaced"
COLLECTED = ".collected"
# `bptt-1.py` of Canvas, `bptt (1).py` of a browser.
COPY = re.compile(r"(?P<stem>.+?)(?:-(?P<dash>\d+)| ?\((?P<bracket>\d+)\))(?P<suffix>\.\w+)")


@dataclass
class Collected:
    """What became of an archive.

    Attributes
    ----------
    new, replaced, unchanged : list of (student, stage)
        What was put in, what took the place of an earlier submission, and what was there already.
    late : set of (student, stage)
        Marked late by the LMS.
    unknown : list of str
        Files that belong to nobody.
    notes : list of str
        What a person should look at.
    refused : dict of str to str
        What was left in the archive because it is unsafe, and why.
    """

    new: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    late: set[tuple[str, str]] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    def summary(self, course: Path) -> str:
        """What a TA reads at the end."""
        lines = []
        came = {"new": self.new, "newer than before": self.replaced, "already there": self.unchanged}
        for words, pairs in came.items():
            for stage in sorted({stage for _, stage in pairs}):
                who = [student + (" (late)" if (student, stage) in self.late else "")
                       for student, its in sorted(pairs) if its == stage]
                lines.append(f"{stage}: {len(who)} {words}: {', '.join(who)}")
        if self.replaced:
            lines.append(f"What was there before lies in {course / 'submitted' / REPLACED}/")
        lines += [f"Note: {note}" for note in self.notes]
        lines += [f"Left in the archive: {name}: {reason}" for name, reason in sorted(self.refused.items())]
        if self.unknown:
            shown = ", ".join(self.unknown[:10]) + (", ..." if len(self.unknown) > 10 else "")
            lines.append(f"Not recognised, {len(self.unknown)} files: {shown}")
        if self.new or self.replaced:
            lines.append("Grade them with: make grade")
        return "\n".join(lines)


def collect(path: Path, course: Path, stage_id: str | None = None) -> Collected:
    """Unpack an LMS download into a course folder.

    Parameters
    ----------
    path : Path
        The archive.
    course : Path
        The folder that has, or gets, ``submitted/``.
    stage_id : str, optional
        The stage the archive is of, where the names of the files do not say it.

    Raises
    ------
    UsageError
        The archive is unsafe, unreadable, or of no known layout. Nothing has been unpacked. What is wrong with one
        submission alone is told in `refused`, and costs that one.
    """
    submitted = course.resolve() / "submitted"
    if submitted.is_symlink():
        raise UsageError(f"{submitted} is a link, and links are not followed; put the folder itself there")
    wanted = chosen(stage_id)
    with opened(path) as archive:
        handins, unknown = read_layout(archive, [stage.id for stage in stages()])
        outcome = Collected(unknown=unknown, refused=dict(archive.refused))
        outcome.notes = [f"{name} is an archive in the archive; it was not opened. Unpack it by hand if it holds "
                         "a submission" for name in archive.nested]
        if not handins:
            raise UsageError(_nothing(archive, outcome))
        placed = [(handin, stage) for handin, stage in _with_stages(handins, wanted, stage_id is not None)]
        strays = [handin for handin, stage in placed if stage is None]
        if len(strays) == len(placed):
            names = ", ".join(stage.info.file for stage in wanted)
            raise UsageError(
                f"{path}: no file is named like one of a stage ({names}); say which stage it is with STAGE="
            )
        for handin in strays:
            outcome.unknown += sorted(handin.files.values())
        about: dict[str, dict[str, Any]] = {}
        for handin, stage in placed:
            if stage is not None:
                _place(archive, handin, stage, submitted, outcome)
                about.setdefault(stage.id, {})[handin.student] = handin.about
        for stage_of, facts in about.items():
            write_json(submitted / COLLECTED / f"{stage_of}.json", lms_facts(course, stage_of) | facts)
    return outcome


def _nothing(archive: Archive, outcome: Collected) -> str:
    """Why there is nothing to place, and what would be."""
    lines = [
        f"{archive.path}: no submission was recognised",
        "  Known are downloads of all submissions of an assignment "
        "from Canvas, Moodle and Gradescope, and <student>/<stage>/<files>.",
    ]
    lines += [f"  {name}: {reason}" for name, reason in list(outcome.refused.items())[:5]]
    if outcome.unknown:
        lines.append(f"  It holds {', '.join(outcome.unknown[:5])}{', ...' if len(outcome.unknown) > 5 else ''}")
    return "\n".join(lines)


def lms_facts(course: Path, stage_id: str) -> dict[str, dict[str, Any]]:
    """What the LMS calls the students of this course: id, name, email."""
    try:
        facts = json.loads((course / "submitted" / COLLECTED / f"{stage_id}.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _with_stages(handins: Sequence[Handin], wanted: Sequence[Stage], given: bool) -> list[tuple[Handin, Stage | None]]:
    """The stage of each: as given, as its folder says, as its files are named, or else as those of most others."""
    by_id = {stage.id: stage for stage in wanted}
    if given:
        return [(handin, wanted[0] if handin.stage in ("", wanted[0].id) else None) for handin in handins]
    found = [by_id.get(handin.stage) or _stage_of(handin, wanted) for handin in handins]
    usual = Counter(stage.id for stage in found if stage is not None).most_common(1)
    fallback = by_id[usual[0][0]] if usual else None
    return [(handin, stage or fallback) for handin, stage in zip(handins, found, strict=True)]


def _stage_of(handin: Handin, wanted: Sequence[Stage]) -> Stage | None:
    """The last stage of which a file is there: a later stage may be handed in along with the earlier ones it uses."""
    names = {plain_name(PurePosixPath(name).name, own_names(wanted)) for name in handin.files}
    for stage in reversed(wanted):
        if names & {stage.info.file, f"{stage.id}.ipynb"}:
            return stage
    return None


def own_names(wanted: Sequence[Stage]) -> set[str]:
    """The files students hand in."""
    return {name for stage in wanted for name in (stage.info.file, f"{stage.id}.ipynb")}


def plain_name(name: str, own: set[str]) -> str:
    """`bptt-1.py` and `bptt (1).py` are `bptt.py`, if that is a file of ours."""
    match = COPY.fullmatch(name)
    plain = match["stem"] + match["suffix"] if match else name
    return plain if plain in own else name


def copy_number(name: str, own: set[str]) -> int:
    """The number an LMS or a browser put on a file handed in again; 0 for none."""
    match = COPY.fullmatch(name)
    return int((match["dash"] or match["bracket"])[:9]) if match and plain_name(name, own) != name else 0


def _place(archive: Archive, handin: Handin, stage: Stage, submitted: Path, outcome: Collected) -> None:
    """Put one submission where it belongs; what is there is kept aside."""
    pair = (handin.student, stage.id)
    target = submitted / handin.student / stage.id
    if target.is_symlink() or target.parent.is_symlink() or (target.parent.exists() and not target.parent.is_dir()):
        outcome.refused[f"{handin.student}/{stage.id}"] = f"{target} is a link or a file; put the folder itself there"
        return
    try:
        files = {name: archive.read(source) for name, source in _named(handin, stage, outcome).items()}
    except UsageError as error:
        outcome.refused[f"{handin.student}/{stage.id}"] = str(error)
        return
    if handin.about.get("late"):
        outcome.late.add(pair)
    if _content(target) == files:
        outcome.unchanged.append(pair)
        return
    submitted.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=submitted, prefix=".incoming."))
    try:
        for name, data in files.items():
            file = scratch / "new" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        target.parent.mkdir(exist_ok=True)
        existed = os.path.lexists(target)
        if existed:
            os.rename(target, _aside(submitted / REPLACED / stage.id / handin.student))
        os.rename(scratch / "new", target)
        (outcome.replaced if existed else outcome.new).append(pair)
    finally:
        shutil.rmtree(scratch)


def _named(handin: Handin, stage: Stage, outcome: Collected) -> dict[str, str]:
    """Name in the submission to name in the archive: one folder around all is taken off, numbers of copies too.

    Raises
    ------
    UsageError
        What is left of a name is none, or leads elsewhere.
    """
    own = own_names(stages())
    files = handin.files
    tops = {PurePosixPath(name).parts[0] if "/" in name else "" for name in files}
    if len(tops) == 1 and "" not in tops:
        files = {name.partition("/")[2]: source for name, source in files.items()}
    for name, source in files.items():
        if name.startswith("/") or not PurePosixPath(name).parts or ".." in PurePosixPath(name).parts:
            raise UsageError(f"{source!r} gives no name of a file below the student's folder")
    chosen_files: dict[str, tuple[int, str]] = {}
    for name, source in sorted(files.items()):
        plain, number = plain_name(name, own), copy_number(name, own)
        before = chosen_files.get(plain)
        if before is not None:
            outcome.notes.append(f"{handin.student} has {plain} more than once; the highest number counts")
        if before is None or number >= before[0]:
            chosen_files[plain] = (number, source)
    if stage.info.file not in chosen_files:
        outcome.notes.append(f"{handin.student} has no {stage.info.file}; it was put in as it is")
    return _without_clashes({name: source for name, (_, source) in chosen_files.items()})


def _without_clashes(files: dict[str, str]) -> dict[str, str]:
    """A name that is a file here and a folder there stays a folder."""
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents}
    return {name: source for name, source in files.items() if name not in folders}


def _content(folder: Path) -> dict[str, bytes] | None:
    """The files of a submission that is there already; None when there is none to compare with."""
    if not folder.is_dir():
        return None
    paths = [path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]
    if any(path.is_symlink() or not path.is_file() for path in paths):
        return None
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _aside(folder: Path) -> Path:
    """The next free place for what is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while os.path.lexists(folder / str(number)):
        number += 1
    return folder / str(number)
