"""From solutions/ to assignments/ and dist/, in a copy of the kit."""

import re
import shutil
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import pytest

from autograder.checks.hints import read_hints
from autograder.checks.update import manifest
from autograder.publish.release import date_of, differences, drift, files
from autograder.stages import find_stage
from tests.classroom import SOLUTION, STAGE, STUB, contents, copy_of_kit, in_kit, run, state


@pytest.fixture
def own(tmp_path):
    """A kit of this test's own."""
    return copy_of_kit(tmp_path / "kit")


def test_the_folder_holds_what_a_student_needs(handout):
    """Stub, notebook, public tests, checks, README, requirements; nothing of the grader."""
    names = files(handout).keys()
    assert {"bptt.py", "1-bptt.ipynb", "test_public.py", "README.md", "requirements.txt", "stage.toml", "conftest.py",
            "checks/check.py"} <= names
    assert not [name for name in names if re.search(r"hidden|mistake|alternative|solution|sandbox|course|grade", name)]
    assert (handout / "bptt.py").read_text() == STUB
    for name, data in files(handout).items():
        assert not [line for line in data.splitlines() if b"autograder" in line and not line.startswith(b"GRADERS_OWN = ")], name


def test_the_notebook_has_points_of_the_suite_and_no_answer(handout):
    """Each task's cell carries its points; the mark scheme is gone; the task is locked."""
    notebook = nbformat.read(handout / "1-bptt.ipynb", as_version=4)
    nbformat.validate(notebook)
    plans = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in notebook.cells
             if "nbgrader" in cell.metadata}
    assert {name: plan.points for name, plan in plans.items()} == {
        "task_1_1": 5, "task_1_2": 8, "task_1_3": 15, "task_1_4": 8, "task_1_5": 12, "task_1_6": 22, "task_1_7": 10,
        "task_1_8": 20}
    assert plans["task_1_8"].task and plans["task_1_8"].locked
    source = "".join(cell.source for cell in notebook.cells)
    assert "MARK SCHEME" not in source and "from checks import check" in source
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]


def test_a_second_release_changes_no_byte(own):
    """Neither assignments/ nor the zip, nor a time of change in assignments/."""
    first = in_kit(own, "release", "--stage", "1-bptt")
    assert first.returncode == 0, first.stderr
    before, archive = state(own / "assignments"), (own / "dist" / "1-bptt.zip").read_bytes()
    second = in_kit(own, "release", "--stage", "1-bptt")
    assert "1-bptt: unchanged" in second.stdout
    assert state(own / "assignments") == before
    assert (own / "dist" / "1-bptt.zip").read_bytes() == archive
    with zipfile.ZipFile(own / "dist" / "1-bptt.zip") as bundle:
        packed = {name.removeprefix("1-bptt/"): bundle.read(name) for name in bundle.namelist()}
    assert packed == files(own / "assignments" / "1-bptt")
    assert not (own / "gradebook.db").exists()


def test_a_release_that_fails_leaves_the_old_one(own):
    """Built aside, put in place whole."""
    before = contents(own / "assignments" / "1-bptt")
    (own / "solutions" / "1-bptt" / "bptt.py").write_text(SOLUTION.replace("    ### END SOLUTION\n", "", 1))
    done = in_kit(own, "release", "--stage", "1-bptt")
    assert done.returncode == 2
    assert re.search(r"error: 1-bptt cannot be released:\nbptt\.py, line \d+: a solution begins inside the one of line",
                     done.stderr)
    assert "Traceback" not in done.stderr
    assert contents(own / "assignments" / "1-bptt") == before


def test_drift_is_named_file_by_file(handout, tmp_path):
    """Edited, deleted, added."""
    folder = shutil.copytree(handout, tmp_path / "1-bptt")
    assert differences(handout, folder) == []
    (folder / "checks" / "compare.py").write_text("")
    (folder / "README.md").unlink()
    (folder / "notes.txt").write_text("mine")
    assert differences(handout, folder) == ["README.md is missing", "notes.txt is not part of the release",
                                            "checks/compare.py differs"]


def test_what_running_leaves_behind_is_no_drift(handout, tmp_path):
    """Caches of Python, pytest and Jupyter."""
    folder = shutil.copytree(handout, tmp_path / "1-bptt")
    for name in ("__pycache__", ".ipynb_checkpoints", ".pytest_cache"):
        (folder / name).mkdir()
        (folder / name / "file").write_text("")
    assert differences(handout, folder) == []


def test_nbgraders_own_command_line_makes_the_same_folder(own, handout):
    """`nbgrader generate_assignment` copies model answers as they are; configured, it releases the stub. Of the release before,
    which it deletes first, it knows nothing.
    """
    done = run("nbgrader", "generate_assignment", "1-bptt", "--force", cwd=own)
    assert done.returncode == 0, done.stderr
    released = own / "assignments" / "1-bptt"
    assert (released / "bptt.py").read_text() == STUB
    ours, theirs = manifest(handout), manifest(released)
    assert theirs == ours | {"earlier": []} and set(differences(handout, released)) <= {"checks/release.json differs"}
    assert find_stage("1-bptt").solution.read_text() == SOLUTION


def test_hints_that_tell_the_same_are_no_drift(handout, tmp_path):
    """Whatever their bytes; another text behind one entry is, and so is what is no JSON."""
    there = shutil.copytree(handout, tmp_path / "1-bptt")
    path = there / "checks" / "hints.json"
    hints, last = read_hints(path), len(read_hints(path).texts) - 1
    turned = {name: re.sub(r"(\d+):", lambda number: f"{last - int(number[1])}:", entry) for name, entry in hints.entries.items()}
    for entries, found in ((turned, []), (hints.entries, ["checks/hints.json differs"])):
        path.write_text(replace(hints, texts=hints.texts[::-1], entries=entries).as_json())
        assert differences(handout, there) == ["checks/hints.json differs"]
        assert drift(STAGE, handout, there) == found
    path.write_text("no hints")
    assert drift(STAGE, handout, there) == ["checks/hints.json differs"]


def test_the_files_of_a_zip_have_the_day_of_the_release():
    """Also of a second release on one day; of none, the earliest day that a zip can hold."""
    def dated(release):
        return date_of(SimpleNamespace(info=SimpleNamespace(release=release)))

    assert dated("2026-10-05") == dated("2026-10-05.2") == (2026, 10, 5, 0, 0, 0) and dated("") == (1980, 1, 1, 0, 0, 0)
