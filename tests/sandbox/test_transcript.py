"""A conversation that is known, held again with another worker: what goes as known, what is heard once, what starts again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograder.errors import LimitExceeded, StudentError
from autograder.sandbox.client import transcript as conversation
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.transcript import Transcript, TranscriptDiverged
from autograder.sandbox.client.worker import Worker
from autograder.sandbox.wire import read_prefetched
from tests.sandbox.conftest import Make, call, no_answer

SOURCE = """
done = []

def f(x):
    done.append(1)
    return 2 * x

def count():
    return len(done)
"""


def keep(worker: Worker, *calls: tuple) -> Transcript:
    """What is said when these calls are made, each a name and its arguments; an exception is part of it."""
    worker.reset(1, worker.askable)
    worker.recording = Transcript()
    for name, *args in calls:
        with contextlib.suppress(ValueError):
            call(worker, name, *args)
    found, worker.recording = worker.recording, None
    return found


def play(worker: Worker, known: Transcript, patience: float = conversation.PATIENCE) -> conversation.Prefetch:
    """The conversation begun with a worker."""
    worker.reset(1, worker.askable, known=known, patience=patience)
    assert worker.play is not None
    return worker.play


def test_the_same_answers_go_as_known(make: Make) -> None:
    known = keep(make(SOURCE), ("f", np.arange(3.0)), ("f", 4), ("count",))
    assert play(make(SOURCE + "\n# other text\n"), known).matches_transcript()


OTHERS = ["2 * x + 0.0 * x", "-(-2 * x)", "list(2 * x)", "(2 * x).astype('float32')", "2 * x[::-1][::-1]"]


@pytest.mark.parametrize("other", OTHERS)
def test_word_for_word_means_type_and_memory_order_and_sign_of_zero_too(make: Make, other: str) -> None:
    x = np.array([[-0.0, 1.0], [2.0, 3.0]])
    known = keep(make(SOURCE), ("f", x))
    value = eval(other, {"x": x})
    assert np.array_equal(value, 2 * x)
    identical = isinstance(value, np.ndarray) and value.dtype == x.dtype and value.tobytes() == (2 * x).tobytes()
    assert play(make(SOURCE.replace("2 * x", other)), known).matches_transcript() is identical


def test_what_was_heard_is_not_asked_again(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("2 * x", "3 * x"))
    assert not play(worker, known).matches_transcript()
    assert [call(worker, "f", 1), call(worker, "f", 2), call(worker, "count")] == [3, 6, 2]
    assert call(worker, "f", 5) == 15  # beyond what was asked ahead
    assert call(worker, "count") == 3


def test_a_test_that_asks_something_else_starts_again(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("2 * x", "3 * x"))
    assert not play(worker, known).matches_transcript()
    assert call(worker, "f", 1) == 3
    with pytest.raises(TranscriptDiverged):
        call(worker, "f", 7)
    worker.reset(1)
    assert [call(worker, "f", 1), call(worker, "f", 7), call(worker, "count")] == [3, 21, 2]


FAILING = """
done = []

def f(x):
    done.append(x)
    if x < 0:
        raise ValueError("below 0")
    return x

def count():
    return len(done)
"""


def test_an_exception_that_is_known_is_part_of_it(make: Make) -> None:
    known = keep(make(FAILING), ("f", 1), ("f", -1), ("f", -2), ("f", 2), ("count",))
    assert play(make(FAILING), known).matches_transcript()


def test_what_was_asked_ahead_of_an_exception_is_dropped(make: Make) -> None:
    """A test ends at an exception it did not expect: what it would have asked after it is not run."""
    known = keep(make(FAILING), ("f", 1), ("f", 2), ("f", 3), ("count",))
    worker = make(FAILING.replace("x < 0", "x == 2"))
    assert not play(worker, known).matches_transcript()
    assert call(worker, "f", 1) == 1
    with pytest.raises(ValueError, match="below 0"):
        call(worker, "f", 2)
    assert call(worker, "count") == 2  # asked now, not answered ahead


CALLING = """
def total(g, n):
    return sum(g(float(i)) for i in range(n))
"""


def test_the_tests_own_functions_are_answered_for_and_see_it_when_the_test_runs(make: Make) -> None:
    first: list[float] = []
    known = keep(make(CALLING), ("total", lambda x: first.append(x) or x * x, 4), ("total", lambda x: x, 2))
    assert first == [0, 1, 2, 3]
    assert play(make(CALLING), known).matches_transcript()
    assert first == [0, 1, 2, 3]

    seen: list[float] = []
    worker = make(CALLING.replace("range(n)", "(0, 1, 5)"))
    assert not play(worker, known).matches_transcript()
    assert call(worker, "total", lambda x: seen.append(x) or x * x, 4) == 26
    assert seen == [0, 1, 5]


def test_only_the_value_is_wrong_after_known_callbacks(make: Make) -> None:
    known = keep(make(CALLING), ("total", lambda x: x * x, 4))
    worker, seen = make(CALLING.replace("return sum(", "return 1 + sum(")), []
    assert not play(worker, known).matches_transcript()
    assert call(worker, "total", lambda x: seen.append(x) or x * x, 4) == 15
    assert seen == [0, 1, 2, 3]


def test_large_requests_and_answers_do_not_lock_each_other(make: Make) -> None:
    calls = [("f", np.full(size, 1.5)) for size in (10, 200_000, 10, 200_000, 200_000, 30, 60_000) * 2]
    known = keep(make(SOURCE), *calls)
    assert play(make(SOURCE), known).matches_transcript()


IMPATIENT = 0.3


@pytest.mark.parametrize("end", ["while True: pass", "import os; os._exit(3)"])
def test_a_worker_that_ends_over_it_is_the_callers_to_replace(make: Make, end: str) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("done.append(1)", f"done.append(1)\n    if x == 2:\n        {end}"))
    with pytest.raises(StudentError):
        play(worker, known, IMPATIENT).matches_transcript()
    assert not worker.alive


SLOWLY = """
import select

def f(x):
    # Long enough for the answer to go out before the next request is looked at; time.sleep would not wait.
    select.select([], [], [], 0.05)
    while x == 2:
        pass
    return x + 3
"""


def test_the_test_starts_again_when_the_worker_ends_while_it_runs(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    worker = make(SLOWLY)
    assert not play(worker, known, IMPATIENT).matches_transcript()
    assert call(worker, "f", 1) == 4
    with pytest.raises(TranscriptDiverged):
        call(worker, "f", 2)
    assert not worker.alive


def test_what_is_left_of_it_does_not_disturb_the_next_test(make: Make) -> None:
    known = keep(make(SOURCE), *[("f", i) for i in range(30)], ("count",))
    worker = make(SOURCE.replace("2 * x", "x"))
    assert not play(worker, known).matches_transcript()
    worker.reset(1)
    assert worker.alive
    assert [call(worker, "f", 7), call(worker, "count")] == [7, 1]


def test_what_is_left_of_it_and_takes_long_ends_the_worker(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    worker = make(SLOWLY)
    assert not play(worker, known, IMPATIENT).matches_transcript()
    worker.finish_play()
    assert not worker.alive


ASKING = "def square(x):\n    pass\n\ndef f(x):\n    return square(x) + square(x + 1)\n"


@pytest.fixture
def asking(sandbox: Sandbox) -> Iterator[Any]:
    """``asking(answer, source)`` gives a worker that may ask for `square`."""
    made: list[Worker] = []

    def worker(answer: Any, source: str = ASKING, askable: tuple[str, ...] = ("square",)) -> Worker:
        one = sandbox.worker({"work.py": source.encode()}, "work", {}, answer)
        made.append(one)
        one.load()
        one.askable = frozenset(askable)
        one.reset(1, askable)
        return one

    yield worker
    for one in made:
        one.close()


def test_the_references_answers_go_along(asking: Any) -> None:
    known = keep(asking(lambda module, name, args, kwargs: args[0] ** 2), ("f", 3))
    assert len(known.prefetched_answers) == 2
    assert play(asking(no_answer), known).matches_transcript()
    asked: list[Any] = []

    def answer(module: str, name: str, args: tuple, kwargs: dict) -> Any:
        asked.append(args[0])
        return args[0] ** 2

    other = ASKING.replace("square(x + 1)", "square(x + 2)")
    worker = asking(answer, other)
    assert not play(worker, known).matches_transcript()
    assert (call(worker, "f", 3), asked) == (34, [5])


def test_a_glossary_comes_back_as_it_was() -> None:
    made = Transcript(prefetched_answers={b"q": (["a", "float64", [1], "C"], b"12345678"), b"other": (3, b"")})
    assert read_prefetched(made.prefetched_bytes) == {b"q": (["a", "float64", [1], "C"], b"12345678"), b"other": (3, b"")}
    assert Transcript().prefetched_bytes is None
    assert read_prefetched(None) == {}


def test_a_glossary_that_is_too_large_stays_here() -> None:
    assert Transcript(prefetched_answers={b"q": (1, bytes(conversation.MAX_PREFETCHED))}).prefetched_bytes is None


def test_no_answer_goes_ahead_of_its_question(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent of a known conversation are requests: none of the answers it is compared with."""
    rng = np.random.default_rng(1)
    x = rng.random(50)
    known = keep(make(SOURCE), ("f", x), ("f", 2 * x))
    worker = make(SOURCE)
    sent: list[bytes] = []
    send = worker.channel.send
    monkeypatch.setattr(worker.channel, "send", lambda data, late=None: sent.append(bytes(data)) or send(data, late))
    assert play(worker, known).matches_transcript()
    everything = b"".join(sent)
    assert x.tobytes() in everything and (2 * x).tobytes() in everything
    assert (4 * x).tobytes() not in everything


def test_answers_that_nobody_asked_for_are_no_part_of_it(make: Make) -> None:
    """Code that answers in the worker's place gives numbers away; it cannot make one fit that comes later."""
    forging = SOURCE + """
import gc
from autograder.sandbox.wire import Encoder, frame, read_prefetched
from autograder.sandbox.worker import Server

server = next(thing for thing in gc.get_objects() if isinstance(thing, Server))

def f(x):
    server.unsent.append(frame(["value", server.serial + 5, 4, ["t"], ""], b""))
    return 2 * x
"""
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    with pytest.raises(StudentError):
        play(make(forging), known).matches_transcript()


def test_the_limit_of_a_call_is_told_of_the_call_itself(make: Make) -> None:
    """A call that takes longer than what is asked ahead may take gets its own time when it is asked by itself."""
    slow = SOURCE.replace("2 * x", "spin(x) or 2 * x") + """
import time

def spin(x):
    until = time.process_time() + (0.7 if x == 2 else 0)
    while time.process_time() < until:
        pass
"""
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    worker = make(slow)
    with pytest.raises(LimitExceeded):
        play(worker, known, IMPATIENT).matches_transcript()
    fresh = make(slow)
    assert [call(fresh, "f", 1), call(fresh, "f", 2)] == [2, 4]
