"""The other side of the benchmark does the same work: else the ratios mean nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.benchmarks import otter, plain
from autograder.stages import KIT, Stage, find_stage, points, stages


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


def test_otter_grader_gets_the_same_tests_with_their_points(tmp_path: Path) -> None:
    """Each test of the suite once, with its points, and what the tests share runs on a student's names in `__main__`."""
    stage = find_stage("1-bptt")
    right = stage.solution.read_text(encoding="utf-8")
    otter.build(tmp_path, stage, {"right": right})
    with zipfile.ZipFile(tmp_path / "autograder.zip") as package:
        package.extractall(tmp_path)
    files = "\n".join(file.read_text(encoding="utf-8") for file in (tmp_path / "tests").iterdir())
    found = re.findall(r'@test_case\(name="(\w+)", points=([\d.]+), hidden=(\w+)\)', files)
    assert sorted(found) == sorted((test, str(worth), str(visibility == "hidden"))
                                   for visibility, _, test, _, worth in points.test_list(stage))
    runs = [f"{otter.SUITE}.run_this_test({otter.SUITE}.{test})" for test, _, _ in found]
    program = "\n".join([plain.without_markers(right), f"import {otter.SUITE}", *runs])
    environment = plain.environment(tmp_path) | {"PYTHONPATH": f"{tmp_path / 'files'}{os.pathsep}{KIT}"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
