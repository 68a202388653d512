"""What is not released: material that would hand out what it hides, and files that would be dropped in silence."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from autograder.errors import UsageError
from autograder.publish.leaks import PICTURES
from autograder.publish.markers import marker_problems, mistyped
from autograder.stages import KIT, RELEASE, Stage, find_stage, parsed, stages

DIST = KIT / "dist"


def refuse_unsafe(stage: Stage) -> None:
    """Raise UsageError where the material would hand out what it hides, or where something would be dropped in silence."""
    for file in (stage.solution, *sorted(stage.suite.rglob("*.py"))):
        parsed(file)  # a slip anywhere in the material has a line
    problems = mistyped(stage.solution.read_text(encoding="utf-8"), stage.info.file)
    problems += mistyped(stage.test_files()["public"].read_text(encoding="utf-8"), f"{stage.name}/public.py")
    notebooks = sorted(path.name for path in stage.source.glob("*.ipynb"))
    if stage.notebook.name not in notebooks:
        problems.append(f"solutions/{stage.id} has no {stage.notebook.name}; there is "
                        f"{', '.join(notebooks) or 'no notebook'}. The notebook that is graded has the stage's name")
    for name in notebooks:
        problems += _notebook_problems(stage, stage.source / name)
    problems += [f"solutions/{stage.id}/{path.name}: nothing says that students get it. "
                 "List it in [handout_files] of stage.toml, or take it out"
                 for path in sorted(stage.source.iterdir()) if not _is_expected(stage, path)]
    for earlier in stage.info.requires_stages:
        find_stage(earlier)
    if problems:
        raise UsageError(f"{stage.id} is not released:\n  " + "\n  ".join(problems))


def _notebook_problems(stage: Stage, path: Path) -> list[str]:
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # whatever is in it, it is no notebook
        text = path.read_text(encoding="utf-8", errors="replace").splitlines()
        conflict = next((number for number, line in enumerate(text, 1) if line.startswith(("<<<<<<<", ">>>>>>>"))), None)
        reason = "a merge conflict is left in it" if conflict else " ".join(str(error).split())[:200]
        return [f"{path.name}{f', line {conflict}' if conflict else ''}: {reason}"]
    graded = any(cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells)
    if path != stage.notebook and graded:
        return [f"{path.name} has cells that are graded; only those of {stage.notebook.name} are. "
                "Rename it, or take nbgrader's data out"]
    return marker_problems(notebook, path.name)


def _is_expected(stage: Stage, path: Path) -> bool:
    return (path.suffix in {".ipynb", *PICTURES} or path.name in (stage.info.file, *stage.info.submission_files)
            or path.name.startswith(".") or path.name == "__pycache__")


def refuse_leftovers() -> None:
    """Raise UsageError for a released folder or zip of a stage that is gone: students would still be handed it."""
    known = {stage.id for stage in stages()}
    left = [path for path in sorted(RELEASE.glob("[!.]*")) if path.is_dir() and path.name not in known]
    made_for = r"^(gradescope|github|prairielearn|coderunner|solutions)-"
    left += [path for path in sorted(DIST.glob("*.zip")) if re.sub(made_for, "", path.stem) not in known]
    if left:
        raise UsageError("these belong to no stage any more: " + ", ".join(f"{path.parent.name}/{path.name}" for path in left)
                         + "\n  Remove them, or bring the stage back to solutions/ and autograder/stages/")
