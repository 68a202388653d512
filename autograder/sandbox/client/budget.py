"""Time limits: for one request to a worker, for all requests of a submission, and for what the grader computes for student code.

CPU time decides. Waiting counts only if the worker is idle. Time is not charged if the machine kept the worker from running, or
kept this process from reading while the worker waited for it: the kernel reports how long a process was queued for a core. Nor
is time charged in which the worker was stopped or waited for a disk.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.timelimit import out_of_cpu, out_of_wall
from autograder.checks.values import is_tensor
from autograder.checks.words import _
from autograder.errors import InfrastructureError, LimitExceeded
from autograder.sandbox.client.shares import Shares
from autograder.sandbox.control import signal_name
from autograder.sandbox.walls import close_memory, die_with_parent, limit_memory

if TYPE_CHECKING:
    from autograder.sandbox.client.transcript import Message
    from autograder.sandbox.client.worker import Worker

# Seconds without data from a worker after which its CPU time is checked.
LOOK = 0.25
# A longer gap between two checks does not count as waiting: this process or the whole machine stood still.
PAUSE = 4 * LOOK
# Process states that are not the worker's choice: stopped, traced, waiting for a disk.
HELD = "TtD"
# Seconds between checks of the whole submission's usage, where no single request takes long.
LOOK_AT_ALL = 1.0
# After a request, a worker is checked if it may have used this many seconds since the last check, so that they are charged.
LOOK_AFTER = 0.1
# Memory of a separate process that computes an answer, beyond what is mapped.
ANSWER_MEMORY = 1 << 30
# Arguments up to these sizes are answered in this process. A reference version may take memory quadratic in the size of a vector,
# and time cubic in a number (as the size of a matrix), in a single library call.
SMALL_BYTES, SMALL_NUMBER, SMALL_ITEMS = 1 << 14, 200, 1000
# Limits for a test's own callback, which knows the sizes it is made for.
OF_A_CALLBACK = {"most_bytes": 1 << 18, "largest": 10_000}
TOO_LONG = "a function of another task was called with arguments it cannot handle in time"


class SubmissionBudget:
    """The time that all requests of one submission may take together.

    Parameters
    ----------
    cpu : float
        CPU seconds of its workers, and of what the grader computes for them.
    idle : float
        Seconds that its workers may wait without computing.

    Attributes
    ----------
    shares : Shares
        How much of that each function may use.
    """

    def __init__(self, cpu: float, idle: float) -> None:
        self.cpu, self.idle, self.shares = cpu, idle, Shares(cpu, idle)
        self.answering = 0.0   # CPU seconds the grader spent for student code
        self.waited = 0.0      # seconds spent waiting for a worker, except while it was held or queued
        self.passed: LimitExceeded | None = None
        self.uncertain = False  # the kernel does not report how long a process was queued
        self._ended = 0.0      # CPU seconds of earlier workers
        self._worker = 0.0     # and of the current one
        self._queued = 0.0
        self._may_be_cut_short = False
        self.next_look = time.monotonic() + LOOK_AT_ALL

    def enter(self, request: Message) -> None:
        """Charge a new request. Raises LimitExceeded if the submission, or the function called, is out of time."""
        self.check()
        self.shares.enter(request.kind, request.function)
        self._check_limits()

    def note(self, cpu: float, queued: float) -> None:
        """Update with the current worker's totals. Raises LimitExceeded if the time is up."""
        self.update(cpu, queued)
        self._check_limits()

    def update(self, cpu: float, queued: float) -> None:
        """Update with the current worker's totals after an answer: only the next request can be too late."""
        self.next_look = time.monotonic() + LOOK_AT_ALL
        self._worker = max(self._worker, cpu)
        self.waited -= max(0.0, queued - self._queued)
        self._queued = max(self._queued, queued)
        self.shares.charge(self.used, self.waited - self.used)

    @property
    def used(self) -> float:
        """CPU seconds so far."""
        return self._ended + self._worker + self.answering

    def _check_limits(self) -> None:
        if self.used > self.cpu:
            self.end(_("all calls together took more than {seconds:g} seconds of CPU time, which is all that a submission has; "
                       "tests that had not ended by then count as out of time", seconds=self.cpu))
        if self.waited - self.used > self.idle:
            self.end(_("all calls together waited for more than {seconds:g} seconds and hardly computed: does the code sleep? "
                       "Tests that had not ended by then count as out of time", seconds=self.idle))
        self.shares.check()

    def worker_ended(self, cpu: float, by_the_grader: bool = False) -> None:
        """Account for the end of the current worker after `cpu` seconds."""
        self._ended += max(cpu, self._worker)
        self._worker = self._queued = 0.0
        self.shares.charge(self.used, self.waited - self.used)
        self.shares.worker_ended(by_the_grader=by_the_grader)

    def end(self, why: str) -> None:
        """Stop the submission: raise LimitExceeded, now and for every further request."""
        self.passed = LimitExceeded("budget", why)
        raise self.passed

    def watch_the_tests(self) -> None:
        """Where this process has a CPU limit, let reaching it end the submission: testing its results took too long."""
        def too_long(signum: int, frame: Any) -> None:
            why = _("to answer its calls and to test what it returned took longer than for any right answer: is a function "
                    "that it was given called without an end?")
            self.passed = self.passed or LimitExceeded("budget", why)
            if self._may_be_cut_short:
                raise LimitExceeded("budget", str(self.passed))

        if signal.getsignal(signal.SIGXCPU) is signal.SIG_DFL:
            signal.signal(signal.SIGXCPU, too_long)

    @contextlib.contextmanager
    def cut_short(self) -> Iterator[None]:
        """Context that LimitExceeded may interrupt anywhere when that time is up; code outside of it runs to its end."""
        self._may_be_cut_short = True
        try:
            yield
        finally:
            self._may_be_cut_short = False

    def check(self) -> None:
        """Raise LimitExceeded if the submission has been stopped."""
        if self.passed is not None:
            raise LimitExceeded("budget", str(self.passed))


class Budget:
    """The time limit of one request, checked only while the answer is late."""

    def __init__(self, worker: Worker, cpu: float, request: Message | None = None) -> None:
        self.worker, self.cpu = worker, cpu
        if request is not None and worker.total is not None:
            worker.total.enter(request)
        self.seen = time.monotonic()
        self.next_look = self.seen + LOOK * 0.9
        self.waited = 0.0
        self.own_queue = own_queue()
        self.before: tuple[float, float] | None = None  # CPU and queue time at the start of the request
        self.answering = 0.0  # the grader's CPU seconds for student code count too

    def check_deadline(self) -> None:
        """Raise LimitExceeded if the time is up. Called while there is no answer; checks the process only every now and then."""
        now, total = time.monotonic(), self.worker.total
        if now < self.next_look and (total is None or now < total.next_look):
            return
        self.next_look = now + LOOK * 0.9
        gap = self._wait_until(now)
        seen = self.worker.sandbox.ask("look", pid=self.worker.pid)
        self.seen = time.monotonic()  # the check itself is not waiting time
        used = seen["cpu"]
        if used is None:
            return
        if seen["entries"] > self.worker.limits.entries:
            raise LimitExceeded("size", _("more than {count} files and folders were made", count=self.worker.limits.entries))
        # Where the kernel does not report queue time, a runnable process does not count as waiting.
        queued, known = seen["queued"] or 0.0, seen["queued"] is not None
        if seen["state"] in (HELD if known else HELD + "R"):
            self.waited -= gap
            if total is not None:
                total.waited -= gap
                total.uncertain |= not known
        if self.before is None:
            self.before = max(0.0, used - self.waited), queued
        used -= self.before[0]
        if used + self.answering > self.cpu:
            raise LimitExceeded("cpu", out_of_cpu(self.cpu))
        limit = self.cpu * self.worker.limits.wall_factor
        if self.waited - used - (queued - self.before[1]) > limit:
            raise LimitExceeded("wall", out_of_wall(limit))
        if total is not None:
            total.note(seen["cpu"], queued)

    def _wait_until(self, now: float) -> float:
        """Count the time since the last check, except while this process was itself queued; return it in seconds."""
        before, self.own_queue = self.own_queue, own_queue()
        gap, self.seen = max(0.0, min(now - self.seen, PAUSE) - (self.own_queue - before)), now
        self.waited += gap
        if self.worker.total is not None:
            self.worker.total.waited += gap
        return gap

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Context in which the grader computes for student code: its CPU time counts, waiting does not."""
        self._wait_until(time.monotonic())
        before = cpu_with_children()
        try:
            yield
        finally:
            spent = cpu_with_children() - before
            self.answering += spent
            if self.worker.total is not None:
                self.worker.total.answering += spent
            self.seen, self.own_queue = time.monotonic(), own_queue()

    def answered(self) -> None:
        """Account for an answer that has arrived."""
        now, total = time.monotonic(), self.worker.total
        self._wait_until(now)
        if total is not None and now > total.next_look - LOOK_AT_ALL + LOOK_AFTER:
            seen = self.worker.sandbox.ask("look", pid=self.worker.pid)
            if seen["cpu"] is not None:
                total.update(seen["cpu"], seen["queued"] or 0.0)


def own_queue() -> float:
    """Return the seconds that this process was runnable without a core; 0 where the kernel does not report it."""
    descriptor = _schedstat_of(os.getpid())
    return 0.0 if descriptor is None else int(os.pread(descriptor, 100, 0).split()[1]) / 1e9


@lru_cache(maxsize=1)
def _schedstat_of(pid: int) -> int | None:
    """Return an open descriptor of this process's schedstat, which is read twice per request. Keyed by pid, because of forks."""
    with contextlib.suppress(OSError):
        return os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
    return None


def cpu_with_children() -> float:
    """Return the CPU seconds of this process and its finished children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Context that raises LimitExceeded in this thread if it uses more CPU seconds. A single long library call is not
    interrupted.
    """
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
    raise LimitExceeded("cpu", TOO_LONG)


def is_small(*values: Any, most_bytes: int = SMALL_BYTES, largest: int = SMALL_NUMBER) -> bool:
    """Whether computing with these values takes no time to speak of: no large arrays, no large integers, few items.

    A call of a numerical library cannot be interrupted from inside, and its cost grows with a power of the size of its arguments.
    """
    size, items, waiting = 0, 0, list(values)
    while waiting:
        value = waiting.pop()
        value = value.detach().numpy() if is_tensor(value) else value
        items += 1
        if isinstance(value, list | tuple):
            waiting.extend(value[:SMALL_ITEMS + 1])
        elif isinstance(value, dict):
            waiting.extend(list(value.values())[:SMALL_ITEMS + 1])
        elif isinstance(value, int):
            items += SMALL_ITEMS * (abs(value) > largest)
        elif isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "iu":
            size += value.nbytes
            items += SMALL_ITEMS * (size <= most_bytes and value.size > 0 and max(int(value.max()), -int(value.min())) > largest)
        else:
            taken = len(value) if isinstance(value, str) else getattr(value, "nbytes", 0)
            size += taken if isinstance(taken, int) else 0
        if size > most_bytes or items > SMALL_ITEMS:
            return False
    return True


def apart(compute: Callable[[], bytes], seconds: float) -> bytes:
    """Return what `compute` returns, run in a forked process under kernel limits.

    Raises
    ------
    LimitExceeded
        It exceeded its CPU time, or ended without a result.
    InfrastructureError
        It was killed by a signal before its time was up.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reader)
            die_with_parent()
            close_memory()
            limit_memory(ANSWER_MEMORY)
            resource.setrlimit(resource.RLIMIT_CPU, (max(1, round(seconds)), max(1, round(seconds)) + 1))
            signal.signal(signal.SIGXCPU, signal.SIG_DFL)
            with os.fdopen(writer, "wb") as stream:
                stream.write(compute())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        data = stream.read()
    _, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status) and usage.ru_utime + usage.ru_stime < 0.9 * seconds:
        raise InfrastructureError(f"the process that computes an answer was ended by {signal_name(os.WTERMSIG(status))}")
    if not data or os.WIFSIGNALED(status):
        raise LimitExceeded("cpu", TOO_LONG)
    return data
