"""The other side of the benchmark does the same work: else the ratios mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.benchmarks import plain
from autograder.stages import Stage, stages


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_plain_nbgrader_gives_the_same_marks(stage: Stage, tmp_path: Path) -> None:
    """Full marks for the model answers, and for a mistake what the kit takes off in its task."""
    right = stage.solution.read_text(encoding="utf-8")
    mistake = stage.mistakes()[0]
    plain.build(tmp_path, stage, {"right": right, "wrong": mistake.source})
    plain.nbgrader(tmp_path, "autograde", stage.id)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        scores = {student: {grade.name: grade.auto_score for grade in
                            gradebook.find_submission_notebook(stage.id, stage.id, student).grades}
                  for student in ("right", "wrong")}
    assert sum(scores["right"].values()) == 80
    lost = {cell for cell, score in scores["wrong"].items() if score < scores["right"][cell]}
    # Later tasks that use it may lose points too: in plain nbgrader one mistake costs more than once.
    assert f"task_{mistake.task.replace('.', '_')}" in lost
