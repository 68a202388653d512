"""Small attacks at every place, through one slot: the marks each deserves, and no trouble of the grader's."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from autograder.grade.schedule.slot import Slots
from autograder.sandbox.limits import Limits
from tests.attacks.catalogue import FULL, STAGE, model
from tests.attacks.variants import VARIANTS, Variant

LIMITS = Limits(call_cpu=0.7, load_cpu=2.0, wall_factor=1.0)


@pytest.fixture(scope="module")
def slot() -> Iterator[Slots]:
    """One slot for all: each meets what the one before left."""
    made = Slots(os.environ.get("ISOLATION", "sandbox"), limits=LIMITS)  # by hand also in WebAssembly
    yield made
    made.close()


def grade(slot: Slots, source: str) -> dict:
    """The record of a submission; anything that is the grader's own trouble is raised."""
    return slot.grade({"student": "x", "stage": STAGE.id, "files": {STAGE.info.file: source.encode()}, "problem": "", "notes": [],
                       "key": "k", "seed": 1})


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_it_gets_what_it_deserves(slot: Slots, variant: Variant) -> None:
    record = grade(slot, f"{model()}\n\n{variant.code}\n")
    lost = [test for test in record["tests"] if test["outcome"] != "passed"]
    if variant.marks >= 0:  # what happens at random deserves a verdict, whichever
        assert record["score"] == variant.marks, [(test["test"], test["message"][:200]) for test in lost]
    assert variant.says in record["reason"] + " ".join(test["message"] for test in lost)
    assert record["status"] in ("graded", "ungradable")


def test_the_next_one_is_unharmed(slot: Slots) -> None:
    assert grade(slot, model())["score"] == FULL
