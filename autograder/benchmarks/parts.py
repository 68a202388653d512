"""Where the CPU time of a submission goes: its tests on both sides of the wall, gradebook, page; and each wall by itself."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.benchmarks import measure
from autograder.grade.course import SEED
from autograder.grade.runner import Suite, collected
from autograder.grade.submission_grader import grade_one, record_reference_run
from autograder.sandbox import walls
from autograder.sandbox.bubblewrap import PACKAGE
from autograder.sandbox.client.budget import apart
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.limits import Limits
from autograder.stages import Stage


def sides(stage: Stage, sandbox: Sandbox, rounds: int = 5) -> tuple[float, float]:
    """Median CPU seconds of a right submission's tests, from warm worker to record: the grader's and the worker's."""
    costs = _each(stage, sandbox, [stage.solution.read_text(encoding="utf-8")] * rounds)
    return statistics.median(ours for ours, _ in costs), statistics.median(theirs for _, theirs in costs)


def sides_of_a_class(stage: Stage, sandbox: Sandbox, size: int) -> tuple[float, float]:
    """Mean CPU seconds of the tests of a class, as `sides` counts them: what student code costs, no grader can save."""
    costs = _each(stage, sandbox, list(measure.class_of(stage, size).values()))
    return statistics.mean(ours for ours, _ in costs), statistics.mean(theirs for _, theirs in costs)


def _each(stage: Stage, sandbox: Sandbox, sources: list[str]) -> list[tuple[float, float]]:
    """CPU seconds of the tests of each source on a warm worker: the grader's and the worker's."""

    def grade_all(suite: Suite) -> list[tuple[float, float]]:
        memory, costs = record_reference_run(stage, sandbox, suite, SEED), []
        for source in sources:
            files = {stage.info.file: source.encode()} | stage.trained()
            job: dict[str, Any] = {"student": "x", "stage": stage.id, "files": files, "problem": "", "notes": [], "key": "",
                                   "seed": SEED}
            before, spent = time.process_time(), _spent(sandbox)
            grade_one(job, sandbox, suite, memory)
            costs.append((time.process_time() - before, _spent(sandbox) - spent))
        return costs

    return collected(stage, grade_all)


def _spent(sandbox: Sandbox) -> float:
    return float(sandbox.ask("spent")["cpu"])


def passes(stage: Stage, count: int = 12) -> tuple[float, float]:
    """Median CPU seconds a submission of nbgrader's pass over the gradebook, and of the feedback page."""
    from autograder.gradebook.pipeline import Pipeline

    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        measure.hand_in(course, stage, measure.class_of(stage, count))
        measure.command("grade", "--course", folder, "--stage", stage.id)
        pipeline = Pipeline(course)
        students = sorted(path.name for path in (course / "submitted").iterdir())
        costs = [(_cpu(pipeline.autograde, stage.id, name), _cpu(pipeline.feedback, stage.id, name))
                 for name in students]
    warm = costs[len(costs) // 2:]
    return statistics.median(book for book, _ in warm), statistics.median(page for _, page in warm)


def _cpu(action: Callable[..., Any], *arguments: Any) -> float:
    before = time.process_time()
    action(*arguments)
    return time.process_time() - before


def each_wall(rounds: int = 15) -> dict[str, float]:
    """Milliseconds each wall takes to put up: bubblewrap once a slot, the others in a process forked for it, as for a worker."""
    found = {"bubblewrap, once a slot": start("sandbox") - start("process")}
    readable, limits = [PACKAGE], Limits()
    with tempfile.TemporaryDirectory() as scratch:
        for name, wall in (("limits", lambda: walls.limit_resources(limits)),
                           ("Landlock", lambda: walls.restrict_files(readable, [Path(scratch)])),
                           ("seccomp", walls.restrict_calls)):
            found[name] = statistics.median(_in_fork(wall) for _ in range(rounds)) * 1e3
    return found


def start(isolation: str, rounds: int = 3) -> float:
    """Median milliseconds until a sandbox without libraries is ready, without the probe."""
    times = []
    for _ in range(rounds):
        sandbox = Sandbox(isolation=isolation)
        sandbox.probe = lambda: None  # type: ignore[method-assign]
        began = time.perf_counter()
        sandbox.start()
        times.append((time.perf_counter() - began) * 1e3)
        sandbox.close()
    return statistics.median(times)


def _in_fork(wall: Callable[[], Any]) -> float:
    """Seconds of an action that cannot be undone, in a process of its own."""
    def timed() -> bytes:
        began = time.perf_counter()
        wall()
        return repr(time.perf_counter() - began).encode()

    return float(apart(timed, 60.0))
