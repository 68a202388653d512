"""Attacks by somebody who did not write what they are tried on: figures, sizes of questions, the disk, words of hidden tests."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from autograder.grade.schedule.slot import Slots
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

LIMITS = Limits(call_cpu=1.0, load_cpu=4.0, wall_factor=1.0)
FULL = 80.0


@pytest.fixture(scope="module")
def slot() -> Iterator[Slots]:
    """One slot for all: each meets what the one before left."""
    made = Slots(limits=LIMITS)
    yield made
    made.close()


def grade(slot: Slots, stage_id: str, code: str) -> dict:
    """The record of the model answers with something appended; the grader's own trouble is raised."""
    stage = find_stage(stage_id)
    source = f"{stage.solution.read_text(encoding='utf-8')}\n\n{code}\n"
    return slot.grade({"student": "x", "stage": stage_id, "files": {stage.info.file: source.encode()}, "problem": "", "notes": [],
                       "key": "k", "seed": 1})


def drawing(action: str) -> str:
    """A right plot_decay whose figure does this when it is drawn."""
    return f"""
import os, select
from matplotlib.lines import Line2D

_plot_decay = plot_decay


class Odd(Line2D):
    def draw(self, renderer):
        {action}


def plot_decay(ax, *rest):
    got = _plot_decay(ax, *rest)
    ax.figure.add_artist(Odd([], []))
    return got
"""


FIGURES = {
    "raises": drawing("raise ValueError('told')"),
    "exits": drawing("raise SystemExit"),
    "spins": drawing("while True: pass"),
    "waits": drawing("select.select([], [], [])"),
    "ends the process": drawing("os._exit(0)"),
    "a hundred metres wide": drawing("pass").replace("    return", "    ax.figure.set_size_inches(4000, 4000)\n    return"),
}


@pytest.mark.parametrize("code", FIGURES.values(), ids=FIGURES)
def test_a_figure_that_cannot_be_drawn_costs_its_picture_alone(slot: Slots, code: str) -> None:
    """Marks are for what it holds."""
    record = grade(slot, "2-vanishing", code)
    lost = [(test["test"], test["message"][:200]) for test in record["tests"] if test["outcome"] != "passed"]
    assert (record["score"], record["status"]) == (FULL, "graded"), lost
    assert "3" in record["pictures"] or len(record["pictures"]) < 2, "the others have theirs"


SWEEP = "def sweep(*args):\n    return 1.0\n\ndef far_share(*args):\n    return globals()['sweep']([1.0], {}, 1, [0])"
QUESTIONS = {
    "a matrix of a hundred million numbers": ("2-vanishing", SWEEP.format("9999")),
    "the same, the size in NumPy's numbers": ("2-vanishing", SWEEP.format("np.int64(9999)")),
    "the square of a long vector": ("1-bptt", "def dyhat_dz(y):\n    return 1.0\n\ndef dL_dW_x(params, *rest):\n"
                                    "    return dyhat_dz(np.zeros(32767))"),
}


@pytest.mark.parametrize(("stage_id", "code"), QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_of_any_size_is_no_trouble_of_the_grader_s(slot: Slots, stage_id: str, code: str) -> None:
    """It is answered apart, under limits; the test that asks it is lost."""
    record = grade(slot, stage_id, code)
    assert record["status"] == "graded" and 0 < record["score"] < FULL


BODY = "own = relative_error\n\ndef relative_error(a, b):\n    import ctypes, fcntl, glob, os\n" \
       "    file = glob.glob(os.path.dirname(np.__file__) + '/*.py')[0]\n    {}\n    return own(a, b)"
DISK = {
    "reads past what is kept in memory": "os.open(file, os.O_RDONLY | os.O_DIRECT)",
    "does so later": "fcntl.fcntl(os.open(file, os.O_RDONLY), fcntl.F_SETFL, os.O_DIRECT)",
    "forgets what was read": "os.posix_fadvise(os.open(file, os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)",
    "reads without keeping": "os.preadv(os.open(file, os.O_RDONLY), [bytearray(8)], 0, 0x80)",
    "writes everything out": "if ctypes.CDLL(None).syncfs(os.open(file, os.O_RDONLY)): raise PermissionError('no')",
}


@pytest.mark.parametrize("action", DISK.values(), ids=DISK)
def test_nobody_waits_for_the_disk_at_will(slot: Slots, action: str) -> None:
    """Such waiting is not counted."""
    lost = [test for test in grade(slot, "1-bptt", BODY.format(action))["tests"] if test["outcome"] != "passed"]
    assert lost and all("PermissionError" in test["message"] for test in lost)


LEAKS = """
import types, warnings

_softmax = softmax


def boom(z):
    raise ValueError(repr(z))


def softmax(z):
    if np.shape(z) == (40,):  # a shape of the hidden tests
        name = "LEAK_%d" % int(abs(z[0]) * 1e6)
        warnings.warn(name)
        print(name)
        try:
            types.FunctionType(boom.__code__.replace(co_name=name, co_qualname=name, co_firstlineno=3), globals(), name)(z)
        except ValueError as error:
            error.add_note(name)
            raise type(name, (ValueError,), {"__module__": name, "__notes__": [name]})(name) from error
    return _softmax(z)
"""


def test_a_hidden_test_tells_its_inputs_in_no_word_of_student_code(slot: Slots) -> None:
    """Warnings, notes, causes, names of classes and functions: a student reads which exception, and in which function."""
    record = grade(slot, "1-bptt", LEAKS)
    lost, = [test for test in record["tests"] if test["outcome"] != "passed"]
    assert lost["visibility"] == "hidden" and lost["brief"] == "ValueError in softmax"
    assert "LEAK" not in json.dumps([test for test in record["tests"] if test is not lost])


# Changes to the interpreter the submission runs in, which right answers survive.
ITS_OWN_TROUBLE = {
    "hardly any recursion": "import sys\nsys.setrecursionlimit(40)",
    "no streams": "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = sys.stdin = None",
    "objects that exit as they go": "class Leaving:\n    def __del__(self):\n        raise SystemExit('gone')\n\n"
                                    "_softmax = softmax\n\ndef softmax(z):\n    Leaving()\n    return _softmax(z)",
    "clocks that lie": "import time\ntime.process_time = time.perf_counter = time.monotonic = time.time = lambda: -1e300",
    "a hook that forbids files and imports": "import sys\n\ndef hook(event, args):\n"
                                             "    if event in ('open', 'import', 'compile'):\n"
                                             "        raise RuntimeError('closed')\n\nsys.addaudithook(hook)",
}
# Those that nothing survives.
ITS_END = {
    "no import any more": "import builtins\n\ndef closed(*args, **kwargs):\n    raise ImportError('closed')\n\n"
                          "builtins.__import__ = closed",
    "every file closed": "import os\nos.closerange(0, 1024)",
    "every module gone": "import sys\nfor name in list(sys.modules):\n    if name not in ('builtins', 'sys', __name__):\n"
                         "        sys.modules[name] = None",
    "a profiler that raises": "import sys\n\ndef closed(*args):\n    raise RuntimeError('closed')\n\nsys.setprofile(closed)",
}


@pytest.mark.parametrize("code", ITS_OWN_TROUBLE.values(), ids=ITS_OWN_TROUBLE)
def test_what_a_submission_does_to_its_interpreter_changes_no_mark(slot: Slots, code: str) -> None:
    """Values cross, and time is taken, where the submission cannot reach."""
    record = grade(slot, "1-bptt", code)
    lost = [(test["test"], test["message"][:200]) for test in record["tests"] if test["outcome"] != "passed"]
    assert (record["score"], record["status"]) == (FULL, "graded"), lost


@pytest.mark.parametrize("code", ITS_END.values(), ids=ITS_END)
def test_a_submission_that_breaks_its_interpreter_cannot_be_run_and_is_told_so(slot: Slots, code: str) -> None:
    """It is its own fault: no trouble of the grader's, no points, and the next is graded as ever."""
    record = grade(slot, "1-bptt", code)
    assert (record["score"], record["status"]) == (0, "ungradable")
    assert record["reason"].startswith("bptt.py could not be imported: ")


@pytest.mark.parametrize("number", [35, 40, 64])
def test_a_signal_without_a_name_ends_the_submission_and_not_what_starts_it(slot: Slots, number: int) -> None:
    """Most of the real-time signals have no name in Python; each ends a process that does not handle it."""
    record = grade(slot, "1-bptt", f"import os\n\ndef relative_error(a, b):\n    os.kill(os.getpid(), {number})\n")
    lost = [test for test in record["tests"] if test["outcome"] != "passed"]
    assert record["status"] == "graded" and {test["task"] for test in lost} == {"1.7"}
    assert all("the program ended in the middle of the call (signal " in test["message"] for test in lost)
    assert grade(slot, "1-bptt", "")["score"] == FULL
