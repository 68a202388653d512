"""Which values may cross between tests and student code, and in what form: one rule at home, in the gates and in the sandbox.

Correct numbers are correct in any container. `plain` converts what student code returns to numbers, strings, arrays, tensors,
and lists, tuples and dicts of those. Anything else becomes `Other`, which describes it in a student's terms.
"""

from __future__ import annotations

import functools
import numbers
from collections import deque
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence, Set, Sized, ValuesView
from dataclasses import dataclass
from typing import Any

import numpy as np

from .loaded import loaded
from .words import N_, _, retold

DTYPES = frozenset({"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                    "float16", "float32", "float64", "complex64", "complex128"})
MAX_DEPTH = 32
MAX_ITEMS = 100_000
MAX_WORDS = 80
# Types whose values cross unchanged.
EXACT = (type(None), bool, int, float, complex, str)
# Texts of `Other`, produced in English (also in the sandbox) and translated where they are shown; specific ones first.
KINDS = (
    N_("a value that is nested too deep"), N_("a masked array with masked entries"), N_("a tensor without numbers of its own"),
    N_("a missing function"), N_("a function"), N_("an array of texts"), N_("an array of bytes"), N_("an array of dates"),
    N_("an array of times"), N_("an array of records"), N_("an array of objects"), N_("an array of shape {shape}"),
    N_("a {name} of more than {most} items"), N_("an {name} of more than {most} items"), N_("the class {name}"),
    N_("an object of the class {name}"), N_("a {name}"), N_("an {name}"),
)


@dataclass(frozen=True)
class Other:
    """A value that tests cannot inspect, described in words such as "a generator"."""

    words: str

    @property
    def said(self) -> str:
        """The description, translated."""
        return retold(self.words, *KINDS)


class BadArgument(Exception):
    """A test passes student code a value that cannot cross unchanged. The test is wrong, not the student."""


class _TooMany(Exception):
    """A value has more than MAX_ITEMS items."""


class _Walk:
    """One pass through a value, which ends after MAX_ITEMS items.

    What is met again at the same depth is converted once and counted each time, so a few lists that hold each other many times
    cost no time; what holds itself is nested too deep.
    """

    def __init__(self, keep: Callable[[Any], Any] | None) -> None:
        self.keep, self.left = keep, MAX_ITEMS
        self.met: dict[tuple[int, int], tuple[Any, Any, int]] = {}
        self.inside: set[int] = set()

    def count(self, items: int) -> None:
        self.left -= items
        if self.left < 0:
            raise _TooMany

    def each(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.count(1)
            yield item

    def plain(self, value: Any, depth: int = 0) -> Any:
        """Convert one part of the value, nested so deep."""
        kind = type(value)
        if kind in EXACT:
            return value
        if depth > MAX_DEPTH:
            return Other("a value that is nested too deep")
        if isinstance(value, np.ndarray) and value.dtype.kind != "O":
            return _array(value)
        if isinstance(value, np.generic) and value.dtype.kind in "biufc":
            return _array(np.asarray(value))[()]
        if is_tensor(value):
            return _tensor(value)
        if stays(value):
            return value if self.keep is None else self.keep(value)
        return value if kind is Other else self.once(value, depth)

    def once(self, value: Any, depth: int) -> Any:
        """Convert what may hold other values, or return what became of it before."""
        _, found, items = self.met.get((id(value), depth), (None, None, 0))
        if items:
            self.count(items)
            return found
        if id(value) in self.inside:
            return Other("a value that is nested too deep")
        self.inside.add(id(value))
        left = self.left
        found = self.objects(value, depth) if isinstance(value, np.ndarray) else self.by_base(value, depth)
        self.inside.remove(id(value))
        if left > self.left:
            self.met[id(value), depth] = value, found, left - self.left  # the value is kept, so that no other gets its id
        return found

    def by_base(self, value: Any, depth: int) -> Any:
        """Convert a value by its base type, whatever subclass it is of."""
        if isinstance(value, type):
            return Other(words_for(value))
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int.__index__(value)
        if isinstance(value, float | complex):
            return float.__pos__(value) if isinstance(value, float) else complex.__pos__(value)
        if isinstance(value, numbers.Number):  # Fraction, Decimal
            return complex(value) if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real) else float(value)  # type: ignore[arg-type]
        if isinstance(value, tuple):
            return tuple([self.plain(item, depth + 1) for item in self.each(tuple.__iter__(value))])
        if isinstance(value, list | deque | range | KeysView | ValuesView):
            return [self.plain(item, depth + 1) for item in self.each(value)]
        if isinstance(value, Mapping):
            pairs = dict.items(value) if isinstance(value, dict) else ((key, value[key]) for key in value)
            return {self.key(key): self.plain(item, depth + 1) for key, item in self.each(pairs)}
        if isinstance(value, bytes | bytearray | memoryview | Set):
            return Other(words_for(value))
        if hasattr(type(value), "__array__"):
            array = np.asarray(value)
            return self.plain(array, depth) if type(array) is np.ndarray else Other(words_for(value))
        if isinstance(value, Sequence) or (isinstance(value, Iterable) and isinstance(value, Sized)):
            return [self.plain(item, depth + 1) for item in self.each(value)]
        return Other(words_for(value))

    def key(self, key: Any) -> Any:
        """Convert a key of a dict: strings and numbers to plain ones that are equal, anything else to `Other`."""
        found = self.plain(key)
        if isinstance(found, np.ndarray) or is_tensor(found):
            found = found.item() if found.ndim == 0 else Other(words_for(key))
        if isinstance(found, np.generic):
            found = found.item()
        try:
            hash(found)
        except TypeError:
            return Other(words_for(key))
        return found

    def objects(self, value: np.ndarray, depth: int) -> Any:
        """Convert an array of objects: one of numbers if each is one, else `Other`."""
        if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
            return Other("a masked array with masked entries")
        self.count(value.size)
        items = [self.plain(item, depth + 1) for item in np.asarray(value).ravel().tolist()]
        if items and all(is_number(item) for item in items):
            found = np.array([np.asarray(item).item() for item in items])
            if found.dtype.kind in "iufc":
                return found.reshape(value.shape)
        return Other(words_for(value))


def plain(value: Any, keep: Callable[[Any], Any] | None = None) -> Any:
    """Convert a value from student code to the form that tests see.

    One with more than MAX_ITEMS items in all, each counted as often as it is met, is `Other`; so is what is nested deeper than
    MAX_DEPTH.

    Parameters
    ----------
    value : object
    keep : callable, optional
        ``keep(module)`` returns the stand-in for a torch module; without it the module is returned itself.
    """
    if type(value) in EXACT:
        return value
    try:
        return _Walk(keep).plain(value)
    except _TooMany:
        return Other(f"{words_for(value)} of more than {MAX_ITEMS} items")


def plain_arguments(args: Iterable[Any], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Convert each argument of a call that student code makes, as `plain` does."""
    return tuple(map(plain, args)), {name: plain(value) for name, value in kwargs.items()}


def _array(value: np.ndarray) -> Any:
    """Convert to a plain ndarray of a dtype in DTYPES, or `Other`."""
    if isinstance(value, np.ma.MaskedArray):
        if np.ma.is_masked(value):
            return Other("a masked array with masked entries")
        value = value.data
    value = value.view(np.ndarray) if type(value) is not np.ndarray else value
    if value.dtype.name in DTYPES and value.dtype.isnative:
        return value
    if value.dtype.kind in "biufc":
        width = {"f": np.float64, "c": np.complex128}.get(value.dtype.kind)
        native = value.dtype.newbyteorder("=")
        return value.astype(native if native.name in DTYPES else width)
    return Other(words_for(value))


def _content(value: np.ndarray) -> str:
    return {"U": "texts", "S": "bytes", "M": "dates", "m": "times", "V": "records"}.get(value.dtype.kind, "objects")


def _tensor(value: Any) -> Any:
    """Convert to a dense CPU tensor of exactly class torch.Tensor, with a dtype in DTYPES, or `Other`."""
    torch = loaded("torch")
    needs_gradient = bool(value.requires_grad)
    if value.is_meta or value.is_quantized:
        return Other("a tensor without numbers of its own")
    if type(value) is torch.Tensor and value.layout is torch.strided and value.device.type == "cpu" \
            and str(value.dtype).removeprefix("torch.") in DTYPES and not (value.is_conj() or value.is_neg()):
        return value
    value = value.detach()
    value = value.to_dense() if value.layout is not torch.strided else value
    value = value.cpu().as_subclass(torch.Tensor).resolve_conj().resolve_neg()
    if str(value.dtype).removeprefix("torch.") not in DTYPES:
        value = value.to(torch.complex64 if value.is_complex() else torch.float32)
    return value.requires_grad_(needs_gradient) if value.is_floating_point() else value


def is_tensor(value: Any) -> bool:
    """Whether a value is a torch tensor; torch is not imported for this."""
    torch = loaded("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def stays(value: Any) -> bool:
    """Whether a value is a torch module, here or behind a sandbox handle: modules do not cross, but are called where they are."""
    torch = loaded("torch")
    return (torch is not None and isinstance(value, torch.nn.Module)) or hasattr(type(value), "call_and_changes")


def is_number(value: Any) -> bool:
    """Whether a value is a number of Python, numpy or torch, including 0-d arrays and tensors. Booleans are not numbers."""
    if isinstance(value, bool | np.bool_):
        return False
    if isinstance(value, numbers.Number | np.number):
        return True
    if is_tensor(value):
        return value.ndim == 0 and str(value.dtype) != "torch.bool"
    return isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iufc"


def words_for(value: Any) -> str:
    """Describe a value in a student's terms."""
    if isinstance(value, type):
        return f"the class {value.__name__}"[:MAX_WORDS]
    if isinstance(value, np.ndarray):
        return f"an array of {_content(value)}" if value.dtype.kind not in "biufc" else f"an array of shape {value.shape}"
    kind = type(value)
    if callable(value) and hasattr(value, "__name__"):
        return "a function"
    name = {"dict_items": "dict.items()", "ndarray": "array"}.get(kind.__name__, kind.__name__)
    if kind.__module__ in ("builtins", "numpy", "numpy.ma", "collections", "itertools"):
        return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"[:MAX_WORDS]
    return f"an object of the class {name}"[:MAX_WORDS]


def first_other(value: Any) -> Other | None:
    """Return the first `Other` in a plain value, or None."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((found for item in value if (found := first_other(item)) is not None), None)
    return value if isinstance(value, Other) else None


def refuse_others(*values: Any) -> None:
    """Raise TypeError if a test's own function is called with values that tests cannot inspect."""
    found = first_other(values)
    if found is not None:
        raise TypeError(_("this function takes numbers, arrays and texts, not {kind}", kind=found.said))


def called_back(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a test's own function for student code at home: it is called with plain values, as in the sandbox."""
    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        args, kwargs = plain_arguments(args, kwargs)
        refuse_others(args, kwargs)
        return function(*args, **kwargs)

    return call


def check_arguments(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], also: tuple[type, ...] = ()) -> None:
    """Raise BadArgument for an argument from a test that would not cross unchanged.

    `also` lists classes that the backend can send too.
    """
    for value in (*args, *kwargs.values()):
        found = _odd_one(value, also)
        if found is not None:
            shown = repr(found) if len(repr(found)) < 80 else repr(found)[:77] + "..."
            raise BadArgument(f"the test calls {name} with {words_for(found)}, {shown}, which cannot cross into the sandbox: "
                              "use an array, a list, a tuple or a dict of numbers and texts")


def _odd_one(value: Any, also: tuple[type, ...]) -> Any:
    """Return the first part of a value that cannot cross unchanged, or None."""
    kind = type(value)
    if kind in EXACT or isinstance(value, also):
        return None
    if kind is list or kind is tuple:
        return next((found for item in value if (found := _odd_one(item, also)) is not None), None)
    if kind is dict:
        return next((found for pair in value.items() for item in pair if (found := _odd_one(item, also)) is not None), None)
    if kind is np.ndarray or isinstance(value, np.generic):
        if value.dtype.kind == "O" and value.size and all(_odd_one(item, also) is None for item in value.ravel()):
            return None  # an array of Axes
        return None if value.dtype.name in DTYPES else value
    if is_tensor(value):
        return None if plain(value.detach()) is not None and kind.__module__.partition(".")[0] == "torch" else value
    if stays(value) or is_axes(value) or (callable(value) and not isinstance(value, np.random.Generator)):
        return None
    return value


def is_axes(value: Any) -> bool:
    """Whether a value is one of matplotlib's, such as the Axes that a plotting function is given."""
    return type(value).__module__.partition(".")[0] == "matplotlib"
