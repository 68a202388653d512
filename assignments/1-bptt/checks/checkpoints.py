"""Load the weights that a student handed in into the student's own model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .compare import Mismatch
from .student import Call, Student, unwrapped
from .words import N_, _, retold

LIMIT = 4 << 20
# Reasons why weights do not load, as sentences without their subject. They are produced in the sandbox and translated outside it.
PROBLEMS = (
    NOT_THERE := N_("is not there: train the model in the notebook, save its weights, and hand the file in with the rest"),
    LARGE := N_("has {size} KiB; weights of this model take far less than {most}"),
    NOT_WEIGHTS := N_("is no file of weights alone, as torch.save(model.state_dict(), ...) writes it ({why})"),
    NO_STATE := N_("does not hold a state_dict: save model.state_dict(), not the model"),
    LACKING := N_("holds the weights of another model ({name} is missing)"),
    NOT_FINITE := N_("holds Inf or NaN: the training went wrong"),
    NOT_TAKEN := N_("does not go into the model ({kind}: {why})"),
    QUANTIZED := N_("holds {name} as a quantized tensor: save model.state_dict() as it is"),
    NESTED := N_("holds {name} as a nested tensor: save model.state_dict() as it is"),
    SPARSE := N_("holds {name} as a sparse tensor: save model.state_dict() as it is"),
    META := N_("holds no numbers for {name}: it is a tensor on the meta device, which has a shape alone"),
    NO_FLOATS := N_("holds {name} in {type}: weights are floating-point numbers"),
    OTHER_SHAPE := N_("holds the weights of another model ({name} has the shape {shape}; in yours it is {right})"),
    UNKNOWN := N_("holds the weights of another model (yours has no parameter {name})"),
)


class Checkpoints:
    """The `checkpoints` fixture: ``checkpoints.load(model, "tickets_lstm.pt")`` loads the weights in that file into the model.

    Parameters
    ----------
    load : callable
        ``load(model, file)`` loads the weights, here or in the sandbox. It returns why it could not, or an empty string.
    student : Student
        Records the call.
    """

    def __init__(self, load: Callable[[Any, str], str], student: Student) -> None:
        self._load, self._student = load, student

    def load(self, model: Any, file: str) -> None:
        """Load the weights; raise Mismatch if the file is missing or does not hold weights of this model."""
        __tracebackhide__ = True

        def action() -> tuple[str, tuple[str, ...]]:
            return self._load(unwrapped(model), file), ()

        said = _("{model} with the weights in {file}", model=repr(model), file=file)
        record = Call("load_checkpoint", (model, file), {}, said=said, method="load_checkpoint")
        problem = self._student.run(record, action)
        if problem != "":
            raise Mismatch(file, _("does not give the model its weights"), "none",
                           got=_("the file {problem}", problem=retold(problem, *PROBLEMS)))


def load_checkpoint(model: Any, path: Path) -> str:
    """Load weights from a file into a model.

    Only tensors are read: the file is opened with ``weights_only=True``.

    Returns
    -------
    str
        Why it failed, as a sentence without its subject; empty on success.
    """
    weights = read_weights(path)
    return weights if isinstance(weights, str) else load_weights(model, weights)


def read_weights(path: Path) -> Mapping[str, Any] | str:
    """Return the tensors in a file by name, or why there are none, as a sentence without its subject."""
    import torch

    if not path.is_file():
        return NOT_THERE
    if path.stat().st_size > LIMIT:
        return LARGE.format(size=path.stat().st_size >> 10, most=LIMIT >> 10)
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the file may hold any bytes
        return NOT_WEIGHTS.format(why=type(error).__name__)
    if not isinstance(weights, Mapping) or not weights or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        return NO_STATE
    return weights


def load_weights(model: Any, weights: Mapping[str, Any]) -> str:
    """Load tensors into a model; return why that failed, or an empty string."""
    import torch

    try:
        shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
        problem = next(filter(None, (_problem_of(name, value, shapes) for name, value in weights.items())), "")
        if problem:
            return problem
        missing = [name for name in shapes if name not in weights]
        if missing:
            return LACKING.format(name=missing[0])
        plain = {name: value.detach().to(torch.float32).clone() for name, value in weights.items()}
        if not all(bool(torch.isfinite(value).all()) for value in plain.values()):
            return NOT_FINITE
        model.load_state_dict(plain)
    except Exception as error:  # the student's own state_dict or load_state_dict
        return NOT_TAKEN.format(kind=type(error).__name__, why=_first_line(error))
    return ""


def _problem_of(name: str, value: Any, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return why a tensor does not fit its parameter, or an empty string.

    Any precision and memory layout is accepted. The numbers themselves are not read: there may be none.
    """
    import torch

    if value.layout is not torch.strided or value.is_quantized or value.is_nested:
        return (QUANTIZED if value.is_quantized else NESTED if value.is_nested else SPARSE).format(name=name)
    if value.device.type == "meta":
        return META.format(name=name)
    if not value.is_floating_point():
        return NO_FLOATS.format(name=name, type=value.dtype)
    if name in shapes and tuple(value.shape) != shapes[name]:
        return OTHER_SHAPE.format(name=name, shape=tuple(value.shape), right=shapes[name])
    return "" if name in shapes else UNKNOWN.format(name=name)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")[:160]
