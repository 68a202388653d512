"""The autograder for Gradescope, run in the folders that Gradescope makes."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from autograder.lms.gradescope import pack, requirements, results
from autograder.stages import find_stage, stages
from tests.classroom import SOLUTION, STAGE, record_of
from tests.graded_class import mistaken_source


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    return unpacked(STAGE, tmp_path_factory.mktemp("gradescope"))


def unpacked(stage, folder):
    """What Gradescope's image holds after setup: the zip, unpacked; the libraries are this environment's."""
    archive = pack(stage, folder / "dist")
    with zipfile.ZipFile(archive) as bundle:
        for info in bundle.infolist():
            path = folder / "autograder" / "source" / info.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bundle.read(info))
            path.chmod(info.external_attr >> 16 & 0o777)
    return folder


def autograde(image, tmp_path, files):
    """One submission through `run_autograder`; the results."""
    root = tmp_path / "autograder"
    shutil.copytree(image / "autograder", root)
    for name, text in files.items():
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (root / "results").mkdir()
    done = subprocess.run(
        [str(root / "source" / "run_autograder")],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((root / "results" / "results.json").read_text())


def test_a_submission_is_graded_as_here(image, tmp_path, graded):
    """Same marks, test by test, as `make grade`; hints and public failures in full, hidden ones without values."""
    found = autograde(image, tmp_path, {"bptt (1).py": mistaken_source()})
    record = record_of(graded, "mistaken")
    assert [(test["score"], test["max_score"]) for test in found["tests"]] == [
        (test["points"], test["max_points"]) for test in record["tests"]]
    assert sum(test["score"] for test in found["tests"]) == 77
    failed = [test for test in found["tests"] if test["status"] == "failed"]
    assert {test["visibility"] for test in failed} == {"visible", "after_published"}
    assert "Hint: The entries beside the diagonal" in failed[0]["output"]
    for test in failed:
        assert test["name"].startswith("Task 1.3, ")
        assert ("expected" in test["output"]) == (test["visibility"] == "visible")
        assert test["tags"][0] == "task 1.3" and test["number"].startswith("1.3.")


@pytest.mark.parametrize("stage", stages()[1:], ids=lambda stage: stage.id)
def test_the_model_answers_get_full_marks_from_the_package_of_every_stage(stage, tmp_path):
    """What lies in the zip is enough: earlier stages, data that is handed out, and data that is not."""
    files = {stage.info.file: stage.solution.read_bytes()} | stage.trained()
    found = autograde(unpacked(stage, tmp_path / "image"), tmp_path, files)
    assert [test["name"] for test in found["tests"] if test["score"] != test["max_score"]] == []
    assert sum(test["max_score"] for test in found["tests"]) == 80


def test_a_folder_around_the_files_is_taken_off_and_a_broken_file_is_a_result(image, tmp_path):
    found = autograde(image, tmp_path, {"my work/bptt.py": SOLUTION.replace("def ", "def def ", 1)})
    assert "SyntaxError" in found["output"] and {test["score"] for test in found["tests"]} == {0.0}


def test_an_empty_submission_is_a_result(image, tmp_path):
    assert "bptt.py is missing" in autograde(image, tmp_path, {})["output"]


def test_a_missing_sandbox_is_named(graded):
    record = record_of(graded, "mistaken") | {"isolation": "process"}
    assert "without a sandbox" in results(record, STAGE)["output"]


def test_the_zip_is_the_same_every_time_and_holds_what_it_needs_alone(image, tmp_path):
    """The files Gradescope asks for are at its root and can be run; other stages and the kit's tests are not in it."""
    archive = pack(STAGE, tmp_path)
    assert archive.read_bytes() == pack(STAGE, tmp_path / "again").read_bytes()
    names = zipfile.ZipFile(archive).namelist()
    assert {"setup.sh", "run_autograder", "requirements.txt", f"solutions/{STAGE.id}/bptt.py"} <= set(names)
    assert not [
        name for name in names if name.startswith(("tests/", "submitted/", "solutions/4", "autograder/stages/gated"))
    ]
    for name in ("setup.sh", "run_autograder"):
        script = image / "autograder" / "source" / name
        assert os.access(script, os.X_OK)
        assert subprocess.run(["bash", "-n", str(script)], capture_output=True).returncode == 0


def test_pytorch_is_installed_only_where_it_is_used():
    assert not [line for line in requirements(STAGE) if line.startswith("torch")]
    assert [line for line in requirements(find_stage("4-gated")) if line.startswith("torch")]
