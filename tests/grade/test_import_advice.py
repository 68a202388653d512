"""Why a file could not be imported, through the real sandbox: the reason says how to fix it."""

import sys

import pytest

from autograder.grade.classroom import job_for
from autograder.grade.import_advice import advice
from autograder.grade.schedule.slot import Slots
from tests.classroom import SOLUTION, STAGE, STUB, hand_in, notebook, notebook_bytes
from tests.graded_class import code, with_cells

VERSION = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture(scope="module")
def slot():
    slot = Slots()
    yield slot
    slot.close()


def record(slot, tmp_path, source, content=None, **more):
    """The record of one submission, graded as `make grade` does."""
    folder = hand_in(tmp_path, "ada", source, content if content is not None else notebook_bytes())
    for name, data in more.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data)
    return slot.grade(job_for(tmp_path, STAGE.id, "ada", "sandbox"))


BROKEN = SOLUTION.replace("def softmax", "def def softmax", 1)
CASES = {
    "magic": (f"%matplotlib inline\n{BROKEN}", ["Line 1 of bptt.py, %matplotlib inline, belongs into a notebook"]),
    "shell": (f"!pip install numpy\n{BROKEN}", ["Line 1 of bptt.py, !pip install numpy, belongs into a notebook"]),
    "tried colab": (f"try:\n    from google.colab import drive\nfinally:\n    pass\n{SOLUTION}",
                    ["from google.colab import drive, belongs into a notebook"]),
    "package": (f"import pandas_of_mine\n{SOLUTION}", ["pandas_of_mine is neither among the files", "matplotlib, numpy"]),
    "conflict": (SOLUTION.replace("def softmax", "<<<<<<< HEAD\ndef softmax", 1), ["is a mark of a merge (<<<<<<<)"]),
    "conflict, middle": (SOLUTION.replace("def softmax", "=======\ndef softmax", 1), ["is a mark of a merge (=======)"]),
    "fences": (f"```python\n{BROKEN}\n```", ["begins with ```, as Markdown"]),
    "prompt": (f">>> import numpy\n{BROKEN}", ["begins with >>>, as Markdown or a Python prompt"]),
    "table": (f"open('/home/me/data.csv')\n{SOLUTION}", ["opens data.csv as it is imported", "Hand it in too, and open it"]),
    "input": (f"input('x')\n{SOLUTION}", ["asks for input as it is imported", "__main__"]),
    "relative": (f"from .mine import x\n{SOLUTION}", ["mine is neither among the files you handed in"]),
    "beyond the top": (f"from ..mine import x\n{SOLUTION}", ["without dots"]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_reason_says_how_to_fix_it(slot, tmp_path, name):
    source, words = CASES[name]
    found = record(slot, tmp_path, source)
    assert found["status"] == "ungradable"
    assert all(word in found["reason"] for word in words), found["reason"]
    assert found["reason"].startswith("bptt.py could not be imported: ")


AS_IT_IS = "# grade as it is\n"  # else a person is asked first


def test_a_module_in_a_folder_is_named(slot, tmp_path):
    found = record(slot, tmp_path, f"{AS_IT_IS}import my_utils\n{SOLUTION}", src__my_utils_py="x = 1\n")
    assert "my_utils.py was handed in in the folder src" in found["reason"]


def test_a_package_in_a_folder_and_a_name_in_other_capitals_are_named(slot, tmp_path):
    found = record(slot, tmp_path, f"from tools import more\n{SOLUTION}", a__tools__more_py="x = 1\n")
    assert "The package tools was handed in in the folder a" in found["reason"]
    found = record(slot, tmp_path, f"{AS_IT_IS}import My_Utils\n{SOLUTION}", my_utils_py="x = 1\n")
    assert "You handed in my_utils.py, and the code imports My_Utils: capitals count" in found["reason"]


NEWER = {
    "f-string": f'd = {{"a": 1}}\nprint(f"{{d["a"]}}")\n{SOLUTION}',
    "type statement": f"type Vector = list[float]\n{SOLUTION}",
    "type parameters": f"def first[T](x: list[T]) -> T:\n    return x[0]\n{SOLUTION}",
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows what 3.12 brought")
@pytest.mark.parametrize("name", NEWER)
def test_a_newer_python_is_named_with_both_versions(slot, tmp_path, name):
    content = notebook()
    content["metadata"]["language_info"] = {"name": "python", "version": "3.13.2"}
    found = record(slot, tmp_path, NEWER[name], content)
    assert found["status"] == "ungradable"
    for words in ("new in Python 3.12", f"The grader runs Python {VERSION}", "your notebook was run with Python 3.13.2"):
        assert words in found["reason"], found["reason"]


@pytest.mark.parametrize("line", ['x = "a t"', 'raise ValueError("0 <= k <= t <= T")', "print('its t')"])
def test_a_text_that_ends_in_t_is_no_template_string(slot, tmp_path, line):
    assert "template strings" not in record(slot, tmp_path, f"{line}\n{BROKEN}")["reason"]


def test_code_in_the_notebook_beside_a_stub_is_pointed_out(slot, tmp_path):
    """The marks come from the file; student and TA read where the code is."""
    content = with_cells(code("%time\ndef softmax(z):\n    return z\n\n\ndef forward(a, b, c):\n    return a, b, c\n"))
    found = record(slot, tmp_path, STUB, content)
    assert found["status"] == "graded" and found["score"] == 0
    assert any("the notebook defines softmax, forward: only bptt.py is graded" in note for note in found["notes"])
    again = record(slot, tmp_path, SOLUTION, content)
    assert not any("only bptt.py is graded" in note for note in again["notes"])


def test_a_question_for_a_person_is_no_mark(slot, tmp_path):
    found = record(slot, tmp_path, STUB, bptt_final_py=SOLUTION)
    assert found["status"] == "needs_person"
    assert found["reason"].startswith(f"In submitted/ada/{STAGE.id}: bptt.py is as handed out, and bptt_final.py is filled in")
    assert {test["outcome"] for test in found["tests"]} == {"ungradable"}


def test_a_wrong_program_of_its_own_kind_gets_no_advice():
    """What the error says itself is not said twice, and nothing is made up from a message alone."""
    for error, text in (("NameError", "name 'x' is not defined"), ("ModuleNotFoundError", "No module named 'secret of a test'"),
                        ("SyntaxError", "invalid syntax"), ("ValueError", "no")):
        assert advice(STAGE, {"bptt.py": SOLUTION.encode()}, error, text) == ""
