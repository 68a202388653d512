"""Turn a submitted notebook into one that nbgrader accepts, keeping the written answers whatever was handed in.

The marks for code come from the student's `.py` file, so a notebook that is broken, incomplete or tampered with affects only
its written answers. `repair` restores missing parts from the released notebook and reports what it did.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode

from autograder.checks.update import plain
from autograder.checks.words import N_
from autograder.grade.language import Doubt, doubt, said, three_of
from autograder.grade.names import shown
from autograder.grade.notebook_pictures import Pictures
from autograder.grade.notebook_reading import MAX_CELLS, Cell, read_cells
from autograder.grade.released import is_of_earlier_release, stage_of
from autograder.grade.submission import read_submission
from autograder.stages import RELEASE, find_stage

# What nbgrader cuts out of a cell, or refuses to make a page for. A student who writes it means no region of the grader's: with
# another blank in it, it looks the same and is text.
MARKER = re.compile(r"\b(BEGIN|END) (MARK SCHEME|HIDDEN TESTS)\b")
# Marks the cell with notes for the marker; it is not part of an answer.
NOTE = "kit_note"
TASK = re.compile(r"^#{1,6} +Task (\d+\.\d+)\b", re.MULTILINE)
CHECK = re.compile(r"""\s*check\(\s*["'](\d+\.\d+)["']\s*\)\s*""")
# Control codes that no page may contain; tab and newline are text.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def task_of_cell(nbgrader_meta: dict[str, Any]) -> str:
    """Return the task of a grade cell: ``task_1_3`` belongs to task 1.3."""
    return str(nbgrader_meta["grade_id"]).removeprefix("task_").replace("_", ".")


@lru_cache(maxsize=8)
def released(stage_id: str) -> NotebookNode:
    """Return the notebook that students were given."""
    return nbformat.read(RELEASE / stage_id / f"{stage_id}.ipynb", as_version=4)


@lru_cache(maxsize=4)  # each may hold a hundred megabytes of photos
def repair(
    data: bytes | None, stage_id: str, pictures: tuple[tuple[str, bytes], ...] = (), beside: tuple[str, ...] = ()
) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return the submitted notebook with every graded cell in its place, and what was wrong with it.

    The result is cached and shared: copy it before changing it, as nbconvert does.

    Parameters
    ----------
    data : bytes or None
        The file as handed in; None if there is none.
    stage_id : str
        Stage whose released notebook it is compared with.
    pictures : tuple of (str, bytes)
        Pictures handed in beside it.
    beside : tuple of str
        Names of other files handed in that may contain written answers.

    Returns
    -------
    notebook : NotebookNode
        Format 4.5, with grade cells, written tasks and locked cells exactly once each. Notes for the marker are in a cell of
        their own below the first written task.
    notes : tuple of str
        One sentence for each problem.
    """
    ours = released(stage_id)
    if data is None and not pictures and not beside:
        return copy.deepcopy(ours), ()
    images, notes = Pictures(dict(pictures)), list[str]()
    cells, explained = _read(data, stage_id, ours, images, notes) if data is not None else ([], True)
    cells = _put_back(cells, ours, [] if explained else notes)
    left = [_markdown(f"*Handed in beside the notebook:*\n\n{text}", shown_here)
            for text, shown_here in [images.page_of(images.left())] if text]
    too, comments = N_("{file} was handed in too: read it for the written tasks"), N_(
        "{file} may hold an answer in its comments: read it for the written tasks")
    notes += images.problems + [doubt(comments if file.endswith(".py") and file != f"{stage_id}.py" else too, file=shown(file))
                                for file in beside]
    notes = list(dict.fromkeys(notes))
    cells = _below_the_task(cells, [*([_note(notes)] if notes else []), *left])
    for cell in cells:
        if MARKER.search(cell.source):
            cell.source = MARKER.sub("\\1\u00a0\\2", cell.source)
    _number(cells)
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(ours.metadata)), tuple(notes)


def _read(data: bytes, stage_id: str, ours: NotebookNode, images: Pictures, notes: list[str]) -> tuple[list[NotebookNode], bool]:
    """Return the cells of the file, and whether the notes already explain why the assignment's cells are missing."""
    name = f"{stage_id}.ipynb"
    reading = read_cells(data)
    if not reading.cells and reading.notes:
        notes.append(doubt("{file} could not be read ({why}); the marks of the code do not depend on it, but what was written in "
                           "it is lost", file=name, why=reading.notes[0]))
        return [], True
    notes += [said("{file}: {note}", file=name, note=note) for note in reading.notes]
    is_damaged = any(isinstance(note, Doubt) for note in reading.notes)
    for cell in reading.cells:
        images.elsewhere |= cell.attachments
    other = stage_of(reading.cells, stage_id)
    if not other:
        notes += [_lost(reading.cells, ours)] if is_damaged else []
        return _own_cells(reading.cells, stage_id, images, notes), bool(reading.notes)
    notes.append(doubt("{file} is the notebook of {other}: what was written for {stage} is not in it", file=name, other=other,
                       stage=stage_id))
    return [part for cell in reading.cells[:MAX_CELLS] for part in _plain(cell, _text(cell.text), images, own=True)], True


def _lost(cells: list[Cell], ours: NotebookNode) -> str:
    """Return which tasks' cells a damaged notebook has no more, or that it has all that was handed out."""
    there = {cell.grade_id for cell in cells} | {plain(cell.text) for cell in cells}
    gone = [cell for cell in ours.cells if not there & {_grade_id(cell), plain(cell.source)} - {""}]
    tasks = [task_of_cell(cell.metadata.nbgrader) for cell in gone if cell.metadata.get("nbgrader", {}).get("task")]
    if tasks or ours.cells[-1] in gone:
        return doubt("the cells of {tasks} are lost: ask for the notebook, if they were answered", tasks=three_of(tasks)) \
            if tasks else doubt("its end is lost, which may be that of an answer: ask for the notebook")
    return said("the cells of all written tasks are there, and the last cell")


def _own_cells(cells: list[Cell], stage_id: str, images: Pictures, notes: list[str]) -> list[NotebookNode]:
    """Reduce the student's cells to type and text; graded cells take the metadata of the released ones.

    Cells are matched by nbgrader's metadata or, if that is gone, by their text. A cell as this or an earlier release has it is
    nothing that the student wrote, or changed: it is shown as it is now, and once.
    """
    ours = released(stage_id)
    graded = {name: cell for cell in ours.cells if (name := _grade_id(cell))}
    with_ids = {cell.grade_id for cell in cells}
    texts = {plain(cell.source): cell for cell in ours.cells}
    found: list[NotebookNode] = []
    seen: set[str] = set()
    strange: list[str] = []
    by_text, earlier = 0, False
    for cell in cells[:MAX_CELLS]:
        text, grade_id, is_earlier = _text(cell.text), cell.grade_id, is_of_earlier_release(cell, stage_id)
        if grade_id and grade_id not in graded:
            strange.append(grade_id)
        if grade_id not in graded:
            grade_id = _known_by_text(cell, graded, with_ids | seen)
            by_text += bool(grade_id)
        if not grade_id:
            handed_out = texts.get(plain(text))
            if handed_out is not None and _grade_id(handed_out):
                continue
            if handed_out is not None and handed_out.cell_type == cell.kind == "markdown":  # with its original pictures
                found.append(copy.deepcopy(handed_out))
            elif handed_out is None and is_earlier:
                earlier = True
            else:
                found += _plain(cell, text, images, own=handed_out is None)
            continue
        original = graded[grade_id]
        same = plain(original.source).startswith(plain(text))  # all of it, or what a cut left
        as_it_was = _is_as_handed_out(cell, text) or (is_earlier and not same)
        if grade_id in seen and (same or as_it_was):
            continue
        if grade_id in seen:
            notes.append(said("cell {cell} was there twice; the first one counts", cell=grade_id))
            found += _plain(cell, text, images, own=True)
            continue
        seen.add(grade_id)
        earlier |= as_it_was and cell.nbgrader_meta != original.metadata.nbgrader
        theirs = original.metadata.nbgrader
        other = any(value != theirs.get(name) for name, value in cell.nbgrader_meta.items() if name != "checksum")
        if cell.nbgrader_meta and ((other and not as_it_was) or cell.tagged):
            notes.append(said("cell {cell} had other points, settings or tags than the released one, which count", cell=grade_id))
        kept = copy.deepcopy(original)
        found.append(kept)
        if as_it_was:
            continue
        if original.metadata.nbgrader.get("solution"):
            kept.source = text
        elif not same:
            notes.append(said("cell {cell} was changed; it was put back as it was released", cell=grade_id))
            if original.metadata.nbgrader.get("task"):
                notes[-1] = said("{note}, and what was written in it follows below it", note=notes[-1])
                found += _plain(cell, text, images, own=True)
    if strange:
        one = N_("cell {cells} is none of the assignment's; it is worth no points")
        many = N_("cells {cells} are none of the assignment's; they are worth no points")
        notes.append(said(one if len(strange) == 1 else many, cells=three_of(strange)))
    if earlier:
        notes.append(said("the notebook is one of another release; the assignment's own cells are shown as they are now"))
    if by_text:
        notes.append(said("what nbgrader keeps in the cells was gone, as after Deepnote or Colab; they were known by their text"))
    return found


def _is_as_handed_out(cell: Cell, text: str) -> bool:
    """Whether a graded cell is as a release has it, this one or another: the checksum that nbgrader put into it still fits.

    Computed as `nbgrader.utils.compute_checksum` does, whose import would take longer than reading the notebook.
    """
    meta = cell.nbgrader_meta
    is_grade, is_solution = bool(meta.get("grade")), bool(meta.get("solution"))
    is_locked = not is_solution and (is_grade or bool(meta.get("locked")))
    parts = [text, cell.kind, str(is_grade), str(is_solution), str(is_locked), cell.grade_id]
    if is_grade:
        try:
            parts.append(str(float(meta["points"])))
        except (KeyError, TypeError, ValueError):
            return False
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest() == meta.get("checksum")


def _known_by_text(cell: Cell, graded: dict[str, NotebookNode], taken: set[str]) -> str:
    """Return the graded cell that this one was, by its whole text or else by the task its heading or check names; empty if none.
    """
    text = plain(cell.text)
    for grade_id, original in graded.items():
        if grade_id not in taken and text and text == plain(original.source):
            return grade_id
    match = CHECK.fullmatch(cell.text) if cell.kind == "code" else TASK.search(cell.text)
    if match is None:
        return ""
    for grade_id, original in graded.items():
        named = (CHECK.fullmatch if cell.kind == "code" else TASK.search)(original.source)
        if grade_id not in taken and original.cell_type == cell.kind and named is not None and named[1] == match[1]:
            return grade_id
    return ""


def _text(text: str) -> str:
    # JSON can contain lone surrogates, which no file can.
    return CONTROL.sub("\ufffd", text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n"))


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _plain(cell: Cell, text: str, images: Pictures, own: bool) -> list[NotebookNode]:
    """Return a cell without metadata, its pictures as attachments. Pictures in outputs of a student's code get a cell of their
    own.
    """
    if cell.kind == "code":
        found = [nbformat.from_dict({"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
                                     "source": text})]
        drawn = images.of_outputs(cell) if own else []
        return found + ([_markdown(*images.page_of(drawn))] if drawn else [])
    return [_markdown(*images.in_text(text, cell.attachments))]


def _markdown(text: str, attachments: dict[str, dict[str, str]]) -> NotebookNode:
    return nbformat.from_dict({"cell_type": "markdown", "metadata": {}, "source": text}
                              | ({"attachments": attachments} if attachments else {}))


def _put_back(cells: list[NotebookNode], ours: NotebookNode, notes: list[str]) -> list[NotebookNode]:
    """Insert each missing graded cell after the released cell before it, so that answers stay below their questions."""
    cells = list(cells)
    places = {plain(cell.source): number for number, cell in reversed(list(enumerate(cells)))}
    gone: list[str] = []
    position = 0
    for original in ours.cells:
        grade_id = _grade_id(original)
        if not grade_id:
            place = places.get(plain(original.source))
            if place is not None:
                position = max(position, place + 1)
            continue
        found = [i for i, cell in enumerate(cells) if _grade_id(cell) == grade_id]
        if found:
            position = found[0] + 1
            continue
        if original.metadata.nbgrader.get("grade") or original.metadata.nbgrader.get("task"):
            gone.append(grade_id)
        cells.insert(position, copy.deepcopy(original))
        places = {text: number + (number >= position) for text, number in places.items()}
        position += 1
    if len(gone) > 2:
        notes.append(said("cells {cells} had been deleted; they were put back", cells=three_of(gone)))
    else:
        notes += [said("cell {cell} had been deleted; it was put back", cell=grade_id) for grade_id in gone]
    return cells


def may_be_elsewhere(notes: Sequence[str]) -> bool:
    """Whether the notes say that an answer may be in something that cannot be shown."""
    return any(isinstance(note, Doubt) for note in notes)


def _note(notes: Sequence[str]) -> NotebookNode:
    """Return a cell with notes for the marker, each a sentence of Markdown with all markup escaped."""
    sentences = (re.sub(r"([\\`*_\[\]<>$|])", r"\\\1", note) + "." for note in notes)
    cell = _markdown("**Note to the marker, from the grader.** " + " ".join(sentences), {})
    cell.metadata[NOTE] = True
    return cell


def _below_the_task(cells: list[NotebookNode], added: list[NotebookNode]) -> list[NotebookNode]:
    """Insert cells below the first written task, where the marker looks."""
    place = next((i for i, cell in enumerate(cells) if cell.metadata.get("nbgrader", {}).get("task")), len(cells) - 1)
    return [*cells[: place + 1], *added, *cells[place + 1 :]]


def _number(cells: list[NotebookNode]) -> None:
    """Number the cells: ids may be missing or duplicate, and the same submission must give the same bytes."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"


class TolerantExporter(NotebookExporter):
    """nbgrader's exporter for autograde that accepts any submitted notebook (`Autograde.exporter_class`)."""

    optimistic_validation = True  # validated when all steps are done

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """Read and repair, then proceed as NotebookExporter does."""
        path = Path(filename)
        if path.absolute().is_relative_to(Path.cwd() / "autograded"):
            notebook = nbformat.read(path, as_version=4)  # our own, from the first pass
        else:
            submission = read_submission(path.parent, path.parent.parent.name, find_stage(path.stem))
            notebook, _ = repair(submission.notebook, path.stem, submission.pictures, submission.beside)
        return self.from_notebook_node(notebook, resources=resources, **kwargs)
