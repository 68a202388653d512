"""Two classes, each graded once: what really gets handed in, and three ordinary students."""

import json
import os
from pathlib import Path

import pytest

from tests.classroom import SOLUTION, STUB, grade, grade_cells, hand_in, notebook, with_function

# What students hand in beside right and wrong answers, and why each is there.
FILES = {
    "solution": SOLUTION,
    "stub": STUB,
    "syntax-error": SOLUTION.replace("def ", "def def ", 1),
    "raises-at-import": "import numpy as np\n\nprint(undefined_name)\n",
    "exits-at-import": "import sys\n\nsys.exit()\n",
    "dies-at-import": "import os\n\nos._exit(0)\n",
    "endless-at-import": SOLUTION + "\n\nwhile True:\n    pass\n",
    "not-utf-8": SOLUTION.encode("utf-8") + b'\nNAME = "caf\xe9"\n',
    "empty-file": "",
    "returns-none": with_function("def dL_dyhat(y_hat_t, y_t):\n    grad = np.zeros(len(y_hat_t))\n"),
    "wrong-shape": with_function("def dz_dh(W_y):\n    return W_y[0]\n"),
    "gives-nan": with_function("def cross_entropy(y_hat_t, y_t):\n    return float('nan')\n"),
    "raises": with_function("def dh_dh(h, W_h, t, k):\n    return h[99]\n"),
    "exits": with_function("def softmax(z):\n    import sys\n    sys.exit()\n"),
    "dies": with_function("def softmax(z):\n    import os\n    os._exit(0)\n"),
}
# Names that are ids as they are.
NAMES = ("Ada Lovelace", "a.b.c", "Zoë Müller", "o'neil@uni_1")
REFUSED = ("-rf", "a..b", "semi;colon", "star*", "plus+sign")


def changed_notebooks() -> dict[str, object]:
    """Notebooks that were broken or tampered with, each beside the model answers or the stub."""
    deleted, doubled, edited, tagged, rich, empty = (notebook() for _ in range(6))
    deleted["cells"] = [cell for cell in deleted["cells"] if cell not in grade_cells(deleted)[:2]]
    doubled["cells"].append(grade_cells(doubled)[0])
    grade_cells(edited)[0]["source"] = "print('100 of 100')\n100.0"
    for cell in tagged["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    for cell in rich["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1000, "locked": False}
    rich["cells"].append({"cell_type": "code", "id": "mine", "execution_count": 1, "source": "1000.0", "outputs": [],
                          "metadata": {"nbgrader": {"grade": True, "solution": False, "locked": True, "task": False,
                                                    "grade_id": "task_9_9", "points": 1000, "schema_version": 3}}})
    empty["cells"] = []
    return {"nb-deleted": deleted, "nb-doubled": doubled, "nb-edited": edited, "nb-tagged": tagged, "nb-rich": rich,
            "nb-no-cells": empty, "nb-not-json": json.dumps(notebook()).encode()[:1000], "nb-a-list": b"[1, 2]",
            "nb-no-list": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": "none"}, "nb-missing": None}


def sparse(path: Path, size: int = 200 << 20) -> None:
    """A file that says it is large and takes no room."""
    with open(path, "wb") as file:
        file.truncate(size)


@pytest.fixture(scope="session")
def odd(tmp_path_factory):
    """A graded course of everything that goes wrong; its folder and the outcome."""
    course = tmp_path_factory.mktemp("odd")
    for student, source in FILES.items():
        hand_in(course, student, source)
    for student in (*NAMES, *REFUSED):
        hand_in(course, student)
    answered = notebook()
    answered["cells"][-1]["source"] = "An outside secret: the answer of somebody else."
    hand_in(course, "a-neighbour", SOLUTION, answered)
    for student, content in changed_notebooks().items():
        hand_in(course, student, SOLUTION, content)
    for student in ("nb-edited", "nb-rich", "nb-tagged"):
        hand_in(course, f"stub-{student}", STUB, changed_notebooks()[student])
    hand_in(course, "missing-file", None)
    (hand_in(course, "renamed-file", None) / "bptt (1).py").write_text(SOLUTION)
    sparse(hand_in(course, "large-file", None) / "bptt.py")
    sparse(hand_in(course, "large-extra") / "activations.bin")
    outside = course / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text(SOLUTION + "# outside secret\n")
    (outside / "bptt.py").write_text(SOLUTION + "# outside secret\n")
    (outside / "1-bptt.ipynb").write_text(json.dumps(answered))
    os.symlink(outside, course / "submitted" / "linked-student")
    (course / "submitted" / "linked-stage").mkdir()
    os.symlink(outside, course / "submitted" / "linked-stage" / "1-bptt")
    os.symlink(outside / "bptt.py", hand_in(course, "linked-file", None) / "bptt.py")
    os.symlink(outside / "secret.py", hand_in(course, "linked-extra") / "helper.py")
    os.symlink(course / "autograded" / "a-neighbour" / "1-bptt" / "1-bptt.ipynb",
               hand_in(course, "linked-notebook", SOLUTION, None) / "1-bptt.ipynb")
    os.mkfifo(hand_in(course, "pipe", None) / "bptt.py")
    (course / "submitted" / "stray.txt").write_text("not a submission")
    return course, grade(course)


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory):
    """A graded course of three; its folder and the outcome."""
    course = tmp_path_factory.mktemp("ordinary") / "course"
    hand_in(course, "ada")
    hand_in(course, "bob", STUB)
    hand_in(course, "eve", FILES["wrong-shape"])
    return course, grade(course, jobs=1)
