"""`make grade`: records, then nbgrader's gradebook and feedback pages, then the tables."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import InfrastructureError
from autograder.grade.classroom import Records, Work, find_work, grade_work
from autograder.grade.record import record_path
from autograder.grade.retrain import has_recipe
from autograder.gradebook.changes import Change, read_reported, report_changes
from autograder.gradebook.marks import read_marks
from autograder.gradebook.tables import GRADES, ITEMS, grade_rows, item_rows, write_csv
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

if TYPE_CHECKING:
    from autograder.gradebook.pipeline import Pipeline


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
    records : Records
        The records behind them.
    failed : dict
        Submissions on which the grader failed, with the reason.
    changes : list of Change
        Marks that are others than before.
    """

    work: Work
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: Records | tuple[()] = ()
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def grade_course(course: Path, watcher: Watcher, stage_id: str | None = None, student: str | None = None, *, jobs: int,
                 isolation: str = "sandbox", cluster: str | None = None, limits: Limits | None = None,
                 retrain: bool = False) -> Outcome:
    """Grade what is new or changed in a course folder and bring every output up to date.

    Parameters
    ----------
    retrain : bool
        Train models afresh by the submitted code, in place of the weights that were handed in.
    limits : Limits, optional
        Other limits than the course's own, for trials: a record does not say under which it was made.

    Raises
    ------
    UsageError
        There is nothing to grade; the text says what to do.
    SandboxError
        Student code cannot be shut in here.
    """
    course = course.resolve()
    work = find_work(course, stage_id, student, isolation, retrain=retrain)
    outcome = Outcome(work)
    # A submission whose models are trained takes many times as long: it is counted apart, at a rate of its own.
    trained = {stage for stage, _ in work.todo if retrain and has_recipe(find_stage(stage))}
    steps = {"grading": [pair for pair in work.todo if pair[0] not in trained],
             "training and grading": [pair for pair in work.todo if pair[0] in trained]}
    with ThreadPoolExecutor(1) as beside:  # nbgrader gets ready while the first submissions are graded
        ready = beside.submit(open_pipeline, course, sorted({stage for stage, _ in work.all()}))
        waiting = [pair for pair in work.done if not ready.result().up_to_date(*pair)]
        watcher.begin("grading", len(steps["grading"]) + len(waiting))
        for pair in waiting:  # graded before, but stopped before the gradebook had it
            enter(ready.result(), pair, outcome.failed)
            watcher.advance("grading", pair in outcome.failed)
        for title, pairs in steps.items():
            if pairs and title != "grading":
                watcher.begin(title, len(pairs))
            for job, result in grade_work(course, pairs, isolation, jobs, cluster=cluster, limits=limits, retrain=retrain):
                pair = job["stage"], job["student"]
                if isinstance(result, Exception):
                    outcome.failed[pair] = str(result)
                else:  # beside the grading of those that follow: this process would only wait
                    enter(ready.result(), pair, outcome.failed)
                watcher.advance(title, pair in outcome.failed)
        pipeline = ready.result()
    for pair in pipeline.settle_penalties():
        make_page(pipeline, pair, outcome.failed)
    asked = {pair for pair in work.all() if pair not in outcome.failed}
    rows, outcome.changes = write_tables(course, pipeline)
    outcome.records = Records(course, asked)
    outcome.rows = [row for row in rows if (row["stage"], row["student"]) in asked]
    return outcome


def open_pipeline(course: Path, stage_ids: Sequence[str]) -> Pipeline:
    """nbgrader's steps for a course, with the stages entered into its gradebook."""
    from autograder.gradebook.pipeline import Pipeline

    pipeline = Pipeline(course)
    for stage_id in stage_ids:
        pipeline.ensure_assignment(stage_id)
    return pipeline


def enter(pipeline: Pipeline, pair: tuple[str, str], failed: dict[tuple[str, str], str]) -> None:
    """A record's marks into the gradebook, and the feedback page; what nbgrader failed on goes into `failed`."""
    try:
        pipeline.autograde(*pair)
        pipeline.feedback(*pair)
    except InfrastructureError as error:
        failed[pair] = str(error)


def make_page(pipeline: Pipeline, pair: tuple[str, str], failed: dict[tuple[str, str], str]) -> None:
    """The feedback page alone."""
    try:
        pipeline.feedback(*pair)
    except InfrastructureError as error:
        failed[pair] = str(error)


def write_tables(course: Path, pipeline: Pipeline) -> tuple[list[dict[str, Any]], list[Change]]:
    """grades.csv and items.csv over everybody who is in the course now, and changes.csv; not only those of this run.

    Returns
    -------
    rows, changes
        The rows of grades.csv, and the marks that changed since the tables were last written.
    """
    book = pipeline.entries.gradebook
    every = Records(course, [pair for pair in pipeline.term.people.present() if record_path(course, *pair).exists()])
    with book:
        marks, reported = read_marks(book), read_reported(book)
    changes = report_changes(course, book, marks)
    rows = grade_rows(every, marks, pipeline.term, reported)
    write_csv(course / "grades.csv", GRADES, rows)
    write_csv(course / "items.csv", ITEMS, item_rows(every))
    return rows, changes
