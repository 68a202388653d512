"""Grade on the workers of a Dask cluster.

Submissions are sent by value, so no shared disk is needed. Each Dask worker has a slot of its own. A worker that dies costs a
retry; a submission on which workers died several times is left for manual review.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder.errors import InfrastructureError, KitError, SandboxError, UsageError
from autograder.grade.schedule.slot import Slots
from autograder.grade.schedule.slots import grade_patiently
from autograder.sandbox.limits import Limits

# Jobs in flight per thread of the cluster: enough to keep it busy, few enough to keep memory flat.
AHEAD = 3
CONNECT = 20.0
_slots = threading.local()


def grade_here(job: dict[str, Any], isolation: str, limits: Limits | None = None) -> dict[str, Any]:
    """Run in a Dask worker: grade one submission in this thread's slot.

    Raises
    ------
    InfrastructureError
        The kit here differs in version from the one that sent the job, or the slot failed.
    """
    from autograder.grade.record import suite_hash

    if suite_hash(job["stage"]) != job["suite"]:
        raise InfrastructureError("a worker has another version of the kit, of Python or of a library; bring all machines "
                                  "to the same commit, with the same constraints.txt")
    slot = getattr(_slots, "slot", None)
    if slot is None or (slot.isolation, slot.limits) != (isolation, limits or Limits()):
        if slot is not None:
            slot.close()
        slot = _slots.slot = Slots(isolation, limits)
    outcome = grade_patiently(slot, job)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def over_cluster(jobs: Iterable[dict[str, Any]], slots: int, address: str, isolation: str,
                 limits: Limits | None = None, keep: Callable[[dict[str, Any], Any], None] = lambda job, outcome: None,
                 ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | Exception]]:
    """Grade jobs on the cluster at `address`; yield each with its record or exception, in order of completion.

    Raises
    ------
    UsageError
        dask.distributed is not installed, or nothing answers at the address.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise UsageError("CLUSTER= needs the extra `cluster`: "
                         ".venv/bin/pip install -c constraints.txt -e '.[cluster]'") from error
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address}: {error}\n  docs/ta.md says how to start one") from error
    drawn = iter(jobs)
    waiting: dict[Any, dict[str, Any]] = {}
    with client:
        thread_count = sum(client.nthreads().values())
        if not thread_count:
            raise UsageError(f"the scheduler at {address} has no workers; docs/ta.md says how to start them")
        done = as_completed(loop=client.loop)

        def send() -> None:
            job = next(drawn, None)
            if job is not None:
                key = f"{job['stage']}-{job['key']}-{len(waiting)}"
                future = client.submit(grade_here, job, isolation, limits, pure=False, key=key)
                waiting[future] = job
                done.add(future)

        for _ in range(1 if slots == 1 else thread_count * AHEAD):
            send()
        for future in done:
            job = waiting.pop(future)
            outcome = _outcome(future)
            keep(job, outcome)
            yield job, outcome
            future.release()
            send()


def _outcome(future: Any) -> dict[str, Any] | Exception:
    try:
        return future.result()
    except SandboxError:
        raise
    except KitError as error:
        return error
    except Exception as error:  # KilledWorker, and other exceptions of Dask
        return InfrastructureError(f"set aside for a person: the cluster gave it up ({type(error).__name__}: {error})")
