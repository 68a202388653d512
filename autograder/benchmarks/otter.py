"""The same tests in the format of otter-grader, whose `otter run` executes a notebook in a kernel and writes a file of results.

Nothing of this kit's grading is used: one test file a task, one test case a test, with its points and whether it is hidden. What
the tests share is a module beside them, so that otter-grader does it once a submission. It has an environment of its own, so
that neither slows or changes the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from packaging.requirements import Requirement

from autograder.benchmarks import plain
from autograder.publish.handing_out import without_markers
from autograder.stages import Stage
from autograder.stages.points import test_list

VENV = Path(sys.prefix) / "otter-grader"
READY = ".ready"
SUITE = "suite_of_the_stage"  # a name that no file of a student has
HEAD = """from otter.test_files import test_case
import {suite}
OK_FORMAT = False
name = "task {task}"
points = None
"""
CASE = """
@test_case(name="{test}", points={points}, hidden={hidden})
def {test}(env):
    {suite}.run_this_test({suite}.{test})
"""


def installed() -> str:
    """The version of otter-grader that is measured, installed first where it is not there yet; empty where it cannot be had."""
    python = VENV / "bin" / "python"
    if not (VENV / READY).exists():
        wanted = ["otter-grader", "ipykernel", *(f"{name}=={version(name)}" for name in ("numpy", "matplotlib", "pytest"))]
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        if subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]).returncode:
            return ""
        lend_torch(Path(sysconfig.get_path("purelib", vars={"base": str(VENV)})))
        (VENV / READY).touch()
    return subprocess.run([python, "-c", "import otter; print(otter.__version__)"], text=True, stdout=subprocess.PIPE,
                          check=True).stdout.strip()


def lend_torch(packages: Path) -> None:
    """PyTorch, where it is installed here, by links: another copy would be gigabytes."""
    left, seen = ["torch"], set[str]()
    while left:
        name = left.pop()
        with suppress(PackageNotFoundError):
            package = distribution(name)
            for top in {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "__pycache__")}:
                if not (packages / top).exists():
                    (packages / top).symlink_to(str(package.locate_file(top)))
            wanted = map(Requirement, package.requires or ())
            left += {other.name for other in wanted if not other.marker or other.marker.evaluate()} - seen
        seen.add(name)


def build(course: Path, stage: Stage, answers: Mapping[str, str]) -> None:
    """The autograder's zip of a stage, and each answer handed in as a notebook."""
    plain.lend(course / plain.MODULES, stage)
    with zipfile.ZipFile(course / "autograder.zip", "w") as package:
        package.writestr("otter_config.json", "{}")
        package.writestr(f"files/{SUITE}.py", "\n".join(plain.cells(stage, "{test}\n").values()))
        for task, text in _test_files(stage).items():
            package.writestr(f"tests/task_{task.replace('.', '_')}.py", text)
    for student, answer in answers.items():
        notebook = new_notebook(cells=[new_code_cell(without_markers(answer), id="answer")])
        (course / student).mkdir()
        nbformat.write(notebook, course / student / f"{stage.id}.ipynb")


def _test_files(stage: Stage) -> dict[str, str]:
    texts: dict[str, str] = {}
    for visibility, task, test, _, points in test_list(stage):
        texts.setdefault(task, HEAD.format(suite=SUITE, task=task))
        texts[task] += CASE.format(suite=SUITE, test=test, points=points, hidden=visibility == "hidden")
    return texts


def run(course: Path, stage: Stage, students: list[str], at_once: int) -> None:
    """`otter run`, a process a submission; it leaves `<student>/results.json`."""
    def one(student: str) -> None:
        done = subprocess.run([VENV / "bin" / "python", "-m", "otter", "run", f"{stage.id}.ipynb", "--no-logo", "-o", ".",
                               "-a", str(course / "autograder.zip")], cwd=course / student, env=plain.environment(course),
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise RuntimeError(f"otter run failed:\n{done.stdout[-3000:]}")

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, students))


def points(course: Path, student: str) -> float:
    """What `otter run` gave a submission, from its file of results."""
    results = json.loads((course / student / "results.json").read_text(encoding="utf-8"))
    return sum(float(test.get("score", 0)) for test in results["tests"])
