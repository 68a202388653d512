"""The stages of the course, found by their folders: nothing lists them.

`solutions/<n>-<name>/` holds the material of a stage, `autograder/stages/<name>/` all that grades it.
The task a function belongs to is said once, by the first words of its docstring in the solution.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import traceback
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from autograder.checks.layout import StageInfo, read_stage
from autograder.checks.toml_file import conflict_in, place
from autograder.errors import UsageError
from autograder.stages.bank import WrongProgram, wrong_programs
from autograder.stages.standins import Standins, standins_of
from autograder.stages.strip import task_of_docstring
from autograder.text import syntax_tree

KIT = Path(__file__).resolve().parents[2]
SOLUTIONS = KIT / "solutions"
RELEASE = KIT / "assignments"


@dataclass(frozen=True)
class Mistake:
    """A catalogued wrong answer.

    Attributes
    ----------
    id : str
        Its public name: the file's name with dashes.
    task : str
        The task whose functions it redefines.
    title, hint : str
        First line and the rest of its docstring: what a student reads.
    source : str
        The whole submission: the reference with the mistake on top.
    functions : tuple of str
        The public functions it redefines.
    own : str
        The mistake's own text, without the reference.
    """

    id: str
    task: str
    title: str
    hint: str
    source: str
    functions: tuple[str, ...]
    own: str


@dataclass(frozen=True)
class Stage:
    """One stage: an id such as ``1-bptt`` and the two folders that make it."""

    id: str

    @property
    def name(self) -> str:
        """The id without its number."""
        return self.id.partition("-")[2]

    @property
    def source(self) -> Path:
        """The folder with the model answers and the notebook."""
        return SOLUTIONS / self.id

    @property
    def suite(self) -> Path:
        """The folder with all that grades the stage."""
        return Path(__file__).parent / self.name

    @cached_property
    def info(self) -> StageInfo:
        """Title, file and libraries, from `stage.toml`."""
        try:
            info = read_stage(self.suite)
        except ValueError as error:
            raise UsageError(str(error)) from None
        file = self.suite / "stage.toml"
        known = [stage.id for stage in stages()]
        before = known[:known.index(self.id)] if self.id in known else known
        for earlier in info.requires_stages:
            if earlier not in before:
                where = place(file, file.read_text(encoding="utf-8-sig"), "requires_stages")
                raise UsageError(f"{where}: " + (f"{earlier} does not come before {self.id}" if earlier in known else
                                                 f"there is no stage {earlier!r}; the stages before {self.id} are: "
                                                 f"{', '.join(before) or 'none'}"))
        return info

    @property
    def module(self) -> str:
        """Name of the module the student writes."""
        return Path(self.info.file).stem

    @property
    def solution(self) -> Path:
        """The model answers."""
        return self.source / self.info.file

    @property
    def notebook(self) -> Path:
        """The source notebook."""
        return self.source / f"{self.id}.ipynb"

    def missing_libraries(self) -> tuple[str, ...]:
        """Libraries its submissions import that are not installed here."""
        names = dict.fromkeys(name.partition(".")[0] for name in self.info.preload)
        return tuple(name for name in names if importlib.util.find_spec(name) is None)

    @property
    def has_recipe(self) -> bool:
        """Whether students hand in trained models that can be trained again: RETRAIN=1 changes nothing where it is false."""
        return (self.suite / "recipe.py").exists()

    def test_files(self) -> dict[str, Path]:
        """The test file of each visibility."""
        return {"public": self.suite / "public.py", "hidden": self.suite / "hidden.py"}

    @cached_property
    def functions(self) -> dict[str, tuple[str, ...]]:
        """Names of the functions and classes of each task, from the solution's docstrings."""
        try:
            stat = self.solution.stat()
        except OSError:
            return _functions(self.solution, 0, 0)
        return _functions(self.solution, stat.st_mtime_ns, stat.st_size)

    @cached_property
    def reaches(self) -> dict[str, frozenset[str]]:
        """For each function and class of a task, those it uses in the model answers, by whatever path, and itself."""
        names = {name for group in self.functions.values() for name in group}
        uses = {node.name: {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)} & names
                for node in parsed(self.solution).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names}
        found = {}
        for name in uses:
            reached, new = {name}, {name}
            while new:
                new = {other for one in new for other in uses[one]} - reached
                reached |= new
            found[name] = frozenset(reached)
        return found

    def tasks_before(self, task: str) -> tuple[str, ...]:
        """The tasks with functions that come before this one: a right version of those alone may stand in while it is graded.

        Else two tasks, each written as a call of the other, would both be right.
        """
        return tuple(other for other in sorted(self.functions, key=task_number) if task_number(other) < task_number(task))

    def right_source(self) -> str:
        """Right versions of the stage's functions: `right.py`, which takes more than is asked for, or the model answers."""
        file = self.suite / "right.py"
        return (file if file.exists() else self.solution).read_text(encoding="utf-8")

    def right_versions(self) -> ModuleType:
        """The same as a module; loaded once a process."""
        return _right_versions(self.id)

    def earlier_sources(self) -> dict[str, str]:
        """Right versions of the earlier stages' modules that this stage's file may import: source by name."""
        return {stage.module: stage.right_source() for stage in map(find_stage, self.info.requires_stages)}

    def handed_out(self) -> dict[str, str]:
        """What students have beside their file: places in the kit by the names in their folder."""
        return {name: place for place, name in self.info.handout_files.items()}

    def reference(self) -> ModuleType:
        """The reference as a module; loaded once a process."""
        return _reference(self.id)

    def bind_earlier(self) -> None:
        """Make `import` find right versions of the earlier stages this stage's file imports."""
        for earlier in self.info.requires_stages:
            module = _right_versions(earlier)
            sys.modules[module.__name__] = module

    def mistakes(self) -> tuple[Mistake, ...]:
        """The catalogue of wrong answers, in order of their ids."""
        return _mistakes(self.id)

    def wrong_programs(self) -> tuple[WrongProgram, ...]:
        """The bank of wrong programs, in order of their names."""
        return wrong_programs(self.suite / "wrong", self.solution.read_text(encoding="utf-8"))

    def standins_source(self) -> str:
        """Source of what takes the place of other tasks' classes inside the sandbox; empty for most stages."""
        file = self.suite / "standins.py"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def standins(self) -> Standins:
        """The same in pieces."""
        return standins_of(self.standins_source())

    def trained(self) -> dict[str, bytes]:
        """Weights the model answers were trained to: what a right submission hands in beside its code."""
        return {file.name: file.read_bytes() for file in sorted((self.suite / "checkpoints").glob("*.pt"))}

    def alternatives(self) -> dict[str, str]:
        """Right answers written differently: source by name."""
        files = sorted((self.suite / "alternatives").glob("*.py"))
        return {file.stem.replace("_", "-"): file.read_text(encoding="utf-8") for file in files}


def task_number(task: str) -> tuple[int, ...]:
    """The id of a task as numbers, so that 1.10 comes after 1.9."""
    return tuple(map(int, task.split(".")))


def stages() -> tuple[Stage, ...]:
    """All stages, in the order of their numbers."""
    found = []
    for folder in SOLUTIONS.iterdir():
        number, _, name = folder.name.partition("-")
        if number.isdecimal() and (Path(__file__).parent / name / "stage.toml").exists():
            found.append((int(number), Stage(folder.name)))
    return tuple(stage for _, stage in sorted(found, key=lambda pair: pair[0]))


def find_stage(stage_id: str) -> Stage:
    """The stage with this id, or UsageError naming those there are."""
    known = {stage.id: stage for stage in stages()}
    if stage_id not in known:
        near = {name: stage for stage in known.values() for name in (stage.id, stage.name)}
        meant = get_close_matches(stage_id.lower(), near, n=1)
        hint = f"\n  Do you mean {near[meant[0]].id}?" if meant else ""
        raise UsageError(f"there is no stage {stage_id!r}; the stages are: {', '.join(known)}{hint}")
    return known[stage_id]


def stage_named(word: str) -> Stage:
    """The stage a person means: by its id, its number, its name, or the path of its folder, in small or large letters.

    Raises
    ------
    UsageError
        There is none; the text names those there are, the nearest first.
    """
    name = word.strip().rstrip("/").rpartition("/")[2].lower()
    found = [stage for stage in stages() if name in (stage.id, stage.name, stage.id.partition("-")[0], stage.module)]
    if len(found) == 1:
        return found[0]
    return find_stage(word)


def chosen(stage_id: str | None) -> tuple[Stage, ...]:
    """The stage that is asked for; all of them when none is."""
    return (find_stage(stage_id),) if stage_id else stages()


def text_of(file: Path) -> str:
    """The text of a file of the material.

    Raises
    ------
    UsageError
        It is not there, is no UTF-8, or a merge conflict is left in it; the text names file and line.
    """
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}, line {data[:error.start].count(10) + 1}: this is not UTF-8; save the file as UTF-8") from None
    if text.startswith("\ufeff"):
        raise UsageError(f"{file}, line 1: it begins with a byte order mark; save the file as UTF-8 without BOM")
    conflict = conflict_in(text)
    if conflict:
        raise UsageError(f"{file}, line {conflict}: a merge conflict is left in it")
    return text.replace("\r\n", "\n")


def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file of the material; UsageError with its line where it is no Python."""
    try:
        return syntax_tree(text_of(file))
    except SyntaxError as error:
        raise UsageError(f"{file}, line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes; brackets without an end
        raise UsageError(f"{file}: {error}") from None


@lru_cache(maxsize=64)
def _functions(solution: Path, changed: int, size: int) -> dict[str, tuple[str, ...]]:
    """`changed` and `size` tell a file from what it was before."""
    found: dict[str, tuple[str, ...]] = {}
    for node in parsed(solution).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            task = task_of_docstring(ast.get_docstring(node))
            if task:
                found[task] = (*found.get(task, ()), node.name)
    return found


def module_from(source: str, name: str, filename: str) -> ModuleType:
    """Run trusted source text as a module of this name."""
    module = ModuleType(name)
    module.__file__ = filename
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise UsageError(f"{filename}, line {error.lineno}: {error.msg}") from None
    before = sys.modules.get(name)
    sys.modules[name] = module  # a dataclass looks there for the module it is in
    try:
        run_material(code, module.__dict__)
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
    return module


def run_material(code: CodeType, names: dict[str, Any]) -> None:
    """Run a file of the course's authors; UsageError with its line where it raises: a library that is not there, say."""
    try:
        exec(code, names)
    except Exception as error:  # whatever an author's file does while it is run
        own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == code.co_filename]
        where = f"{code.co_filename}, line {own[-1]}" if own else code.co_filename
        raise UsageError(f"{where}: {type(error).__name__}: {error}") from error


@cache
def _reference(stage_id: str) -> ModuleType:
    stage = find_stage(stage_id)
    stage.bind_earlier()
    return module_from(stage.solution.read_text(encoding="utf-8"), stage.module, str(stage.solution))


@cache
def _right_versions(stage_id: str) -> ModuleType:
    stage = find_stage(stage_id)
    stage.bind_earlier()
    return module_from(stage.right_source(), stage.module, f"right/{stage.info.file}")


@cache
def _mistakes(stage_id: str) -> tuple[Mistake, ...]:
    stage = find_stage(stage_id)
    task_of = {name: task for task, names in stage.functions.items() for name in names}
    reference = stage.solution.read_text(encoding="utf-8")
    return tuple(_read_mistake(file, task_of, reference) for file in sorted((stage.suite / "mistakes").glob("*.py")))


def _read_mistake(file: Path, task_of: dict[str, str], reference: str) -> Mistake:
    text = file.read_text(encoding="utf-8")
    tree = parsed(file)
    title, _, hint = (ast.get_docstring(tree) or "").partition("\n")
    names = tuple(node.name for node in tree.body
                  if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in task_of)
    tasks = {task_of[name] for name in names}
    if len(tasks) != 1 or not title or not hint.strip():
        raise UsageError(f"{file}: a mistake has a docstring (a title, a blank line, a hint) and redefines functions "
                         f"of exactly one task; this one redefines {', '.join(names) or 'none'}")
    return Mistake(file.stem.replace("_", "-"), tasks.pop(), title.strip(), hint.strip(),
                   f"{reference}\n\n{text}", names, text)
