"""`check("1.3")` in a notebook: the public tests of one task, on the file as it is saved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from . import needs
from .layout import StageInfo, public_tests, read_stage
from .loaded import loaded
from .terminal import say
from .words import _

# Folder -> task -> (points, text of the student's file when it was checked), in this process.
_so_far: dict[Path, dict[str, tuple[float, bytes]]] = {}


class CheckFailed(AssertionError):
    """A check cell did not pass. nbgrader needs an exception; a notebook shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(task: str | None = None, *, show: bool = False, fresh: bool = False) -> None:
    """Run the public tests of one task, or of all tasks, and show the report.

    The file is imported again each time, so the saved file is what is tested. The notebook's own import of your module, its
    settings and its random state are left alone.

    Parameters
    ----------
    task : str, optional
        Id of a task, such as ``"1.3"``.
    show : bool
        Also print the arguments of each call that failed.
    fresh : bool
        Run the tests in a new process, which takes longer.
    """
    needs.demand()
    from .home import is_under_test
    from .session import run_fresh, run_here

    if is_under_test():  # a student's file that calls check() when it is imported
        return
    folder = Path.cwd()
    tests = public_tests(folder)
    sentence = wrong_task(task, read_stage(tests.parent))
    if sentence:
        say(sentence)
        return
    outcome = run_fresh(folder, task, show) if fresh else run_here(tests, folder, task, show)
    display(outcome, stage_so_far(outcome, folder))
    # To nbgrader a cell without an exception has passed, also behind its Validate button.
    if not outcome.is_passed and (os.environ.get("NBGRADER_EXECUTION") or os.environ.get("NBGRADER_VALIDATING")):
        raise CheckFailed(_("the public tests of task {task} do not all pass", task=task) if task else
                          _("the public tests of this stage do not all pass"))


def wrong_task(task: Any, info: StageInfo) -> str:
    """Explain what is wrong with the requested task; empty if it exists."""
    known = ", ".join(f'"{one}"' for one in info.tasks)
    if task is None:
        return ""
    if not isinstance(task, str):
        like = next((one for one in info.tasks if one == str(task)), next(iter(info.tasks)))
        return _('check() wants a task\'s number in quotation marks: check("{like}"). The tasks of this stage: {known}',
                 like=like, known=known)
    if task not in info.tasks:
        return _("There is no task {task} in this stage. Its tasks: {known}; check() runs them all.", task=repr(task),
                 known=known)
    if task not in info.points if info.points else info.tasks[task].startswith("Written"):
        return _("Task {task} is a written one: there is nothing to run. Answer in the notebook, below the task.", task=task)
    return ""


def stage_so_far(outcome: Any, folder: Path) -> str:
    """Return a line on the whole stage: the points checked in this session, and whether the file has changed since."""
    file = folder / outcome.file
    text = file.read_bytes() if file.exists() else b""
    mine = _so_far.setdefault(folder, {})
    for task in {verdict.task for verdict in outcome.verdicts}:
        mine[task] = (sum(verdict.points for verdict in outcome.verdicts if verdict.task == task), text)
    got, total = sum(points for points, _ in mine.values()), sum(outcome.points.values())
    older = [task for task, (_, version) in sorted(mine.items()) if version != text]
    facts = []
    if len(mine) < len(outcome.points):
        facts.append(_("{count} of {all} tasks checked", count=len(mine), all=len(outcome.points)))
    facts += [_("{tasks} before the last change", tasks=", ".join(older))] if older else []
    so_far = _("This stage so far: {got:g} of {total:g} points of the public tests", got=got, total=total)
    return so_far + (f" ({'; '.join(facts)})" if facts else "")


def display(outcome: Any, so_far: str) -> None:
    """Show an outcome: as HTML in a notebook, as text elsewhere."""
    from .report import public_report

    text = public_report(outcome, so_far)
    if in_notebook():
        from IPython.display import display as show

        from .notebook_view import view

        show({"text/plain": text, "text/html": view(outcome, so_far)}, raw=True)
    else:
        say(text)


def in_notebook() -> bool:
    """Whether a notebook's front end displays the output."""
    shell = getattr(loaded("IPython"), "get_ipython", lambda: None)()
    return shell is not None and getattr(shell, "kernel", None) is not None
