"""The gate that runs the released notebook, and what runs a notebook."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import UsageError
from autograder.prove.gate_result import GateResult
from autograder.prove.numbers import add_probes, number_problems
from autograder.publish.release import folder_of
from autograder.stages import Stage, find_stage

# Seconds a cell may take, and those where the notebook is run once more. The longest trains a model: half a minute, three times
# that where other programs have the processors.
CELL_SECONDS = 300, 1200


def released(stage: Stage) -> Path:
    """The folder students get, or UsageError where there is none."""
    folder = folder_of(stage)
    if not (folder / f"{stage.id}.ipynb").exists():
        raise UsageError(f"there is no assignments/{stage.id}/{stage.id}.ipynb; run make release STAGE={stage.id}")
    return folder


def notebook_runs(stage: Stage) -> GateResult:
    """Stub: each check() cell says "not yet written". Model answers: every cell runs, the checks say "passed", and the figures in
    the texts, mark schemes with them, are those of the run."""
    finding, again = GateResult("the released notebook runs"), ""
    for name, solved in (("stub", False), ("model answers", True)):
        with handed_out(stage, solved) as folder:
            notebook = executed(folder / f"{stage.id}.ipynb", stage if solved else None)
        if "kit_again" in notebook.metadata:
            again += f"; {name} {notebook.metadata['kit_again']}"
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            said = "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)
            errors = [f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"]
            checking = cell.source.startswith("check(")
            if checking and (" passed " if solved else " not yet written") not in said:
                errors.append(f"it says {said.strip()[-300:]!r}")
            if errors and (checking or solved):
                finding.problems.append(f"{name}: {cell.source.splitlines()[0]!r}: {errors[0]}")
        if solved:
            finding.problems += number_problems(stage, notebook)
    finding.measured = f"{sum(cell.cell_type == 'code' for cell in notebook.cells)} cells, twice{again}"
    return finding


@contextmanager
def handed_out(stage: Stage, solved: bool) -> Iterator[Path]:
    """A copy of the released folder, away from the kit, beside those of the earlier stages it uses."""
    with tempfile.TemporaryDirectory() as scratch:
        for one in [stage, *map(find_stage, stage.info.requires_stages)]:
            folder = Path(scratch, one.id)
            shutil.copytree(released(one), folder)
            if solved:
                shutil.copyfile(one.solution, folder / one.info.file)
        yield Path(scratch, stage.id)


def executed(path: Path, measured: Stage | None = None) -> Any:
    """The notebook after all its cells have run, those after an error too; with probes for the figures of a stage's texts.

    A message between Jupyter and a kernel can be lost: both wait then, for ever. So a run in which a cell does not end is made
    once more, in another kernel and with more time; `metadata.kit_again` says so.
    """
    from nbclient.exceptions import CellTimeoutError

    try:
        return _executed(path, measured, CELL_SECONDS[0])
    except CellTimeoutError:
        notebook = _executed(path, measured, CELL_SECONDS[1])
        notebook.metadata["kit_again"] = f"once more, since a cell did not end within {CELL_SECONDS[0]} s"
        return notebook


def _executed(path: Path, measured: Stage | None, seconds: int) -> Any:
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    if measured is not None:
        add_probes(measured, notebook)
    with tempfile.TemporaryDirectory() as sockets:
        # Sockets of the file system: no port is opened, and two runs at a time do not meet.
        transport = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}})
        NotebookClient(notebook, timeout=seconds, startup_timeout=300, kernel_name="python3", allow_errors=True, config=transport,
                       resources={"metadata": {"path": str(path.parent)}}).execute()
    return notebook
