"""Points of a stage add up to what its stage.toml states, and every page says the same."""

import csv
import json
from pathlib import Path

import nbformat
import pytest

from autograder.publish.release_steps import disagreements
from autograder.stages import RELEASE, find_stage
from autograder.stages.points import task_points, written_points
from tests.classroom import SOLUTION, copy_of_kit, hand_in, in_kit

STAGE = "1-bptt"


@pytest.fixture(scope="module")
def another_total(tmp_path_factory) -> Path:
    """A kit whose first stage has two written tasks, 12 and 18 points of 110."""
    kit = copy_of_kit(tmp_path_factory.mktemp("points") / "kit")
    facts = kit / "autograder/stages/bptt/stage.toml"
    text = facts.read_text(encoding="utf-8").replace('title = ', 'total_points = 110\ntitle = ', 1)
    facts.write_text(text.replace('"1.8" = "Written: the recursion"', '"1.8" = "The recursion"\n"1.9" = "A summary"'), "utf-8")
    path = kit / "solutions" / STAGE / f"{STAGE}.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    at = next(n for n, cell in enumerate(content["cells"]) if cell["metadata"].get("nbgrader", {}).get("task"))
    first = content["cells"][at]
    first["metadata"]["nbgrader"]["points"] = 12
    second = json.loads(json.dumps(first))
    second["id"] = "summary"
    second["metadata"]["nbgrader"] |= {"grade_id": "task_1_9", "points": 18}
    second["source"] = ("### Task 1.9 A summary (18 points)\n\n=== BEGIN MARK SCHEME ===\nNine points for each of both halves.\n"
                        "=== END MARK SCHEME ===")
    answer = {"cell_type": "markdown", "id": "summary-answer", "metadata": {}, "source": "*Your summary.*"}
    content["cells"][at + 2:at + 2] = [second, answer]
    head = content["cells"][0]
    head["source"] = "".join(head["source"]).replace("| 1.8 | Written: the recursion | 20 | 60 |",
                                                     "| 1.8 | The recursion | 12 | 60 |\n| 1.9 | A summary | 18 | 60 |")
    path.write_text(json.dumps(content), encoding="utf-8")
    outcome = in_kit(kit, "release", "--stage", STAGE)
    assert outcome.returncode == 0, outcome.stderr
    return kit


def test_the_readme_gives_each_written_task_its_own_points(another_total: Path) -> None:
    page = (another_total / "assignments" / STAGE / "README.md").read_text(encoding="utf-8")
    assert "| 1.8 | The recursion | in the notebook | 12 | by hand |" in page
    assert "| 1.9 | A summary | in the notebook | 18 | by hand |" in page


def test_marks_and_exports_have_the_stated_total(another_total: Path, tmp_path: Path) -> None:
    released = (another_total / "assignments" / STAGE / f"{STAGE}.ipynb").read_bytes()
    hand_in(tmp_path, "ada", SOLUTION, released)
    graded = in_kit(another_total, "grade", "--course", str(tmp_path), "--jobs", "1", "--isolation", "process")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    exported = in_kit(another_total, "export", "--course", str(tmp_path), "--partial")
    assert exported.returncode == 0, exported.stdout + exported.stderr
    (row,) = csv.DictReader((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines())
    assert (row["score"], row["max_score"]) == ("80", "110")
    page = (tmp_path / "feedback" / "ada" / STAGE / f"{STAGE}.html").read_text(encoding="utf-8")
    assert "110" in page


def test_the_gate_on_points_holds_with_another_total_and_fails_with_the_wrong_one(another_total: Path) -> None:
    assert in_kit(another_total, "try", "--stage", STAGE, "--gate", "points add up").returncode == 0
    facts = another_total / "autograder/stages/bptt/stage.toml"
    before = facts.read_text(encoding="utf-8")
    facts.write_text(before.replace("total_points = 110", "total_points = 100"), encoding="utf-8")
    try:
        failed = in_kit(another_total, "try", "--stage", STAGE, "--gate", "points add up")
    finally:
        facts.write_text(before, encoding="utf-8")
    assert failed.returncode == 1 and "the points add up to 110, not to 100" in failed.stdout


def test_a_table_that_gives_a_written_task_other_points_is_named() -> None:
    stage = find_stage(STAGE)
    released = nbformat.read(RELEASE / STAGE / f"{STAGE}.ipynb", as_version=4)
    assert disagreements(released, task_points(stage), 100) == []
    released.cells[0].source = released.cells[0].source.replace("the recursion | 20 |", "the recursion | 25 |")
    (problem,) = disagreements(released, task_points(stage), 100)
    assert problem == "task 1.8: 25 points in the table of the first cell, 20 in the cell of the task"


def test_the_points_by_hand_are_those_of_the_notebooks_cells() -> None:
    assert written_points(find_stage(STAGE)) == {"1.8": 20}
