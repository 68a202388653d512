"""Call student functions the way a real program does: with arrays that are reused between calls, and results that must last."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .compare import RETURNED, SHARES, WAS_GIVEN
from .student import changed, copied
from .values import MAX_DEPTH, is_tensor

# Larger values are not kept for comparison.
MOST_ITEMS, MOST_BYTES, MOST_BITS = 10_000, 1 << 22, 10_000
# How many results, and the arguments of how many calls, are checked again after each call. More than any plausible ring of
# buffers.
MOST_RESULTS, MOST_GIVEN = 12, 6
PLAIN = (bool, float, complex, type(None))


@dataclass
class _Last:
    """The last call of a function or an object: its arguments, where they can be reused, and the ids of the arrays, dicts and
    lists in them.
    """

    args: tuple[Any, ...] = ()
    own: frozenset[int] = frozenset()


@dataclass
class _Parts:
    """Arrays in a value (each with a numpy view of it), its dicts and lists, and its size in bytes."""

    arrays: list[tuple[Any, np.ndarray]] = field(default_factory=list)
    boxes: list[dict[Any, Any] | list[Any]] = field(default_factory=list)
    size: int = 0


class _Kept:
    """A result or argument of an earlier call, with its contents at the end of that call."""

    def __init__(self, text: str, parts: _Parts) -> None:
        self.text, self.size = text, parts.size
        self.arrays = [(one, array, array.tobytes()) for one, array in parts.arrays]
        self.boxes = [(box, _items(box)) for box in parts.boxes]

    def is_as_it_was(self) -> bool:
        """Whether the contents are unchanged."""
        return all(array.tobytes() == was for _, array, was in self.arrays) and all(
            _are_same(_items(box), items) for box, items in self.boxes)

    def is_part_of(self, result: _Parts) -> bool:
        """Whether an array of that result that can be written into shares memory with one of these."""
        return any(new.flags.writeable and np.may_share_memory(new, own) for _, new in result.arrays for _, own, _ in self.arrays)

    def forget(self, others: frozenset[int]) -> None:
        """Stop checking these objects: they are passed again, with other values in them."""
        self.arrays = [one for one in self.arrays if id(one[0]) not in others]
        self.boxes = [one for one in self.boxes if id(one[0]) not in others]


@dataclass
class Caller:
    """Calls the functions of one module within one test, and the objects that they make.

    A repeated call of a function gets the arrays and dicts of the previous one with new values in them, where shapes match: this
    finds caches keyed by object identity. A call with exactly the same values gets different arrays: this finds functions that
    assume they are handed back what they kept. Equal arrays in a list become one array.

    If a call changes what an earlier call (of any function) returned or was given, that is reported among what it changed. So are
    the arguments that a result shares memory with, prefixed with `SHARES`; where there are none, the earlier results, if the
    result can be written into.
    """

    last: dict[str, _Last] = field(default_factory=dict)
    results: deque[_Kept] = field(default_factory=lambda: deque(maxlen=MOST_RESULTS))
    given: deque[_Kept] = field(default_factory=lambda: deque(maxlen=MOST_GIVEN))

    def clear(self) -> None:
        """Forget all calls, for a new test."""
        self.last.clear()
        self.results.clear()
        self.given.clear()

    def call(self, name: str, function: Callable[..., Any], args: tuple[Any, ...],
             kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Call a function with arguments it may own; return its value, and descriptions of what it changed in place."""
        __tracebackhide__ = True
        return self._call(name, name, function, args, kwargs)

    def call_object(self, name: str, target: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, tuple[str, ...]]:
        """Call an object that the function or class of this name made, as `call` calls a function.

        Another object of the same kind, called next, gets the arrays of the first one's call.
        """
        __tracebackhide__ = True
        return self._call(f"{name}(...)", name, target, args, {})

    def _call(self, key: str, name: str, function: Callable[..., Any], args: tuple[Any, ...],
              kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        __tracebackhide__ = True
        last = self.last.get(key, _Last())
        is_repeated = _is_equal(args, last.args)
        args = _shared(args if is_repeated else _reused(args, last.args, set()))
        before = copied(args), copied(kwargs)
        held = _outer(args), _outer(kwargs)
        parts = _parts((args, kwargs))
        own = frozenset(id(one) for one in (*(array for array, _ in parts.arrays), *parts.boxes))
        if last.own & own:
            for kept in self.given:
                kept.forget(own)
        value = function(*args, **kwargs)
        found = changed(before, (args, kwargs), held) + _changed_since(self.results) + _changed_since(self.given)
        result = _parts(value, only_known=True)
        shared = None if result is None else _shared_with(args, parts, result)
        if not is_repeated:
            self.last[key] = _Last(args, own) if shared == () else _Last()
        _keep(self.given, WAS_GIVEN.format(name=name), parts)
        again: tuple[str, ...] = ()
        if result is not None:
            again = () if shared else tuple(kept.text for kept in self.results if kept.is_part_of(result))
            _keep(self.results, RETURNED.format(name=name), result)
        return value, found + tuple(SHARES + one for one in shared or again)


def _keep(group: deque[_Kept], text: str, parts: _Parts) -> None:
    if parts.size <= MOST_BYTES and (parts.arrays or parts.boxes):
        while group and sum(one.size for one in group) + parts.size > MOST_BYTES:
            group.popleft()
        group.append(_Kept(text, parts))


def _changed_since(group: deque[_Kept]) -> tuple[str, ...]:
    """Descriptions of what has changed; each is reported once."""
    changed = [kept for kept in group if not kept.is_as_it_was()]
    for kept in changed:
        group.remove(kept)
    return tuple(kept.text for kept in changed)


def _reused(new: Any, old: Any, used: set[int]) -> Any:
    """Return `new`, written into the arrays and dicts of `old` where they match."""
    if type(new) is not type(old):
        return new
    if isinstance(new, tuple):  # trailing arguments may be left out
        return (*(_reused(one, other, used) for one, other in zip(new, old)), *new[len(old):])
    if id(old) in used or not (isinstance(new, dict | list | np.ndarray) or is_tensor(new)):
        return new
    used.add(id(old))
    if is_tensor(new):
        alike = (new.shape, new.stride(), new.dtype, new.requires_grad) == (old.shape, old.stride(), old.dtype, False)
        return old.copy_(new) if alike else new
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


def _is_equal(new: Any, old: Any) -> bool:
    """Whether both hold the same values. Objects of unknown types must be identical."""
    if type(new) is not type(old):
        return False
    if isinstance(new, dict):
        return list(new) == list(old) and all(_is_equal(new[key], old[key]) for key in new)
    if isinstance(new, list | tuple):
        return len(new) == len(old) and all(map(_is_equal, new, old))
    if is_tensor(new):
        return bool(new.shape == old.shape and new.dtype == old.dtype and (new == old).all())
    return new is old or _plain(new) == _plain(old)


def _shared(value: Any, outermost: bool = True) -> Any:
    """Replace arrays of a list that are equal byte for byte by one and the same array."""
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
    """Copy the containers of a value, but keep its arrays."""
    if isinstance(value, dict):
        return {key: _outer(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_outer(item) for item in value]
    return value


def _items(box: dict[Any, Any] | list[Any]) -> list[Any]:
    return [*box, *box.values()] if isinstance(box, dict) else [*box]


def _are_same(items: list[Any], others: list[Any]) -> bool:
    """Whether two lists hold identical objects or equal plain values."""
    if len(items) != len(others):
        return False
    return all(map(operator.is_, items, others)) or all(
        one is other or (type(one) is type(other) and _plain(one) == _plain(other)) for one, other in zip(items, others))


def _plain(value: Any) -> Any:
    """A key that differs for different plain values of a type; for other objects, their identity."""
    if type(value) is np.ndarray:
        return value.shape, value.tobytes()
    if type(value) in (*PLAIN, int, str):
        return repr(value)
    return value.tobytes() if isinstance(value, np.generic) and type(value).__module__ == "numpy" else id(value)


def _shared_with(args: tuple[Any, ...], given: _Parts, result: _Parts) -> tuple[str, ...]:
    """The arguments that share memory with the result, named as in `changed`."""
    shared = {id(one) for one, own in given.arrays if any(np.may_share_memory(own, array) for _, array in result.arrays)}
    found: list[str] = []

    def visit(value: Any, name: str) -> None:
        if id(value) in shared:
            found.append(name)
        elif isinstance(value, dict | list | tuple):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                visit(item, f"{name}[{key!r}]")

    for position, one in enumerate(args if shared else (), start=1):
        visit(one, f"argument {position}")
    return tuple(found)


def _parts(value: Any, only_known: bool = False) -> Any:
    """Collect the arrays, dicts and lists of a value. With `only_known`, return None if it is large or holds any other type.

    No method of a student's class is called: a subclass may override anything.
    """
    parts, items = _Parts(), 0
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        items += 1
        known, kind = True, type(one)
        if kind in PLAIN:
            continue
        if isinstance(one, np.ndarray):
            array = np.asarray(one)
            known = not array.dtype.hasobject
            if known:
                parts.arrays.append((one, array))
                parts.size += array.nbytes
        elif kind in (dict, list, tuple):
            if kind is not tuple:
                parts.boxes.append(one)
            known = depth <= MAX_DEPTH and len(one) <= MOST_ITEMS
            if known:
                waiting += [(item, depth + 1) for item in (_items(one) if kind is dict else one)]
        elif kind is int:
            known = one.bit_length() <= MOST_BITS
        elif kind in (str, bytes):
            parts.size += len(one)
        elif is_tensor(one) and kind.__module__.partition(".")[0] == "torch":
            try:
                parts.arrays.append((one, one.detach().numpy()))
                parts.size += parts.arrays[-1][1].nbytes
            except (TypeError, RuntimeError):  # a dtype or layout that numpy does not support
                known = False
        else:
            known = isinstance(one, np.generic) and kind.__module__ == "numpy"
        if only_known and (not known or parts.size > MOST_BYTES or items + len(waiting) > MOST_ITEMS):
            return None
    return parts
