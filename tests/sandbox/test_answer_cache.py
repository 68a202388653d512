"""What the reference answered before: found by the very bytes of the question, and by nothing else."""

from __future__ import annotations

import contextlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from autograder.errors import BadMessage
from autograder.sandbox.client.answer_cache import AnswerCache, CachedReference, is_plain
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Worker
from tests.sandbox.conftest import call

SOURCE = "def square(x):\n    pass\n\ndef f(x):\n    return square(x) + 1\n"


class Counted:
    """A reference that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(self, module: str, name: str, args: tuple, kwargs: dict) -> Any:
        self.asked.append(args[0])
        return args[0] ** 2


@pytest.fixture
def worker_with(sandbox: Sandbox):
    """``worker_with(memory, answer)`` gives a worker whose `square` is answered by the grader."""
    made: list[Worker] = []

    def make(memory: AnswerCache, answer: Counted, source: str = SOURCE, replaced: tuple[str, ...] = ("square",)) -> Worker:
        worker = sandbox.worker({"work.py": source.encode()}, "work", {}, answer, memory=memory)
        made.append(worker)
        worker.load()
        worker.askable = frozenset(replaced)
        worker.reset(1, replaced)
        return worker

    yield make
    for worker in made:
        worker.close()


def reference_run(worker_with, *inputs: Any) -> AnswerCache:
    memory = AnswerCache(learning=True)
    worker = worker_with(memory, Counted())
    for value in inputs:
        call(worker, "f", value)
    memory.learning = False
    return memory


def test_a_rehearsed_question_is_not_computed_again(worker_with) -> None:
    memory, answer = reference_run(worker_with, np.arange(3.0)), Counted()
    worker = worker_with(memory, answer)
    assert np.array_equal(call(worker, "f", np.arange(3.0)), [1.0, 2.0, 5.0])
    assert answer.asked == []
    assert np.array_equal(call(worker, "f", np.arange(3.0) + 1e-15), (np.arange(3.0) + 1e-15) ** 2 + 1)
    assert len(answer.asked) == 1


@pytest.mark.parametrize("other", [np.arange(3.0).astype(np.float32), np.arange(3.0).reshape(3, 1), [0.0, 1.0, 2.0], 3])
def test_another_type_or_shape_is_another_question(worker_with, other: Any) -> None:
    memory, answer = reference_run(worker_with, np.arange(3.0), 3.0), Counted()
    worker = worker_with(memory, answer, SOURCE.replace("square(x) + 1", "str(square(x))"))
    with contextlib.suppress(TypeError):  # a list has no square: the reference was asked all the same
        call(worker, "f", other)
    assert len(answer.asked) == 1


def test_nothing_is_learned_from_a_submission(worker_with) -> None:
    memory = reference_run(worker_with, 2.0)
    before = dict(memory.answers)
    call(worker_with(memory, Counted()), "f", 3.0)
    assert memory.answers == before and len(before) == 1


def test_what_is_known_is_not_told_while_it_is_under_test(worker_with) -> None:
    """The function's own task is graded: a forged question for it ends the worker, whatever the memory holds."""
    memory = reference_run(worker_with, 2.0)
    asks = ("import gc\ndef square(x):\n    pass\n\ndef f(x):\n"
            "    server = next(o for o in gc.get_objects() if type(o).__name__ == 'Server')\n"
            "    return server.remote('ask', 'work', 'square', name='square')(x)\n")
    assert call(worker_with(memory, Counted(), asks), "f", 2.0) == 4.0
    with pytest.raises(BadMessage):
        call(worker_with(memory, Counted(), asks, replaced=()), "f", 2.0)


def test_a_memory_does_not_grow_beyond_its_limit(worker_with) -> None:
    memory = AnswerCache(limit=300, learning=True)
    worker = worker_with(memory, Counted())
    for number in range(20):
        call(worker, "f", float(number))
    assert 0 < len(memory.answers) < 20 and memory.size <= 300


def test_within_a_test_a_question_is_asked_once(worker_with) -> None:
    """And anew in the next: what the student does to an answer stays in that answer."""
    answer = Counted()
    source = ("def square(x):\n    pass\n\ndef f(x):\n    a = square(x)\n    a[0] = 99.0\n    return square(x)\n")
    worker = worker_with(AnswerCache(), answer, source)
    assert np.array_equal(call(worker, "f", np.arange(3.0)), [0.0, 1.0, 4.0])
    assert np.array_equal(call(worker, "f", np.arange(3.0)), [0.0, 1.0, 4.0])
    assert len(answer.asked) == 1
    worker.reset(1, ("square",))
    call(worker, "f", np.arange(3.0))
    assert len(answer.asked) == 2


def module() -> tuple[ModuleType, list[str]]:
    """A module of functions that note their calls."""
    made, calls = ModuleType("made"), []

    def pair(x, scale=1.0):
        calls.append("pair")
        return {"both": (x * scale, np.float64(scale))}

    def apply(function, x):
        calls.append("apply")
        return function(x)

    made.pair, made.apply, made.Kind = pair, apply, dict
    return made, calls


def test_a_remembered_value_is_the_same_and_its_own() -> None:
    made, calls = module()
    memory = AnswerCache(learning=True)
    reference = CachedReference(made, memory)
    first = reference.pair(np.arange(4.0).reshape(2, 2).T, scale=2.0)
    memory.learning = False
    again = reference.pair(np.arange(4.0).reshape(2, 2).T, scale=2.0)
    assert calls == ["pair"]
    assert type(again["both"]) is tuple and type(again["both"][1]) is np.float64
    np.testing.assert_array_equal(again["both"][0], first["both"][0])
    again["both"][0][:] = 7.0
    np.testing.assert_array_equal(reference.pair(np.arange(4.0).reshape(2, 2).T, scale=2.0)["both"][0], first["both"][0])
    reference.pair(np.arange(4.0).reshape(2, 2), scale=2.0)  # the same bytes in another order
    assert calls == ["pair", "pair"]


def test_what_is_more_than_its_bytes_is_not_kept() -> None:
    made, calls = module()
    memory = AnswerCache(learning=True)
    reference = CachedReference(made, memory)
    assert reference.Kind is dict
    for _ in range(2):
        assert reference.apply(lambda x: x + 1, 1) == 2
        reference.pair(np.array([1, "two"], dtype=object), scale=1)
    assert calls == ["apply", "pair"] * 2 and not memory.answers


@pytest.mark.parametrize(("value", "plain"), [
    ((1, 2.0, "x", None, True, [np.float32(1)], {"a": np.zeros(2)}), True), ({1: 2}, False), (np.array(["a"]), False),
    ({1, 2}, False), (object(), False), (np.zeros(2).view(np.matrix), False), (1j, False)])
def test_plain_values(value: Any, plain: bool) -> None:
    assert is_plain(value) is plain


def test_a_list_that_holds_itself_is_not_plain() -> None:
    loop: list = []
    loop.append(loop)
    assert not is_plain(loop)
