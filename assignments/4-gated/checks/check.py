"""`check("1.3")` in a notebook: the public tests of one task, in a fresh process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .layout import public_tests
from .plugin import OPTIONS


def check(task: str | None = None) -> None:
    """Run the public tests of a task (all tasks when none is named) and print what they say.

    A fresh process is used each time, so that what is tested is the file as it is saved.

    Parameters
    ----------
    task : str, optional
        A task's id, such as ``"1.3"``.
    """
    tests = public_tests(Path.cwd())
    package = __package__ or "checks"
    command = [sys.executable, "-m", "pytest", str(tests), "-p", f"{package}.plugin", *OPTIONS,
               f"--rootdir={tests.parent}", "--student-folder", str(Path.cwd())]
    if task is not None:
        command += ["--task", task]
    root = Path(__file__).resolve().parents[len(package.split("."))]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(command, cwd=Path.cwd(), env=os.environ | {"PYTHONPATH": path, "MPLBACKEND": "Agg"},
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout.strip())
