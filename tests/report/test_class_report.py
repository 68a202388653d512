"""The class report: its numbers are those of the records, and it is the same for the same results."""

import json
import shutil
from itertools import pairwise

import pytest

from autograder.errors import UsageError
from autograder.report.class_report import gather, write_report
from tests.classroom import STAGE, record_of
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
    assert len(page.all("img")) == 2
    levels = page.headings()
    assert levels[0] == 1 and all(after <= before + 1 for before, after in pairwise(levels))


def test_without_results_it_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="make grade"):
        write_report(tmp_path)
