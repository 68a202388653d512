"""The grader's backend: the student's functions run in a worker, the reference in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.checks.checkpoints import NOT_THERE
from autograder.checks.compare import Mismatch, undefined
from autograder.checks.student import Call, Student
from autograder.checks.suite import Verdict, classify
from autograder.checks.timelimit import Patience
from autograder.checks.words import _
from autograder.errors import InfrastructureError, LimitExceeded, StudentError
from autograder.grade.figure_words import in_words
from autograder.grade.hidden import brief_of
from autograder.grade.pictures import PNG, sides
from autograder.grade.retrain import Retrainer
from autograder.grade.standing_in import answer, submission_for, within_reach
from autograder.sandbox.client.budget import SubmissionBudget
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.transcript import PREFETCH_CPU, Transcript, TranscriptDiverged
from autograder.sandbox.client.worker import Worker, is_missing
from autograder.sandbox.wire import NewAxes
from autograder.stages import Stage

# CPU seconds of prefetched requests made in vain, after which nothing more is prefetched.
WASTED = 2.0
MAX_PICTURE = 400_000
MAX_SIDE = 4000


@dataclass(frozen=True)
class ReferenceRun:
    """One test as it ran with the model answers.

    Attributes
    ----------
    transcript : Transcript
    verdict : Verdict
    pictures : list of (bytes, str)
        Figures for the feedback page: PNG and description.
    draws : bool
        Whether it drew a figure.
    calls : list of Call
        Calls of the test. Diagnosis compares mistakes with them too, for submissions that took the same course.
    repeated : list of str
        Earlier tests whose replies settle this one too.
    """

    transcript: Transcript
    verdict: Verdict
    pictures: list[tuple[bytes, str]]
    draws: bool
    calls: list[Call]
    repeated: list[str] = field(default_factory=list)


class SandboxBackend:
    """The backend of the suite while it grades one submission.

    Parameters
    ----------
    stage : Stage
    sandbox : Sandbox
        A started sandbox, which provides a new worker whenever the last one is gone.
    files : dict of str to bytes
        The submission's files.
    seed : int
        Seed of the suite's random inputs.
    runs : dict of str to ReferenceRun, optional
        How each test went with the model answers, where known.
    recording : bool
        Record in `runs` how each test goes.

    Attributes
    ----------
    replaced : frozenset of str
        Functions that are replaced by reference versions in tests that begin from now on.
    """

    folder = Path("/nowhere")  # frames of trusted files are never shown

    def __init__(self, stage: Stage, sandbox: Sandbox, files: dict[str, bytes], seed: int,
                 runs: dict[str, ReferenceRun] | None = None, recording: bool = False) -> None:
        self.stage, self.sandbox, self.seed = stage, sandbox, seed
        self.runs: dict[str, ReferenceRun] = {} if runs is None else runs
        self.recording = recording
        self.student = Student(self._run, sends=(NewAxes,), function_of=lambda name: getattr(stage.reference(), name, None),
                               call_object=lambda name, handle, args: handle.call_and_changes(name, args))
        self.met_wall_clock = False  # and it is uncertain whether that was the student's doing
        self.total = self._budget()
        self.total.watch_the_tests()
        self.missing: set[str] = set()  # functions found missing in the student's module
        self.unread: dict[str, str] = {}  # files that were handed in and refused, and why: a sentence without its subject
        self.pictures: dict[str, list[tuple[bytes, str]]] = {}
        self.replaced: frozenset[str] = frozenset()
        self._drawn: list[tuple[bytes, str]] = []
        self._task = ""
        self._patience = Patience()
        self._worker: Worker | None = None
        self._standins = stage.standins()
        self._first_standins = self._standins.beginning()[1]
        self._submission = submission_for(stage, files)
        self._loaded_standins: frozenset[str] = frozenset()
        self._transcript: Transcript | None = None
        self._begun = False
        self._canvases: list[SandboxCanvas] = []
        self._agreed: set[str] = set()  # tests whose replies equal those of the model answers
        self.retrainer: Retrainer | None = None

    def _budget(self) -> SubmissionBudget:
        limits = self.sandbox.limits
        return SubmissionBudget(max(limits.submission_cpu, self.stage.info.submission_seconds), limits.submission_idle)

    def begin(self, task_id: str, own: bool = False) -> None:
        """Restore a clean state before a test, with reference versions of the functions in `replaced`."""
        if not self._begun:
            self._start(task_id, own)
        self._begun = False

    def _start(self, task_id: str, own: bool, known: Transcript | None = None) -> None:
        self._clear(task_id)
        self.total.shares.again = bool(self.replaced)
        self._transcript = Transcript() if self.recording else None
        if self._worker is None:
            return
        # Stand-ins for one task's classes must be out of reach when those classes are graded.
        earlier = [name for task in self.stage.tasks_before(task_id) for name in self.stage.functions[task] if not own]
        if not self._loaded_standins <= self._standins.needed(earlier) | self._first_standins:
            self.close()
        elif self._worker.alive:
            try:
                self._reset(self._worker, known)
            except InfrastructureError:
                raise
            except Exception:  # it has ended, and is replaced at the next call
                return

    def _clear(self, task_id: str) -> None:
        self.student.calls.clear()
        self._canvases.clear()
        self._drawn = []
        self._task = task_id

    def worker(self, known: Transcript | None = None) -> Worker:
        """Return a live worker with the student's file imported, starting a new one if necessary."""
        self.total.check()
        if self._worker is None or not self._worker.alive:
            self._loaded_standins = self._first_standins
            self._worker = self.sandbox.worker(self._submission, partial(answer, self.stage))
            self._worker.total = self.total
            self._worker.load()
            self._reset(self._worker, known)
        return self._worker

    def _reset(self, worker: Worker, known: Transcript | None) -> None:
        worker.recording = None
        missing = self._standins.needed(self.replaced) - self._loaded_standins
        self._loaded_standins |= missing
        cpu = min(PREFETCH_CPU, worker.limits.call_cpu, *self.stage.info.cpu_seconds.values())
        worker.reset(self.seed, self.replaced, self._standins.source(missing), known, cpu)
        worker.recording = self._transcript

    @property
    def trusts_checkpoints(self) -> bool:
        """Whether reference versions may be used with loaded weights, so that only the weights are tested.

        Not if models are retrained: that is a test of the student's own code.
        """
        return self.retrainer is None

    def stood_in(self) -> set[str]:
        """Return the functions that a reference version answered for in the last test."""
        asked = self._worker.asked if self._worker is not None else {}
        called = {*self.stage.functions.get(self._task, ()), *(call.name for call in self.student.calls)}
        reached = within_reach(self._submission.files.get(self.stage.info.file, b""), called)
        return set(asked) | (self.replaced & self._standins.needed(self.replaced) & reached)

    def replay_verdict(self, test: str, task_id: str, own: bool) -> Verdict | None:
        """Return the recorded verdict of a test if all replies equal those of the model answers.

        Otherwise None; the test that is run next uses the replies already received. Every test begins in the same state: what an
        earlier one has asked in the same words is not asked again.
        """
        known = self.runs.get(test)
        if known is None or known.transcript.asks or self.recording or self.retrainer is not None:
            return None
        shares = self.total.shares
        if self._patience.slow or shares.closed or shares.wasted > WASTED:  # after a timeout calls have other limits
            return None
        if known.draws and not known.pictures and task_id not in self.pictures:
            return None
        if not self._agreed.isdisjoint(known.repeated):
            self._clear(task_id)
        elif not self._agrees(known.transcript, task_id, own):
            return None
        self._agreed.add(test)
        if known.pictures:
            self.pictures.setdefault(task_id, known.pictures)
        self.student.calls.extend(known.calls)
        return replace(known.verdict)

    def _agrees(self, known: Transcript, task_id: str, own: bool) -> bool:
        """Send all requests of a test; return whether all replies equal the recorded ones."""
        mark = self.total.shares.mark()
        self._start(task_id, own, known)
        self._begun = True
        try:
            worker = self.worker(known)
            if worker.prefetch is None or not worker.prefetch.drain():
                return False
        except InfrastructureError:
            raise
        except Exception:  # the worker ended, or the import failed this time: running the test will report it
            self._begun = False
            self.total.shares.refund(mark)
            return False
        worker.prefetch, self._begun = None, False
        return True

    def slow(self) -> set[str]:
        """Return the functions that took far longer than correct ones do, even if they passed their own tests."""
        return self._patience.slow | self.total.shares.slow()

    def record(self, test: str, verdict: Verdict) -> None:
        """Record the transcript that led to a verdict."""
        if self._transcript is not None:
            self.runs[test] = ReferenceRun(self._transcript, verdict, self._drawn, bool(self._canvases), list(self.student.calls))
            self._transcript = None

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        __tracebackhide__ = True
        worker = self.worker()
        limit = self._patience.seconds(name, worker.limits.call_cpu)
        limit = min(limit, self.stage.info.cpu_seconds.get(name, limit))
        try:
            value, changed = worker.call(["function", name], args, kwargs, cpu=limit)
        except LimitExceeded as error:
            if error.kind in ("cpu", "wall"):
                self._patience.slow.add(name)
            raise
        self._patience.returned(name)
        if is_missing(value):
            self.missing.add(name)
            raise undefined(name, self.stage.info.file, self._submission.files.get(self.stage.info.file, b""))
        return value, changed

    def reference(self) -> ModuleType:
        """Return the reference module."""
        return self.stage.reference()

    def canvas(self) -> SandboxCanvas:
        """Return a canvas whose Axes are created in the worker and read back as descriptions."""
        self._canvases.append(SandboxCanvas(self, len(self._canvases)))
        return self._canvases[-1]

    def autodiff(self) -> Callable[..., Any]:
        """Return `vector_jacobian` in the worker."""
        return self._tool("vjp")

    def checkpoints(self) -> Callable[..., Any]:
        """Return a function that loads weights in the worker, from the submission's files or retrained ones."""
        if self.retrainer is not None:
            self.close()
            self.retrainer.prepare(self._task)
            return self.retrainer.load
        load = self._tool("load_checkpoint")

        def load_or_say(model: Any, file: str) -> str:
            problem: str = load(model, file)
            return self.unread.get(file, problem) if problem == NOT_THERE else problem

        return load_or_say

    def _tool(self, name: str) -> Callable[..., Any]:
        return lambda *args: self.worker().call(["tool", name], args, {})[0]

    def outcome(self, error: BaseException) -> str:
        """Return the outcome that an exception stands for."""
        if isinstance(error, InfrastructureError):
            return "infrastructure"
        if isinstance(error, LimitExceeded) and error.of_time:
            self.met_wall_clock |= error.kind != "cpu" and self.total.uncertain
            return "timeout"
        if isinstance(error, StudentError):
            return "error"
        return classify(error)

    def brief(self, error: BaseException, trace: str) -> str:
        """Return what a student may learn of a hidden test that ended with this exception."""
        return brief_of(error, trace, [name for names in self.stage.functions.values() for name in names])

    def keep_pictures(self, task_id: str) -> None:
        """Keep the figures of the test that just ended for the feedback page, those of one test per task."""
        if self._canvases and task_id not in self.pictures:
            try:
                pictures = [picture for canvas in self._canvases for picture in canvas.pictures()]
            except TranscriptDiverged:
                assert self._worker is not None
                self._worker.prefetch = None
                pictures = [picture for canvas in self._canvases for picture in canvas.pictures()]
            if pictures:
                self.pictures[task_id] = self._drawn = pictures[:2]

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close(by_the_grader=True)
            self._worker = None


class SandboxCanvas:
    """The canvas of a grading session: sends `NewAxes` and receives descriptions and pictures."""

    def __init__(self, backend: SandboxBackend, number: int) -> None:
        self._backend, self._number = backend, number
        self._made: list[NewAxes] = []
        self._words: dict[str, str] = {}

    def axes(self, count: int = 1) -> NewAxes:
        """Return placeholders for Axes to be created in the worker."""
        self._made.append(NewAxes(f"figure-{self._number}-{len(self._made)}", count))
        return self._made[-1]

    def read(self, axes: NewAxes) -> Any:
        """Return the description of one Axes, or a list of them; see `autograder.checks.axes.describe`."""
        worker = self._backend.worker()
        drawn = worker.request("drawn", axes.key, cpu=worker.limits.call_cpu)
        if not isinstance(drawn, list) or len(drawn) != axes.count:
            raise Mismatch(_("the figure"), _("was not drawn on the Axes that were given"), "none")
        self._words[axes.key] = in_words(drawn)
        return drawn if axes.count > 1 else drawn[0]

    def pictures(self) -> list[tuple[bytes, str]]:
        """Return the figures drawn so far, as PNG and in words."""
        worker = self._backend._worker
        found: list[tuple[bytes, str]] = []
        for axes in self._made:
            if worker is None or not worker.alive:
                break
            try:
                png = worker.request("picture", axes.key, cpu=worker.limits.call_cpu)
            except InfrastructureError:
                raise
            except Exception:  # a drawn object of the student's raised, or took too long
                break
            if isinstance(png, np.ndarray) and png.dtype == np.uint8 and png.nbytes <= MAX_PICTURE:
                data = png.tobytes()
                if is_picture(data):
                    found.append((data, self._words.get(axes.key, "")))
        return found


def is_picture(data: bytes) -> bool:
    """Whether data is a PNG of a size that browsers can show: a small file may claim to hold gigabytes."""
    return data.startswith(PNG) and all(0 < side <= MAX_SIDE for side in sides(data))
