"""What a student's code takes from each module that it imports, told from its text; and what of it is not there."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from autograder.checks.rules import at_the_top
from autograder.checks.wrapping import HANDED_IN
from autograder.grade.handin.archives import File
from autograder.grade.handin.imports import alike, modules_at
from autograder.grade.handin.leftovers import subject

# From this likeness on, the name of a file may be a slip of the name of a module.
ALIKE = 0.8
# Parts of a dotted name, and nodes of a source times its imports: more is not written by hand.
MOST_PARTS, MOST_LOOKS = 8, 200_000
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Taken:
    """One import.

    Attributes
    ----------
    level : int
        Its dots.
    module : str
        Its name; empty for the package itself.
    names : frozenset of str
        What the code takes from it, as far as the text tells; of ``import *``, all names that the code has from nowhere else.
    is_star : bool
    ends : bool
        Whether the program ends where it fails.
    counts : bool
        Whether a function of the stage goes without where it fails.
    is_replaced : bool
        Whether something is put in its place where it fails.
    is_perhaps : bool
        Whether it is only an import of a module if there is one: `b` of `from a import b`.
    files : tuple of str
        What it runs of what was handed in, the module itself last; empty if nothing lies where it is looked for.
    """

    level: int
    module: str
    names: frozenset[str]
    is_star: bool = False
    ends: bool = False
    counts: bool = False
    is_replaced: bool = False
    is_perhaps: bool = False
    files: tuple[str, ...] = ()


def imports_of(path: str, tree: ast.Module, handed_in: dict[str, File], wanted: Collection[str]) -> Iterator[Taken]:
    """Yield each import of a file.

    Parameters
    ----------
    wanted : collection of str
        The functions of the stage: an import in any other function need not count.
    """
    folder = PurePosixPath(path).parent
    for one in _taken(tree, wanted):
        places = [folder.joinpath(*[".."] * (one.level - 1))] if one.level else [PurePosixPath()]
        places += [folder / PurePosixPath(path).stem] if one.level == 1 else []  # a package beside its copy
        places = [place / one.module.replace(".", "/") for place in places]
        found = next(filter(None, (modules_at(handed_in, place) for place in places)), [])
        if one.is_perhaps and not found:
            continue
        inner = {name for name in one.names if any(modules_at(handed_in, place / name) for place in places)}
        yield replace(one, names=one.names - inner, files=tuple(found))


def _taken(tree: ast.Module, wanted: Collection[str]) -> Iterator[Taken]:
    imports = list(_imports(tree))
    if sum(len(node.names) for _, node, _ in imports) * sum(1 for _ in ast.walk(tree)) > MOST_LOOKS:
        return
    for scope, node, around in imports:
        is_replaced = around is not None and not _is_nothing(around, node)
        ends = scope is tree and around is None
        may_count = (scope is tree or getattr(scope, "name", "") in wanted) and not is_replaced
        if isinstance(node, ast.ImportFrom):
            names, module = frozenset(alias.name for alias in node.names), node.module or ""
            counts = may_count and (around is None or "*" in names or not names.isdisjoint(wanted) or any(
                _is_needed(scope, alias.asname or alias.name) for alias in node.names))
            taken = frozenset(_from_nowhere(tree)) if "*" in names else names
            yield Taken(node.level, module, taken, "*" in names, ends, counts, is_replaced)
        for alias in node.names:
            called = alias.asname or alias.name
            chains = set(map(_dotted, _reads(scope, called.partition(".")[0])))
            names = frozenset(chain.removeprefix(f"{called}.").partition(".")[0] for chain in chains
                              if chain.startswith(f"{called}."))
            if isinstance(node, ast.ImportFrom):
                yield Taken(node.level, f"{module}.{alias.name}".lstrip("."), names, is_perhaps=True)
            else:
                counts = may_count and (around is None or _is_needed(scope, called.partition(".")[0]))
                yield Taken(0, alias.name, names, False, ends, counts, is_replaced)


def _imports(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Import | ast.ImportFrom, ast.Try | None]]:
    """Yield each import with the module or function that it is in, and the `try` around it."""
    waiting: deque[tuple[ast.AST, ast.AST, ast.Try | None]] = deque((tree, child, None) for child in tree.body)
    while waiting:
        scope, node, around = waiting.popleft()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield scope, node, around
        inner = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and scope is tree else scope
        for child in ast.iter_child_nodes(node):
            is_tried = isinstance(node, ast.Try) and child in node.body
            waiting.append((inner, child, node if is_tried and isinstance(node, ast.Try) else around))


def _is_nothing(around: ast.Try, node: ast.Import | ast.ImportFrom) -> bool:
    """Whether a `try` puts nothing in the place of what an import gives: its handlers pass, print, or say that it is None."""
    names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return all(isinstance(part, ast.Pass | ast.Raise) or _is_set_to_none(part, names) or (
        isinstance(part, ast.Expr) and isinstance(part.value, ast.Call | ast.Constant))
        for handler in around.handlers for part in handler.body)


def _is_set_to_none(part: ast.AST, names: Collection[str]) -> bool:
    return isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant) and part.value.value is None and all(
        isinstance(target, ast.Name) and target.id in names for target in part.targets)


def _is_needed(scope: ast.AST, name: str) -> bool:
    """Whether code uses a name without ever asking whether there is something in it: `helpers.loss(...)` or `loss(...)` only."""
    nodes = list(_reads(scope, name))
    owners = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    owners |= {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    loads = [node for node in nodes if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)]
    return bool(loads) and all(id(node) in owners for node in loads)


def _reads(scope: ast.AST, name: str) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, without those of scopes in which the name is another thing's: inner ones, or itself."""
    waiting = [scope]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Module | SCOPES) and _is_bound(node, name):
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def _is_bound(scope: ast.AST, name: str) -> bool:
    """Whether a scope gives a name to something that is no module: an argument, a value other than None."""
    own = list(at_the_top(scope)) if isinstance(scope, ast.Module) else list(ast.walk(scope))
    nothing = {id(target) for node in own if _is_set_to_none(node, {name}) for target in getattr(node, "targets", ())}
    return any((isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load) and id(node) not in nothing)
               or (isinstance(node, ast.arg) and node.arg == name) for node in own)


def _dotted(node: ast.AST) -> str:
    """Return `a.b.c` as a text; empty for anything else, for what is set, and for more parts than an import has."""
    parts = list[str]()
    while isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and len(parts) < MOST_PARTS:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _from_nowhere(tree: ast.Module) -> set[str]:
    """Return the names that a source reads and gives to nothing."""
    try:
        top = symtable.symtable(ast.unparse(tree), HANDED_IN, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    given = {*dir(builtins), "__file__", "__builtins__"}
    read, waiting = set[str](), [top]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_global() or table is top:
                (given if symbol.is_assigned() or symbol.is_imported() else read).add(symbol.get_name())
    return read - given


def attributes_set(tree: ast.Module) -> set[str]:
    """Return the attributes that a source sets, or asks for with `hasattr` or `getattr`: none of these need be there before."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("hasattr", "getattr"):
            found |= {part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found


def are_near(module: str, path: str) -> bool:
    """Whether the name of a file may be a slip of a module's, or has it in it."""
    place = PurePosixPath(subject(path)[0] or path)
    one, other = sorted((alike(module), alike(place.parent.name if place.name == "__init__.py" else place.name)), key=len)
    return bool(one) and ((len(one) > 3 and one in other) or SequenceMatcher(None, one, other).ratio() >= ALIKE)
