"""What is measured of the gradebook is what a class costs: every copy has its marks, its page and its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.benchmarks import central
from autograder.gradebook import tables
from autograder.gradebook.pipeline import Pipeline
from autograder.stages import find_stage


def test_all_copies_of_the_submission_are_entered_and_in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, seen = find_stage("1-bptt"), {}
    write = tables.write_tables

    def look(course: Path, pipeline: Pipeline) -> object:
        written = write(course, pipeline)
        seen.update({row["student"]: (row["score"],
                                      (course / "feedback" / row["student"] / stage.id).is_dir()) for row in written[0]})
        return written

    monkeypatch.setattr(tables, "write_tables", look)
    cost = central.central(stage.id, 4)
    assert set(seen) == {f"student-{number}" for number in range(5)} and len(set(seen.values())) == 1
    assert all(has_page for _, has_page in seen.values())
    assert min(cost) > 0
