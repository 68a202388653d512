"""`make grade`: records, then nbgrader's gradebook and feedback pages, then the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from autograder.course.passes import Pipeline
from autograder.course.tables import GRADES, ITEMS, grade_rows, item_rows, write_csv
from autograder.errors import InfrastructureError
from autograder.grade.classroom import Work, find_work, grade_work, records


class Watcher(Protocol):
    """Hears how the work goes on."""

    def begin(self, title: str, total: int) -> None:
        """A step of `total` parts begins."""

    def advance(self, title: str, failed: bool = False) -> None:
        """One part is done."""


@dataclass
class Outcome:
    """What a run did.

    Attributes
    ----------
    work : Work
        What was found in ``submitted/``.
    rows : list of dict
        The rows of grades.csv.
    records : list of dict
        The records behind them.
    failed : dict
        Submissions on which the grader failed, with the reason.
    """

    work: Work
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    failed: dict[tuple[str, str], str] = field(default_factory=dict)


def grade_course(course: Path, watcher: Watcher, stage_id: str | None = None, student: str | None = None, *, jobs: int,
                 isolation: str = "sandbox", cluster: str | None = None) -> Outcome:
    """Grade what is new or changed in a course folder and bring every output up to date.

    Raises
    ------
    UsageError
        There is nothing to grade; the text says what to do.
    SandboxError
        Student code cannot be shut in here.
    """
    course = course.resolve()
    work = find_work(course, stage_id, student, isolation)
    outcome = Outcome(work)
    pipeline = Pipeline(course)
    for stage in sorted({stage for stage, _ in work.all()}):
        pipeline.ensure_assignment(stage)
    watcher.begin("grading", len(work.todo))

    def graded(stage: str, student: str, result: dict | Exception) -> None:
        watcher.advance("grading", isinstance(result, Exception))

    outcome.failed = grade_work(course, work.todo, isolation, jobs, cluster=cluster, each=graded)
    finished = [pair for pair in work.all() if pair not in outcome.failed]
    stale = [pair for pair in finished if not pipeline.is_current(*pair)]
    watcher.begin("gradebook and feedback", len(stale))
    outcome.failed |= run_passes(pipeline, stale, lambda failed: watcher.advance("gradebook and feedback", failed))
    write_tables(course, pipeline)
    outcome.records = list(records(course, [pair for pair in work.all() if pair not in outcome.failed]))
    with pipeline.gradebook() as gradebook:
        outcome.rows = grade_rows(outcome.records, gradebook)
    return outcome


def run_passes(pipeline: Pipeline, work: list[tuple[str, str]], each: Callable[[bool], None]) -> dict[tuple[str, str], str]:
    """nbgrader's autograde and feedback for each submission in turn; those it failed on."""
    failed = {}
    for stage_id, student in work:
        try:
            pipeline.autograde(stage_id, student)
            pipeline.feedback(stage_id, student)
        except InfrastructureError as error:
            failed[stage_id, student] = str(error)
        each((stage_id, student) in failed)
    return failed


def write_tables(course: Path, pipeline: Pipeline) -> None:
    """grades.csv and items.csv over every record of the course, not only those of this run."""
    graded = [(path.parent.name, path.stem) for path in sorted((course / "results").glob("*/*.json"))]
    every = list(records(course, graded))
    with pipeline.gradebook() as gradebook:
        write_csv(course / "grades.csv", GRADES, grade_rows(every, gradebook))
    write_csv(course / "items.csv", ITEMS, item_rows(every))
