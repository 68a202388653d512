"""The notebooks students were given, in the form submissions are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from autograder.checks.update import hash_of_cell, manifest
from autograder.grade.notebook_reading import Cell, read_cells
from autograder.stages import RELEASE, stages


@dataclass(frozen=True)
class Released:
    """A released notebook: the ids of cells that are graded or locked, and the hashes of all cells and of those before it."""

    grade_ids: frozenset[str]
    cells: frozenset[str]
    earlier: frozenset[str]


@lru_cache(maxsize=8)
def released_notebook(stage_id: str) -> Released:
    """Return what is known of a stage's notebook as handed out."""
    cells = read_cells((RELEASE / stage_id / f"{stage_id}.ipynb").read_bytes()).cells
    return Released(frozenset(cell.grade_id for cell in cells if cell.grade_id), frozenset(map(hash_of, cells)),
                    frozenset(manifest(RELEASE / stage_id).get("earlier", [])))


def hash_of(cell: Cell) -> str:
    """Return the hash that tells whether a cell is as released."""
    return hash_of_cell({"cell_type": cell.kind, "source": cell.text})


def is_of_earlier_release(cell: Cell, stage_id: str) -> bool:
    """Whether an earlier release had this cell: the kit remembers it, or it carries the hash of its own text."""
    return hash_of(cell) in released_notebook(stage_id).earlier | {cell.released}


def is_as_handed_out(cell: Cell, stage_id: str) -> bool:
    """Whether this or an earlier release had this cell."""
    return hash_of(cell) in released_notebook(stage_id).cells or is_of_earlier_release(cell, stage_id)


def stage_of(cells: list[Cell], but: str) -> str:
    """Return the other stage whose notebook this is, by its graded cells and shared texts; empty if none."""
    ids = {cell.grade_id for cell in cells if cell.grade_id}
    texts = {*map(hash_of, cells)}
    shared = {
        stage.id: len(ids & ours.grade_ids) + len(texts & (ours.cells | ours.earlier))
        for stage in stages()
        if (RELEASE / stage.id / f"{stage.id}.ipynb").exists() and (ours := released_notebook(stage.id))
    }
    best = max(shared, key=lambda stage_id: shared[stage_id], default="")
    return best if best and best != but and shared[best] >= 3 and shared[best] > 2 * shared.get(but, 0) else ""
