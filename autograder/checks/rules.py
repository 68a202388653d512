"""What belongs to a hand-in, and what its code may import. Used by submit() here and by the grader."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from .layout import StageInfo
from .suffixes import plain_name
from .words import N_, _
from .wrapping import parsed, unwrap

# Maximum bytes read of one file, of a notebook (its outputs are dropped first), and of all files available to the code.
MAX_FILE = 8 << 20
MAX_NOTEBOOK = 256 << 20
MAX_TOTAL = 32 << 20
MAX_FILES = 200
# A component of a module path. Code cannot import a file of any other name.
PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# Suffixes of files that code opens by name.
DATA = (".pt", ".pth", ".npy", ".npz", ".csv", ".tsv", ".json", ".txt", ".pkl", ".toml", ".yaml", ".yml")
# Files in the released folder that are not the student's, and what submit() adds.
KITS_OWN = frozenset(
    {"test_public.py", "conftest.py", "requirements.txt", "receipt.json", "pytest.ini", "stage.toml", "README.md"})
LIBRARIES = {"numpy", "matplotlib"}
# Modules that are never the student's.
NO_STUDENTS = LIBRARIES | {"torch", "checks"} | sys.stdlib_module_names
# Words that browsers, editors and people add to names: `bptt (1).py`, `bptt_final.py`, `Copy of 1-bptt.ipynb`, `bptt.py.txt`.
ADDED = re.compile(r"(copy|of|final|new|old|kopie|von|v|version|py|ipynb|txt|json)?\d*")


def allowed(info: StageInfo) -> set[str]:
    """Return the libraries that the grader has for this stage's code, besides the standard library."""
    return LIBRARIES | {name.partition(".")[0] for name in info.preload}


def source_of(folder: Path, info: StageInfo) -> str:
    """Return the file that is the stage's module: `bptt.py`, or `bptt/__init__.py` if only the package exists."""
    package = f"{Path(info.file).stem}/__init__.py"
    return package if not (folder / info.file).is_file() and (folder / package).is_file() else info.file


def imported(source: str, by_dots: bool = False) -> Iterator[tuple[str, int]]:
    """Yield the top-level name and line of every import in a source; nothing if it cannot be parsed.

    Relative imports such as `from .core import *` are included only with `by_dots`.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level and by_dots:
            yield from (((node.module or alias.name).partition(".")[0], node.lineno) for alias in node.names)


def own_modules(folder: Path, info: StageInfo) -> list[str]:
    """Return the stage's file, then the student's own modules and packages that it imports directly or indirectly."""
    given = {Path(name).name for name in info.handout_files.values()} | KITS_OWN | {"checks", "checks.py"}
    found: list[str] = []
    waiting = [source_of(folder, info), *_package(folder, Path(info.file).stem)]
    while waiting:
        name = waiting.pop(0)
        if name in found or not (folder / name).is_file():
            continue
        found.append(name)
        for module, _line in imported(read(folder / name), by_dots="/" not in name):
            if PART.fullmatch(module) and not {module, f"{module}.py"} & given:
                waiting += [f"{module}.py", *_package(folder, module)]
    return found


def _package(folder: Path, name: str) -> list[str]:
    """Return the modules of a package beside the stage's file."""
    paths = [path.relative_to(folder) for path in sorted((folder / name).rglob("*.py"))][:MAX_FILES]
    return [path.as_posix() for path in paths if all(PART.fullmatch(part.removesuffix(".py")) for part in path.parts)]


def own_data(folder: Path, info: StageInfo) -> list[str]:
    """Return the data files beside the stage's file that the student's code mentions by name, such as a table that it reads."""
    sources = [read(folder / name) for name in own_modules(folder, info)]
    given = {*info.handout_files.values(), *info.submission_files} | KITS_OWN
    return [path.name for path in sorted(folder.iterdir())
            if path.name.lower().endswith(DATA) and path.is_file() and path.name not in given and not path.name.startswith(".")
            and any(path.name in source for source in sources)]


def is_written(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a function or class has more than a docstring and a statement that it is not yet implemented."""
    if isinstance(node, ast.ClassDef):
        methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
        return any(is_written(method) for method in methods) if methods else len(node.body) > 1
    body = node.body[1:] if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant) else node.body
    return any(not isinstance(part, ast.Pass) and not _says_not_yet(part) for part in body)


def _says_not_yet(part: ast.stmt) -> bool:
    if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
        return True
    return isinstance(part, ast.Raise) and part.exc is not None and "NotImplementedError" in ast.unparse(part.exc)


LACKS = (NO_CODE := N_("has no code in it"), EMPTY := N_("is empty"),
         AS_HANDED_OUT := N_("is as it was handed out (nothing written)"))


# Stands for names known only at run time: `from mine import *`, `globals().update(...)`.
UNTOLD = "*"


def bound(tree: ast.Module, module: str = "") -> dict[str, bool]:
    """Return the top-level names a source binds when imported, and whether each is more than a stub. The last binding counts.

    Includes functions and classes, also below an `if` or `try`, assignments, and imports except those from `module`, of which the
    source is only a user. `UNTOLD` is included if there may be others.
    """
    found: dict[str, bool] = {}
    for node in _at_the_top(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = is_written(node)
        elif isinstance(node, ast.ImportFrom) and node.module != module:
            names = {alias.asname or alias.name for alias in node.names}
            if "*" not in names:
                found |= dict.fromkeys(names, True)
            elif (node.module or "").partition(".")[0] not in NO_STUDENTS:
                found = dict.fromkeys({*found, UNTOLD}, True)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found[node.id] = True
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "vars", "exec"):
            found = dict.fromkeys({*found, UNTOLD}, True)
    return found


def _at_the_top(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes that run when a module is imported, in order; nothing inside functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.comprehension):
            yield from _at_the_top(child)


def lack(text: str) -> str:
    """Return that nothing is written in a stage's file, as a sentence without its subject; empty if something is, or if unknown.
    """
    tree = parsed(text)
    if tree is None:
        return ""
    body = [part for part in tree.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    if not body:
        return NO_CODE if text.strip() else EMPTY
    there = bound(tree)
    defined = [part.name for part in body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    return AS_HANDED_OUT if defined and not any(there[name] for name in defined) else ""


def written_names(text: str) -> set[str]:
    """Return the top-level functions and classes of a source that are more than stubs."""
    tree = parsed(text)
    return {part.name for part in (tree.body if tree else ())
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_written(part)}


def code_elsewhere(folder: Path, info: StageInfo) -> str:
    """Describe where the functions missing in a stage's file are: in the notebook or in another file; empty if nowhere."""
    wanted = {part.name for part in getattr(parsed(read(folder / info.file)), "body", ())
              if isinstance(part, ast.FunctionDef | ast.ClassDef)}
    places = {f"{info.id}.ipynb": N_("the notebook defines {names}")} | {
        path.name: N_("{file} has {names}") for path in sorted(folder.glob("*.py")) if path.name not in KITS_OWN | {info.file}}
    for name, words in places.items():
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        text = unwrap(data).data.decode("utf-8", "replace") if len(data) <= MAX_FILE else ""
        found = [one for one in written_names(text) if one in wanted]
        if found:
            names = ", ".join(sorted(found)[:3])
            return _(words, file=name, names=_("{names} and {count} more",
                                               names=names, count=len(found) - 3) if found[3:] else names)
    return ""


def foreign_imports(folder: Path, info: StageInfo) -> list[tuple[str, str, int]]:
    """Return the file, module and line of each import that the grader cannot satisfy."""
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
    """Return the text of a Python file of any encoding, without what an editor put around it."""
    return unwrap(file.read_bytes()).data.decode("utf-8", "replace")


def look_alike(folder: Path, wanted: str) -> str:
    """Return the name of a file that may be the wanted one under another name, or an empty string."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != wanted)
    meant = [name for name in names if plain_name(name, {wanted}) == wanted]
    suffix = Path(wanted).suffix
    meant += [name for name in names if suffix in name.lower() and _bare(name) == _bare(wanted)]
    return meant[0] if meant else ""


def limit(name: str) -> int:
    """Return the maximum number of bytes read of a file with this name."""
    return MAX_NOTEBOOK if ".ipynb" in name.lower() else MAX_FILE


def _bare(name: str) -> list[str]:
    return [word for word in re.split(r"[^a-z0-9]+", name.lower()) if not ADDED.fullmatch(word)]
