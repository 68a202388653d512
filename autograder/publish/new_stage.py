"""`make stage NAME=`: create a new stage that passes the gates, to be changed step by step."""

from __future__ import annotations

import importlib.util
import keyword
import re
import shutil
from pathlib import Path
from string import Template
from typing import Any

import nbformat

from autograder.errors import UsageError
from autograder.publish.handout import write
from autograder.publish.release import staged
from autograder.stages import SOLUTIONS, Stage, find_stage, stages

TEMPLATES = Path(__file__).parent / "templates" / "stage"
# Names with another meaning in students' folders.
TAKEN = {"checks", "conftest", "test_public", "data", "settings", "solutions", "public", "hidden"}


def lay_out(word: str) -> Stage:
    """Create the two folders of a stage, and its release.

    Parameters
    ----------
    word : str
        A name such as ``attention``, or with a number, ``5-attention``; by default the next number is used.

    Raises
    ------
    UsageError
        The name is not valid for a module, or is taken.
    """
    number, name = _named(word)
    stage_id = f"{number}-{name}"
    source, suite = SOLUTIONS / stage_id, Stage(stage_id).suite
    for folder in (source, suite):
        if folder.exists():
            raise UsageError(f"{folder} is there already; choose another name, or remove it")
    facts = {"number": str(number), "name": name, "title": name.replace("_", " ").capitalize()}
    try:
        for template, target in {
                "solution": source / f"{name}.py", "stage": suite / "stage.toml", "public": suite / "public.py",
                "hidden": suite / "hidden.py", "mistake": suite / "mistakes" / "weighted_sum_is_a_mean.py",
                "alternative": suite / "alternatives" / "row_by_row.py"}.items():
            write(target, Template((TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(facts))
        write(source / f"{stage_id}.ipynb", nbformat.writes(notebook(facts)) + "\n")
        with staged([find_stage(stage_id)]):
            pass
    except BaseException:
        shutil.rmtree(source, ignore_errors=True)
        shutil.rmtree(suite, ignore_errors=True)
        raise
    return find_stage(stage_id)


def _named(word: str) -> tuple[int, str]:
    """Return number and name of the new stage."""
    known = {int(stage.id.partition("-")[0]): stage for stage in stages()}
    match = re.fullmatch(r"(?:(\d+)-)?([a-z][a-z0-9_]*)", word.strip().lower().replace(" ", "_"))
    if match is None:
        raise UsageError(f"NAME={word}: a stage's name is that of its Python file: small letters, digits and _, such as "
                         "NAME=attention")
    number, name = int(match[1] or max(known, default=0) + 1), match[2]
    if name in {stage.name for stage in known.values()} or number in known or not number:
        raise UsageError(f"NAME={word}: taken; the stages are: {', '.join(stage.id for stage in known.values())}")
    suite = Stage(f"{number}-{name}").suite
    if keyword.iskeyword(name) or name in TAKEN or suite.exists() or suite.with_suffix(".py").exists() or _is_library(name):
        raise UsageError(f"NAME={word}: {name} is the name of something else in Python or in the kit; choose another")
    return number, name


def _is_library(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return True


def notebook(facts: dict[str, str]) -> Any:
    """Build the source notebook from its template, in which a line ``%% id ...`` starts a cell and describes it."""
    text = Template((TEMPLATES / "notebook.txt").read_text(encoding="utf-8")).substitute(facts)
    cells = []
    for head, source in re.findall(r"(?ms)^%% (.*?)\n(.*?)(?=^%% |\Z)", text):
        cell_id, *words = head.split()
        kind = "code" if "code" in words else "markdown"
        cell = (nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell)(source.strip())
        cell["id"] = cell_id
        about: dict[str, str] = dict(word.split("=") for word in words if "=" in word)
        if "grade" in about or "task" in about:
            grade_id = f"task_{facts['number']}_{about.get('grade', about.get('task'))}"
            cell.metadata["nbgrader"] = {
                "cell_type": kind, "grade": "grade" in about, "grade_id": grade_id,
                "locked": True, "points": int(about.get("points", 0)), "schema_version": 3, "solution": False,
                "task": "task" in about}
        cells.append(cell)
    return nbformat.v4.new_notebook(cells=cells, metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})
