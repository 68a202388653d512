"""A started sandbox, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission, Worker
from autograder.sandbox.limits import Limits

# A call that is meant to run into a limit need not take long.
LIMITS = Limits(call_cpu=1.0, load_cpu=1.0, wall_factor=2.0)
Make = Callable[..., Worker]


def no_answer(name: str, args: tuple, kwargs: dict) -> Any:
    """A grader that answers nothing."""
    raise AssertionError(f"{name} was asked for")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without libraries beside NumPy."""
    made = Sandbox(limits=LIMITS)
    made.start()
    yield made
    made.close()


@pytest.fixture
def make(sandbox: Sandbox) -> Iterator[Make]:
    """``make(source)`` gives a worker that has imported the source as module ``work`` and was reset."""
    made: list[Worker] = []

    def worker(
        source: str,
        answer: Callable = no_answer,
        earlier: dict | None = None,
        replace: tuple[str, ...] = (),
        files: dict[str, bytes] | None = None,
    ) -> Worker:
        one = sandbox.worker(Submission({"work.py": source.encode()} | (files or {}), "work", earlier or {}), answer)
        made.append(one)
        one.load()
        one.reset(1, replace)
        return one

    yield worker
    for one in made:
        one.close()


def call(worker: Worker, name: str, *args: Any, **kwargs: Any) -> Any:
    """The value of one call."""
    return worker.call(["function", name], args, kwargs)[0]
