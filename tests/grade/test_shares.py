"""A slow function costs its own tests, not those that come after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.checks.suite import Verdict
from autograder.errors import LimitExceeded
from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.runner import run_suite
from autograder.sandbox.client import shares as module
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.shares import Shares
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

STAGE = find_stage("1-bptt")
SLOW = """

import select, time


def _slow(function):
    def slow(*args, **kwargs):
        {how}
        return function(*args, **kwargs)
    return slow


{name} = _slow({name})
"""
SPINS = "until = time.process_time() + 0.7\n        while time.process_time() < until: pass"
WAITS = "select.select([], [], [], 0.7)"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox(preload=STAGE.info.preload, limits=Limits(submission_idle=12.0))
    made.start()
    yield made
    made.close()


def verdicts(sandbox: Sandbox, name: str, how: str) -> dict[str, Verdict]:
    """Of the model answers with one function slow, by test."""
    source = STAGE.solution.read_text(encoding="utf-8") + SLOW.format(name=name, how=how)
    backend = SandboxBackend(STAGE, sandbox, {STAGE.info.file: source.encode()}, 1)
    try:
        return {result.verdict.test: result.verdict for result in run_suite(STAGE, backend)}
    finally:
        backend.close()


@pytest.mark.parametrize(("how", "says"), [
    (SPINS, "is slow: its calls took more than 3 seconds"), (WAITS, "waits: its calls hardly computed for more than 0.4 seconds"),
], ids=["spins", "waits"])
def test_a_slow_function_costs_its_own_tests(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, how: str, says: str) -> None:
    """Tests that come later, and those of functions that call it, are graded; the message says which it was, and the limit."""
    monkeypatch.setattr(module, "SHARED", 0.01)
    found = verdicts(sandbox, "softmax", how)
    lost = {name: verdict for name, verdict in found.items() if verdict.outcome != "passed"}
    assert lost and {verdict.outcome for verdict in lost.values()} == {"timeout"}
    assert {verdict.task for verdict in lost.values()} == {"1.1"}, lost
    assert all("softmax" in name for name in lost), "cross_entropy is of the same task"
    assert any(says in verdict.message and "graded all the same" in verdict.message for verdict in lost.values())
    assert any("graded with a right softmax" in verdict.message for verdict in found.values() if verdict.outcome == "passed")


def test_a_function_that_ends_the_process_costs_what_one_that_raises_does(sandbox: Sandbox) -> None:
    """Tests of its task's other functions call it too, to see whether it changes their results."""
    ended, raised = ({test for test, verdict in verdicts(sandbox, "dL_dyhat", how).items() if verdict.outcome != "passed"}
                     for how in ("import os; os._exit(3)", "raise RuntimeError"))
    assert ended == raised and len(ended) == 2


def test_the_time_that_slow_functions_share_is_used_up_before_their_own_is_short() -> None:
    """Whoever stays within its own is never out of time; nor does a new process, that every test needs, count as a call."""
    shares = Shares(cpu=30.0, idle=30.0)
    shares.enter("call", "greedy")
    shares.charge(9.9, 0.0)
    shares.check()
    shares.charge(10.1, 0.0)  # 1 of its own and the 9 that are shared
    for kind in ("reset", "load"):
        shares.enter(kind, "")
        shares.check()
    shares.enter("call", "modest")
    shares.charge(11.0, 0.0)
    shares.check()
    shares.charge(11.2, 0.0)
    with pytest.raises(LimitExceeded, match="modest is slow"):
        shares.check()
    shares.enter("call", "late")
    shares.charge(12.1, 0.0)
    shares.check()
    assert shares.slow() == {"greedy", "modest"}


def test_a_new_process_is_paid_for_by_what_ended_the_one_before() -> None:
    shares = Shares(cpu=30.0, idle=30.0)
    shares.enter("call", "dies")
    shares.worker_ended(by_the_grader=False)
    shares.enter("load", "")
    shares.charge(20.0, 0.0)
    shares.enter("call", "innocent")
    shares.check()
    shares.worker_ended(by_the_grader=True)
    shares.enter("load", "")
    shares.charge(40.0, 0.0)
    shares.enter("call", "innocent")
    shares.check()
    shares.enter("call", "dies")
    with pytest.raises(LimitExceeded, match="dies is slow"):
        shares.check()
    shares.again = True
    shares.enter("call", "dies")
    shares.check()


def test_what_was_made_ahead_in_vain_is_paid_for_once() -> None:
    shares = Shares(cpu=30.0, idle=30.0)
    mark = shares.mark()
    shares.enter("call", "f")
    shares.charge(2.0, 0.0)
    shares.refund(mark)
    assert shares.wasted == 2.0 and not shares.slow()
    shares.charge(3.5, 0.0)
    assert shares.slow() == {"f"}
