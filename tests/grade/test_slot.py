"""A slot: one warm process for many submissions, of which none sees what the others left."""

from __future__ import annotations

import os
from typing import Any

import pytest

from autograder.errors import InfrastructureError
from autograder.grade.schedule import slots as pool
from autograder.grade.schedule.slot import YIELD, Slot
from autograder.stages import find_stage
from tests.classroom import SOLUTION, STAGE, with_function

ASKS = with_function("import numpy as np\n\ndef forward(params, x, h_0):\n"
                     "    [softmax(np.full(3, 0.001 * n)) for n in range(500)]\n    raise ValueError('asked')\n")


def job(source: str, stage: Any = STAGE) -> dict[str, Any]:
    return {"student": "ada", "stage": stage.id, "files": {stage.info.file: source.encode()}, "problem": "", "notes": [],
            "key": "k", "seed": 1}


@pytest.fixture
def slot():
    made = Slot()
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


def test_a_slot_stays_on_its_core() -> None:
    core = sorted(os.sched_getaffinity(0))[-1]
    slot = Slot(core=core)
    try:
        process = slot._start()
        assert slot.grade(job("x = 1\n"))["status"] == "graded"
        assert os.sched_getaffinity(process.pid) == {core}
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(os.getpriority(os.PRIO_PROCESS, 0) + YIELD, 19)
    finally:
        slot.close()


def test_every_core_gets_a_slot_or_the_scheduler_chooses(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2, 3, 7})
    assert pool.core_of_slot(2) == [None, None]
    assert pool.core_of_slot(3) == [2, 3, 7]
    assert pool.core_of_slot(5) == [2, 3, 7, 2, 3]
