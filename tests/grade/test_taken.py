"""What the code takes from a module of the student's, and the module or the grader has not: it is told, or asked about."""

import ast
import json

import pytest

from autograder.grade.handin.taken import are_near, imports_of
from autograder.grade.language import Doubt
from tests.classroom import SOLUTION
from tests.grade.test_handin import NB, packed, submitted
from tests.graded_class import code, with_cells

LOSS = "import numpy as np\n\n\ndef loss(p, i):\n    return -np.log(p[i])\n"
CUT = "import numpy as np\n\n\ndef other(x):\n    return x\n"
NOT_THERE = "helpers, which bptt.py imports, was not handed in, and the grader has none of that name"
HAS_NO = "helpers.py has no loss, which bptt.py uses: if it was cut off on its way, the whole file is needed"


def using(call, at_top="", inside=""):
    """The model answers, whose loss is a call of something else."""
    found = SOLUTION.replace("import numpy as np", f"import numpy as np\n{at_top}", 1)
    return found.replace("return -np.log(y_hat_t[y_t])", f"{inside}return {call}(y_hat_t, y_t)")


ALONE = "try:\n    {}\nexcept ImportError:\n    {}"
IN_FUNCTION = using("h.loss", inside="import helpers as h\n    ")
USERS = {
    "plain": using("helpers.loss", "import helpers"), "as": using("h.loss", "import helpers as h"),
    "in a function": IN_FUNCTION, "from": using("loss", "from helpers import loss"),
    "from, in a function": using("loss", inside="from helpers import loss\n    "),
    "star": using("loss", "from helpers import *"),
    "below a try": using("h.loss", ALONE.format("import helpers as h", "h = None")),
}


def told(tmp_path, files):
    """The question and the doubts."""
    found = submitted(tmp_path, files)
    return [*([found.needs_person] if found.needs_person else []), *(note for note in found.remarks if isinstance(note, Doubt))]


@pytest.mark.parametrize("user", USERS)
def test_a_name_that_a_module_has_not_is_told(tmp_path, user):
    assert told(tmp_path / "a", {"bptt.py": USERS[user], "helpers.py": CUT}) == [HAS_NO]
    assert told(tmp_path / "b", {"bptt.py": USERS[user], "helpers.py": LOSS}) == []


def test_what_a_machine_made_is_not_read_so_closely(tmp_path):
    """Of hundreds of kilobytes no hand wrote, each would take the seconds of a class."""
    long = USERS["plain"] + "\n".join(f"def f{number}(a):\n    return a + {number}\n" for number in range(10_000))
    assert told(tmp_path, {"bptt.py": long, "helpers.py": CUT}) == []


@pytest.mark.parametrize("line", ["import lib.helpers as h", "from lib import helpers as h", "import lib.helpers as h, math"])
def test_in_a_package_too(tmp_path, line):
    files = {"bptt.py": using("h.loss", line), "lib/__init__.py": "", "lib/helpers.py": CUT}
    assert told(tmp_path, files) == [f"lib/{HAS_NO}"]


GIVEN = {
    "as it runs": ("globals()['loss'] = min\n", using("helpers.loss", "import helpers")),
    "by another module": ("from numpy import *\n", using("helpers.loss", "import helpers")),
    "by who uses it": ("", using("helpers.loss", "import helpers\nhelpers.loss = lambda p, i: -np.log(p[i])")),
    "below global": ("def begin():\n    global loss\n    loss = min\n", using("helpers.loss", "import helpers")),
    "only if it is there": ("", using("helpers.loss", "import helpers\nhasattr(helpers, 'loss')")),
    "another thing of that name": ("", f"import helpers as h\n{SOLUTION}\n\ndef size(h):\n    return h.loss\n"),
    "something in its place": (CUT, using("loss", ALONE.format("from helpers import loss", "loss = lambda p, i: -np.log(p[i])"))),
    "nothing is taken": ("", f"import helpers\n{SOLUTION}"),
    "nothing is taken by a star": ("", f"from helpers import *\n{SOLUTION}"),
    "several stars": (CUT, using("dot", "from numpy import *\nfrom helpers import *")),
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_given_otherwise_is_not_missed(tmp_path, name):
    module, user = GIVEN[name]
    assert told(tmp_path, {"bptt.py": user, "helpers.py": module}) == []


@pytest.mark.parametrize("instead", ["h = None", "pass", "print('no helpers')"])
def test_none_in_the_place_of_a_module_is_nothing(tmp_path, instead):
    """Unless the code asks first, as it does with a library that need not be there."""
    code_of = using("h.loss", ALONE.format("import helpers as h", instead))
    assert told(tmp_path / "a", {"bptt.py": code_of}) == [NOT_THERE]
    need_not = f"{SOLUTION}\n{ALONE.format('import cupy', instead.replace('h ', 'cupy '))}\nxp = cupy or np\n"
    assert told(tmp_path / "b", {"bptt.py": need_not}) == []
    assert told(tmp_path / "c", {"bptt.py": code_of.replace("return h.loss(y_hat_t, y_t)",
                                                            "return h.loss(y_hat_t, y_t) if h else 0")}) == []


TOP = using("h.loss", "import helpers as h")
INSTEAD = {
    "almost its name": ({"helper.py": LOSS}, "helper.py"), "capitals": ({"Helpers.py": LOSS}, "Helpers.py"),
    "a dash": ({"my-helpers.py": LOSS}, "my-helpers.py"), "a text": ({"helpers.txt": LOSS}, "helpers.txt"),
    "its names": ({"stuff.py": LOSS}, "stuff.py"), "a folder": ({"lib/helpers.py": LOSS}, "lib/helpers.py"),
    "an earlier state": ({"helpers.py~": LOSS}, "helpers.py~"),
    "a copy of an editor's": ({"helpers.py.bak": LOSS}, "helpers.py.bak"),
    "a swap file": ({".helpers.py.swp": b"b0VIM 8.2\0\0" + LOSS.encode()}, ".helpers.py.swp"),
    "a cell that writes it": ({NB: json.dumps(with_cells(code(f"%%writefile helpers.py\n{LOSS}")))},
                              "helpers.py in the notebook"),
    "a notebook": ({"helpers.ipynb": json.dumps({"cells": [code(LOSS)], "nbformat": 4, "nbformat_minor": 5, "metadata": {}})},
                   "helpers.ipynb"),
    "a cell": ({NB: json.dumps(with_cells(code(LOSS)))}, "its code in the notebook"),
    "an archive": ({"more.zip": packed(**{"hilfen.py": LOSS})}, "hilfen.py in more.zip"),
}


@pytest.mark.parametrize("user", [TOP, IN_FUNCTION], ids=["at the top", "in a function"])
@pytest.mark.parametrize("name", INSTEAD)
def test_a_module_that_may_be_another_file_is_asked_about(tmp_path, name, user):
    files, other = INSTEAD[name]
    question = told(tmp_path / "a", {"bptt.py": user, **files})[0]
    assert question == f"bptt.py imports helpers, which is not there, but the hand-in has {other}. Put that right here, or " \
                       "write the line `# grade as it is` into bptt.py, and run make grade again"
    assert told(tmp_path / "b", {"bptt.py": f"# grade as it is\n{user}", **files}) == []


@pytest.mark.parametrize("name", sorted({*INSTEAD} - {"a folder", "a cell that writes it", "capitals"}))
@pytest.mark.parametrize("module", ["", CUT], ids=["empty", "cut off"])
def test_a_better_one_beside_a_module_that_lacks_something_is_asked_about(tmp_path, name, module):
    files, other = INSTEAD[name]
    what = "helpers.py has no loss, which bptt.py uses" if module else "helpers.py, which bptt.py uses, is empty"
    if name == "a swap file":
        files = {".helpers.py.swp": b"b0VIM 8.2\0\0" + LOSS.replace("\n", "\0").encode()}
    question = told(tmp_path, {"bptt.py": TOP, "helpers.py": module, **files})[0]
    assert question.startswith(f"{what}, but the hand-in has {other}. Put that right here")


def test_a_path_that_is_moved_may_lead_to_any_folder(tmp_path):
    moved = using("h.loss", "import sys\nsys.path.insert(0, 'lib')\nimport helpers as h")
    assert told(tmp_path, {"bptt.py": moved, "lib/helpers.py": LOSS}) == []


@pytest.mark.parametrize(("module", "file", "is_near"), [
    ("helpers", "helper.py", True), ("helpers", "Helpers.PY", True), ("utils", "my_utils.py", True), ("fast", "Fast.py", True),
    ("helpers", "helpers/__init__.py", True), ("helpers", "notes.txt", False), ("rnn", "bptt.py", False), ("np", "nn.py", False)])
def test_names_are_near(module, file, is_near):
    assert are_near(module, file) == is_near


def test_an_import_is_read_with_what_is_taken_from_it():
    tree = ast.parse("import a.b, c as d\nfrom e import f\n\ndef g(d):\n    return d.x + a.b.y.z + f\n\n\nprint(d.w)\nd.v = 1\n")
    found = {one.module: set(one.names) for one in imports_of("bptt.py", tree, {}, {"g"})}
    assert found == {"a.b": {"y"}, "c": {"w"}, "e": {"f"}}
