"""A started sandbox, shared by the tests of a module."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import coverage
import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission, Worker
from autograder.sandbox.limits import Limits
from autograder.stages import KIT

# A call that is meant to run into a limit need not take long.
LIMITS = Limits(call_cpu=1.0, load_cpu=1.0, wall_factor=2.0)
Make = Callable[..., Worker]


def no_answer(name: str, args: tuple, kwargs: dict) -> Any:
    """A grader that answers nothing."""
    raise AssertionError(f"{name} was asked for")


# How a zygote starts whose workers' statements are counted: each worker saves its own when it ends. One that is idle must not be
# killed before; it ends by itself when its socket is closed. What hangs is killed after a while, and counts nothing.
COUNTED = """
import coverage, os, select
counting = coverage.Coverage(data_file={file!r}, data_suffix=True, config_file={config!r})
counting.set_option("run:patch", ["_exit"])
counting.start()
from autograder.sandbox.zygote import Zygote
end = Zygote.do_end
def do_end(self, pid):
    if pid not in self.alive or self.do_ended(pid):
        return end(self, pid)
    ended = os.pidfd_open(pid)
    select.select([ended], [], [], 0.5)
    os.close(ended)
    return end(self, pid) | {{"how": "it was ended by the grader"}}
Zygote.do_end = do_end
"""


class WithoutWalls(Sandbox):
    """Processes with limits only, where coverage, if it is measured, can count what runs inside."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(isolation="process", **settings)

    def _command(self, descriptor: int) -> list[str]:
        command, here = super()._command(descriptor), coverage.Coverage.current()
        if here is None:
            return command
        counted = COUNTED.format(file=os.path.abspath(str(here.get_option("run:data_file"))),
                                 config=str(KIT / "pyproject.toml"))
        way, _, main = bubblewrap.START.partition("import json; ")
        return [f"{way}\n{counted}\nimport json; {main}" if part == bubblewrap.START else part for part in command]


KINDS = {"sandbox": Sandbox, "process": WithoutWalls}


@pytest.fixture(scope="module", params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox without libraries beside NumPy, and processes without one."""
    made = KINDS[request.param](limits=LIMITS)
    made.start()
    yield made
    made.close()


# For a test of what only walls withhold.
walled = pytest.mark.parametrize("sandbox", ["sandbox"], indirect=True)


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
