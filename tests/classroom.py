"""What the tests share: submissions made from the material, courses made of them, and a way to grade one."""

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

from autograder.gradebook.grading import Outcome, grade_course
from autograder.stages import KIT, RELEASE, find_stage
from autograder.stages.strip import strip
from tests.loaded import loaded

STAGE = find_stage("1-bptt")
SOLUTION = STAGE.solution.read_text(encoding="utf-8")
STUB = strip(SOLUTION, STAGE.info.file)
# What a copy of the kit needs to release, to grade and to be nbgrader's course folder.
PARTS = ("autograder", "solutions", "assignments", "pyproject.toml", "nbgrader_config.py")


class Silent:
    """Hears how the grading goes on, and keeps count."""

    def __init__(self) -> None:
        self.total = 0

    def begin(self, title: str, total: int) -> None:
        self.total += total

    def advance(self, title: str, failed: bool = False) -> None:
        pass


def notebook_bytes() -> bytes:
    """The notebook as students get it."""
    return (RELEASE / STAGE.id / f"{STAGE.id}.ipynb").read_bytes()


def notebook() -> dict:
    """The same as JSON, to be changed."""
    return json.loads(notebook_bytes())


def grade_cells(content: dict) -> list[dict]:
    """The cells of a notebook that tests give marks to."""
    return [cell for cell in content["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]


def with_function(source: str) -> str:
    """The model answers with one function written over."""
    return f"{SOLUTION}\n\n{source}"


def hand_in(course: Path, student: str, source: str | bytes | None = SOLUTION, content: object = "as released") -> Path:
    """Put a submission where the LMS would; `content` is the notebook's bytes, its JSON, or None for no notebook."""
    folder = course / "submitted" / student / STAGE.id
    folder.mkdir(parents=True, exist_ok=True)
    if source is not None:
        (folder / STAGE.info.file).write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
    if content == "as released":
        content = notebook_bytes()
    if content is not None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode("utf-8")
        (folder / f"{STAGE.id}.ipynb").write_bytes(data)
    return folder


def grade(course: Path, jobs: int = 2, **settings: object) -> Outcome:
    """`make grade`, without its words."""
    return grade_course(course, Silent(), jobs=jobs, **settings)


def record_of(course: Path, student: str) -> dict:
    """The record of a submission."""
    return json.loads((course / "results" / STAGE.id / f"{student}.json").read_text(encoding="utf-8"))


def page_of(course: Path, student: str) -> str:
    """The feedback page of a submission, as a person reads it."""
    html = (course / "feedback" / student / STAGE.id / f"{STAGE.id}.html").read_text(encoding="utf-8")
    return " ".join(unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).split())


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file's identity and time of change: equal when nothing was written."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def contents(folder: Path) -> dict[str, bytes]:
    """Each file's bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def copy_of_kit(target: Path) -> Path:
    """A kit that a test may break: the same code and material in another place."""
    for name in PARTS:
        source = KIT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    return target


def run(*command: str, cwd: Path, as_bytes: bool = False, **variables: str) -> subprocess.CompletedProcess:
    """A program of this environment, started in `cwd` as a person would."""
    return subprocess.run(command, cwd=cwd, env=environment() | variables, text=not as_bytes, capture_output=True, timeout=300)


def environment() -> dict[str, str]:
    """The variables of a person's shell."""
    beside = str(Path(sys.executable).parent)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return variables | {"PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}


def in_kit(kit: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`python -m autograder ...` with the code of a copy of the kit, in a process that has the libraries loaded already."""
    return loaded(environment()).run(kit, *arguments)
