"""Lets pytest find the plugin that runs and reports the public tests."""

import runpy
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
# By its path: where several stages lie side by side, `checks` is that of one of them.
PROBLEM = runpy.run_path(str(HERE / "checks" / "needs.py"))["problem"]()
if PROBLEM:
    raise SystemExit(PROBLEM)
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))
if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: "pytest.Parser", pluginmanager: "pytest.PytestPluginManager") -> None:
    """Load the plugin now, because it adds options."""
    if not pluginmanager.hasplugin("checks.plugin"):
        pluginmanager.import_plugin("checks.plugin")
