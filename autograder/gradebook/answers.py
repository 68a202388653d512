"""Students' answers to written tasks, and the keys that identify them.

A mark given by hand belongs to the answer it was given for. An answer consists of everything between the task's cell and the next
marked cell that differs from the release. Its key is a hash of its text, as `plain` has it, and its pictures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.checks.update import plain
from autograder.grade.notebook import NOTE, released
from autograder.grade.record import labelled

# Minimum length of text elsewhere in the notebook to be taken for the answer, if nothing stands below the task.
LONG = 200
# Key of a missing answer. For a tested task that is marked by hand, the code is the answer.
NOTHING = ""


@dataclass(frozen=True)
class Answer:
    """A student's answer to one written task.

    Attributes
    ----------
    key : str
        Changes with its text and pictures; empty if nothing was written.
    cells : tuple of int
        Its positions in the notebook.
    former : str
        The key that earlier versions of the kit gave it: gradebooks hold it for marks of that time.
    """

    key: str
    cells: tuple[int, ...] = ()
    former: str = ""


def nbgrader_meta(cell: Mapping[str, Any]) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell; empty for an ordinary cell."""
    meta = cell["metadata"].get("nbgrader")
    return meta if isinstance(meta, dict) else {}


def answers(notebook: NotebookNode, stage_id: str) -> dict[str, Answer]:
    """Return the answer to each written task of a repaired notebook, by the id of the task's cell."""
    texts, prompts = _released(stage_id)
    cells = notebook.cells
    marked = [i for i, cell in enumerate(cells) if nbgrader_meta(cell).get("grade_id")]
    tasks = [i for i in marked if _is_written(cells[i])]
    below = {i: range(i + 1, next((j for j in marked if j > i), len(cells))) for i in tasks}
    found = {}
    for i in tasks:
        name = nbgrader_meta(cells[i])["grade_id"]
        own = [j for j in below[i] if _is_own(cells[j], texts, prompts.get(name, ""))]
        if not own and not nbgrader_meta(cells[i]).get("solution"):
            taken = {j for region in below.values() for j in region}
            is_meant = _elsewhere(cells, name, prompts.get(name, ""))
            own = [j for j, cell in enumerate(cells) if j not in taken and j not in marked and cell.cell_type == "markdown"
                   and _is_own(cell, texts, "") and is_meant(cell)]
        if nbgrader_meta(cells[i]).get("solution") and _is_own(cells[i], texts, ""):
            own = [i, *own]
        said = [(cells[j].source, _pictures(cells[j])) for j in own]
        found[name] = Answer(_key(said), tuple(own), _former_key(said)) if own else Answer(NOTHING)
    return found


def _elsewhere(cells: list[NotebookNode], name: str, prompt: str) -> Callable[[NotebookNode], bool]:
    """Return whether a cell may be the answer to a task although it does not stand below it.

    It is one that is long, has a picture, or names the task; and any, if the cell to be written over is gone: it was moved.
    """
    is_gone = bool(prompt) and not any(_letters(cell.source) == prompt for cell in cells)
    task = re.compile(rf"(?<![\d.]){re.escape(name.removeprefix('task_').replace('_', '.'))}(?![\d]|\.\d)")
    return lambda cell: bool(is_gone or len(plain(cell.source)) >= LONG or cell.get("attachments") or task.search(cell.source))


def _is_written(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is marked by a person: a task cell, or an answer cell with points."""
    meta = nbgrader_meta(cell)
    return bool(meta.get("task") or (meta.get("grade") and meta.get("solution")))


@lru_cache(maxsize=8)
def _released(stage_id: str) -> tuple[dict[str, int], dict[str, str]]:
    """Return each text of the released notebook with its number of pictures, and the prompt below each written task."""
    cells = released(stage_id).cells
    prompts: dict[str, str] = {}
    for i, cell in enumerate(cells):
        if _is_written(cell) and i + 1 < len(cells) and not nbgrader_meta(cells[i + 1]):
            prompts[nbgrader_meta(cell)["grade_id"]] = _letters(cells[i + 1].source)
    return {plain(cell.source): len(cell.get("attachments", {})) for cell in cells}, prompts


@lru_cache(maxsize=8)
def written_names(stage_id: str) -> frozenset[str]:
    """Return the ids of a stage's cells that a person marks."""
    return frozenset(nbgrader_meta(cell)["grade_id"] for cell in released(stage_id).cells if _is_written(cell))


def as_released(cell: NotebookNode, stage_id: str) -> bool:
    """Whether a cell of the released notebook is unchanged, including pictures."""
    return _as_released(cell, _released(stage_id)[0])


def _as_released(cell: NotebookNode, texts: Mapping[str, int]) -> bool:
    pictures = len(cell.get("attachments", {}))
    return pictures <= texts.get(plain(cell.source), -1)


def _letters(text: str) -> str:
    """Return text without whitespace and emphasis."""
    return re.sub(r"[\s*_]+", "", unicodedata.normalize("NFC", text))


def _is_own(cell: NotebookNode, texts: Mapping[str, int], prompt: str) -> bool:
    """Whether a cell is the student's: neither as released, nor empty, nor a rest of "your answer here"."""
    if cell["metadata"].get(NOTE) or _as_released(cell, texts):
        return False
    return bool(cell.get("attachments")) or (bool(plain(cell.source)) and _letters(cell.source) not in prompt)


def _pictures(cell: NotebookNode) -> bytes:
    return b"".join(hashlib.sha256(_decoded(data)).digest() for kinds in cell.get("attachments", {}).values()
                    for data in kinds.values())


def _key(said: Iterable[tuple[str, bytes]]) -> str:
    """Return the key of cells' texts and pictures; a cell that is there twice, as after a merge, says nothing new."""
    return _hash(dict.fromkeys((plain(text), pictures) for text, pictures in said))


def _former_key(said: Iterable[tuple[str, bytes]]) -> str:
    return _hash((" ".join(unicodedata.normalize("NFC", text).split()), pictures) for text, pictures in said)


def _hash(said: Iterable[tuple[str, bytes]]) -> str:
    texts, pictures = zip(*said, strict=True)
    return hashlib.sha256(b"".join(pictures) + " ".join(filter(None, texts)).encode()).hexdigest()


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return data.encode()


def code_key(files: Mapping[str, bytes]) -> str:
    """Return the key of the code that a hand-set mark of a tested task belongs to: all Python files, ignoring line ends."""
    digest = hashlib.sha256()
    for name in sorted(files):
        if name.endswith(".py"):
            digest.update(labelled(name, files[name].replace(b"\r\n", b"\n").rstrip()))
    return digest.hexdigest()
