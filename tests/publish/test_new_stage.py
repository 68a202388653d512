"""A stage made by `make stage`: changed, tried, released, graded and removed; the gates hold as it stands."""

import csv
import shutil
from pathlib import Path

import pytest

from tests.classroom import copy_of_kit, in_kit


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """A kit with a new stage."""
    kit = copy_of_kit(tmp_path_factory.mktemp("new") / "kit")
    outcome = in_kit(kit, "stage", "Attention")
    assert outcome.returncode == 0, outcome.stderr
    assert "5-attention is laid out" in outcome.stdout
    return kit


def test_a_new_stage_is_changed_tried_released_graded_and_removed(kit: Path, tmp_path: Path) -> None:
    """As the pages say; every gate holds as it stands."""
    proven = in_kit(kit, "verify", "--stage", "attention")
    assert proven.returncode == 0 and "FAIL" not in proven.stdout, proven.stdout + proven.stderr
    assert "1 of 1 mistakes" in proven.stdout and "2 folders" in proven.stdout
    # Changed: a test is worth more, and the total says so.
    suite = kit / "autograder" / "stages" / "attention"
    hidden = suite / "hidden.py"
    hidden.write_text(hidden.read_text(encoding="utf-8").replace("points=20", "points=25"), encoding="utf-8")
    refused = in_kit(kit, "release", "--stage", "5")
    assert refused.returncode == 2 and "the points add up to 105, not to 100" in refused.stderr
    facts = suite / "stage.toml"
    facts.write_text("total_points = 105\n" + facts.read_text(encoding="utf-8"), encoding="utf-8")
    notebook = kit / "solutions" / "5-attention" / "5-attention.ipynb"
    text = notebook.read_text(encoding="utf-8").replace("The weighted sum | 80 |", "The weighted sum | 85 |")
    notebook.write_text(text, encoding="utf-8")
    tried = in_kit(kit, "try", "--stage", "5", "--task", "5.1")
    assert tried.returncode == 0 and "NOT NAMED" not in tried.stdout, tried.stdout
    released = in_kit(kit, "release", "--stage", "5")
    assert released.returncode == 0 and "5-attention: re-released" in released.stdout, released.stderr
    assert (kit / "dist" / "5-attention.zip").exists()
    # Graded: the model answers, and the catalogued mistake.
    mistake = (suite / "mistakes" / "weighted_sum_is_a_mean.py").read_text(encoding="utf-8")
    for student, source in (("ada", (kit / "solutions/5-attention/attention.py").read_text(encoding="utf-8")), ("bob", mistake)):
        folder = tmp_path / "submitted" / student / "5-attention"
        folder.mkdir(parents=True)
        (folder / "attention.py").write_text(source, encoding="utf-8")
        shutil.copy(kit / "assignments/5-attention/5-attention.ipynb", folder)
    graded = in_kit(kit, "grade", "--course", str(tmp_path), "--isolation", "process", "--jobs", "1")
    assert graded.returncode == 0, graded.stdout + graded.stderr
    rows = {row["student"]: row for row in csv.DictReader((tmp_path / "grades.csv").read_text("utf-8").splitlines())}
    assert (rows["ada"]["score"], rows["ada"]["max_score"]) == ("85", "105")
    items = (tmp_path / "items.csv").read_text(encoding="utf-8")
    assert float(rows["bob"]["score"]) < 85 and "weighted-sum-is-a-mean" in items
    # Removed: what is left of it is named, and is in nobody's way once it is gone.
    shutil.rmtree(kit / "solutions" / "5-attention")
    shutil.rmtree(suite)
    left = in_kit(kit, "release", "--stage", "1")
    assert left.returncode == 2 and "assignments/5-attention, dist/5-attention.zip" in left.stderr
    shutil.rmtree(kit / "assignments" / "5-attention")
    (kit / "dist" / "5-attention.zip").unlink()
    assert in_kit(kit, "release", "--stage", "1").returncode == 0
    assert "5-attention" not in in_kit(kit, "try", "--gate", "points add up").stdout


@pytest.mark.parametrize(("name", "words"), [
    ("numpy", "the name of something else"), ("class", "the name of something else"), ("checks", "the name of something else"),
    ("points", "the name of something else"), ("1-other", "taken"), ("bptt", "taken"),
    ("my-stage", "small letters, digits and _"),
    ("../x", "small letters"), ("", "small letters"),
])
def test_a_name_that_cannot_be_is_refused_and_nothing_is_made(kit: Path, name: str, words: str) -> None:
    before = sorted(path.name for path in (kit / "solutions").iterdir())
    outcome = in_kit(kit, "stage", name)
    assert outcome.returncode == 2 and words in outcome.stderr, outcome.stderr
    assert sorted(path.name for path in (kit / "solutions").iterdir()) == before
