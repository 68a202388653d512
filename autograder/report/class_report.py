"""`make report`: what a class found hard, on one page and in tables; the same results give the same bytes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import mean
from typing import Any

from jinja2 import Environment, FileSystemLoader

from autograder.errors import UsageError
from autograder.grade.classroom import Records
from autograder.grade.feedback_text import points
from autograder.grade.record import record_path, write_atomically
from autograder.grade.submission import read_submission
from autograder.gradebook.answers import written_names
from autograder.gradebook.changes import read_reported
from autograder.gradebook.marks import SubmissionMarks, read_keys, read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.gradebook.tables import NEEDS_PERSON, grade_rows, write_csv
from autograder.report import figures
from autograder.report.feedback import TEMPLATES, prepared
from autograder.report.items import Failure, Gap, TestRow, gaps, quartiles, test_rows, unnamed
from autograder.report.similarity import Similar, similar
from autograder.sandbox.isolation import in_short
from autograder.stages import RELEASE, Stage, find_stage, stages

NUMBERS = ("mean", "lower_quartile", "median", "upper_quartile")


@dataclass(frozen=True)
class MistakeRow:
    """A catalogued mistake and who made it."""

    id: str
    task: str
    title: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class TaskRow:
    """How the points of one task are distributed over the graded submissions; a mark still to be given is left out."""

    task: str
    title: str
    worth: float
    count: int
    mean: float
    quartiles: tuple[float, float, float]
    gap: Gap | None = None


@dataclass
class StageReport:
    """What the page says of one stage.

    Attributes
    ----------
    scores : list of float
        All marks so far, one a graded submission.
    totals : dict of str to float
        What counts, after penalties, by student; without those a person has to look at.
    lost : dict of str to float
        Points lost in each tested task, on average over the graded submissions.
    tests : list of TestRow
        Over the submissions that could be run.
    people : list of (student, why)
        Who needs a person.
    late : list of (student, how late, points taken off)
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
    to_look_at: int = 0
    pending: list[tuple[str, int]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    isolated: list[str] = field(default_factory=list)
    totals: dict[str, float] = field(default_factory=dict)
    by_task: dict[str, list[float]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    unnamed: list[Failure] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    late: list[tuple[str, str, float]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    similar: Similar = field(default_factory=Similar)

    @property
    def summary(self) -> str:
        """Mean, quartiles, lowest and highest."""
        if not self.scores:
            return "No submission could be graded."
        low, half, high = (points(round(value, 1)) for value in quartiles(self.scores))
        return (f"Of those that ran: mean {points(round(mean(self.scores), 1))}, median {half}, quartiles {low} and {high}, from "
                f"{points(min(self.scores))} to {points(max(self.scores))}, of {points(self.max_score)} points.")

    @property
    def tasks(self) -> list[TaskRow]:
        """Distribution by task."""
        by_gap = {gap.task: gap for gap in self.gaps}
        return [TaskRow(task, self.stage.info.tasks.get(task, ""), self.task_points.get(task, 0.0), len(values),
                        mean(values) if values else 0.0, quartiles(values), by_gap.get(task))
                for task, values in self.by_task.items()]

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
    def boxes(self) -> str:
        """The distribution by task as a picture."""
        return figures.by_task({f"{row.task}  {row.title}": [value / (row.worth or 1) for value in self.by_task[row.task]]
                                for row in self.tasks})

    @property
    def boxes_in_words(self) -> str:
        """The same for who does not see it."""
        return " ".join(f"Task {row.task}: median {points(round(row.quartiles[1], 1))} of {points(row.worth)}." if row.count else
                        f"Task {row.task}: no marks yet." for row in self.tasks)


def write_report(course: Path) -> Path:
    """Write ``report/index.html`` and the tables beside it.

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
    students = across(found)
    html = _environment().get_template("class-report.html.j2").render(stages=found, students=students)
    write_atomically(page, html.encode("utf-8"))
    for name, (columns, rows) in tables(found, students).items():
        write_csv(page.with_name(f"{name}.csv"), columns, rows)
    return page


def gather(course: Path) -> list[StageReport]:
    """A report for each stage that has results."""
    pipeline = Pipeline(course)
    present = pipeline.term.people.present()
    graded = {pair: None for pair in present if record_path(course, *pair).exists()}
    if not graded:
        return []
    records = Records(course, graded)
    every = list(records)
    records.expect_whole()
    pipeline.settle_penalties()
    with pipeline.gradebook() as gradebook:
        marks, reported, keys = read_marks(gradebook), read_reported(gradebook), read_keys(gradebook)
    rows = {(row["stage"], row["student"]): row for row in grade_rows(every, marks, pipeline.term, reported)}
    by_stage: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in every:
        by_stage[record["stage"]].append(record)
    written: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for (stage_id, student), entry in marks.items():
        written[stage_id][student] = {mark.task: keys.get((entry.notebook_id, mark.name), "") for mark in entry.marks
                                      if mark.name in written_names(stage_id)} if (stage_id, student) in graded else {}
    found = []
    for stage_id, group in sorted(by_stage.items()):
        report = stage_report(find_stage(stage_id), group, rows, marks)
        report.late = [(student, text, marks[stage_id, student].penalty) for student in (record["student"] for record in group)
                       if (stage_id, student) in marks and (text := pipeline.term.lateness(stage_id, student).sentence())]
        report.missing = pipeline.term.people.missing(stage_id, present)
        report.similar = _similar(course, report.stage, [record["student"] for record in group], written.get(stage_id, {}))
        found.append(report)
    return found


def stage_report(stage: Stage, group: Sequence[dict[str, Any]], rows: dict[tuple[str, str], dict[str, Any]],
                 marks: Mapping[tuple[str, str], SubmissionMarks]) -> StageReport:
    """Everything about one stage, from its records, its marks and the rows of grades.csv."""
    run = [record for record in group if record["status"] == "graded"]
    mine = [rows[stage.id, record["student"]] for record in group if (stage.id, record["student"]) in rows]
    task_points = _sums(run[:1] or group[:1], "max_points")
    got = _sums(run, "points")
    graded = [marks[stage.id, row["student"]] for row in mine if row["status"] == "graded"]
    worth = {mark.task: mark.max_score for entry in graded[:1] for mark in entry.marks}
    by_task = {task: [mark.score for entry in graded for mark in entry.marks if mark.task == task and not mark.pending]
               for task in worth}
    return StageReport(
        stage, len(group), max((float(row["max_score"]) for row in mine), default=0.0),
        [float(row["score"]) for row in mine if row["status"] == "graded"],
        {task: value - got[task] / len(run) for task, value in task_points.items()} if run else {}, dict(task_points) | worth,
        test_rows(run), _mistake_rows(run),
        [(record["student"], record["reason"].partition("\n")[0]) for record in group if record["status"] == "ungradable"],
        sum(record["status"] == NEEDS_PERSON for record in group),
        [(row["student"], row["manual_pending"]) for row in mine if row["manual_pending"]],
        [(record["student"], note) for record in group for note in record["notes"]],
        [f"{count} graded with --isolation={isolation}: {in_short(isolation)}."
         for isolation, count in sorted(Counter(record["isolation"] for record in group).items()) if in_short(isolation)],
        totals={row["student"]: float(row["total"]) for row in mine if row["total"] != ""}, by_task=by_task,
        gaps=gaps(run), unnamed=unnamed(run), people=list(_people(mine)))


def _people(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Who needs a person, and why."""
    for row in rows:
        unread = row["manual_pending"]
        if row["asks"] or unread:
            yield row["student"], "; ".join(row["asks"]) or f"{unread} answer{'' if unread == 1 else 's'} to read"


def _similar(course: Path, stage: Stage, students: Sequence[str], answers: Mapping[str, Mapping[str, str]]) -> Similar:
    """Pairs among the code as it was graded, whatever the files were called, and among the answers."""
    others = {other.info.file for other in stages()} - {stage.info.file}
    files = {}
    for student in students:
        own = read_submission(course / "submitted" / student / stage.id, student, stage).files
        names = sorted((name for name in own if name.endswith(".py") and name not in others),
                       key=lambda name: (name != stage.info.file, name))
        files[student] = {name: own[name] for name in names}
    return similar(files, (RELEASE / stage.id / stage.info.file).read_bytes(), answers)


def across(found: Sequence[StageReport]) -> list[tuple[str, list[str], str]]:
    """Each student over all stages: what counts in each, and the sum."""
    names = sorted({student for report in found for student in [*report.totals, *report.missing]})
    return [(name, [points(report.totals[name]) if name in report.totals else "" for report in found],
             points(sum(report.totals.get(name, 0.0) for report in found))) for name in names]


def tables(found: Sequence[StageReport], students: Sequence[tuple[str, list[str], str]]
           ) -> dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]]:
    """The page's numbers as tables, by name."""
    stage_ids = [report.stage.id for report in found]
    tasks = [{"stage": report.stage.id, "task": row.task, "title": row.title, "worth": points(row.worth), "count": row.count,
              **({name: points(value) for name, value in zip(NUMBERS, (row.mean, *row.quartiles), strict=True)} if row.count
                 else dict.fromkeys(NUMBERS, ""))} for report in found for row in report.tasks]
    tests = [{"stage": report.stage.id, "task": row.task, "test": row.name, "visibility": row.visibility, "passed": row.passed,
              "reached": row.reached, "difficulty": "" if row.difficulty is None else points(row.difficulty),
              "discrimination": "" if row.discrimination is None else points(row.discrimination)}
             for report in found for row in report.tests]
    pairs = [{"stage": report.stage.id, "one": pair.one, "other": pair.other, "share": points(pair.share),
              "identical": pair.identical} for report in found for pair in report.similar.pairs]
    return {
        "students": (("student", *stage_ids, "sum"), [
            {"student": name, **dict(zip(stage_ids, cells, strict=True)), "sum": total} for name, cells, total in students]),
        "tasks": (("stage", "task", "title", "worth", "count", *NUMBERS), tasks),
        "tests": (("stage", "task", "test", "visibility", "passed", "reached", "difficulty", "discrimination"), tests),
        "pairs": (("stage", "one", "other", "share", "identical"), pairs),
    }


def _sums(group: Iterable[dict[str, Any]], what: str) -> Counter[str]:
    """Points by task over all records."""
    total: Counter[str] = Counter()
    for record in group:
        for test in record["tests"]:
            total[test["task"]] += test[what]
    return total


def _mistake_rows(run: Iterable[dict[str, Any]]) -> list[MistakeRow]:
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
