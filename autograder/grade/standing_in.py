"""What a worker gets with a submission, and reference versions in place of functions that fail their own task."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from autograder.checks.words import _
from autograder.sandbox.client.worker import OutsideContract, Submission
from autograder.stages import Stage
from autograder.text import syntax_tree

# The released conftest.py runs this by path, and students add functions of their own to that file.
NEEDS = {"checks/needs.py": b"def problem():\n    return ''\n"}


def submission_for(stage: Stage, files: dict[str, bytes]) -> Submission:
    """Return what a worker is given of a submission to a stage."""
    files = files | NEEDS if "conftest.py" in files else files
    return Submission(files, stage.module, stage.earlier_sources(), stage.handed_out(), stage.standins().beginning()[0])


def answer(stage: Stage, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return the result of a reference version of a function.

    Raises
    ------
    ValueError
        The function must refuse these arguments.
    OutsideContract
        The reference version does not support the call, for instance one with an option of the student's own.
    """
    try:
        return getattr(stage.right_versions(), name)(*args, **kwargs)
    except ValueError:
        raise
    except Exception as error:
        raise OutsideContract from error


@lru_cache(maxsize=8)
def _uses(source: bytes) -> dict[str, frozenset[str]] | None:
    """Return the names that the definition of each name in a file uses; None if the file is not valid Python."""
    try:
        tree = syntax_tree(source.decode("utf-8-sig"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    uses: dict[str, frozenset[str]] = {}
    for statement in tree.body:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound = {statement.name}
        else:
            bound = {node.id if isinstance(node, ast.Name) else node.name for node in ast.walk(statement)
                     if isinstance(node, ast.FunctionDef | ast.ClassDef) or (isinstance(node, ast.Name)
                                                                            and isinstance(node.ctx, ast.Store))}
        for name in bound:
            uses[name] = uses.get(name, frozenset()) | names
    return uses


def within_reach(source: bytes, names: Iterable[str]) -> frozenset[str]:
    """Return these names and all names reachable from them through the file's definitions; a test meets no stand-in beyond those.
    """
    uses = _uses(source)
    reached, new = set(), set(names)
    while new:
        reached |= new
        new = {other for name in new for other in (uses or {}).get(name, ())} - reached
    return frozenset(reached)


def note(names: Iterable[str]) -> str:
    """Return which functions of a test were not the student's."""
    *most, last = sorted(names)
    return _("graded with a right {functions}", functions=", ".join(most) + (_(" and ") if most else "") + last)
