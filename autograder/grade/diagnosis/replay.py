"""Make the calls of a test again with another module in the student's place."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from autograder.checks.autodiff import vector_jacobian
from autograder.checks.axes import Canvas
from autograder.checks.compare import Mismatch, expect
from autograder.checks.state import reset_generators
from autograder.checks.student import Call, ModuleProxy, call_with_copies, detached, is_module


class _Failed:
    """Stands for the value of a call that raised."""


FAILED = _Failed()


@dataclass
class Outcome:
    """What one call of a replay gave: its value and the arguments it changed in place, or FAILED and what it raised."""

    value: Any = FAILED
    changed: tuple[str, ...] = ()
    error: str = ""


def replay(calls: Sequence[Call], module: ModuleType, seed: int) -> Iterator[Outcome]:
    """The outcome of each call when `module` is in the student's place, each made when it is asked for.

    Objects and figures that student code made or drew on are made again, in their order, so that a call that
    takes one meets it in the state it was in.
    """
    reset_generators(seed)
    again = _Again(module)
    for call in calls:
        yield again.outcome(call)


class _Question(pickle.Pickler):
    """Writes calls with a number in the place of each object or figure that one of them made."""

    def __init__(self, file: io.BytesIO, calls: Sequence[Call]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._made = {made: number for number, made in enumerate(_made_by(calls))}

    def persistent_id(self, value: Any) -> int | None:
        return self._made.get(id(value))


def question(calls: Sequence[Call]) -> bytes | None:
    """All that decides the outcomes of calls made again, beside the module and the seed; None where a function is among it."""
    file, made = io.BytesIO(), {*_made_by(calls)}
    try:
        _Question(file, calls).dump([(call.name, call.method, call.args, call.kwargs, call.on, id(call.value) in made)
                                     for call in calls])
    except Exception:  # a function of a test, say, is known by itself alone
        return None
    return file.getvalue()


def is_entangled(call: Call) -> bool:
    """Whether a call makes, uses or reads an object or a figure, so that the calls before it matter."""
    return bool(call.method) or call.on is not None or isinstance(call.value, ModuleProxy)


def chain(calls: Sequence[Call], position: int) -> list[int]:
    """The calls that the one at this position builds on, itself the last: those that share an object or a figure with it."""
    made = {*_made_by(calls)}
    shared = _objects(calls[position], made)
    found = [position]
    for other in range(position - 1, -1, -1):
        objects = _objects(calls[other], made)
        if objects & shared:
            shared |= objects
            found.append(other)
    return found[::-1]


def _made_by(calls: Sequence[Call]) -> list[int]:
    """Identities of the objects and figures that calls made, in order."""
    return [id(call.value) for call in calls if call.method == "axes" or isinstance(call.value, ModuleProxy)]


def _objects(call: Call, made: set[int]) -> set[int]:
    """Identities of the objects and figures that a call makes, takes or is a method of."""
    found = set()
    waiting = [call.args, call.kwargs, call.on, call.value]
    while waiting:
        value = waiting.pop()
        if id(value) in made:
            found.add(id(value))
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
    return found


class _Again:
    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._canvas = Canvas()
        self._new: dict[int, Any] = {}

    def outcome(self, call: Call) -> Outcome:
        try:
            with np.errstate(all="ignore"):
                value, changed = self._run(call)
        except Exception as error:  # a mistake may fail on this input
            return Outcome(error=type(error).__name__)
        return Outcome(value, tuple(changed))

    def _run(self, call: Call) -> tuple[Any, Iterable[str]]:
        args, kwargs = self._renewed(call.args), self._renewed(call.kwargs)
        if call.method == "axes":
            self._new[id(call.value)] = self._canvas.axes(*args)
            return None, ()
        if call.method == "read":
            return self._canvas.read(*args), ()
        if call.method == "vjp":
            target = getattr(self._module, call.name) if call.on is None else self._new[id(call.on)]
            return vector_jacobian(target, *args), ()
        if call.on is None:
            value, changed = call_with_copies(getattr(self._module, call.name), args, kwargs)
            if isinstance(call.value, ModuleProxy):
                self._new[id(call.value)] = value
            return value, changed
        target = self._new[id(call.on)]
        if call.method == "__call__":
            value, changed = call_with_copies(target, args, {})
            return detached(value), changed
        value = getattr(target, call.method)(*args)
        return (detached(dict(value)) if call.method == "state_dict" else None), ()

    def _renewed(self, value: Any) -> Any:
        """Arguments of a call, with the new object or figure in the place of the old one."""
        if id(value) in self._new:
            return self._new[id(value)]
        if isinstance(value, list | tuple):
            return type(value)(self._renewed(item) for item in value)
        if isinstance(value, dict):
            return {key: self._renewed(item) for key, item in value.items()}
        return copy.deepcopy(value)


def agrees(call: Call, outcome: Outcome, single_precision: bool = False, tiny: bool = False) -> bool:
    """True when the call and its replay did the same.

    Parameters
    ----------
    call : Call
    outcome : Outcome
    single_precision : bool
        The values were computed with 32-bit numbers, and another order of summation shows.
    tiny : bool
        Compare each number relative to its own size alone: 1e-28 and 0 are not the same.
    """
    if call.method == "axes" or (isinstance(call.value, ModuleProxy) and is_module(outcome.value)):
        return True
    rtol, atol = (1e-4, 1e-6) if single_precision else (1e-8, 1e-12)
    try:
        with np.errstate(all="ignore"):
            expect(call.value, outcome.value, "value", rtol=rtol, atol=0.0 if tiny else atol)
    except Mismatch:
        return False
    except Exception:  # two values that cannot be compared are not the same
        return False
    return tuple(call.changed) == outcome.changed
