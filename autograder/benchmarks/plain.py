"""The other side of the comparison: plain nbgrader, with the same tests in the notebook's cells.

Nothing of this kit's grading is used: a course as `nbgrader quickstart` makes it, its own preprocessors, each notebook
executed in a kernel of its own, then `nbgrader generate_feedback`.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.publish.handing_out import without_markers
from autograder.stages import KIT, Stage, find_stage
from autograder.stages.points import task_points

MODULES = "modules"
SETUP = '''import warnings
warnings.simplefilter("ignore")  # nbgrader gives 0 to a cell that writes to stderr

import random, sys, types, zlib
from pathlib import Path
import numpy as np
from autograder.checks import expect, expect_raises, expect_true, expect_unchanged, task
from autograder.checks.autodiff import vjp_in
from autograder.checks.axes import Canvas
from autograder.checks.checkpoints import Checkpoints, load_checkpoint
from autograder.checks.student import RecordedAutodiff, RecordedCanvas, Student, call_with_copies
reference = types.ModuleType("reference")
exec(compile({reference!r}, "reference.py", "exec"), vars(reference))
namespace = vars(sys.modules["__main__"])
student = Student(lambda name, args, kwargs: call_with_copies(namespace[name], args, kwargs))
def load(model, file):
    return load_checkpoint(model, Path({trained!r}) / file)
fixtures = dict(student=student, reference=reference, canvas=RecordedCanvas(Canvas(), student),
                autodiff=RecordedAutodiff(vjp_in(sys.modules["__main__"]), student),
                checkpoints=Checkpoints(load, student))
def run_this_test(test):
    student.calls.clear()
    names = test.__code__.co_varnames[:test.__code__.co_argcount]
    made = fixtures | dict(rng=np.random.default_rng([0, zlib.crc32(test.__name__.encode())]))
    test(**{{name: made[name] for name in names}})
'''


def cells(stage: Stage, each: str = "{test}\nrun_this_test({name})\n") -> dict[str, str]:
    """For each task the source of a cell that runs the task's tests, public and hidden; `each` is what is made of a test."""
    helpers, tests = "", dict.fromkeys(task_points(stage), "")
    for file in stage.test_files().values():
        source = file.read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            text = ast.get_source_segment(source, node) or ""
            marks = getattr(node, "decorator_list", [])
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                task = ast.literal_eval(marks[0].args[0])
                tests[task] += each.format(test=text, name=node.name)
            elif not (isinstance(node, ast.ImportFrom) and node.module in ("__future__", "autograder.checks")):
                helpers += "".join(f"@{ast.unparse(mark)}\n" for mark in marks) + text + "\n"
    reference = without_markers(stage.solution.read_text(encoding="utf-8"))
    return {"setup": SETUP.format(reference=reference, trained=str(stage.suite / "checkpoints")) + helpers, **tests}


def notebook(stage: Stage, answer: str) -> nbformat.NotebookNode:
    """A notebook with an answer cell and one graded cell a task."""
    made = new_notebook(metadata={"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}})
    points, sources = task_points(stage), cells(stage)
    made.cells = [_cell("answer", answer, solution=True), _cell("setup", sources["setup"], locked=True)]
    made.cells += [_cell(f"task_{task.replace('.', '_')}", sources[task], grade=True, locked=True, points=points[task])
                   for task in points]
    return made


def _cell(name: str, source: str, *, grade: bool = False, solution: bool = False, locked: bool = False,
          points: float = 0) -> nbformat.NotebookNode:
    plan = {"schema_version": 3, "grade": grade, "solution": solution, "locked": locked, "task": False, "grade_id": name,
            "cell_type": "code"} | ({"points": points} if grade else {})
    return new_code_cell(source, metadata={"nbgrader": plan}, id=name.replace("_", "-"))


def build(course: Path, stage: Stage, answers: Mapping[str, str]) -> None:
    """A course folder of plain nbgrader: source, one release, and each answer handed in as a notebook."""
    source = course / "source" / stage.id
    source.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "plain"\n'
                                               'c.ClearSolutions.enforce_metadata = False\n')
    lend(course / MODULES, stage)
    nbformat.write(notebook(stage, without_markers(stage.solution.read_text(encoding="utf-8"))), source / f"{stage.id}.ipynb")
    nbgrader(course, "generate_assignment", stage.id)
    for student, answer in answers.items():
        folder = course / "submitted" / student / stage.id
        folder.mkdir(parents=True)
        released = nbformat.read(course / "release" / stage.id / f"{stage.id}.ipynb", as_version=4)
        released.cells[0].source = without_markers(answer)
        nbformat.write(released, folder / f"{stage.id}.ipynb")


def lend(folder: Path, stage: Stage) -> None:
    """What the notebook imports: the model answers of earlier stages, and the modules and data students are given."""
    folder.mkdir()
    for earlier in map(find_stage, stage.info.requires_stages):
        (folder / earlier.info.file).write_text(without_markers(earlier.solution.read_text(encoding="utf-8")))
    for source, name in stage.info.handout_files.items():
        copy = shutil.copytree if (KIT / source).is_dir() else shutil.copy
        copy(KIT / source, folder / name)


def environment(course: Path) -> dict[str, str]:
    """With the interpreter's folder on the path, since nbgrader starts `alembic` by name; one thread, as there is one core."""
    return os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
                         "PYTHONPATH": os.pathsep.join([str(course / MODULES), str(KIT)]),
                         "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def nbgrader(course: Path, *words: str) -> None:
    """One nbgrader command; its output is shown when it fails."""
    done = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course, env=environment(course), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(words)} failed:\n{done.stdout[-3000:]}")
