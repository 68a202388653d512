"""Compare the result of a student's function with the expected one.

Checks run in a fixed order and the message reports the first that fails: None, type, shape, finite, value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from .ban import OWN_DOES_NOT_COUNT
from .values import Other, is_number, is_tensor, plain
from .words import N_, _, _n, retold

# Entries of an array that are shown.
SHOWN = 6
RTOL = 1e-9
ATOL = 1e-12
# How near numbers are, relative to each, that were rounded to single precision a few times.
NEAR = 2e-6
# Remarks that are shown for hidden tests too. The others contain numbers or positions, which a submission could use to leak
# inputs.
KINDS_OF_SLIP = (TRANSPOSED := N_("it is the transpose of the right one"), WRONG_SIGN := N_("its sign is wrong"),
                 ALL_ZERO := N_("it is zero everywhere"),
                 NEARLY := N_("to about six digits it is right: is anything rounded to float32, or an epsilon added to it?"))
NOT_DEFINED = N_("is not defined in {file}")
# Descriptions, beside argument names, of what a call changed of an earlier call, and of arguments its result shares memory with.
RETURNED, WAS_GIVEN, SHARES = "what {name} returned", "what {name} was given", "shares "
EARLIER = re.compile(r"what (\w+) (returned|was given)")
PLACE = re.compile(r"(cannot import name '.{1,200}?' from .{1,250}?'(?: \(most likely [^()]*\))?)"
                   r" \((?:unknown location|.?.?[/\\].*)\)$", re.DOTALL)
LONG_NUMBER = re.compile(r"\d[\d.]*\.\d+|\d{4,}")


class Mismatch(AssertionError):
    """A returned value is wrong.

    Parameters
    ----------
    what : str
        The value in the lecture's symbols, such as ``h`` or ``softmax(z)``.
    problem : str
        What is wrong with it: a sentence without its subject.
    aspect : str
        The check that failed: raised, none, type, shape, finite, value or property.
    index : tuple of int, optional
        Index of the first wrong entry of an array.
    got, expected : str, optional
        Short forms of both values.
    remark : callable, optional
        Returns a few words on the likely kind of slip; called only when the message is read.
    hidden : str, optional
        Replaces `problem` in hidden tests where that contains names or numbers from the submission.
    """

    def __init__(self, what: str, problem: str, aspect: str, *, index: tuple[int, ...] | None = None,
                 got: str = "", expected: str = "", remark: Callable[[], str] = str, hidden: str = "") -> None:
        self.what, self.problem, self.aspect, self.hidden = what, problem, aspect, hidden
        self.index, self.got, self.expected, self.remark = index, got, expected, remark
        super().__init__(what, problem)

    def __str__(self) -> str:
        return self.text()

    @property
    def brief(self) -> str:
        """The message for a hidden test: no index, no count, no value."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        remark = self.remark()
        remark = f": {remark}" if remark in map(_, KINDS_OF_SLIP) else ""
        text = f"{self.what.removesuffix(place)} {self.hidden or self.problem}{remark}".strip().splitlines()[0]
        return shortened(LONG_NUMBER.sub(rounded, text), 300)

    def text(self) -> str:
        """Return the message, one fact per line."""
        remark = self.remark()
        lines = [f"{self.what} {self.problem}{': ' if remark else ''}{remark}".strip()]
        if self.got:
            lines.append("  " + _("got       {value}", value=shortened(self.got)))
        if self.expected:
            lines.append("  " + _("expected  {value}", value=shortened(self.expected)))
        return "\n".join(lines)


def undefined(name: str, file: str, text: bytes = b"") -> Mismatch:
    """Return the Mismatch for a function that the student's file lacks, whose contents are `text`."""
    found = next((word for word in re.findall(r"\w+", text.decode("utf-8", "replace")) if looks_like(word, name)), "")
    problem = brief = _(NOT_DEFINED, file=file)
    if found:
        letter = next(one for one in found if not one.isascii())
        advice = _("a name that looks like it has letters from outside A to Z: type it again")
        brief = f"{problem}; {advice}"
        problem = f"{brief} ({unicodedata.name(letter, hex(ord(letter)))})"
    return Mismatch(name, problem, "none", hidden=brief)


def looks_like(word: str, name: str) -> bool:
    """Whether a word is this name but for letters that are not ASCII, such as a Cyrillic a."""
    return word != name and len(word) == len(name) and not word.isascii() and all(
        one == other or not one.isascii() for one, other in zip(word, name))


def rounded(found: re.Match[str]) -> str:
    """Round a number in a text to two digits."""
    return f"{float(found[0]):.2g}" if found[0].count(".") < 2 else "..."


def shortened(text: str, limit: int = 400) -> str:
    """Cut a text to `limit` characters."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def kind(value: Any) -> str:
    """Describe the type and shape of a value in a student's terms."""
    if value is None:
        return "None"
    if isinstance(value, Other):
        return value.said
    if isinstance(value, bool | np.bool_):
        return _("the truth value {value}", value=bool(value))
    if is_number(value):
        return _("a number")
    if isinstance(value, np.ndarray):
        return _("an array of shape {shape}", shape=value.shape)
    if is_tensor(value):
        return _("a tensor of shape {shape}", shape=tuple(value.shape))
    if isinstance(value, tuple | list):
        return _("a {name} of {count}", name=type(value).__name__, count=len(value))
    name = class_name(value)
    return _("an {name}", name=name) if name[:1].lower() in "aeiou" else _("a {name}", name=name)


def without_place(text: str) -> str:
    """Return the text of an ImportError without the path of the imported file, which differs between machines."""
    return PLACE.sub(r"\1", text)


def class_name(value: Any) -> str:
    """Return the name of a value's or an exception's class, also of one that came out of the sandbox."""
    return str(getattr(value, "type_name", None) or type(value).__name__)


def told(error: BaseException) -> str:
    """Format an exception in one line: class name and message, or the message alone for the grader's own exceptions."""
    name = class_name(error)
    text = without_place(str(getattr(error, "message", error)))
    text = retold(text, OWN_DOES_NOT_COUNT, getattr(error, "template", OWN_DOES_NOT_COUNT))
    if getattr(type(error), "of_the_grader", False) and text.strip():
        return text
    return f"{name}: {text}" if text.strip() else name


def factor_text(factor: float) -> str:
    """Format a factor in a few digits; one close to 1 as 1 + or - the difference, so that it never reads as 1."""
    if f"{factor:.2g}" == "1" and factor != 1:
        return f"1 {'+' if factor > 1 else '-'} {abs(factor - 1):.2g}"
    return f"{factor:.4g}"


class Shown(TypedDict):
    """The formatted `got` and `expected` of a message."""

    got: str
    expected: str


def show_both(got: Any, want: Any) -> Shown:
    """Format two values that differ with enough digits to tell them apart."""
    one, other = show(got), show(want)
    if one == other and is_number(got) and is_number(want):
        one, other = (f"{np.asarray(value).item():.17g}" for value in (got, want))
    return {"got": one, "expected": other}


def show(value: Any) -> str:
    """Format a value in one short line, such as ``[0.25, 0.25, ...] of shape (20,)``."""
    if isinstance(value, Other):
        return value.said
    if is_number(value) and not is_tensor(value):
        return f"{np.asarray(value).item():.10g}" if np.isrealobj(value) else f"{value}"
    if isinstance(value, np.ndarray):
        flat = value.ravel()
        shown = ", ".join(f"{v:.6g}" if value.dtype.kind in "fiu" else str(v) for v in flat[:SHOWN].tolist())
        more = ", ..." if flat.size > SHOWN else ""
        return _("{values} of shape {shape}", values=f"[{shown}{more}]", shape=value.shape)
    if is_tensor(value):
        return show(value.detach().numpy())
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def expect(got: Any, want: Any, what: str | Sequence[str], rtol: float = RTOL, atol: float = ATOL, or_none: bool = False) -> None:
    """Raise Mismatch for the first difference between `got` and `want`.

    Parameters
    ----------
    got : object
        What the student's function returned.
    want : ndarray, tensor, number, bool, str, None, or tuple, list or dict of those
        What it should have returned.
    what : str or sequence of str
        Name of the value; for a tuple, one name per item.
    rtol, atol : float
        Tolerances: ``|got - want| <= atol + rtol * |want|`` for each entry.
    or_none : bool
        None is a legitimate result, so the message does not suspect a missing `return`.
    """
    __tracebackhide__ = True
    got = plain(got)
    name = what if isinstance(what, str) else "(" + ", ".join(what) + ")"
    if got is None and want is not None:
        problem = _("should not be None here") if or_none else _("is None: the function ended without `return`")
        raise Mismatch(name, problem, "none", expected=show(want) if or_none else kind(want))
    if want is None:
        if got is not None:
            raise Mismatch(name, _("should be None here"), "type", got=kind(got), expected="None")
    elif isinstance(want, Mapping):
        _expect_dict(got, want, name, rtol, atol)
    elif isinstance(want, tuple | list):
        _expect_items(got, want, what, name, rtol, atol, or_none)
    elif isinstance(want, bool | np.bool_):
        truth = as_truth(got)
        if truth is None or truth != bool(want):
            aspect = "type" if truth is None else "value"
            raise Mismatch(name, _("should be {value}", value=bool(want)), aspect, got=show(got), expected=str(bool(want)))
    elif isinstance(want, str):
        if got != want:
            raise Mismatch(name, _("is a different string"), "value", got=show(got), expected=show(want))
    else:
        _expect_numbers(got, want, name, rtol, atol)


def _expect_dict(got: Any, want: Mapping[Any, Any], name: str, rtol: float, atol: float) -> None:
    __tracebackhide__ = True
    if not isinstance(got, Mapping):
        raise Mismatch(name, _("is of the wrong type"), "type", got=kind(got),
                       expected=_("a dict with the keys {keys}", keys=", ".join(map(repr, want))))
    missing = [key for key in want if key not in got]
    if missing:
        raise Mismatch(name, _("lacks the key {key}", key=", ".join(map(repr, missing))), "shape",
                       got=", ".join(map(repr, got)) or _("an empty dict"), expected=", ".join(map(repr, want)))
    extra = [key for key in got if key not in want]
    if extra:
        raise Mismatch(name, _n("has {count} key too many", "has {count} keys too many", len(extra)), "shape",
                       got=", ".join(map(repr, got)), expected=", ".join(map(repr, want)),
                       hidden=_n("has key too many", "has keys too many", len(extra)))
    for key, value in want.items():
        expect(got[key], value, f"{name}[{key!r}]", rtol, atol)


def _expect_items(got: Any, want: Sequence[Any], what: str | Sequence[str], name: str, rtol: float, atol: float,
                  or_none: bool) -> None:
    __tracebackhide__ = True
    if (isinstance(got, np.ndarray) or is_tensor(got)) and got.ndim:
        got = list(got.detach() if is_tensor(got) else got)
    if not isinstance(got, tuple | list):
        raise Mismatch(name, _("is of the wrong type"), "type", got=kind(got), expected=kind(want))
    if len(got) != len(want):
        raise Mismatch(name, _("has the wrong number of items"), "shape", got=kind(got), expected=kind(want))
    names = [f"{what}[{i}]" for i in range(len(want))] if isinstance(what, str) else what
    for item, wanted, item_name in zip(got, want, names, strict=True):
        expect(item, wanted, item_name, rtol, atol, or_none)


def as_truth(value: Any) -> bool | None:
    """Return a bool, or 0 or 1, also in a 0-d array or tensor, as bool; None for anything else."""
    if is_tensor(value) and value.ndim == 0:
        value = value.item()
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    is_truth = isinstance(value, bool | np.bool_) or (isinstance(value, int | np.integer) and value in (0, 1))
    return bool(value) if is_truth else None


def as_numbers(value: Any) -> np.ndarray | None:
    """Return numbers as an array, from an array, tensor, number, or nested list; None for anything else."""
    if isinstance(value, list | tuple):
        items = [as_numbers(item) for item in value]
        if not items or any(item is None or item.dtype.kind == "b" or item.shape != items[0].shape for item in items):  # type: ignore[union-attr]
            return np.zeros(0) if not items else None
        return np.array(items)
    if is_tensor(value):
        return np.asarray(value.detach().numpy())
    return np.asarray(value) if isinstance(value, np.ndarray) or is_number(value) else None


def _as_array(got: Any, want: np.ndarray, name: str) -> np.ndarray:
    """Return `got` as a numeric array or raise Mismatch."""
    __tracebackhide__ = True
    array = as_numbers(got)
    if array is not None and (array.dtype.kind in "iufc" or (array.dtype.kind == "b" and want.dtype.kind == "b")):
        return array
    wanted = _("a number") if want.ndim == 0 else _("an array of shape {shape}", shape=want.shape)
    found = _("an array of truth values") if isinstance(got, np.ndarray) and got.dtype.kind == "b" else kind(got)
    raise Mismatch(name, _("is of the wrong type"), "type", got=found, expected=wanted)


def _expect_numbers(got: Any, want: Any, name: str, rtol: float, atol: float) -> None:
    __tracebackhide__ = True
    want = np.asarray(want.detach().numpy() if is_tensor(want) else want)
    array = _as_array(got, want, name)
    if array.shape != want.shape:
        number = " (" + _("a number") + ")"
        raise Mismatch(name, _("has the wrong shape"), "shape",
                       got=f"{array.shape}{number if array.ndim == 0 else ''}",
                       expected=f"{want.shape}{number if want.ndim == 0 else ''}",
                       remark=lambda: slip(array, want))
    finite = np.isfinite(array) | ~np.isfinite(want)
    if not finite.all():
        index = _first(~finite)
        raise Mismatch(_at(name, index), _("is not finite"), "finite", index=index,
                       **show_both(array[index], want[index]))
    with np.errstate(all="ignore"):
        close = np.isclose(array, want, rtol=rtol, atol=atol, equal_nan=True)
    if not close.all():
        index = _first(~close)
        problem = brief = _("has the wrong value")
        if close.size > 1:
            problem = _("has the wrong value ({off} of {all} entries are off)", off=int((~close).sum()), all=close.size)
        raise Mismatch(_at(name, index), problem, "value", index=index, hidden=brief,
                       **show_both(array[index], want[index]), remark=lambda: slip(array, want, ~close, rtol))


def slip(got: np.ndarray, want: np.ndarray, off: np.ndarray | None = None, rtol: float = RTOL) -> str:
    """Describe how a wrong array relates to the right one: transposed, sign, factor, zero, nearly right; empty if nothing fits.

    The relation must hold for each entry that is `off`, to the digits shown, however small it is beside the others.
    """
    if want.dtype.kind not in "iuf" or not (np.isfinite(got).all() and np.isfinite(want).all() and np.any(want)):
        return ""
    largest = float(np.abs(want).max())

    def is_like(other: np.ndarray) -> bool:
        return np.allclose(got, other, rtol=max(rtol, 1e-7), atol=1e-12 * largest) \
            and (off is None or np.allclose(got[off], other[off], rtol=max(rtol, RTOL), atol=0))

    nearly = _(NEARLY) if off is not None and np.allclose(got[off], want[off], rtol=NEAR, atol=0) else ""
    if got.shape == want.shape and is_like(want):
        return nearly  # else the error is too small, relative to the largest entry, to say anything about it
    if want.ndim == 2 and got.shape == want.T.shape and is_like(want.T):
        return _(TRANSPOSED)
    if got.shape != want.shape:
        return ""
    if is_like(-want):
        return _(WRONG_SIGN)
    if want.size < 2:
        return nearly
    if not np.any(got):
        return _(ALL_ZERO)
    # Scaled first: squares of very large or small numbers over- or underflow.
    factor = float(np.vdot(want / largest, got / largest) / np.vdot(want / largest, want / largest))
    if abs(factor) > 1e-9 and is_like(factor * want):
        return _("it is {factor} times the right one", factor=factor_text(factor))
    if nearly:
        return nearly
    wrong = [str(i) for i in range(len(want)) if off is None or off[i].any()]
    if want.ndim > 1 and 0 < len(wrong) < min(len(want), 9):
        return _("all that is wrong is at index {index} of the first axis", index=", ".join(wrong))
    return ""


def _first(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(bad)[0]) if bad.ndim else ()


def _at(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def expect_true(condition: Any, problem: str, what: str = "", hidden: str = "") -> None:
    """Raise Mismatch unless `condition` holds; `problem` is the message, `hidden` that of a hidden test."""
    __tracebackhide__ = True
    if not as_truth(condition):
        raise Mismatch(what, problem, "property", hidden=hidden)


def expect_unchanged(student: Any, new: bool = False, since: int = 0) -> None:
    """Raise Mismatch if a call of this test changed an argument in place, or what an earlier call returned or was given.

    With `new`, also if a result shares memory with the arguments or with an earlier result. Calls before index `since` are left
    out.
    """
    __tracebackhide__ = True
    called = {call.name for call in student.calls}
    for call in student.calls[since:]:
        found = list(map(EARLIER.fullmatch, call.changed))
        advice = _("make a copy, or build a new array, and leave the caller's as it was")
        if not all(found):
            names = student.argument_names(call) if hasattr(student, "argument_names") else call.changed
            own = [name for name, is_earlier in zip(names, found) if not is_earlier]
            problem = _("changed {arguments} in place: {advice}", arguments=_(" and ").join(own), advice=advice)
            hidden = _("changed an argument in place: {advice}", advice=advice)
            raise Mismatch(f"{call.name}(...)", problem, "property", hidden=hidden)
        for function, how in (one.groups() for one in found if one and one[1] in called):
            problem = _("changed what {function} had returned before: give each result an array, list or dict of its own, "
                        "into which no later call writes", function=function) if how == "returned" else \
                _("changed an array that {function} had been given before: keep a copy of it, not the caller's own",
                  function=function)
            raise Mismatch(f"{call.name}(...)", problem, "property", hidden=problem)
        shared = [EARLIER.fullmatch(one.removeprefix(SHARES)) for one in call.shared if new]
        for function in (one[1] for one in shared if one and one[1] in called):
            problem = _("returned an array that {function} had returned before: make a new one in each call, for the caller may "
                        "change what it got", function=function)
            raise Mismatch(f"{call.name}(...)", problem, "property", hidden=problem)
        if not all(shared):
            problem = _("returned an array of the caller's, or a part of one: the result is to be in new arrays, also where "
                        "nothing changes")
            raise Mismatch(f"{call.name}(...)", problem, "property", hidden=problem)


def expect_raises(exception: type[BaseException], function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Raise Mismatch unless ``function(*args, **kwargs)`` raises `exception`.

    NotImplementedError of a stub is passed on, so that the task counts as not yet written.
    """
    __tracebackhide__ = True
    name = f"{getattr(function, '__name__', _('the function'))}(...)"
    try:
        got = function(*args, **kwargs)
    except exception as error:
        if isinstance(error, NotImplementedError) and exception is not NotImplementedError:
            raise
        return
    except (NotImplementedError, Mismatch):  # the function is missing
        raise
    except Exception as error:  # any other exception of student code is a wrong answer
        if getattr(type(error), "of_the_grader", False):  # a limit, or the worker died
            raise
        raise Mismatch(name, _("raised the wrong exception for a bad argument"), "raised",
                       got=told(error), expected=exception.__name__) from None
    raise Mismatch(name, _("should raise {name} for this argument", name=exception.__name__), "raised",
                   got=_("it returned {kind}", kind=kind(got)), expected=exception.__name__)
