"""The suite on trusted source, in this process: the reference, its stub, catalogued mistakes, mutants.

Only code of the kit's own authors is run this way. A student's file never is.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.checks.autodiff import Autodiff
from autograder.checks.axes import Canvas
from autograder.checks.compare import Mismatch
from autograder.checks.layout import rules_of
from autograder.checks.plugin import classify
from autograder.checks.state import reset_state
from autograder.checks.student import Student, call_with_copies
from autograder.stages import Stage

MISSING = object()


class InProcessBackend:
    """A backend whose student is a module made from `source`.

    As in the grader, each test meets the functions of its own task as `source` has them and those of earlier
    tasks as the reference has them.

    Parameters
    ----------
    stage : Stage
    source : str
        Text of the module.
    seed : int
        Seed of the suite's random inputs.
    """

    folder = Path("/nowhere")

    def __init__(self, stage: Stage, source: str, seed: int) -> None:
        self.stage, self.seed = stage, seed
        self._reference = stage.reference()
        stage.bind_earlier()
        self._rules = rules_of(stage.info)
        self._code = compile(source, f"{stage.module}.py", "exec", dont_inherit=True)
        self._module = self._imported()
        self.student = Student(self._run, self._rules)
        self.canvases: list[Canvas] = []

    def begin(self, task_id: str, own: bool = False) -> None:
        """Own functions for this task and those after it, the reference's for those before."""
        self.student.calls.clear()
        self.canvases.clear()
        self._module = self._imported()
        for name in self.stage.names_of_earlier_tasks(task_id):
            if hasattr(self._module, name):
                setattr(self._module, name, getattr(self._reference, name))
        reset_state(self.seed)

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
            raise Mismatch(name, f"is not defined in {self.stage.info.file}", "none")
        return call_with_copies(function, args, kwargs)

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

    def checkpoints(self) -> Any:
        """The weights of the stage's own models, for the reference's classes: a mistake elsewhere costs nothing here."""
        from autograder.checks.checkpoints import load_checkpoint

        return lambda model, file: load_checkpoint(model, self.stage.suite / "checkpoints" / file)

    def outcome(self, error: BaseException) -> str:
        """The outcome an exception stands for."""
        return classify(error)
