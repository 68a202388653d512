"""A slot: one warm process for many submissions, of which none sees what the others left."""

from __future__ import annotations

import contextlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from autograder.errors import InfrastructureError
from autograder.grade.schedule import slots as pool
from autograder.grade.schedule.slot import YIELD, Slots
from autograder.stages import find_stage
from tests.classroom import SOLUTION, STAGE, with_function
from tests.grade.test_killed import below, kind_of
from tests.grade.test_killed import process as parent_of

ASKS = with_function("import numpy as np\n\ndef forward(params, x, h_0):\n"
                     "    [softmax(np.full(3, 0.001 * n)) for n in range(500)]\n    raise ValueError('asked')\n")


def job(source: str, stage: Any = STAGE) -> dict[str, Any]:
    return {"student": "ada", "stage": stage.id, "files": {stage.info.file: source.encode()}, "problem": "", "notes": [],
            "key": "k", "seed": 1}


@pytest.fixture
def slot():
    made = Slots()
    yield made
    made.close()


def test_the_record_is_the_same_before_and_after_the_rehearsal(slot) -> None:
    """The first submission of a slot is graded before it, all others after; others' questions change nothing."""
    first = slot.grade(job(SOLUTION))
    others = [slot.grade(job(source)) for source in (ASKS, SOLUTION, ASKS, SOLUTION)]
    assert first["score"] == 80
    assert others[1] == others[3] == first
    assert others[0] == others[2] and others[0]["score"] < 80


def test_one_slot_serves_stages_in_turn(slot) -> None:
    """Test files of two stages have the same names; each submission is graded by its own."""
    second = find_stage("2-vanishing")
    answer = second.solution.read_text(encoding="utf-8")
    rounds = [[slot.grade(job(SOLUTION)), slot.grade(job(answer, second))] for _ in range(3)]
    assert rounds[0] == rounds[1] == rounds[2]
    assert [(record["stage"], record["score"]) for record in rounds[0]] == [(STAGE.id, 80), (second.id, 80)]


def test_a_slot_that_died_is_replaced(slot) -> None:
    first = slot.grade(job(SOLUTION))
    slot._process.kill()
    with pytest.raises(InfrastructureError, match="ended before it answered"):
        slot.grade(job(SOLUTION))
    assert slot.grade(job(SOLUTION)) == first


def kinds_and_cores(pid: int) -> list[tuple[str, tuple[int, ...]]]:
    """What grades submissions below a grading process, and its zygotes, each with the cores it may use."""
    found = []
    for one in below(pid):
        with contextlib.suppress(OSError):
            found.append((kind_of(one, os.getpid()), tuple(sorted(os.sched_getaffinity(one)))))
    return sorted(pair for pair in found if pair[0] in ("tests", "zygote"))


def test_each_slot_stays_on_its_core_and_one_process_serves_them_all() -> None:
    """What grades a submission, and its sandbox: pinned, behind whatever else runs."""
    both = [sorted(os.sched_getaffinity(0))[at] for at in (0, -1)]
    slots = Slots(cores=both)
    endless = with_function("def softmax(z):\n    while True:\n        pass\n")
    with ThreadPoolExecutor(2) as pool:
        records = [pool.submit(slots.grade, job(endless), number) for number in range(2)]
        slots._started()
        process, pinned = slots._process, sorted((kind, (core,)) for kind in ("tests", "zygote") for core in both)
        while kinds_and_cores(process.pid) != pinned:
            assert not any(record.done() for record in records)
        assert os.sched_getaffinity(process.pid) == os.sched_getaffinity(0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + YIELD, 19)
        slots.kill()
        for record in records:
            with pytest.raises(InfrastructureError):
                record.result()
    slots.close()


def test_a_slot_whose_submission_is_lost_goes_on_and_the_other_never_notices() -> None:
    """The process of one submission and its zygote are killed; the other slot's record is what it is by itself."""
    slots = Slots(cores=[None, None])
    endless = with_function("def softmax(z):\n    while True:\n        pass\n")
    with ThreadPoolExecutor(2) as pool:
        alone = slots.grade(job(SOLUTION))
        for kind in ("tests", "zygote"):
            lost = pool.submit(slots.grade, job(endless), 1)
            process = slots._process
            found: dict[str, int] = {}
            while not {"tests", "worker"} <= set(found):
                assert not lost.done()
                found = {kind_of(pid, os.getpid()): pid for pid in below(process.pid)}
            victim = found["tests"] if kind == "tests" else parent_of(found["worker"])[1]
            assert victim > 1
            os.kill(victim, signal.SIGKILL)
            with pytest.raises(InfrastructureError, match=r"ended without a result|starts workers is gone"):
                lost.result()
            assert slots.grade(job(SOLUTION)) == slots.grade(job(SOLUTION), 1) == alone
            assert slots._process is process
    slots.close()


def test_every_core_gets_a_slot_or_the_scheduler_chooses(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 3, 7})
    assert pool.core_of_slot(2) == [None, None]
    assert pool.core_of_slot(3) == [2, 3, 7]
    assert pool.core_of_slot(5) == [2, 3, 7, 2, 3]
