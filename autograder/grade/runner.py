"""Collect a stage's suite with pytest, once, and run it on one submission after the other, in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from autograder.checks import plugin
from autograder.checks.layout import expose_handout_modules
from autograder.checks.plugin import BACKEND, VERDICTS, Backend, Verdict, task_of, uses_checkpoints
from autograder.errors import InfrastructureError
from autograder.sandbox.client.transcript import TranscriptDiverged
from autograder.stages import Stage, task_number

ARGUMENTS = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:junitxml", "-p", "no:faulthandler",
             "-p", "no:warnings", "-p", "no:doctest", "-p", "no:unraisableexception", "-p", "no:threadexception",
             "--assert=plain", "--capture=no", "--noconftest", "-c", os.devnull)


# Stands where no submission has come yet.
NOBODY: Any = None
T = TypeVar("T")


@dataclass
class Result:
    """A verdict, where the test lies (``public`` or ``hidden``), and as which of all it ran."""

    visibility: str
    verdict: Verdict
    turn: int = 0


class Suite:
    """A stage's tests as pytest collected them, to be run on one submission after the other.

    It is alive while the pytest session that collected it is: see `collected`.
    """

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.order = {item: number for number, item in enumerate(session.items)}
        # Public tests first: what a hidden test showed a process cannot come out in the message of a public one, which is told in
        # full. Then task by task: when one is graded, the reference has answered for earlier tasks and for nothing else. At
        # the end those that meet the student's own functions alone: they need a process in which nothing of the reference was.
        self.items = sorted(session.items, key=lambda item: (item.path.stem != "public", uses_checkpoints(item),
                                                             task_number(task_of(item)[0])))

    def run(self, backend: Backend, diagnose: Any = None, visibilities: tuple[str, ...] = ("public", "hidden"),
            only: str | None = None, backwards: bool = False, stop: bool = False) -> list[Result]:
        """Every verdict of the tests on what `backend` runs, in the order of the files; see `run_suite`.

        After a run that ended early, with `stop` or with an error, the suite is not to be run again.
        """
        items = [item for item in self.items
                 if item.path.stem in visibilities and (only is None or task_of(item)[0] == only)]
        if not items:
            what = f"there is no task {only} with" if only else "there is not one among"
            raise InfrastructureError(f"{what} {' or '.join(visibilities)} tests")
        if backwards:
            items.reverse()
        config, run = self.session.config, _Run(backend, diagnose, stop)
        config.stash[BACKEND], config.stash[VERDICTS] = backend, run.verdicts
        config.pluginmanager.register(run)
        try:
            for item in items:
                run.begin(item)
                if run.over:
                    break
        finally:
            config.pluginmanager.unregister(run)
        if run.broken is not None:
            raise InfrastructureError(str(run.broken)) from run.broken
        results = [Result(item.path.stem, verdict, turn)
                   for turn, (item, verdict) in enumerate(zip(run.items, run.verdicts, strict=True))]
        return sorted(results, key=lambda result: self.order[run.items[result.turn]])


class _Run:
    """Hears of each test of one run, and collects what diagnosis has to say of a failure."""

    def __init__(self, backend: Backend, diagnose: Any, stop: bool) -> None:
        self.backend, self.diagnose, self.stop = backend, diagnose, stop
        self.verdicts: list[Verdict] = []
        self.items: list[pytest.Item] = []
        self.broken: BaseException | None = None
        self.over = self.again = False

    def begin(self, item: pytest.Item) -> None:
        """Find the verdict on one test: without running it, where the backend has it, else by running it, twice where it must."""
        name = f"{item.path.stem}.{item.name}"
        known: Any = getattr(self.backend, "replay_verdict", None)
        verdict = known(name, task_of(item)[0], uses_checkpoints(item)) if known is not None else None
        if verdict is not None:
            self.verdicts.append(verdict)
            self.items.append(item)
            if self.diagnose is not None:
                self.diagnose(verdict, self.backend)
            return
        self.again = True
        while self.again:
            self.again = False
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if self.verdicts and self.verdicts[-1].outcome == "passed" and hasattr(self.backend, "record"):
            self.backend.record(name, self.verdicts[-1])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
        before = len(self.verdicts)
        report = yield
        if len(self.verdicts) > before:
            self.items.append(item)
            latest = self.verdicts[-1]
            if latest.outcome == "infrastructure":
                assert call.excinfo is not None
                self.broken = call.excinfo.value
            try:
                if call.excinfo is not None and isinstance(call.excinfo.value, TranscriptDiverged):
                    raise call.excinfo.value
                if call.when == "call" and item.path.stem == "public" and hasattr(self.backend, "keep_pictures"):
                    self.backend.keep_pictures(latest.task)  # what is drawn in a hidden test may show its inputs
            except TranscriptDiverged:
                self.again = True
                self.verdicts.pop()
                self.items.pop()
                return report
            if self.broken is None and self.diagnose is not None:
                self.diagnose(latest, self.backend)
            self.over = self.broken is not None or (self.stop and latest.outcome != "passed")
        return report


class _Collection:
    """Takes pytest's session over once the tests are collected."""

    def __init__(self, use: Callable[[Suite], Any]) -> None:
        self.use = use
        self.broken: BaseException | None = None
        self.value: Any = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        # Without the terminal plugin pytest would lay out each failure in full, only for it to be thrown away.
        parser.addoption("--tb", dest="tbstyle", default="no")

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BACKEND] = NOBODY  # nothing is run before a backend is given: no student's folder is looked for

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = InfrastructureError(f"the suite cannot be collected:\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.broken is None:
            try:
                self.value = self.use(Suite(session))
            except BaseException as error:  # pytest would make an "internal error" of it
                self.broken = error
        return True


def collected(stage: Stage, use: Callable[[Suite], T]) -> T:
    """Let pytest collect the tests of a stage, and call `use` with them while its session lasts.

    Raises
    ------
    InfrastructureError
        When the suite cannot be collected; and whatever `use` raises.
    """
    collection = _Collection(use)
    expose_handout_modules(stage.suite, stage.info)
    files = [str(path) for path in stage.test_files().values() if path.exists()]
    for name in stage.test_files():  # pytest knows a test file by its name alone, and another stage has one of that name
        sys.modules.pop(name, None)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _quiet_environment():
        status = pytest.main([*files, *ARGUMENTS, f"--rootdir={stage.suite}"], plugins=[plugin, collection])
    if collection.broken is not None:
        raise collection.broken
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise InfrastructureError(f"the suite of {stage.id} did not run (pytest: {status!r})\n{output.getvalue()[-4000:]}")
    return collection.value


def run_suite(stage: Stage, backend: Backend, diagnose: Any = None, visibilities: tuple[str, ...] = ("public", "hidden"),
              only: str | None = None, backwards: bool = False, stop: bool = False) -> list[Result]:
    """Every verdict of the stage's tests on what `backend` runs.

    Parameters
    ----------
    stage : Stage
    backend : Backend
        Runs the student's functions.
    diagnose : callable, optional
        ``diagnose(verdict, backend)`` is called after each test, while its calls are remembered.
    visibilities : tuple of str
        Which test files to run.
    only : str, optional
        One task's id.
    backwards : bool
        The last test first: shows that no test builds on another.
    stop : bool
        End at the first test that does not pass.

    Raises
    ------
    InfrastructureError
        When the suite itself cannot run; the submission is not to blame.
    """
    return collected(stage, lambda suite: suite.run(backend, diagnose, visibilities, only, backwards, stop))


@contextlib.contextmanager
def _quiet_environment() -> Any:
    """No pytest plugin but ours, no option from outside, and no full diffs because a CI says so."""
    names = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None, "CI": None, "BUILD_NUMBER": None,
             "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in names}
    try:
        for name, value in names.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
