"""`make feedback`: the students' pages once more, with the marks and comments given by hand; nothing is regraded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.classroom import graded
from autograder.grade.feedback_text import points
from autograder.gradebook.grading import Watcher, write_tables
from autograder.gradebook.pipeline import Pipeline
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
    """

    pages: int = 0
    stale: list[tuple[str, str]] = field(default_factory=list)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


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
    pairs = [(stage, who) for stage, who in graded(course) if stage_id in (None, stage) and student in (None, who)]
    if not pairs:
        raise UsageError(f"there are no results to make pages of in {course / 'results'}; grade first with: make grade")
    pipeline = Pipeline(course)
    outcome = Remade()
    outcome.stale = [pair for pair in pairs if not pipeline.in_gradebook(*pair)]
    work = [pair for pair in pairs if pair not in outcome.stale]
    watcher.begin("feedback", len(work))
    for pair in work:
        try:
            pipeline.feedback(*pair)
            outcome.pages += 1
        except InfrastructureError as error:
            outcome.failed[pair] = str(error)
        watcher.advance("feedback", pair in outcome.failed)
    write_tables(course, pipeline)
    with pipeline.gradebook() as gradebook:
        outcome.warnings = odd_marks(gradebook, sorted({stage for stage, _ in pairs}))
    return outcome


def odd_marks(gradebook: Gradebook, stage_ids: list[str]) -> list[str]:
    """Marks given by hand that cannot be meant: nbgrader takes 300 of 5."""
    found = []
    for stage_id in stage_ids:
        for submission in gradebook.assignment_submissions(stage_id):
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.manual_score is not None and not 0 <= grade.manual_score <= grade.max_score:
                        found.append(
                            f"{submission.student.id}, {stage_id}: {grade.name} has {points(grade.manual_score)} of "
                            f"{points(grade.max_score)} points"
                        )
    return sorted(found)
