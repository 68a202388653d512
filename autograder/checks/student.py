"""The student's module as the tests see it: every call is made through it and remembered."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import itertools
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from .compare import EARLIER, SHARES, is_tensor, show
from .values import called_back, check_arguments, plain
from .words import N_, _, retold

# CPU seconds: a file that is imported faster than this is imported again for each test.
QUICK_IMPORT = 0.05


@dataclass
class Call:
    """One call of a student function: what went in, what came out.

    `changed` names the arguments the function changed in place, such as ``argument 1['W_h']``, and what it changed of
    earlier calls; `shared` those whose memory the result shares. A call of an object the student's code made has that
    object in `on` and the method's name in `method`. `said` is what the reader is told of the call where that is not its
    name and arguments.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    on: Any = None
    method: str = ""
    said: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """The call in one line, put together when someone wants to read it."""
        if self.said:
            return self.said
        name = self.name if self.on is None else repr(self.on) + (f".{self.method}" if self.method != "__call__" else "")
        return describe_call(name, self.args, self.kwargs)


class Student:
    """Attribute access gives the student's functions; `calls` holds what a test called.

    Parameters
    ----------
    call : callable
        ``call(name, args, kwargs)`` runs the function, here or in the sandbox, and returns its value and
        the names of the arguments it changed in place.
    around : callable, optional
        Makes a context in which the student's code runs.
    sends : tuple of type
        Classes of arguments that the backend sends beside plain values.
    function_of : callable, optional
        ``function_of(name)`` gives a function or class with the parameters of the student's; None where there is none.
    call_object : callable, optional
        ``call_object(name, target, args)`` calls an object that the student's function or class `name` made; the same two
        values as `call`.
    """

    def __init__(self, call: Callable[[str, tuple[Any, ...], dict[str, Any]], tuple[Any, tuple[str, ...]]],
                 around: Callable[[], contextlib.AbstractContextManager[Any]] = contextlib.nullcontext,
                 sends: tuple[type, ...] = (), function_of: Callable[[str], Any] = lambda name: None,
                 call_object: Callable[[str, Any, tuple[Any, ...]], tuple[Any, tuple[str, ...]]] | None = None) -> None:
        self._call, self._around, self.sends, self._function_of = call, around, sends, function_of
        self.call_object = call_object or _call_on_copies
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def function(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            record = Call(name, args, kwargs)
            check_arguments(name, args, kwargs, (ModuleProxy, *self.sends))
            return self.run(record, lambda: self._call(name, unwrapped(args), unwrapped(kwargs)))

        function.__name__ = name
        return function

    def argument_names(self, call: Call) -> list[str]:
        """What a call changed in place, by the names of its parameters: ``y_hat`` for ``argument 5``."""
        names = parameter_names(self._function_of(call.name), call.method)
        return [one if EARLIER.fullmatch(one) else ARGUMENT.sub(lambda found: _named(found, names), one, count=1)
                for one in call.changed]

    def run(self, record: Call, action: Callable[[], tuple[Any, tuple[str, ...]]]) -> Any:
        """Run student code and remember the call; a torch module it returns comes back as `ModuleProxy`."""
        __tracebackhide__ = True
        self.calls.append(record)
        try:
            with self._around():
                value, found = action()
                record.shared = tuple(one for one in found if one.startswith(SHARES))
                record.changed = tuple(one for one in found if not one.startswith(SHARES))
        except BaseException as error:
            record.error = error
            raise
        record.value = ModuleProxy(self, value, record) if is_module(value) else plain(value)
        return record.value


ARGUMENT = re.compile(r"argument (?:(\d+)|'(\w+)')")


def _named(found: re.Match[str], names: Sequence[str]) -> str:
    position = int(found[1] or 0)
    return found[2] or (names[position - 1] if 0 < position <= len(names) else _("argument {number}", number=position))


def parameter_names(function: Any, method: str = "") -> list[str]:
    """The names of the arguments that are given by their place; none where nobody knows them."""
    if method == "__call__":
        function = getattr(function, "forward", None)
    elif method:
        return []
    try:
        parameters = list(inspect.signature(function).parameters.values())[method != "":]
    except (TypeError, ValueError):
        return []
    by_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in itertools.takewhile(lambda one: one.kind in by_place, parameters)]


class ModuleProxy:
    """A torch module the student's code made: it is called as functions are, and gives plain values.

    Outputs are detached, `state_dict` is a copy, and each call is remembered.
    """

    def __init__(self, student: Student, target: Any, maker: Call) -> None:
        self._student, self.target, self._maker = student, target, maker

    @property
    def type_name(self) -> str:
        """The name of what made it."""
        return self._maker.name

    def __repr__(self) -> str:
        return self._maker.text

    def __call__(self, *args: Any) -> Any:
        """Call the module."""
        __tracebackhide__ = True
        return self.run("__call__", args, lambda: self._student.call_object(self.type_name, self.target, unwrapped(args)))

    def state_dict(self) -> dict[str, Any]:
        """Parameters by name."""
        __tracebackhide__ = True
        return self.run("state_dict", (), lambda: (dict(self.target.state_dict()), ()))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put parameters in."""
        __tracebackhide__ = True
        self.run("load_state_dict", (state,), lambda: (self.target.load_state_dict(dict(state)), ()))

    def train(self) -> None:
        """Set the mode for training."""
        self.run("train", (), lambda: (self.target.train(), ()))

    def eval(self) -> None:
        """Set the mode for evaluation."""
        self.run("eval", (), lambda: (self.target.eval(), ()))

    def requires_grad_(self, wanted: bool) -> None:
        """Say whether the parameters are to get a gradient."""
        self.run("requires_grad_", (wanted,), lambda: (self.target.requires_grad_(wanted), ()))

    def run(self, method: str, args: tuple[Any, ...], action: Callable[[], tuple[Any, tuple[str, ...]]]) -> Any:
        """Run one method as a remembered call; what comes back are values, never the module."""
        __tracebackhide__ = True
        record = Call(self.type_name, args, {}, on=self, method=method)

        def values_alone() -> tuple[Any, tuple[str, ...]]:
            __tracebackhide__ = True
            value, changed = action()
            return (None if method in ("load_state_dict", "train", "eval", "requires_grad_") else detached(plain(value))), changed

        check_arguments(f"{self.type_name}.{method}", args, {}, (ModuleProxy,))
        return self._student.run(record, values_alone)


class RecordedAutodiff:
    """The backend's automatic differentiation, remembered as a call of the module."""

    def __init__(self, autodiff: Any, student: Student) -> None:
        self._autodiff, self._student = autodiff, student

    def vjp(self, module: Any, args: tuple[Any, ...], cotangents: Any) -> dict[str, Any]:
        """See `autograder.checks.autodiff.Autodiff`."""
        __tracebackhide__ = True

        def action() -> tuple[Any, tuple[str, ...]]:
            __tracebackhide__ = True
            return self._autodiff.vjp(unwrapped(module), unwrapped(args), cotangents), ()

        if isinstance(module, ModuleProxy):
            return module.run("vjp", (args, cotangents), action)
        record = Call(module, (args, cotangents), {}, method="vjp", said=describe_call(module, args, {}))
        return self._student.run(record, action)


class RecordedCanvas:
    """The backend's canvas; what is read from it is remembered as the outcome of the call that drew."""

    def __init__(self, canvas: Any, student: Student) -> None:
        self._canvas, self._student = canvas, student

    def axes(self, count: int = 1) -> Any:
        """One Axes, or an array of `count` Axes."""
        axes = self._canvas.axes(count)
        self._student.calls.append(Call("axes", (count,), {}, axes, method="axes", said=_("a figure")))
        return axes

    def read(self, axes: Any) -> Any:
        """The description of one Axes, or a list of them."""
        __tracebackhide__ = True
        value = self._canvas.read(axes)
        drawn = next((call for call in reversed(self._student.calls) if not call.method), None)
        if drawn is not None:
            self._student.calls.append(Call(drawn.name, (axes,), {}, value, method="read", said=drawn.text))
        return value


def is_module(value: Any) -> bool:
    """True for a torch module, here or behind a handle."""
    return callable(value) and not isinstance(value, type) and hasattr(value, "load_state_dict")


def unwrapped(value: Any) -> Any:
    """Arguments with the module itself in the place of each `ModuleProxy`."""
    if isinstance(value, ModuleProxy):
        return value.target
    if isinstance(value, list | tuple):
        return type(value)(unwrapped(item) for item in value)
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    return value


def detached(value: Any) -> Any:
    """Copies of tensors without their history, in whatever holds them."""
    if isinstance(value, Mapping):
        return {key: detached(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(detached(item) for item in value)
    if is_tensor(value):
        return value.detach().clone()
    return value


def _call_on_copies(name: str, target: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[str, ...]]:
    __tracebackhide__ = True
    return call_with_copies(target, args, {})


def call_with_copies(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Call a function on copies of its arguments; its value, and the arguments it changed in place."""
    __tracebackhide__ = True
    args, kwargs = copied(args), copied(kwargs)
    before = copied(args), copied(kwargs)
    value = function(*args, **kwargs)
    return value, changed(before, (args, kwargs))


def copied(value: Any) -> Any:
    """A deep copy of containers, arrays and tensors; everything else goes in as it is."""
    if isinstance(value, Mapping):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(copied(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if is_tensor(value):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, FunctionType | BuiltinFunctionType | np.ufunc | functools.partial):
        return called_back(value)
    return value


def changed(before: tuple[tuple[Any, ...], dict[str, Any]], after: tuple[tuple[Any, ...], dict[str, Any]],
            held: tuple[Any, Any] | None = None) -> tuple[str, ...]:
    """Names of the arrays, tensors and containers among the arguments that are not what they were.

    `held` has, in containers of its own, the very arrays that were handed in: another one in their place is a change too.
    """
    found: list[str] = []

    def visit(old: Any, new: Any, own: Any, name: str) -> None:
        if isinstance(old, dict | list | tuple):
            keys = list(old) if isinstance(old, dict) else range(len(old))
            if len(old) != len(new) or (isinstance(old, dict) and list(old) != list(new)):
                found.append(name)
                return
            for key in keys:
                visit(old[key], new[key], own[key], f"{name}[{key!r}]")
        elif hasattr(old, "dtype"):
            same = old is new or (own is new and old.shape == new.shape and old.dtype == new.dtype
                                  and _bytes(old) == _bytes(new))
            if not same:
                found.append(name)
        elif isinstance(old, int | float | str) and old is not new and repr(old) != repr(new):
            found.append(name)

    held = held or after
    for position, one in enumerate(zip(before[0], after[0], held[0], strict=True), start=1):
        visit(*one, f"argument {position}")
    for name in before[1]:
        visit(before[1][name], after[1][name], held[1][name], f"argument {name!r}")
    return tuple(found)


def _bytes(array: Any) -> bytes:
    return (array.detach().numpy() if hasattr(array, "detach") else np.asarray(array)).tobytes()


def describe_call(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The call in one line, small values spelled out: ``softmax([0, 0, 0] of shape (3,))``."""
    parts = [describe_argument(value) for value in args]
    parts += [f"{key}={describe_argument(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def describe_argument(value: Any) -> str:
    """One argument in short."""
    if type(value).__module__.partition(".")[0] == "matplotlib":
        return "Axes"
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return f"{value.size} Axes"
    if isinstance(value, np.ndarray):
        return np.array2string(value, separator=", ", precision=4) if 0 < value.size <= 4 and value.ndim == 1 \
            else f"array {value.shape}"
    if is_tensor(value):
        return f"tensor {tuple(value.shape)}" if value.numel() > 4 else show(value)
    if isinstance(value, ModuleProxy):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {describe_argument(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        items = ", ".join(describe_argument(item) for item in value)
        return _("{name} of {count}", name=type(value).__name__, count=len(value)) if len(value) > 4 else \
            f"[{items}]" if isinstance(value, list) else f"({items})"
    if callable(value):
        return getattr(value, "__name__", "f").strip("<>") or "f"
    return show(value)


def place_of(file: Path) -> tuple[Path, list[str]]:
    """Where the code of a student's module lies, and the folders in which what it imports by a dot is looked for.

    A package of the module's name is the module where there is no such file, or where the file is a copy of its `__init__.py`,
    which the grader makes. Beside a file of its own it is where `from bptt.core import ...` looks; and `from .core import ...`
    also finds what lies beside the file.
    """
    package = file.parent / file.stem
    first = package / "__init__.py"
    is_package = first.is_file() and (not file.is_file() or file.read_bytes() == first.read_bytes())
    return first if is_package else file, [*([str(package)] if package.is_dir() else []), str(file.parent)]


class FreshModule:
    """The student's file as a module of its own name, imported again before each test: no test meets what another left.

    A file that takes QUICK_IMPORT CPU seconds or more to import is imported once; then its names are put back before each test.

    Parameters
    ----------
    path : Path
        The file, or where it would be: see `place_of`.
    keep : collection of str
        Modules beside the file that are not the student's, and stay as they are.
    """

    def __init__(self, path: Path, keep: Collection[str] = ()) -> None:
        self.name, self.folder = path.stem, path.parent
        self.path, self.search = place_of(path)
        self.keep = frozenset({"checks", *keep})
        self.libraries = frozenset(sys.modules)
        self.module = ModuleType(self.name)
        self.seconds = 0.0
        self._own: dict[str, Any] = {}

    def load(self) -> None:
        """Import it for the first time; what it raises is the caller's to tell."""
        self.code = compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True)
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        started = time.process_time()
        self.run()
        self.seconds = time.process_time() - started

    @property
    def is_quick(self) -> bool:
        """Whether it is imported again each time."""
        return self.seconds < QUICK_IMPORT

    def renew(self) -> None:
        """As right after the import."""
        if self.is_quick:
            self.run()
        else:
            vars(self.module).clear()
            vars(self.module).update(self._own)

    def run(self, code: CodeType | None = None, prepare: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Run the file, or what was made of its code, as a new module, whose names `prepare` sees first."""
        # Found first, then removed: a namespace package cannot say where it lies once its parent is gone.
        for other in [name for name in sys.modules.keys() - self.libraries
                      if name.partition(".")[0] not in self.keep and _lies_in(sys.modules[name], self.folder)]:
            del sys.modules[other]
        spec = importlib.util.spec_from_file_location(self.name, self.path, submodule_search_locations=self.search)
        assert spec is not None
        self.module = sys.modules[self.name] = importlib.util.module_from_spec(spec)
        for other in self.keep & sys.modules.keys():  # `from . import bptt` means the same as `import bptt`
            sys.modules[f"{self.name}.{other}"] = sys.modules[other]
        if prepare is not None:
            prepare(vars(self.module))
        exec(code or self.code, vars(self.module))
        self._own = dict(vars(self.module))


def _lies_in(module: ModuleType, folder: Path) -> bool:
    own = vars(module)  # not by getattr: some modules of torch answer to every name
    places = [own.get("__file__") or "", *(own.get("__path__") or ())]
    # The checks' own folder has the tests of earlier stages, which are being run from there.
    ours = os.path.join(folder, "checks", "")
    return any(place.startswith(f"{folder}{os.sep}") and not place.startswith(ours) for place in map(str, places))


# Lines of a traceback as the sandbox and the grader know them.
FRAMES = (N_("{file}, line {line}, in {function}: {text}"), N_("{file}, line {line}: {text}"))


def trace_in_words(trace: str) -> str:
    """A traceback in the language in use."""
    return "\n".join(line[:2] + retold(line[2:], *FRAMES) for line in trace.split("\n"))


def _is_own(path: Path, folder: Path) -> bool:
    """True for a file of the student's: in the folder or a package in it, not of the kit's, nor of an environment there."""
    return path.is_relative_to(folder) and {"checks", "site-packages"}.isdisjoint(path.relative_to(folder).parts[:-1])


def student_trace(error: BaseException, folder: Path) -> str:
    """The traceback with frames of the student's own files in `folder` only; in English: see `trace_in_words`."""
    kept = getattr(error, "student_trace", None)
    if kept is not None:
        return str(kept)
    lines = []
    if isinstance(error, SyntaxError) and error.filename:
        lines.append(f"  {Path(error.filename).name}, line {error.lineno}: {(error.text or '').strip()}")
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if _is_own(path, folder) and not path.name.startswith(("test_", "conftest")):
            lines.append(f"  {path.relative_to(folder).as_posix()}, line {frame.lineno}, in {frame.name}: {frame.line}")
    return "\n".join(lines)
