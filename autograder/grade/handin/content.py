"""What a file holds, told without running it: the functions of a stage, or the cells of its notebook."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

from autograder.grade.notebook_reading import answers_of, looks_like_notebook, read_cells
from autograder.grade.released import released_notebook, released_texts
from autograder.stages import Stage
from autograder.text import syntax_tree

# Nobody writes a longer file by hand; what takes long to parse is not parsed.
MAX_SOURCE = 2 << 20
# What Python warns of in a student's source is not for the grader's terminal. A filter for all time, not
# warnings.catch_warnings: submissions are read in threads.
HANDED_IN = "<handed in>"
warnings.filterwarnings("ignore", module=HANDED_IN)
DEFINITION = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


def text_of(data: bytes) -> str:
    """A source file as text, whichever of the usual encodings it is in."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if data[:200].count(b"\0") > len(data[:200]) // 4:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


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


def parsed(text: str) -> ast.Module | None:
    """A source as a tree; None where it cannot be parsed."""
    try:
        return syntax_tree(text[:MAX_SOURCE], HANDED_IN)
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        return None


def is_written(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """True for a function or class that is more than its docstring and a line that says it is not yet there."""
    if isinstance(node, ast.ClassDef):
        methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
        return any(is_written(method) for method in methods) if methods else len(node.body) > 1
    body = node.body[1:] if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant) else node.body
    return any(not isinstance(part, ast.Pass) and not _says_not_yet(part) for part in body)


def _says_not_yet(part: ast.stmt) -> bool:
    if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
        return True
    return isinstance(part, ast.Raise) and part.exc is not None and "NotImplementedError" in ast.unparse(part.exc)


def code_state(data: bytes, stage: Stage) -> str:
    """What a file is to a stage: ``written``, ``stub`` with nothing written yet, or ``other`` where it is not the stage's."""
    return _code_state(data, stage.id)


@lru_cache(maxsize=64)
def _code_state(data: bytes, stage_id: str) -> str:
    from autograder.stages import find_stage

    names = names_of(find_stage(stage_id))
    found = {name: written for name, written in defined(text_of(data)).items() if name in names}
    if 2 * len(found) < len(names):
        return "other"
    return "written" if any(found.values()) else "stub"


def is_quickly_written(data: bytes, stage: Stage) -> bool:
    """True where a look at the text is enough to see that something is written: a stub says of each function that it is not."""
    names = names_of(stage)
    there = sum(f"def {name}(".encode() in data or f"class {name}".encode() in data for name in names)
    return 2 * there >= len(names) and 2 * sum(f": {name} is yours to write".encode() in data for name in names) < len(names)


def notebook_state(data: bytes, stage: Stage) -> str:
    """What a notebook is to a stage: ``written``, ``stub`` as it was handed out, ``unreadable``, or ``other``."""
    return _notebook_state(data, stage.id)


@lru_cache(maxsize=16)
def _notebook_state(data: bytes, stage_id: str) -> str:
    if not looks_like_notebook(data):
        return "unreadable"
    reading = read_cells(data)
    if not reading.cells:
        return "unreadable"
    ours = released_texts(stage_id)
    ids = {cell.grade_id for cell in reading.cells if cell.grade_id}
    alike = sum(cell.text.strip() in ours for cell in reading.cells)
    if not ids & released_notebook(stage_id).grade_ids and alike < 3:
        return "other"
    return "written" if answers_of(reading.cells, ours) else "stub"
