"""Refuse to release material that would reveal what it should hide, or files that would be dropped silently."""

from __future__ import annotations

import ast
import importlib
import json
import re
import traceback
from pathlib import Path
from typing import Any

import nbformat

from autograder.checks.toml_file import conflict_in
from autograder.errors import UsageError
from autograder.publish.leaks import PICTURES
from autograder.publish.markers import marker_problems, mistyped
from autograder.stages import KIT, RELEASE, SOLUTIONS, Stage, parsed, stages, text_of
from autograder.stages.points import test_list
from autograder.stages.strip import BEGIN, task_of_docstring

DIST = KIT / "dist"
# Suffixes of files checked for merge conflicts.
TEXTS = {".py", ".toml", ".csv", ".tsv", ".txt", ".md", ".json", ".ini"}


def refuse_unsafe(stage: Stage) -> None:
    """Raise UsageError if the material would reveal what it should hide, or if something would be dropped silently."""
    if not stage.info.tasks:
        raise UsageError(f"{stage.suite / 'stage.toml'}: [tasks] names no task; write \"1.1\" = \"Its title\" below it")
    problems = []
    for file in (stage.solution, *sorted(stage.suite.rglob("*.py"))):
        try:
            parsed(file)  # syntax errors anywhere in the material are reported with a line
        except UsageError as error:
            problems.append(str(error))
    if not problems:
        problems += _unhidden(stage)
        problems += _named_twice(stage)
        problems += _unread(stage)
        problems += mistyped(text_of(stage.solution), stage.info.file)
        problems += mistyped(text_of(stage.test_files()["public"]), f"{stage.name}/public.py")
    if stage.id != stage.info.id:
        problems.append(f"{stage.suite / 'stage.toml'}: its file and tasks are those of a stage {stage.info.id}, and the folder "
                        f"is {stage.id}; folder, file and numbers of the tasks agree")
    notebooks = sorted(path.name for path in stage.source.glob("*.ipynb"))
    if stage.notebook.name not in notebooks:
        problems.append(f"solutions/{stage.id} has no {stage.notebook.name}; there is "
                        f"{', '.join(notebooks) or 'no notebook'}. The notebook that is graded has the stage's name")
    for name in notebooks:
        problems += _notebook_problems(stage, stage.source / name)
    problems += [f"solutions/{stage.id}/{path.name}: nothing says that students get it. "
                 "List it in [handout_files] of stage.toml, or take it out"
                 for path in sorted(stage.source.iterdir()) if not _is_expected(stage, path)]
    problems += [f"{path.relative_to(KIT)} is a link; put the file itself there" for folder in (stage.source, stage.suite)
                 for path in sorted(folder.rglob("*")) if path.is_symlink()]
    problems += _handout_problems(stage)
    if problems:
        raise UsageError(f"{stage.id} is not released:\n  " + "\n  ".join(problems))


def _unhidden(stage: Stage) -> list[str]:
    """Return a problem for each function of a task without solution markers: its model answer would be in the stub."""
    lines = text_of(stage.solution).splitlines()
    return [f"{stage.info.file}, line {node.lineno}: {node.name} has no line {BEGIN!r}, so its model answer would be handed out"
            for node in parsed(stage.solution).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and task_of_docstring(ast.get_docstring(node))
            and not any(line.strip() == BEGIN for line in lines[node.lineno - 1:node.end_lineno])]


def _named_twice(stage: Stage) -> list[str]:
    """Return a problem for each function or test with the name of an earlier one, which it would replace."""
    found: list[str] = []
    tests: dict[str, str] = {}
    for file in (stage.solution, *stage.test_files().values()):
        own: dict[str, int] = {}
        for node in parsed(file).body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            there = f"line {own[node.name]}" if node.name in own else tests.get(node.name, "")
            if there:
                found.append(f"{file.name}, line {node.lineno}: {node.name} is in {there} already; give it another name")
            own[node.name] = node.lineno
        if file != stage.solution:
            tests |= {name: f"{file.name}, line {line}," for name, line in own.items() if name.startswith("test_")}
    return found


def _unread(stage: Stage) -> list[str]:
    """Return a problem for each test file that cannot be imported, and for each test in it that is not found by reading it."""
    try:
        listed = test_list(stage)
    except UsageError as error:
        return [str(error)]
    problems = []
    for visibility, path in stage.test_files().items():
        try:
            module = importlib.import_module(f"autograder.stages.{stage.name}.{visibility}")
        except Exception as error:  # whatever an author's file does while it is imported
            own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(stage.suite))]
            where = f"{own[-1].filename}, line {own[-1].lineno}" if own else str(path)
            problems.append(f"{where}: {type(error).__name__}: {error}")
            continue
        read = {name for seen, _, name, _, _ in listed if seen == visibility}
        problems += [f"{path}: {name} is made as the file runs, and its points are read from the file's text; "
                     "write it out as a function with @task(id, points=...)"
                     for name, test in vars(module).items() if name.startswith("test_") and name not in read
                     and getattr(test, "__module__", "") == module.__name__]
    return problems


def _handout_problems(stage: Stage) -> list[str]:
    """Return what is wrong with the handed-out files."""
    found = []
    for given in stage.info.handout_files:
        path = KIT / given
        if not path.exists():
            found.append(f"{stage.suite / 'stage.toml'}: [handout_files] names {given}, which is not there")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path] * path.is_file():
            conflict = conflict_in(file.read_text(encoding="utf-8", errors="replace")) if file.suffix in TEXTS else 0
            if conflict:
                found.append(f"{file.relative_to(KIT)}, line {conflict}: a merge conflict is left in it")
    return found


def _notebook_problems(stage: Stage, path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[:error.start].count(10) + 1
        return [f"{path.name}, line {line}: this is not UTF-8; save the notebook with Jupyter"]
    if text.startswith("\ufeff"):
        return [f"{path.name}, line 1: it begins with a byte order mark; save the notebook with Jupyter"]
    try:
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # not a notebook, whatever it is
        conflict, line = conflict_in(text), getattr(error, "lineno", 0)
        if isinstance(error.__cause__, json.JSONDecodeError) or isinstance(error.__context__, json.JSONDecodeError):
            line = getattr(error.__cause__ or error.__context__, "lineno", 0)
        reason = "a merge conflict is left in it" if conflict else " ".join(str(error).split())[:200]
        return [f"{path.name}{f', line {conflict or line}' if conflict or line else ''}: {reason}"]
    if json.loads(text).get("nbformat") != nbformat.current_nbformat:
        return [f"{path.name}: it was saved in format {json.loads(text).get('nbformat')} of notebooks, and the kit reads format "
                f"{nbformat.current_nbformat}; open it in JupyterLab and save it"]
    broken = [number for number, cell in enumerate(notebook.cells, start=1)
              if not isinstance(cell.metadata.get("nbgrader", {}), dict)]
    if broken:
        return [f"{path.name}, cell {broken[0]}: nbgrader's data is no table; take it out, or see docs/contributor.md"]
    graded = any(cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells)
    if path != stage.notebook and graded:
        return [f"{path.name} has cells that are graded; only those of {stage.notebook.name} are. "
                "Rename it, or take nbgrader's data out"]
    return plan_problems(notebook, stage, path.name) + marker_problems(notebook, path.name)


def plan_problems(notebook: Any, stage: Stage, file: str) -> list[str]:
    """Return what is wrong with nbgrader's metadata of the cells, one sentence each."""
    found, seen = [], set()
    for number, cell in enumerate(notebook.cells, start=1):
        plan = cell.metadata.get("nbgrader")
        if plan is None:
            continue
        where = f"{file}, cell {number}"
        if not isinstance(plan.get("grade_id"), str):
            found.append(f"{where}: nbgrader's data has no grade_id; it is a text such as task_1_3")
            continue
        name, points = plan["grade_id"], plan.get("points")
        if name in seen:
            found.append(f"{where}: another cell has the grade_id {name} too")
        seen.add(name)
        if not (plan.get("grade") or plan.get("task")):
            continue
        task = name.removeprefix("task_").replace("_", ".")
        if task not in stage.info.tasks:
            found.append(f"{where}: grade_id {name} is of no task in stage.toml; it is task_ and the task's numbers, "
                         f"such as task_{next(iter(stage.info.tasks)).replace('.', '_')}")
        if not isinstance(points, int | float) or isinstance(points, bool) or not 0 <= points < 1e6:
            found.append(f"{where} ({name}): points is a number, 0 or more; got {points!r}")
        if plan.get("task") and cell.cell_type != "markdown":
            found.append(f"{where} ({name}): a written task is a markdown cell; this is a {cell.cell_type} cell")
    return found


def _is_expected(stage: Stage, path: Path) -> bool:
    return (path.suffix.lower() in {".ipynb", *PICTURES} or path.name in (stage.info.file, *stage.info.submission_files)
            or path.name.startswith(".") or path.name == "__pycache__")


def refuse_leftovers() -> None:
    """Raise UsageError for a released folder or zip of a stage that no longer exists: students would still get it."""
    known = {stage.id for stage in stages()}
    left = [path for path in sorted(RELEASE.glob("[!.]*")) if path.is_dir() and path.name not in known]
    made_for = r"^(gradescope|github|prairielearn|coderunner|solutions)-"
    left += [path for path in sorted(DIST.glob("*.zip")) if re.sub(made_for, "", path.stem) not in known]
    homeless = [path for path in sorted(SOLUTIONS.glob("[!._]*")) if path.is_dir() and path.name not in known]
    if homeless:
        raise UsageError(f"solutions/{homeless[0].name} is no stage: a folder there is named <number>-<name>, and has a "
                         f"stage.toml in autograder/stages/{homeless[0].name.partition('-')[2] or '<name>'}/")
    for part in (lambda stage_id: int(stage_id.partition("-")[0]), lambda stage_id: stage_id.partition("-")[2]):
        ids: dict[Any, str] = {}
        for stage_id in sorted(known):
            if ids.setdefault(part(stage_id), stage_id) != stage_id:
                raise UsageError(f"solutions/{ids[part(stage_id)]} and solutions/{stage_id} are one stage by number or name; "
                                 "rename one of them")
    if left:
        raise UsageError("these belong to no stage any more: " + ", ".join(f"{path.parent.name}/{path.name}" for path in left)
                         + "\n  Remove them, or bring the stage back to solutions/ and autograder/stages/")
