"""Time limits at home: the same as in the grader, and the line where the code hangs.

A thread looks now and then at how long the present call takes, and raises OutOfTime in it when the time is up. Where no
thread can be started (Python in a browser), the student's lines are counted instead, which takes longer.
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
# A function that ran out of time once gets this much less from then on: an endless loop is not waited for in full each time.
AFTER_A_TIMEOUT = 10
# Below this share of the wall clock a call counts as idle; one that computes has this many times as long.
IDLE, BUSY_FACTOR = 0.05, 10
LOOK, LOOK_AGAIN = 0.05, 0.001


def out_of_cpu(seconds: float) -> str:
    """The sentence on a call that computes for too long."""
    return _n("more than {seconds:g} second of CPU time; is there a loop without an end, or far more work than the task needs?",
              "more than {seconds:g} seconds of CPU time; is there a loop without an end, or far more work than the task needs?",
              1 if seconds == 1 else 2, seconds=seconds)


def out_of_wall(seconds: float) -> str:
    """The sentence on a call that waits for too long."""
    return _("no answer within {seconds:g} seconds, although it hardly computes: does it sleep, or wait for something that never "
             "comes?", seconds=seconds)


class OutOfTime(BaseException):
    """A call took too long. No `except Exception` of the student's catches it."""


@dataclass
class Turn:
    """One call: the thread it runs in, when it began, and what it may take."""

    thread: int
    cpu: float
    began: float
    began_cpu: float
    fired: bool = False

    def verdict(self) -> str:
        """Why the time is up; empty while it is not."""
        used, waited = time.process_time() - self.began_cpu, time.monotonic() - self.began
        if used > self.cpu:
            return out_of_cpu(self.cpu)
        wall = self.cpu * WALL_FACTOR
        if waited > wall * (1 if used < IDLE * waited else BUSY_FACTOR):
            return out_of_wall(wall)
        return ""


class Clock:
    """Gives each call of the code in a folder its time. Close it when no more calls come."""

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
        """Let the thread end."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    @contextlib.contextmanager
    def limit(self, cpu: float) -> Iterator[None]:
        """Raise OutOfTime in what is inside when it takes more CPU seconds, or sleeps for far longer."""
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
            error.args = (error.args or (turn.verdict() or out_of_cpu(cpu),))[:1]
            raise

    def _end(self, turn: Turn, before: Turn | None) -> None:
        """From here on nothing is raised for this call; what is on its way is called back."""
        while True:
            try:
                with self._lock:
                    self._turn = before
                    if turn.fired:
                        _raise_in(turn.thread, None)
                return
            except OutOfTime:  # it arrived at the last moment
                continue

    def _watch(self) -> None:
        look = LOOK
        while not self._over.wait(look):
            with self._lock:
                turn = self._turn
                up = turn is not None and bool(turn.verdict())
                if turn is not None and up:
                    turn.fired = True
                    _raise_in(turn.thread, OutOfTime)
                look = LOOK_AGAIN if up else LOOK  # a bare `except:` may have caught it

    def _trace(self, frame: FrameType, event: str, arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self._folder):
            return None
        turn = self._turn
        if turn is not None and (sentence := turn.verdict()):
            raise OutOfTime(sentence)
        return self._trace


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    """Let another thread raise this as soon as it runs Python again; None takes back what it has not raised yet."""
    import ctypes  # where there are no threads there may be no ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread),
                                               ctypes.py_object(exception) if exception is not None else None)
