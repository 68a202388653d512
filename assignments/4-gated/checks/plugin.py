"""The pytest plugin of the suites: the marker, the fixtures, the verdict on each test, the report.

The same test files run at home, where `student` calls the module itself, and in the
grader, where it calls a worker in the sandbox. What differs is the Backend the session
carries: LocalBackend here, the grader's own one there.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from .compare import Mismatch, shortened
from .hints import read_hints
from .layout import StageInfo, add_earlier_stages, expose_handout_modules, read_stage, rules_of
from .report import public_report
from .state import reset_state
from .student import RecordedAutodiff, RecordedCanvas, Student, call_with_copies, load_module, student_trace

# How the released folder runs its tests: our report in place of pytest's own, and a warning stays a warning whatever
# a pyproject.toml further up says.
OPTIONS = ("-qq", "-rN", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:warnings")


MAX_MESSAGE = 2000


def task(task_id: str, points: float) -> pytest.MarkDecorator:
    """Mark a test with the task it belongs to and the points it is worth."""
    return pytest.mark.task(task_id, points=points)


@dataclass
class Verdict:
    """What became of one test.

    outcome is passed, failed, error, timeout, not_implemented or ungradable;
    title is the sentence of the test's docstring; call, message, trace and hint are for the reader, brief is what a student
    may read of a hidden test.
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

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a record."""
        return asdict(self)


class Backend(Protocol):
    """What a session needs to know about where it runs."""

    folder: Path
    student: Student
    seed: int

    def begin(self, task_id: str, own: bool) -> None:
        """Called before each test; `own` where it is to meet the student's own functions alone."""

    def reference(self) -> Any:
        """The reference module; the grader's backend alone has one."""

    def canvas(self) -> Any:
        """Where figures are drawn."""

    def autodiff(self) -> Any:
        """Carries gradients back through the student's torch modules."""

    def checkpoints(self) -> Any:
        """Loads trained weights into the student's own model; the test meets the student's own functions alone."""

    def outcome(self, error: BaseException) -> str:
        """The outcome an exception stands for."""


class LocalBackend:
    """The student's own machine: the module is imported into this process."""

    seed = 0

    def __init__(self, folder: Path, info: StageInfo) -> None:
        self.folder, self.info = folder, info
        self._module: Any = None
        rules = rules_of(info)
        self.student = Student(self._run, rules)
        self.load_error: BaseException | None = None
        expose_handout_modules(folder, info)
        self.missing = add_earlier_stages(folder, info)
        self._hints = read_hints(Path(__file__).with_name("hints.json"))
        try:
            with rules():
                self._module = load_module(folder / info.file)
        except (Exception, SystemExit) as error:  # told to the student in the report
            self.load_error = error

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        if self.load_error is not None:
            raise self.load_error
        if not hasattr(self._module, name):
            raise Mismatch(name, f"is not defined in {self.info.file}", "none")
        return call_with_copies(getattr(self._module, name), args, kwargs)

    def begin(self, task_id: str, own: bool = False) -> None:
        """Each test starts with no calls remembered and the libraries' state reset."""
        self.student.calls.clear()
        reset_state(self.seed)

    def reference(self) -> Any:
        """No reference at home."""
        raise pytest.UsageError("the reference is not part of the public tests")

    def canvas(self) -> Any:
        """Axes of a figure that is never shown."""
        from .axes import Canvas

        return Canvas()

    def autodiff(self) -> Any:
        """Automatic differentiation in this process."""
        from .autodiff import Autodiff

        return Autodiff(self._module)

    def checkpoints(self) -> Any:
        """Files in the student's folder."""
        from .checkpoints import load_checkpoint

        return lambda model, file: load_checkpoint(model, self.folder / file)

    def hint(self, test: str) -> str:
        """What to look at, where the values of a test that failed are those of a known mistake."""
        return self._hints.look_up(test, self.student.calls) if self._hints is not None else ""

    def outcome(self, error: BaseException) -> str:
        """Failed where a comparison did, not yet written where a stub did, else an error."""
        if error is self.load_error:
            return "ungradable"
        return classify(error)


def classify(error: BaseException) -> str:
    """The outcome of a test that ended with this exception."""
    if isinstance(error, NotImplementedError):
        return "not_implemented"
    return "failed" if isinstance(error, AssertionError) else "error"


BACKEND: pytest.StashKey[Backend] = pytest.StashKey()
VERDICTS: pytest.StashKey[list[Verdict]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--task 1.3`` runs the tests of one task."""
    parser.addoption("--task", dest="kit_task", default=None, help="run the public tests of one task only")
    parser.addoption("--student-folder", dest="kit_folder", default=None,
                     help="the folder of the student's file, where it is not the folder of the tests")


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker."""
    config.addinivalue_line("markers", "task(id, points): the task a test belongs to and its points")
    config.stash.setdefault(VERDICTS, [])


def pytest_sessionstart(session: pytest.Session) -> None:
    """At home: import the student's file once for the whole session."""
    config = session.config
    if BACKEND in config.stash:
        return
    path = Path(config.args[0].split("::")[0]).resolve()
    info = read_stage(path if path.is_dir() else path.parent)
    given = config.getoption("kit_folder")
    folder = Path(given).resolve() if given else info.folder
    config.stash[BACKEND] = LocalBackend(folder, info)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the task asked for; report them in the order of the tasks."""
    wanted = config.getoption("kit_task")
    known = sorted({task_of(item)[0] for item in items})
    if wanted is not None:
        if known and wanted not in known:
            raise pytest.UsageError(f"there is no task {wanted} with public tests here; there are: {', '.join(known)}")
        items[:] = [item for item in items if task_of(item)[0] == wanted]


def task_of(item: pytest.Item) -> tuple[str, float]:
    """Task id and points of a test."""
    marker = item.get_closest_marker("task")
    if marker is None:
        raise pytest.UsageError(f"{item.nodeid} has no task: mark it with @task(\"1.3\", points=2)")
    return marker.args[0], float(marker.kwargs["points"])


def uses_checkpoints(item: pytest.Item) -> bool:
    """Whether a test is to meet the student's own functions of all tasks: one that loads trained weights into them."""
    return "checkpoints" in getattr(item, "fixturenames", ())


def title_of_function(test: Any) -> str:
    """The sentence the student reads: the test's docstring, on one line."""
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
    """Axes to hand to a plotting function, and a reader for what it drew."""
    backend = request.config.stash[BACKEND]
    return RecordedCanvas(backend.canvas(), backend.student)


@pytest.fixture
def autodiff(request: pytest.FixtureRequest) -> Any:
    """``autodiff.vjp(module, args, cotangents)`` for a module the student's code made."""
    backend = request.config.stash[BACKEND]
    return RecordedAutodiff(backend.autodiff(), backend.student)


@pytest.fixture
def checkpoints(request: pytest.FixtureRequest) -> Any:
    """Weights the student trained: ``checkpoints.load(model, "tickets_lstm.pt")``.

    A test that asks for this meets the student's own functions of all tasks.
    """
    from .checkpoints import Checkpoints

    backend = request.config.stash[BACKEND]
    return Checkpoints(backend.checkpoints(), backend.student)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers of this test's own: they depend on the suite's seed and the test's name."""
    return np.random.default_rng([request.config.stash[BACKEND].seed, zlib.crc32(request.node.name.encode())])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Tell the backend which task is under test."""
    item.config.stash[BACKEND].begin(task_of(item)[0], uses_checkpoints(item))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Turn what happened into a verdict."""
    report = yield
    error = call.excinfo.value if call.excinfo is not None else None
    if call.when == "call" or error is not None:
        item.config.stash[VERDICTS].append(verdict(item, error))
    return report


def verdict(item: pytest.Item, error: BaseException | None) -> Verdict:
    """The verdict on one test, from the exception it ended with, if any."""
    task_id, points = task_of(item)
    backend = item.config.stash[BACKEND]
    result = Verdict(task_id, item.name, title_of_function(getattr(item, "function", item)), "passed", points, points)
    if error is None:
        return result
    result.points = 0.0
    result.outcome = backend.outcome(error)
    calls = backend.student.calls
    result.call = shortened(calls[-1].text) if calls else ""
    result.trace = student_trace(error, backend.folder)
    if isinstance(backend, LocalBackend) and result.outcome == "failed":
        result.hint = backend.hint(item.name)
    if isinstance(error, Mismatch):
        result.message, result.aspect, result.trace, result.brief = str(error), error.aspect, "", error.brief
    else:
        name = getattr(error, "type_name", None) or type(error).__name__
        text = str(getattr(error, "message", error))
        text = shortened(text, MAX_MESSAGE)
        result.message = text if result.outcome in ("not_implemented", "timeout") else f"{name}: {text}"
    if not isinstance(error, Mismatch) and hasattr(backend, "brief"):
        result.brief = backend.brief(error, result.trace)
    return result


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """No dots: the report at the end says it all."""
    return ("", "", "") if report.when in ("setup", "call", "teardown") and config.get_verbosity() < -1 else None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What the student reads."""
    backend: Any = config.stash.get(BACKEND, None)
    verdicts = config.stash[VERDICTS]
    if isinstance(backend, LocalBackend) and verdicts:
        terminalreporter.write_line(public_report(verdicts, backend.info, backend.load_error, backend.missing))
