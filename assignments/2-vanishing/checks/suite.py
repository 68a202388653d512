"""What every session of a suite has, at home and in the grader: marker, fixtures and verdicts, as a plugin of pytest.

The same test files run at home, where `student` calls the module directly, and in the grader, where it calls a worker in the
sandbox. The difference lies in the `Backend` that the session carries: `home.LocalBackend` at home, another in the grader.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from .compare import Mismatch, shortened, told
from .student import RecordedAutodiff, RecordedCanvas, Student, student_trace, trace_in_words
from .timelimit import OutOfTime
from .words import N_, _, retold

# Options of a pytest session whose only output is its verdicts.
QUIET = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:junitxml", "-p", "no:faulthandler",
         "-p", "no:warnings", "-p", "no:doctest", "-p", "no:unraisableexception", "-p", "no:threadexception",
         "--assert=plain", "--capture=no", "--noconftest")
MAX_MESSAGE = 2000
# The message that a stub raises.
YOURS = N_("Task {task}: {name} is yours to write")


def task(task_id: str, points: float, exact: bool = False) -> pytest.MarkDecorator:
    """Mark a test with its task and points. `exact` means that rounding of the inputs may change its verdict."""
    return pytest.mark.task(task_id, points=points, exact=exact)


@dataclass
class Verdict:
    """The result of one test.

    `outcome` is passed, failed, error, timeout, not_implemented or ungradable. `title` is the sentence in the test's docstring.
    `call`, `message`, `trace` and `hint` explain a failure; `brief` is what students may read of a hidden test.
    """

    task: str
    test: str
    title: str
    outcome: str
    max_points: float
    points: float = 0.0
    call: str = ""
    message: str = ""
    trace: str = ""
    aspect: str = ""
    hint: str = ""
    brief: str = ""


class Backend(Protocol):
    """What a session needs to know of where it runs."""

    folder: Path
    student: Student
    seed: int

    def begin(self, task_id: str, own: bool) -> None:
        """Prepare for a test. `own` means that it runs on the student's functions of all tasks, without stand-ins."""

    def reference(self) -> Any:
        """Return the reference module. Only the grader's backend has one."""

    def canvas(self) -> Any:
        """Return a `Canvas` on which student code draws."""

    def autodiff(self) -> Any:
        """Return `autodiff.vector_jacobian` for the student's torch modules and functions."""

    def checkpoints(self) -> Any:
        """Return a function that loads trained weights into the student's model."""

    def outcome(self, error: BaseException) -> str:
        """Return the outcome that an exception stands for."""


def classify(error: BaseException) -> str:
    """Return the outcome of a test that ended with this exception."""
    if isinstance(error, NotImplementedError):
        return "not_implemented"
    if isinstance(error, OutOfTime):
        return "timeout"
    return "failed" if isinstance(error, AssertionError) else "error"


BACKEND: pytest.StashKey[Backend] = pytest.StashKey()
VERDICTS: pytest.StashKey[list[Verdict]] = pytest.StashKey()
REPORTS: pytest.StashKey[list[str]] = pytest.StashKey()  # reports of other stages, see `side_by_side`
POINTS: pytest.StashKey[dict[str, float]] = pytest.StashKey()  # points of each collected task


class QuietSession:
    """Base of the plugins that take over a session with the options `QUIET`."""

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """Add ``--tb``: without the terminal plugin pytest would format every failure in full, only to discard it."""
        parser.addoption("--tb", dest="tbstyle", default="no")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--task 1.3``, to run the tests of one task."""
    parser.addoption("--task", dest="kit_task", default=None, help=_("run the public tests of one task only"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "task(id, points, exact): the task a test belongs to and its points")
    config.stash.setdefault(VERDICTS, [])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select the tests of the requested task and add up the points of all tasks."""
    wanted = config.getoption("kit_task", None)
    points = config.stash.setdefault(POINTS, {})
    for item in items:
        if not has_task(item):
            continue
        task_id, worth = task_of(item)
        points[task_id] = points.get(task_id, 0.0) + worth
    known = sorted(points)
    if wanted is not None:
        if known and wanted not in known:
            raise pytest.UsageError(_("there is no task {task} with public tests here; there are: {tasks}", task=wanted,
                                      tasks=", ".join(known)))
        items[:] = [item for item in items if not has_task(item) or task_of(item)[0] == wanted]


def has_task(item: pytest.Item) -> bool:
    """Whether an item is a single test; False for one that stands for all tests of another stage."""
    return isinstance(item, pytest.Function)


def task_of(item: pytest.Item) -> tuple[str, float]:
    """Return the task id and the points of a test."""
    marker = item.get_closest_marker("task")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid} has no task: mark it with @task(\"1.3\", points=2)")
    return marker.args[0], float(marker.kwargs["points"])


def is_exact(item: pytest.Item) -> bool:
    """Whether the verdict of a test depends on the last digits of its inputs."""
    marker = item.get_closest_marker("task")
    return marker is not None and bool(marker.kwargs.get("exact"))


def uses_checkpoints(item: pytest.Item) -> bool:
    """Whether a test loads trained weights, and therefore runs on the student's functions of all tasks."""
    return "checkpoints" in getattr(item, "fixturenames", ())


def title_of_function(test: Any) -> str:
    """Return a test's docstring on one line: the sentence students read."""
    return " ".join((test.__doc__ or test.__name__).split()).rstrip(".")


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Student:
    """The student's functions."""
    return request.config.stash[BACKEND].student


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> Any:
    """The reference module (hidden tests only)."""
    return request.config.stash[BACKEND].reference()


@pytest.fixture
def canvas(request: pytest.FixtureRequest) -> Any:
    """Axes for a plotting function, and a reader of what it drew."""
    backend = request.config.stash[BACKEND]
    return RecordedCanvas(backend.canvas(), backend.student)


@pytest.fixture
def autodiff(request: pytest.FixtureRequest) -> Any:
    """``autodiff.vjp(module, args, cotangents)`` for a module created by the student's code."""
    backend = request.config.stash[BACKEND]
    return RecordedAutodiff(backend.autodiff(), backend.student)


@pytest.fixture
def checkpoints(request: pytest.FixtureRequest) -> Any:
    """Weights the student trained: ``checkpoints.load(model, "tickets_lstm.pt")``.

    A test with this fixture runs on the student's functions of all tasks.
    """
    from .checkpoints import Checkpoints

    backend = request.config.stash[BACKEND]
    return Checkpoints(backend.checkpoints(), backend.student)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A random generator for this test, seeded with the suite's seed and the test's name."""
    return np.random.default_rng([request.config.stash[BACKEND].seed, zlib.crc32(request.node.name.encode())])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Tell the backend which task is tested next."""
    if has_task(item):
        item.config.stash[BACKEND].begin(task_of(item)[0], uses_checkpoints(item))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Turn the result of a test into a verdict."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if has_task(item) and (call.when == "call" or error is not None):
        result = verdict(item, error)
        item.config.stash[VERDICTS].append(result)
        if error is not None and hasattr(item.config.stash[BACKEND], "finish"):  # shown by the test lists of editors
            report.longrepr = "\n".join(filter(None, [result.call, result.message, result.trace, result.hint]))
    return report


def verdict(item: pytest.Item, error: BaseException | None) -> Verdict:
    """Return the verdict on one test, from the exception it ended with, if any."""
    task_id, points = task_of(item)
    backend = item.config.stash[BACKEND]
    result = Verdict(task_id, item.name, title_of_function(getattr(item, "function", item)), "passed", points, points)
    finish = getattr(backend, "finish", None)  # LocalBackend adds details
    if error is None:
        return finish(result, None) if finish is not None else result
    result.points = 0.0
    result.outcome = backend.outcome(error)
    calls = backend.student.calls
    result.call = shortened(calls[-1].text) if calls else ""
    result.trace = student_trace(error, backend.folder)
    if isinstance(error, Mismatch):
        result.message, result.aspect, result.trace, result.brief = str(error), error.aspect, "", error.brief
    else:
        said = str(getattr(error, "message", error)) if result.outcome in ("not_implemented", "timeout") else told(error)
        result.message = shortened(retold(said, YOURS), MAX_MESSAGE)
    if not isinstance(error, Mismatch) and hasattr(backend, "brief"):
        result.brief = backend.brief(error, result.trace)
    result.trace = trace_in_words(result.trace)
    return finish(result, error) if finish is not None else result
