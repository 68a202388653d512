"""A submitted notebook as nbgrader can take it: whatever was handed in, the written answers are kept.

The marks come from the student's `.py` file, so a notebook that is broken, incomplete or tampered with
costs nothing but what was written in it. `repair` puts back what is missing, from the released notebook,
and says what it did.
"""

from __future__ import annotations

import copy
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from traitlets import default

from autograder.grade.submission import MAX_TOTAL, Refused, read_bytes
from autograder.stages import RELEASE

MAX_CELLS = 2000
GRADE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
CELL_KEYS = {"code": ("cell_type", "execution_count", "id", "metadata", "outputs", "source"),
             "markdown": ("cell_type", "id", "metadata", "source")}


def task_of_cell(plan: dict[str, Any]) -> str:
    """The task of a grade cell: ``task_1_3`` is the cell of task 1.3."""
    return str(plan["grade_id"]).removeprefix("task_").replace("_", ".")


@lru_cache(maxsize=8)
def released(stage_id: str) -> NotebookNode:
    """The notebook students were given."""
    return nbformat.read(RELEASE / stage_id / f"{stage_id}.ipynb", as_version=4)


@lru_cache(maxsize=16)
def repair(data: bytes | None, stage_id: str) -> tuple[NotebookNode, tuple[str, ...]]:
    """The submitted notebook with every graded cell in its place, and what was wrong with it.

    The notebook is shared by all who ask for the same bytes: who changes it, copies it first, as nbconvert does.

    Parameters
    ----------
    data : bytes or None
        The file as handed in; None when there is none.
    stage_id : str
        Whose released notebook to hold it against.

    Returns
    -------
    notebook : NotebookNode
        Format 4.5; grade cells, written tasks and locked cells each exactly once.
    notes : tuple of str
        One sentence for each thing that was wrong.
    """
    ours = released(stage_id)
    if data is None:
        return copy.deepcopy(ours), ()
    try:
        submitted = _read(data)
    except Exception as error:  # anything at all may be in that file
        reason = " ".join(str(error).split())[:150]
        return copy.deepcopy(ours), (f"{stage_id}.ipynb could not be read ({reason}); the marks of the code do not "
                                     "depend on it, but what was written in it is lost",)
    notes: list[str] = []
    cells = _own_cells(submitted, {name: cell for cell in ours.cells if (name := _grade_id(cell))}, notes)
    cells = _put_back(cells, ours, notes)
    _number(cells)
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(ours.metadata)), tuple(notes)


def _read(data: bytes) -> NotebookNode:
    text = data.decode("utf-8-sig")
    if not text.lstrip().startswith("{"):
        raise ValueError("it does not begin as a notebook does")
    content = json.loads(text)
    older = content.get("worksheets")
    for sheet in [content, *(older if isinstance(older, list) else [])]:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            sheet["cells"] = [_reduced(cell) for cell in sheet["cells"] if isinstance(cell, dict)]
    if not isinstance(content.get("cells"), list):
        # Not nbformat.reads: it validates, and prints a warning for what is repaired below.
        content = nbformat.converter.convert(nbformat.reader.reads(json.dumps(content)), 4)
    if not isinstance(content.get("cells"), list) or len(content["cells"]) > MAX_CELLS:
        raise ValueError(f"it has no list of cells, or more than {MAX_CELLS}")
    return nbformat.from_dict({"cells": content["cells"], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _reduced(cell: dict[str, Any]) -> dict[str, Any]:
    """What is used of a cell, before anything else looks at it: outputs may be millions."""
    kept: dict[str, Any] = {key: cell[key] for key in ("cell_type", "source", "attachments", "input", "level") if key in cell}
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    kept["metadata"] = {key: metadata[key] for key in ("nbgrader", "tags") if key in metadata}
    return kept | ({"outputs": [], "execution_count": None} if kept.get("cell_type") == "code" else {})


def _grade_id(cell: Any) -> str | None:
    metadata = cell.get("metadata")
    plan = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = plan.get("grade_id") if isinstance(plan, dict) else None
    return grade_id if isinstance(grade_id, str) and GRADE_ID.fullmatch(grade_id) else None


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    # JSON can hold halves of characters, which no file can.
    return source.encode("utf-8", "replace").decode("utf-8") if isinstance(source, str) else ""


def _own_cells(submitted: NotebookNode, ours: dict[str, NotebookNode], notes: list[str]) -> list[NotebookNode]:
    """The student's cells, reduced to type and text; graded ones take the released cell's metadata."""
    cells, seen = [], set()
    for cell in submitted.cells:
        if not isinstance(cell, dict):
            continue
        grade_id, text = _grade_id(cell), _text(cell.get("source"))
        original = ours.get(grade_id) if grade_id else None
        if original is None:
            if grade_id:
                notes.append(f"cell {grade_id} is none of the assignment's; it is worth no points")
            cells.append(_plain(cell, text))
            continue
        if grade_id in seen:
            notes.append(f"cell {grade_id} was there twice; the first one counts")
            cells.append(_plain(cell, text))
            continue
        seen.add(grade_id)
        if cell["metadata"]["nbgrader"] != original.metadata.nbgrader or cell["metadata"].get("tags"):
            notes.append(f"cell {grade_id} had other points, settings or tags than the released one, which count")
        kept = copy.deepcopy(original)
        cells.append(kept)
        if original.metadata.nbgrader.get("solution"):
            kept.source = text
        elif text.strip() != original.source.strip():
            notes.append(f"cell {grade_id} was changed; it was put back as it was released")
            if original.metadata.nbgrader.get("task"):
                notes[-1] += ", and what was written in it follows below it"
                cells.append(_plain(cell, text))
    return cells


def _plain(cell: Any, text: str) -> NotebookNode:
    if cell.get("cell_type") == "code":
        return nbformat.from_dict({"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": text})
    pictures = _pictures(cell.get("attachments"))
    return nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": text}
                              | ({"attachments": pictures} if pictures else {}))


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a written answer, such as a photograph of a derivation."""
    found: dict[str, dict[str, str]] = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in kinds.items() if isinstance(kinds, dict) else ():
            if kind in ("image/png", "image/jpeg") and isinstance(data, str):
                found.setdefault(_text(name), {})[kind] = _text("".join(data.split()))
    return found


def _put_back(cells: list[NotebookNode], ours: NotebookNode, notes: list[str]) -> list[NotebookNode]:
    """Insert each graded cell that is gone after the graded cell before it."""
    cells = list(cells)
    position = 0
    for original in ours.cells:
        grade_id = _grade_id(original)
        if grade_id is None:
            continue
        places = [i for i, cell in enumerate(cells) if _grade_id(cell) == grade_id]
        if places:
            position = places[0] + 1
            continue
        if original.metadata.nbgrader.get("grade") or original.metadata.nbgrader.get("task"):
            notes.append(f"cell {grade_id} had been deleted; it was put back")
        cells.insert(position, copy.deepcopy(original))
        position += 1
    return cells


def _number(cells: list[NotebookNode]) -> None:
    """Number the cells: ids may be missing or double, and the same submission is to give the same bytes."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"


def _handed_in(path: Path) -> bytes | None:
    """The file, unless it is missing, too large, or reached by a link."""
    try:
        return None if path.parent.is_symlink() else read_bytes(path, MAX_TOTAL)
    except Refused:
        return None


class TolerantExporter(NotebookExporter):
    """nbgrader's exporter for autograde, which takes any submitted notebook (`Autograde.exporter_class`)."""

    @default("optimistic_validation")
    def _validated_when_all_steps_are_done(self) -> bool:
        return True

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """Read, repair, and go on as NotebookExporter does."""
        path = Path(filename)
        if path.absolute().is_relative_to(Path.cwd() / "autograded"):
            notebook = nbformat.read(path, as_version=4)  # our own, from the first pass
        else:
            notebook, _ = repair(_handed_in(path), path.stem)
        return self.from_notebook_node(notebook, resources=resources, **kwargs)
