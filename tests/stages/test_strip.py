"""From model answers to stubs."""

import ast

import pytest

from autograder.errors import UsageError
from autograder.stages.strip import strip
from tests.classroom import SOLUTION, STAGE

ONE = '''\
"""A module."""

import numpy as np

LIMIT = 3


def softmax(z):
    """Task 1.1. The softmax."""
    ### BEGIN SOLUTION
    e = np.exp(z - z.max())
    return e / e.sum()
    ### END SOLUTION


def forward(x):
    """Task 1.2. Forward."""
    x = np.asarray(x)
    ### BEGIN SOLUTION
    x = x + 1
    ### END SOLUTION
    return x
'''


def marked(text: str) -> str:
    """Source with `<<` and `>>` for the lines of the markers."""
    return text.replace("<<", "### BEGIN SOLUTION").replace(">>", "### END SOLUTION")


def test_a_block_becomes_a_stub_that_says_whose_it_is():
    """All that is outside the markers stays, line by line."""
    assert strip(ONE, "one.py") == '''\
"""A module."""

import numpy as np

LIMIT = 3


def softmax(z):
    """Task 1.1. The softmax."""
    raise NotImplementedError("Task 1.1: softmax is yours to write")


def forward(x):
    """Task 1.2. Forward."""
    x = np.asarray(x)
    raise NotImplementedError("Task 1.2: forward is yours to write")
    return x
'''


def test_tasks_to_keep_keep_their_answers_but_not_the_markers():
    """`keep` is by task."""
    text = strip(ONE, "one.py", keep=["1.1"])
    assert "return e / e.sum()" in text
    assert "Task 1.2: forward is yours to write" in text
    assert "SOLUTION" not in text
    assert "NotImplementedError" not in strip(ONE, "one.py", keep=("1.1", "1.2"))


def test_a_method_takes_its_task_from_the_class():
    """A class's docstring names the task of all its methods."""
    source = ('class Cell:\n    """Task 4.1. A cell."""\n\n    def step(self, x):\n        """One step."""\n'
              '        <<\n        return x\n        >>\n')
    assert 'raise NotImplementedError("Task 4.1: Cell.step is yours to write")' in strip(marked(source), "cell.py")


def test_a_block_in_an_inner_function_belongs_to_the_outer_one():
    """The name a student knows is the one they call."""
    source = ('def train(x):\n    """Task 3.4. Train."""\n    def step(y):\n        <<\n        return y\n'
              '        >>\n    return step(x)\n')
    assert '        raise NotImplementedError("Task 3.4: train is yours to write")' in strip(marked(source), "train.py")


@pytest.mark.parametrize("source, words", [
    ('def f():\n    """Task 1.1. F."""\n    <<\n    return 1\n', "one.py, line 3: this solution has no ###"),
    ('def f():\n    """Task 1.1. F."""\n    return 1\n    >>\n', "line 4: a solution ends that never began"),
    ('def f():\n    """Task 1.1. F."""\n    <<\n    <<\n    return 1\n    >>\n',
     "line 4: a solution begins inside the one of line 3"),
    ("<<\nX = 1\n>>\n", "line 1: a solution lies outside any function"),
    ('def f():\n    """F."""\n    <<\n    return 1\n    >>\n',
     "line 3: the docstring of f does not begin with its task"),
    ('def f(x):\n    """Task 1.1. F."""\n    <<\n    return 1\n    >>\n\ndef g():\n    <<\n    pass\n    >>\n',
     "line 8: the docstring of g"),
], ids=["no end", "no begin", "nested", "outside", "no task", "g has no task"])
def test_markers_that_do_not_fit_are_named_with_their_line(source, words):
    """A release does not guess."""
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        strip(marked(source), "one.py")


def test_a_stub_that_is_no_python_is_refused():
    """A block that takes half a statement away."""
    source = ('def f(x):\n    """Task 1.1. F."""\n    y = (\n        x\n    <<\n    )\n    >>\n'
              "    return y\n")
    with pytest.raises(UsageError, match="without its solutions the file is not valid Python"):
        strip(marked(source), "one.py")


def test_the_stub_of_stage_1_is_whole():
    """Every function with its docstring, and a stub of its own."""
    solution, stub = ast.parse(SOLUTION), ast.parse(strip(SOLUTION, STAGE.info.file))
    assert [node.name for node in stub.body if isinstance(node, ast.FunctionDef)] == \
        [node.name for node in solution.body if isinstance(node, ast.FunctionDef)]
    for task, names in STAGE.functions.items():
        for node in stub.body:
            if isinstance(node, ast.FunctionDef) and node.name in names:
                assert ast.get_docstring(node).startswith(f"Task {task}. ")
                assert f"Task {task}: {node.name} is yours to write" in ast.unparse(node.body[-1])
