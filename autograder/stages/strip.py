"""From model answers to stubs: nbgrader's solution markers, applied to a `.py` file."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from autograder.errors import UsageError

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"


def task_of_docstring(docstring: str | None) -> str | None:
    """The task a docstring's first words name: ``"Task 1.3. Local factors"`` gives ``"1.3"``."""
    match = re.match(r"Task (\d+\.\d+)\.", docstring or "")
    return match.group(1) if match else None


def strip(source: str, filename: str, keep: Collection[str] = ()) -> str:
    """Replace each solution block by a stub that says whose it is.

    Parameters
    ----------
    source : str
        Text of a solution file.
    filename : str
        For messages.
    keep : collection of str
        Tasks whose solutions stay.

    Returns
    -------
    str
        The file a student gets.

    Raises
    ------
    UsageError
        For markers that do not pair up, a block outside a function, a function without a task, or a
        result that is not valid Python.
    """
    owners = _owners(ast.parse(source))
    kept: list[str] = []
    opened: int | None = None
    keeping = False
    for number, line in enumerate(source.splitlines(), start=1):
        marker = line.strip()
        if marker == BEGIN:
            if opened is not None:
                raise UsageError(f"{filename}, line {number}: a solution begins inside the one of line {opened}")
            opened = number
            name, task = _owner(number, owners, filename)
            keeping = task in keep
            if not keeping:
                indent = line[: len(line) - len(line.lstrip())]
                kept.append(f'{indent}raise NotImplementedError("Task {task}: {name} is yours to write")')
        elif marker == END:
            if opened is None:
                raise UsageError(f"{filename}, line {number}: a solution ends that never began")
            opened = None
        elif opened is None or keeping:
            kept.append(line)
    if opened is not None:
        raise UsageError(f"{filename}, line {opened}: this solution has no {END}")
    stub = "\n".join(kept) + "\n"
    try:
        ast.parse(stub)
    except SyntaxError as error:
        raise UsageError(f"{filename}: without its solutions the file is not valid Python: {error}") from error
    return stub


def _owners(tree: ast.Module) -> list[tuple[int, int, str, str | None]]:
    """First line, last line, name and task of every function, innermost last."""
    found: list[tuple[int, int, str, str | None]] = []

    def visit(node: ast.AST, name: str, task: str | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = task_of_docstring(ast.get_docstring(child)) or task
                label = child.name if not name else f"{name}.{child.name}"
                if isinstance(child, ast.FunctionDef):
                    found.append((child.lineno, child.end_lineno or child.lineno, label, inner))
                visit(child, label, inner)

    visit(tree, "", None)
    return found


def _owner(number: int, owners: list[tuple[int, int, str, str | None]], filename: str) -> tuple[str, str]:
    """Name and task of the outermost function around a line."""
    inside = [owner for owner in owners if owner[0] <= number <= owner[1]]
    if not inside:
        raise UsageError(f"{filename}, line {number}: a solution lies outside any function")
    name, task = inside[0][2], inside[0][3]
    if task is None:
        raise UsageError(f"{filename}, line {number}: the docstring of {name} does not begin with its task, "
                         "such as \"Task 1.3. ...\"")
    return name, task
