"""The class report: its numbers are those of the records, and it is the same for the same results."""

import json
import shutil
from itertools import pairwise
from statistics import correlation

import pytest

from autograder.errors import UsageError
from autograder.report import figures, items
from autograder.report.class_report import gather, tables, write_report
from tests.classroom import STAGE, grade, record_of
from tests.graded_class import HOSTILE
from tests.reading import Page


def test_the_numbers_are_those_of_the_records(graded):
    """Scores, points lost, mistakes, what could not be run and what waits."""
    (report,) = gather(graded)
    ran = ["half", "hostile", "mistaken", "solution"]
    records = [record_of(graded, student) for student in ran]
    assert report.submissions == 5 and sorted(report.scores) == sorted(record["score"] for record in records)
    assert sum(report.lost.values()) == pytest.approx(80 - sum(record["score"] for record in records) / 4)
    assert report.lost["1.1"] == pytest.approx(
        sum(
            test["max_points"] - test["points"]
            for record in records
            for test in record["tests"]
            if test["task"] == "1.1"
        )
        / 4
    )
    assert [(row.id, row.task, row.students) for row in report.mistakes] == [
        ("softmax-jacobian-sign", "1.3", ("mistaken",))
    ]
    assert [student for student, _ in report.ungradable] == ["broken"] and "SyntaxError" in report.ungradable[0][1]
    assert sorted(student for student, _ in report.pending) == ["half", "hostile", "solution"]


def test_tests_that_nobody_and_everybody_passes(course):
    """Counted among those who wrote the function: a stub does not make a test one that nobody passes."""
    for student in ("solution", "mistaken", "hostile"):
        path = course / "results" / STAGE.id / f"{student}.json"
        record = json.loads(path.read_text())
        for test in record["tests"]:
            if test["task"] == "1.7":
                test |= {"outcome": "failed", "points": 0.0}
        path.write_text(json.dumps(record))
    (report,) = gather(course)
    assert {test.task for test in report.nobody} == {"1.7"}
    assert all(test.reached == 3 for test in report.nobody)  # "half" has not written task 1.7
    lost = {test["title"] for student in ("mistaken", "hostile") for test in record_of(course, student)["tests"]
            if test["outcome"] != "passed"}
    assert "1.2" in {test.task for test in report.everybody}
    assert lost and not lost & {test.title for test in report.everybody}
    words = Page(write_report(course).read_text()).words()
    assert report.nobody[0].title in words


def test_the_page_is_the_same_for_the_same_results_and_nothing_on_it_runs(course):
    """Byte for byte; a hostile note is text."""
    path = course / "results" / STAGE.id / "half.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"notes": [HOSTILE]}))
    first = write_report(course).read_bytes()
    shutil.rmtree(course / "report")
    assert write_report(course).read_bytes() == first
    page = Page(first.decode())
    assert [found for found in page.active() if "data:image/svg+xml" not in found] == []
    assert HOSTILE in page.words()
    assert all(
        picture["alt"] and picture["src"].startswith("data:image/svg+xml;base64,") for picture in page.all("img")
    )
    assert len(page.all("img")) == 2 and "median" in page.all("img")[1]["alt"]
    levels = page.headings()
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))


def test_difficulty_and_discrimination_are_what_they_are_called():
    """Share of those who pass; correlation of passing with the rest of the points, without the test itself."""
    def a_record(student, good, score):
        test = {"task": "1.1", "test": "t", "title": "T", "visibility": "public", "outcome": "passed" if good else "failed",
                "points": float(good), "max_points": 1.0, "mistake": "", "message": f"got {score}, expected 7"}
        return {"student": student, "score": score + good, "tests": [test]}

    class_of = [a_record(name, good, score) for name, good, score in (
        ("a", 1, 9), ("b", 1, 8), ("c", 1, 7), ("d", 0, 3), ("e", 0, 2), ("f", 0, 2))]
    (row,) = items.test_rows(class_of)
    assert row.difficulty == 0.5 and row.discrimination == pytest.approx(correlation([1, 1, 1, 0, 0, 0], [9, 8, 7, 3, 2, 2]))
    assert items.test_rows(class_of[:5])[0].discrimination is not None and items.test_rows(class_of[:4])[0].discrimination is None
    assert items.test_rows(class_of[:3] * 2)[0].discrimination is None
    (failure,) = items.unnamed(class_of)
    assert failure.message == "got #, expected #" and failure.students == ("d", "e", "f")
    assert [items.quartiles(values) for values in ([1, 2, 3, 4, 5], [7], [])] == [(2, 3, 4), (7, 7, 7), (0, 0, 0)]


def test_who_fails_hidden_tests_alone_is_told_from_who_fails_both():
    def a_record(student, **outcomes):
        return {"student": student, "tests": [{"task": "1.1", "visibility": kind, "outcome": outcome, "max_points": 2.0,
                                               "points": 2.0 * (outcome == "passed")} for kind, outcome in outcomes.items()]}

    (gap,) = items.gaps([a_record("a", public="passed", hidden="passed"), a_record("b", public="passed", hidden="failed"),
                         a_record("c", public="failed", hidden="failed"), a_record("d", public="failed", hidden="passed")])
    assert (gap.public, gap.hidden, gap.only_public) == (0.5, 0.5, ("b",))


def test_everything_a_lecturer_asks_is_on_the_page_and_in_tables(course):
    """Distribution by task, public against hidden, who needs a person, late, missing, look-alikes, students."""
    shutil.copytree(course / "submitted" / "solution", course / "submitted" / "twin")
    twin = course / "submitted" / "twin" / STAGE.id
    (twin / STAGE.info.file).rename(twin / "bptt (1).py")  # as a browser names a second download
    (course / "policy.toml").write_text(f"per_day = 5\n[{STAGE.id}]\ndue = 2026-11-02T23:59:00Z\n")
    (course / "roster.csv").write_text("student,group\nsolution,\ntwin,\nzoe,\n")
    (course / "collected.csv").write_text(f"student,stage,when,late\nmistaken,{STAGE.id},2026-11-04T10:00:00Z,\n")
    grade(course)
    words = Page(write_report(course).read_text()).words()
    (report,) = gather(course)
    assert [(pair.one, pair.other, pair.identical) for pair in report.similar.pairs][:2] == [
        ("solution", "twin", STAGE.info.file), ("solution", "twin", "the answer to 1.8")]
    assert report.late == [("mistaken", "2 days late", 10.0)] and report.missing == ["zoe"] and report.totals["mistaken"] == 67
    assert ("half", "1 answer to read") in report.people and "bptt.py is the same" in words
    gap = next(gap for gap in report.gaps if gap.task == "1.3")
    assert gap.public is not None and 0 < gap.public <= 1 and 0 < gap.hidden <= 1
    for heading in ("By task", "Failures without a name", "Every test", "Who needs a person", "Late", "nothing handed in",
                    "Submissions that look alike", "Each student over the stages", "Discrimination"):
        assert heading in words, heading
    tables = {path.stem: path.read_text().splitlines() for path in (course / "report").glob("*.csv")}
    assert set(tables) == {"students", "tasks", "tests", "pairs"} and "mistaken,67,67" in tables["students"]
    assert len(tables["tests"]) == 1 + len(report.tests) and tables["tasks"][0].endswith("lower_quartile,median,upper_quartile")


def test_without_results_it_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="make grade"):
        write_report(tmp_path)


def test_a_task_nobody_has_marked_has_no_median(course):
    """Neither in the picture's words nor in the table: a 0 would be a mark."""
    report, = gather(course)
    written = {row.task: row for row in report.tasks}["1.8"]
    assert written.count == 1 and "Task 1.8: median 0 of 20." in report.boxes_in_words  # who wrote nothing has 0
    report.by_task["1.8"] = []
    assert "Task 1.8: no marks yet." in report.boxes_in_words
    _, rows = tables([report], [])["tasks"]
    assert [row["median"] for row in rows if row["task"] == "1.8"] == [""] and figures.by_task({"1.8": []})
