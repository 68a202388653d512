"""Requests that are made ahead of a test: what stands as recorded, what the test runs over, what starts again."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from autograder.errors import LimitExceeded, StudentError
from autograder.sandbox.client import transcript as transcripts
from autograder.sandbox.client.rounding import near, rounded
from autograder.sandbox.client.transcript import Transcript, TranscriptDiverged
from autograder.sandbox.client.worker import Worker
from autograder.sandbox.wire import EPOCH
from tests.sandbox.conftest import Make, call

SOURCE = """
done = []

def f(x):
    done.append(1)
    return 2 * x

def count():
    return len(done)
"""
IMPATIENT = 0.3


def keep(worker: Worker, *calls: tuple, waits: bool = False) -> Transcript:
    """The transcript of these calls, each a name and its arguments; an exception is part of it."""
    worker.reset(1)
    worker.recording = Transcript()
    for name, *args in calls:
        with contextlib.suppress(ValueError):
            call(worker, name, *args)
    found, worker.recording = worker.recording, None
    for exchange in found.exchanges:
        exchange.waits = waits
    return found


def ahead(worker: Worker, known: Transcript, cpu: float = transcripts.PREFETCH_CPU) -> transcripts.Prefetch:
    """The requests of a transcript, made ahead."""
    worker.reset(1, known=known, cpu=cpu)
    assert worker.prefetch is not None
    return worker.prefetch


@pytest.mark.parametrize("waits", [False, True])
def test_the_same_replies_are_the_recorded_ones(make: Make, waits: bool) -> None:
    known = keep(make(SOURCE), ("f", np.arange(3.0)), ("f", 4), ("count",), waits=waits)
    assert ahead(make(SOURCE + "\n# other text\n"), known).drain()


def test_a_test_repeats_another_that_asks_the_same_first(make: Make) -> None:
    worker = make(SOURCE)
    short, long, other = (keep(worker, *calls) for calls in
                          ([("f", 1.0)], [("f", 1.0), ("f", 2.0)], [("f", True), ("f", 2.0)]))
    assert short.repeats(long) and short.repeats(short) and not long.repeats(short)
    assert not short.repeats(other)  # 1.0 == True, and they are two questions
    assert not Transcript().repeats(long)
    short.exact = True
    assert not short.repeats(long)  # whose replies may have been accepted up to rounding
    long.exact = True
    assert short.repeats(long)


OTHERS = ["2 * x + 0.0 * x", "abs(2 * x)", "-(-2 * x)", "list(2 * x)", "(2 * x).astype('float32')", "2 * x[::-1][::-1]"]


@pytest.mark.parametrize("other", OTHERS)
def test_where_a_test_is_exact_the_same_means_memory_order_and_sign_of_zero_too(make: Make, other: str) -> None:
    x = np.array([[-0.0, 1.0], [2.0, 3.0]])
    known = keep(make(SOURCE), ("f", x))
    known.exact = True
    value = eval(other, {"x": x})
    assert np.array_equal(value, 2 * x)
    identical = isinstance(value, np.ndarray) and value.dtype == x.dtype and value.tobytes() == (2 * x).tobytes()
    assert ahead(make(SOURCE.replace("2 * x", other)), known).drain() is identical


WITHIN_ROUNDING = ["x + x * (1 + 2**-47)", "abs(2 * x)", "np.asfortranarray(2 * x)", "2 * x * (1 - 2**-50)", "2 * x + 0.0"]
OTHER_NUMBERS = ["2 * x * (1 + 1e-12)", "(2 * x).astype('float32')", "list(2 * x)", "2 * x + 1e-28", "(2 * x).ravel()",
                 "2j * x / 1j", "np.where(x == 3, np.nan, 2 * x)", "2 * x + (print('x') or 0)"]
ROUNDED = [(other, True) for other in WITHIN_ROUNDING] + [(other, False) for other in OTHER_NUMBERS]


@pytest.mark.parametrize("other, same", ROUNDED)
def test_replies_that_differ_by_rounding_are_the_recorded_ones(make: Make, other: str, same: bool) -> None:
    source = "import numpy as np\n" + SOURCE
    x = np.array([[-0.0, 1.0], [2.0, 3.0]])
    known = keep(make(source), ("f", x), ("count",))
    worker = make(source.replace("2 * x", other))
    assert ahead(worker, known).drain() is same
    known.exact = True
    assert not ahead(worker, known).drain()


def test_an_exception_of_the_same_kind_is_the_recorded_one_in_whatever_words(make: Make) -> None:
    known = keep(make(FAILING), ("f", 1), ("f", -1), ("f", 2))
    assert ahead(make(FAILING.replace("below 0", "negative")), known).drain()
    assert not ahead(make(FAILING.replace("ValueError", "KeyError")), known).drain()


def test_what_rounded_makes_is_near_and_not_the_same() -> None:
    random = np.random.default_rng(1)
    value = {"a": [1.0, (np.float64(2.5), np.float32(0.1))], "b": np.array([0.0, 1e-300, -3.0, np.inf, np.nan]),
             "c": np.ones(2) * 1j, "n": 3, "s": "text", "t": True, "none": None}
    other = rounded(value, random)
    assert near(other, value) and near(value, value)
    assert other["a"][0] != 1.0 and (other["b"][1:3] != value["b"][1:3]).all() and other["n"] == 3
    assert not near({**value, "n": 4}, value) and not near({**value, "a": [1.0]}, value)


def test_what_was_requested_ahead_is_not_requested_again(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("2 * x", "3 * x"))
    assert not ahead(worker, known).drain()
    assert [call(worker, "f", 1), call(worker, "f", 2), call(worker, "count")] == [3, 6, 2]
    assert call(worker, "f", 5) == 15  # beyond what was requested ahead
    assert call(worker, "count") == 3


def test_a_test_that_makes_another_request_starts_again(make: Make) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("2 * x", "3 * x"))
    assert not ahead(worker, known).drain()
    assert call(worker, "f", 1) == 3
    with pytest.raises(TranscriptDiverged):
        call(worker, "f", 7)
    worker.reset(1)
    assert [call(worker, "f", 1), call(worker, "f", 7), call(worker, "count")] == [3, 21, 2]


def test_a_request_that_may_hold_an_answer_waits_for_it(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reply is another one, it is not made at all: the test asks what it makes of the reply it got."""
    x = np.random.default_rng(1).random(50)
    known = keep(make(SOURCE), ("f", x), ("f", 2 * x), waits=True)
    worker = make(SOURCE.replace("2 * x", "3 * x"))
    sent: list[bytes] = []
    send = worker.channel.send
    monkeypatch.setattr(worker.channel, "send", lambda data, late=None: sent.append(bytes(data)) or send(data, late))
    assert not ahead(worker, known).drain()
    assert x.tobytes() in b"".join(sent) and (2 * x).tobytes() not in b"".join(sent)
    assert np.array_equal(call(worker, "f", x), 3 * x)
    assert np.array_equal(call(worker, "f", 3 * x), 3 * (3 * x))


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


def test_an_exception_that_is_recorded_is_part_of_it(make: Make) -> None:
    known = keep(make(FAILING), ("f", 1), ("f", -1), ("f", -2), ("f", 2), ("count",))
    assert ahead(make(FAILING), known).drain()


def test_what_was_requested_ahead_of_an_exception_is_dropped(make: Make) -> None:
    """A test ends at an exception it did not expect: what it would have requested after it is not run."""
    known = keep(make(FAILING), ("f", 1), ("f", 2), ("f", 3), ("count",))
    worker = make(FAILING.replace("x < 0", "x == 2"))
    assert not ahead(worker, known).drain()
    assert call(worker, "f", 1) == 1
    with pytest.raises(ValueError, match="below 0"):
        call(worker, "f", 2)
    assert call(worker, "count") == 2  # requested now, not ahead


def test_what_follows_an_exception_that_is_recorded_is_sent_once(make: Make) -> None:
    """A test of many refusals would else send its last request as often as there are exceptions before it."""
    known = keep(make(FAILING), *[("f", -number) for number in range(1, 20)], ("count",))
    worker = make(FAILING)
    before = worker.serial & (EPOCH - 1)
    assert ahead(worker, known).drain()
    assert (worker.serial & (EPOCH - 1)) - before == 21  # with the reset


def test_an_exception_drops_what_was_to_follow_a_later_one_too(make: Make) -> None:
    known = keep(make(FAILING), ("f", 1), ("f", 2), ("f", -3), ("f", 4), ("count",))
    worker = make(FAILING.replace("x < 0", "x == 1 or x < 0"))
    assert not ahead(worker, known).drain()
    with pytest.raises(ValueError, match="below 0"):
        call(worker, "f", 1)
    assert call(worker, "count") == 1


def test_what_follows_an_exception_that_does_not_come_is_answered_as_ever(make: Make) -> None:
    known = keep(make(FAILING), ("f", -1), ("f", 2), ("count",))
    worker = make(FAILING.replace("x < 0", "x < -1"))
    assert not ahead(worker, known).drain()
    assert [call(worker, "f", -1), call(worker, "f", 2), call(worker, "count"), call(worker, "f", 5)] == [-1, 2, 2, 5]
    worker.reset(1)
    assert call(worker, "count") == 0


def test_a_transcript_says_whether_student_code_called_the_tests_functions(make: Make) -> None:
    source = SOURCE + "\ndef total(g, n):\n    return sum(g(float(i)) for i in range(n))\n"
    assert keep(make(source), ("total", lambda x: x * x, 4)).asks
    assert not keep(make(source), ("f", 1)).asks


def test_large_requests_and_replies_do_not_lock_each_other(make: Make) -> None:
    calls = [("f", np.full(size, 1.5)) for size in (10, 200_000, 10, 200_000, 200_000, 30, 60_000) * 2]
    known = keep(make(SOURCE), *calls)
    assert ahead(make(SOURCE), known).drain()


@pytest.mark.parametrize("end", ["while True: pass", "import os; os._exit(3)"])
def test_a_worker_that_ends_over_it_is_the_callers_to_replace(make: Make, end: str) -> None:
    known = keep(make(SOURCE), ("f", 1), ("f", 2), ("count",))
    worker = make(SOURCE.replace("done.append(1)", f"done.append(1)\n    if x == 2:\n        {end}"))
    with pytest.raises(StudentError):
        ahead(worker, known, IMPATIENT).drain()
    assert not worker.alive


def test_what_is_left_of_it_does_not_disturb_the_next_test(make: Make) -> None:
    known = keep(make(SOURCE), *[("f", i) for i in range(30)], ("count",))
    worker = make(SOURCE.replace("2 * x", "x"))
    assert not ahead(worker, known).drain()
    worker.reset(1)
    assert worker.alive
    assert [call(worker, "f", 7), call(worker, "count")] == [7, 1]


def test_replies_that_nobody_waits_for_end_the_worker(make: Make) -> None:
    """Code that replies in the worker's place gives numbers away; it cannot make one fit that comes later."""
    forging = SOURCE + """
import gc
from autograder.sandbox.wire import frame
from autograder.sandbox.worker import Server

server = next(thing for thing in gc.get_objects() if isinstance(thing, Server))

def f(x):
    server.unsent.append(frame(["value", server.serial + 5, 4, ["t"], ""], b""))
    return 2 * x
"""
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    with pytest.raises(StudentError):
        ahead(make(forging), known).drain()


def test_the_limit_of_a_call_is_told_of_the_call_itself(make: Make) -> None:
    """A call that takes longer than a request made ahead may take gets its own time when it is made by itself."""
    slow = SOURCE.replace("2 * x", "spin(x) or 2 * x") + """
import time

def spin(x):
    until = time.process_time() + (0.7 if x == 2 else 0)
    while time.process_time() < until:
        pass
"""
    known = keep(make(SOURCE), ("f", 1), ("f", 2))
    with pytest.raises(LimitExceeded):
        ahead(make(slow), known, IMPATIENT).drain()
    fresh = make(slow)
    assert [call(fresh, "f", 1), call(fresh, "f", 2)] == [2, 4]
