"""Many submissions over several slots, in threads that only wait."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from autograder.errors import InfrastructureError, SandboxError
from autograder.grade.slot import Slot
from autograder.jail.limits import Limits

TRIES = 3


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def grade_patiently(slot: Slot, job: dict[str, Any]) -> dict[str, Any] | Exception:
    """The record, or what was wrong with the grader after the last try; a submission never pays for that."""
    problem: Exception = InfrastructureError("not tried")
    for _ in range(TRIES):
        try:
            return slot.grade(job)
        except SandboxError as error:
            return error
        except InfrastructureError as error:
            slot.close()
            problem = error
    return InfrastructureError(f"set aside for a person after {TRIES} tries: {problem}")


def grade_many(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, cluster: str | None = None,
               limits: Limits | None = None) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    """Grade jobs as they are drawn; yields each job with its record or exception, in order of completion.

    A submission that met the wall-clock limit is graded again at the end, alone, before it counts: a busy
    machine never lowers a grade.
    """
    if cluster:
        from autograder.grade.cluster import over_cluster

        run = partial(over_cluster, address=cluster, isolation=isolation)
    else:
        run = partial(_over_slots, isolation=isolation, limits=limits)
    again: list[dict[str, Any]] = []
    for job, outcome in run(jobs, slots):
        if isinstance(outcome, dict) and outcome.get("met_wall_clock"):
            again.append(job)
        else:
            yield job, outcome
    if again:
        yield from run(iter(again), 1)


def _over_slots(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, limits: Limits | None
                ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    drawn: Iterator[dict[str, Any]] = iter(jobs)
    lock = threading.Lock()
    stop = threading.Event()
    done: queue.Queue[tuple[dict[str, Any], Any] | None] = queue.Queue()

    def serve() -> None:
        slot = Slot(isolation, limits)
        try:
            while not stop.is_set():
                with lock:
                    job = next(drawn, None)
                if job is None:
                    break
                done.put((job, grade_patiently(slot, job)))
        except BaseException as error:  # reading a submission failed: tell the main thread
            done.put(({}, error))
        finally:
            slot.close()
            done.put(None)

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(max(1, slots))]
    for thread in threads:
        thread.start()
    left = len(threads)
    try:
        while left:
            item = done.get()
            if item is None:
                left -= 1
                continue
            job, outcome = item
            if not job:
                raise outcome
            if isinstance(outcome, SandboxError):
                raise outcome
            yield job, outcome
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=10)
