"""No submission holds a slot for long: what takes a little less than each call may take meets the budget of the whole."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from autograder.grade.schedule.slot import Slots
from autograder.sandbox.limits import Limits
from tests.attacks.catalogue import FULL, STAGE, model

LIMITS = Limits(call_cpu=2.0, load_cpu=2.0, wall_factor=1.0, submission_cpu=6.0, submission_idle=4.0)
EVERY = """

def _slow(function):
    def slow(*args, **kwargs):
        {body}
        return function(*args, **kwargs)
    return slow


import ctypes, os, select, threading, time
for _name, _thing in list(globals().items()):
    if callable(_thing) and getattr(_thing, "__module__", "") == __name__ and not _name.startswith("_"):
        globals()[_name] = _slow(_thing)
"""
SPINS = "until = time.process_time() + 1.2\n        while time.process_time() < until: pass"
SPINS_IN_A_THREAD = f"def spin():\n            {SPINS.replace(chr(10), chr(10) + '    ')}\n        " \
                    "thread = threading.Thread(target=spin); thread.start(); thread.join()"
HOLDING = {
    "spins just below the limit of a call": (SPINS, "CPU time, which is all"),
    "spins in a thread": (SPINS_IN_A_THREAD, "CPU time, which is all"),
    "waits just below the limit of a call": ("select.select([], [], [], 1.2)", "does the code sleep"),
    "waits in the C library": ("ctypes.CDLL(None).usleep(1_200_000)", "does the code sleep"),
}


@pytest.fixture(scope="module")
def slot() -> Iterator[Slots]:
    """A slot with limits that are soon met."""
    made = Slots(limits=LIMITS)
    yield made
    made.close()


def grade(slot: Slots, source: str) -> tuple[dict, float]:
    """The record of a submission, and for how long it held the slot."""
    job = {"student": "x", "stage": STAGE.id, "files": {STAGE.info.file: source.encode()}, "problem": "", "notes": [], "key": "k",
           "seed": 1}
    started = time.monotonic()
    return slot.grade(job), time.monotonic() - started


@pytest.mark.parametrize(("body", "says"), HOLDING.values(), ids=HOLDING)
def test_a_submission_has_one_budget_for_all_its_calls(slot: Slots, body: str, says: str) -> None:
    """What had ended by then counts, the rest is out of time and says why; the next submission has a budget of its own."""
    record, _ = grade(slot, model() + EVERY.format(body=body))
    outcomes = [test["outcome"] for test in record["tests"]]
    assert 0 <= record["score"] < FULL and set(outcomes) <= {"passed", "timeout"}
    assert outcomes.count("timeout") > len(outcomes) / 2
    assert says in " ".join(test["message"] for test in record["tests"])
    assert not record.get("met_wall_clock"), "it need not be graded again"
    assert grade(slot, model())[0]["score"] == FULL


def test_a_process_that_ends_in_every_call_does_not_pay_for_each_import_anew(slot: Slots) -> None:
    """Each new process imports the file: the time of all of them counts."""
    source = model() + "\nimport time\nuntil = time.process_time() + 1.2\nwhile time.process_time() < until: pass\n" \
        + EVERY.format(body="os._exit(0)")
    record, _ = grade(slot, source)
    assert record["score"] == 0
    messages = [test["message"] for test in record["tests"]]
    assert sum("CPU time, which is all" in message for message in messages) > len(messages) / 2


def test_sleeping_in_the_main_thread_costs_nothing(slot: Slots) -> None:
    """A right answer that sleeps is right, and nobody waits for it."""
    record, seconds = grade(slot, model() + EVERY.format(body="time.sleep(55)"))
    assert record["score"] == FULL
    assert seconds < 55
