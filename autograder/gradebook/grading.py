"""`make grade`: records, then nbgrader's gradebook and feedback pages, then the tables.

nbgrader is imported only where something goes into the gradebook, or may have changed there, and then beside the grading: a run
that finds everything as the last one left it does without.
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
from autograder.gradebook.unchanged import people, remember, rows_as_left, transactions, up_to_date
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

if TYPE_CHECKING:
    from autograder.gradebook.changes import Change
    from autograder.gradebook.departed import Departed
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
    unusable : list of str
        Files in ``results/`` that are no records: damaged, or somebody else's.
    departed : list of Departed
        Marks given by hand in folders that are no longer there, and that count nowhere.
    """

    work: Work
    rows: list[dict[str, Any]] = field(default_factory=list)
    records: Records | tuple[()] = ()
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)


def grade_course(course: Path, watcher: Watcher, stage_id: str | None = None, student: str | None = None, *, jobs: int,
                 isolation: str = "sandbox", cluster: str | None = None, limits: Limits | None = None,
                 retrain: bool = False) -> Outcome:
    """Grade what is new or changed in a course folder and bring every output up to date.

    Parameters
    ----------
    retrain : bool
        Train models again by the submitted code, in place of the weights that were handed in.
    limits : Limits, optional
        Other limits than the course's own, for trials: a record does not say under which it was made.

    Raises
    ------
    UsageError
        There is nothing to grade; the text says what to do.
    SandboxError
        Student code cannot be sandboxed here.
    """
    course = course.resolve()
    check_gradebook(course / "gradebook.db")
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
    # A submission whose models are trained takes many times as long: it is counted apart, at a rate of its own.
    trained = {stage for stage, _ in work.todo if retrain and find_stage(stage).has_recipe}
    steps = {"grading": [pair for pair in work.todo if pair[0] not in trained],
             "training and grading": [pair for pair in work.todo if pair[0] in trained]}
    with ThreadPoolExecutor(1) as beside, stoppable(course, outcome, beside):  # nbgrader gets ready meanwhile
        ready = beside.submit(open_pipeline, course, sorted({stage for stage, _ in work.all()}))
        watcher.begin("grading", len(steps["grading"]) + len(waiting))
        for pair in waiting:  # graded before, but stopped before the gradebook had it
            enter(ready.result(), pair, outcome.failed)
            watcher.advance("grading", pair in outcome.failed)
        for title, pairs in steps.items():
            if pairs and title != "grading":
                watcher.begin(title, len(pairs))
            slots = min(jobs, len(pairs) or 1)  # one alone is not kept on one core
            results = grade_work(course, pairs, isolation, slots, cluster=cluster, limits=limits, retrain=retrain)
            with closing(results):
                for job, result in results:
                    pair = job["stage"], job["student"]
                    if isinstance(result, Exception):
                        outcome.failed[pair] = brief_with_log(course, result, f"{pair[0]}-{pair[1]}"[:60])
                    else:  # beside the grading of those that follow: this process would only wait
                        enter(ready.result(), pair, outcome.failed)
                    watcher.advance(title, pair in outcome.failed)
        pipeline = ready.result()
    return _finished(outcome, course, bring_up_to_date(pipeline, outcome, before))


def _finished(outcome: Outcome, course: Path, rows: Sequence[dict[str, Any]]) -> Outcome:
    """The outcome with the records and rows of what was asked for."""
    asked = {pair for pair in outcome.work.all() if pair not in outcome.failed}
    outcome.records = Records(course, asked)
    outcome.rows = [row for row in rows if (row["stage"], row["student"]) in asked]
    return outcome


def bring_up_to_date(pipeline: Pipeline, outcome: Outcome, before: str) -> list[dict[str, Any]]:
    """Penalties, their pages and the tables, of everybody.

    Parameters
    ----------
    before : str
        `people`, from before anything was read.

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
        make_page(pipeline, pair, outcome.failed)
    rows, outcome.changes, outcome.unusable = write_tables(pipeline.course, pipeline)
    if not (outcome.failed or outcome.unusable or pipeline.departed):
        remember(pipeline.course, before, count + book.transactions, rows)
    return rows


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
            from autograder.gradebook.tables import write_tables

            if (course / "gradebook.db").exists():
                write_tables(course, Pipeline(course))

        have = "has a result, and it is kept" if kept == 1 else "have results, and these are kept"
        raise Stopped(f"Stopped. Of {len(todo)} submissions to grade, {kept} {have}.\n"
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


def make_page(pipeline: Pipeline, pair: tuple[str, str], failed: dict[tuple[str, str], str]) -> None:
    """The feedback page alone."""
    try:
        pipeline.feedback(*pair)
    except InfrastructureError as error:
        failed[pair] = brief_with_log(pipeline.course, error, f"{pair[0]}-{pair[1]}"[:60])
