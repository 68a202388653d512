"""What was lost of a student's code on the way, told from its text: a file that is empty, cut off or no text, a module that is
not there, functions that no file has. Such a loss costs points, so it is a doubt: a person looks, and the student reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from autograder.checks.rules import DATA, EMPTY, KITS_OWN, MOVES_PATH, NO_CODE, NO_STUDENTS, UNTOLD, allowed, bound, inside
from autograder.checks.words import N_
from autograder.checks.wrapping import HANDED_IN, MAX_SOURCE, parsed, unwrap
from autograder.grade.handin.archives import File
from autograder.grade.handin.content import DEFINITION, names_of, nothing_in, text_of
from autograder.grade.handin.imports import MAX_READ, is_installed, read_small, used_from
from autograder.grade.handin.normalise import MAY_BE_CODE, PACKAGE
from autograder.grade.handin.taken import Taken, are_near, attributes_set, imports_of
from autograder.grade.language import Doubt, Said, doubt, said, three_of
from autograder.grade.names import shown
from autograder.stages import Stage, find_stage

# What gives names to a module as it runs, or imports by a name made then: nothing can be said of those from the text.
AT_RUN_TIME = re.compile(r"\bsetattr\s*\(|\b__getattr__\b|\bsys\.modules\b|\bimportlib\b|\b__import__\b|\b__dict__\b")
# The end of a program: what stands there was not cut off between two functions.
ENDS = re.compile(r"^if[ \t]+__name__\b", re.MULTILINE)
STARTS = re.compile(rb"^(?:def|class)\b", re.MULTILINE)
IMPORTS = re.compile(rb"^[ \t]*(from|import)[ \t]+([\w.]+|$)([^\n;#]*)", re.MULTILINE)
# A cell that writes a file.
WRITES = re.compile(r"\s*^%%(?:writefile|file)[ \t]+(?:-a[ \t]+)?[\"']?(?P<file>[^\s\"']+)", re.MULTILINE)
MOST_CODE = 1 << 18  # bytes: nobody writes more by hand, and it takes seconds to read so closely
INCOMPLETE = 0x4000 | ast.PyCF_ONLY_AST  # what `codeop` compiles with: the error says whether more text could put it right


def flaw(data: bytes) -> str:
    """Return why a Python file gives nothing, or not all, a sentence without its subject; empty if it is whole."""
    if found := nothing_in(data) or unwrap(data).doubt:
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
    lines = text.rstrip().splitlines()
    last = len(lines)
    try:
        compile(text, HANDED_IN, "exec", INCOMPLETE, dont_inherit=True)
    except SyntaxError as error:
        at_the_end = (error.lineno or 0) > last or (error.lineno == last and (
            "unterminated" in error.msg or (error.offset or 0) > len(lines[-1])))
        if error.msg == "incomplete input" or at_the_end:
            return said("stops in the middle of a statement (line {line}), as a file that was cut off on its way", line=last)
    except (ValueError, RecursionError, MemoryError, SystemError):
        pass
    return ""


def losses(files: Mapping[str, bytes], handed_in: Mapping[str, File], stage: Stage,
           elsewhere: Collection[str] = (), cells: Collection[str] = ()) -> list[Said]:
    """Return a doubt for each thing that the stage's file lacks because it was lost: its own end, a module of the student's that
    it uses, names in one, functions that follow on the last one of a file; and, as no doubt, the question there is where another
    file may be what is lacking.

    Parameters
    ----------
    files : mapping of str to bytes
        What goes into the sandbox.
    handed_in : mapping of str to File
        Everything that was handed in, by its place beside the stage's file.
    elsewhere : collection of str
        Functions that a file has which the stage's file does not use, or the notebook: they are not lost.
    cells : collection of str
        The code cells of the notebook.
    """
    own = stage.info.file
    if own not in files or sum(len(data) for path, data in files.items() if path.endswith(".py")) > MOST_CODE:
        return []
    beside = [path for path in _modules_beside(handed_in, own) if path not in stage.info.submission_files]
    named = [path for path in beside if PurePosixPath(path.removesuffix(f"/{PACKAGE}")).stem.encode() in files[own]]
    known = _not_students(stage)
    if not named and _is_quickly_whole(files[own], stage, known):
        return []
    text = text_of(files[own])
    tree = parsed(text)
    if tree is None:
        return [doubt("{file} {what}; the whole file is needed", file=own, what=words)] if (words := cut_off(text)) else []
    used = sorted(used_from(dict(handed_in), own).intersection(beside)) if named else []
    flawed = {path: words for path in used if path in files and (words := _flaw_of(path, files[path]))}
    modules = [path for path in used if path.endswith(".py") and path in files]
    trees = {own: tree} | {path: read for path in modules if (read := parsed(text_of(files[path])))}
    given = {name for tree in trees.values() for name in attributes_set(tree)}
    taken = [(path, replace(one, names=one.names - given)) for path, tree in trees.items()
             for one in imports_of(path, tree, dict(handed_in), names_of(stage))]
    there = {own, f"{stage.id}.ipynb", *stage.info.handout_files.values(), *(path for _, one in taken for path in one.files)}
    others = Others(own, handed_in, there, cells)
    texts = [text_of(files[path]) for path in trees]
    found, asked = list[Said](), list[Said]()
    for path, words in flawed.items():
        of_it = [one for _, one in taken if one.files[-1:] == (path,)]
        names = {name for one in of_it for name in one.names}
        has_all = bound(tree).keys() >= names_of(stage)
        if words in (EMPTY, NO_CODE) and of_it and not names and (has_all or not any(one.is_star for one in of_it)):
            continue  # it is imported, and nothing is taken from it
        values = {"file": shown(path), "own": own, "what": words}
        found.append(doubt("{file}, which {own} uses, {what}; the whole file is needed", **values))
        asked += others.asked(path, names, N_("{file}, which {own} uses, {what}, but the hand-in has {other}"), values, used)
    for path, (user, names) in _lacking(taken, trees, {*flawed, *known}, files).items():
        values = {"file": shown(path), "own": shown(user), "names": three_of(sorted(names))}
        found.append(doubt("{file} has no {names}, which {own} uses: if it was cut off on its way, the whole file is needed",
                           **values))
        what = N_("{file} has no {names}, which {own} uses, but the hand-in has {other}")
        asked += others.asked(path, names, what, values, used)
    for user, import_ in taken:
        if import_.counts and _is_nowhere(import_, known, handed_in, texts):
            values = {"module": import_.module.partition(".")[0], "own": shown(user)}
            what = N_("{own} imports {module}, which is not there, but the hand-in has {other}")
            asked += others.asked(import_.module, import_.names, what, values)
            if not import_.ends and user == own:
                found.append(doubt("{module}, which {own} imports, was not handed in, and the grader has none of that name",
                                   **values))
    return [*asked[:1], *(dict.fromkeys(found) or _ends_early(trees, text, stage, elsewhere))]


def _lacking(taken: Collection[tuple[str, Taken]], trees: Mapping[str, ast.Module], but: Collection[str],
             files: Mapping[str, bytes]) -> dict[str, tuple[str, set[str]]]:
    """Return the modules without some of the names that the code takes from them: which file does, and the names."""
    found: dict[str, tuple[str, set[str]]] = {}
    stars = [user for user, one in taken if one.is_star]
    for user, one in taken:
        path = one.files[-1] if one.files else ""
        if path not in trees or {path, one.module.partition(".")[0]} & {*but} or one.is_replaced:
            continue
        if _gives_more(trees[path], files[path]) or (one.is_star and (stars.count(user) > 1 or _gives_more(None, files[user]))):
            continue
        there = {*bound(trees[path]), *(name for node in ast.walk(trees[path]) if isinstance(node, ast.Global)
                                        for name in node.names)}
        if missing := {name for name in one.names - there if not name.startswith("__")}:
            found.setdefault(path, (user, set()))[1].update(missing)
    return found


def _gives_more(tree: ast.Module | None, data: bytes) -> bool:
    """Whether a module may have other names than its text says."""
    return bool(AT_RUN_TIME.search(text_of(data))) or (tree is not None and (UNTOLD in bound(tree) or any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree))))


def _is_nowhere(one: Taken, known: Collection[str], handed_in: Mapping[str, File], texts: Collection[str]) -> bool:
    """Whether an import finds nothing: neither in the grader nor, where the code does not move the path, where it looks."""
    first, place = one.module.partition(".")[0], one.module.replace(".", "/")
    if one.level or first in known or one.files or is_installed(first) or any(path.startswith(f"{place}/") for path in handed_in):
        return False
    anywhere = {part.partition(".")[0] for path in handed_in for part in PurePosixPath(path).parts}
    return first not in anywhere or not any(MOVES_PATH.search(text) or AT_RUN_TIME.search(text) for text in texts)


class Others:
    """What was handed in and is used by nothing: it may be what something that is used lacks."""

    def __init__(self, own: str, handed_in: Mapping[str, File], used: Collection[str], cells: Collection[str]) -> None:
        self.files = {path: file for path, file in handed_in.items() if path not in used and path not in KITS_OWN
                      and (MAY_BE_CODE.fullmatch(path) or path.endswith(".ipynb")) and not path.startswith("checks/")}
        self.own, self.cells = own, cells

    @cached_property
    def names(self) -> dict[str, set[str]]:
        """By where each lies, as a person finds it, the names that it gives."""
        found = {file.place or path: _names_in(read_small(file).replace(b"\0", b"\n")) for path, file in
                 islice(self.files.items(), MAX_READ)}
        for cell in self.cells:
            written = WRITES.match(cell)
            place = said("{file} in the notebook", file=shown(written["file"])) if written else said("its code in the notebook")
            found.setdefault(place, set()).update(_names_in(cell.encode("utf-8", "replace")))
        return found

    def asked(self, module: str, names: Collection[str], what: str, values: Mapping[str, Any],
              used: Collection[str] | None = None) -> list[Said]:
        """Return the question there is, if another file may be this module: it is called almost so, or gives these names.

        Parameters
        ----------
        used : collection of str, optional
            Where there is such a module, what is used beside it: none of that is meant. Where there is none, the name is enough.
        """
        pool = [path for path in self.names if path not in (used or ())]
        near = [path for path in pool if are_near(module, path.partition(" in ")[0])]
        fitting = [path for path in near if self.names[path] and self.names[path].issuperset(names)]
        fitting = fitting or [path for path in pool if names and self.names[path].issuperset(names)]
        fitting = fitting or (near if used is None else [])
        if not fitting:
            return []
        told = said(what, **values, other=shown(fitting[0]) if not isinstance(fitting[0], Said) else fitting[0])
        return [said("{what}. Put that right here, or write the line `# grade as it is` into {file}, and run make grade again",
                     what=told, file=self.own)]


def _names_in(data: bytes) -> set[str]:
    """Return the functions and values that a text defines; those on lines of it where it is no Python as it stands."""
    text = "".join(f"# {line}" if line.lstrip().startswith(("%", "!")) else line
                   for line in text_of(data).splitlines(keepends=True))
    tree = parsed(text)
    if tree is None:
        return set(DEFINITION.findall(text))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {*bound(tree)} - {alias.asname or alias.name for node in imports for alias in node.names}


def _not_students(stage: Stage) -> set[str]:
    """Return the modules that are there whatever was handed in."""
    there = {PurePosixPath(name).stem for name in stage.info.handout_files.values()} | {stage.module}
    return NO_STUDENTS | allowed(stage.info) | there | {find_stage(earlier).module for earlier in stage.info.requires_stages}


def _modules_beside(handed_in: Mapping[str, File], own: str) -> list[str]:
    """Return the student's other modules, and data. Of a package and a module of one name Python takes the package."""
    return [path for path in handed_in if path.lower().endswith((".py", *DATA)) and path != own
            and not path.startswith("checks/") and f"{path.removesuffix('.py')}/{PACKAGE}" not in handed_in]


def _flaw_of(path: str, data: bytes) -> str:
    found = flaw(data) if path.endswith(".py") else nothing_in(data)
    return "" if found in (EMPTY, NO_CODE) and PurePosixPath(path).name == PACKAGE else found  # it need hold nothing


def _is_quickly_whole(data: bytes, stage: Stage, known: Collection[str]) -> bool:
    """Whether a look at the text is enough to see that no function is missing, that all modules are there, and that the last
    function has its end."""
    starts = [match.start() for match in STARTS.finditer(data)]
    return bool(starts) and all(f"def {name}(".encode() in data or f"class {name}".encode() in data for name in names_of(stage)) \
        and all(module.strip().partition(" ")[0].partition(".")[0] in known for kind, first, rest in IMPORTS.findall(data)
                for module in (first + rest if kind == b"import" else first).decode("utf-8", "replace").split(",")) \
        and parsed(data[starts[-1] :].decode("utf-8", "replace")) is not None


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
