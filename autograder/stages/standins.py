"""A stage's stand-ins in pieces: student code meets those of earlier tasks, and no other, in the process it runs in."""

from __future__ import annotations

import ast
from collections.abc import Collection
from functools import cache

from autograder.text import syntax_tree

PREPARE = "prepare_worker"


class Standins:
    """What takes the place of other tasks' classes and functions inside the sandbox, for a stage that has such.

    Parameters
    ----------
    source : str
        Imports, then definitions. `prepare_worker` is called once in each worker; names that begin with an underscore
        serve the definitions that use them. Empty for a stage without stand-ins.
    """

    def __init__(self, source: str) -> None:
        lines = source.splitlines()
        self._pieces = [(_name(node), "\n".join(lines[_first_line(node) - 1: node.end_lineno]), node)
                        for node in syntax_tree(source).body]
        self._names = {name for name, _, _ in self._pieces if name}
        self._uses: dict[str, set[str]] = {}
        for name, _, node in self._pieces:
            self._uses.setdefault(name, set()).update(_used(node) & self._names)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def needed(self, names: Collection[str]) -> frozenset[str]:
        """These stand-ins and those they are made of."""
        found: set[str] = set()
        todo = [name for name in names if name in self._names]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._uses[name]
        return frozenset(found)

    def source(self, names: Collection[str]) -> str:
        """The text of these alone; empty where there is none of them."""
        return "\n\n".join(text for name, text, _ in self._pieces if name in names)

    def beginning(self) -> tuple[str, frozenset[str]]:
        """What each worker has from the start, and which names that defines."""
        names = self.needed({PREPARE})
        texts = [text for name, text, node in self._pieces if name in names or isinstance(node, ast.Import | ast.ImportFrom)]
        return "\n\n".join(texts), names


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", []))])


def _used(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


@cache
def standins_of(source: str) -> Standins:
    """The stand-ins of a source, taken apart once."""
    return Standins(source)
