"""Stand-ins in pieces: a worker holds those of earlier tasks, and no other, when it meets a task."""

from __future__ import annotations

import pytest

from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import find_stage, task_number
from autograder.stages.standins import Standins

STAGE = find_stage("4-gated")
SOURCE = '''"""Words."""

import math

_base = math.tau


def prepare_worker():
    """First."""
    return _helped()


def _helped():
    return 1


@property
def one(x):
    return _base + x


class Two:
    def f(self):
        return one


def three():
    return four()


def four():
    return 4
'''


def names(source: str) -> set[str]:
    """What a source defines when it is run."""
    space: dict = {}
    exec(source, space)
    return {name for name in space if not name.startswith("__")}


def test_pieces_come_with_what_they_are_made_of() -> None:
    made = Standins(SOURCE)
    assert made.needed({"Two"}) == {"Two", "one", "_base"}
    assert made.needed({"three"}) == {"three", "four"}
    assert made.needed({"unknown"}) == set()
    assert made.source({"one"}).startswith("@property\ndef one")
    assert made.source(()) == ""


def test_the_beginning_is_what_prepares_a_worker() -> None:
    text, defined = Standins(SOURCE).beginning()
    assert defined == {"prepare_worker", "_helped"}
    assert names(text) == {"math", "prepare_worker", "_helped"}


def test_a_stage_without_stand_ins_has_none() -> None:
    made = Standins("")
    assert (bool(made), made.beginning(), made.needed({"f"})) == (False, ("", frozenset()), frozenset())


@pytest.mark.parametrize("task", [*STAGE.functions])
def test_nothing_of_this_task_or_a_later_one_is_among_the_pieces(task: str) -> None:
    later = {name for other, own in STAGE.functions.items() if task_number(other) >= task_number(task) for name in own}
    assert later
    assert not STAGE.standins().needed([name for other in STAGE.tasks_before(task) for name in STAGE.functions[other]]) & later


def test_all_pieces_together_are_the_whole() -> None:
    made = STAGE.standins()
    everything = made.needed([name for own in STAGE.functions.values() for name in own])
    whole = names(STAGE.standins_source())
    assert everything | made.beginning()[1] == whole - {"torch", "install"}


LOOKING = '''

def _within_reach():
    import gc
    return sorted({thing.__qualname__ for thing in gc.get_objects()
                   if getattr(thing, "__module__", None) == "standins" and "." not in getattr(thing, "__qualname__", ".")})


def unroll(cell, x, state=None):
    return _within_reach()


def train(model, batches, lr, threshold):
    return _within_reach()
'''


def test_what_student_code_finds_in_its_process() -> None:
    """As 4.2 is graded there are cells, as 4.4 is there are unroll and LanguageModel too; with its own code alone, nothing."""
    sandbox = Sandbox(preload=STAGE.info.preload)
    sandbox.start()
    backend = SandboxBackend(STAGE, sandbox, {STAGE.info.file: (STAGE.solution.read_text() + LOOKING).encode()}, 1)
    try:
        backend.begin("4.2")
        alone = backend.student.unroll(1, 2)
        backend.replaced = frozenset(STAGE.functions["4.1"])
        backend.begin("4.2")
        cells = backend.student.unroll(1, 2)
        backend.replaced = frozenset(name for task in STAGE.tasks_before("4.4") for name in STAGE.functions[task])
        backend.begin("4.4")
        more = backend.student.train(1, 2, 3, 4)
        backend.replaced = frozenset(STAGE.functions["4.1"])
        backend.begin("4.2")
        again = backend.student.unroll(1, 2)
        backend.replaced = frozenset()
        backend.begin("4.6", own=True)
        own = backend.student.train(1, 2, 3, 4)
    finally:
        backend.close()
        sandbox.close()
    assert cells == again == ["GRUCell", "LSTMCell", "RNNCell", "prepare_worker"]
    assert more == ["GRUCell", "LSTMCell", "LanguageModel", "RNNCell", "prepare_worker", "unroll"]
    assert alone == own == ["prepare_worker"]
