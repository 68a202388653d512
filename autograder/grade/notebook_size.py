"""Drop the outputs of large notebooks before anything else is done with them."""

from __future__ import annotations

import json
from typing import Any

from autograder.grade.notebook_reading import Cell, read_cells

# Bytes up to which a notebook is kept as handed in.
LARGE = 2 << 20


def reduced(data: bytes) -> tuple[bytes, list[str]]:
    """Return a small notebook as it is, and a large one with only the student's texts and pictures.

    Returns
    -------
    data : bytes
    notes : list of str
        Problems of a large one.
    """
    if len(data) <= LARGE:
        return data, []
    reading = read_cells(data)
    return (_written(reading.cells, reading.python), reading.notes) if reading.cells else (data[:LARGE], [])


def _written(cells: list[Cell], python: str) -> bytes:
    """Serialize cells as a notebook."""
    listed = []
    for cell in cells:
        metadata: dict[str, Any] = {"nbgrader": cell.nbgrader_meta} if cell.nbgrader_meta else {}
        entry: dict[str, Any] = {
            "cell_type": cell.kind,
            "metadata": metadata | ({"tags": ["some"]} if cell.tagged else {}),
            "source": cell.text,
        }
        if cell.attachments:
            entry["attachments"] = cell.attachments
        if cell.pictures:
            entry["outputs"] = [{"output_type": "display_data", "data": {kind: content}} for kind, content in cell.pictures]
        listed.append(entry)
    info = {"language_info": {"name": "python", "version": python}} if python else {}
    return json.dumps({"cells": listed, "metadata": info, "nbformat": 4, "nbformat_minor": 5}).encode()
