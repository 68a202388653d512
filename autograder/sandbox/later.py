"""The compiler of torch, which every optimizer imports and next to nobody uses: loaded when somebody does."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

COMPILER = "torch._dynamo"


class Compiler(types.ModuleType):
    """Stands for `torch._dynamo` until more is asked of it than to leave code uncompiled.

    An optimizer asks for no more, and waits for the import more than a CPU second. On the first use of anything else, or of a
    module below (see `Below`), it gives way to the real one.
    """

    def __init__(self) -> None:
        super().__init__(COMPILER, "Loaded on first use.")
        self.__spec__, self.__package__, self.__path__ = importlib.util.find_spec(COMPILER), COMPILER, []
        self._spared: list[Any] = []

    def graph_break(self, msg: str = "") -> None:
        """Do nothing: no graph is recorded."""

    def disable(self, fn: Callable[..., Any], recursive: bool = True, **rest: Any) -> Callable[..., Any]:
        """Return the function: nothing compiles it."""
        self._spared.append(fn)
        return fn

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {COMPILER!r} has no attribute {name!r}")
        if sys.modules.get(COMPILER) is self:
            del sys.modules[COMPILER]
            for fn in self._spared:  # the next call asks the compiler
                with contextlib.suppress(AttributeError):
                    del fn.__dynamo_disable
        return getattr(importlib.import_module(COMPILER), name)


class Below:
    """A finder that loads the compiler before a module below it, which Python then has or finds as any other."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Return the place of a module below; None where the compiler is loaded or not concerned."""
        compiler = sys.modules.get(COMPILER)
        if not name.startswith(f"{COMPILER}.") or not isinstance(compiler, Compiler):
            return None
        place = compiler.config.__file__  # any name loads it
        if name in sys.modules:
            return importlib.machinery.ModuleSpec(name, self, origin=place)  # type: ignore[arg-type]
        return importlib.machinery.PathFinder.find_spec(name, sys.modules[COMPILER].__path__)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return the module that the compiler has imported itself."""
        module = sys.modules[spec.name]
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing more than to leave the module as it was: it has been run."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def load_compiler_later() -> None:
    """Import torch, and its compiler on first use; no effect if that is loaded."""
    torch = importlib.import_module("torch")
    if COMPILER not in sys.modules and importlib.util.find_spec(COMPILER) is not None:
        sys.modules[COMPILER] = compiler = Compiler()
        setattr(torch, COMPILER.rpartition(".")[2], compiler)
        sys.meta_path.insert(0, Below())
