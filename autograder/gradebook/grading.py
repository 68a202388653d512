"""`make grade`: records, then nbgrader's gradebook and feedback pages, then the tables.

nbgrader is imported only if something has to be entered or may have changed, and in parallel with grading: a run that finds
everything up to date does without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import InfrastructureError, Stopped, UsageError
from autograder.grade.classroom import Records, Work, find_work, grade_work
from autograder.grade.course_folder import brief_with_log
from autograder.grade.record import read_record, record_path
from autograder.gradebook.health import check_gradebook
from autograder.gradebook.unchanged import has_gradebook, people, remember, rows_as_left, transactions, up_to_date
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

if TYPE_CHECKING:
    from autograder.gradebook.changes import Change
    from autograder.gradebook.departed import Departed
    from autograder.gradebook.pipeline import Pipeline


class Watcher(Protocol):
    """Observes the progress of work."""

    def begin(self, title: str, total: int) -> None:
        """A step of `total` items begins."""

    def advance(self, title: str, failed: bool = False) -> None:
        """One item is done."""


@dataclass
class Outcome:
    """The result of a run.

    Attributes
    ----------
    work : Work
        What was found in ``submitted/``.
    rows : list of dict
        The rows of grades.csv.
    records : Records
        The records behind them.
    failed : dict
        Submissions that the grader failed on, with the reason.
    changes : list of Change
        Marks that changed.
    unusable : list of str
        Files in ``results/`` that are not valid records.
    departed : list of Departed
        Marks given by hand in folders that no longer exist, and that count nowhere.
    """

    work: Work
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: Records | tuple[()] = ()
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)


def grade_course(course: Path, watcher: Watcher, stage_id: str | None = None, student: str | None = None, *, jobs: int | None,
                 isolation: str = "sandbox", cluster: str | None = None, limits: Limits | None = None,
                 retrain: bool = False) -> Outcome:
    """Grade what is new or changed in a course folder, and update all outputs.

    Parameters
    ----------
    jobs : int, optional
        Submissions to grade at a time; by default as many as there are cores.
    retrain : bool
        Retrain models with the submitted code instead of using the weights handed in.
    limits : Limits, optional
        For trials: other limits than the course's. They are not part of a record.

    Raises
    ------
    UsageError
        There is nothing to grade; the message says what to do.
    SandboxError
        Student code cannot be sandboxed here.
    """
    course = course.resolve()
    check_gradebook(course)
    work = find_work(course, stage_id, student, isolation, retrain=retrain)
    outcome = Outcome(work)
    for stage in map(find_stage, sorted({stage_id for stage_id, _ in work.all()})):
        if stage.missing_libraries():
            raise UsageError(f"{stage.id} needs {', '.join(stage.missing_libraries())}, which is not installed here.\n"
                             "  Install it:  make TORCH=yes grade\n"
                             "  Or grade the other stages, one at a time:  make grade STAGE=1-bptt")
    before = people(course)
    waiting = [pair for pair in work.done if not up_to_date(course, *pair, work.keys[pair])]
    rows = None if work.todo or waiting else rows_as_left(course, before)
    if rows is not None:
        return _finished(outcome, course, rows)
    from autograder.grade.schedule.slots import cores

    # Training takes many times as long, so it is a step of its own with its own rate.
    trained = {stage for stage, _ in work.todo if retrain and find_stage(stage).has_recipe}
    steps = {"grading": [pair for pair in work.todo if pair[0] not in trained],
             "training and grading": [pair for pair in work.todo if pair[0] in trained]}
    with ThreadPoolExecutor(1) as beside, stoppable(course, outcome, beside):  # nbgrader is imported meanwhile
        ready = beside.submit(open_pipeline, course, sorted({stage for stage, _ in work.all()}))
        watcher.begin("grading", len(steps["grading"]) + len(waiting))
        for pair in waiting:  # graded earlier, but not yet in the gradebook
            enter(ready.result(), pair, outcome.failed)
            watcher.advance("grading", pair in outcome.failed)
        for title, pairs in steps.items():
            if pairs and title != "grading":
                watcher.begin(title, len(pairs))
            slots = min(jobs or cores(), len(pairs) or 1)  # a single submission is not pinned to a core
            results = grade_work(course, pairs, isolation, slots, cluster=cluster, limits=limits, retrain=retrain)
            with closing(results):
                for job, result in results:
                    pair = job["stage"], job["student"]
                    if isinstance(result, Exception):
                        outcome.failed[pair] = brief_with_log(course, result, pair)
                    else:  # in parallel with grading; this process would only wait
                        enter(ready.result(), pair, outcome.failed)
                    watcher.advance(title, pair in outcome.failed)
        pipeline = ready.result()
    return _finished(outcome, course, bring_up_to_date(pipeline, outcome, before))


def _finished(outcome: Outcome, course: Path, rows: Sequence[dict[str, Any]]) -> Outcome:
    """Return the outcome with the records and rows that were asked for."""
    asked = {pair for pair in outcome.work.all() if pair not in outcome.failed}
    outcome.records = Records(course, asked)
    outcome.rows = [row for row in rows if (row["stage"], row["student"]) in asked]
    return outcome


def bring_up_to_date(pipeline: Pipeline, outcome: Outcome, before: str) -> list[dict[str, Any]]:
    """Update penalties, the pages they affect, and the tables, for everybody.

    Parameters
    ----------
    before : str
        `people`, as of before anything was read.

    Returns
    -------
    list of dict
        The rows of grades.csv.
    """
    from autograder.gradebook.tables import write_tables

    book = pipeline.entries.gradebook
    count = transactions(pipeline.course) - book.transactions
    outcome.departed = [mark for mark in pipeline.departed if not mark.carried]
    carried = [(mark.stage, mark.to) for mark in pipeline.departed if mark.carried]
    for pair in dict.fromkeys([*carried, *pipeline.settle_penalties()]):
        enter(pipeline, pair, outcome.failed, only_page=True)
    rows, outcome.changes, outcome.unusable = write_tables(pipeline.course, pipeline)
    if not (outcome.failed or outcome.unusable or pipeline.departed):
        remember(pipeline.course, before, count + book.transactions, rows)
    return rows


@contextmanager
def stoppable(course: Path, outcome: Outcome, beside: ThreadPoolExecutor) -> Iterator[None]:
    """Context in which Ctrl-C raises Stopped with what was kept and how to continue; the tables are then written from finished
    work.
    """
    try:
        yield
    except KeyboardInterrupt:
        beside.shutdown(wait=False, cancel_futures=True)
        todo = outcome.work.todo
        kept = sum(read_record(record_path(course, *pair)) is not None for pair in todo)

        def finish() -> None:
            from autograder.gradebook.pipeline import Pipeline
            from autograder.gradebook.tables import write_tables

            if has_gradebook(course):
                write_tables(course, Pipeline(course))

        have = "has a result, and it is kept" if kept == 1 else "have results, and these are kept"
        raise Stopped(f"Stopped. Of {len(todo)} submissions to grade, {kept} {have}.\n"
                      "  The same command goes on from there.", finish) from None


def open_pipeline(course: Path, stage_ids: Sequence[str]) -> Pipeline:
    """Return the pipeline of a course, with these stages entered into its gradebook."""
    from autograder.gradebook.pipeline import Pipeline

    pipeline = Pipeline(course)
    for stage_id in stage_ids:
        pipeline.ensure_assignment(stage_id)
    return pipeline


def enter(pipeline: Pipeline, pair: tuple[str, str], failed: dict[tuple[str, str], str], only_page: bool = False) -> None:
    """Enter a record into the gradebook and make its feedback page, or only the page; nbgrader's failures go to `failed`."""
    try:
        if not only_page:
            pipeline.autograde(*pair)
        pipeline.feedback(*pair)
    except InfrastructureError as error:
        failed[pair] = brief_with_log(pipeline.course, error, pair)
