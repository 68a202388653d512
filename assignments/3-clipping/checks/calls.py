"""Calls as a program makes them that keeps what it has: its arrays from call to call, and the results of earlier calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .compare import EARLIER_RESULT, is_tensor
from .student import changed, copied

MAX_DEPTH = 32
# A larger result is not kept to be compared.
MOST_ITEMS, MOST_BYTES, MOST_BITS = 10_000, 1 << 22, 10_000
PLAIN = (bool, float, complex, type(None))


@dataclass
class _Last:
    """The last call of a function: its arguments, where they can be used again, its result, and what that was then."""

    args: tuple[Any, ...]
    value: Any
    was: list[Any] | None


@dataclass
class Caller:
    """Calls the functions of one module within one test.

    A second call of a function gets the arrays and dicts of the first, with new values in them, where their shapes are the same:
    what is remembered by the object alone is out of date then. An array that stands twice in a list is one array. A result
    that a later call of the same function changes is named among what that call changed.
    """

    last: dict[str, _Last] = field(default_factory=dict)

    def clear(self) -> None:
        """A test begins."""
        self.last.clear()

    def call(self, name: str, function: Callable[..., Any], args: tuple[Any, ...],
             kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Call a function with arguments that are nobody else's; its value, and what it changed in place."""
        __tracebackhide__ = True
        last = self.last.get(name)
        args = _shared(args if last is None else _reused(args, last.args, set()))
        before = copied(args), copied(kwargs)
        held = _outer(args), _outer(kwargs)
        value = function(*args, **kwargs)
        found = changed(before, (args, kwargs), held)
        if last is not None and last.was is not None and _contents(last.value) != last.was:
            found += (EARLIER_RESULT,)
        leaves = _leaves(value)
        free = leaves is not None and not any(np.may_share_memory(one, other)
                                              for one in _arrays(leaves) for other in _arrays(args))
        self.last[name] = _Last(args if free else (), value, _contents(value))
        return value, found


def _reused(new: Any, old: Any, used: set[int]) -> Any:
    """`new` in the arrays and dicts of `old`, where they fit."""
    if type(new) is not type(old):
        return new
    if isinstance(new, tuple):
        return tuple(_reused(one, other, used) for one, other in zip(new, old)) if len(new) == len(old) else new
    if id(old) in used or not isinstance(new, dict | list | np.ndarray):
        return new
    used.add(id(old))
    if isinstance(new, np.ndarray):
        alike = (new.shape, new.strides, new.dtype) == (old.shape, old.strides, old.dtype)
        if not alike or new.dtype.hasobject or not old.flags.writeable:
            return new
        old[...] = new
    elif isinstance(new, dict):
        if list(new) != list(old):
            return new
        for key in new:
            old[key] = _reused(new[key], old[key], used)
    elif len(new) != len(old):
        return new
    else:
        old[:] = [_reused(one, other, used) for one, other in zip(new, old)]
    return old


def _shared(value: Any, outermost: bool = True) -> Any:
    """Arguments in which arrays of a list that are the same in every byte are one array."""
    if isinstance(value, dict):
        for key, item in value.items():
            value[key] = _shared(item, False)
    elif isinstance(value, list):
        known: dict[Any, Any] = {}
        for i, item in enumerate(value):
            if type(item) is np.ndarray and not item.dtype.hasobject:
                value[i] = known.setdefault((item.dtype, item.shape, item.strides, item.tobytes()), item)
    elif type(value) is tuple and outermost:
        return tuple(_shared(item, False) for item in value)
    return value


def _outer(value: Any) -> Any:
    """The containers of a value as they are, and in them the very same arrays."""
    if isinstance(value, dict):
        return {key: _outer(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_outer(item) for item in value]
    return value


def _arrays(value: Any) -> list[np.ndarray]:
    """The arrays among the arguments, or among the leaves of a result."""
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict | list | tuple):
        return [array for item in (value.values() if isinstance(value, dict) else value) for array in _arrays(item)]
    return []


def _leaves(value: Any) -> list[Any] | None:
    """What a result is made of: arrays, tensors as arrays, plain values; None where it is large, or something else is in it.

    No method of a class of the student's is called: an object may be anything, whatever it is a subclass of.
    """
    found: list[Any] = []
    waiting, size = [(value, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        if isinstance(one, np.ndarray):
            one = np.asarray(one)
            if one.dtype.hasobject:
                return None
            size += one.nbytes
        elif is_tensor(one) and type(one).__module__.partition(".")[0] == "torch":
            try:
                one = one.detach().numpy()
            except (TypeError, RuntimeError):  # a type of number, or a layout, that numpy does not know
                return None
            size += one.nbytes
        elif type(one) is int:
            if one.bit_length() > MOST_BITS:
                return None
        elif type(one) in (str, bytes):
            size += len(one)
        elif type(one) in (dict, list, tuple):
            if depth > MAX_DEPTH or len(one) > MOST_ITEMS:
                return None
            waiting += [(item, depth + 1) for item in ((*one, *one.values()) if type(one) is dict else one)]
            one = len(one)
        elif type(one) not in PLAIN and not (isinstance(one, np.generic) and type(one).__module__ == "numpy"):
            return None
        found.append(one)
        if size > MOST_BYTES or len(found) + len(waiting) > MOST_ITEMS:
            return None
    return found


def _contents(value: Any) -> list[Any] | None:
    """What a result holds, to be compared with what it holds later."""
    leaves = _leaves(value)
    return leaves and [one.tobytes() if isinstance(one, np.ndarray) else repr(one) for one in leaves]
