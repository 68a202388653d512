"""Readers for the layouts in which LMSs pack the submissions of an assignment, one module per family.

`READERS` lists them; docs/ta.md has the sources. A reader gets the names in an archive and returns who handed in what. The first
reader that finds any hand-in is used, so the most specific ones come first.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from autograder.grade.handin.archives import Archive
from autograder.grade.handin.normalise import SPARE
from autograder.lms.formats import (
    blackboard,
    brightspace,
    canvas,
    classrooms,
    folders,
    gradescope,
    ilias,
    moodle,
)
from autograder.lms.formats.layout import Handin, Known, Layout

__all__ = ["Handin", "Known", "Layout", "read_layout"]

READERS: tuple[Callable[[Archive, list[str], Known], Layout], ...] = (
    moodle.read,
    brightspace.read,
    blackboard.read,
    classrooms.read_nbgrader,
    classrooms.read_github,
    ilias.read,
    folders.read_by_stage,
    canvas.read,
    classrooms.read_google,
    folders.read_side_by_side,
    folders.read_by_student,
    folders.read_flat,
    folders.read_of_one,
)


def read_layout(archive: Archive, known: Known, pattern: str = "") -> Layout:
    """Return who handed in what.

    Parameters
    ----------
    archive : Archive
    known : Known
    pattern : str
        A regular expression from the user, with a group `student` and optionally `stage` and `file`.
    """
    names = sorted(name for name in archive.members if PurePosixPath(name).parts[0] != SPARE)
    if pattern:
        return folders.read_by_pattern(names, pattern, known)
    metadata = [name for name in names if PurePosixPath(name).name == gradescope.METADATA]
    if metadata:
        return gradescope.read(archive, names, metadata[0])
    for read in READERS:
        found = read(archive, names, known)
        if found.handins:
            return found
    return Layout(rest=names)
