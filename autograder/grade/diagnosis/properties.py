"""Between a name and nothing: what the wrong values of a function have to do with the right ones, in every test of its task.

A property is told only where each call of the function agrees with it, those that are right too: a constant factor is none where
one call is right. What is told holds by itself, whatever the cause is; it has no number in it, so that it tells a hidden test's
inputs no more than a name does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from autograder.checks.compare import NEAR, as_numbers
from autograder.checks.words import N_, _

# The gates of a cell in the order of their rows, by the beginning of its name.
GATES = {"LSTM": (N_("the input gate"), N_("the forget gate"), N_("the candidate"), N_("the output gate")),
         "GRU": (N_("the reset gate"), N_("the update gate"), N_("the candidate"))}
# So many wrong calls are needed: one may have a property by chance.
ENOUGH = 2
BUT_FIRST, BUT_LAST = slice(1, None), slice(None, -1)


@dataclass(frozen=True)
class Compared:
    """What one call returned and what is right.

    `steps` counts the steps of time beyond the fewest that there can be, where the arguments say so.
    """

    got: Any
    right: Any
    steps: int | None = None


@dataclass(frozen=True)
class _Part:
    """One array of a result, beside the right one."""

    got: np.ndarray
    right: np.ndarray
    steps: int | None

    @cached_property
    def wrong(self) -> bool:
        return not _close(self.got, self.right)


def same_value(call: Compared) -> bool:
    """Whether a call returned what is right; where that cannot be told by numbers, it counts as such."""
    parts = _parts(call) if call.got is not None else None
    return parts is None or not any(part.wrong for part in parts.values())


def steps_of(named: Mapping[str, Any]) -> int | None:
    """The steps of time beyond the fewest in a call with these arguments; None where nobody knows.

    t - k, t - 1 or T - 1, and `steps` - 1 where that is an argument.
    """
    x = named.get("x")
    if {"t", "k"} <= named.keys():
        return int(named["t"]) - int(named["k"])
    if "steps" in named:
        return int(named["steps"]) - 1
    if isinstance(x, np.ndarray) and x.ndim == 2:
        return int(named.get("t", len(x))) - 1
    return max(int(named["t"]) - 1, 0) if {"h", "W_h", "t"} <= named.keys() else None


def property_of(name: str, calls: Sequence[Compared]) -> str:
    """What all calls of a function agree on, in a sentence; empty where there is nothing.

    Parameters
    ----------
    name : str
        The function's.
    calls : sequence of Compared
        All calls of it in the tests of its task, right ones too.
    """
    parts = [_parts(call) for call in calls]
    if not parts or None in parts:
        return ""
    keys = list(parts[0])  # type: ignore[arg-type]
    if any(list(one) != keys for one in parts):  # type: ignore[arg-type]
        return ""
    columns = {key: [one[key] for one in parts] for key in keys}  # type: ignore[index]
    off = {key: column for key, column in columns.items() if any(part.wrong for part in column)}
    if all(_close(part.got, part.right, 10 * NEAR) for column in off.values() for part in column):
        return ""  # which entries are a little further off than others says nothing
    for holds, sentence in PROPERTIES:
        if off and all(holds(column) for column in off.values()):
            named = f"{name}(...)" if len(off) == len(columns) else _(" and ").join(f"{name}(...){key}" for key in off)
            one = len(off) == 1 or len(off) == len(columns)
            return _(sentence, what=named if one else _("each of {names}", names=named))
    return _gate(name, off)


def _parts(call: Compared) -> dict[str, _Part] | None:
    """The arrays of a result by their places; None where there is one that has no numbers to compare."""
    got, right = call.got, call.right
    if isinstance(right, Mapping):
        pairs = {f"[{key!r}]": (got.get(key), value) for key, value in right.items()} if isinstance(got, Mapping) else {}
    elif isinstance(right, tuple):
        pairs = {f"[{i}]": pair for i, pair in enumerate(zip(got, right))} if isinstance(got, list | tuple) else {}
    else:
        pairs = {"": (got, right)}
    found = {}
    for key, (one, other) in pairs.items():
        numbers, wanted = as_numbers(one), as_numbers(other)
        if numbers is None or wanted is None or not {numbers.dtype.kind, wanted.dtype.kind} <= set("iuf"):
            return None
        if not (np.isfinite(numbers).all() and np.isfinite(wanted).all()):
            return None
        found[key] = _Part(numbers.astype(float), wanted.astype(float), call.steps)
    return found or None


def _close(one: np.ndarray, other: np.ndarray, rtol: float = 1e-6) -> bool:
    largest = float(np.abs(other).max(initial=0.0))
    return one.shape == other.shape and np.allclose(one, other, rtol=rtol, atol=1e-12 * largest)


def _factor(part: _Part) -> float | None:
    """By what the right numbers are multiplied; None where by nothing. Divided first: squares may not fit into a float."""
    largest = float(np.abs(part.right).max(initial=0.0))
    if part.got.shape != part.right.shape or largest == 0:
        return None
    right, got = part.right / largest, part.got / largest
    factor = float(np.vdot(right, got) / np.vdot(right, right))
    return factor if factor != 0 and _close(part.got, factor * part.right) else None


def _telling(parts: Sequence[_Part]) -> list[_Part]:
    """Those that say something: zeros that are zeros have every factor and every sign."""
    return [part for part in parts if part.wrong or np.any(part.right)]


def _multiple(parts: Sequence[_Part]) -> bool:
    factors = [_factor(part) for part in _telling(parts)]
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(factors) or len(known) < ENOUGH or not np.allclose(known, known[0], rtol=1e-6):
        return False
    of_several = sum(np.count_nonzero(part.right) > 1 for part in parts)
    different = {round(float(part.right.ravel()[0]), 9) for part in parts if part.right.size}
    return bool(of_several >= ENOUGH) or len(different) > ENOUGH


def _opposite(parts: Sequence[_Part]) -> bool:
    return _multiple(parts) and all(_close(part.got, -part.right) for part in parts)


def _transposed(parts: Sequence[_Part]) -> bool:
    wrong = [part for part in parts if part.wrong]
    return len(wrong) >= ENOUGH and all(part.right.ndim == 2 and _close(part.got, part.right.T) for part in parts)


def _rows(parts: Sequence[_Part], of_got: slice, of_right: slice) -> bool:
    """Whether these rows of what was returned are those of what is right, in every call that is long enough to tell.

    A call that is right agrees where both are the same rows' values by chance, as in one that holds one number all along.
    """
    long = [part for part in parts if part.wrong and part.right.ndim and len(part.right) > 2]
    return len(long) >= ENOUGH and all(
        part.right.ndim > 0 and part.got.shape == part.right.shape and _close(part.got[of_got], part.right[of_right])
        for part in parts if part.right.ndim == 0 or len(part.right) > 1)


def _moved(parts: Sequence[_Part], of_got: slice, of_right: slice) -> bool:
    """By one place, where neighbours differ enough for it to be seen."""
    return _rows(parts, of_got, of_right) and any(
        not _close(part.right[1:], part.right[:-1]) for part in parts if part.right.ndim)


def _all_but(parts: Sequence[_Part], place: int, others: slice) -> bool:
    return _rows(parts, others, others) and all(
        not _close(part.got[place], part.right[place]) for part in parts if len(part.right) > 1)


def _shortest_only(parts: Sequence[_Part]) -> bool:
    steps = [part.steps for part in parts]
    wrong = sum(part.wrong for part in parts)
    return None not in steps and wrong >= ENOUGH and len(parts) - wrong >= ENOUGH \
        and all(part.wrong == (part.steps != 0) for part in parts)


def _short_only(parts: Sequence[_Part]) -> bool:
    """Right in every call of few steps, more than one among them, and wrong in every call of more."""
    if any(part.steps is None for part in parts):
        return False
    right, wrong = ([part.steps or 0 for part in _telling(parts) if part.wrong is off] for off in (False, True))
    return len(wrong) >= ENOUGH and len({steps for steps in right if steps > 0}) >= ENOUGH and max(right) < min(wrong)


# What may hold, the more special first, and how it is told.
PROPERTIES: tuple[tuple[Callable[[Sequence[_Part]], bool], str], ...] = (
    (_opposite, N_("{what} has the wrong sign, and nothing else is wrong with it, in every test of this task.")),
    (_multiple, N_("{what} is the right one times a constant, the same in every test of this task.")),
    (_transposed, N_("{what} is the transpose of the right one, in every test of this task.")),
    (partial(_moved, of_got=BUT_FIRST, of_right=BUT_LAST),
     N_("{what} is one place late in every test of this task: each entry holds what belongs to the one before.")),
    (partial(_moved, of_got=BUT_LAST, of_right=BUT_FIRST),
     N_("{what} is one place early in every test of this task: each entry holds what belongs to the one after.")),
    (partial(_all_but, place=0, others=BUT_FIRST), N_("{what} is right except for its first entry, in every test of this task.")),
    (partial(_all_but, place=-1, others=BUT_LAST), N_("{what} is right except for its last entry, in every test of this task.")),
    (_shortest_only, N_("{what} is right over the fewest steps of time that there can be, and wrong over more, in every test of "
                        "this task.")),
    (_short_only, N_("{what} is right over few steps of time and wrong over many, in every test of this task. Is something cut "
                     "off, clipped or rounded on the way?")),
)


def _gate(name: str, off: Mapping[str, Sequence[_Part]]) -> str:
    """Which gate's rows alone are wrong, where that is one and the same in all arrays of a cell that have rows for each gate."""
    gates = next((gates for cell, gates in GATES.items() if name.startswith(cell)), ())
    found = set()
    wrong = [part for column in off.values() for part in column if part.wrong]
    for part in wrong:
        if not gates or part.right.ndim == 0 or len(part.right) % len(gates) or part.got.shape != part.right.shape:
            return ""
        blocks = zip(np.split(part.got, len(gates)), np.split(part.right, len(gates)))
        found.add(tuple(number for number, pair in enumerate(blocks) if not _close(*pair)))
    if len(wrong) < ENOUGH or len(found) != 1 or len(next(iter(found))) != 1:
        return ""
    return _("{name}: only the rows of {gate} are wrong, in every test of this task.", name=name,
             gate=_(gates[next(iter(found))[0]]))
