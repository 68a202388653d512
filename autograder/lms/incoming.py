"""Read one hand-in of a download: its files under their final names, what is kept of an earlier one, and notes."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from autograder.errors import Refused
from autograder.grade.handin.archives import Archive, File
from autograder.grade.handin.content import lack_of_answers, lack_of_code, nothing_in
from autograder.grade.handin.imports import written_elsewhere
from autograder.grade.handin.leftovers import is_about, is_alone, what_it_is, worth_keeping
from autograder.grade.handin.nested import may_be_archive
from autograder.grade.handin.normalise import HandIn, about, as_it_came, imported_names, normalise, own_names, told
from autograder.grade.handin.torn import flaw
from autograder.grade.names import shown
from autograder.lms.collected import Collected
from autograder.lms.formats import Handin
from autograder.lms.target import Target
from autograder.lms.which_stage import all_of, files_of, is_inside
from autograder.stages import Stage


@dataclass
class Incoming:
    """A hand-in that has been read.

    Attributes
    ----------
    hand_in : HandIn
    own : dict of str to bytes
        Its files, by their final paths.
    files : dict of str to bytes
        The same, with missing files carried over from earlier hand-ins.
    notes : list of str
    """

    hand_in: HandIn
    own: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def carry_over(self, before: dict[str, bytes], stage: Stage, whence: str) -> None:
        """Add files missing here from an earlier hand-in: the stage's files, and modules that the code imports."""
        if self.hand_in.needs_person:
            return
        imported: set[str] | None = None
        for name, data in sorted(before.items()):
            if name in self.files or any(str(parent) in self.files for parent in PurePosixPath(name).parents):
                continue
            if name not in own_names([stage]):
                if not name.endswith(".py"):
                    continue
                imported = _imported(self.files) if imported is None else imported
                if not {part.removesuffix(".py") for part in PurePosixPath(name).parts} & imported:
                    continue
            self.files[name] = data
            self.notes.append(f"{shown(name)} was not handed in again; that of {whence} was kept")


def _imported(files: dict[str, bytes]) -> set[str]:
    return imported_names(_as_files(files))


def _as_files(files: dict[str, bytes]) -> dict[str, File]:
    return {path: File(len(data), lambda data=data: data) for path, data in files.items()}  # type: ignore[misc]


def read_incoming(archive: Archive, handin: Handin, target: Target, stack: ExitStack, outcome: Collected,
                  is_first: bool = True) -> Incoming | None:
    """Read one hand-in; return None and note the reason if nothing of it can be read.

    Parameters
    ----------
    is_first : bool
        Whether it is the first of this person's in the download.
    """
    stage = target.stage
    for name, source in handin.files.items():
        if not is_inside(name):
            outcome.refused[shown(source)] = "it gives no name of a file below the student's folder"
    every, came = all_of(archive, handin), files_of(archive, handin)
    # They say what was meant, to `make grade` too; nothing that is there already is put aside for them.
    is_first = is_first and stage.info.file not in (target.content() or {})
    left = worth_keeping({name: file.read for name, file in every.items()}) if is_first else set()
    for name in every.keys() - came.keys() - left:
        if reason := beside_nothing(name, came):
            outcome.refused[f"{target.name}: {shown(name)}"] = reason
    hand_in = normalise(came, stage, stack, aside=left)
    hand_in.files |= {name: every[name] for name in left}
    if stage.info.file not in hand_in.files:
        for name, file in hand_in.leftovers.items():
            if is_about(name, stage.info.file):
                hand_in.files.setdefault(PurePosixPath(name).name, file)
    if damaged := _damage(hand_in, stage, came):
        hand_in = as_it_came(came, stage, damaged, hand_in.problems)
    found = Incoming(hand_in, {}, notes=told(hand_in, own_names([stage])) + hand_in.notes)
    for name, reason in hand_in.problems.items():
        outcome.refused[f"{target.name}: {shown(name)}"] = reason
        if not hand_in.closed:
            found.notes.append(about(name, reason))
    for name, file in hand_in.files.items():
        try:
            found.own[name] = file.read()
        except Refused as error:
            outcome.refused[f"{target.name}: {shown(handin.files.get(name, name))}"] = f"{error}; download the archive again"
            found.notes.append(f"{shown(name)} {error}")
    unread = ""
    if not found.own:
        unread = "nothing in it can be read"
    elif stage.info.file in hand_in.files and stage.info.file not in found.own:
        unread = f"{stage.info.file} cannot be read"
    if unread:
        outcome.notes.append(f"{target.name}: {unread}; what was there before was left")
        return None
    found.files = dict(found.own)
    return found


def beside_nothing(name: str, there: Collection[str]) -> str:
    """Return what a leftover of a system or an editor is if the file that it is about is not there; else an empty string."""
    return f"it is {what_it_is(name)}, not that file: ask for it" if is_alone(name, there) else ""


def _damage(hand_in: HandIn, stage: Stage, came: dict[str, File]) -> str:
    """Return what is wrong with the stage's file if it is damaged inside a student's archive; else an empty string."""
    file = hand_in.files.get(stage.info.file)
    if file is None or not any(map(may_be_archive, came)) or any(file is one for one in came.values()):
        return ""
    try:
        file.read()
    except Refused as error:
        return f"in the archive it {error}: it needs to be handed in again"
    return ""


def lacks(files: dict[str, bytes], name: str, stage: Stage) -> str:
    """Return that a file was handed in empty, or a module cut off, as a sentence without its subject; else an empty string."""
    if name not in files:
        return ""
    if name == f"{stage.id}.ipynb":
        return lack_of_answers(files[name], stage)
    if name != stage.info.file:
        return flaw(files[name]) if name.endswith(".py") else nothing_in(files[name])
    lack = lack_of_code(files[name], stage)
    return "" if lack and any(used for _path, _names, used in written_elsewhere(_as_files(files), stage)) else lack
