"""Points by task, read from the markers of the suite: the one place where they are set."""

from __future__ import annotations

import ast
import json
from functools import cache
from types import SimpleNamespace

from autograder.checks.suite import title_of_function
from autograder.errors import UsageError
from autograder.stages import Stage, find_stage


def test_list(stage: Stage) -> list[tuple[str, str, str, str, float]]:
    """Visibility, task, name, title and points of every test of a stage, in the order of the files.

    The files are read, not imported: that would take the libraries of the stage into the process that writes the gradebook.
    """
    found = []
    for visibility, path in stage.test_files().items():
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            raise UsageError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
        tests = {part.name: part for part in tree.body if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")}
        for name, test in tests.items():
            marks = [mark for mark in test.decorator_list if isinstance(mark, ast.Call)
                     and getattr(mark.func, "id", getattr(mark.func, "attr", "")) == "task"]  # @task or @pytest.mark.task
            where = f"{path}, line {marks[0].lineno if marks else test.lineno}"
            if len(marks) != 1:
                raise UsageError(f"{where}: {name} needs exactly one @task(id, points=...)")
            try:
                (task,) = map(ast.literal_eval, marks[0].args)
                worth = {word.arg: ast.literal_eval(word.value) for word in marks[0].keywords}.get("points")
            except ValueError:
                raise UsageError(f"{where}: write out task and points of {name}, as in @task(\"1.3\", points=2)") from None
            if task not in stage.info.tasks:
                raise UsageError(f"{where}: {name} is of task {task!r}; the tasks in stage.toml are: "
                                 f"{', '.join(stage.info.tasks)}")
            if not isinstance(worth, int | float) or isinstance(worth, bool) or not 0 <= worth < 1e6:
                raise UsageError(f"{where}: points of {name} are a number, 0 or more; got {worth!r}")
            title = title_of_function(SimpleNamespace(__name__=name, __doc__=ast.get_docstring(test, clean=False)))
            found.append((visibility, task, name, title, float(worth)))
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
