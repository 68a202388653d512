"""Grade many submissions over several slots, in threads that only wait."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from autograder.errors import InfrastructureError, Killed, SandboxError
from autograder.grade.schedule.slot import Slots
from autograder.sandbox.isolation import WALLED
from autograder.sandbox.limits import Limits

TRIES = 3
Keep = Callable[[dict[str, Any], dict[str, Any]], None]


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


def grade_many(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, cluster: str | None = None,
               limits: Limits | None = None, keep: Keep = lambda job, record: None,
               ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    """Grade jobs as they are drawn; yield each job with its record or exception, in order of completion.

    `keep` is called with each valid record as soon as it arrives, however slowly the results are consumed: if the run is killed,
    only what was in flight is lost.

    Outcomes that a busy machine may have caused are determined again at the end, with nothing else running: exceeded idle limits
    where the kernel does not report queue time, and submissions whose workers were killed repeatedly.
    """
    if cluster:
        from autograder.grade.schedule.cluster import over_cluster

        run = partial(over_cluster, address=cluster, isolation=isolation, limits=limits)
    else:
        run = partial(_over_slots, isolation=isolation, limits=limits)

    def settle(job: dict[str, Any], outcome: dict[str, Any] | Exception) -> None:
        if isinstance(outcome, dict) and (job.get("alone") or not outcome.get("met_wall_clock")):
            outcome.pop("met_wall_clock", None)  # only for this module: the record is the same on any machine
            keep(job, outcome)

    again: list[dict[str, Any]] = []
    for job, outcome in run(jobs, slots, keep=settle):
        if isinstance(outcome, Killed) or (isinstance(outcome, dict) and outcome.get("met_wall_clock")):
            again.append(job | {"alone": True})
        else:
            yield job, outcome
    for job, outcome in run(iter(again), 1, keep=settle) if again else ():
        if isinstance(outcome, Killed) and isolation not in WALLED:
            # Without a sandbox, student code can send such a signal to itself.
            job, outcome = next(run(iter([job | {"killed_counts": True}]), 1, keep=settle))
        if isinstance(outcome, Killed):
            outcome = InfrastructureError(f"set aside for a person: {outcome}, again and again, also alone; if nobody "
                                          "ended it, this machine has too little memory")
        yield job, outcome


def _over_slots(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, limits: Limits | None,
                keep: Callable[[dict[str, Any], Any], None]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
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
