"""What is handed out when: stages from their release date, model answers after the last deadline."""

from __future__ import annotations

import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import UsageError
from autograder.grade.course import COURSE, Course, read_course
from autograder.gradebook.late import read_term
from autograder.publish.handout import for_students, write
from autograder.publish.leaks import PICTURES, leaks, squeeze
from autograder.publish.markers import SCHEME
from autograder.publish.refusals import DIST, refuse_unsafe
from autograder.publish.release import pack
from autograder.stages import Stage
from autograder.stages.strip import BEGIN, END

# In a mark scheme, the text after such a line is shown to students; the text before it is for markers.
MODEL_ANSWER = re.compile(r"(?im)^\W*(?:a )?model answers?\W*$")
# Kinds of secrets that model answers are supposed to contain.
SHOWN = ("solution", "mark scheme")


def due_for_release(course: Course, stage_id: str | None, now: datetime) -> tuple[list[Stage], list[str]]:
    """Return the stages in use whose release date has come, and a sentence on each of the others.

    Raises
    ------
    UsageError
        The requested stage is not in use, or its date has not come.
    """
    ready, sentences = [], []
    for stage in course.stages(stage_id):
        day = course.dates_of(stage.id).release
        if day is None or day <= now:
            ready.append(stage)
        else:
            sentences.append(f"{stage.id} is handed out from {said(day)} on ({COURSE})")
    if stage_id is not None and sentences:
        raise UsageError(f"nothing was released: {sentences[0]}\n  For an earlier day, change release = in {course.file}. To try "
                         f"the stage now: make try STAGE={stage_id}, make verify STAGE={stage_id}")
    return ready, sentences


def take_back(course: Course, now: datetime) -> list[str]:
    """Remove zips in dist/ of stages that are not in use or not yet due; return a sentence on each.

    `release` makes them again when they are due.
    """
    ready = {stage.id for stage in due_for_release(course, None, now)[0]}
    found = [path for path in sorted(DIST.glob("*.zip")) if path.stem not in ready and re.fullmatch(r"\d+-\w+", path.stem)]
    for path in found:
        path.unlink()
    return [f"dist/{path.name} was of an earlier release and is removed" for path in found]


def said(when: datetime) -> str:
    """Format a time for the user."""
    return when.strftime("%Y-%m-%d %H:%M") + (f" {when.tzname()}" if when.tzname() else "")


def solutions_from(folder: Path, stage: Stage) -> tuple[datetime, str]:
    """Return the time from which a stage's model answers may be seen, and the reason.

    That is `solutions` in course.toml, else the due date plus grace, free late days and the longest extension.

    Raises
    ------
    UsageError
        The stage has no due date.
    """
    term = read_term(folder)
    day = read_course(folder).dates_of(stage.id).solutions
    if day is not None:
        return day, f"{COURSE} says so"
    rule = term.policy.rules.get(stage.id)
    if rule is None:
        raise UsageError(f"nothing says when {stage.id} is due, so its model answers stay here.\n  Write into "
                         f"{folder / COURSE}:\n    [{stage.id}]\n    due = 2027-04-26T23:59:00+02:00")
    longest = max(((term.people.extension(stage.id, student), student) for student in term.people.roster), default=(0.0, ""))
    reasons = [f"due {said(rule.due)}"]
    reasons += [f"{longest[1]} has {longest[0]:g} days more"] if longest[0] else []
    reasons += [f"{term.policy.late_days} late days are free"] if term.policy.late_days else []
    end = rule.due_for(longest[0]) + rule.grace + timedelta(days=term.policy.late_days)
    return end.astimezone(rule.zone), ", ".join(reasons)


def make_solutions(folder: Path, stage: Stage, now: datetime) -> Path:
    """Make ``dist/solutions-<stage>.zip``: the model answers, and the notebook with the model answers of written tasks.

    It does not contain hidden tests, mistakes, or the rest of the mark schemes.

    Raises
    ------
    UsageError
        Students may still hand in; the message says until when.
    """
    refuse_unsafe(stage)
    day, why = solutions_from(folder, stage)
    if now < day:
        raise UsageError(f"the model answers of {stage.id} may be seen from {said(day)} on, not yet: {why}.\n"
                         f"  To set another day, write solutions = into [{stage.id}] of {folder / COURSE}")
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch, f"{stage.id}-solutions")
        write(place / stage.info.file, without_markers(stage.solution.read_text(encoding="utf-8")))
        place.joinpath(stage.notebook.name).write_text(nbformat.writes(solved_notebook(stage)) + "\n", encoding="utf-8")
        for picture in sorted(path for path in stage.source.iterdir() if path.suffix in PICTURES):
            place.joinpath(picture.name).write_bytes(picture.read_bytes())
        shown = squeeze(stage.solution.read_text(encoding="utf-8"))
        found = [leak for leak in leaks(stage, place, shown) if not any(f" has {kind} (" in leak for kind in SHOWN)]
        if found:
            raise UsageError(f"the model answers of {stage.id} would give away more than themselves:\n  "
                             + "\n  ".join(found[:20]))
        archive = DIST / f"solutions-{stage.id}.zip"
        pack(place, archive)
    return archive


def without_markers(source: str) -> str:
    """Return code without the solution markers."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END)) + "\n"


def solved_notebook(stage: Stage) -> Any:
    """Return the author's notebook without nbgrader's metadata, each written task followed by its model answer."""
    source = nbformat.read(stage.notebook, as_version=4)
    cells = []
    for cell in source.cells:
        scheme = cell.source.partition(SCHEME[0])[2].partition(SCHEME[1])[0]
        cell.source = re.sub(f"{re.escape(SCHEME[0])}.*?{re.escape(SCHEME[1])}", "", cell.source, flags=re.DOTALL).strip()
        if cell.cell_type == "code":
            cell.source, cell.outputs, cell.execution_count = for_students(without_markers(cell.source).rstrip()), [], None
        cell.metadata = {}
        cells.append(cell)
        heading = MODEL_ANSWER.search(scheme)
        if heading:
            answer = nbformat.v4.new_markdown_cell(f"**Model answer**\n\n{scheme[heading.end():].strip()}")
            answer["id"] = f"answer-{len(cells)}"
            cells.append(answer)
    source.cells = cells
    source.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return source

