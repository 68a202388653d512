"""The pytest plugin of a student's folder: it imports the student's file, runs the suite on it, and prints the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from . import suite
from .home import LocalBackend
from .layout import read_stage
from .report import public_report
from .session import outcome_of
from .side_by_side import StageFile
from .suite import BACKEND, REPORTS
from .terminal import say
from .words import _


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add ``--show``, and what every session of a suite has."""
    pluginmanager.register(suite)
    parser.addoption("--show", dest="kit_show", action="store_true", default=False,
                     help=_("print what went into each call that failed"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import the student's file once for the whole session."""
    folder = stage_folder(session.config)
    if folder is not None:
        session.config.stash[BACKEND] = LocalBackend(folder, read_stage(folder), session.config.getoption("kit_show"))


def stage_folder(config: pytest.Config) -> Path | None:
    """Return the stage's folder that pytest was started for; None if it was started in a folder above, for several stages."""
    if config.inipath is not None and (config.inipath.parent / "stage.toml").is_file():
        return config.inipath.parent
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    """Collect the tests of another stage, below the folder pytest was started in, as one item that runs by itself."""
    backend = parent.config.stash.get(BACKEND, None)
    if (backend is not None and backend.folder == module_path.parent) or not (module_path.parent / "stage.toml").is_file():
        return None
    return StageFile.from_parent(parent, path=module_path)


def pytest_report_teststatus(report: pytest.TestReport, config: pytest.Config) -> tuple[str, str, str] | None:
    """Suppress progress dots in quiet mode; the report at the end has everything."""
    return ("", "", "") if report.when in ("setup", "call", "teardown") and config.get_verbosity() < -1 else None


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the report for the student."""
    if BACKEND in config.stash:
        say(public_report(outcome_of(config)))
    for text in config.stash.get(REPORTS, []):
        say(text)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the backend."""
    backend: Any = config.stash.get(BACKEND, None)
    if backend is not None:
        backend.close()
