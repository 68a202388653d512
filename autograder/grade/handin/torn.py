"""What was lost of a student's code on the way, told from its text: a file that is empty, cut off or no text, a module that is
not there, functions that no file has. Such a loss costs points, so it is a doubt: a person looks, and the student reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from autograder.checks.rules import DATA, EMPTY, NO_CODE, NO_STUDENTS, UNTOLD, allowed, bound, inside
from autograder.checks.words import N_
from autograder.checks.wrapping import HANDED_IN, MAX_SOURCE, parsed, unwrap
from autograder.grade.handin.archives import File
from autograder.grade.handin.content import names_of, text_of
from autograder.grade.handin.imports import is_installed, used_from
from autograder.grade.handin.normalise import PACKAGE
from autograder.grade.language import Doubt, doubt, said, three_of
from autograder.grade.names import shown
from autograder.stages import Stage, find_stage

# What gives names to a module as it runs, or imports by a name made then: nothing can be said of those from the text.
AT_RUN_TIME = re.compile(r"\bsetattr\s*\(|\b__getattr__\b|\bsys\.modules\b|\bimportlib\b|\b__import__\b|\b__dict__\b")
# The end of a program: what stands there was not cut off between two functions.
ENDS = re.compile(r"^if[ \t]+__name__\b", re.MULTILINE)
STARTS = re.compile(rb"^(?:def|class)\b", re.MULTILINE)
LATER = re.compile(rb"^[ \t]+(?:from|import)\b", re.MULTILINE)
INCOMPLETE = 0x4000 | ast.PyCF_ONLY_AST  # what `codeop` compiles with: the error says whether more text could put it right


def flaw(data: bytes) -> str:
    """Return why a Python file gives nothing, or not all, a sentence without its subject; empty if it is whole."""
    if not data.strip(b"\0\xff \t\r\n\f"):
        return unwrap(data).doubt or EMPTY
    if found := unwrap(data).doubt:
        return found
    text = text_of(data)
    tree = parsed(text)
    if tree is None:
        return cut_off(text)
    return "" if any(not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)) for part in tree.body) else NO_CODE


def cut_off(text: str) -> str:
    """Return that a source stops within a statement, a sentence without its subject; empty if its error is elsewhere."""
    if len(text) > MAX_SOURCE:
        return ""
    last = len(text.rstrip().splitlines())
    try:
        compile(text, HANDED_IN, "exec", INCOMPLETE, dont_inherit=True)
    except SyntaxError as error:
        if error.msg == "incomplete input" or (error.lineno or 0) >= last:
            return said("stops in the middle of a statement (line {line}), as a file that was cut off on its way", line=last)
    except (ValueError, RecursionError, MemoryError, SystemError):
        pass
    return ""


def losses(files: Mapping[str, bytes], handed_in: Mapping[str, File], stage: Stage,
           elsewhere: Collection[str] = ()) -> list[Doubt]:
    """Return a doubt for each thing that the stage's file lacks because it was lost: its own end, a module of the student's that
    it uses, functions that follow on the last one of a file.

    Parameters
    ----------
    files : mapping of str to bytes
        What goes into the sandbox.
    handed_in : mapping of str to File
        Everything that was handed in, by its place beside the stage's file.
    elsewhere : collection of str
        Functions that a file has which the stage's file does not use, or the notebook: they are not lost.
    """
    own = stage.info.file
    if own not in files:
        return []
    beside = [path for path in _modules_beside(handed_in, own) if path not in stage.info.submission_files]
    named = [path for path in beside if PurePosixPath(path.removesuffix(f"/{PACKAGE}")).stem.encode() in files[own]]
    if not named and _is_quickly_whole(files[own], stage):
        return []
    text = text_of(files[own])
    tree = parsed(text)
    if tree is None:
        return [doubt("{file} {what}; the whole file is needed", file=own, what=words)] if (words := cut_off(text)) else []
    used = sorted(used_from(dict(handed_in), own).intersection(beside)) if named else []
    flawed = {path: words for path in used if path in files and (words := _flaw_of(path, files[path]))}
    found = [doubt("{file}, which {own} uses, {what}; the whole file is needed", file=shown(path), own=own, what=words)
             for path, words in flawed.items()]
    found += [doubt("{module}, which {own} imports, was not handed in, and the grader has none of that name", module=module,
                    own=own) for module in _not_there(tree, handed_in, stage)]
    modules = [path for path in used if path.endswith(".py") and path in files]
    trees = {own: tree} | {path: one for path in modules if (one := parsed(text_of(files[path])))}
    return found or _ends_early(trees, text, stage, elsewhere)


def _modules_beside(handed_in: Mapping[str, File], own: str) -> list[str]:
    """Return the student's other modules, and data. Of a package and a module of one name Python takes the package."""
    return [path for path in handed_in if path.lower().endswith((".py", *DATA)) and path != own
            and not path.startswith("checks/") and f"{path.removesuffix('.py')}/{PACKAGE}" not in handed_in]


def _flaw_of(path: str, data: bytes) -> str:
    found = flaw(data) if path.endswith(".py") else "" if data.strip(b"\0\xff \t\r\n") else EMPTY
    return "" if found in (EMPTY, NO_CODE) and PurePosixPath(path).name == PACKAGE else found  # it need hold nothing


def _is_quickly_whole(data: bytes, stage: Stage) -> bool:
    """Whether a look at the text is enough to see that no function is missing, that none imports something as it is called, and
    that the last one has its end."""
    starts = [match.start() for match in STARTS.finditer(data)]
    return bool(starts) and all(f"def {name}(".encode() in data or f"class {name}".encode() in data for name in names_of(stage)) \
        and not LATER.search(data) and parsed(data[starts[-1] :].decode("utf-8", "replace")) is not None


def _not_there(tree: ast.Module, handed_in: Mapping[str, File], stage: Stage) -> list[str]:
    """Return the modules that functions come from, or that functions of the stage import, and that are nowhere.

    An import at the top that fails ends the program and is told then; here are those that fail later, or below a `try`.
    """
    there = {part.partition(".")[0] for path in handed_in for part in PurePosixPath(path).parts}
    there |= {PurePosixPath(name).stem for name in stage.info.handout_files.values()} | {stage.module}
    there |= {find_stage(earlier).module for earlier in stage.info.requires_stages}
    known = NO_STUDENTS | allowed(stage.info) | there
    return [module for module in dict.fromkeys(_imports_that_count(tree, names_of(stage)))
            if module and module not in known and not is_installed(module)]


def _imports_that_count(tree: ast.Module, names: Collection[str]) -> Iterator[str]:
    for part in tree.body:
        inside_one = isinstance(part, ast.FunctionDef | ast.ClassDef) and part.name in names
        if not inside_one and not isinstance(part, ast.Try):
            continue
        if isinstance(part, ast.Try) and any(isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names
                                             for handler in part.handlers for node in ast.walk(handler)):
            continue  # what comes in its place is there
        tried = {id(inner) for one in ast.walk(part) if isinstance(one, ast.Try) for body in one.body for inner in ast.walk(body)}
        for node in ast.walk(part):
            gives = isinstance(node, ast.ImportFrom) and any(alias.name in names or alias.name == "*" for alias in node.names)
            if isinstance(node, ast.ImportFrom) and not node.level and (gives or id(node) not in tried):
                yield (node.module or "").partition(".")[0]
            elif isinstance(node, ast.Import) and id(node) not in tried:
                yield from (alias.name.partition(".")[0] for alias in node.names)


@lru_cache(maxsize=16)
def _order(stage: Stage) -> tuple[str, ...]:
    """Return the functions of a stage in the order of the file that is handed out."""
    names = names_of(stage)
    return tuple(name for name in bound(parsed(stage.solution.read_text(encoding="utf-8")) or ast.Module([], []))
                 if name in names)


def _ends_early(trees: Mapping[str, ast.Module], text: str, stage: Stage, elsewhere: Collection[str]) -> list[Doubt]:
    """Return a doubt if the functions that follow on a file's last one in the handed-out file are in no file at all.

    A function that is there and not filled in is not missing, nor is one that is imported, assigned, or given as the code runs.
    """
    own, order = stage.info.file, _order(stage)
    there = inside(text).union(elsewhere, *(bound(tree) for tree in trees.values()))
    dynamic = AT_RUN_TIME.search(text) or any(
        UNTOLD in bound(tree) and not _stars_are_told(tree, trees) for tree in trees.values())
    if dynamic or ENDS.search(text) or set(order) <= there:
        return []
    if not there.intersection(order):
        return [doubt("{file} has none of the functions; if it was cut off on its way, the whole file is needed", file=own)]
    for path, tree in trees.items():
        last = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in order][-1:]
        after = order[order.index(last[0]) + 1 :] if last else ()
        missing = [name for name in after if name not in there]
        if missing and after[0] == missing[0]:
            words = N_("{file} ends after {last}, and {names}, which come after it, are in no file: if it was cut off on its "
                       "way, the whole file is needed")
            one = N_("{file} ends after {last}, and {names}, which comes after it, is in no file: if it was cut off on its way, "
                     "the whole file is needed")
            return [doubt(one if len(missing) == 1 else words, file=shown(path), last=last[0], names=three_of(missing))]
    return []


def _stars_are_told(tree: ast.Module, trees: Mapping[str, ast.Module]) -> bool:
    """Whether all names that a module has from elsewhere come from modules that were read."""
    stems = {PurePosixPath(path).stem for path in trees}
    calls = any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "vars", "exec")
                for node in ast.walk(tree))
    stars = [(node.module or "").rpartition(".")[2] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             and any(alias.name == "*" for alias in node.names)]
    return not calls and all(name in stems or name in NO_STUDENTS for name in stars)
