"""The suite on trusted source, in this process: the reference, its stub, catalogued mistakes, mutants.

Only code of the kit's own authors is run this way. A student's file never is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.checks.autodiff import Autodiff
from autograder.checks.axes import Canvas
from autograder.checks.calls import Caller
from autograder.checks.compare import Mismatch
from autograder.checks.layout import rules_of
from autograder.checks.plugin import classify
from autograder.checks.state import reset_state
from autograder.checks.student import Student, copied
from autograder.checks.values import first_other, plain
from autograder.checks.words import _
from autograder.grade.backends.standing_in import answer, within_reach
from autograder.sandbox.client.worker import OutsideContract
from autograder.sandbox.rebind import HOOK, hook, rebound, within_contract
from autograder.stages import Stage

MISSING = object()


@cache
def _standins(source: str) -> dict[str, Any]:
    """A stage's stand-ins, run once a process."""
    names: dict[str, Any] = {"__name__": "standins"}
    exec(compile(source, "standins.py", "exec", dont_inherit=True), names)
    return names


def renamed(weights: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Trained weights of the model answers under the names of another right model, known by their last part and their shapes.

    A student's files hold the weights of the student's own model; right answers written differently, by the authors, have none.
    """
    left, found = dict(weights), {}
    for name, value in state.items():
        fits = [other for other in left if value.shape in (left[other].shape, left[other].T.shape)]
        best = [other for other in fits if other == name] + [other for other in fits if _last(other) == _last(name)] + \
            [other for other in fits if left[other].shape == value.shape] + fits
        if best:
            weight = left.pop(best[0])
            found[name] = weight if weight.shape == value.shape else weight.T
    return found | left


def _last(name: str) -> str:
    return name.rpartition(".")[2]


class InProcessBackend:
    """A backend whose student is a module made from `source`, again for each test.

    Parameters
    ----------
    stage : Stage
    source : str
        Text of the module.
    seed : int
        Seed of the suite's random inputs.

    Attributes
    ----------
    replaced : frozenset of str
        The functions for which right versions stand in, in the tests that begin from now on.
    """

    folder = Path("/nowhere")
    trusts_checkpoints = True  # they are those of the model answers: a mistake elsewhere costs nothing where they are tested

    def __init__(self, stage: Stage, source: str, seed: int) -> None:
        self.stage, self.seed, self._source = stage, seed, source.encode()
        self._file = f"{stage.module}.py"
        self._reference = stage.reference()
        self._rules = rules_of(stage.info)
        self._code = compile(source, self._file, "exec", dont_inherit=True)
        self._caller = Caller()
        self.student = Student(self._run, self._rules, function_of=lambda name: getattr(self._reference, name, None),
                               call_object=lambda name, target, args: self._caller.call_object(name, target, copied(args)))
        self.canvases: list[Canvas] = []
        self.replaced: frozenset[str] = frozenset()
        self._asked: set[str] = set()
        self._task = ""
        self._standins = _standins(stage.standins_source())
        self._module = ModuleType(stage.module)
        self._import()

    def begin(self, task_id: str, own: bool = False) -> None:
        """A clean state before each test; right versions stand in for the functions in `replaced`."""
        self.student.calls.clear()
        self._caller.clear()
        self.canvases.clear()
        self._asked.clear()
        self._task = task_id
        reset_state(self.seed)
        self._import()
        reset_state(self.seed)

    def _import(self) -> None:
        self.stage.bind_earlier()
        self._module = sys.modules[self.stage.module] = ModuleType(self.stage.module)
        names = vars(self._module)
        names["__file__"] = self._file
        code = self._code
        if self.replaced:
            code = rebound(self._source, self._file, self.replaced)
            names[HOOK] = hook(names, self._right_version)
        with self._rules():
            exec(code, names)
        names.pop(HOOK, None)

    def _right_version(self, name: str, own: Any) -> Any:
        if name in self._standins:
            self._asked.add(name)
            right = self._standins[name]
            return right if isinstance(right, type) else within_contract(right, own)

        def function(*args: Any, **kwargs: Any) -> Any:
            self._asked.add(name)
            try:
                given = plain(copied((args, kwargs)))
                if first_other(given) is not None:
                    raise OutsideContract
                return answer(self.stage, name, *given)
            except OutsideContract:
                return own(*args, **kwargs)

        function.__name__ = function.__qualname__ = name
        return function

    def stood_in(self) -> set[str]:
        """The functions of which a right version answered in the test that ran last."""
        called = {*self.stage.functions.get(self._task, ()), *(call.name for call in self.student.calls)}
        return {name for name in self._asked if name not in self._standins or name in within_reach(self._source, called)}

    def slow(self) -> set[str]:
        """The functions that took far longer than right ones do: nobody looks at the clock here."""
        return set()

    def _imported(self) -> ModuleType:
        """The module, imported once more: as in the sandbox it keeps nothing from one test to the next."""
        module = ModuleType(self.stage.module)
        module.__file__ = f"{self.stage.module}.py"
        with self._rules():
            exec(self._code, vars(module))
        return module

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        function: Any = getattr(self._module, name, MISSING)
        if function is MISSING:
            raise Mismatch(name, _("is not defined in {file}", file=self.stage.info.file), "none")
        return self._caller.call(name, function, copied(args), copied(kwargs))

    def reference(self) -> ModuleType:
        """The reference module."""
        return self._reference

    def canvas(self) -> Canvas:
        """Axes of this process."""
        self.canvases.append(Canvas())
        return self.canvases[-1]

    def autodiff(self) -> Autodiff:
        """Automatic differentiation of this process."""
        return Autodiff(self._module)

    def checkpoints(self) -> Callable[[Any, str], str]:
        """The weights of the stage's own models, under the names that the model's parameters have."""
        from autograder.checks.checkpoints import load_weights, read_weights

        def load(model: Any, file: str) -> str:
            weights = read_weights(self.stage.suite / "checkpoints" / file)
            return weights if isinstance(weights, str) else load_weights(model, renamed(weights, model.state_dict()))

        return load

    def outcome(self, error: BaseException) -> str:
        """The outcome an exception stands for."""
        return classify(error)
