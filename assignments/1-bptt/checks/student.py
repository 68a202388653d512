"""The student's module as tests see it: every call goes through `Student` and is recorded."""

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

from .compare import EARLIER, SHARES, show
from .values import called_back, check_arguments, is_axes, is_tensor, plain
from .words import N_, _, retold

# CPU seconds. A file that imports faster than this is imported again for each test.
QUICK_IMPORT = 0.05


@dataclass
class Call:
    """A recorded call of a student function.

    `changed` describes what was changed in place: arguments, such as ``argument 1['W_h']``, and values of earlier calls. `shared`
    lists the arguments that the result shares memory with. For a call of an object that student code created, `on` is that object
    and `method` the method's name. `said` replaces name and arguments in what the reader sees.
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
        """The call in one line; formatted on demand."""
        if self.said:
            return self.said
        name = self.name if self.on is None else repr(self.on) + (f".{self.method}" if self.method != "__call__" else "")
        return describe_call(name, self.args, self.kwargs)


class Student:
    """Proxy of the student's module: attributes are its functions, `calls` lists what a test called.

    Parameters
    ----------
    call : callable
        ``call(name, args, kwargs)`` runs the function, here or in the sandbox. Returns its value and descriptions of what it
        changed in place.
    around : callable, optional
        Creates the context in which student code runs.
    sends : tuple of type
        Argument classes that the backend can send besides plain values.
    function_of : callable, optional
        ``function_of(name)`` returns a function or class with the parameters of the student's, or None.
    call_object : callable, optional
        ``call_object(name, target, args)`` calls an object made by the student's function or class `name`. Returns the same as
        `call`.
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
        """Return what a call changed in place by parameter name: ``y_hat`` for ``argument 5``."""
        names = parameter_names(self._function_of(call.name), call.method)
        return [one if EARLIER.fullmatch(one) else ARGUMENT.sub(lambda found: _named(found, names), one, count=1)
                for one in call.changed]

    def run(self, record: Call, action: Callable[[], tuple[Any, tuple[str, ...]]]) -> Any:
        """Run student code and record the call; a torch module is returned as `ModuleProxy`."""
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
    """Return the names of the positional parameters; empty if unknown."""
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
    """A torch module created by student code. It is called the way functions are and returns plain values.

    Outputs are detached, `state_dict` returns a copy, and each call is recorded.
    """

    def __init__(self, student: Student, target: Any, maker: Call) -> None:
        self._student, self.target, self._maker = student, target, maker

    @property
    def type_name(self) -> str:
        """Name of the function or class that created it."""
        return self._maker.name

    def __repr__(self) -> str:
        return self._maker.text

    def __call__(self, *args: Any) -> Any:
        """Call the module."""
        __tracebackhide__ = True
        return self.run("__call__", args, lambda: self._student.call_object(self.type_name, self.target, unwrapped(args)))

    def state_dict(self) -> dict[str, Any]:
        """Return the parameters by name."""
        __tracebackhide__ = True
        return self.run("state_dict", (), lambda: (dict(self.target.state_dict()), ()))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load parameters."""
        __tracebackhide__ = True
        self.run("load_state_dict", (state,), lambda: (self.target.load_state_dict(dict(state)), ()))

    def train(self) -> None:
        """Switch to training mode."""
        self.run("train", (), lambda: (self.target.train(), ()))

    def eval(self) -> None:
        """Switch to evaluation mode."""
        self.run("eval", (), lambda: (self.target.eval(), ()))

    def requires_grad_(self, wanted: bool) -> None:
        """Set whether the parameters get gradients."""
        self.run("requires_grad_", (wanted,), lambda: (self.target.requires_grad_(wanted), ()))

    def run(self, method: str, args: tuple[Any, ...], action: Callable[[], tuple[Any, tuple[str, ...]]]) -> Any:
        """Run a method as a recorded call. It returns plain values, never the module."""
        __tracebackhide__ = True
        record = Call(self.type_name, args, {}, on=self, method=method)

        def values_alone() -> tuple[Any, tuple[str, ...]]:
            __tracebackhide__ = True
            value, changed = action()
            return (None if method in ("load_state_dict", "train", "eval", "requires_grad_") else detached(plain(value))), changed

        check_arguments(f"{self.type_name}.{method}", args, {}, (ModuleProxy,))
        return self._student.run(record, values_alone)


class RecordedAutodiff:
    """The backend's vector-Jacobian products, recorded as calls of the module."""

    def __init__(self, vjp: Callable[..., dict[str, Any]], student: Student) -> None:
        self._vjp, self._student = vjp, student

    def vjp(self, module: Any, args: tuple[Any, ...], cotangents: Any) -> dict[str, Any]:
        """See `checks.autodiff.vjp_in`."""
        __tracebackhide__ = True

        def action() -> tuple[Any, tuple[str, ...]]:
            __tracebackhide__ = True
            return self._vjp(unwrapped(module), unwrapped(args), cotangents), ()

        if isinstance(module, ModuleProxy):
            return module.run("vjp", (args, cotangents), action)
        record = Call(module, (args, cotangents), {}, method="vjp", said=describe_call(module, args, {}))
        return self._student.run(record, action)


class RecordedCanvas:
    """The backend's canvas; what is read from it is recorded as the result of the call that drew."""

    def __init__(self, canvas: Any, student: Student) -> None:
        self._canvas, self._student = canvas, student

    def axes(self, count: int = 1) -> Any:
        """Return one Axes, or an array of `count` Axes."""
        axes = self._canvas.axes(count)
        self._student.calls.append(Call("axes", (count,), {}, axes, method="axes", said=_("a figure")))
        return axes

    def read(self, axes: Any) -> Any:
        """Return the description of one Axes, or a list of them."""
        __tracebackhide__ = True
        value = self._canvas.read(axes)
        drawn = next((call for call in reversed(self._student.calls) if not call.method), None)
        if drawn is not None:
            self._student.calls.append(Call(drawn.name, (axes,), {}, value, method="read", said=drawn.text))
        return value


def is_module(value: Any) -> bool:
    """Whether a value is a torch module, here or behind a handle."""
    return callable(value) and not isinstance(value, type) and hasattr(value, "load_state_dict")


def unwrapped(value: Any) -> Any:
    """Replace each `ModuleProxy` in nested arguments by the module itself."""
    if isinstance(value, ModuleProxy):
        return value.target
    if isinstance(value, list | tuple):
        return type(value)(unwrapped(item) for item in value)
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    return value


def detached(value: Any) -> Any:
    """Return detached copies of tensors in nested containers."""
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
    """Call a function on copies of its arguments; return its value and the arguments it changed in place."""
    __tracebackhide__ = True
    args, kwargs = copied(args), copied(kwargs)
    before = copied(args), copied(kwargs)
    value = function(*args, **kwargs)
    return value, changed(before, (args, kwargs))


def copied(value: Any) -> Any:
    """Deep-copy containers, arrays and tensors; return anything else as it is."""
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
    """Return the names of arguments, and of arrays, tensors and containers in them, that differ from `before`.

    `held` contains the original arrays in containers of its own: replacing an array in a container counts as a change too.
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
    """Format a call in one line, with small values in full: ``softmax([0, 0, 0] of shape (3,))``."""
    parts = [describe_argument(value) for value in args]
    parts += [f"{key}={describe_argument(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def describe_argument(value: Any) -> str:
    """Format one argument briefly."""
    if is_axes(value):
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
    """Return the file of a student's module, and the folders its relative imports are resolved in.

    A package of the module's name is used if there is no such file, or if the file is a copy of its `__init__.py`, as made by the
    grader. Beside a file, the package serves `from bptt.core import ...`; `from .core import ...` also finds modules beside the
    file.
    """
    package = file.parent / file.stem
    first = package / "__init__.py"
    is_package = first.is_file() and (not file.is_file() or file.read_bytes() == first.read_bytes())
    return first if is_package else file, [*([str(package)] if package.is_dir() else []), str(file.parent)]


class FreshModule:
    """The student's file as a module that is imported again before each test, so that no test sees the state left by another.

    A file that takes QUICK_IMPORT CPU seconds or more is imported once; before each test its top-level names are put back.

    Parameters
    ----------
    path : Path
        The file, or where it would be: see `place_of`.
    keep : collection of str
        Modules beside the file that are not the student's and stay loaded.
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
        """Import the file for the first time; exceptions are passed on."""
        self.code = compile(self.path.read_bytes(), str(self.path), "exec", dont_inherit=True)
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        started = time.process_time()
        self.run()
        self.seconds = time.process_time() - started

    @property
    def is_quick(self) -> bool:
        """Whether the file is imported again for each test."""
        return self.seconds < QUICK_IMPORT

    def renew(self) -> None:
        """Restore the state right after the import."""
        if self.is_quick:
            self.run()
        else:
            vars(self.module).clear()
            vars(self.module).update(self._own)

    def run(self, code: CodeType | None = None, prepare: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Execute the file, or code derived from it, as a new module; `prepare` gets its namespace first."""
        # Collected first, then removed: a namespace package cannot tell its path once its parent is gone.
        for other in [name for name in sys.modules.keys() - self.libraries
                      if name.partition(".")[0] not in self.keep and lies_in(sys.modules[name], self.folder)]:
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


def lies_in(module: object, folder: Path) -> bool:
    """Whether a module was loaded from a folder; not one of the checks there, nor what is no module."""
    if not isinstance(module, ModuleType):
        return False
    own = vars(module)  # not with getattr: some torch modules answer to every name
    places = [own.get("__file__") or "", *(own.get("__path__") or ())]
    # The checks' folder contains the tests of earlier stages, which may be running.
    ours = os.path.join(folder, "checks", "")
    return any(place.startswith(f"{folder}{os.sep}") and not place.startswith(ours) for place in map(str, places))


# Formats of traceback lines made in the sandbox and the grader.
FRAMES = (N_("{file}, line {line}, in {function}: {text}"), N_("{file}, line {line}: {text}"))


def trace_in_words(trace: str) -> str:
    """Translate a traceback."""
    return "\n".join(line[:2] + retold(line[2:], *FRAMES) for line in trace.split("\n"))


def _is_own(path: Path, folder: Path) -> bool:
    """Whether a file is the student's: in the folder or a package in it, and not part of the kit or of an environment there."""
    return path.is_relative_to(folder) and {"checks", "site-packages"}.isdisjoint(path.relative_to(folder).parts[:-1])


def student_trace(error: BaseException, folder: Path) -> str:
    """Return the traceback reduced to the student's own files in `folder`, in English: see `trace_in_words`."""
    kept = getattr(error, "student_trace", None)
    if kept is not None:
        return str(kept)
    lines = []
    if isinstance(error, SyntaxError) and error.filename:
        lines.append(f"  {Path(error.filename).name}, line {error.lineno}: {(error.text or '').strip()}")
    own = ((frame, number) for frame, number in traceback.walk_tb(error.__traceback__)
           if _is_own(path := Path(frame.f_code.co_filename), folder) and not path.name.startswith(("test_", "conftest")))
    for frame in traceback.StackSummary.extract(own):
        place = Path(frame.filename).relative_to(folder).as_posix()
        lines.append(f"  {place}, line {frame.lineno}, in {frame.name}: {frame.line}")
    return "\n".join(lines)
