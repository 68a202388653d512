"""Folders and names made by people or other LMSs; owners are recognised by the names of stages around them.

by stage    ``<student>/<stage>/<files>`` and ``<stage>/<student>/<files>``, at any depth
by student  ``<student>/<files>``, and ``<student>_<file>`` in one folder; the stage follows from the files or STAGE=
of one      an archive that is itself named ``<student>_<stage>.zip``
by MAP=     by a regular expression from the user
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import PurePosixPath

from autograder.checks.suffixes import plain_name
from autograder.errors import UsageError
from autograder.grade.handin.archives import Archive
from autograder.grade.handin.nested import expand, is_archive, stem_of
from autograder.grade.names import usable
from autograder.lms.formats.classrooms import nbgrader_time
from autograder.lms.formats.layout import Handin, Known, Layout, folder_of
from autograder.lms.roster import LmsIdentity

# Files that LMSs put beside the folders of a class: tables of marks, index pages.
BESIDE = re.compile(r"\.(?:csv|tsv|xlsx?|ods|html?|txt|md|json|pdf)$", re.IGNORECASE)


def read_by_pattern(names: Iterable[str], pattern: str, known: Known) -> Layout:
    """Read names by a regular expression; without a group `file`, the file name is what follows the match."""
    try:
        compiled = re.compile(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", pattern))
    except re.error as error:
        raise UsageError(f"MAP is no regular expression ({error}): {pattern}") from error
    if "student" not in compiled.groupindex:
        raise UsageError(
            "MAP needs a group named student, and one named stage unless STAGE= says it, such as "
            r"MAP='(?P<stage>[^/]+)/(?P<student>[^/]+)/'"
        )
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
        _of(layout, student, stage).files[file] = name
    return layout


def _match(pattern: re.Pattern[str], name: str, known: Known) -> re.Match[str] | None:
    """Return the first match whose stage exists; else the first match."""
    first = match = pattern.search(name)
    while match is not None:
        stage = match.groupdict().get("stage") or ""
        if not stage or any(stage.casefold() in (one, one.partition("-")[0], one.partition("-")[2]) for one in known.stages):
            return match
        match = pattern.search(name, match.start() + 1)
    return first


def _of(layout: Layout, student: str, stage: str = "") -> Handin:
    return layout.handin((student, stage), LmsIdentity("folder", student), student, stage=stage)


def read_by_stage(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read folders with the name of a stage, inside or around the student's."""
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
    for name, (folders, stage, file) in placed.items():
        handin = _of(layout, whose[folders], stage)
        handin.files[file] = name
        if file == "timestamp.txt" and PurePosixPath(name).parts[0] == "submitted":  # nbgrader's; elsewhere the student's
            try:
                handin.when = nbgrader_time(archive.read(name)[:100].decode("utf-8", "replace"))
            except UsageError:
                handin.when = ""
    return layout


def _students_in(folders: set[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Return the student of each path to a stage's folder: its last part if that is unique, else the first part that differs."""
    last = {path: path[-1] for path in folders}
    if len(set(last.values())) == len(folders):
        return last
    for place in range(max(map(len, folders))):
        here = {path: path[place] if place < len(path) else path[-1] for path in folders}
        if len(set(here.values())) == len(folders):
            return here
    return {path: " ".join(path) for path in folders}


def read_by_student(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read one folder per student, at any depth."""
    paths = [PurePosixPath(name).parts for name in names]
    depth = 0
    while True:  # a folder that contains only several folders is around all
        heads = {parts[depth] for parts in paths if len(parts) > depth + 1}
        inner = {parts[depth + 1] for parts in paths if len(parts) > depth + 2}
        beside = any(len(parts) in (depth + 1, depth + 2) for parts in paths)
        if len(heads) == 1 and len(paths) > 1 and all(len(parts) == depth + 2 and is_archive(parts[-1]) for parts in paths):
            return read_flat(archive, names, known)  # one archive per student, in a folder around all
        if beside and all(BESIDE.search(parts[-1]) for parts in paths if len(parts) in (depth + 1, depth + 2)):
            beside = len({parts[depth + 1] for parts in paths
                          if len(parts) > depth + 2 and plain_name(parts[-1], known.own) in known.own}) < 2
        if len(heads) != 1 or beside or len(inner) < 2 or known.roster.find("folder", next(iter(heads))):
            break
        depth += 1
    layout = Layout()
    for name, parts in zip(names, paths, strict=True):
        if len(parts) < depth + 2 or parts[depth] in known.stages:
            layout.rest.append(name)
        else:
            _of(layout, parts[depth]).files["/".join(parts[depth + 1 :])] = name
    return layout


def read_side_by_side(archive: Archive, names: list[str], known: Known) -> Layout:
    """Like `read_flat`, but only if files of several students are in one folder."""
    split = {name: found for name in names if (found := _split(PurePosixPath(name).name, known))}
    side_by_side = len(set(map(folder_of, split))) == 1 and 2 * len(split) >= len(names)
    several = len({student for student, _ in split.values()}) > 1
    return read_flat(archive, names, known) if side_by_side and several else Layout(rest=names)


def read_flat(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read ``<student>_<file>`` or ``<student>.zip`` in one folder; students are recognised by files named like a stage's."""
    layout = Layout()
    bases = {name: PurePosixPath(name).name for name in names}
    students = {name: split for name, base in bases.items() if (split := _split(base, known))}
    last = {} if students else _person_last(bases, known)
    if len({student for student, _ in last.values()}) > 1:
        students = last
    whose = sorted({student for student, _ in students.values()}, key=len, reverse=True)
    for name, base in bases.items():
        student, file = students.get(name, ("", ""))
        known_one = next((one for one in whose if re.match(rf"{re.escape(one)}[_ -]", base)), "")
        if not student and is_archive(base) and not known_one and (not whose or _holds_work(archive, name, known)):
            student, file = _without_stage(stem_of(base), known), base
        elif not student:
            student = known_one or ("" if whose else base.partition("_")[0])
            file = base[len(student) :].lstrip("_- ")
        if not file or not usable(student) or student == base:
            layout.rest.append(name)
        else:
            _of(layout, student).add(file, name)
    return layout


def _without_stage(stem: str, known: Known) -> str:
    """Return the student in ``1-bptt_ada`` or ``handin-1-bptt-ada``; the whole name if it has none, or is somebody's folder."""
    match = re.fullmatch(rf"(?:handin[-_ ])?{_stems(known)}(?: - |[_ -])(?P<student>.+)", stem, re.IGNORECASE)
    return match["student"] if match and usable(match["student"]) and not known.roster.find("folder", stem) else stem


def _person_last(bases: dict[str, str], known: Known) -> dict[str, tuple[str, str]]:
    """Split ``bptt_ada.py`` into student and file, by the name of the file in its folder."""
    found = {name: re.fullmatch(rf"(?P<stem>{_stems(known)})(?: - |[_ -])(?P<student>.+)(?P<ending>\.(?:py|ipynb))", base,
                                re.IGNORECASE) for name, base in bases.items()}
    return {name: (match["student"], match["stem"] + match["ending"]) for name, match in found.items()
            if match and usable(match["student"]) and plain_name(bases[name], known.own) not in known.own}


def _stems(known: Known) -> str:
    """Return a pattern of the names of stages and of their files, without endings; the longest first."""
    stems = {PurePosixPath(one).stem for one in known.own} | set(known.stages)
    return "(?:" + "|".join(re.escape(stem) for stem in sorted(stems, key=len, reverse=True)) + ")"


def _holds_work(archive: Archive, name: str, known: Known) -> bool:
    """Whether an archive contains a file of a stage."""
    with ExitStack() as stack:
        inside, _ = expand({PurePosixPath(name).name: archive.members[name]}, stack)
        return _has_own(inside, known)


def _has_own(names: Iterable[str], known: Known) -> bool:
    """Whether any of the names is that of a stage's file."""
    return any(plain_name(PurePosixPath(name).name, known.own) in known.own for name in names)


def read_of_one(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read the hand-in of one person, named by the archive: ``ada_1-bptt.zip``, or a folder in roster.csv."""
    stem = stem_of(archive.path.name)
    student, _ = _split(archive.path.name, known) or (stem if known.roster.find("folder", stem) else "", "")
    if not student or not _has_own(names, known):
        return Layout(rest=names)
    return Layout([Handin(LmsIdentity("folder", student), student, {name: name for name in names})])


def _split(base: str, known: Known) -> tuple[str, str] | None:
    """Split a name into student and file, if the file is a stage's or an archive named after one; else None."""
    for match in re.finditer(" - |[_ -]", base):
        student, file = base[: match.start()], base[match.end() :]
        stem = stem_of(file).casefold().removeprefix("handin-")  # named by submit()
        named = plain_name(file, known.own) in known.own or (
            is_archive(file) and stem in {stage.casefold() for stage in known.stages}
        )
        if named and usable(student):
            return student, file
    if re.match(rf"{_stems(known)}[_ -]", base, re.IGNORECASE):  # `1-bptt_ada.ipynb` is nobody's who is called 1
        return None
    stems = "|".join(sorted({re.escape(PurePosixPath(one).stem) for one in known.own}))
    more = re.fullmatch(rf"(?P<student>.+?)(?: - |[_ -])(?P<file>(?:{stems})[ _-].*\.(?:py|ipynb))", base, re.IGNORECASE)
    return (more["student"], more["file"]) if more and usable(more["student"]) else None
