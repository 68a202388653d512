"""Compare replies with recorded ones up to rounding: sums in another order, a power in place of a product.

Such a reply gets the verdict of the recorded one, in every test but those marked ``exact``. A gate verifies that no other
verdict depends on such late digits: it runs each test on replies changed by `rounded`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.checks.values import is_tensor
from autograder.errors import BadMessage
from autograder.sandbox.wire import decoded

if TYPE_CHECKING:
    from autograder.sandbox.client.transcript import Message

# Relative tolerance per entry: a few hundred units in the last place of a double, a few of a single. Relative to the entry, not
# to the array: what cancels to nearly 0 is another number, and so is 1e-28 in place of 0.
ROUNDING = {np.dtype(np.float64): 2.0**-44, np.dtype(np.float32): 2.0**-20}


def agrees(reply: Message, recorded: Message) -> bool:
    """Whether a reply equals the recorded one up to rounding, or is an exception of the same kind with another message."""
    if reply.kind != recorded.kind or len(reply.forms) != len(recorded.forms):
        return False
    if reply.kind == "raised":
        return reply.forms[:2] == recorded.forms[:2] and all(type(form) is str for form in reply.forms)
    if reply.forms[1:] != recorded.forms[1:]:  # what it changed in place, and what it printed
        return False
    try:
        return near(_value(reply), _value(recorded))
    except BadMessage:
        return False


def _value(message: Message) -> Any:
    return decoded(message.forms[:1], bytearray(message.payload), lambda reference: reference)[0]


def near(value: Any, recorded: Any) -> bool:
    """Whether every number in a value equals the recorded one up to rounding."""
    if isinstance(value, float) and isinstance(recorded, float):  # includes np.float64
        return _near(np.float64(value), np.float64(recorded))
    if type(value) is not type(recorded):
        return False
    if isinstance(value, dict):
        return value.keys() == recorded.keys() and all(near(item, recorded[key]) for key, item in value.items())
    if isinstance(value, list | tuple):
        return len(value) == len(recorded) and all(map(near, value, recorded))
    if is_tensor(value):
        return value.requires_grad == recorded.requires_grad and near(value.detach().numpy(), recorded.detach().numpy())
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype == recorded.dtype and value.shape == recorded.shape and _near(value, recorded)
    return bool(value == recorded)


def _near(value: Any, recorded: Any) -> bool:
    if value.dtype.kind == "c":
        return _near(value.real, recorded.real) and _near(value.imag, recorded.imag)
    same = (value == recorded) | ((value != value) & (recorded != recorded))
    if same.all():
        return True
    if value.dtype not in ROUNDING:
        return False
    with np.errstate(all="ignore"):
        return bool((same | (np.abs(value - recorded) <= ROUNDING[value.dtype] * np.abs(recorded))).all())


def rounded(value: Any, random: np.random.Generator) -> Any:
    """Return a value that `near` accepts as the same: other last digits, zeros of other sign, dicts in another order."""
    if isinstance(value, dict):
        keys = list(value)
        return {keys[i]: rounded(value[keys[i]], random) for i in random.permutation(len(keys))}
    if isinstance(value, list | tuple):
        return type(value)(rounded(item, random) for item in value)
    if is_tensor(value):
        if not (value.is_floating_point() or value.is_complex()):
            return value
        return value.new_tensor(rounded(value.detach().numpy(), random)).requires_grad_(value.requires_grad)
    if isinstance(value, float):
        changed = rounded(np.array(value), random)
        return float(changed) if random.integers(2) else np.float64(changed)
    if isinstance(value, np.ndarray | np.generic):
        changed = _rounded(value, random)
        return changed[()] if isinstance(value, np.generic) else changed
    return value


def _rounded(value: Any, random: np.random.Generator) -> Any:
    if value.dtype.kind == "c":
        parts = np.stack([_rounded(value.real, random), _rounded(value.imag, random)], axis=-1)
        return parts.view(value.dtype).reshape(value.shape)
    if value.dtype not in ROUNDING:
        return value
    sign = random.choice([-1.0, 1.0], value.shape).astype(value.dtype)
    with np.errstate(all="ignore"):
        changed = value * (1 + value.dtype.type(0.9 * ROUNDING[value.dtype]) * sign)
    return np.where(value == 0, np.copysign(value, sign), changed).astype(value.dtype)
