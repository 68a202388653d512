"""The CPU time of one request to a worker, and of what the grader computes for student code meanwhile."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from autograder.checks.timelimit import out_of_cpu, out_of_wall
from autograder.errors import LimitExceeded

if TYPE_CHECKING:
    from autograder.sandbox.client.worker import Worker

# A worker's CPU time is looked at whenever nothing came from it for this long.
LOOK = 0.25
# More than this between two looks is not counted as waiting.
PAUSE = 4 * LOOK
# Below this share of the wall clock a worker counts as idle; one that computes has this many times as long.
IDLE, PATIENCE = 0.05, 10


class Budget:
    """The CPU time one request may take, looked at only when the answer is late."""

    def __init__(self, worker: Worker, cpu: float) -> None:
        self.worker, self.cpu = worker, cpu
        self.seen = time.monotonic()
        self.next_look = self.seen + LOOK * 0.9
        self.waited = 0.0
        self.used_before: float | None = None
        self.answering = 0.0  # what the grader computes for the student's code is the student's time too

    def check_deadline(self) -> None:
        """No answer yet: raises LimitExceeded when the time is up. Looks at the process now and then only."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK * 0.9
        # Where nobody looked for longer than that, this process or the whole machine stood still.
        self.waited += min(now - self.seen, PAUSE)
        self.seen, waited = now, self.waited
        seen = self.worker.sandbox.ask("look", pid=self.worker.pid)
        used = seen["cpu"]
        if used is None:
            return
        if seen["entries"] > self.worker.limits.entries:
            raise LimitExceeded("size", f"more than {self.worker.limits.entries} files and folders were made")
        if self.used_before is None:
            self.used_before = max(0.0, used - waited)
        if used - self.used_before + self.answering > self.cpu:
            raise LimitExceeded("cpu", out_of_cpu(self.cpu))
        # On a busy machine a computing worker still gets its share: it is not taken for one that sleeps.
        idle = used - self.used_before < IDLE * waited
        if waited > self.cpu * self.worker.limits.wall_factor * (1 if idle else PATIENCE):
            raise LimitExceeded("wall", out_of_wall(self.cpu * self.worker.limits.wall_factor))


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise LimitExceeded in this thread when what is inside takes more CPU time."""
    _hear_the_alarm()
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@cache
def _hear_the_alarm() -> None:
    signal.signal(signal.SIGPROF, _too_long)


def _too_long(signum: int, frame: Any) -> None:
    raise LimitExceeded("cpu", "a function of another task was called with arguments it cannot handle in time")
