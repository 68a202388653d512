"""The sample class: made from the material, the catalogue of mistakes, and typical broken hand-ins."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from autograder.demo_answers import ANSWERS
from autograder.errors import UsageError
from autograder.grade.course import read_course
from autograder.stages import RELEASE, Stage
from autograder.stages.strip import strip

MARK = ".sample-class"
# Mistakes per stage: enough to see them named, few enough for a minute on two cores.
SHOWN = 6


def build(course: Path, stage_id: str | None = None) -> int:
    """Create ``<course>/submitted/``, replacing an earlier one; return the number of submissions.

    Raises
    ------
    UsageError
        The folder exists and is not a sample class: nothing in it is touched.
    """
    if course.exists() and any(course.iterdir()) and not (course / MARK).exists():
        raise UsageError(f"{course} is not empty and not a sample class; name another folder with COURSE=")
    shutil.rmtree(course / "submitted", ignore_errors=True)
    course.mkdir(parents=True, exist_ok=True)
    (course / MARK).write_text("Made by `make demo`; it may be removed.\n")
    count = 0
    for number, stage in enumerate(stage for stage in read_course(course).stages(stage_id) if not stage.missing_libraries()):
        for student, files in submissions(stage, everything=number == 0):
            folder = course / "submitted" / student / stage.id
            folder.mkdir(parents=True)
            for name, data in files.items():
                (folder / name).write_bytes(data)
            count += 1
    return count


def submissions(stage: Stage, everything: bool) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield name and files of each sample; without `everything`, a shorter list."""
    notebook_name = f"{stage.id}.ipynb"
    notebook = (RELEASE / stage.id / notebook_name).read_bytes()
    solution = stage.solution.read_text(encoding="utf-8")
    stub = strip(solution, stage.info.file)
    trained = stage.trained()

    good, fair, weak = (answered(notebook, words) for words in ANSWERS.get(stage.id, ("", "", "")))

    def handed_in(source: str, notebook: bytes | None = notebook) -> dict[str, bytes]:
        files = {stage.info.file: source.encode()} | trained
        return files if notebook is None else files | {notebook_name: notebook}

    yield "solution", handed_in(solution, good)
    yield "half-done", handed_in(half_done(stage, solution), weak)
    mistakes = stage.mistakes()
    step = max(1, len(mistakes) // SHOWN)
    # Every fourth has no answer to the written task.
    for mistake, written in zip(mistakes[::step][: SHOWN if everything else 3], cycle((notebook, fair, good, weak)),
                                strict=False):
        yield mistake.id, handed_in(mistake.source, written)
    if not everything:
        return
    yield "stub", handed_in(stub)
    yield "syntax-error", handed_in(solution.replace("def ", "def def ", 1), fair)
    yield "endless-loop", handed_in(solution + endless(stage), fair)
    yield "missing-file", {notebook_name: notebook}
    yield "no-notebook", handed_in(solution, None)
    yield "tampered-notebook", handed_in(stub, tampered(notebook))
    yield "broken-notebook", handed_in(solution, notebook[: len(notebook) // 2])


def answered(notebook: bytes, words: str) -> bytes:
    """Return the released notebook with an answer below its written task."""
    content = json.loads(notebook)
    cells = content["cells"]
    task = next((place for place, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("task")), None)
    if task is None or not words:
        return notebook
    cells[task + 1]["source"] = words.splitlines(keepends=True)
    return json.dumps(content).encode()


def half_done(stage: Stage, solution: str) -> str:
    """Return the first half of the tasks solved, the second as handed out."""
    tasks = list(stage.functions)
    return strip(solution, stage.info.file, keep=tasks[: len(tasks) // 2])


def endless(stage: Stage) -> str:
    """Return a redefinition of the last function that never returns."""
    name = list(stage.functions.values())[-1][-1]
    return f"\n\ndef {name}(*args, **kwargs):\n    while True:\n        pass\n"


def tampered(notebook: bytes) -> bytes:
    """Return a notebook with grade cells deleted, duplicated and filled with a made-up score."""
    content = json.loads(notebook)
    graded = [cell for cell in content["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    content["cells"].remove(graded[0])
    graded[1]["source"] = ["print('100 of 100')\n", "100.0"]
    graded[1]["metadata"]["nbgrader"]["points"] = 1000
    content["cells"].append(graded[2])
    return json.dumps(content).encode()
