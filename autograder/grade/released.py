"""The notebooks students were given, in the form submissions are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from autograder.grade.notebook_reading import Cell, read_cells
from autograder.stages import RELEASE, stages


@dataclass(frozen=True)
class Released:
    """The cells of a released notebook, and the ids of those that are graded or locked."""

    cells: tuple[Cell, ...]
    grade_ids: frozenset[str]


@lru_cache(maxsize=8)
def released_notebook(stage_id: str) -> Released:
    """Return a stage's notebook as handed out."""
    cells = tuple(read_cells((RELEASE / stage_id / f"{stage_id}.ipynb").read_bytes()).cells)
    return Released(cells, frozenset(cell.grade_id for cell in cells if cell.grade_id))


@lru_cache(maxsize=8)
def released_texts(stage_id: str) -> frozenset[str]:
    """Return the texts of its cells."""
    return frozenset(cell.text.strip() for cell in released_notebook(stage_id).cells)


def stage_of(cells: list[Cell], but: str) -> str:
    """Return the other stage whose notebook this is, by its graded cells and shared texts; empty if none."""
    ids = {cell.grade_id for cell in cells if cell.grade_id}
    texts = {cell.text.strip() for cell in cells}
    shared = {
        stage.id: len(ids & released_notebook(stage.id).grade_ids) + len(texts & released_texts(stage.id))
        for stage in stages()
        if (RELEASE / stage.id / f"{stage.id}.ipynb").exists()
    }
    best = max(shared, key=lambda stage_id: shared[stage_id], default="")
    return best if best and best != but and shared[best] >= 3 and shared[best] > 2 * shared.get(but, 0) else ""
