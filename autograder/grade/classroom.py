"""Grade a course folder: from a folder of submissions to a folder of records. Only new or changed submissions are graded."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain, count
from pathlib import Path
from typing import Any

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.course import Course, read_course
from autograder.grade.language import Doubt, speaking, spoken
from autograder.grade.misplaced import in_folder
from autograder.grade.names import folded, is_usable, shown, usable
from autograder.grade.record import read_record, record_path, replace_record, submission_key, suite_hash
from autograder.grade.submission import Submission, read_submission
from autograder.sandbox.isolation import lacking
from autograder.sandbox.limits import Limits
from autograder.stages import Stage, find_stage, stages
from autograder.table import read_table

STRAY_FILE = "it is a file; submissions lie at submitted/<student>/<stage>/"


@dataclass
class Work:
    """What is to be done in a course folder.

    Attributes
    ----------
    todo : list of (stage id, student)
        Submissions without a record of their current content.
    done : list of (stage id, student)
        Submissions whose record is up to date.
    keys : dict of (stage id, student) to str
        The keys of those records.
    refused : dict of str to str
        Folders that are not graded, and why.
    reseeded : dict of (int, int) to int
        Number of records made with another seed than the term's, by (their seed, the term's seed).
    left_out : dict of str to str
        Stages that cannot be graded in this isolation, with advice.
    """

    todo: list[tuple[str, str]] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    reseeded: dict[tuple[int, int], int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def all(self) -> list[tuple[str, str]]:
        """Return every submission with a usable name, sorted."""
        return sorted(self.todo + self.done)


def submitted(course: Path) -> Path:
    """Return the folder of submissions, or raise UsageError with advice."""
    folder = course / "submitted"
    if folder.is_symlink() or folder.is_file():
        what = "a link, and links are not followed; put the folder itself there" if folder.is_symlink() else \
            "a file; move it away, and put submissions at submitted/<student>/<stage>/"
        raise UsageError(f"{folder} is {what}")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}\n  Put submissions at submitted/<student>/<stage>/, or unpack a "
                         "download of your LMS with: make collect FROM=download.zip")
    return folder


def find_work(course: Path, stage_id: str | None, student: str | None, isolation: str, retrain: bool = False) -> Work:
    """Compare every submission in ``submitted/`` with its record.

    Raises
    ------
    UsageError
        There is nothing to grade: no folder, no such stage, no such student.
    """
    term = read_course(course)
    wanted = list(term.stages(stage_id))
    unused = [] if stage_id else [stage for stage in stages() if not term.uses(stage.id)]
    ids = [stage.id for stage in stages()]
    folder = submitted(course)
    work = Work()
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    taken = {folded(entry.name) for entry in entries} | _listed(course)
    for entry in entries:
        if (student is not None and entry.name != student) or entry.name.startswith("."):
            continue
        problem = _name_problem(entry, taken)
        if problem:
            name = _quoted(entry.name)
            alike = sum(one == name or one.startswith(f"{name} (") for one in work.refused)
            work.refused[f"{name} ({alike + 1})" if alike else name] = problem
            continue
        strays = stray_stages(Path(entry.path), ids)
        work.refused |= {f"{entry.name}/{shown(name)}": reason for name, reason in strays.items()}
        for stage in wanted:
            if os.path.lexists(Path(entry.path) / stage.id):
                why_not = lacking(isolation, stage.id, stage.info.preload)
                if why_not:
                    work.left_out[stage.id] = why_not
                    continue
                record = read_record(record_path(course, stage.id, entry.name))
                submission = read_submission(Path(entry.path, stage.id), entry.name, stage) if record is not None else None
                fresh = submission is not None and record is not None and record["key"] == _key(
                    submission, stage, isolation, retrain, term)
                if record is not None and not fresh and record.get("seed", term.seed) != term.seed:
                    change = record["seed"], term.seed
                    work.reseeded[change] = work.reseeded.get(change, 0) + 1
                (work.done if fresh else work.todo).append((stage.id, entry.name))
                if record is not None and fresh:
                    work.keys[stage.id, entry.name] = record["key"]
        for stage in unused:
            if os.path.lexists(Path(entry.path) / stage.id):
                work.refused[f"{entry.name}/{stage.id}"] = term.why_unused(stage.id)
    if work.left_out and not work.all():
        raise UsageError("\n".join(work.left_out.values()))
    if not work.all() and not work.refused:
        raise UsageError(_nothing(folder, wanted, student))
    return work


def _listed(course: Path) -> set[str]:
    """Return the folders of everybody on roster.csv, folded."""
    try:
        (_, header), *rows = read_table(course / "roster.csv").rows
    except (UsageError, ValueError):
        return set()  # none, or told when the class is read
    columns = [cell.strip().lower() for cell in header]
    people = (dict(zip(columns, cells, strict=False)) for _, cells in rows)
    return {folded(person["student"].strip()) for person in people if person.get("student")}


def _quoted(name: str) -> str:
    """Return a name fit for printing, between quotation marks where its ends or signs could be taken for the sentence's."""
    return shown(name) if re.fullmatch(r"\w(?:[\w.@-]*\w)?", name) else f'"{shown(name)}"'


def _name_problem(entry: os.DirEntry[str], taken: set[str]) -> str:
    """Return what is wrong with the name of a student's folder; a proposal for another one is added to those that are taken."""
    if entry.is_symlink():
        return "it is a link, and links are not followed; put the folder itself there"
    if not entry.is_dir():
        return STRAY_FILE
    if not is_usable(entry.name):
        first = usable(entry.name) or "student"
        better = next(name for name in chain([first], (f"{first}-{number}" for number in count(2))) if folded(name) not in taken)
        taken.add(folded(better))
        return ("its name cannot be an id in the gradebook; rename it with letters, digits, spaces and . , _ - @ ', such as "
                f'"{shown(better)}", which is free')
    return ""


def stray_stages(folder: Path, ids: Sequence[str]) -> dict[str, str]:
    """Return entries of a student's folder that were probably meant as a stage: those with a similar name, or all if it has no
    stage.
    """
    try:
        others = sorted(entry.name for entry in os.scandir(folder) if entry.name not in ids and not entry.name.startswith("."))
    except OSError as error:
        return {".": f"the folder cannot be read ({error.strerror}); make it yours to read"}
    has_one = any(os.path.lexists(folder / one) for one in ids)
    found = {}
    for name in others[:20]:
        near = get_close_matches(name.casefold(), ids, n=1, cutoff=0.8)
        if near or not has_one:
            found[name] = (
                STRAY_FILE if not (folder / name).is_dir() and not near else
                f"there is no stage of this name, and {near[0]} is there already: put what counts into it, and take this away"
                if near and os.path.lexists(folder / near[0]) else
                f"there is no stage of this name; call it {near[0]}" if near else
                f"there is no stage of this name; there are: {', '.join(ids)}")
    return found


def _nothing(folder: Path, wanted: Sequence[Stage], student: str | None) -> str:
    ids = ", ".join(stage.id for stage in wanted)
    names = _students(folder)
    if student is not None and student not in names:
        return unknown_student(folder.parent, student)
    if not names:
        return (f"{folder} is empty\n  Put submissions at submitted/<student>/<stage>/, unpack a download of your LMS with\n"
                "  make collect FROM=download.zip, or look at a sample class first with: make demo")
    return f"no submission of {ids} in {folder}: submissions lie at submitted/<student>/<stage>/"


def _students(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))


def unknown_student(course: Path, student: str) -> str:
    """Return the message that no such student has handed in, with similar names."""
    folder = course / "submitted"
    names = _students(folder) if folder.is_dir() else []
    near = {name.casefold(): name for name in names}
    meant = [near[key] for key in get_close_matches(student.casefold(), near, n=3)]
    return f"there is no folder {folder / student}; " + (f"did you mean {' or '.join(meant)}? " if meant else "") + (
        f"there are {len(names)} students" + (f": {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}" if names else ""))


def _key(submission: Submission, stage: Stage, isolation: str, retrain: bool, term: Course) -> str:
    return submission_key(submission, isolation, term.seed, retrain and stage.has_recipe, term.language)


def job_for(course: Path, stage_id: str, student: str, isolation: str, retrain: bool = False) -> dict[str, Any]:
    """Return everything needed to grade one submission, by value. `retrain` has no effect on a stage without a recipe."""
    from autograder.grade.notebook import repair
    from autograder.grade.notebook_reading import python_of

    stage = find_stage(stage_id)
    term = read_course(course)
    submission: Submission = read_submission(course / "submitted" / student / stage_id, student, stage)
    _, notes = repair(submission.notebook, stage_id, submission.pictures, submission.beside)
    remarks = [*submission.remarks, *(note for note in notes if isinstance(note, Doubt) and note not in submission.remarks)]
    with speaking(term.language):
        said = {"problem": spoken(submission.problem), "needs_person": in_folder(submission.needs_person, student, stage_id),
                "notes": [spoken(note) for note in (*submission.notes, *notes)],
                "remarks": [spoken(remark) for remark in remarks],
                "doubts": [spoken(remark) for remark in remarks if isinstance(remark, Doubt)],
                "unread": {path: spoken(why) for path, why in submission.unread.items()}}
    return {"student": student, "stage": stage_id, "files": submission.files, **said, "seed": term.seed,
            "language": term.language, "key": _key(submission, stage, isolation, retrain, term),
            "suite": suite_hash(stage_id), "retrain": retrain and stage.has_recipe, "python": python_of(submission.notebook),
            "elsewhere": submission.elsewhere, "not_sent": submission.not_sent, "places": submission.places}


def grade_work(course: Path, work: Iterable[tuple[str, str]], isolation: str, jobs: int, cluster: str | None,
               limits: Limits | None, retrain: bool) -> Generator[tuple[dict[str, Any], dict[str, Any] | Exception], None, None]:
    """Grade submissions over slots. Each record is written first, then yielded.

    Yields
    ------
    job, outcome
        The outcome is the record, or the exception if the grader failed.
    """
    from autograder.grade.schedule.dispatch import grade_many

    listed = (job_for(course, stage_id, student, isolation, retrain) for stage_id, student in work)

    def keep(job: dict[str, Any], record: dict[str, Any]) -> None:
        replace_record(record_path(course, job["stage"], job["student"]), record)

    yield from grade_many(listed, jobs, isolation, cluster, limits, keep)


def grade_now(course: Path, job: dict[str, Any], isolation: str) -> dict[str, Any]:
    """Grade one submission in this process and write its record."""
    from autograder.grade.schedule.slot import Slots

    slot = Slots(isolation)
    try:
        record = slot.grade(job)
    finally:
        slot.close()
    replace_record(record_path(course, job["stage"], job["student"]), record)
    return record


class Records:
    """The records of submissions, sorted. They are read on each iteration, so that a class need not fit into memory.

    Files that are not valid records are skipped and listed in `unusable`.
    """

    def __init__(self, course: Path, work: Iterable[tuple[str, str]]) -> None:
        self.course, self.work = course, sorted(work)
        self.unusable: list[str] = []  # files found not to be records so far

    def __len__(self) -> int:
        return len(self.work)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for stage_id, student in self.work:
            record = read_record(record_path(self.course, stage_id, student))
            if record is not None and (record["stage"], record["student"]) == (stage_id, student):
                yield record
            elif (name := f"results/{stage_id}/{student}.json") not in self.unusable:
                self.unusable.append(name)

    def expect_whole(self) -> None:
        """Raise InfrastructureError if an invalid record was met: tables are not made of a part of the class."""
        if self.unusable:
            raise InfrastructureError(f"{', '.join(self.unusable[:3])} is damaged or none of the kit's records; the tables are "
                                      "left as they were\n  make grade makes it again; if it does not, move the file away first")
