"""`make figures`: save every figure of the notebooks as SVG and PNG, for lectures."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autograder.checks.figures import FOLDER
from autograder.errors import UsageError
from autograder.prove.notebooks import executed, handed_out
from autograder.stages import KIT, Stage


def draw_figures(stage: Stage, target: Path = KIT / "dist" / "figures") -> Path:
    """Run a stage's notebook with the model answers and save each of its figures.

    Parameters
    ----------
    stage : Stage
    target : Path
        Parent of the stage's folder, which is replaced.

    Returns
    -------
    Path
        The stage's folder.

    Raises
    ------
    UsageError
        A cell raised an exception; the figures before it are saved.
    """
    place = (target / stage.id).resolve()
    shutil.rmtree(place, ignore_errors=True)
    before = os.environ.get(FOLDER)
    os.environ[FOLDER] = str(place)
    try:
        with handed_out(stage, solved=True) as folder:
            notebook = executed(folder / f"{stage.id}.ipynb")
    finally:
        if before is None:
            del os.environ[FOLDER]
        else:
            os.environ[FOLDER] = before
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise UsageError(f"{stage.id}: the cell that begins with {cell.source.splitlines()[0]!r} ended with "
                                 f"{output.ename}: {output.evalue}")
    return place
