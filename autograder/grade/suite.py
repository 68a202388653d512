"""Run a stage's suite on one submission, with pytest, in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from autograder.checks import plugin
from autograder.checks.layout import lend_modules
from autograder.checks.plugin import BENCH, VERDICTS, Bench, Verdict, task_of
from autograder.errors import InfrastructureError
from autograder.stages import Stage, task_number

ARGUMENTS = ("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging", "-p", "no:junitxml", "-p", "no:faulthandler",
             "-p", "no:warnings", "-p", "no:doctest", "-p", "no:unraisableexception", "-p", "no:threadexception",
             "--assert=plain", "--capture=no", "--noconftest", "-c", os.devnull)


@dataclass
class Result:
    """A verdict and where the test lies: ``public`` or ``hidden``."""

    visibility: str
    verdict: Verdict


class _Session:
    """Puts the bench into the session, and collects what diagnosis has to say of a failure."""

    def __init__(self, bench: Bench, diagnose: Any = None, backwards: bool = False) -> None:
        self.bench, self.diagnose, self.backwards = bench, diagnose, backwards
        self.verdicts: list[Verdict] = []
        self.where: list[str] = []
        self.places: list[int] = []
        self.order: dict[str, int] = {}
        self.extra: dict[str, dict[str, Any]] = {}
        self.broken: BaseException | None = None

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        # Without the terminal plugin pytest would lay out each failure in full, only for it to be thrown away.
        parser.addoption("--tb", dest="tbstyle", default="no")

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BENCH] = self.bench
        config.stash[VERDICTS] = self.verdicts

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Task by task: when one is graded, the reference has answered for earlier tasks and for nothing else."""
        self.order = {item.nodeid: number for number, item in enumerate(items)}
        items.sort(key=lambda item: task_number(task_of(item)[0]))
        if self.backwards:
            items.reverse()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> Any:
        before = len(self.verdicts)
        report = yield
        if len(self.verdicts) > before:
            self.where.append(item.path.stem)
            self.places.append(self.order[item.nodeid])
            if self.verdicts[-1].outcome == "infrastructure":
                assert call.excinfo is not None
                self.broken = call.excinfo.value
                item.session.shouldstop = "the grader's own trouble"
            elif call.when == "call" and self.where[-1] == "public" and hasattr(self.bench, "keep_pictures"):
                # What is drawn in a hidden test may show its inputs.
                self.bench.keep_pictures(self.verdicts[-1].task)
            if self.broken is None and self.diagnose is not None and self.verdicts[-1].outcome == "failed":
                self.diagnose(self.verdicts[-1], self.bench)
        return report

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = InfrastructureError(f"the suite cannot be collected:\n{report.longreprtext}")


def run_suite(stage: Stage, bench: Bench, diagnose: Any = None, visibilities: tuple[str, ...] = ("public", "hidden"),
              only: str | None = None, backwards: bool = False, stop: bool = False) -> list[Result]:
    """Every verdict of the stage's tests on what `bench` runs.

    Parameters
    ----------
    stage : Stage
    bench : Bench
        Runs the student's functions.
    diagnose : callable, optional
        ``diagnose(verdict, bench)`` is called after each failed test, while its calls are remembered.
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
    session = _Session(bench, diagnose, backwards)
    lend_modules(stage.suite, stage.info)
    files = [str(path) for visibility, path in stage.test_files().items() if visibility in visibilities and path.exists()]
    arguments = [*files, *ARGUMENTS, f"--rootdir={stage.suite}"] + (["--task", only] if only else [])
    arguments += ["--exitfirst"] if stop else []
    for name in stage.test_files():  # pytest knows a test file by its name alone, and another stage has one of that name
        sys.modules.pop(name, None)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _quiet_environment():
        status = pytest.main(arguments, plugins=[plugin, session])
    if session.broken is not None:
        raise InfrastructureError(str(session.broken)) from session.broken
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        raise InfrastructureError(f"the suite of {stage.id} did not run (pytest: {status!r})\n{output.getvalue()[-4000:]}")
    results = [Result(where, verdict) for where, verdict in zip(session.where, session.verdicts, strict=True)]
    return [result for _, result in sorted(zip(session.places, results, strict=True), key=lambda pair: pair[0])]


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
