"""`make grade RETRAIN=1`: a submission's models are trained again by its own code, and those are graded.

A stage whose students hand in trained weights says in its `recipe.py` which models there are and how each is trained:
``FILES``, the files of each task's models, and ``training(file)``. The weights that were handed in are then not even put
into the sandbox. What a stage without a recipe gets is the same with and without RETRAIN=1.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from autograder.checks.compare import Mismatch, is_tensor
from autograder.checks.words import _
from autograder.errors import BadMessage, InfrastructureError, LimitExceeded, Raised
from autograder.grade.backends.standing_in import submission_for
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Handle, Worker, is_missing
from autograder.stages import Stage

# Training computes all the time: one that sleeps is not waited for as long as a test's call, in proportion.
WALL_FACTOR = 2.0
# Once one training ran out of time, the others get this much less: no submission holds the grader for hours.
AFTER_A_TIMEOUT = 4
# What a model's weights may take, in bytes: as for a file that is handed in.
LARGEST = 4 << 20


@dataclass(frozen=True)
class Training:
    """One model: how it is made and trained.

    Attributes
    ----------
    name : str
        What a student calls it, such as "tickets LSTM".
    seed : int
        Of all random generators, set before the model is made.
    make : tuple of (str, tuple)
        The student's function that makes it, and its arguments.
    train : tuple of (str, tuple)
        The student's function that trains it, and its arguments after the model.
    """

    name: str
    seed: int
    make: tuple[str, tuple[Any, ...]]
    train: tuple[str, tuple[Any, ...]]


def recipe(stage: Stage) -> ModuleType | None:
    """The stage's recipe; None for a stage without trained models."""
    if not stage.has_recipe:
        return None
    return importlib.import_module(f"autograder.stages.{stage.name}.recipe")


def files_for(stage: Stage, job: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that go into the sandbox: without the weights that were handed in, when models are trained again."""
    left_out = stage.info.submission_files if job.get("retrain") else ()
    return {name: data for name, data in job["files"].items() if name not in left_out}


class Retrainer:
    """Trains a submission's models, each once and in a worker of its own.

    Parameters
    ----------
    stage : Stage
        One that has a recipe.
    sandbox : Sandbox
        It holds one worker at a time: the caller's is gone while models are trained.
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
        """Train the models of a task, if that has not been done; what goes wrong is told by `load`."""
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
            except Exception as error:  # whatever student code raises costs the tests of this model
                self._slow |= ran_out_of_time(error)
                self._problems[file] = plan.name, error

    def load(self, model: Handle, file: str) -> str:
        """Put a trained model's weights into the student's model; raise what its training ended with, if it failed."""
        __tracebackhide__ = True
        if file in self._problems:
            raise told(*self._problems[file])
        model.load_state_dict(self._weights[file])
        return ""

    def _trained(self, plan: Training) -> dict[str, Any]:
        """The weights after training, as values."""
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
            raise Mismatch(name, _("is not defined in {file}", file=self.stage.info.file), "none")
        return value


def usable(name: str, state: Any) -> dict[str, Any]:
    """What came back as a model's weights, if it can be: tensors of finite numbers, not too many."""
    import torch

    what = _("your {name} model, trained again,", name=name)
    if not isinstance(state, dict) or not all(isinstance(key, str) and is_tensor(value) for key, value in state.items()):
        raise Mismatch(what, _("does not give its weights: state_dict() is torch's own"), "type")
    if sum(value.nbytes for value in state.values()) > LARGEST:
        raise Mismatch(what, _("has weights of more than {size} MiB", size=LARGEST >> 20), "shape")
    if not all(bool(torch.isfinite(value).all()) for value in state.values()):
        raise Mismatch(what, _("has Inf or NaN among its weights: the training went wrong"), "finite")
    return state


def ran_out_of_time(error: Exception) -> bool:
    """Whether a limit of time ended it."""
    return isinstance(error, LimitExceeded) and error.of_time


def told(name: str, error: Exception) -> Exception:
    """What ended a training, as the tests that need its model report it."""
    doing = _("training your {name} model", name=name)
    if isinstance(error, LimitExceeded) and ran_out_of_time(error):
        return LimitExceeded(error.kind, f"{doing}: {error}")
    if isinstance(error, NotImplementedError):
        return NotImplementedError(f"{doing}: {getattr(error, 'message', error)}")
    if isinstance(error, Mismatch):
        return Mismatch(error.what, error.problem, error.aspect)
    kind = getattr(error, "type_name", None) or type(error).__name__
    if isinstance(error, BadMessage):
        kind = _("an answer that is none")
    return Raised(kind, str(getattr(error, "message", error)), getattr(error, "student_trace", ""), doing)
