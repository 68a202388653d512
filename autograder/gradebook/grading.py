"""`make grade`: records, then nbgrader's gradebook and feedback pages, then the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import InfrastructureError, Stopped
from autograder.grade.classroom import Records, Work, find_work, grade_work, graded
from autograder.grade.course_folder import brief_with_log
from autograder.grade.record import read_record, record_path
from autograder.grade.retrain import has_recipe
from autograder.gradebook.health import check_gradebook
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
    unusable : list of str
        Files in ``results/`` that are no records: damaged, or somebody else's.
    """

    work: Work
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: Records | tuple[()] = ()
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    unusable: list[str] = field(default_factory=list)


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
    check_gradebook(course / "gradebook.db")
    work = find_work(course, stage_id, student, isolation, retrain=retrain)
    outcome = Outcome(work)
    # A submission whose models are trained takes many times as long: it is counted apart, at a rate of its own.
    trained = {stage for stage, _ in work.todo if retrain and has_recipe(find_stage(stage))}
    steps = {"grading": [pair for pair in work.todo if pair[0] not in trained],
             "training and grading": [pair for pair in work.todo if pair[0] in trained]}
    with ThreadPoolExecutor(1) as beside, stoppable(course, outcome, beside):  # nbgrader gets ready meanwhile
        ready = beside.submit(open_pipeline, course, sorted({stage for stage, _ in work.all()}))
        waiting = [pair for pair in work.done if not ready.result().up_to_date(*pair)]
        watcher.begin("grading", len(steps["grading"]) + len(waiting))
        for pair in waiting:  # graded before, but stopped before the gradebook had it
            enter(ready.result(), pair, outcome.failed)
            watcher.advance("grading", pair in outcome.failed)
        for title, pairs in steps.items():
            if pairs and title != "grading":
                watcher.begin(title, len(pairs))
            results = grade_work(course, pairs, isolation, jobs, cluster=cluster, limits=limits, retrain=retrain)
            with closing(results):
                for job, result in results:
                    pair = job["stage"], job["student"]
                    if isinstance(result, Exception):
                        outcome.failed[pair] = brief_with_log(course, result, f"{pair[0]}-{pair[1]}"[:60])
                    else:  # beside the grading of those that follow: this process would only wait
                        enter(ready.result(), pair, outcome.failed)
                    watcher.advance(title, pair in outcome.failed)
        pipeline = ready.result()
    outcome.unusable = write_tables(course, pipeline)
    outcome.records = Records(course, [pair for pair in work.all() if pair not in outcome.failed])
    with pipeline.gradebook() as gradebook:
        outcome.rows = grade_rows(outcome.records, gradebook)
    return outcome


@contextmanager
def stoppable(course: Path, outcome: Outcome, beside: ThreadPoolExecutor) -> Iterator[None]:
    """Ctrl-C inside ends with what is kept and how to go on; the tables are made of what is finished."""
    try:
        yield
    except KeyboardInterrupt:
        beside.shutdown(wait=False, cancel_futures=True)
        todo = outcome.work.todo
        kept = sum(read_record(record_path(course, *pair)) is not None for pair in todo)

        def finish() -> None:
            from autograder.gradebook.pipeline import Pipeline

            if (course / "gradebook.db").exists():
                write_tables(course, Pipeline(course))

        raise Stopped(f"Stopped. Of {len(todo)} submissions to grade, {kept} have results, and these are kept.\n"
                      "  The same command goes on from there.", finish) from None


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
        failed[pair] = brief_with_log(pipeline.course, error, f"{pair[0]}-{pair[1]}"[:60])


def write_tables(course: Path, pipeline: Pipeline) -> list[str]:
    """grades.csv and items.csv over every record of the course, not only those of this run; which files are no records."""
    every = Records(course, graded(course))
    with pipeline.gradebook() as gradebook:
        write_csv(course / "grades.csv", GRADES, grade_rows(every, gradebook))
    write_csv(course / "items.csv", ITEMS, item_rows(every))
    return every.unusable
