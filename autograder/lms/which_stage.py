"""Determine the stage of a hand-in: as specified, or by its folder, its file names, or else as most others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import IntEnum
from pathlib import PurePosixPath

from autograder.checks.suffixes import plain_name
from autograder.grade.handin.archives import Archive, File
from autograder.grade.handin.content import definitions_state
from autograder.grade.handin.leftovers import is_junk
from autograder.grade.handin.nested import expand, may_be_archive
from autograder.grade.handin.normalise import MAY_BE_CODE, own_names
from autograder.lms.formats import Handin
from autograder.stages import Stage


class Holds(IntEnum):
    """What a hand-in contains of a stage: a notebook or untouched code; code; code and notebook."""

    LITTLE = 1
    CODE = 2
    ALL = 3


def with_stages(
    archive: Archive, handins: Sequence[Handin], wanted: Sequence[Stage], given: bool, stack: ExitStack
) -> list[tuple[Handin, Stage | None]]:
    """Return each hand-in with its stage; None if it belongs to none of the wanted stages.

    Parameters
    ----------
    given : bool
        The user specified the stage, the only one in `wanted`.
    """
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
    usual = usual_stages(first)
    fallback = next(iter(usual_stages([(replace(handin, download=""), stage) for handin, stage in first]).values()), "")
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


def usual_stages(placed: Sequence[tuple[Handin, Stage | None]]) -> dict[str, str]:
    """Return the most frequent stage of each download; the first of two equally frequent ones."""
    counts: dict[str, Counter[str]] = {}
    for handin, stage in placed:
        if stage is not None:
            counts.setdefault(handin.download, Counter())[stage.id] += 1
    return {download: min(count, key=lambda stage_id: (-count[stage_id], stage_id)) for download, count in counts.items()}


def _stages_in(archive: Archive, handin: Handin, wanted: Sequence[Stage], stack: ExitStack) -> dict[Stage | None, Holds]:
    """Return what a hand-in contains of each stage, by file names, or else by the functions that its files define."""
    files = files_of(archive, handin)
    if any(map(may_be_archive, files)):
        files, _ = expand(files, stack)
    own = own_names(wanted)
    names: dict[str, list[File]] = {}
    for name, file in files.items():
        names.setdefault(plain_name(PurePosixPath(name).name, own), []).append(file)
    found: dict[Stage | None, Holds] = {}
    there = [stage for stage in wanted if stage.info.file in names or f"{stage.id}.ipynb" in names]
    for stage in there:
        code = names.get(stage.info.file, [])
        written = bool(code) and (len(there) == 1 or any(_state(one, stage) == "written" for one in code))
        found[stage] = Holds.LITTLE if not written else Holds.ALL if f"{stage.id}.ipynb" in names else Holds.CODE
    if found:
        return found
    for stage in reversed(wanted):
        if any(MAY_BE_CODE.fullmatch(name) and _state(file, stage) != "other" for name, file in files.items()):
            return {stage: Holds.CODE}
    return {}


def _state(file: File, stage: Stage) -> str:
    """Return what a file is to a stage; see `definitions_state`."""
    return definitions_state(file.content(), stage) if file.size < 1 << 20 else "other"


def files_of(archive: Archive, handin: Handin) -> dict[str, File]:
    """Return the files of a hand-in by their paths, without leftovers of a system such as ``._bptt.py`` of macOS."""
    return {name: file for name, file in all_of(archive, handin).items() if not is_junk(name, file.read)}


def all_of(archive: Archive, handin: Handin) -> dict[str, File]:
    """Return the files of a hand-in by their paths, leftovers too."""
    return {name: archive.members[source] for name, source in handin.files.items() if is_inside(name)}


def is_inside(name: str) -> bool:
    """Whether a path leads to a file below the student's folder."""
    return bool(PurePosixPath(name).parts) and not name.startswith("/") and ".." not in PurePosixPath(name).parts
