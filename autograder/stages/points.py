"""Points by task, read from the markers of the suite: the one place where they are set."""

from __future__ import annotations

import importlib
import json
import traceback
from functools import cache

from autograder.checks.plugin import title_of_function
from autograder.errors import UsageError
from autograder.stages import Stage, find_stage


def test_list(stage: Stage) -> list[tuple[str, str, str, str, float]]:
    """Visibility, task, name, title and points of every test of a stage, in the order of the files."""
    found = []
    for visibility in stage.test_files():
        try:
            module = importlib.import_module(f"autograder.stages.{stage.name}.{visibility}")
        except SyntaxError as error:
            raise UsageError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
        except Exception as error:  # whatever an author's file does while it is imported
            own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(stage.suite))]
            where = f"{own[-1].filename}, line {own[-1].lineno}" if own else str(stage.test_files()[visibility])
            raise UsageError(f"{where}: {type(error).__name__}: {error}") from None
        for name, test in vars(module).items():
            if not name.startswith("test_") or test.__module__ != module.__name__:
                continue
            marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "task"]
            where = f"{module.__file__}, line {test.__code__.co_firstlineno}"
            if len(marks) != 1:
                raise UsageError(f"{where}: {name} needs exactly one @task(id, points=...)")
            task, worth = marks[0].args[0], marks[0].kwargs.get("points")
            if task not in stage.info.tasks:
                raise UsageError(f"{where}: {name} is of task {task!r}; the tasks in stage.toml are: "
                                 f"{', '.join(stage.info.tasks)}")
            if not isinstance(worth, int | float) or isinstance(worth, bool) or not 0 <= worth < 1e6:
                raise UsageError(f"{where}: points of {name} are a number, 0 or more; got {worth!r}")
            found.append((visibility, marks[0].args[0], name, title_of_function(test), float(marks[0].kwargs.get("points"))))
    return found


def task_points(stage: Stage) -> dict[str, float]:
    """Points of each task of a stage that tests grade."""
    return dict(_task_points(stage.id))


@cache
def _task_points(stage_id: str) -> tuple[tuple[str, float], ...]:
    totals: dict[str, float] = {}
    for _, task, _, _, points in test_list(find_stage(stage_id)):
        totals[task] = totals.get(task, 0.0) + points
    return tuple(sorted(totals.items()))


def written_points(stage: Stage) -> dict[str, float]:
    """Points of each task that is graded by hand: the notebook's cells are where they are set."""
    if not stage.notebook.exists():
        return {}
    cells = json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]
    plans = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return {plan["grade_id"].removeprefix("task_").replace("_", "."): float(plan["points"]) for plan in plans if plan.get("task")}
