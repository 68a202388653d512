"""Execute notebooks, and the gate that executes the released one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from autograder.checks.report import PASSED, UNWRITTEN
from autograder.checks.words import _
from autograder.errors import UsageError
from autograder.grade.course import this_course
from autograder.grade.language import speaking
from autograder.prove.gate_result import GateResult
from autograder.prove.numbers import add_probes, number_problems
from autograder.prove.over_cores import over_cores
from autograder.publish.handout import for_students
from autograder.publish.release import folder_of
from autograder.stages import Stage, find_stage

# Seconds a cell, and in a second attempt. The longest cell trains a model for half a minute, a busy machine three times that.
CELL_SECONDS = 180, 1200


def released(stage: Stage) -> Path:
    """Return the released folder; UsageError if there is none."""
    folder = folder_of(stage)
    if not (folder / f"{stage.id}.ipynb").exists():
        raise UsageError(f"there is no assignments/{stage.id}/{stage.id}.ipynb; run make release STAGE={stage.id}")
    return folder


def notebook_runs(stage: Stage) -> GateResult:
    """The released notebook runs as it should.

    With the stub, each check() cell says "not yet written"; of the other cells only the first is run, which sets up. With the
    model answers, every cell runs, the checks say "passed", and the numbers in texts and mark schemes are those of the run.
    The checks speak the language of the term.
    """
    finding, again = GateResult("the released notebook runs"), ""
    runs = over_cores((False, True), lambda some: [_run(stage, solved) for solved in some])
    for name, notebook in zip(("stub", "model answers"), runs, strict=True):
        solved = name == "model answers"
        with speaking(this_course().language):
            state = f" {_(PASSED)} " if solved else f" {_(UNWRITTEN)}"
        if "kit_again" in notebook.metadata:
            again += f"; {name} {notebook.metadata['kit_again']}"
        for cell in _code_cells(notebook):
            said = "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            errors = [f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"]
            if _checks(cell) and state not in said:
                errors.append(f"it says {said.strip()[-300:]!r}")
            if errors and (_checks(cell) or solved):
                finding.problems.append(f"{name}: {cell.source.splitlines()[0]!r}: {errors[0]}")
        if solved:
            finding.problems += number_problems(stage, notebook)
    checks, cells = (len(_code_cells(notebook)) for notebook in runs)
    finding.measured = f"{cells} cells with the model answers, {checks} with the stub{again}"
    return finding


def _run(stage: Stage, solved: bool) -> Any:
    with handed_out(stage, solved) as folder:
        path = folder / f"{stage.id}.ipynb"
        if not solved:
            notebook = nbformat.read(path, as_version=4)
            first = _code_cells(notebook)[:1]
            notebook.cells = [cell for cell in notebook.cells if cell in first or _checks(cell)]
            nbformat.write(notebook, path)
        return executed(path, stage if solved else None)


def _code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _checks(cell: Any) -> bool:
    """Whether a cell is one that students run to check a task."""
    return cell.cell_type == "code" and cell.source.startswith("check(")


@contextmanager
def handed_out(stage: Stage, solved: bool) -> Iterator[Path]:
    """Context with a copy of the released folder outside the kit, beside those of earlier stages it uses.

    With `solved`, the stage's file has the model answers, and the notebook those of its code cells.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for one in [stage, *map(find_stage, stage.info.requires_stages)]:
            folder = Path(scratch, one.id)
            shutil.copytree(released(one), folder)
            if solved:
                shutil.copyfile(one.solution, folder / one.info.file)
                solve_cells(folder / f"{one.id}.ipynb", one)
        yield Path(scratch, stage.id)


def solve_cells(path: Path, stage: Stage) -> None:
    """Replace in a released notebook the code cells that students fill in by those of the source."""
    answers = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nbformat.read(stage.notebook, 4).cells}
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = for_students(answers[cell.metadata.nbgrader.grade_id].source)
    nbformat.write(notebook, path)


def executed(path: Path, measured: Stage | None = None) -> Any:
    """Execute all cells, continuing after errors, and return the notebook; with `measured`, including probes for its stated
    numbers.

    A message between Jupyter and a kernel can get lost, after which both wait forever. A run with a cell that does not end, or
    whose kernel does not answer or dies, is therefore repeated once, in a new kernel and with more time; `metadata.kit_again`
    records it.

    Raises
    ------
    UsageError
        The second run ended in such a way too.
    """
    first = _attempt(path, measured, CELL_SECONDS[0])
    if not isinstance(first, str):
        return first
    second = _attempt(path, measured, CELL_SECONDS[1])
    if isinstance(second, str):
        raise UsageError(f"{path.name} was run twice, and not to its end: {first}; then {second}. Run it by hand in Jupyter: "
                         "where it ends there, run this again")
    second.metadata["kit_again"] = f"once more, since {first}"
    return second


def _attempt(path: Path, measured: Stage | None, seconds: int) -> Any:
    """Return the executed notebook, or in words why it was not run to its end."""
    from nbclient.exceptions import CellTimeoutError

    try:
        return _executed(path, measured, seconds)
    except CellTimeoutError:
        return f"a cell did not end within {seconds} s"
    except RuntimeError as error:  # Jupyter's for a kernel that does not answer, or has died
        return f"there was no kernel ({str(error).rstrip('.')})"


def _executed(path: Path, measured: Stage | None, seconds: int) -> Any:
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    if measured is not None:
        add_probes(measured, notebook)
    with tempfile.TemporaryDirectory() as sockets:
        # Unix sockets: no port is opened, and parallel runs do not collide.
        transport = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})
        NotebookClient(notebook, timeout=seconds, startup_timeout=300, kernel_name="python3", allow_errors=True, config=transport,
                       resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook
