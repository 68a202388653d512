"""Tools that students get too: compare values, run the public tests, read figures, hand in.

The folder is released unchanged, under the name `checks`. It therefore imports nothing else of the grader, needs only numpy,
matplotlib and pytest, and runs on every operating system.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from .needs import SetupError, python_problem

if python_problem():
    raise SetupError(python_problem())

# Names are imported on first use: the sandbox uses parts of this folder and has no pytest.
_HOMES = {
    "Mismatch": "compare", "expect": "compare", "expect_raises": "compare", "expect_true": "compare",
    "expect_unchanged": "compare", "check": "check", "prepare": "prepare", "task": "suite", "submit": "submit",
    "update": "update", "show_figure": "figures", "slider": "figures",
}
__all__ = list(_HOMES)


class _Package(ModuleType):
    """Keep `check`, `prepare`, `submit` and `update` the functions, whichever submodule of that name is imported first."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
