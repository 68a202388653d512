"""Grade many submissions, here or on a cluster, and once more, alone, those that a busy machine may have failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from autograder.errors import InfrastructureError, Killed
from autograder.grade.schedule.cluster import over_cluster
from autograder.grade.schedule.slots import over_slots
from autograder.sandbox.isolation import WALLED
from autograder.sandbox.limits import Limits

Keep = Callable[[dict[str, Any], dict[str, Any]], None]


def grade_many(jobs: Iterable[dict[str, Any]], slots: int, isolation: str, cluster: str | None = None,
               limits: Limits | None = None, keep: Keep = lambda job, record: None,
               ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    """Grade jobs as they are drawn; yield each job with its record or exception, in order of completion.

    `keep` is called with each valid record as soon as it arrives, however slowly the results are consumed: if the run is killed,
    only what was in flight is lost.

    Outcomes that a busy machine may have caused are determined again at the end, with nothing else running: exceeded idle limits
    where the kernel does not report queue time, and submissions whose workers were killed repeatedly.
    """
    run = partial(over_cluster, address=cluster) if cluster else over_slots
    run = partial(run, isolation=isolation, limits=limits)

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
