"""`make report`: what a class found hard, on one page; the same results give the same bytes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import mean, median
from typing import Any

from jinja2 import Environment, FileSystemLoader

from autograder.errors import UsageError
from autograder.grade.classroom import Records
from autograder.grade.feedback_text import points
from autograder.grade.record import record_path, write_atomically
from autograder.gradebook.changes import read_reported
from autograder.gradebook.marks import read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.gradebook.tables import grade_rows
from autograder.report import figures
from autograder.report.feedback import TEMPLATES, prepared
from autograder.stages import Stage, find_stage


@dataclass(frozen=True)
class TestRow:
    """How a class did on one test."""

    task: str
    title: str
    visibility: str
    passed: int
    reached: int


@dataclass(frozen=True)
class MistakeRow:
    """A catalogued mistake and who made it."""

    id: str
    task: str
    title: str
    students: tuple[str, ...]


@dataclass
class StageReport:
    """What the page says of one stage.

    Attributes
    ----------
    scores : list of float
        All marks so far, one a graded submission.
    lost : dict of str to float
        Points lost in each tested task, on average over the graded submissions.
    tests : list of TestRow
        Over the submissions that could be run.
    """

    stage: Stage
    submissions: int
    max_score: float
    scores: list[float]
    lost: dict[str, float]
    task_points: dict[str, float]
    tests: list[TestRow]
    mistakes: list[MistakeRow]
    ungradable: list[tuple[str, str]] = field(default_factory=list)
    pending: list[tuple[str, int]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    unsandboxed: int = 0

    @property
    def summary(self) -> str:
        """Mean, median, lowest and highest."""
        if not self.scores:
            return "No submission could be graded."
        middle, half = (points(round(of(self.scores), 1)) for of in (mean, median))
        return (f"Of those that ran: mean {middle}, median {half}, from {points(min(self.scores))} to "
                f"{points(max(self.scores))}, of {points(self.max_score)} points.")

    @property
    def nobody(self) -> list[TestRow]:
        """Tests that no submission passes."""
        return [test for test in self.tests if test.reached and not test.passed]

    @property
    def everybody(self) -> list[TestRow]:
        """Tests that every submission passes."""
        return [test for test in self.tests if test.reached and test.passed == test.reached]

    @property
    def histogram(self) -> str:
        """The scores as a picture, an address that holds it."""
        return figures.scores(self.scores, self.max_score)

    @property
    def lost_by_task(self) -> str:
        """The points lost as a picture."""
        titles = self.stage.info.tasks
        return figures.lost({f"{task}  {titles.get(task, '')}": value for task, value in self.lost.items()})


def write_report(course: Path) -> Path:
    """Write ``report/index.html``.

    Raises
    ------
    UsageError
        Nothing has been graded in this folder.
    """
    course = course.resolve()
    found = gather(course)
    if not found:
        raise UsageError(f"there are no results in {course / 'results'}; grade first with: make grade")
    page = course / "report" / "index.html"
    html = _environment().get_template("class-report.html.j2").render(stages=found)
    write_atomically(page, html.encode("utf-8"))
    return page


def gather(course: Path) -> list[StageReport]:
    """A report for each stage that has results."""
    pipeline = Pipeline(course)
    graded = [pair for pair in pipeline.term.people.present() if record_path(course, *pair).exists()]
    if not graded:
        return []
    every = list(Records(course, graded))
    pipeline.settle_penalties()
    with pipeline.gradebook() as gradebook:
        rows = {(row["stage"], row["student"]): row
                for row in grade_rows(every, read_marks(gradebook), pipeline.term, read_reported(gradebook))}
    by_stage: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in every:
        by_stage[record["stage"]].append(record)
    return [stage_report(find_stage(stage_id), group, rows) for stage_id, group in sorted(by_stage.items())]


def stage_report(stage: Stage, group: Sequence[dict[str, Any]],
                 rows: dict[tuple[str, str], dict[str, Any]]) -> StageReport:
    """Everything about one stage, from its records and the rows of grades.csv."""
    run = [record for record in group if record["status"] == "graded"]
    mine = [rows[stage.id, record["student"]] for record in group if (stage.id, record["student"]) in rows]
    task_points = _sums(run[:1] or group[:1], "max_points")
    got = _sums(run, "points")
    return StageReport(
        stage, len(group), max((float(row["max_score"]) for row in mine), default=0.0),
        [float(row["score"]) for row in mine if row["status"] == "graded"],
        {task: worth - got[task] / len(run) for task, worth in task_points.items()} if run else {}, dict(task_points),
        _test_rows(run), _mistake_rows(stage, run),
        [(record["student"], record["reason"].splitlines()[0]) for record in group if record["status"] == "ungradable"],
        [(row["student"], row["manual_pending"]) for row in mine if row["manual_pending"]],
        [(record["student"], note) for record in group for note in record["notes"]],
        sum(record["isolation"] != "sandbox" for record in group),
    )


def _sums(group: Iterable[dict[str, Any]], what: str) -> Counter[str]:
    """Points by task over all records."""
    total: Counter[str] = Counter()
    for record in group:
        for test in record["tests"]:
            total[test["task"]] += test[what]
    return total


def _test_rows(run: Iterable[dict[str, Any]]) -> list[TestRow]:
    """Each test, with how many reached it (their function was written) and how many passed."""
    about: dict[str, dict[str, Any]] = {}
    passed: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for record in run:
        for test in record["tests"]:
            about.setdefault(test["test"], test)
            passed[test["test"]] += test["outcome"] == "passed"
            reached[test["test"]] += test["outcome"] != "not_implemented"
    return [TestRow(test["task"], test["title"], test["visibility"], passed[name], reached[name])
            for name, test in sorted(about.items(), key=lambda pair: pair[1]["task"])]


def _mistake_rows(stage: Stage, run: Iterable[dict[str, Any]]) -> list[MistakeRow]:
    """Named mistakes, the most common first."""
    who: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for record in run:
        for key in dict.fromkeys((test["mistake"], test["task"], test["hint"].partition("\n")[0])
                                 for test in record["tests"] if test["mistake"]):
            who[key].append(record["student"])
    ordered = sorted(who.items(), key=lambda pair: (-len(pair[1]), pair[0][1], pair[0][0]))
    return [MistakeRow(*key, tuple(students)) for key, students in ordered]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return prepared(Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True))
