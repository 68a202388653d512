"""What a hand-in consists of, and what its code may import: for submit() here, and for the grader that reads it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .layout import StageInfo

MAX_FILE = 8 << 20
# Files that can be imported; a file of any other name is of no use to the code.
MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\.py")
# Names in the released folder that are not the student's.
OURS = {"test_public.py", "conftest.py"}
LIBRARIES = {"numpy", "matplotlib"}
# Words that browsers, editors and people add: `bptt (1).py`, `bptt_final.py`, `Copy of 1-bptt.ipynb`, `bptt.py.txt`.
ADDED = re.compile(r"(copy|of|final|new|old|kopie|von|v|version|py|ipynb|txt|json)?\d*")


def allowed(info: StageInfo) -> set[str]:
    """Libraries that the grader has for this stage's code, besides Python's own."""
    return LIBRARIES | {name.partition(".")[0] for name in info.preload}


def imported(source: str) -> Iterator[tuple[str, int]]:
    """The first part of each module's name that a source imports, anywhere in it, and the line; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno


def own_modules(folder: Path, info: StageInfo) -> list[str]:
    """The stage's file and the student's own modules that it imports, directly or by one another; the stage's file first."""
    given = {Path(name).name for name in info.handout_files.values()} | OURS
    found, waiting = [], [info.file]
    while waiting:
        name = waiting.pop(0)
        if name in found or not (folder / name).is_file() or (name in given and name != info.file):
            continue
        found.append(name)
        waiting += [f"{module}.py" for module, _ in imported(read(folder / name)) if MODULE.fullmatch(f"{module}.py")]
    return found


def foreign_imports(folder: Path, info: StageInfo) -> list[tuple[str, str, int]]:
    """File, module and line of each import of something that the grader does not have."""
    own = own_modules(folder, info)
    there = allowed(info) | set(sys.stdlib_module_names) | {Path(name).stem for name in (*own, *info.handout_files.values())}
    there |= {stage_id.partition("-")[2] for stage_id in info.requires_stages}
    found, seen = [], set()
    for file in own:
        for module, line in imported(read(folder / file)):
            if module not in there and (file, module) not in seen:
                seen.add((file, module))
                found.append((file, module, line))
    return found


def read(file: Path) -> str:
    """The text of a Python file, whatever bytes are in it."""
    return file.read_bytes().decode("utf-8", "replace")


def look_alike(folder: Path, wanted: str) -> str:
    """The name of a file that may be the one wanted under another name; empty where there is none."""
    suffix = Path(wanted).suffix
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and suffix in path.name.lower())
    return next((name for name in names if name != wanted and _bare(name) == _bare(wanted)), "")


def _bare(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if not ADDED.fullmatch(word)]
