"""submit() sees what the grader will see, and the zip it makes is a hand-in."""

import hashlib
import json
import os
import shutil
import time
import zipfile

import pytest

from autograder.checks.submit import OLD, Handin, _look_at_notebook, unanswered_tasks
from autograder.checks.update import hash_of_cell
from tests.classroom import SOLUTION, STAGE, STUB, run

NOTEBOOK = f"{STAGE.id}.ipynb"
ARCHIVE = f"handin-{STAGE.id}.zip"


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place, with the model answers."""
    folder = shutil.copytree(handout, tmp_path / STAGE.id)
    (folder / STAGE.info.file).write_text(SOLUTION, encoding="utf-8")
    return folder


def answered(folder, text="The product rule gives a recursion, because W_h stands in h_t twice."):
    """Write an answer where the notebook asks for one."""
    notebook = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("*Your answer to task "))
    cell["source"] = text
    (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")


def submit(python, folder):
    """`python -m checks submit`: what it says, and its exit status."""
    done = run(python, "-m", "checks", "submit", cwd=folder)
    assert "Traceback" not in done.stderr
    return done.stdout, done.returncode


def test_a_complete_hand_in_has_nothing_to_fix(bare_python, folder):
    """One zip with the files at its top, and a receipt with the hash of each."""
    answered(folder)
    said, status = submit(bare_python, folder)
    assert status == 0 and "TO FIX" not in said
    assert "passed:                1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7" in said
    with zipfile.ZipFile(folder / ARCHIVE) as bundle:
        assert bundle.namelist() == [STAGE.info.file, NOTEBOOK, "receipt.json"]
        receipt = json.loads(bundle.read("receipt.json"))
        for name, digest in receipt["files"].items():
            assert digest == hashlib.sha256((folder / name).read_bytes()).hexdigest()
            assert bundle.read(name) == (folder / name).read_bytes()
    assert (receipt["stage"], receipt["release"]) == (STAGE.id, STAGE.info.release)
    assert f"Its code is {receipt['code']}." in said


def test_a_notebook_shows_what_to_do_with_the_zip(bare_python, folder):
    """The value of submit() is a path, and is shown in words."""
    program = ("from pathlib import Path\nfrom checks import submit\nmade = submit()\n"
               "print(repr(made), isinstance(made, Path), made == Path.cwd() / made.name, made.parent == Path.cwd())\n")
    done = run(bare_python, "-c", program, cwd=folder)
    assert done.stdout.splitlines()[-1] == f"Upload {ARCHIVE} True True True", done.stderr


def test_the_zip_is_collected_as_it_is(bare_python, folder, tmp_path):
    """The TA's side: what submit() made is a submission of this stage."""
    from autograder.checks.rules import own_modules
    from autograder.grade.submission import read_submission

    (folder / STAGE.info.file).write_text(SOLUTION + "\nimport my_utils\n", encoding="utf-8")
    (folder / "my_utils.py").write_text("X = 1\n", encoding="utf-8")
    submit(bare_python, folder)
    target = tmp_path / "submitted" / "ada" / STAGE.id
    zipfile.ZipFile(folder / ARCHIVE).extractall(target)
    submission = read_submission(target, "ada", STAGE)
    assert submission.problem == "" and set(submission.files) >= {STAGE.info.file, "my_utils.py"}
    assert own_modules(folder, STAGE.info) == [STAGE.info.file, "my_utils.py"]


def test_a_library_that_the_grader_does_not_have_is_named(bare_python, folder):
    """`import pandas` is green at home and worth nothing there; inside a function and in an own module too."""
    late = "\nimport helper\n\n\ndef late():\n    import pandas as pd\n"
    (folder / STAGE.info.file).write_text(SOLUTION + late, encoding="utf-8")
    (folder / "helper.py").write_text("from scipy.linalg import expm\n", encoding="utf-8")
    said, _ = submit(bare_python, folder)
    assert "imports pandas, which the grader does not have" in said
    assert "helper.py, line 1, imports scipy, which the grader does not have" in said
    assert "cannot be imported in a clean process: ModuleNotFoundError: No module named 'scipy'" in said


HALF, CLASS = SOLUTION.index("def dL_dyhat"), SOLUTION.index("def softmax")
HEAD, REST = SOLUTION[:CLASS], SOLUTION[:CLASS] + SOLUTION[HALF:]
ELSEWHERE = {
    "a helper found by sys.path": ({"bptt.py": f'import sys\nsys.path.append("src")\nfrom loss import *\n{REST}',
                                    "src/loss.py": SOLUTION[:HALF]}, "", ["src/loss.py"]),
    "a helper and a table that are opened": (
        {"bptt.py": "import pathlib\nexec(pathlib.Path(__file__).with_name('part.py').read_text())\nopen('data/t.csv').close()\n",
         "part.py": SOLUTION, "data/t.csv": "1,2\n"}, "", ["part.py", "data/t.csv"]),
    "a helper in a folder": ({"bptt.py": f"from loss import *\n{REST}", "a/loss.py": SOLUTION[:HALF]},
                             "a/loss.py lies in a folder, where Python does not look for it", ["a/loss.py"]),
    "a finished copy": ({"bptt.py": SOLUTION[:HALF], "work/final.py": SOLUTION},
                        "bptt.py lacks code that you wrote, but work/final.py has ", ["work/final.py"]),
    "a copy beside a file that cannot be imported": ({"bptt.py": "from gone import *\n", "mine.py": SOLUTION},
                                                     "imports gone, which the grader does not have", ["mine.py"]),
    "hidden by __all__": ({"bptt.py": "from mysol import *\n", "mysol.py": f"__all__ = ['softmax']\n{SOLUTION}"},
                          "`__all__` in mysol.py leaves out what is not in that list", ["mysol.py"]),
    "among the checks": ({"bptt.py": f"from checks.mine import x\n{SOLUTION}", "checks/mine.py": "x = 1\n"},
                         "bptt.py, line 1, imports checks.mine, which the grader does not have", []),
    "in a class": ({"bptt.py": f"{HEAD}class Mine:\n    " + SOLUTION[CLASS:].replace("\n", "\n    ")},
                   "in bptt.py cannot be called from outside: that code stands in a class", []),
    "taken over as it runs": ({"bptt.py": f"{STUB}\nimport mine\nfor _name in dir(mine):\n    if not _name.startswith('_'):\n"
                                          "        setattr(__import__('sys').modules[__name__], _name, getattr(mine, _name))\n",
                               "mine.py": SOLUTION}, "", ["mine.py"]),
    "a name of the grader's": ({"bptt.py": "from autograder import *\n", "autograder.py": SOLUTION},
                               "TO FIX: autograder.py has the name of a module that Python, a library or the grader has too",
                               ["autograder.py"]),
    "a name of the checks'": ({"bptt.py": "from checks import *\n", "checks.py": SOLUTION}, "TO FIX: checks.py has the name of",
                              ["checks.py"]),
    "a name of Python's in a folder": ({"bptt.py": f'import sys\nsys.path.insert(0, "a")\nfrom statistics import *\n{REST}',
                                        "a/statistics.py": SOLUTION[:HALF], "b/os.py": "x = 1\n"},
                                       "Note: a/statistics.py has the name of a module", ["a/statistics.py"]),
    "a name that is taken": ({"bptt.py": f'import sys\nsys.path.insert(0, "a")\nfrom calendar import softmax\n{REST}',
                              "a/calendar.py": SOLUTION[:HALF]},
                             "a clean process: ImportError: cannot import name 'softmax' from 'calendar'. a/calendar.py has the "
                             "name of", ["a/calendar.py"]),
    "another version": ({"bptt.py": SOLUTION, "v2.py": SOLUTION, "early.py": SOLUTION[:HALF], "test_own.py":
                         f"import bptt\n{SOLUTION}\ndef test_x():\n    pass\n"},
                        "Note: v2.py also has functions of this stage", []),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_no_code_stays_here_without_a_word(bare_python, folder, name):
    files, words, packed = ELSEWHERE[name]
    answered(folder)
    for file, text in files.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
    said, _ = submit(bare_python, folder)
    assert words in said and ("TO FIX" in said) == bool(words and "Note" not in words), said
    with zipfile.ZipFile(folder / ARCHIVE) as bundle:
        assert set(bundle.namelist()) == {STAGE.info.file, NOTEBOOK, "receipt.json", *packed}


def test_a_file_that_takes_the_place_of_a_module_of_python_s_is_named(bare_python, folder):
    (folder / "random.py").write_text("mine = 1\n", encoding="utf-8")
    done = run(bare_python, "-m", "checks", "submit", cwd=folder)
    assert "random.py in this folder has the name of a module that Python or a library has too" in done.stdout + done.stderr


def test_what_is_unwritten_unanswered_or_named_otherwise_is_said(bare_python, folder):
    """And the zip is made all the same: a student at the deadline hands in what there is."""
    (folder / STAGE.info.file).write_text(STUB, encoding="utf-8")
    said, _ = submit(bare_python, folder)
    assert "not yet written:       1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7" in said
    assert f"the written task 1.8 has no answer in {NOTEBOOK} as it is saved" in said
    (folder / NOTEBOOK).rename(folder / f"Copy of {NOTEBOOK}")
    said, _ = submit(bare_python, folder)
    assert f"{NOTEBOOK} is not here; Copy of {NOTEBOOK} is: should it be called {NOTEBOOK}?" in said
    (folder / f"{NOTEBOOK}").write_text("{", encoding="utf-8")
    said, _ = submit(bare_python, folder)
    assert f"{NOTEBOOK} is no notebook that can be read" in said


def test_without_any_file_no_zip_is_made(bare_python, folder):
    """What may be meant by another name is said, and goes along: the grader takes it where nothing else fits."""
    (folder / NOTEBOOK).unlink()
    (folder / STAGE.info.file).rename(folder / "bptt (1).py")
    said, status = submit(bare_python, folder)
    assert status == 0 and "bptt.py is not here; bptt (1).py is" in said
    with zipfile.ZipFile(folder / ARCHIVE) as bundle:
        assert bundle.namelist() == ["bptt (1).py", "receipt.json"]
    (folder / ARCHIVE).unlink()
    (folder / "bptt (1).py").unlink()
    said, status = submit(bare_python, folder)
    assert status == 1 and "There is nothing to hand in yet" in said and not (folder / ARCHIVE).exists()


def test_a_file_of_that_name_is_not_written_over(bare_python, folder):
    """Only a zip that submit() made is."""
    (folder / ARCHIVE).write_bytes(b"my own")
    submit(bare_python, folder)
    submit(bare_python, folder)
    assert (folder / ARCHIVE).read_bytes() == b"my own"
    assert sorted(path.name for path in folder.glob("*.zip")) == [f"handin-{STAGE.id}-2.zip", ARCHIVE]


def cell(text, grade_id="", **more):
    """A markdown cell, of the kit's where it has an id to grade it by."""
    about = {"nbgrader": {"grade_id": grade_id, "task": True}} if grade_id else {}
    return {"cell_type": "markdown", "id": f"cell-{len(text)}", "metadata": about, "source": text} | more


@pytest.mark.parametrize("below, is_answered", [
    ([cell("x" * 20)], True), ([cell("x" * 19)], False), ([cell("x" * 10), cell("y" * 10)], True), ([], False),
    ([cell("*Your answer to task 1.8, here*")], False), ([cell("A text of the release, of its own.")], False),
    ([cell("x" * 40, cell_type="code")], False), ([cell("The next task", "task_1_9"), cell("x" * 40)], False),
])
def test_an_answer_is_what_was_written_below_its_task(below, is_answered):
    """Neither the line that asks for it, nor a text of the release, nor what stands below another task."""
    released = {f"cell-{len(text)}": hash_of_cell(cell(text)) for text in ("A text of the release, of its own.",)}
    cells = [cell("Write something", "task_1_8"), *below]
    assert ("1.8" not in list(unanswered_tasks(cells, released))) is is_answered


@pytest.mark.parametrize("age, again", [(0, False), (OLD + 60, True)])
def test_a_notebook_that_was_saved_long_ago_is_to_be_saved_now(tmp_path, age, again):
    file, handin = tmp_path / NOTEBOOK, Handin()
    file.write_text(json.dumps({"cells": []}))
    os.utime(file, (time.time() - age, time.time() - age))
    _look_at_notebook(file, handin)
    assert handin.trouble == [] and ["save it now" in remark for remark in handin.remarks] == [again]
