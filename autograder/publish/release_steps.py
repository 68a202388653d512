"""Preprocessors of the release: set points from the suite, and clean up for students."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.checks.update import MANIFEST, hash_of_cell, manifest_of
from autograder.grade.notebook import task_of_cell
from autograder.publish.handout import complete, for_students, write
from autograder.stages import RELEASE, find_stage
from autograder.stages.points import task_points


class SetPoints(NbGraderPreprocessor):
    """Sets the points of every `check()` cell from its tests; the suite is the only source of points."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Set the points; raise ValueError if notebook and suite are inconsistent."""
        stage = find_stage(resources["nbgrader"]["assignment"])
        if resources["nbgrader"]["notebook"] != stage.id:  # a notebook only to be read, without graded cells
            return nb, resources
        suite = task_points(stage)
        for cell in nb.cells:
            plan = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and plan.get("grade") and not plan.get("solution"):
                plan["points"] = suite.get(task_of_cell(plan), 0.0)
        problems = disagreements(nb, suite, stage.info.total_points)
        if problems:
            raise ValueError(f"{stage.id}.ipynb and its suite disagree:\n  " + "\n  ".join(problems))
        return nb, resources


def disagreements(nb: NotebookNode, suite: dict[str, float], sum_of_stage: float) -> list[str]:
    """Return a sentence for each difference between the points of notebook and suite."""
    problems, seen, total, worth = [], set(), 0.0, dict(suite)
    for cell in nb.cells:
        plan = cell.metadata.get("nbgrader", {})
        if not (plan.get("grade") or plan.get("task")):
            continue
        total += float(plan["points"])
        worth.setdefault(task_of_cell(plan), float(plan["points"]))
        if plan.get("task") and not plan.get("locked"):
            problems.append(f"cell {plan['grade_id']}: a manually graded task must be locked, or autograde fails for everyone")
        if cell.cell_type != "code" or plan.get("solution"):
            continue
        task = task_of_cell(plan)
        seen.add(task)
        if cell.source.strip() != f'check("{task}")':
            problems.append(f"cell {plan['grade_id']} should be check(\"{task}\")")
        if task not in suite:
            problems.append(f"task {task} has a cell but no test")
        elif float(plan["points"]) != suite[task]:
            problems.append(f"task {task}: {plan['points']:g} points in the notebook, {suite[task]:g} in the suite")
    for task, said in re.findall(r"(?m)^\| (\d+\.\w+) \| [^|]+ \| ([\d.]+) \|", nb.cells[0].source):
        if task in worth and float(said) != worth[task]:
            problems.append(f"task {task}: {said} points in the table of the first cell, {worth[task]:g} in the "
                            f"{'suite' if task in suite else 'cell of the task'}")
    problems += [f"task {task} has tests but no cell" for task in suite if task not in seen]
    if abs(total - sum_of_stage) > 1e-9:
        problems.append(f"the points add up to {total:g}, not to {sum_of_stage:g}: those of tests are set in the suite by @task, "
                        "those of written tasks in the notebook, their sum by total_points in stage.toml")
    return problems


class CleanForRelease(NbGraderPreprocessor):
    """Renames `autograder.checks` to `checks`, and gives each cell a unique id, and one that nbgrader does not mark its hash."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Rename the import and drop editors' metadata."""
        seen: set[str] = set()
        for number, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.source = for_students(cell.source)
            # Ids are stable across releases: updates match a student's cells by them.
            cell["id"] = next(one for one in (cell.get("id"), f"cell-{number}", f"cell-{number}-new") if one and one not in seen)
            seen.add(cell["id"])
            for key in [key for key in cell.metadata if key != "nbgrader"]:
                del cell.metadata[key]
            if "nbgrader" not in cell.metadata:  # so that a cell of an earlier release is never taken for a student's
                cell.metadata["released"] = hash_of_cell(cell)
        nb.metadata = NotebookNode({"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                                    "language_info": {"name": "python"}})
        return nb, resources


class BuildHandout(NbGraderPreprocessor):
    """Last step: turns the folder copied by nbgrader into the folder for students.

    nbgrader copies every file of the source folder unchanged, including model answers; here they become stubs.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Strip the `.py` files and add what `check()` needs."""
        stage = find_stage(resources["nbgrader"]["assignment"])
        directory = self.config.CourseDirectory
        folder = Path(directory.root) / directory.release_directory / stage.id
        complete(stage, folder)
        there = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        there[stage.notebook.name] = nbformat.writes(nb).encode("utf-8")
        write(folder / MANIFEST, manifest_of(there, stage.notebook.name, RELEASE / stage.id))
        return nb, resources
