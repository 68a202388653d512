"""The trusted side's clocks: what counts as a student's time, and whose fault the end of a process is; no sandbox is needed."""

from __future__ import annotations

import signal
import time
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.errors import Died, Killed, LimitExceeded
from autograder.sandbox.client import budget as budgets
from autograder.sandbox.client.budget import LOOK, Budget, SubmissionBudget
from autograder.sandbox.client.worker import Worker
from autograder.sandbox.limits import Limits

LIMITS = Limits(call_cpu=1.0, wall_factor=2.0, worker_cpu=300)


def a_worker(total: SubmissionBudget | None = None, **seen: Any) -> Any:
    """A worker of which a look shows this."""
    looked = {"cpu": 0.0, "queued": 0.0, "state": "S", "entries": 0} | seen
    sandbox = SimpleNamespace(ask=lambda *_, **__: looked, killed_counts=False, trouble=None, times_full=lambda: 2)
    return SimpleNamespace(pid=1, limits=LIMITS, total=total, sandbox=sandbox, _times_full=2)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that is put forward by hand, on a machine where this process never waits for a core."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(budgets.time, "monotonic", lambda: now.seconds)
    monkeypatch.setattr(budgets, "own_queue", lambda: 0.0)
    return now


def looks(budget: Budget, clock: Any, count: int) -> None:
    """So many looks, one after the other."""
    for _ in range(count):
        clock.seconds += LOOK
        budget.check_deadline()


def spin(seconds: float) -> None:
    """Compute for so long."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_what_the_grader_computes_for_student_code_is_the_students_time() -> None:
    """Of the call, and of all calls of the submission."""
    total = SubmissionBudget(cpu=90.0, idle=40.0)
    budget = Budget(a_worker(total), 1.0)
    with budget.paused():
        spin(0.02)
    assert budget.answering >= 0.02 and total.answering >= 0.02
    budget.answering = 1.1
    budget.next_look = 0.0
    with pytest.raises(LimitExceeded, match="more than 1 second"):
        budget.check_deadline()


def test_the_workers_of_a_submission_and_its_answers_have_one_time() -> None:
    """Workers that ended count with what they used, the present one with what a look shows."""
    total = SubmissionBudget(cpu=1.0, idle=40.0)
    total.note(0.3, 0.0)
    total.worker_ended(0.4)
    total.answering = 0.2
    total.note(0.3, 0.0)
    total.check()
    with pytest.raises(LimitExceeded, match="all calls together took more than 1 second"):
        total.note(0.5, 0.0)
    with pytest.raises(LimitExceeded, match="all calls together"):
        total.check()


def test_waiting_of_all_calls_ends_a_submission_and_standing_in_a_queue_does_not() -> None:
    total = SubmissionBudget(cpu=90.0, idle=4.0)
    total.waited = 5.0
    total.note(0.0, 2.0)  # two of the five seconds the machine had no core for it
    total.note(1.0, 2.0)
    total.waited += 2.5
    with pytest.raises(LimitExceeded, match="waited for more than 4 seconds"):
        total.note(1.0, 2.0)


def test_the_end_of_the_time_for_testing_ends_a_test_and_nothing_around_it() -> None:
    """Between two tests, or while a record is written, an exception would be the grader's own trouble."""
    total, before = SubmissionBudget(cpu=90.0, idle=40.0), signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    try:
        total.watch_the_tests()
        signal.raise_signal(signal.SIGXCPU)
        with pytest.raises(LimitExceeded, match="to test what it returned took longer"):
            total.check()
        with pytest.raises(LimitExceeded, match="to test what it returned took longer"), total.cut_short():
            signal.raise_signal(signal.SIGXCPU)
        signal.raise_signal(signal.SIGXCPU)
    finally:
        signal.signal(signal.SIGXCPU, before)


def test_a_call_may_wait_for_a_core_and_may_be_held(clock: Any) -> None:
    """It ran out of time had it slept that long; the seconds in a queue grow with those that pass."""
    queued = {"queued": 0.0}
    worker = a_worker()
    worker.sandbox.ask = lambda *_, **__: {"cpu": 0.0, "state": "S", "entries": 0, "queued": queued["queued"]}
    budget = Budget(worker, 1.0)
    for _ in range(40):
        queued["queued"] += LOOK
        looks(budget, clock, 1)
    looks(Budget(a_worker(state="D"), 1.0), clock, 40)
    with pytest.raises(LimitExceeded, match="hardly computes"):
        looks(Budget(a_worker(), 1.0), clock, 40)


def test_what_was_used_before_a_call_is_not_its_own(clock: Any) -> None:
    looks(Budget(a_worker(cpu=50.0), 1.0), clock, 2)


@pytest.mark.parametrize("how, kind", [
    ({"how": "SIGXCPU", "signal": 24, "cpu": 299.0}, LimitExceeded),
    ({"how": "SIGKILL", "signal": 9, "cpu": 300.0}, LimitExceeded),
    ({"how": "SIGKILL", "signal": 9, "cpu": 2.0}, Killed), ({"how": "exit status 3", "cpu": 2.0}, Died),
    ({"how": "SIGSEGV", "signal": 11, "cpu": 300.0}, Died),
])
def test_how_a_process_ended_says_whose_fault_it_is(how: dict[str, Any], kind: type) -> None:
    """The kernel ends what used up its seconds; who ends it from outside takes no points from anybody."""
    worker = a_worker()
    assert type(Worker._why_it_died(worker, how)) is kind
    assert isinstance(worker.sandbox.trouble, Killed) is (kind is Killed)
    worker.sandbox.killed_counts = True
    assert type(Worker._why_it_died(worker, how)) is (Died if kind is Killed else kind)


def test_a_worker_killed_because_its_sandbox_was_full_is_the_students_own() -> None:
    worker = a_worker()
    worker.sandbox.times_full = lambda: 3
    ended = Worker._why_it_died(worker, {"how": "SIGKILL", "signal": 9, "cpu": 2.0})
    assert isinstance(ended, LimitExceeded) and (ended.kind, ended.of_time) == ("memory", False)
    assert worker.sandbox.trouble is None
    assert type(Worker._why_it_died(worker, {"how": "SIGTERM", "signal": 15, "cpu": 2.0})) is Killed
