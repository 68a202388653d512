"""What a file holds, told without running it: the functions of a stage, or the cells of its notebook."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from autograder.checks.rules import EMPTY, NONE_WRITTEN, UNTOLD, bound, is_written, lack
from autograder.checks.words import N_
from autograder.checks.wrapping import decoded, parsed, unwrap
from autograder.grade.notebook_reading import looks_like_notebook, read_cells
from autograder.grade.released import is_as_handed_out, released_notebook
from autograder.stages import Stage

# A line that tells the grader to grade the stage's file as it is, whatever else was handed in.
AS_IT_IS = re.compile(rb"^#[ \t]*grade as it is\b", re.IGNORECASE | re.MULTILINE)
DEFINITION = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


def text_of(data: bytes) -> str:
    """A source file as text, whichever of the usual encodings it is in, and without what an editor put around it."""
    found = unwrap(data)
    return decoded(data if found.doubt else found.data)[0]


def names_of(stage: Stage) -> frozenset[str]:
    """The functions and classes that a stage asks for."""
    return frozenset(name for names in stage.functions.values() for name in names)


def defined(text: str) -> dict[str, bool]:
    """The functions and classes that a source defines at its top, and whether each is written: more than its stub.

    A source that cannot be parsed is searched for lines that define something; those count as written unless the text says
    that nothing is.
    """
    tree = parsed(text)
    if tree is None:
        return {name: f"{name} is yours to write" not in text for name in DEFINITION.findall(text)}
    return {
        node.name: is_written(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def code_state(data: bytes, stage: Stage) -> str:
    """What a file is to a stage: ``written``, ``stub`` with nothing written yet, or ``other`` where it is not the stage's.

    The functions need not be defined in it: a file may import or assign them, and what it takes them from comes along.
    """
    return _code_state(data, stage, False)


def definitions_state(data: bytes, stage: Stage) -> str:
    """The same of a file with another name than the stage's: only what it defines counts, as a script that tries the functions
    imports them."""
    return _code_state(data, stage, True)


@lru_cache(maxsize=64)
def _code_state(data: bytes, stage: Stage, only_defined: bool) -> str:
    names, text = names_of(stage), text_of(data)
    tree = parsed(text)
    there = defined(text) if only_defined or tree is None else bound(tree, stage.module)
    if there.get(UNTOLD):
        return "written"
    found = {name: written for name, written in there.items() if name in names}
    if only_defined and tree is not None and tests(tree, stage):
        return "other"
    if 2 * len(found) < len(names):
        return "other"
    is_own = not only_defined and "NotImplementedError" not in text  # functions that give nothing are no stubs as handed out
    return "written" if any(found.values()) or is_own else "stub"


def tests(tree: ast.Module, stage: Stage) -> bool:
    """True for tests of a student's own: they import the stage's module, and what else they define is to compare it with."""
    nodes = list(ast.walk(tree))
    return any(isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for node in nodes) and any(
        (isinstance(node, ast.Import) and any(alias.name == stage.module for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == stage.module) for node in nodes)


def written_in(data: bytes, stage: Stage) -> set[str]:
    """The functions of a stage that a file defines and that are written."""
    return {name for name, written in defined(text_of(data)).items() if written and name in names_of(stage)}


def nothing_in(data: bytes) -> str:
    """That a file is empty or has the same byte all over, a sentence without its subject; empty where something is in it."""
    return "" if data.strip(b"\0\xff \t\r\n\f") else unwrap(data).doubt or EMPTY


def lack_of_code(data: bytes, stage: Stage) -> str:
    """That nothing is written in a stage's file, a sentence without its subject; empty where something is, or cannot be told."""
    if is_quickly_written(data, stage):
        return ""
    if found := nothing_in(data) or lack(text_of(data)):
        return found
    return NONE_WRITTEN if code_state(data, stage) == "stub" else ""


def lack_of_answers(data: bytes, stage: Stage) -> str:
    """The same of a notebook."""
    state = notebook_state(data, stage)
    if state == "unreadable":
        return nothing_in(data) or N_("cannot be read")
    return N_("is as it was handed out (no answer written)") if state == "stub" else ""


def is_quickly_written(data: bytes, stage: Stage) -> bool:
    """True where a look at the text is enough to see that something is written: a stub says of each function that it is not."""
    names = names_of(stage)
    there = sum(f"def {name}(".encode() in data or f"class {name}".encode() in data for name in names)
    return 2 * there >= len(names) and 2 * sum(f": {name} is yours to write".encode() in data for name in names) < len(names)


def has_all(data: bytes, stage: Stage) -> bool:
    """True where a look at the text is enough to see that no function of the stage is missing or a stub."""
    return b" is yours to write" not in data and all(f"def {name}(".encode() in data or f"class {name}".encode() in data
                                                     for name in names_of(stage))


@lru_cache(maxsize=16)
def notebook_state(data: bytes, stage: Stage) -> str:
    """What a notebook is to a stage: ``written``, ``stub`` as it was handed out, ``unreadable``, or ``other``."""
    if not looks_like_notebook(data):
        return "unreadable"
    reading = read_cells(data)
    if not reading.cells:
        return "unreadable"
    own = [cell for cell in reading.cells if not is_as_handed_out(cell, stage.id)]
    ids = {cell.grade_id for cell in reading.cells if cell.grade_id}
    if not ids & released_notebook(stage.id).grade_ids and len(reading.cells) - len(own) < 3:
        return "other"
    return "written" if any(cell.text.strip() or cell.attachments for cell in own) else "stub"
