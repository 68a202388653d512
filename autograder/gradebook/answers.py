"""What a person marks: a student's answer to a written task, and the key it is known by.

A mark given by hand belongs to the answer it was given for. An answer is all that stands between the task's cell and the
next marked cell and is not as it was released; its key is made of its text, blanks and line ends apart, and its pictures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.grade.notebook import NOTE, released

# Text elsewhere in the notebook is taken for the answer from this length on, where nothing stands below the task.
LONG = 200
SPACES = re.compile(r"\s+")
# Where a mark is for the code, as one set by hand for a tested task is, the code is the answer.
NOTHING = ""


@dataclass(frozen=True)
class Answer:
    """A student's answer to one written task.

    Attributes
    ----------
    key : str
        Changes with text and pictures; empty where nothing was written.
    cells : tuple of int
        Where it stands in the notebook.
    """

    key: str
    cells: tuple[int, ...] = ()


def nbgrader_meta(cell: Mapping[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of a cell; empty for an ordinary cell."""
    meta = cell["metadata"].get("nbgrader")
    return meta if isinstance(meta, dict) else {}


def plain(text: str) -> str:
    """Text by which two answers are compared: one form of each character, one space for any blank."""
    return SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def answers(notebook: NotebookNode, stage_id: str) -> dict[str, Answer]:
    """The answer to each written task of a notebook as `repair` leaves it, by the id of the task's cell."""
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
            own = [j for j, cell in enumerate(cells) if j not in taken and j not in marked and cell.cell_type == "markdown"
                   and _is_own(cell, texts, "") and (len(plain(cell.source)) >= LONG or cell.get("attachments"))]
        if nbgrader_meta(cells[i]).get("solution") and _is_own(cells[i], texts, ""):
            own = [i, *own]
        found[name] = Answer(_key(cells[j] for j in own) if own else NOTHING, tuple(own))
    return found


def _is_written(cell: Mapping[str, Any]) -> bool:
    """A cell that a person marks: a task cell, or an answer cell with points."""
    meta = nbgrader_meta(cell)
    return bool(meta.get("task") or (meta.get("grade") and meta.get("solution")))


@lru_cache(maxsize=8)
def _released(stage_id: str) -> tuple[dict[str, int], dict[str, str]]:
    """Every text of the released notebook, with the number of its pictures, and the prompt below each written task."""
    cells = released(stage_id).cells
    prompts: dict[str, str] = {}
    for i, cell in enumerate(cells):
        if _is_written(cell) and i + 1 < len(cells) and not nbgrader_meta(cells[i + 1]):
            prompts[nbgrader_meta(cell)["grade_id"]] = _letters(cells[i + 1].source)
    return {plain(cell.source): len(cell.get("attachments", {})) for cell in cells}, prompts


@lru_cache(maxsize=8)
def written_names(stage_id: str) -> frozenset[str]:
    """The ids of the cells of a stage that a person marks."""
    return frozenset(nbgrader_meta(cell)["grade_id"] for cell in released(stage_id).cells if _is_written(cell))


def as_released(cell: NotebookNode, stage_id: str) -> bool:
    """True for a cell of the released notebook that was left as it was, pictures and all."""
    return _as_released(cell, _released(stage_id)[0])


def _as_released(cell: NotebookNode, texts: Mapping[str, int]) -> bool:
    pictures = len(cell.get("attachments", {}))
    return pictures <= texts.get(plain(cell.source), -1)


def _letters(text: str) -> str:
    """Text without blanks and emphasis."""
    return re.sub(r"[\s*_]+", "", unicodedata.normalize("NFC", text))


def _is_own(cell: NotebookNode, texts: Mapping[str, int], prompt: str) -> bool:
    """The student's: neither as released, nor empty, nor what is left of "your answer here"."""
    if cell["metadata"].get(NOTE) or _as_released(cell, texts):
        return False
    return bool(cell.get("attachments")) or (bool(plain(cell.source)) and _letters(cell.source) not in prompt)


def _key(cells: Iterable[NotebookNode]) -> str:
    texts, digest = [], hashlib.sha256()
    for cell in cells:
        texts.append(cell.source)
        for kinds in cell.get("attachments", {}).values():
            for data in kinds.values():
                digest.update(hashlib.sha256(_decoded(data)).digest())
    digest.update(plain(" ".join(texts)).encode())
    return digest.hexdigest()


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return data.encode()


def code_key(files: Mapping[str, bytes]) -> str:
    """The key of the code a mark set by hand for a tested task belongs to: all Python files, line ends apart."""
    digest = hashlib.sha256()
    for name in sorted(files):
        if name.endswith(".py"):
            data = files[name].replace(b"\r\n", b"\n").rstrip()
            digest.update(f"{name}:{len(data)}:".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()
