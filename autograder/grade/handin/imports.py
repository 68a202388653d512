"""Which of the files that were handed in a student's code uses, and which of them hold functions of the stage: read from their
text, nothing is run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import PurePosixPath

from autograder.checks.rules import KITS_OWN, MOVES_PATH, NO_STUDENTS
from autograder.checks.suffixes import forms
from autograder.checks.wrapping import parsed
from autograder.grade.handin.archives import File
from autograder.grade.handin.content import defined, names_of, tests, text_of, written_in
from autograder.stages import Stage

# Files that are read, and the most bytes of one.
MAX_READ = 60
MAX_SIZE = 2 << 20
# What is looked into for code.
CODE = re.compile(r".*\.(?:py\w?|txt|md)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=4096)
def alike(name: str) -> str:
    """A module's name without what an LMS, a browser or a file manager may change in it: capitals, dashes, numbers of copies."""
    stem = PurePosixPath(forms(PurePosixPath(name).name)[-1]).name.partition(".")[0]
    return re.sub(r"[\W_]+", "", stem.casefold())


def used_from(files: dict[str, File], start: str) -> set[str]:
    """The files that the one at `start` imports, opens or names, directly or by one another; itself is not among them.

    A module that does not lie where Python looks for it is found by its name, wherever it lies: code may change `sys.path`.
    """
    base = PurePosixPath(start).parent
    base = base.parent if PurePosixPath(start).name == "__init__.py" else base
    by_name: dict[str, list[str]] = {}
    for path in files:
        if CODE.fullmatch(path) and not path.startswith("checks/"):
            by_name.setdefault(alike(path), []).append(path)
    found, waiting = {start}, [start]
    while waiting and len(found) < MAX_READ:
        path = waiting.pop()
        text = text_of(read_small(files[path])) if CODE.fullmatch(path) else ""
        tree, moves = parsed(text), MOVES_PATH.search(text)
        for place, name, is_certain in _asked(tree, PurePosixPath(path).parent, base) if tree is not None else ():
            here = modules_at(files, place / name) or ([] if is_certain and not moves else _by_name(by_name, name, base))
            waiting += [one for one in here if one not in found]
            found.update(here)
    return found - {start}


def read_small(file: File) -> bytes:
    return file.content() if file.size <= MAX_SIZE else b""


def _asked(tree: ast.Module, folder: PurePosixPath, base: PurePosixPath) -> Iterator[tuple[PurePosixPath, str, bool]]:
    """Where a module or file is looked for, its name with slashes, and whether it can be nothing else than what lies there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((base, alias.name.replace(".", "/"), alias.name.partition(".")[0] in NO_STUDENTS) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            place = base
            if node.level:
                place = folder.joinpath(*[".."] * (node.level - 1))
            module = (node.module or "").replace(".", "/")
            library = not node.level and module.partition("/")[0] in NO_STUDENTS
            if module:
                yield place, module, library
            yield from ((place / module, alias.name, library or bool(module)) for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 200:
            yield base, node.value.replace("\\", "/"), False


def modules_at(files: dict[str, File], path: PurePosixPath) -> list[str]:
    """What an import of a path runs: the packages on the way too."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    ways = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    last = ways[-1] if ways else ""
    found = [name for name in (last, f"{last}.py", f"{last}/__init__.py") if name in files]
    return found and [*(f"{way}/__init__.py" for way in ways[:-1] if f"{way}/__init__.py" in files), *found]


def _by_name(by_name: dict[str, list[str]], name: str, base: PurePosixPath) -> list[str]:
    """The files of a module's name, whatever was done to it; those beside the stage's file stand for all."""
    found = by_name.get(alike(name), []) if alike(name) else []
    if found and PurePosixPath(name).suffix.lower() not in ("", ".py", ".txt"):
        return []
    return [path for path in found if PurePosixPath(path).parent == base] or found


def written_elsewhere(files: dict[str, File], stage: Stage) -> list[tuple[str, tuple[str, ...], bool]]:
    """Each other file than the stage's that has functions of it, which, and whether the stage's file uses it.

    Parameters
    ----------
    files : dict of str to File
        By their places beside the stage's file.
    """
    own, given = stage.info.file, {"checks", *stage.info.handout_files.values()}
    others = [path for path in sorted(files) if CODE.fullmatch(path) and path != own
              and PurePosixPath(path).parts[0] not in given][:MAX_READ]
    content = read_small(files[own]) if own in files else b""
    found = []
    for path in others:
        data = read_small(files[path])
        if data == content or not any(f"{kind} {name}".encode() in data for name in names_of(stage) for kind in ("def", "class")):
            continue
        if names := tuple(name for name in defined(text_of(data)) if name in written_in(data, stage)):
            found.append((path, names))
    used = used_from(files, own) if found and own in files else set()
    if found and written_in(content, stage):  # else the work may be in there
        found = [(path, names) for path, names in found if path in used or not _is_tests(read_small(files[path]), stage)]
    return [(path, names, path in used) for path, names in found if path in used or path not in KITS_OWN]


def _is_tests(data: bytes, stage: Stage) -> bool:
    tree = parsed(text_of(data)) if b"def test_" in data else None
    return tree is not None and tests(tree, stage)


def is_installed(module: str) -> bool:
    """Whether the grader's own Python has a module of this name: one that a library needs is in the way of the student's, too."""
    try:
        return module.isidentifier() and getattr(find_spec(module), "origin", None) is not None
    except (ImportError, ValueError):
        return module in sys.modules
