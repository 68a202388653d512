"""Look up a library that has been imported: code may have put anything else, or None, into its place in `sys.modules`."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


def loaded(name: str) -> Any:
    """Return the module of this name; None if it has not been imported, or if what stands there is no module."""
    module = sys.modules.get(name)
    return module if isinstance(module, ModuleType) else None
