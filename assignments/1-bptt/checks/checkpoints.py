"""Trained weights a student handed in, put into the student's own model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .compare import Mismatch
from .student import Call, Student, unwrapped

LIMIT = 4 << 20


class Checkpoints:
    """``checkpoints.load(model, "tickets_lstm.pt")`` puts the weights in that file into the model.

    Parameters
    ----------
    load : callable
        ``load(model, file)`` loads, here or in the sandbox, and says why it could not, or nothing.
    """

    def __init__(self, load: Callable[[Any, str], str], student: Student) -> None:
        self._load, self._student = load, student

    def load(self, model: Any, file: str) -> None:
        """Put the weights in; raise Mismatch where the file is missing or does not hold this model's weights."""
        __tracebackhide__ = True

        def action() -> tuple[str, tuple[str, ...]]:
            return self._load(unwrapped(model), file), ()

        record = Call("load_checkpoint", (model, file), {}, said=f"{model!r} with the weights in {file}",
                      method="load_checkpoint")
        problem = self._student.run(record, action)
        if problem != "":
            raise Mismatch(file, "does not give the model its weights", "none", got=f"the file {problem}")


def load_checkpoint(model: Any, path: Path, limit: int = LIMIT) -> str:
    """Load weights into a model.

    Nothing but tensors is read from the file: it is opened with ``weights_only=True``.

    Returns
    -------
    str
        Why it could not be done, in a sentence without its subject; empty where it was.
    """
    import torch

    if not path.is_file():
        return "is not there: train the model in the notebook, save its weights, and hand the file in with the rest"
    if path.stat().st_size > limit:
        return f"has {path.stat().st_size >> 10} KiB; weights of this model take far less than {limit >> 10}"
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # any bytes at all may be in that file
        return f"is no file of weights alone, as torch.save(model.state_dict(), ...) writes it ({type(error).__name__})"
    if not isinstance(weights, dict) or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        return "does not hold a state_dict: save model.state_dict(), not the model"
    if not all(bool(torch.isfinite(value).all()) for value in weights.values()):
        return "holds Inf or NaN: the training went wrong"
    try:
        model.load_state_dict(weights)
    except Exception as error:  # other names, other shapes, or the student's own load_state_dict
        return f"holds the weights of another model ({_first_line(error, skip=1)})"
    return ""


def _first_line(error: Exception, skip: int = 0) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[min(skip, len(lines) - 1)][:160]
