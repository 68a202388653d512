"""Right work in several files: it is graded as it stands, or a person is asked; it is never a 0 in silence."""

import re
import zipfile

import pytest

from autograder.grade.classroom import job_for
from autograder.grade.misplaced import hidden_by_name
from autograder.grade.schedule.slot import Slots
from autograder.grade.submission import read_submission
from autograder.stages import RELEASE, find_stage
from tests.classroom import SOLUTION, STAGE, STUB, hand_in, notebook, notebook_bytes
from tests.graded_class import code, with_cells

CROSS = SOLUTION.index("def cross_entropy")
AT = SOLUTION.index("def dL_dyhat")
HEAD = SOLUTION[: SOLUTION.index("def softmax")]
ONE, TWO = SOLUTION[:AT], HEAD + SOLUTION[AT:]
WRONG = SOLUTION.replace("return -np.log(y_hat_t[y_t])", "return np.log(y_hat_t[y_t])")
BOTH = "from {0}one import *\nfrom {0}two import *\n"


SETATTR = ("import sys\nimport {0}\nfor _name in dir({0}):\n    if not _name.startswith('_'):\n"
           "        setattr(sys.modules[__name__], _name, getattr({0}, _name))\n")


def after(dots, one="one"):
    """The second half, which takes the first from a module."""
    return f"from {dots}{one} import *\n{TWO}"



@pytest.fixture(scope="module")
def slot():
    slot = Slots()
    yield slot
    slot.close()


def put(tmp_path, files, stage=STAGE, student="ada"):
    folder = tmp_path / "submitted" / student / stage.id
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data)
    return folder


def graded(slot, tmp_path, files, stage=STAGE):
    put(tmp_path, files, stage)
    return slot.grade(job_for(tmp_path, stage.id, "ada", "sandbox"))


RUNS = {
    "a package": {"bptt/__init__.py": BOTH.format("."), "bptt/one.py": ONE, "bptt/two.py": after("."),
                  "bptt/t.txt": "", "old/bptt.py": WRONG},
    "a package that reads a file beside it": {
        "x/bptt/__init__.py": 'import pathlib\npathlib.Path(__file__).with_name("t.txt").read_text()\n' + BOTH.format("bptt."),
        "x/bptt/one.py": ONE, "x/bptt/two.py": after("bptt."), "x/bptt/t.txt": ""},
    "a file beside its package": {"bptt.py": BOTH.format("bptt."), "bptt/__init__.py": "", "bptt/one.py": ONE,
                                  "bptt/two.py": after(".")},
    "a dot for a file beside it": {"bptt.py": BOTH.format("."), "one.py": ONE, "two.py": after(".")},
    "names of the kit": {"bptt.py": "from conftest import *\nfrom test_public import *\n", "conftest.py": ONE,
                         "test_public.py": after("", "conftest")},
    "a function in the kit's own conftest.py": {
        "bptt.py": f"from conftest import softmax\n{HEAD}{SOLUTION[CROSS:]}",
        "conftest.py": f"{(RELEASE / STAGE.id / 'conftest.py').read_text()}\n\n{SOLUTION[:CROSS]}"},
    "setattr, beside an older copy": {"bptt.py": SETATTR.format("core"), "core.py": SOLUTION, "old/bptt.py": WRONG},
    "setattr of parts, below the stubs": {"bptt.py": f"{STUB}\n{SETATTR.format('one')}\n{SETATTR.format('two')}",
                                          "one.py": ONE, "two.py": TWO, "v0/bptt.py": WRONG},
    "a module's __getattr__, and a name of Python's": {
        "bptt.py": f"import statistics\n\n\ndef __getattr__(name):\n    return getattr(statistics, name)\n\n\n{ONE}",
        "statistics.py": TWO},
    "a package's setattr, beside an older copy": {
        "bptt/__init__.py": SETATTR.format("core").replace("import core", "from . import core"), "bptt/core.py": SOLUTION,
        "old/bptt.py": WRONG},
    "setattr in a file of another name": {"bptt_final.py": f"{SETATTR.format('core')}\n{ONE}", "core.py": WRONG},
    "setattr in a copy": {"Copy of bptt.py": f"{SETATTR.format('core')}\n{ONE}", "core.py": WRONG},
    "a name of Python's, and a function written over": {"bptt.py": f"from queue import *\n{ONE}", "queue.py": WRONG},
    "a name of Python's in a folder": {"bptt.py": f"import sys\nsys.path.insert(0, 'lib')\nfrom queue import *\n{TWO}",
                                       "lib/queue.py": ONE},
    "a name with a dash": {"bptt.py": 'import importlib\nglobals().update(vars(importlib.import_module("my-sol")))\n',
                           "my-sol.py": SOLUTION},
}


@pytest.mark.parametrize("name", RUNS)
def test_it_is_graded_as_it_stands(slot, tmp_path, name):
    found = graded(slot, tmp_path, RUNS[name])
    assert (found["status"], found["score"]) == ("graded", 80), found["reason"]
    assert not any("nothing written" in remark for remark in found["remarks"])
    assert not (tmp_path / "submitted" / "ada" / STAGE.id / "bptt.py").exists() or "bptt.py" in RUNS[name]


NOTHING = "\n\n".join(f"def {name}(*args):\n    print('later')\n    return None\n"
                      for name in re.findall(r"^def (\w+)", SOLUTION, re.MULTILINE))

ASKS = {
    "hidden by __all__": ({"bptt.py": "from mysol import *\n", "mysol.py": f'{SOLUTION}\n__all__ = ["softmax"]\n'},
                          "bptt.py, once imported, has no code for bptt, cross_entropy, dL_dW_x and 13 more; mysol.py has, but "
                          "its `__all__` leaves that out"),
    "functions that give nothing beside a copy": (
        {"bptt.py": NOTHING, "mine.py": SOLUTION},
        "bptt.py, once imported, has no code for bptt, cross_entropy, dL_dW_x and 14 more; mine.py has"),
    "half that gives nothing beside a copy": (
        {"bptt.py": f"{ONE}\n\n{NOTHING[NOTHING.index('def dL_dyhat'):]}", "mine.py": SOLUTION}, "; mine.py has"),
    "a name of Python's": ({"bptt.py": f"from random import mine\n{SOLUTION}", "random.py": "mine = 1\n"},
                           "random.py has the name of a module that Python, a library or the grader has too"),
    "a name of a library's": ({"bptt.py": f"from numpy.mine import x\n{SOLUTION}", "numpy/__init__.py": "",
                               "numpy/mine.py": "x = 1\n"}, "numpy/__init__.py has the name of a module"),
    "a name of Python's, within a function": (
        {"bptt.py": SOLUTION.replace("return -np.log(y_hat_t[y_t])", "import random\n    return random.loss(y_hat_t, y_t)"),
         "random.py": "import numpy as np\n\n\ndef loss(p, i):\n    return -np.log(p[i])\n"},
        "random.py has the name of a module"),
    "a name of the grader's": ({"bptt.py": SETATTR.format("autograder"), "autograder.py": SOLUTION}, "autograder.py has the"),
    "a name of the grader's, from an import": ({"bptt.py": f"from autograder import softmax\n{SOLUTION}", "autograder.py": ONE},
                                               "autograder.py has the name of a module that Python, a library or the grader has"),
    "a name of the checks'": ({"bptt.py": "from checks import *\n", "checks.py": SOLUTION}, "checks.py has the name of"),
    "a name of the program's": ({"bptt.py": "from __main__ import *\n", "__main__.py": SOLUTION}, "__main__.py has the name of"),
    "a name of Python's in a folder on the path": (
        {"bptt.py": f"import sys\nsys.path.insert(0, 'lib')\nfrom calendar import softmax\n{HEAD}{SOLUTION[CROSS:]}",
         "lib/calendar.py": SOLUTION[:CROSS], "lib/old/calendar.py": ""}, "lib/calendar.py has the name of a module"),
    "a name of Python's for all": ({"bptt.py": "from calendar import *\n", "calendar.py": SOLUTION}, "calendar.py has"),
    "stubs after the import": ({"bptt.py": f"from mysol import *\n{STUB}", "mysol.py": SOLUTION}, "; mysol.py has"),
    "below __name__": ({"bptt.py": "if __name__ == '__main__':\n" + "".join(f"    {line}\n" for line in SOLUTION.splitlines())},
                       "in bptt.py cannot be called from outside"),
    "a helper that is missing": ({"bptt.py": "from helper import *\n", "mysol.py": SOLUTION},
                                 "(ModuleNotFoundError: No module named 'helper'), but the hand-in has mysol.py"),
    "a helper in another folder": ({"bptt.py": "from mysol import *\n", "lib/mysol.py": SOLUTION}, "hand-in has lib/mysol.py"),
    "a helper in other capitals": ({"bptt.py": "from MySol import *\n", "mysol.py": SOLUTION}, "the hand-in has mysol.py"),
    "a helper among the checks": ({"bptt.py": f"from checks.mine import x\n{SOLUTION}", "checks/mine.py": "x = 1\n"},
                                  "hand-in has checks/mine.py"),
    "a function in a file of the checks": (
        {"bptt.py": f"from checks.hints import mine\n{SOLUTION}", "checks/hints.py": "def mine():\n    return 1\n"},
        "cannot import name 'mine' from 'checks.hints'), but the hand-in has checks/hints.py"),
    "a helper's dot": ({"bptt.py": "from two import *\n", "one.py": ONE, "two.py": after(".")}, "the hand-in has one.py"),
    "two that import each other": (
        {"bptt.py": f"from two import *\n{ONE}", "two.py": f"from bptt import softmax\n{TWO}"}, "the hand-in has two.py"),
    "a file opened by a path": ({"bptt.py": "exec(open('/home/me/mysol.py').read())\n", "mysol.py": SOLUTION}, "has mysol.py"),
    "in the notebook": ({"bptt.py": f"{SOLUTION[:SOLUTION.index('def dz_dh')]}\n{STUB[STUB.index('def dz_dh'):]}"},
                        "; 1-bptt.ipynb has"),
}


@pytest.mark.parametrize("name", ASKS)
def test_a_person_is_asked(slot, tmp_path, name):
    files, words = ASKS[name]
    content = with_cells(code(SOLUTION)) if name == "in the notebook" else notebook()
    hand_in(tmp_path, "ada", files["bptt.py"], content)
    found = graded(slot, tmp_path, files)
    assert found["status"] == "needs_person" and words in found["reason"].splitlines()[0], found["reason"]
    assert found["reason"].startswith(f"In submitted/ada/{STAGE.id}: ") and "# grade as it is" in found["reason"]
    assert {test["outcome"] for test in found["tests"]} == {"ungradable"} and not found["pictures"]
    again = graded(slot, tmp_path, {"bptt.py": f"# grade as it is\n{files['bptt.py']}"})
    assert again["status"] in ("graded", "ungradable")


def test_what_lies_in_an_archive_is_named_by_its_place(slot, tmp_path):
    """Nothing of a folder that is not there: archives are opened, so that code does not find them by their names."""
    put(tmp_path, {"bptt.py": "import sys\nsys.path.insert(0, 'lib.zip')\nfrom mine import *\n"})
    with zipfile.ZipFile(tmp_path / "submitted" / "ada" / STAGE.id / "lib.zip", "w") as bundle:
        bundle.writestr("mine.py", SOLUTION)
    found = slot.grade(job_for(tmp_path, STAGE.id, "ada", "sandbox"))
    assert found["status"] == "needs_person" and "but the hand-in has mine.py in lib.zip" in found["reason"]
    assert "mine.py in lib.zip is taken out of its archive" in found["reason"] and "lib/mine.py" not in found["reason"]


def test_a_name_that_a_library_needs_is_asked_about(tmp_path):
    """Such as that of a part of numpy's company: nothing in its own list tells that it is taken."""
    files = {"bptt.py": b"from packaging import mine\n", "packaging.py": b"mine = 1\n", "helper.py": b""}
    for module, asked in (("packaging", True), ("helper", False)):
        said = hidden_by_name(STAGE, files, [f"cannot import name 'mine' from '{module}' (unknown location)"], {})
        assert said.startswith("packaging.py has the name of a module") is asked


def test_what_is_in_two_files_is_asked_about_and_the_line_settles_it(tmp_path):
    found = read(tmp_path, {"bptt.py": ONE, "bptt_new.py": TWO})
    assert found.needs_person.startswith("bptt.py and bptt_new.py could each be bptt.py, and they differ")
    found = read(tmp_path, {"bptt.py": f"# grade as it is\n{ONE}", "bptt_new.py": TWO})
    assert not found.needs_person and found.files["bptt.py"].startswith(b"# grade as it is")


def test_little_that_lies_elsewhere_is_said_and_costs_its_points(slot, tmp_path):
    found = graded(slot, tmp_path, {"bptt.py": SOLUTION[: SOLUTION.index("def gradient_check")],
                                    "try.py": HEAD + SOLUTION[SOLUTION.index("def gradient_check"):]})
    note = "bptt.py, once imported, has no code for gradient_check; try.py has"
    assert found["status"] == "graded" and 0 < found["score"] < 80 and [note] == found["doubts"]
    assert note in found["remarks"] and note in found["notes"]


REST = SOLUTION.index("def gradient_check"), SOLUTION.index("def term")


def test_work_that_only_jupyter_s_checkpoint_has_is_asked_about(slot, tmp_path):
    found = graded(slot, tmp_path, {"bptt.py": SOLUTION[:REST[1]], ".ipynb_checkpoints/bptt-checkpoint.py": SOLUTION})
    assert found["status"] == "needs_person" and "bptt-checkpoint.py has" in found["reason"]
    older = graded(slot, tmp_path, {"bptt.py": SOLUTION, ".ipynb_checkpoints/bptt-checkpoint.py": SOLUTION[:REST[1]]})
    assert (older["status"], older["score"]) == ("graded", 80) and not older["doubts"]


@pytest.mark.parametrize("cut, other", [(REST[0], f"{SOLUTION}\n# all\n"), (REST[1], HEAD + SOLUTION[REST[1]:])],
                         ids=["a finished copy", "all that is lacking"])
def test_what_is_lacking_and_lies_in_a_file_that_looks_meant_is_asked_about(slot, tmp_path, cut, other):
    found = graded(slot, tmp_path, {"bptt.py": SOLUTION[:cut], "mine.py": other})
    assert found["status"] == "needs_person" and "mine.py has" in found["reason"]


def test_one_function_that_the_code_in_use_hides_is_asked_about(slot, tmp_path):
    found = graded(slot, tmp_path, {"bptt.py": "from mysol import *\ndef gradient_check(*args):\n    raise NotImplementedError\n",
                                    "mysol.py": SOLUTION})
    assert found["status"] == "needs_person" and "bptt.py, once imported, has no code for gradient_check" in found["reason"]


TESTS = f"import bptt\n\n{SOLUTION}\n\ndef test_all():\n    assert bptt.softmax is not softmax\n"


@pytest.mark.parametrize("name, other", [("test_mine.py", TESTS), ("ideas.py", NOTHING)])
def test_tests_of_one_s_own_and_functions_that_give_nothing_are_no_question(slot, tmp_path, name, other):
    found = graded(slot, tmp_path, {"bptt.py": ONE, name: other})
    assert found["status"] == "graded" and 0 < found["score"] < 80 and "elsewhere" not in found
    assert not any("could be it too" in note for note in found["notes"])


def test_no_message_has_a_path_of_the_grader_s(slot, tmp_path):
    found = graded(slot, tmp_path, {"bptt.py": f"from random import softmax\n{SOLUTION}"})
    assert found["reason"].splitlines()[0] == ("bptt.py could not be imported: ImportError: cannot import name 'softmax' from "
                                               "'random'")


@pytest.mark.parametrize("files", [{"bptt.py": f"import pandas_of_mine\n{SOLUTION}", "plots.py": "import bptt\n"},
                                   {"bptt.py": "from mine import *\n", "mine.py": f"import pandas_of_mine\n{SOLUTION}"},
                                   {"bptt.py": "from helper import *\n"},
                                   {"bptt.py": "from report import *\n", "checks/report.py": "the kit's own"}])
def test_code_that_cannot_run_here_is_no_question(slot, tmp_path, files):
    assert graded(slot, tmp_path, files)["status"] == "ungradable"


def test_an_earlier_stage_s_file_may_be_a_package(slot, tmp_path):
    """Its functions are the right ones, what else it has is the student's; by a dot too."""
    stage = find_stage("2-vanishing")
    source = stage.solution.read_text().replace("import bptt\n", "from . import bptt\nfrom bptt.core import my_norm\n")
    source = source.replace("np.linalg.norm(dh_t_dh_k, 2)", "my_norm(dh_t_dh_k)")
    assert "my_norm(dh" in source
    core = f"{SOLUTION}\n\ndef forward(params, x, h_0):\n    return 0 * x\n\n\ndef my_norm(a):\n    return np.linalg.norm(a, 2)\n"
    files = {"vanishing.py": source, "bptt/__init__.py": "from .core import *\n", "bptt/core.py": core}
    found = graded(slot, tmp_path, files, stage)
    assert (found["status"], found["score"]) == ("graded", 80), found["reason"]


def read(tmp_path, files):
    hand_in(tmp_path, "ada", "", notebook_bytes())
    folder = put(tmp_path, files)
    if "bptt.py" not in files:
        (folder / "bptt.py").unlink()
    return read_submission(folder, "ada", STAGE)


@pytest.mark.parametrize("files, over", [
    ({"bptt.py": "from mysol import *\n", "mysol.py": SOLUTION, "old/bptt.py": WRONG, "old/mysol.py": WRONG},
     "old/bptt.py and old/mysol.py"),
    ({"bptt.py": "from bptt_final import *\n", "bptt_final.py": SOLUTION, "bptt_v1.py": WRONG, "v0.py": ONE}, "bptt_v1.py"),
    ({"bptt.py": 'import sys\nsys.path.append("a")\nfrom mysol import *\n', "a/mysol.py": SOLUTION, "try.py": WRONG}, "try.py"),
])
def test_what_is_passed_over_beside_a_file_that_imports_is_said(tmp_path, files, over):
    assert [*read(tmp_path, files).remarks] == [f"bptt.py counts by its name; {over} could be it too"]


@pytest.mark.parametrize("folder", ["", "solution/", "bptt/", "Bptt/"])
def test_a_file_that_is_missing_while_others_have_its_functions_is_a_question(tmp_path, folder):
    third = SOLUTION.index("def term")
    parts = {f"{folder}a.py": ONE, f"{folder}b.py": HEAD + SOLUTION[AT:third], f"{folder}c.py": HEAD + SOLUTION[third:]}
    found = read(tmp_path, parts)
    assert found.needs_person.startswith(f"bptt.py is missing, and {folder}a.py, {folder}b.py, {folder}c.py may be meant")
