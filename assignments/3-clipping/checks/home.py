"""Run the public tests on the student's machine: in this process, with the time limits of the grader for each call."""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .calls import Caller
from .compare import shortened, undefined
from .hints import agreed, read_hints
from .layout import StageInfo, add_earlier_stages, expose_handout_modules, rules_of
from .printed import Printed
from .state import reset_state
from .student import Call, FreshModule, Student, copied, describe_argument
from .suite import Verdict, classify
from .timelimit import CALL_CPU, LOAD_CPU, Clock, OutOfTime, Patience
from .words import N_, _, retold

MAX_PRINTED = 8000
MAX_INPUT = 2000
ARGUMENT = N_("argument {number}")


@dataclass
class HomeVerdict(Verdict):
    """A verdict with details for the student: printed output, and the arguments of the call that failed.

    `waits_for` names the function that is not yet written where it belongs to an earlier task or an earlier stage.
    """

    printed: str = ""
    inputs: str = ""
    waits_for: str = ""


class LocalBackend:
    """The backend of a public test session on the student's machine.

    Parameters
    ----------
    folder : Path
        The student's folder.
    info : StageInfo
    show : bool
        Keep the arguments of each call that failed.
    """

    seed = 0

    def __init__(self, folder: Path, info: StageInfo, show: bool = False) -> None:
        self.folder, self.info, self.show = folder, info, show
        self.load_error: BaseException | None = None
        self.printed, self.printed_on_import = Printed(MAX_PRINTED), Printed(MAX_PRINTED)
        self._caller = Caller()
        self.student = Student(self._run, self._around, function_of=lambda name: getattr(self._file.module, name, None),
                               call_object=lambda name, target, args: self._caller.call_object(name, target, copied(args)))
        self._file = FreshModule(folder / info.file, ["conftest", "test_public",
                                                      *(Path(name).stem for name in info.handout_files.values())])
        self._rules = rules_of(info)
        self._patience = Patience()
        self._clock = Clock(folder)
        self._calls: dict[str, dict[str, list[Call]]] = {}
        self._hints = read_hints(info.folder / "checks" / "hints.json") or read_hints(Path(__file__).with_name("hints.json"))
        expose_handout_modules(folder, info)
        self.missing = add_earlier_stages(folder, info)
        try:
            with self._rules(), listening(self.printed_on_import), self._clock.limit(LOAD_CPU):
                self._file.load()
        except (Exception, SystemExit, OutOfTime) as error:  # shown in the report
            self.load_error = error

    def borrowed(self, names: Iterable[str]) -> list[str]:
        """Return those of these functions and classes that the module has once it runs, written elsewhere than in its file."""
        found = []
        with listening(Printed(0)):
            for name in names if self.load_error is None else ():
                try:
                    code = inspect.unwrap(getattr(self._file.module, name)).__code__
                except Exception:  # a module's own `__getattr__` may raise anything; a class has no code
                    continue
                if code.co_filename != str(self._file.path) and "NotImplementedError" not in code.co_names:
                    found.append(name)
        return sorted(found)

    def close(self) -> None:
        """End the session."""
        self._clock.close()

    @contextlib.contextmanager
    def _around(self) -> Iterator[None]:
        """Context for student code: the rules of the stage, a time limit, and captured output."""
        name = self.student.calls[-1].name
        seconds = self._patience.seconds(name, CALL_CPU)
        seconds = min(seconds, self.info.cpu_seconds.get(name, seconds))
        try:
            with self._rules(), listening(self.printed), self._clock.limit(seconds):
                yield
            self._patience.returned(name)
        except OutOfTime:
            self._patience.slow.add(name)
            raise

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        if self.load_error is not None:
            raise self.load_error
        if not hasattr(self._file.module, name):
            raise undefined(name, self.info.file, self._file.path.read_bytes())
        return self._caller.call(name, getattr(self._file.module, name), copied(args), copied(kwargs))

    def begin(self, task_id: str, own: bool = False) -> None:
        """Prepare for a test: no calls recorded, random state reset, the student's module as freshly imported."""
        self.student.calls.clear()
        self._caller.clear()
        self.printed = Printed(MAX_PRINTED)
        reset_state(self.seed)
        if self.load_error is None:
            try:
                with self._rules(), listening(Printed(0)), self._clock.limit(LOAD_CPU):
                    self._file.renew()
            except (Exception, SystemExit, OutOfTime) as error:
                self.load_error = error
            reset_state(self.seed)

    def reference(self) -> Any:
        """Refuse: students do not have the reference."""
        raise pytest.UsageError("the reference is not part of the public tests")

    def canvas(self) -> Any:
        """Return a `Canvas`, whose figures are never shown."""
        from .axes import Canvas

        return Canvas()

    def autodiff(self) -> Any:
        """Return `vector_jacobian` in this process."""
        from .autodiff import vjp_in

        return vjp_in(self._file.module)

    def checkpoints(self) -> Any:
        """Return a function that loads checkpoints from the student's folder."""
        from .checkpoints import load_checkpoint

        return lambda model, file: load_checkpoint(model, self.folder / file)

    def outcome(self, error: BaseException) -> str:
        """Return the outcome for an exception: failed for a comparison, not_implemented for a stub, else error."""
        return "ungradable" if error is self.load_error else classify(error)

    def finish(self, verdict: Verdict, error: BaseException | None) -> HomeVerdict:
        """Return the verdict with the details that help the student."""
        result = HomeVerdict(**vars(verdict), printed=self.printed.text)
        calls = self.student.calls
        self._calls.setdefault(result.task, {})[result.test] = list(calls)
        if error is None:
            return result
        if result.outcome == "not_implemented":
            result.waits_for = self._waits_for(error, result)
        if calls:
            result.call = shortened(self._describe(calls[-1]))
            result.inputs = self._inputs(calls[-1]) if self.show else ""
        return result

    def give_hints(self, verdicts: Iterable[Verdict]) -> None:
        """Add to the verdicts the hints that all tests of a task agree on."""
        failed = {verdict.test: verdict for verdict in verdicts if verdict.outcome == "failed"}
        for tests in self._calls.values():
            if self._hints is not None and not failed.keys().isdisjoint(tests):
                fitting = {test: self._hints.look_up(test, calls) for test, calls in tests.items()}
                for test, hint in agreed(fitting, failed, tests).items():
                    failed[test].hint = hint

    def _waits_for(self, error: BaseException, verdict: Verdict) -> str:
        """Name the unwritten function that the test ran into, if it belongs to another task."""
        frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
        if not frames:
            return ""
        name, file = frames[-1].f_code.co_name, Path(frames[-1].f_code.co_filename).name
        if file != self.info.file:
            return _("{name} in {file}", name=name, file=file)
        said = str(error)
        if said.startswith("Task ") and not said.startswith(f"Task {verdict.task}:"):
            return _("{name} (task {task})", name=name, task=said.removeprefix("Task ").partition(":")[0])
        return ""

    def _named(self, call: Call) -> list[tuple[str, Any]]:
        """Pairs of parameter name and argument of a call."""
        function = getattr(self._file.module, call.name, None)
        starred = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        with contextlib.suppress(TypeError, ValueError):
            bound = inspect.signature(function).bind(*call.args, **call.kwargs)  # type: ignore[arg-type]
            if all(parameter.kind not in starred for parameter in bound.signature.parameters.values()):
                return list(bound.arguments.items())
        return [*((f"argument {number}", value) for number, value in enumerate(call.args, start=1)), *call.kwargs.items()]

    def _describe(self, call: Call) -> str:
        """The call in one line, with parameter names."""
        if call.said or call.on is not None:
            return call.text
        parts = [describe_argument(value) if name.startswith("argument ") else f"{name}={describe_argument(value)}"
                 for name, value in self._named(call)]
        return f"{call.name}({', '.join(parts)})"

    def _inputs(self, call: Call) -> str:
        """The arguments of a call, one below the other, in full unless very long."""
        return "\n".join(f"{retold(name, ARGUMENT)} = {_spelled_out(value)}" for name, value in self._named(call))


class _UnderTest:
    """Nesting depth of student code that runs for a test or an import."""

    depth = 0


def is_under_test() -> bool:
    """Whether student code is being tested right now; `check()` in a student's file then does nothing."""
    return _UnderTest.depth > 0


@contextlib.contextmanager
def listening(to: Printed) -> Iterator[None]:
    """Context that captures standard output in `to`, discards standard error, and makes `input()` fail at once."""
    before, sys.stdin = sys.stdin, io.StringIO()
    _UnderTest.depth += 1
    try:
        with contextlib.redirect_stdout(to.text_file()), contextlib.redirect_stderr(Printed(0).text_file()):
            yield
    finally:
        _UnderTest.depth -= 1
        sys.stdin = before


def _spelled_out(value: Any) -> str:
    """A value as Python code."""
    with np.printoptions(threshold=200, edgeitems=3, linewidth=100, precision=6, suppress=False):
        if isinstance(value, dict):
            return "{" + ",\n ".join(f"{key!r}: {_spelled_out(item)}" for key, item in value.items()) + "}"
        text = repr(value)
    size = "  # " + _("shape {shape}", shape=value.shape) if isinstance(value, np.ndarray) else ""
    return (text if len(text) <= MAX_INPUT else text[:MAX_INPUT] + " ...") + size

