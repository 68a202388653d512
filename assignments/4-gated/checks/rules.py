"""What a hand-in consists of, and what its code may import: for submit() here, and for the grader that reads it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .layout import StageInfo
from .suffixes import plain_name

# What is read of one file, of a notebook (its outputs are dropped first), and of all files that go to the code.
MAX_FILE = 8 << 20
MAX_NOTEBOOK = 256 << 20
MAX_TOTAL = 32 << 20
MAX_FILES = 200
# A part of a path to a module; a file of any other name is of no use to the code.
PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# Files that code opens by name.
DATA = (".pt", ".pth", ".npy", ".npz", ".csv", ".tsv", ".json", ".txt", ".pkl", ".toml", ".yaml", ".yml")
# Names in the released folder that are not the student's, and what submit() adds.
KITS_OWN = frozenset(
    {"test_public.py", "conftest.py", "requirements.txt", "receipt.json", "pytest.ini", "stage.toml", "README.md"})
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
    """The stage's file and the student's own modules and packages that it imports, directly or by one another; itself first."""
    given = {Path(name).name for name in info.handout_files.values()} | KITS_OWN | {"checks", "checks.py"}
    found, waiting = [], [info.file]
    while waiting:
        name = waiting.pop(0)
        if name in found or not (folder / name).is_file():
            continue
        found.append(name)
        for module, _ in imported(read(folder / name)):
            if PART.fullmatch(module) and not {module, f"{module}.py"} & given:
                waiting += [f"{module}.py", *_package(folder, module)]
    return found


def _package(folder: Path, name: str) -> list[str]:
    """The modules of a package beside the stage's file."""
    paths = [path.relative_to(folder) for path in sorted((folder / name).rglob("*.py"))][:MAX_FILES]
    return [path.as_posix() for path in paths if all(PART.fullmatch(part.removesuffix(".py")) for part in path.parts)]


def own_data(folder: Path, info: StageInfo) -> list[str]:
    """The files beside the stage's file that its code, or a module of the student's, names: a table it reads, for instance."""
    sources = [read(folder / name) for name in own_modules(folder, info)]
    given = {*info.handout_files.values(), *info.submission_files} | KITS_OWN
    return [path.name for path in sorted(folder.iterdir())
            if path.name.lower().endswith(DATA) and path.is_file() and path.name not in given and not path.name.startswith(".")
            and any(path.name in source for source in sources)]


def foreign_imports(folder: Path, info: StageInfo) -> list[tuple[str, str, int]]:
    """File, module and line of each import of something that the grader does not have."""
    own = own_modules(folder, info)
    there = allowed(info) | set(sys.stdlib_module_names)
    there |= {Path(name).parts[0].removesuffix(".py") for name in (*own, *info.handout_files.values())}
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
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != wanted)
    meant = [name for name in names if plain_name(name, {wanted}) == wanted]
    suffix = Path(wanted).suffix
    meant += [name for name in names if suffix in name.lower() and _bare(name) == _bare(wanted)]
    return meant[0] if meant else ""


def limit(name: str) -> int:
    """The most bytes that are read of a file with this name."""
    return MAX_NOTEBOOK if ".ipynb" in name.lower() else MAX_FILE


def _bare(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if not ADDED.fullmatch(word)]
