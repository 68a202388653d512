"""Spread the work of gates over the cores, in forked processes."""

from __future__ import annotations

import gc
import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

from autograder.errors import InfrastructureError, KitError
from autograder.grade.schedule.slots import cores

T = TypeVar("T")
R = TypeVar("R")


def over_cores(items: Sequence[T], work: Callable[[Sequence[T]], list[R]], jobs: int | None = None) -> list[R]:
    """Return what `work` makes of the items, in order. Each of `jobs` processes, by default one per core, takes every n-th item.

    Processes are forked and share everything loaded, such as the collected suite. Results are pickled.

    Raises
    ------
    KitError
        `work` raised it in a process, or a process ended early.
    """
    jobs = min(jobs or cores(), len(items))
    if jobs < 2:
        return work(items)
    context = multiprocessing.get_context("fork")
    shares = []
    for number in range(jobs):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_share, args=(theirs, items[number::jobs], work), daemon=True)
        process.start()
        theirs.close()
        shares.append((process, ours))
    found: dict[int, R] = {}
    try:
        for number, (process, pipe) in enumerate(shares):
            try:
                results = pipe.recv()
            except EOFError:
                process.join()
                raise InfrastructureError(f"a process of the gates ended early (exit status {process.exitcode})") from None
            if isinstance(results, Exception):
                raise results
            found |= dict(zip(range(number, len(items), jobs), results, strict=True))
    finally:
        for process, pipe in shares:
            pipe.close()
            process.kill()
            process.join()
    return [found[number] for number in range(len(items))]


def _share(pipe: Connection, items: Sequence[T], work: Callable[[Sequence[T]], list[R]]) -> None:
    gc.freeze()  # what was loaded before stays: no need to look through it, or to copy it, ever again
    try:
        results: list[R] | Exception = work(items)
    except KitError as error:
        results = error
    except Exception as error:
        results = InfrastructureError(f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
    pipe.send(results)
