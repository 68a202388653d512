"""`make grade RETRAIN=1`: retrain a submission's models with its own code, and grade those.

A stage whose students hand in trained weights describes in its `recipe.py` which models there are and how each is trained:
``FILES``, the model files of each task, and ``training(file)``. The weights that were handed in do not even enter the sandbox.
Stages without a recipe are graded the same with and without RETRAIN=1.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from autograder.checks.checkpoints import LIMIT
from autograder.checks.compare import Mismatch, class_name, undefined
from autograder.checks.values import is_tensor
from autograder.checks.words import _
from autograder.errors import BadMessage, InfrastructureError, LimitExceeded, Raised
from autograder.grade.standing_in import submission_for
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Handle, Worker, is_missing
from autograder.stages import Stage

# Training computes continuously, so idle time is limited more tightly, in proportion, than for a test's call.
WALL_FACTOR = 2.0
# After one training has timed out, the limit of the others is divided by this: no submission holds up the grader for hours.
AFTER_A_TIMEOUT = 4


@dataclass(frozen=True)
class Training:
    """How one model is created and trained.

    Attributes
    ----------
    name : str
        Name of the model for students, such as "tickets LSTM".
    seed : int
        Seed of all random generators, set before the model is created.
    make : tuple of (str, tuple)
        The student's function that creates it, and its arguments.
    train : tuple of (str, tuple)
        The student's function that trains it, and its arguments after the model.
    """

    name: str
    seed: int
    make: tuple[str, tuple[Any, ...]]
    train: tuple[str, tuple[Any, ...]]


def recipe(stage: Stage) -> ModuleType | None:
    """Return the stage's recipe; None for a stage without trained models."""
    if not stage.has_recipe:
        return None
    return importlib.import_module(f"autograder.stages.{stage.name}.recipe")


def files_for(stage: Stage, job: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that enter the sandbox: without the handed-in weights if models are retrained."""
    left_out = stage.info.submission_files if job.get("retrain") else ()
    return {name: data for name, data in job["files"].items() if name not in left_out}


class Retrainer:
    """Trains a submission's models, each once and in a worker of its own.

    Parameters
    ----------
    stage : Stage
        A stage with a recipe.
    sandbox : Sandbox
        It runs one worker at a time, so the caller's must be gone while models are trained.
    files : dict of str to bytes
        The submission's files.
    """

    def __init__(self, stage: Stage, sandbox: Sandbox, files: dict[str, bytes]) -> None:
        found = recipe(stage)
        assert found is not None, stage.id
        self.stage, self.sandbox, self.files, self.recipe = stage, sandbox, files, found
        self._weights: dict[str, dict[str, Any]] = {}
        self._problems: dict[str, tuple[str, Exception]] = {}
        self._slow = False

    def prepare(self, task_id: str) -> None:
        """Train the models of a task unless that has been done; failures are reported by `load`."""
        for file in self.recipe.FILES.get(task_id, ()):
            if file in self._weights or file in self._problems:
                continue
            try:
                plan: Training = self.recipe.training(file)
            except Exception as error:
                raise InfrastructureError(f"the recipe of {self.stage.id} failed for {file}: {error}") from error
            try:
                self._weights[file] = self._trained(plan)
            except InfrastructureError:
                raise
            except Exception as error:  # whatever student code raises fails only the tests of this model
                self._slow |= ran_out_of_time(error)
                self._problems[file] = plan.name, error

    def load(self, model: Handle, file: str) -> str:
        """Load a retrained model's weights into the student's model; raise what its training ended with if it failed."""
        __tracebackhide__ = True
        if file in self._problems:
            raise told(*self._problems[file])
        model.load_state_dict(self._weights[file])
        return ""

    def _trained(self, plan: Training) -> dict[str, Any]:
        """Train and return the weights as values."""
        worker = self.sandbox.worker(submission_for(self.stage, self.files))
        cpu = worker.limits.train_cpu / (AFTER_A_TIMEOUT if self._slow else 1)
        worker.limits = replace(worker.limits, wall_factor=WALL_FACTOR)
        try:
            worker.load()
            worker.reset(plan.seed)
            name, arguments = plan.make
            model = self._call(worker, name, arguments, worker.limits.call_cpu)
            if not isinstance(model, Handle):
                raise Mismatch(name, _("does not make a torch.nn.Module"), "type")
            name, arguments = plan.train
            self._call(worker, name, (model, *arguments), cpu)
            return usable(plan.name, model.state_dict())
        finally:
            worker.close()

    def _call(self, worker: Worker, name: str, arguments: tuple[Any, ...], cpu: float) -> Any:
        value = worker.call(["function", name], arguments, {}, cpu=cpu)[0]
        if is_missing(value):
            raise undefined(name, self.stage.info.file, self.files.get(self.stage.info.file, b""))
        return value


def usable(name: str, state: Any) -> dict[str, Any]:
    """Return the weights if they are valid: tensors of finite numbers within the size limit; else raise Mismatch."""
    import torch

    what = _("your {name} model, trained again,", name=name)
    if not isinstance(state, dict) or not all(isinstance(key, str) and is_tensor(value) for key, value in state.items()):
        raise Mismatch(what, _("does not give its weights: state_dict() is torch's own"), "type")
    if sum(value.nbytes for value in state.values()) > LIMIT:
        raise Mismatch(what, _("has weights of more than {size} MiB", size=LIMIT >> 20), "shape")
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise Mismatch(what, _("has Inf or NaN among its weights: the training went wrong"), "finite")
    return state


def ran_out_of_time(error: Exception) -> bool:
    """Whether a time limit ended it."""
    return isinstance(error, LimitExceeded) and error.of_time


def told(name: str, error: Exception) -> Exception:
    """Return the exception that tests of this model raise for a failed training."""
    doing = _("training your {name} model", name=name)
    if isinstance(error, LimitExceeded) and ran_out_of_time(error):
        return LimitExceeded(error.kind, f"{doing}: {error}")
    if isinstance(error, NotImplementedError):
        return NotImplementedError(f"{doing}: {getattr(error, 'message', error)}")
    if isinstance(error, Mismatch):
        return Mismatch(error.what, error.problem, error.aspect)
    kind = _("a malformed reply") if isinstance(error, BadMessage) else class_name(error)
    return Raised(kind, str(getattr(error, "message", error)), getattr(error, "student_trace", ""), doing)
