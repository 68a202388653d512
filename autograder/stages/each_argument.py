"""A result depends on every argument: what is kept from an earlier call must not stand in for it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.checks import expect


def others(value: Any) -> Iterator[Any]:
    """Values beside which this one is easily taken for the same: one for each array in it, of the same shape and sum.

    Where an array has four entries or more, the first and the last are the same too: two others have changed places.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ({**value, key: other} for other in others(item))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from ([*value[:i], other, *value[i + 1:]] for other in others(item))
    elif isinstance(value, np.ndarray):
        flat = value.ravel().copy()
        inner = range(1, flat.size - 1) if flat.size >= 4 else range(flat.size)
        pair = next(((i, j) for i in inner for j in reversed(inner) if flat[i] != flat[j]), None)
        if pair is not None:
            flat[list(pair)] = flat[list(pair[::-1])]
            yield flat.reshape(value.shape)
        elif flat.size == 1 and flat.dtype.kind == "f":
            yield value + 0.25


def expect_each_argument_counts(student: Any, reference: Any, name: str, args: Sequence[Any], what: str | Sequence[str],
                                complete: Callable[..., Sequence[Any]] = lambda *args: args) -> None:
    """Call a function, then again with one argument after the other changed, and compare each result with the reference's.

    ``complete(*args)`` gives the arguments of the calls, where some of them follow from others.
    """
    __tracebackhide__ = True
    function, right = getattr(student, name), getattr(reference, name)
    whole = complete(*args)
    expect(function(*whole), right(*whole), what)
    names = f"{what} of a second call" if isinstance(what, str) else [f"{one} of a second call" for one in what]
    for i, value in enumerate(args):
        for other in others(value):
            whole = complete(*args[:i], other, *args[i + 1:])
            expect(function(*whole), right(*whole), names, rtol=1e-8)
