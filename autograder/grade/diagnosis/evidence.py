"""What the calls of a task say for a mistake and against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.checks.compare import class_name
from autograder.checks.student import Call, ModuleProxy, is_module
from autograder.checks.values import is_number, is_tensor
from autograder.grade.diagnosis.replay import FAILED, Outcome

# A number is simple where it is a fraction with a denominator up to this: many slips lead to the same one.
SIMPLE = 24
# So many different simple numbers say as much as one number that is not simple.
ENOUGH = 3
# Two ways to write one thing differ by less than this in a sum of many numbers, relative to the largest.
NOISE = 1e-12


def same(call: Call, outcome: Outcome, single_precision: bool = False) -> bool:
    """Whether a call and its replay did the same, up to rounding: values, changed arguments, or that they raised."""
    if call.error is not None or outcome.value is FAILED:
        return call.error is not None and outcome.value is FAILED and class_name(call.error) == outcome.error
    return tuple(call.changed) == outcome.changed and _alike(call.value, outcome.value, 1e-3 if single_precision else 1e-6)


def _alike(one: Any, other: Any, rtol: float) -> bool:
    if isinstance(one, ModuleProxy):
        return is_module(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[key], other[key], rtol) for key in one)
    left, right = _numbers(one), _numbers(other)
    if left is None or right is None:
        if isinstance(one, list | tuple) and isinstance(other, list | tuple):
            return len(one) == len(other) and all(_alike(*pair, rtol) for pair in zip(one, other))
        return type(one) is type(other) and bool(one == other)
    if left.shape != right.shape:
        return False
    largest = float(np.abs(right[np.isfinite(right)]).max(initial=0.0))
    # Norms and probabilities are right to many digits whatever their size; where signs differ, sums may cancel.
    noise = 0.0 if (left >= 0).all() and (right >= 0).all() else NOISE * largest
    with np.errstate(all="ignore"):
        return bool(np.isclose(left, right, rtol=rtol, atol=noise, equal_nan=True).all())


def _numbers(value: Any) -> np.ndarray | None:
    """A value as an array of numbers; None where it is no such thing."""
    if is_tensor(value):
        value = value.detach().numpy()
    if not isinstance(value, np.ndarray) and not is_number(value):
        if not isinstance(value, list | tuple) or not value or not all(map(is_number, value)):
            return None
        value = np.array(value)
    array = np.asarray(value)
    return array.astype(float) if array.dtype.kind in "iuf" else None


class Information:
    """How much the wrong values say that a mistake accounts for: a truth value or a simple fraction alone says little."""

    def __init__(self) -> None:
        self._rich = False
        self._simple: set[Fraction] = set()

    def add(self, call: Call, right: Outcome) -> None:
        """Count what a wrong call returned in place of what is right."""
        self._rich |= bool(call.changed) or call.method == "read" or right.value is FAILED
        for number in _leaves(call.value):
            if isinstance(number, bool | np.bool_):
                continue
            simple = simple_fraction(float(number))
            if simple is None:
                self._rich = True
                return
            self._simple.add(simple)

    @property
    def is_enough(self) -> bool:
        """Whether it says enough for a name."""
        return self._rich or len(self._simple) >= ENOUGH


def simple_fraction(number: float) -> Fraction | None:
    """The whole number or fraction with a small denominator that a number is; None where it is none, as NaN and Inf are not."""
    if not abs(number) < 2**53:
        return None
    near = Fraction(number).limit_denominator(SIMPLE)
    return near if abs(float(near) - number) <= 1e-5 * abs(number) else None  # 32-bit numbers too


def _leaves(value: Any) -> Iterator[Any]:
    """The numbers and truth values in a value."""
    if isinstance(value, bool | np.bool_):
        yield value
    elif (numbers := _numbers(value)) is not None:
        yield from numbers.ravel()[:200].tolist()
    elif isinstance(value, Mapping | list | tuple):
        parts: Iterable[Any] = value.values() if isinstance(value, Mapping) else value
        for part in parts:
            yield from _leaves(part)
