"""Run the suite on trusted source in this process: the reference, its stub, catalogued mistakes, mutants.

Only code by the kit's authors runs this way, never a student's file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from autograder.checks.autodiff import vjp_in
from autograder.checks.axes import Canvas
from autograder.checks.calls import Caller
from autograder.checks.compare import undefined
from autograder.checks.layout import rules_of
from autograder.checks.state import reset_state
from autograder.checks.student import Student, copied
from autograder.checks.suite import classify
from autograder.checks.values import first_other, plain_arguments
from autograder.grade.standing_in import answer, within_reach
from autograder.sandbox.client.worker import OutsideContract
from autograder.sandbox.rebind import HOOK, hook, rebound, within_contract
from autograder.stages import Stage


@cache
def _standins(source: str) -> dict[str, Any]:
    """Execute a stage's stand-ins, once per process."""
    names: dict[str, Any] = {"__name__": "standins"}
    exec(compile(source, "standins.py", "exec", dont_inherit=True), names)
    return names


@lru_cache(maxsize=64)
def _compiled(source: str, file: str) -> CodeType:
    return compile(source, file, "exec", dont_inherit=True)


def renamed(weights: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Rename trained weights of the model answers to fit another correct model, by the last part of their names and their shapes.

    A student's files hold the weights of the student's own model; alternative answers by the authors have none.
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
    """A backend whose student module is made from `source`, again for each test.

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
        Functions that are replaced by reference versions in tests that begin from now on.
    """

    folder = Path("/nowhere")
    trusts_checkpoints = True  # they belong to the model answers, so a mistake elsewhere does not affect them

    def __init__(self, stage: Stage, source: str, seed: int) -> None:
        self.stage, self.seed, self._source = stage, seed, source.encode()
        self._file = f"{stage.module}.py"
        self._reference = stage.reference()
        self._rules = rules_of(stage.info)
        self._code = _compiled(source, self._file)
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
        """Restore a clean state before a test, with reference versions of the functions in `replaced`."""
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
                given = plain_arguments(*copied((args, kwargs)))
                if first_other(given) is not None:
                    raise OutsideContract
                return answer(self.stage, name, *given)
            except OutsideContract:
                return own(*args, **kwargs)

        function.__name__ = function.__qualname__ = name
        return function

    def stood_in(self) -> set[str]:
        """Return the functions that a reference version answered for in the last test."""
        called = {*self.stage.functions.get(self._task, ()), *(call.name for call in self.student.calls)}
        return {name for name in self._asked if name not in self._standins or name in within_reach(self._source, called)}

    def slow(self) -> set[str]:
        """Return no functions: nothing is timed here."""
        return set()

    def _imported(self) -> ModuleType:
        """Import the module once more: as in the sandbox, no state is kept between tests."""
        module = ModuleType(self.stage.module)
        module.__file__ = f"{self.stage.module}.py"
        with self._rules():
            exec(self._code, vars(module))
        return module

    def _run(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        if not hasattr(self._module, name):
            raise undefined(name, self.stage.info.file, self._source)
        return self._caller.call(name, getattr(self._module, name), copied(args), copied(kwargs))

    def reference(self) -> ModuleType:
        """Return the reference module."""
        return self._reference

    def canvas(self) -> Canvas:
        """Return a new canvas of this process."""
        self.canvases.append(Canvas())
        return self.canvases[-1]

    def autodiff(self) -> Callable[..., dict[str, Any]]:
        """Return `vector_jacobian` in this process."""
        return vjp_in(self._module)

    def checkpoints(self) -> Callable[[Any, str], str]:
        """Return a function that loads the weights of the stage's own models, renamed to the model's parameters."""
        from autograder.checks.checkpoints import load_weights, read_weights

        def load(model: Any, file: str) -> str:
            weights = read_weights(self.stage.suite / "checkpoints" / file)
            return weights if isinstance(weights, str) else load_weights(model, renamed(weights, model.state_dict()))

        return load

    def outcome(self, error: BaseException) -> str:
        """Return the outcome that an exception stands for."""
        return classify(error)
