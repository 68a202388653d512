"""Collect a stage's suite once with pytest, and run it on one submission after another in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pytest

from autograder.checks import suite
from autograder.checks.layout import expose_handout_modules
from autograder.checks.student import Call
from autograder.checks.suite import BACKEND, QUIET, VERDICTS, Backend, QuietSession, Verdict, task_of, uses_checkpoints
from autograder.checks.values import BadArgument, Other, is_tensor
from autograder.errors import InfrastructureError
from autograder.grade.standing_in import note
from autograder.sandbox.client.transcript import TranscriptDiverged
from autograder.stages import Stage, task_number

ARGUMENTS = (*QUIET, "-c", os.devnull)
# Bytes of returned values kept for diagnosis; values up to SMALL bytes are always kept.
KEPT, SMALL = 128 << 20, 1 << 16
# Backend before the first submission.
NOBODY: Any = None
T = TypeVar("T")


@dataclass
class Result:
    """A verdict, the visibility of its test (``public`` or ``hidden``), and its position in the order of running."""

    visibility: str
    verdict: Verdict
    turn: int = 0


class Suite:
    """A stage's tests as collected by pytest, to be run on one submission after another.

    Valid only while the pytest session that collected it lasts: see `collected`.
    """

    def __init__(self, stage: Stage, session: pytest.Session) -> None:
        self.stage, self.session = stage, session
        self.order = {item: number for number, item in enumerate(session.items)}
        # Another test of the same file, passed to pytest as the next item so that it leaves the file set up.
        self.neighbour = {item: next((one for one in session.items if one.parent is item.parent and one is not item), None)
                          for item in session.items}
        # Asked for often; pytest would look for them each time.
        self.task = {item: task_of(item)[0] for item in session.items}
        self.rank = {item: task_number(task) for item, task in self.task.items()}
        self.loads = {item: uses_checkpoints(item) for item in session.items}
        for item in session.items:  # pytest would word every failure, only to discard it
            setattr(item, "repr_failure", _nothing)  # noqa: B010 (mypy takes no assignment to a method)
        # Public tests first: their messages are shown in full, and must not reveal what a hidden test showed to the same process.
        # Then by task; tests that use only the student's own functions last.
        self.items = sorted(session.items, key=lambda item: (item.path.stem != "public", self.loads[item], self.rank[item]))

    def run(self, backend: Backend, diagnose: Any = None, visibilities: tuple[str, ...] = ("public", "hidden"),
            only: str | None = None, backwards: bool = False, stop: bool = False, alone: bool = False,
            wrong: Container[str] | None = None) -> list[Result]:
        """Return the verdicts of the tests on what `backend` runs, in the order of the files; see `run_suite`.

        `wrong` names the tasks that may fail, where known beforehand: with `only`, tests of other tasks are not run to find that
        out. After a run that ended early, through `stop` or an error, the suite must not be run again.
        """
        items = [item for item in self.items
                 if item.path.stem in visibilities and (only is None or self.task[item] == only)]
        if not items:
            what = f"there is no task {only} with" if only else "there is not one among"
            raise InfrastructureError(f"{what} {' or '.join(visibilities)} tests")
        if backwards:
            items.reverse()
        config, run = self.session.config, _Run(self, backend, diagnose, alone, wrong)
        config.stash[BACKEND], config.stash[VERDICTS] = backend, run.latest
        config.pluginmanager.register(run)
        try:
            ran = run.all(items, stop)
        finally:
            run.leave()
            config.pluginmanager.unregister(run)
        results = [Result(item.path.stem, run.verdicts[item], turn) for turn, item in enumerate(ran)]
        return sorted(results, key=lambda result: self.order[ran[result.turn]])


class _Run:
    """One run of a suite.

    Each test runs on the student's own functions. Then each failed test is run again with reference versions of the functions
    from earlier tasks that fail, and the better verdict counts: a mistake costs points once, and correct code never meets a
    reference version.

    Attributes
    ----------
    first : dict
        The verdict of each test on the student's own functions; None if it was skipped because it would time out.
    verdicts : dict
        The verdict that counts.
    """

    def __init__(self, suite: Suite, backend: Any, diagnose: Any, alone: bool, wrong: Container[str] | None) -> None:
        self.suite, self.backend, self.diagnose, self.wrong = suite, backend, diagnose, wrong
        self.stands_in = hasattr(backend, "stood_in") and not alone
        self.settled_by = getattr(backend, "settled_by", None)
        self.first: dict[pytest.Item, Verdict | None] = {}
        self.verdicts: dict[pytest.Item, Verdict] = {}
        self.calls: dict[pytest.Item, list[Call]] = {}
        self.stood_in: dict[pytest.Item, set[str]] = {}
        self.latest: list[Verdict] = []
        self.error: BaseException | None = None
        self.has_seen_hidden = False
        self.last: pytest.Item | None = None
        self.room = KEPT

    def all(self, items: list[pytest.Item], stop: bool) -> list[pytest.Item]:
        """Find the verdicts of these tests; return those that were run, with `stop` up to the first failure."""
        ran = []
        for item in items:
            ran.append(item)
            if self.settled_by is not None and not stop:
                continue
            first = self._with_own(item)
            if stop and (first is None or first.outcome != "passed"):
                break
        for item in sorted(ran, key=lambda item: (self.suite.rank[item], item.path.stem != "public")):
            self.verdict(item)
        self._note_by_task()
        for item in ran:
            if self.diagnose is not None and item in self.calls:
                self.backend.student.calls[:] = self.calls[item]
                self.diagnose(self.verdicts[item], self.backend)
        return ran

    def verdict(self, item: pytest.Item) -> Verdict:
        """Return the final verdict of a test; determined once."""
        if item not in self.verdicts:
            if (settled := self._settled(item)) is not None:
                self.verdicts[item] = settled
                return settled
            first = self._with_own(item)
            if first is None or (first.outcome != "passed" and self._may_stand_in(item)):
                first = self._with_right_versions(item, first)
            self.verdicts[item] = first
        return self.verdicts[item]

    def _settled(self, item: pytest.Item) -> Verdict | None:
        """Return the verdict of a test that passes with right versions in place of all that is wrong, where the backend asks for
        no more: whether it passes without them too makes no difference to it.
        """
        if self.settled_by is None or not self._may_stand_in(item) \
                or not self.settled_by(name_of(item), self._failing_before(item)):
            return None
        found = self._with_right_versions(item, None)
        return found if found.outcome == "passed" else None

    def _may_stand_in(self, item: pytest.Item) -> bool:
        return self.stands_in and (not self.suite.loads[item] or getattr(self.backend, "trusts_checkpoints", False))

    def _with_own(self, item: pytest.Item) -> Verdict | None:
        """Return the verdict on the student's own functions: the recorded one if it applies, else by running the test once.

        None if a function of an earlier task never ends, so that later tests do not wait for it too.
        """
        if item in self.first:
            return self.first[item]
        task = self.suite.task[item]
        earlier = self.suite.stage.tasks_before(task)
        if self._may_stand_in(item) and any(verdict.outcome == "timeout" and self.suite.task[other] in earlier
                                            for other, verdict in self.first.items() if verdict is not None):
            self.first[item] = None
            return None
        if self.stands_in:
            self.backend.replaced = frozenset()
        known = getattr(self.backend, "replay_verdict", None)
        self._keep_apart(item)
        found: Verdict | None = known(name_of(item), task, self.suite.loads[item]) if known is not None else None
        if found is not None:
            self.calls[item] = list(self.backend.student.calls)
        found = self.first[item] = found or self._once(item)
        if hasattr(self.backend, "record") and found.outcome == "passed":
            self.backend.record(name_of(item), found)
        return found

    def _failing_before(self, item: pytest.Item) -> frozenset[str]:
        """Return the functions of the earlier tasks in which a test fails."""
        stage = self.suite.stage
        wrong = [task for task in stage.tasks_before(self.suite.task[item]) if self.wrong is None or task in self.wrong
                 if any(self.verdict(other).outcome != "passed" for other in self.suite.items
                        if self.suite.task[other] == task and not self.suite.loads[other])]
        return frozenset(name for task in wrong for name in stage.functions[task])

    def _with_right_versions(self, item: pytest.Item, first: Verdict | None) -> Verdict:
        """Return the verdict with reference versions of what fails in earlier tasks, if it is better."""
        stage, names = self.suite.stage, self._failing_before(item)
        if first is None or first.outcome == "timeout":  # a slow function that passes its own tests may have taken the time
            earlier = {name for task in stage.tasks_before(self.suite.task[item]) for name in stage.functions[task]}
            names |= self.backend.slow() & earlier
        if not names and first is not None:
            return first
        self.backend.replaced = names
        calls = self.calls.get(item, [])
        self._keep_apart(item)
        second = self._standing_in(item)
        stood_in = self.backend.stood_in()
        if second.outcome == "passed":
            self.stood_in[item] = stood_in
        elif stood_in:
            second.message = f"{second.message}\n({note(stood_in)})" if second.message else note(stood_in)
        if first is None or second.outcome == "passed" or (stood_in and second.outcome != "timeout"):
            return second
        self.calls[item] = calls
        return first

    def _note_by_task(self) -> None:
        """Name, in each passed test of a task, the right versions that any passed test of the task needed.

        A function that remembers by `id` works or fails as memory happens to lie, so that now this test needs them and now that
        one. The same submission has the same words.
        """
        needed: dict[str, set[str]] = {}
        for item, stood_in in self.stood_in.items():
            needed.setdefault(self.suite.task[item], set()).update(stood_in)
        for item, verdict in self.verdicts.items():
            if verdict.outcome == "passed" and (names := needed.get(self.suite.task[item])):
                said = note(names)
                self.verdicts[item] = replace(verdict, message=f"{verdict.message}\n({said})" if verdict.message else said)

    def _standing_in(self, item: pytest.Item) -> Verdict:
        """Return the verdict with the backend's reference versions in place, recorded or by running the test."""
        known = getattr(self.backend, "replay_with_right_versions", None)
        found: Verdict | None = known(name_of(item), self.suite.task[item]) if known is not None else None
        if found is not None:
            self.calls[item] = list(self.backend.student.calls)
            return found
        found = self._once(item)
        if known is not None:
            self.backend.record_with_right_versions(name_of(item), found)
        return found

    def _keep_apart(self, item: pytest.Item) -> None:
        """Replace the process before a public test if a hidden one has run in it."""
        if item.path.stem != "public":
            self.has_seen_hidden = True
        elif self.has_seen_hidden:
            self.has_seen_hidden = False
            if hasattr(self.backend, "close"):
                self.backend.close()

    def _once(self, item: pytest.Item) -> Verdict:
        """Run a test; restart it if it diverges from the transcript."""
        self.error = TranscriptDiverged()
        while isinstance(self.error, TranscriptDiverged):
            self.error = None
            self.latest.clear()
            self._run(item)
        found = self.latest[-1]
        if found.outcome == "infrastructure":
            raise InfrastructureError(str(self.error)) from self.error
        if isinstance(self.error, BadArgument):
            raise InfrastructureError(f"{item.name}: {self.error}")
        self.calls[item] = [self._kept(call) for call in self.backend.student.calls]
        if hasattr(self.backend, "keep_pictures") and item.path.stem == "public":
            self.backend.keep_pictures(found.task)  # figures of hidden tests may show their inputs
        return found

    def _kept(self, call: Call) -> Call:
        """Return a call for diagnosis, without its value if that is far larger than any correct one."""
        size = bytes_in(call.value)
        if size > max(SMALL, self.room):
            return replace(call, value=Other("a value of many bytes"))
        self.room -= size
        return call

    def _run(self, item: pytest.Item) -> None:
        """Run a test with pytest. Its file and the packages above stay set up for the next test of that file."""
        if self.last is not None and self.last.parent is not item.parent:
            self.leave()
        self.last = item
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self.suite.neighbour[item])

    def leave(self) -> None:
        """Let pytest tear down the file of the last test."""
        last, self.last = self.last, None
        if last is not None:
            last.config.hook.pytest_runtest_teardown(item=last, nextitem=None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Any:
        total = getattr(self.backend, "total", None)
        with contextlib.nullcontext() if total is None else total.cut_short():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
        if call.excinfo is not None:
            self.error = call.excinfo.value
        return (yield)


def _nothing(*_: Any, **__: Any) -> str:
    return ""


def bytes_in(value: Any) -> int:
    """Return the approximate memory of arrays, strings and lists in a value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return sum(64 + bytes_in(item) for item in value)
    return value.nbytes if isinstance(value, np.ndarray) or is_tensor(value) else len(value) if isinstance(value, str) else 0


def name_of(item: pytest.Item) -> str:
    """Return the name of a test, prefixed with that of its file."""
    return f"{item.path.stem}.{item.name}"


class _Collection(QuietSession):
    """A pytest plugin that takes over the session once the tests are collected."""

    def __init__(self, stage: Stage, use: Callable[[Suite], Any]) -> None:
        self.stage, self.use = stage, use
        self.broken: BaseException | None = None
        self.value: Any = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BACKEND] = NOBODY  # nothing runs before a backend is set: do not look for a student's folder

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = InfrastructureError(f"the suite cannot be collected:\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.broken is None:
            try:
                self.value = self.use(Suite(self.stage, session))
            except BaseException as error:  # pytest would turn it into an "internal error"
                self.broken = error
        return True


def collected(stage: Stage, use: Callable[[Suite], T]) -> T:
    """Let pytest collect a stage's tests, and call `use` with them while its session lasts.

    Raises
    ------
    InfrastructureError
        The suite cannot be collected. Exceptions of `use` are passed on.
    """
    collection = _Collection(stage, use)
    expose_handout_modules(stage.suite, stage.info)
    files = [str(path) for path in stage.test_files().values() if path.exists()]
    for name in stage.test_files():  # pytest identifies a test file by its module name, which other stages use too
        sys.modules.pop(name, None)
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output), _quiet_environment():
        status = pytest.main([*files, *ARGUMENTS, f"--rootdir={stage.suite}"], plugins=[suite, collection])
    if collection.broken is not None:
        raise collection.broken
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise InfrastructureError(f"the suite of {stage.id} did not run (pytest: {status!r})\n{output.getvalue()[-4000:]}")
    return collection.value


def run_suite(stage: Stage, backend: Backend, diagnose: Any = None, visibilities: tuple[str, ...] = ("public", "hidden"),
              only: str | None = None, backwards: bool = False, stop: bool = False, alone: bool = False) -> list[Result]:
    """Return the verdicts of all of a stage's tests on what `backend` runs.

    Parameters
    ----------
    stage : Stage
    backend : Backend
        Runs the student's functions.
    diagnose : callable, optional
        ``diagnose(verdict, backend)`` is called with each verdict, while `backend.student.calls` holds the calls of its test.
    visibilities : tuple of str
        Which test files to run.
    only : str, optional
        Id of the only task to run.
    backwards : bool
        Run the tests in reverse order: shows that no test depends on another.
    stop : bool
        Stop at the first test that does not pass.
    alone : bool
        Grade the student's own functions alone, without reference versions in place of failing ones.

    Raises
    ------
    InfrastructureError
        The suite itself cannot run; the submission is not to blame.
    """
    return collected(stage, lambda suite: suite.run(backend, diagnose, visibilities, only, backwards, stop, alone))


@contextlib.contextmanager
def _quiet_environment() -> Any:
    """Context without other pytest plugins, options from the environment, or the full diffs that pytest shows in CI."""
    names = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None, "CI": None, "BUILD_NUMBER": None,
             "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in names}
    try:
        for name, value in names.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning is not a failure, whatever filters surround this session
            yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
