"""What students get too: comparing, running the public tests, reading figures, handing in.

This folder is released as it stands (under the name `checks`), so it imports nothing of the grader and needs numpy,
matplotlib and pytest alone. Nothing in it belongs to one operating system: it runs wherever Python does.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from .needs import SetupError, python_problem

if python_problem():
    raise SetupError(python_problem())

# Each name is imported when it is first used: the sandbox needs parts of this folder, but no pytest.
_HOMES = {
    "Mismatch": "compare", "expect": "compare", "expect_raises": "compare", "expect_true": "compare",
    "expect_unchanged": "compare", "check": "check", "prepare": "prepare", "task": "plugin", "submit": "submit",
    "update": "update", "show_figure": "figures", "slider": "figures",
}
__all__ = list(_HOMES)


class _Package(ModuleType):
    """Whatever was imported first, `check` is the function and not the file of that name."""

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
