"""A result depends on every argument of its call and on nothing else, and no later call changes it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks import expect, expect_unchanged
from autograder.errors import Died, LimitExceeded

# A ring of three buffers shows at the fourth call.
FEWEST_CALLS = 4


def others(value: Any) -> Iterator[Any]:
    """Values beside which this one is easily taken for the same: one for each array in it, of the same shape and sum.

    Where an array has four entries or more, the first and the last are the same too: two others have changed places.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ({**value, key: other} for other in others(item))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from (type(value)([*value[:i], other, *value[i + 1:]]) for other in others(item))
    elif isinstance(value, np.ndarray):
        flat = value.ravel().copy()
        inner = range(1, flat.size - 1) if flat.size >= 4 else range(flat.size)
        pair = next(((i, j) for i in inner for j in reversed(inner) if flat[i] != flat[j]), None)
        if pair is not None:
            flat[list(pair)] = flat[list(pair[::-1])]
            yield flat.reshape(value.shape)
        elif flat.size == 1 and flat.dtype.kind == "f":
            yield value + 0.25
    elif type(value) is float:
        yield 0.75 * value


def turned(value: Any, places: int) -> Any:
    """The same with the entries of each array moved on by some places; arrays of one entry have another one."""
    if isinstance(value, dict):
        return {key: turned(item, places) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(turned(item, places) for item in value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.roll(value, places) if value.size > 1 else value + 0.125 * places
    return value


def expect_each_argument_counts(student: Any, reference: Any, name: str, args: Sequence[Any], what: str | Sequence[str],
                                complete: Callable[..., Sequence[Any]] = lambda *args: args, rtol: float = 1e-8) -> None:
    """Call a function, then again with one argument after the other changed, and compare each result with the reference's.

    The first examples of a test call it five times at least. No call may change its arguments, or what an earlier one returned
    or was given.
    ``complete(*args)`` gives the arguments of the calls, where some of them follow from others.
    """
    __tracebackhide__ = True
    function, right = getattr(student, name), getattr(reference, name)
    whole = complete(*args)
    expect(function(*whole), right(*whole), what, rtol=rtol)
    names = f"{what} of a second call" if isinstance(what, str) else [f"{one} of a second call" for one in what]
    many = [(*args[:i], other, *args[i + 1:]) for i, value in enumerate(args) for other in others(value)]
    if sum(call.name == name for call in student.calls) <= 2 * FEWEST_CALLS:  # else an example before this one was thorough
        many += [tuple(turned(args, places)) for places in range(1, FEWEST_CALLS - len(many))]
        many.append(many[-1])  # in other arrays: see `Caller`
    for other in many:
        whole = complete(*other)
        expect(function(*whole), right(*whole), names, rtol=rtol)
    expect_unchanged(student)


def expect_results_kept(student: Any, calls: Mapping[str, Sequence[Any]], *own: str) -> None:
    """No call of a task's own functions changes what a function before them returned or was given, nor the other way round.

    Parameters
    ----------
    student : Student
    calls : dict of str to sequence
        Arguments for each function, one problem for all, so that arrays of one meaning have one shape; in the order of the tasks.
    own : str
        The functions of the task. What the others return, or raise, is no matter here, and is not remembered as part of the test.
    """
    __tracebackhide__ = True
    start = len(student.calls)
    out_of_time: set[str] = set()
    for one in own:
        before = [name for name in list(calls)[:list(calls).index(one)] if name not in out_of_time]
        for i, other in enumerate(before):
            ended = not _call_another(student, other, calls[other])
            getattr(student, one)(*turned(calls[one], i % 2))
            if other == before[-1] and not ended:
                ended = not _call_another(student, other, turned(calls[other], 1))
            if ended:
                out_of_time.add(other)
        for call in student.calls[start:]:
            if call.name != one:
                call.changed = tuple(text for text in call.changed if text.startswith(f"what {one} "))
        expect_unchanged(student, since=start)
        del student.calls[start:]


def _call_another(student: Any, name: str, args: Sequence[Any]) -> bool:
    """Call a function of another task, whatever comes of it; False where it passes a limit or ends the process."""
    try:
        getattr(student, name)(*args)
    except (LimitExceeded, Died):
        return False
    except Exception as error:
        if getattr(type(error), "of_the_grader", False):
            raise
    return True
