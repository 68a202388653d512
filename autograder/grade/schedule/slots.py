"""Grade jobs over the slots of this machine, in threads that only wait."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder.errors import InfrastructureError, Killed, SandboxError
from autograder.grade.schedule.slot import Slots
from autograder.sandbox.limits import Limits

TRIES = 3


def cores() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def core_of_slot(slots: int) -> list[int | None]:
    """Return the core to pin each slot to, if there are enough slots for all cores; else None for each."""
    if not hasattr(os, "sched_getaffinity") or slots < cores():
        return [None] * slots
    ours = sorted(os.sched_getaffinity(0))
    return [ours[number % len(ours)] for number in range(slots)]


def grade_patiently(slots: Slots, job: dict[str, Any], slot: int = 0, stop: threading.Event | None = None,
                    ) -> dict[str, Any] | Exception:
    """Return the record, or the grader's error after the last try; a submission is never marked down for that."""
    problem: Exception = InfrastructureError("not tried")
    for _ in range(TRIES):
        if stop is not None and stop.is_set():
            break
        try:
            return slots.grade(job, slot)
        except (SandboxError, Killed) as error:  # the slot itself has retried a killed one
            return error
        except InfrastructureError as error:
            problem = error
    return InfrastructureError(f"set aside for a person after {TRIES} tries: {problem}", getattr(problem, "details", ""))


def over_slots(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, limits: Limits | None,
               keep: Callable[[dict[str, Any], Any], None]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    """Grade jobs in this many slots; yield each with its record or exception, in order of completion."""
    slots = max(1, slots)
    stop = threading.Event()
    process = Slots(isolation, limits, core_of_slot(slots))
    ready: queue.Queue[dict[str, Any] | None] = queue.Queue(slots)  # read ahead, so that slots never wait for reading
    done: queue.Queue[tuple[dict[str, Any], Any] | None] = queue.Queue()

    def read() -> None:
        try:
            for job in jobs:
                ready.put(job)
                if stop.is_set():
                    break
        except BaseException as error:  # report it to the main thread
            done.put(({}, error))
        for _ in range(slots):
            ready.put(None)

    def serve(slot: int) -> None:
        try:
            while (job := ready.get()) is not None:
                if not stop.is_set():
                    outcome = grade_patiently(process, job, slot, stop)
                    keep(job, outcome)
                    done.put((job, outcome))
        except BaseException as error:
            done.put(({}, error))
        finally:
            done.put(None)
            stop.wait()  # the process dies with the thread that started it

    threads = [threading.Thread(target=read, daemon=True)]
    threads += [threading.Thread(target=serve, args=(slot,), daemon=True) for slot in range(slots)]
    left = slots
    with _prompt_threads():
        for thread in threads:
            thread.start()
        try:
            while left:
                item = done.get()
                if item is None:
                    left -= 1
                    continue
                job, outcome = item
                if not job or isinstance(outcome, SandboxError):
                    raise outcome
                yield job, outcome
        finally:
            if left:  # the jobs in flight are abandoned
                stop.set()
                process.kill()
                for _ in range(slots):
                    ready.put_nowait(None) if not ready.full() else None
            process.close()
            stop.set()
            for thread in threads:
                thread.join(timeout=5)


@contextlib.contextmanager
def _prompt_threads() -> Iterator[None]:
    """Context with a shorter switch interval, so that slot threads wait less for the thread that writes the gradebook."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
