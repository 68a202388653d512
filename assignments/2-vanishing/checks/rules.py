"""What belongs to a hand-in, and what its code may import. Used by submit() here and by the grader."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from .layout import StageInfo, public_tests
from .suffixes import plain_name
from .words import N_, _
from .wrapping import parsed, unwrap

# Maximum bytes read of one file, of a notebook (its outputs are dropped first), and of all files available to the code.
MAX_FILE = 8 << 20
MAX_NOTEBOOK = 256 << 20
MAX_TOTAL = 32 << 20
MAX_FILES = 200
# Maximum number of files searched in a folder, and subfolders that do not hold the student's work.
MAX_WALK = 2000
NO_FOLDERS = frozenset({"checks", "site-packages", "node_modules", "replaced"})
# A component of a module path. Code cannot import a file of any other name.
PART = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
# Suffixes of files that code opens by name.
DATA = (".pt", ".pth", ".npy", ".npz", ".csv", ".tsv", ".json", ".txt", ".pkl", ".toml", ".yaml", ".yml")
# Files in the released folder that are not the student's, and what submit() adds.
KITS_OWN = frozenset(
    {"test_public.py", "conftest.py", "requirements.txt", "receipt.json", "pytest.ini", "stage.toml", "README.md"})
LIBRARIES = {"numpy", "matplotlib"}
# Modules that are in place before the student's file is graded, whatever lies beside it.
GRADERS_OWN = frozenset({"autograder", "checks", "__main__"})
# Modules that are never the student's.
NO_STUDENTS = LIBRARIES | {"torch"} | GRADERS_OWN | sys.stdlib_module_names
# What lets code import from other folders than its own.
MOVES_PATH = re.compile(r"\bsys\.path\b|\bpath\.(?:insert|append|extend)\(|\baddsitedir\b")
# Words that browsers, editors and people add to names: `bptt (1).py`, `bptt_final.py`, `Copy of 1-bptt.ipynb`, `bptt.py.txt`.
ADDED = re.compile(r"(copy|of|final|new|old|kopie|von|v|version|py|ipynb|txt|json)?\d*")


def allowed(info: StageInfo) -> set[str]:
    """Return the libraries that the grader has for this stage's code, besides the standard library."""
    return LIBRARIES | {name.partition(".")[0] for name in info.preload}


# Messages of Python about a module, and the module's name.
ABOUT = re.compile(r"(?:cannot import name '[^']{1,200}' from (?:partially initialized module )?|[Mm]odule (?:named )?)"
                   r"'([\w.]{1,200})'")
NAMESAKE = N_("{file} has the name of a module that Python, a library or the grader has too, and only one of the two can be "
              "imported: it needs another name, in the import lines as well")


def namesake(text: str, there: Collection[str], libraries: Collection[str] = ()) -> str:
    """Return the student's file that shares a module's name and thereby caused an exception, or an empty string.

    Parameters
    ----------
    text : str
        Text of the exception.
    there : collection of str
        Paths of the Python files beside the stage's and in folders.
    libraries : collection of str
        Modules that are not the student's, besides `NO_STUDENTS`.
    """
    found = ABOUT.search(text)
    first = found[1].partition(".")[0] if found else ""
    return nearest(first, there) if first in NO_STUDENTS or first in libraries else ""


def nearest(module: str, there: Collection[str]) -> str:
    """Return the path of the student's module, or in the package, of this name nearest to the top; empty if there is none.
    """
    found = [path for path in there if _is_of(path, module) and not path.startswith("checks/")]
    return min(found, key=lambda path: (path.count("/"), Path(path).name != "__init__.py", path), default="")


def namesakes(folder: Path, info: StageInfo) -> list[str]:
    """Return the student's files that the code imports by a name that Python, a library or the grader has too.

    A file in another folder counts if the code adds folders to those that Python looks in.
    """
    there = [path for path in files_in(folder) if path.endswith(".py") and path not in KITS_OWN]
    found: dict[str, None] = {}
    for source in map(read, (folder / name for name in own_modules(folder, info))):
        for module, _line in imported(source):
            near = nearest(module, there) if module in NO_STUDENTS else ""
            if near and (near in (f"{module}.py", f"{module}/__init__.py") or MOVES_PATH.search(source)):
                found[near] = None
    return list(found)


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
    """Return the stage's file, then the student's own modules and packages that it imports or names, directly or indirectly.

    One that is not beside the file is searched for in the subfolders: code may change `sys.path`.
    """
    given = {*(Path(name).name for name in info.handout_files.values()), "checks", "checks.py"}
    there = [path for path in files_in(folder) if path.endswith(".py") and not given & {*Path(path).parts, Path(path).name}]
    stages = {stage_id.partition("-")[2] for stage_id in info.requires_stages}
    found: list[str] = []
    waiting = [source_of(folder, info), *_package(folder, Path(info.file).stem)]
    while waiting:
        name = waiting.pop(0)
        if name in found or not (folder / name).is_file():
            continue
        found.append(name)
        source = read(folder / name)
        for module, _line in imported(source, by_dots="/" not in name):
            if PART.fullmatch(module) and not {module, f"{module}.py"} & given:
                near = [path for path in (f"{module}.py", *_package(folder, module)) if path in there]
                is_anothers = module in stages or (module in NO_STUDENTS and not MOVES_PATH.search(source))
                waiting += near or ([] if is_anothers else [path for path in there if _is_of(path, module)])
        named = texts(source)
        waiting += [path for path in there
                    if path not in KITS_OWN and not named.isdisjoint({path, Path(path).name, Path(path).stem})]
    return found


def _is_of(path: str, module: str) -> bool:
    """Whether a path is a module of this name, or inside a package of this name."""
    place = Path(path)
    return place.stem == module or module in place.parts[:-1]


def files_in(folder: Path) -> list[str]:
    """Return all files below a folder by relative path, except hidden ones, virtual environments, and the kit's."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")) and name not in NO_FOLDERS
                            and not Path(place, name, "pyvenv.cfg").exists())
        found += [Path(place, name).relative_to(folder).as_posix() for name in sorted(names) if not name.startswith(".")]
        if len(found) > MAX_WALK:
            break
    return found[:MAX_WALK]


def texts(source: str) -> set[str]:
    """Return the short string constants in a source, which may be names of files and modules."""
    tree = parsed(source)
    return {node.value.replace("\\", "/").removeprefix("./") for node in (ast.walk(tree) if tree is not None else ())
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 200}


def _package(folder: Path, name: str) -> list[str]:
    """Return the modules of a package beside the stage's file."""
    paths = [path.relative_to(folder) for path in sorted((folder / name).rglob("*.py"))][:MAX_FILES]
    return [path.as_posix() for path in paths if all(PART.fullmatch(part.removesuffix(".py")) for part in path.parts)]


def own_data(folder: Path, info: StageInfo) -> list[str]:
    """Return the data files beside the stage's file that the student's code mentions by name, such as a table that it reads."""
    sources = [read(folder / name) for name in own_modules(folder, info)]
    given = {*info.handout_files.values(), *info.submission_files} | KITS_OWN
    return [path for path in files_in(folder)
            if path.lower().endswith(DATA) and path not in given and any(Path(path).name in source for source in sources)]


def is_written(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a function or class has more than a docstring and a statement that it is not yet implemented: lines that were given
    above that statement are none of the student's, as nothing is returned before it.
    """
    if isinstance(node, ast.ClassDef):
        methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef)]
        return any(is_written(method) for method in methods) if methods else len(node.body) > 1
    if _is_as_given(node.body[-1]):
        return any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
    return not all(_says_not_yet(part) for part in node.body)


def _is_as_given(part: ast.stmt) -> bool:
    """Whether a statement is the one that a stub ends with."""
    return isinstance(part, ast.Raise) and any(isinstance(node, ast.Constant) and "is yours to write" in str(node.value)
                                               for node in ast.walk(part))


def _says_not_yet(part: ast.stmt) -> bool:
    """Whether a statement does nothing: `pass`, `...`, a string, a `print`, `return None`, or raising NotImplementedError."""
    if isinstance(part, ast.Pass):
        return True
    if isinstance(part, ast.Return):
        return part.value is None or (isinstance(part.value, ast.Constant) and part.value.value is None)
    if isinstance(part, ast.Expr):
        call = part.value
        return isinstance(call, ast.Constant) or (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print")
    return isinstance(part, ast.Raise) and part.exc is not None and any(
        isinstance(node, ast.Name) and node.id == "NotImplementedError" for node in ast.walk(part.exc))


LACKS = (NO_CODE := N_("has no code in it"), EMPTY := N_("is empty"),
         AS_HANDED_OUT := N_("is as it was handed out (nothing written)"),
         NONE_WRITTEN := N_("has none of its functions written"))


# Stands for names known only at run time: `from mine import *`, `globals().update(...)`.
UNTOLD = "*"


def bound(tree: ast.Module, module: str = "") -> dict[str, bool]:
    """Return the top-level names a source binds when imported, and whether each is more than a stub. The last binding counts.

    Includes functions and classes, also below an `if` or `try`, assignments, and imports except those from `module`, of which the
    source is only a user. `UNTOLD` is included if there may be others.
    """
    found: dict[str, bool] = {}
    for node in at_the_top(tree):
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


def at_the_top(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes that run when a module is imported, in order; nothing inside functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.comprehension):
            yield from at_the_top(child)


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
    if not defined or any(there[name] for name in defined):
        return ""
    return AS_HANDED_OUT if "NotImplementedError" in text else NONE_WRITTEN


def written_names(text: str) -> set[str]:
    """Return the top-level functions and classes of a source that are more than stubs."""
    tree = parsed(text)
    return {part.name for part in (tree.body if tree else ())
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_written(part)}


def asked_for(folder: Path, info: StageInfo) -> set[str]:
    """Return the functions a stage asks for, as far as its public tests and the stubs in its file name them."""
    own = {part.name for part in getattr(parsed(read(folder / source_of(folder, info))), "body", ())
           if isinstance(part, ast.FunctionDef | ast.ClassDef) and not is_written(part)}
    try:
        return own | set(re.findall(r"\bstudent\.([A-Za-z]\w*)\(", read(public_tests(folder)))) - {"run"}
    except OSError:
        return own


def lacking(folder: Path, info: StageInfo) -> set[str]:
    """Return the functions of a stage that are missing or stubs in its file; only the stubs if it may define others at run time.
    """
    tree, wanted = parsed(read(folder / source_of(folder, info))), asked_for(folder, info)
    there = bound(tree) if tree is not None else {UNTOLD: True}
    return {name for name in wanted if not there.get(name, UNTOLD in there)}


def code_elsewhere(folder: Path, info: StageInfo, wanted: Collection[str]) -> dict[str, list[str]]:
    """Return the files in which these functions are written, and which each has: the notebook, and files other than the stage's
    own.
    """
    own, used = source_of(folder, info), own_modules(folder, info)
    places = [f"{info.id}.ipynb", *sorted((path for path in files_in(folder) if path.endswith(".py")),
                                          key=lambda path: (path not in used, path.count("/"), path))]
    found = {}
    for name in places:
        try:
            data = (folder / name).read_bytes() if name not in KITS_OWN | {own} or name in used[1:] else b""
        except OSError:
            continue
        text = unwrap(data).data.decode("utf-8", "replace") if len(data) <= MAX_FILE else ""
        if re.search(r"^def test_", text, re.MULTILINE) and Path(info.file).stem in dict(imported(text)):
            continue
        if names := sorted(written_names(text) & set(wanted)):
            found[name] = names
    return found


def described(found: Mapping[str, list[str]], info: StageInfo) -> str:
    """Describe the first of these files, with up to three of its functions."""
    name = next(iter(found))
    words = N_("the notebook defines {names}") if name == f"{info.id}.ipynb" else N_("{file} has {names}")
    return _(words, file=name, names=three(found[name]))


def three(names: Sequence[str]) -> str:
    """Return up to three names, and the number of further ones."""
    first = ", ".join(names[:3])
    return _("{names} and {count} more", names=first, count=len(names) - 3) if names[3:] else first


ONLY_INSIDE = N_("{names} in {file} cannot be called from outside: that code stands in a class, in a function or below "
                 "`if __name__`")


def inside(text: str) -> set[str]:
    """Return the written functions and classes that a source defines at any level."""
    tree = parsed(text)
    return {node.name for node in (ast.walk(tree) if tree is not None else ())
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and is_written(node)}


def foreign_imports(folder: Path, info: StageInfo) -> list[tuple[str, str, int]]:
    """Return the file, module and line of each import that the grader cannot satisfy."""
    own = own_modules(folder, info)
    there = allowed(info) | set(sys.stdlib_module_names)
    there |= {part.removesuffix(".py") for name in (*own, *info.handout_files.values()) for part in Path(name).parts}
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
