"""Run code in this process and undo its side effects: modules, settings, random generators, figures."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib import machinery
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from .axes import saving
from .loaded import loaded


@contextlib.contextmanager
def everything_put_back(folders: Sequence[Path], shared: Sequence[str]) -> Iterator[None]:
    """Context in which modules of these folders are imported as if for the first time; afterwards all state is restored.

    Parameters
    ----------
    folders : sequence of Path
        The student's folders. Their modules are removed from `sys.modules` on entry and put back on exit.
    shared : sequence of str
        Modules in these folders that are not the student's and stay loaded.
    """
    with contextlib.ExitStack() as stack:
        for part in (_modules(folders, shared), _process(), _generators(), _matplotlib(), _torch(), warnings.catch_warnings()):
            stack.enter_context(part)
        yield


def own_modules(folders: Sequence[Path], shared: Sequence[str]) -> dict[str, ModuleType]:
    """Return the modules imported from files in these folders, except those of the checks and the `shared` ones."""
    ours = (__package__ or "checks").partition(".")[0]
    is_inside = _inside(folders)
    found = {}
    for name, module in list(sys.modules.items()):
        # Not with getattr, which would import a module that a library loads lazily (importlib.util.LazyLoader).
        file = object.__getattribute__(module, "__dict__").get("__file__") if isinstance(module, ModuleType) else None
        if not isinstance(file, str) or name in shared or name.partition(".")[0] in (ours, "__main__"):
            continue
        if is_inside(file):
            found[name] = module
    return found


def _inside(folders: Sequence[Path]) -> Callable[[str], bool]:
    """Return a predicate: is a path in one of these folders? A virtual environment in the student's folder does not count."""
    roots = tuple(os.path.normcase(root) + os.sep for folder in folders for root in {str(folder), os.path.realpath(folder)})
    return lambda path: (os.path.normcase(path) + os.sep).startswith(roots) and "site-packages" not in path


class _FromSource(machinery.SourceFileLoader):
    """Compiles its file on every import. A .pyc counts as current if the source has the same size and modification second."""

    def path_stats(self, path: str) -> NoReturn:
        """Raise OSError, so that no .pyc is read or written."""
        raise OSError(path)


_from_source = machinery.FileFinder.path_hook(
    (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES), (_FromSource, machinery.SOURCE_SUFFIXES),
    (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES))


@contextlib.contextmanager
def _modules(folders: Sequence[Path], shared: Sequence[str]) -> Iterator[None]:
    before = own_modules(folders, shared)
    for name in before:
        del sys.modules[name]
    path, hooks, importers = list(sys.path), list(sys.meta_path), list(sys.path_hooks)
    compiled, writes = sys.pycache_prefix, sys.dont_write_bytecode
    is_inside, checks = _inside(folders), _inside([Path(__file__).parent])

    def hook(place: str) -> Any:
        if checks(place) or not is_inside(place):  # libraries may use their .pyc files: torch takes three times as long without
            raise ImportError(place)
        return _from_source(place)

    def forget_finders() -> None:
        for place in filter(is_inside, list(sys.path_importer_cache)):
            del sys.path_importer_cache[place]

    forget_finders()
    sys.path_hooks.insert(0, hook)
    try:
        yield
    finally:
        sys.pycache_prefix, sys.dont_write_bytecode = compiled, writes
        sys.path[:], sys.meta_path[:], sys.path_hooks[:] = path, hooks, importers
        forget_finders()
        for name in own_modules(folders, shared):
            del sys.modules[name]
        sys.modules.update(before)


@contextlib.contextmanager
def _process() -> Iterator[None]:
    where, environment, deepest = os.getcwd(), dict(os.environ), sys.getrecursionlimit()
    arguments, tracing, profiling = list(sys.argv), sys.gettrace(), sys.getprofile()
    keyboard, asks = sys.stdin, builtins.input
    sys.stdin, builtins.input = io.StringIO(), _no_input  # otherwise a notebook would prompt its user
    try:
        yield
    finally:
        sys.stdin, builtins.input = keyboard, asks
        os.chdir(where)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)
        sys.argv[:] = arguments
        sys.setrecursionlimit(deepest)
        if sys.gettrace() is not tracing:
            sys.settrace(tracing)
        if sys.getprofile() is not profiling:
            sys.setprofile(profiling)


def _no_input(prompt: object = "", /) -> str:
    print(prompt, end="")
    raise EOFError("EOF when reading a line")


@contextlib.contextmanager
def _generators() -> Iterator[None]:
    drawn, drawn_by_numpy, errors, printing = random.getstate(), np.random.get_state(), np.geterr(), np.get_printoptions()
    try:
        yield
    finally:
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)
        np.seterr(**errors)
        np.set_printoptions(**printing)


@contextlib.contextmanager
def _matplotlib() -> Iterator[None]:
    """Draw with Agg and show nothing; pyplot sees only figures made inside.

    Matplotlib is not imported for that: a stage that draws nothing is checked without it.
    """
    library: Any = loaded("matplotlib")
    before = dict(dict.items(library.rcParams)) if library is not None else {}
    chosen = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "agg"  # read when it is imported
    pyplot, register = loaded("matplotlib.pyplot"), loaded("matplotlib._pylab_helpers")
    figures = dict(register.Gcf.figs) if register is not None else {}
    backend = getattr(pyplot, "_backend_mod", None)
    if register is not None:
        register.Gcf.figs.clear()
    if pyplot is not None:
        setattr(pyplot, "_backend_mod", None)  # noqa: B010
    if library is not None:
        dict.__setitem__(library.rcParams, "backend", "agg")
    try:
        yield
    finally:
        os.environ.pop("MPLBACKEND") if chosen is None else os.environ.__setitem__("MPLBACKEND", chosen)
        came, library = library is None, library or loaded("matplotlib")
        if came and library is not None:
            before = dict(dict.items(library.rcParamsOrig)) | ({"backend": chosen} if chosen else {})
        saving.end()
        pyplot, register = loaded("matplotlib.pyplot"), loaded("matplotlib._pylab_helpers")
        if register is not None:
            register.Gcf.figs.clear()
            register.Gcf.figs.update(figures)
        if pyplot is not None:
            setattr(pyplot, "_backend_mod", backend)  # noqa: B010
        # With dict's methods: those of RcParams would resolve a backend where none is chosen yet.
        for name, value in before.items():
            dict.__setitem__(library.rcParams, name, value)


@contextlib.contextmanager
def _torch() -> Iterator[None]:
    torch: Any = loaded("torch")
    if torch is None:
        yield
        return
    state, dtype, threads = torch.get_rng_state(), torch.get_default_dtype(), torch.get_num_threads()
    gradients, strict, device = torch.is_grad_enabled(), torch.are_deterministic_algorithms_enabled(), _default_device(torch)
    try:
        yield
    finally:
        torch.set_rng_state(state)
        torch.set_default_dtype(dtype)
        torch.set_num_threads(threads)
        torch.set_grad_enabled(gradients)
        if torch.are_deterministic_algorithms_enabled() != strict:
            torch.use_deterministic_algorithms(strict)
        torch.set_default_device(device)


def _default_device(torch: Any) -> Any:
    look: Callable[[], Any] | None = getattr(torch, "get_default_device", None)
    device = look() if look is not None else None
    return None if device is None or str(device) == "cpu" else device
