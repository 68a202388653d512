"""Run several stages when pytest is started in a folder above them: each in its own process, with its own copy of the checks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from .suite import REPORTS
from .words import _


class StageFile(pytest.File):
    """The `test_public.py` of a stage."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one item for all public tests of the stage."""
        yield StageItem.from_parent(self, name=self.path.parent.name)


class StageItem(pytest.Item):
    """All public tests of one stage."""

    def runtest(self) -> None:
        """Run pytest in the stage's folder."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run([sys.executable, "-m", "pytest"], cwd=self.path.parent, text=True, encoding="utf-8",
                              errors="replace", env=environment | {"PYTHONIOENCODING": "utf-8"}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.config.stash.setdefault(REPORTS, []).append(f"{self.name}\n{done.stdout.strip()}\n")
        if done.returncode != 0:
            raise AssertionError(_("not all public tests of {stage} pass; open the folder itself to see each of them",
                                   stage=self.name))

    def repr_failure(self, excinfo: Any, style: Any = None) -> str:
        """Return the message without a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return the location, for the test list of an editor."""
        return self.path, None, _("all public tests of {stage}", stage=self.name)
