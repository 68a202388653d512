"""`make feedback`: the students' pages once more, with the marks and comments given by hand; nothing is regraded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.classroom import Records, unknown_student
from autograder.grade.course_folder import brief_with_log
from autograder.grade.record import record_path
from autograder.gradebook.changes import Change
from autograder.gradebook.grading import Watcher
from autograder.gradebook.marks import odd_marks, read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.gradebook.tables import write_tables
from autograder.stages import find_stage


@dataclass
class Remade:
    """What a run did.

    Attributes
    ----------
    pages : int
        Pages made.
    stale : list of (stage id, student)
        Submissions whose gradebook entry is older than their record: they are to be graded first.
    failed : dict
        Submissions nbgrader failed on, with the reason.
    warnings : list of str
        Marks given by hand that are above the most there is, or below zero.
    changes : list of Change
        Marks that are others than the tables said before.
    """

    pages: int = 0
    stale: list[tuple[str, str]] = field(default_factory=list)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def remake(course: Path, watcher: Watcher, stage_id: str | None = None, student: str | None = None) -> Remade:
    """Make the feedback pages and the tables of a course again.

    Raises
    ------
    UsageError
        Nothing has been graded.
    """
    course = course.resolve()
    if stage_id is not None:
        find_stage(stage_id)
    pipeline = Pipeline(course)
    pairs = [pair for pair in pipeline.term.people.present()
             if stage_id in (None, pair[0]) and student in (None, pair[1]) and record_path(course, *pair).exists()]
    if student is not None and not (course / "submitted" / student).is_dir():
        raise UsageError(unknown_student(course, student))
    if not pairs:
        raise UsageError(f"there are no results to make pages of in {course / 'results'}; grade first with: make grade")
    outcome = Remade()
    carried = [(mark.stage, mark.to) for mark in pipeline.departed if mark.carried]
    others = [pair for pair in dict.fromkeys([*carried, *pipeline.settle_penalties()]) if pair not in pairs]
    outcome.stale = [pair for pair in pairs if not pipeline.in_gradebook(*pair)]
    work = [pair for pair in pairs + others if pair not in outcome.stale]
    every = Records(course, pairs)
    for _ in every:
        pass
    every.expect_whole()
    watcher.begin("feedback", len(work))
    for pair in work:
        try:
            pipeline.feedback(*pair)
            outcome.pages += 1
        except InfrastructureError as error:
            outcome.failed[pair] = brief_with_log(course, error, pair)
        watcher.advance("feedback", pair in outcome.failed)
    _, outcome.changes, _ = write_tables(course, pipeline)
    with pipeline.gradebook() as gradebook:
        outcome.warnings = odd_marks(read_marks(gradebook), sorted({stage for stage, _ in pairs}))
    return outcome
