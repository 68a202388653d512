"""The grader's bench: the student's functions run in a worker, the reference stays here."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.checks.compare import Mismatch
from autograder.checks.plugin import classify
from autograder.checks.student import Student
from autograder.errors import InfrastructureError, LimitExceeded, StudentError
from autograder.grade.retrain import Retrainer
from autograder.jail.client import Jail, Worker, is_missing
from autograder.jail.memory import Memory, Remembering
from autograder.jail.wire import NewAxes
from autograder.stages import Stage

# A function that ran out of time once gets this much less from then on: an endless loop is not waited for in full each time.
AFTER_A_TIMEOUT = 10
# After this many functions that ran out of time, all are given that much less: no submission holds the grader for hours.
MANY_SLOW = 5
MAX_PICTURE = 400_000
MAX_SIDE = 4000
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


class GraderBench:
    """What a session of the suite runs on while it grades one submission.

    Parameters
    ----------
    stage : Stage
    jail : Jail
        A started jail; a fresh worker is taken from it whenever the last one is gone.
    files : dict of str to bytes
        The submission's files.
    seed : int
        Seed of the suite's random inputs.
    memory : Memory, optional
        What the reference answers, as far as it is known.
    """

    folder = Path("/nowhere")  # no frame of a trusted file is ever shown

    def __init__(self, stage: Stage, jail: Jail, files: dict[str, bytes], seed: int, memory: Memory | None = None) -> None:
        self.memory = memory or Memory()
        self.stage, self.jail, self.files, self.seed = stage, jail, files, seed
        self.student = Student(self._run)
        self._reference = Remembering(stage.reference(), self.memory)
        self.met_wall_clock = False
        self.pictures: dict[str, list[bytes]] = {}
        self._task = ""
        self._slow: set[str] = set()
        self._replaced: frozenset[str] = frozenset()
        self._worker: Worker | None = None
        self._standins = stage.standins()
        self._canvases: list[JailCanvas] = []
        self.retrainer: Retrainer | None = None

    def begin(self, task_id: str) -> None:
        """A clean state before each test; earlier tasks' functions are the reference's."""
        self.student.calls.clear()
        self._canvases.clear()
        if self._standins and self._task not in ("", task_id):
            self.close()  # what stood in for one task's classes must not be within reach when they are graded
        self._task, self._replaced = task_id, self.stage.names_of_earlier_tasks(task_id)
        if self._worker is not None and self._worker.alive:
            self._reset(self._worker)

    def worker(self) -> Worker:
        """A live worker with the student's file imported; a new one if the last is gone."""
        if self._worker is None or not self._worker.alive:
            self._worker = self.jail.worker(self.files, self.stage.module, self.stage.provided(), self._answer,
                                            self._standins, self.memory)
            self._worker.load()
            self._reset(self._worker)
        return self._worker

    def _reset(self, worker: Worker) -> None:
        worker.askable = self._replaced
        with contextlib.suppress(StudentError):  # a worker that fails here is replaced at the next call
            worker.reset(self.seed, self._replaced)

    def _run(self, name: str, args: tuple, kwargs: dict) -> tuple[Any, tuple[str, ...]]:
        __tracebackhide__ = True
        worker = self.worker()
        limit = worker.limits.call_cpu / (AFTER_A_TIMEOUT if name in self._slow or len(self._slow) >= MANY_SLOW else 1)
        limit = min(limit, self.stage.info.seconds.get(name, limit))
        try:
            value, changed = worker.call(["function", name], args, kwargs, cpu=limit)
        except LimitExceeded as error:
            if error.kind in ("cpu", "wall"):
                self._slow.add(name)
            raise
        if is_missing(value):
            raise Mismatch(name, f"is not defined in {self.stage.info.file}", "none")
        return value, changed

    def _answer(self, module: str, name: str, args: tuple, kwargs: dict) -> Any:
        """The reference's value for a call that student code made to a function that is not under test."""
        function = getattr(self._module(module), name)
        return function(*args, **kwargs)

    def _module(self, name: str) -> ModuleType:
        if name == self.stage.module:
            return self.stage.reference()
        self.stage.bind_earlier()
        return sys.modules[name]

    def reference(self) -> Any:
        """The reference module."""
        return self._reference

    def canvas(self) -> JailCanvas:
        """Axes that are made in the worker and come back as what they hold."""
        self._canvases.append(JailCanvas(self, len(self._canvases)))
        return self._canvases[-1]

    def autodiff(self) -> JailAutodiff:
        """Automatic differentiation in the worker."""
        return JailAutodiff(self)

    def checkpoints(self) -> Any:
        """Files of the submission, loaded in the worker; or weights trained afresh in their place."""
        if self.retrainer is not None:
            self.close()
            self.retrainer.prepare(self._task)
        self._replaced = frozenset()
        self._reset(self.worker())
        if self.retrainer is not None:
            return self.retrainer.load
        return lambda model, file: self.worker().call(["tool", "load_checkpoint"], (model, file), {})[0]

    def outcome(self, error: BaseException) -> str:
        """The outcome an exception stands for."""
        if isinstance(error, InfrastructureError):
            return "infrastructure"
        if isinstance(error, LimitExceeded) and error.kind in ("cpu", "wall"):
            self.met_wall_clock |= error.kind == "wall"
            return "timeout"
        if isinstance(error, StudentError):
            return "error"
        return classify(error)

    def keep_pictures(self, task_id: str) -> None:
        """Keep what the test that just ended drew, once a task: it goes into the feedback page."""
        if self._canvases and task_id not in self.pictures:
            pictures = [png for canvas in self._canvases for png in canvas.pictures()]
            if pictures:
                self.pictures[task_id] = pictures[:2]

    def close(self) -> None:
        """Let the worker go."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class JailAutodiff:
    """The `autodiff` of a grading session: the gradient is carried back inside the worker."""

    def __init__(self, bench: GraderBench) -> None:
        self._bench = bench

    def vjp(self, module: Any, args: tuple, cotangents: Any) -> dict[str, Any]:
        """See `autograder.checks.autodiff.vector_jacobian`."""
        return self._bench.worker().call(["tool", "vjp"], (module, args, cotangents), {})[0]


class JailCanvas:
    """The canvas of a grading session: `NewAxes` go in, descriptions and pictures come out."""

    def __init__(self, bench: GraderBench, number: int) -> None:
        self._bench, self._number = bench, number
        self._made: list[NewAxes] = []

    def axes(self, count: int = 1) -> NewAxes:
        """Axes to be made in the worker."""
        self._made.append(NewAxes(f"figure-{self._number}-{len(self._made)}", count))
        return self._made[-1]

    def read(self, axes: NewAxes) -> Any:
        """The description of one Axes, or a list of them; see `autograder.checks.axes.describe`."""
        worker = self._bench.worker()
        drawn = worker.request("drawn", axes.key, cpu=worker.limits.call_cpu)
        if not isinstance(drawn, list) or len(drawn) != axes.count:
            raise Mismatch("the figure", "was not drawn on the Axes that were given", "none")
        return drawn if axes.count > 1 else drawn[0]

    def pictures(self) -> list[bytes]:
        """The figures drawn so far, as PNG."""
        worker = self._bench._worker
        found = []
        with contextlib.suppress(StudentError):
            for axes in self._made:
                if worker is None or not worker.alive:
                    break
                png = worker.request("picture", axes.key, cpu=worker.limits.call_cpu)
                if isinstance(png, np.ndarray) and png.dtype == np.uint8 and png.nbytes <= MAX_PICTURE:
                    data = png.tobytes()
                    if is_picture(data):
                        found.append(data)
        return found


def is_picture(data: bytes) -> bool:
    """True for a PNG of a size a browser can show: a small file may claim to hold gigabytes."""
    sides = data[len(PNG_HEAD): len(PNG_HEAD) + 8]
    return data.startswith(PNG_HEAD) and len(sides) == 8 and all(
        0 < int.from_bytes(side) <= MAX_SIDE for side in (sides[:4], sides[4:]))
