"""Time limits on the student's machine: those of the grader, and the line at which the code hangs.

A thread checks every now and then how long the current call has taken, and raises OutOfTime in it once the time is up. Where no
thread can be started (Python in a browser), a trace function checks at each of the student's lines, which is slower.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .words import _, _n

CALL_CPU, LOAD_CPU = 10.0, 5.0
WALL_FACTOR = 1.5
# A function that timed out once gets its limit divided by this from then on, so that an endless loop costs its full time only
# once. One that has returned before is no endless loop: what it has left is as much as any right answer needs.
AFTER_A_TIMEOUT, IF_IT_RETURNED = 10, 3
# A call that uses less CPU than this share of wall-clock time counts as idle; a busy one gets this many times the wall-clock
# limit.
IDLE, BUSY_FACTOR = 0.05, 10
LOOK, LOOK_AGAIN = 0.05, 0.001


class Patience:
    """How many CPU seconds a call of each function may take."""

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self._returned: set[str] = set()

    def seconds(self, name: str, usual: float) -> float:
        """Return the seconds for the next call of a function; less than usual if one has run out of time."""
        return usual / ((IF_IT_RETURNED if name in self._returned else AFTER_A_TIMEOUT) if name in self.slow else 1)

    def returned(self, name: str) -> None:
        """A call of this function returned."""
        self._returned.add(name)


def out_of_cpu(seconds: float) -> str:
    """Return the message for a call that computes for too long."""
    return _n("more than {seconds:g} second of CPU time; is there a loop without an end, or far more work than the task needs?",
              "more than {seconds:g} seconds of CPU time; is there a loop without an end, or far more work than the task needs?",
              1 if seconds == 1 else 2, seconds=seconds)


def out_of_wall(seconds: float) -> str:
    """Return the message for a call that waits for too long."""
    return _("no answer within {seconds:g} seconds, although it hardly computes: does it sleep, or wait for something that never "
             "comes?", seconds=seconds)


class OutOfTime(BaseException):
    """A call took too long. Not an Exception, so that `except Exception` in student code does not catch it."""


@dataclass
class Turn:
    """One call: its thread, when it began, its limit in CPU seconds, and why it was ended."""

    thread: int
    cpu: float
    began: float
    began_cpu: float
    why: str = ""

    def verdict(self) -> str:
        """Return why the time is up; empty while it is not."""
        used, waited = time.process_time() - self.began_cpu, time.monotonic() - self.began
        if used > self.cpu:
            return out_of_cpu(self.cpu)
        wall = self.cpu * WALL_FACTOR
        if waited > wall * (1 if used < IDLE * waited else BUSY_FACTOR):
            return out_of_wall(wall)
        return ""


class Clock:
    """Limits the time of calls into code of one folder. Close it after the last call."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._lock = threading.Lock()
        self._turn: Turn | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        try:
            thread = threading.Thread(target=self._watch, name="time limit of the checks", daemon=True)
            thread.start()
            self._thread = thread
        except RuntimeError:  # no threads here
            pass

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    @contextlib.contextmanager
    def limit(self, cpu: float) -> Iterator[None]:
        """Raise OutOfTime in the body if it uses more than `cpu` CPU seconds, or is idle for far longer."""
        turn = Turn(threading.get_ident(), cpu, time.monotonic(), time.process_time())
        before, tracing = self._turn, sys.gettrace()
        try:
            try:
                self._turn = turn
                if self._thread is None:
                    sys.settrace(self._trace)
                yield
            finally:
                if self._thread is None:
                    sys.settrace(tracing)
                self._end(turn, before)
        except OutOfTime as error:
            error.args = (error.args or (turn.why or out_of_cpu(cpu),))[:1]
            raise

    def _end(self, turn: Turn, before: Turn | None) -> None:
        """End a call: nothing is raised for it from here on.

        One that may be pending is caught here and not cancelled: Python 3.11 never clears the sign of a cancelled one, and a
        function that is traced (by a debugger, by coverage) then never returns.
        """
        caught = False
        while True:
            try:
                with self._lock:
                    self._turn = before
                while turn.why and not caught:
                    _raise_in(turn.thread, OutOfTime)
                return
            except OutOfTime:
                caught = self._turn is before  # until then the thread may raise another

    def _watch(self) -> None:
        look = LOOK
        while not self._over.wait(look):
            with self._lock:
                turn, look = self._turn, LOOK
                if turn is not None:
                    turn.why = turn.why or turn.verdict()
                    if turn.why:
                        _raise_in(turn.thread, OutOfTime)
                        look = LOOK_AGAIN  # a bare `except:` may have caught it, so raise it again soon

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self._folder):
            return None
        turn = self._turn
        if turn is not None and (sentence := turn.verdict()):
            raise OutOfTime(sentence)
        return self._trace


def _raise_in(thread: int, exception: type[BaseException]) -> None:
    """Raise an exception in a thread at its next Python instruction, in place of one that is pending."""
    import ctypes  # platforms without threads may lack ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(exception))
