"""From solutions/ to assignments/: run nbgrader's generate_assignment in a scratch course, then swap the result in.

The release is built aside, searched for leaks, verified if requested, and put in place as a whole: after a failure the last good
release is still there. Releasing again changes no byte. The gradebook is not touched.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.checks.hints import read_hints
from autograder.checks.update import MANIFEST, manifest_of
from autograder.errors import UsageError
from autograder.gradebook.config import load_config
from autograder.gradebook.messages import captured_errors
from autograder.publish.hints import tell_the_same
from autograder.publish.leaks import CACHES, leaks
from autograder.publish.refusals import DIST, refuse_leftovers, refuse_unsafe
from autograder.stages import RELEASE, SOLUTIONS, Stage, stages

HINTS = Path("checks", "hints.json")
# The earliest date in a zip file, for stages without a release date.
EPOCH = (1980, 1, 1, 0, 0, 0)


@contextlib.contextmanager
def built(stage: Stage) -> Iterator[Path]:
    """Context with the released folder of a stage, built from the current material in a temporary place.

    Raises
    ------
    UsageError
        The material is inconsistent; the message says where.
    """
    with tempfile.TemporaryDirectory() as scratch:
        config = load_config(Path(scratch))
        config.CourseDirectory.source_directory = str(SOLUTIONS)
        config.CourseDirectory.release_directory = "released"
        directory = CourseDirectory(config=config)
        directory.assignment_id = stage.id
        converter = GenerateAssignment(coursedir=directory, config=config)
        converter.log = logging.getLogger("autograder.nbgrader")
        with captured_errors(converter.log) as words:
            try:
                converter.start()
            except (Exception, SystemExit) as error:
                raise UsageError(f"{stage.id} cannot be released:\n" + _reason(words, error)) from error
        folder = Path(scratch, "released", stage.id)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


def _reason(words: list[str], error: BaseException) -> str:
    """Return the relevant sentence of nbgrader's log: the text of the last exception, without the traceback."""
    text = "\n".join(words).partition("\nThere was an error processing")[0]
    last = [*re.finditer(r"(?m)^(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning)): ", text)]
    if not last:
        return text[-2000:] or str(error)
    name = last[-1][1]
    return ("" if name in ("ValueError", "UsageError", "RuntimeError") else f"{name}: ") + text[last[-1].end():].strip()


@contextlib.contextmanager
def staged(chosen: Sequence[Stage]) -> Iterator[dict[str, bool]]:
    """Context with the new release of some stages, built aside; yields whether each differs from the current one.

    Inside, `folder_of` and `archive_of` return the new release. `assignments/` and `dist/` are replaced only if the block ends
    without an exception; the failure of one stage leaves all unchanged.

    Raises
    ------
    UsageError
        Something that must stay hidden would be handed out, or the material is inconsistent.
    """
    refuse_leftovers()
    for stage in chosen:
        refuse_unsafe(stage)
    with contextlib.ExitStack() as stack:
        aside = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        changed = {}
        for stage in chosen:
            made = stack.enter_context(built(stage))
            found = [f"{owner.id}: {leak}" for owner in stages() for leak in leaks(owner, made)]
            if found:
                raise UsageError(f"{stage.id} is not released, students would get what is to stay hidden:\n  "
                                 + "\n  ".join(found[:20]))
            changed[stage.id] = bool(drift(stage, made, RELEASE / stage.id))
            folder = made if changed[stage.id] else RELEASE / stage.id
            pack(folder, aside / f"{stage.id}.zip", date_of(stage))
            STAGED[stage.id] = folder, aside / f"{stage.id}.zip"
        try:
            yield changed
        finally:
            places = {stage.id: STAGED.pop(stage.id) for stage in chosen}
        for stage_id, (folder, archive) in places.items():
            if changed[stage_id]:
                swap(folder, RELEASE / stage_id)
            DIST.mkdir(exist_ok=True)
            shutil.copyfile(archive, DIST / f".{stage_id}.part")
            os.replace(DIST / f".{stage_id}.part", DIST / f"{stage_id}.zip")


# Folder and zip of stages whose new release is being verified.
STAGED: dict[str, tuple[Path, Path]] = {}


def folder_of(stage: Stage) -> Path:
    """Return the released folder of a stage: the new one while it is verified, else that in assignments/."""
    return STAGED[stage.id][0] if stage.id in STAGED else RELEASE / stage.id


def archive_of(stage: Stage) -> Path:
    """Return the zip of a stage: the new one while it is verified, else that in dist/."""
    return STAGED[stage.id][1] if stage.id in STAGED else DIST / f"{stage.id}.zip"


def differences(made: Path, there: Path) -> list[str]:
    """Return a sentence for each file that is missing, superfluous or different."""
    ours, theirs = files(made), files(there)
    return [f"{name} is missing" for name in sorted(ours.keys() - theirs.keys())] + [
        f"{name} is not part of the release" for name in sorted(theirs.keys() - ours.keys())] + [
        f"{name} differs" for name in sorted(ours.keys() & theirs.keys()) if ours[name] != theirs[name]]


def drift(stage: Stage, made: Path, there: Path) -> list[str]:
    """Return how a release differs from one made now, ignoring hints that only another machine's rounding changed."""
    found = differences(made, there)
    changed, listed = f"{HINTS.as_posix()} differs", f"{MANIFEST} differs"
    if changed in found:
        with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError):  # it may not contain hints at all
            if tell_the_same(stage, read_hints(there / HINTS)):
                found.remove(changed)
                # The manifest includes the hash of the hints.
                if listed in found and (there / MANIFEST).read_text(encoding="utf-8") == manifest_of(
                        {name: data for name, data in files(there).items() if name != MANIFEST}, stage.notebook.name, there):
                    found.remove(listed)
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Return file contents by name; caches from running a notebook are skipped."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not CACHES & set(path.parts)}


def swap(folder: Path, target: Path) -> None:
    """Replace a folder by a finished one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        shutil.copytree(folder, aside / "new")
        if target.exists():
            os.rename(target, aside / "old")
        os.rename(aside / "new", target)
    finally:
        shutil.rmtree(aside)


def date_of(stage: Stage) -> tuple[int, int, int, int, int, int]:
    """Return the release date of a stage, as the date of each file in its zip."""
    if not stage.info.release:
        return EPOCH
    year, month, day = map(int, stage.info.release.partition(".")[0].split("-"))
    return year, month, day, 0, 0, 0


def pack(folder: Path, archive: Path, date: tuple[int, int, int, int, int, int] = EPOCH) -> None:
    """Zip a folder with a fixed date for each file, so that the same files give the same bytes."""
    write_zip(archive, {f"{folder.name}/{name}": data for name, data in files(folder).items()}, date)


def write_zip(archive: Path, contents: dict[str, bytes], date: tuple[int, int, int, int, int, int] = EPOCH) -> Path:
    """Write a zip atomically; return its path."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_suffix(".part")
    fill_zip(part, contents, date)
    os.replace(part, archive)
    return archive


def fill_zip(file: Path | IO[bytes], contents: dict[str, bytes], date: tuple[int, int, int, int, int, int] = EPOCH) -> None:
    """Write files as a deterministic zip; scripts are executable."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in sorted(contents.items()):
            info = zipfile.ZipInfo(name, date)
            info.external_attr = (0o100755 if data.startswith(b"#!") else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(info, data)
