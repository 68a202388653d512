"""The grader's bench: the student's functions run in a worker, the reference stays here."""

from __future__ import annotations

import signal
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.checks.compare import Mismatch
from autograder.checks.plugin import classify
from autograder.checks.student import Student
from autograder.errors import InfrastructureError, LimitExceeded, StudentError
from autograder.jail import Jail, Limits, NewAxes, Worker
from autograder.stages import Stage

# CPU seconds the reference may spend on one call from student code, whose arguments are the student's choice.
ANSWER_CPU = 5.0


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
    """

    folder = Path("/nowhere")  # no frame of a trusted file is ever shown

    def __init__(self, stage: Stage, jail: Jail, files: dict[str, bytes], seed: int, limits: Limits) -> None:
        self.stage, self.jail, self.files, self.seed, self.limits = stage, jail, files, seed, limits
        self.student = Student(self._run)
        self.replaced: frozenset[str] = frozenset()
        self.printed = ""
        self._worker: Worker | None = None
        self._canvases: list[JailCanvas] = []
        self._everything = frozenset(name for names in stage.functions.values() for name in names)

    def begin(self, task_id: str) -> None:
        """A clean state before each test; other tasks' functions are the reference's."""
        self.student.calls.clear()
        self._canvases.clear()
        self.replaced = self.stage.names_of_other_tasks(task_id)
        if self._worker is not None and self._worker.alive:
            self._worker.reset(self.seed)

    def worker(self) -> Worker:
        """A live worker with the student's file imported; a new one if the last is gone."""
        if self._worker is None or not self._worker.alive:
            self._worker = self.jail.worker(self.files, self.stage.module, self.stage.provided(), self._answer)
            self._worker.load()
            self._worker.reset(self.seed)
        return self._worker

    def _run(self, name: str, args: tuple, kwargs: dict) -> Any:
        __tracebackhide__ = True
        worker = self.worker()
        try:
            return worker.call(name, args, kwargs, replace=self.replaced)
        except AttributeError as error:
            if str(error).startswith(f"module '{self.stage.module}' has no attribute '{name}'"):
                raise Mismatch(name, f"is not defined in {self.stage.info.file}", "none") from None
            raise
        finally:
            self.printed = worker.printed

    def _answer(self, module: str, name: str, args: tuple, kwargs: dict) -> Any:
        """The reference's value for a call that student code made to a function that is not under test."""
        function = getattr(self._module(module), name)
        previous = signal.signal(signal.SIGPROF, _too_long)
        signal.setitimer(signal.ITIMER_PROF, ANSWER_CPU)
        try:
            return function(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, previous)

    def _module(self, name: str) -> ModuleType:
        if name == self.stage.module:
            return self.stage.reference()
        import sys

        self.stage.reference()
        return sys.modules[name]

    def reference(self) -> ModuleType:
        """The reference module."""
        return self.stage.reference()

    def canvas(self) -> JailCanvas:
        """Axes that are made in the worker and come back as what they hold."""
        canvas = JailCanvas(self)
        self._canvases.append(canvas)
        return canvas

    def outcome(self, error: BaseException) -> str:
        """The outcome an exception stands for."""
        if isinstance(error, InfrastructureError):
            return "infrastructure"
        if isinstance(error, LimitExceeded) and error.kind in ("cpu", "wall"):
            return "timeout"
        if isinstance(error, StudentError):
            return "error"
        return classify(error)

    def drawings(self) -> list[bytes]:
        """The figures the last test's calls drew, as PNG."""
        return [png for canvas in self._canvases for png in canvas.pngs()]

    def close(self) -> None:
        """Let the worker go."""
        if self._worker is not None:
            self._worker.close()


class JailCanvas:
    """The canvas of a grading session: `NewAxes` go in, descriptions and pictures come out."""

    def __init__(self, bench: GraderBench) -> None:
        self._bench = bench
        self._count = 0
        self._keys: list[str] = []

    def axes(self, count: int = 1) -> NewAxes:
        """Axes to be made in the worker."""
        key = f"figure-{len(self._bench._canvases)}-{self._count}"
        self._count += 1
        self._keys.append(key)
        return NewAxes(key, count)

    def read(self, axes: NewAxes) -> Any:
        """The description of one Axes, or a list of them; see `autograder.checks.axes.describe`."""
        drawn = self._bench.worker().drawn.get(axes.key)
        if drawn is None:
            raise Mismatch("the figure", "was not drawn on the Axes that were given", "none")
        return drawn.axes if axes.count > 1 else drawn.axes[0]

    def pngs(self) -> list[bytes]:
        """The pictures of the figures drawn so far."""
        worker = self._bench._worker
        drawn = worker.drawn if worker is not None else {}
        return [drawn[key].png for key in self._keys if key in drawn and drawn[key].png]


def _too_long(signum: int, frame: Any) -> None:
    raise LimitExceeded("cpu", "a function of another task was called with arguments it cannot handle in time")
