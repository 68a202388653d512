"""What submit() makes is what `make collect` takes: of every stage, whatever an LMS calls it, for full marks."""

import json
import shutil

import pytest

from autograder.grade.submission import read_submission
from autograder.gradebook.grading import grade_course
from autograder.stages import RELEASE, stages
from tests.classroom import Silent, run
from tests.lms.packing import came

# What Canvas, a browser and students make of the zip's name.
NAMES = ("handin-{0}.zip", "handin-{0}-1.zip", "handin-{0} (2).zip", "Kopie von handin-{0}.zip", "homework.zip",
         "handin-{0}.zip.txt")


@pytest.fixture(scope="module")
def zips(tmp_path_factory, bare_python):
    """The zip of each stage, made in the released folder with the model answers, on a machine without the kit."""
    made, home = {}, tmp_path_factory.mktemp("student")
    for stage in stages():
        folder = shutil.copytree(RELEASE / stage.id, home / stage.id)
        (folder / stage.info.file).write_bytes(stage.solution.read_bytes())
        for name, data in stage.trained().items():
            (folder / name).write_bytes(data)
        notebook = json.loads((folder / f"{stage.id}.ipynb").read_text(encoding="utf-8"))
        next(cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("*Your answer to task "))["source"] = (
            "The product rule, twice, and then a sum over all the steps.")
        (folder / f"{stage.id}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        done = run(bare_python, "-m", "checks", "submit", cwd=folder)
        assert done.returncode == 0 and "TO FIX" not in done.stdout, done.stdout + done.stderr
        made[stage.id] = (folder / f"handin-{stage.id}.zip").read_bytes()
    return made


def test_every_stage_gets_full_marks(zips, tmp_path):
    """One student, four downloads, one `make grade`."""
    for stage_id, data in zips.items():
        assert not came({f"lovelaceada_101_5001_handin-{stage_id}.zip": data}, tmp_path).notes
    outcome = grade_course(tmp_path, Silent(), jobs=2)
    assert not outcome.failed
    for stage in stages():
        record = json.loads((tmp_path / "results" / stage.id / "lovelaceada_101.json").read_text(encoding="utf-8"))
        assert (record["status"], record["score"], record["notes"]) == ("graded", record["max_score"], []), record["notes"]


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_a_class_of_them_comes_in_by_any_name(zips, tmp_path, stage):
    """In a Canvas download, and each in a folder of the student's: the files are those that were zipped."""
    canvas = {f"person{n}_{100 + n}_{500 + n}_{name.format(stage.id)}": zips[stage.id] for n, name in enumerate(NAMES)}
    folders = {f"ann-{n}/{name.format(stage.id)}": zips[stage.id] for n, name in enumerate(NAMES)}
    flat = {f"bob{n}_handin-{stage.id}.zip": zips[stage.id] for n in range(2)}
    for files in (canvas, folders, flat):
        course = tmp_path / str(len(list(tmp_path.iterdir())))
        outcome = came(files, course)
        assert len(outcome.new) == len(files) and {stage_id for _, stage_id in outcome.new} == {stage.id}
        for student, _ in outcome.new:
            found = read_submission(course / "submitted" / student / stage.id, student, stage)
            assert found.files[stage.info.file] == stage.solution.read_bytes() and b"product rule" in found.notebook
            assert {name: found.files[name] for name in stage.info.submission_files} == stage.trained()


def test_submit_and_the_grader_take_the_same_files(bare_python, tmp_path):
    """A package, a module of a module, a table: what submit() packs is all that the code needs, and no more."""
    folder = shutil.copytree(RELEASE / "1-bptt", tmp_path / "1-bptt")
    own = {"helpers/__init__.py": "from .deep.more import x\n", "helpers/deep/__init__.py": "", "helpers/deep/more.py": "x = 1\n",
           "my_utils.py": "import other\n", "other.py": "y = 1\n", "table.csv": "1,2\n", "diary.txt": "a day\n",
           "unused.py": "z = 1\n"}
    for name, text in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    source = stages()[0].solution.read_text(encoding="utf-8")
    (folder / "bptt.py").write_text(f"import helpers, my_utils\n\nopen('table.csv').close()\n{source}", encoding="utf-8")
    said = run(bare_python, "-m", "checks", "submit", cwd=folder).stdout
    assert "which the grader does not have" not in said
    came({"ann_1_2_handin-1-bptt.zip": (folder / "handin-1-bptt.zip").read_bytes()}, tmp_path)
    found = read_submission(tmp_path / "submitted" / "ann_1" / "1-bptt", "ann_1", stages()[0])
    assert set(found.files) == {"bptt.py"} | set(own) - {"diary.txt", "unused.py"}
    assert not found.problem
