"""Find work that was handed in but cannot be reached because of how it was packed; a person then decides before it costs points.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from autograder.checks.rules import NAMESAKE, NO_STUDENTS, ONLY_INSIDE, namesake
from autograder.checks.rules import inside as inside_of
from autograder.checks.words import N_, _
from autograder.checks.wrapping import parsed
from autograder.grade.handin.content import AS_IT_IS, defined, names_of, text_of
from autograder.grade.handin.imports import alike, is_installed
from autograder.grade.language import said, spoken, three_of
from autograder.grade.names import shown
from autograder.stages import Stage

PUT_CODE = N_("{what}. Put that code into {file}, or the line `# grade as it is`, and run make grade again")
# A file of a hand-in: its path, the stage's functions in it, and whether the stage's file uses it.
Elsewhere = tuple[str, tuple[str, ...], bool]


def in_folder(question: str, student: str, stage_id: str) -> str:
    """Return the question for a person, with the folder that it is about."""
    if not question:
        return ""
    return _("In submitted/{student}/{stage}: {question}", student=student, stage=stage_id, question=spoken(question))


def is_in_parts(stage: Stage, elsewhere: Sequence[Elsewhere], places: Mapping[str, str]) -> str:
    """Return the question to ask if the stage's file is missing but other files have its functions; else an empty string."""
    found = {name: path for path, names, _used in elsewhere for name in names}
    if not is_most(found, stage):
        return ""
    return said("{file} is missing, and {other} may be meant for it. Put its code here as {file}, or delete it, and run make "
                "grade again", file=stage.info.file, other=_places(found.values(), places))


def unimported(stage: Stage, job: Mapping[str, Any], error: str, text: str) -> str:
    """Return the question to ask about a file that cannot be imported; empty if its own code is at fault.

    Parameters
    ----------
    error, text : str
        Class name and message of the exception.
    """
    files, elsewhere = job["files"], job.get("elsewhere", ())
    own = files.get(stage.info.file, b"")
    if AS_IT_IS.search(own):
        return ""
    places = job.get("places", {})
    if question := hidden_by_name(stage, files, [text], places):
        return question
    why = f"{error}: {' '.join(text.split())[:200]}" if text else error
    handed_in = [*(path for path in files if path != stage.info.file), *job.get("not_sent", ())]
    other = _places(_meant(stage, files, handed_in, elsewhere, error, text), places)
    unused = {name: path for path, names, used in elsewhere if not used for name in names}
    if not other and is_most(unused, stage):
        other = _places(unused.values(), places)
    if not other:
        return ""
    return _to_put_right(stage, _("{file} could not be imported ({why}), but the hand-in has {other}", file=stage.info.file,
                                  why=why, other=spoken(other)))


def hidden_by_name(stage: Stage, files: Mapping[str, bytes], texts: Iterable[str], places: Mapping[str, str]) -> str:
    """Return the question to ask about a file that has another module's name, if an exception points to it; else an empty string.
    """
    there = [path for path in files if path.endswith(".py") and path != stage.info.file]
    if not there or AS_IT_IS.search(files[stage.info.file]):
        return ""
    libraries = {name for path in there for name in _modules_in(path) if is_installed(name)}
    file = next((file for text in texts if (file := namesake(text, there, libraries))), "")
    return _of_namesake(file, stage, places) if file else ""


def _of_namesake(file: str, stage: Stage, places: Mapping[str, str]) -> str:
    return _to_put_right(stage, _(NAMESAKE, file=spoken(_places([file], places))))


def _to_put_right(stage: Stage, what: str) -> str:
    return _("{what}. Put that right here, or write the line `# grade as it is` into {file}, and run make grade again",
             what=what, file=stage.info.file)


def _modules_in(path: str) -> set[str]:
    """Return the names by which a file, or a package that it is in, may be imported."""
    return {part.removesuffix(".py") for part in PurePosixPath(path).parts} - {"__init__"}


def _meant(stage: Stage, files: Mapping[str, bytes], handed_in: Sequence[str], elsewhere: Sequence[Elsewhere], error: str,
           text: str) -> list[str]:
    """Return the handed-in files that an import or an opened path refers to."""
    if error == "FileNotFoundError":
        wanted = opened_file(text).casefold()
        return [path for path in handed_in if PurePosixPath(path).name.casefold() == wanted]
    if error not in ("ModuleNotFoundError", "ImportError"):
        return []
    if f"'{stage.module}'" in text and text.startswith("cannot import name"):  # two modules that import each other
        names = {*defined(text_of(files[stage.info.file])), *(name for _path, names, used in elsewhere if used for name in names)}
        used = [path for path, _names, is_used in elsewhere if is_used]
        return used if is_most(names & names_of(stage), stage) else []
    taken = re.match(r"cannot import name '[^']{1,200}' from 'checks\.(\w+)'", text)
    if taken:  # written into a file of the kit's, which is not the one that is there when it is graded
        return [path for path in handed_in if path == f"checks/{taken[1]}.py"]
    module = re.match(r"No module named '([^']{1,200})'", text)
    is_relative = text.startswith("attempted relative import")
    if module is None and not is_relative:
        return []
    first = module[1].partition(".")[0] if module else ""
    asked = {alike(name.rpartition(".")[2]) for data in files.values() for name, level in _imports(data)
             if (level > 0 if is_relative else name.partition(".")[0] == first)}
    asked |= {alike(module[1].rpartition(".")[2])} if module else set()
    return [path for path in handed_in if asked & _called(path)]


def opened_file(text: str) -> str:
    """Return the name of the file that is not there by a FileNotFoundError's text; empty if it names none."""
    found = re.search(r"No such file or directory: '([^']{1,300})'", text)
    return PurePosixPath(found[1].replace("\\", "/")).name if found else ""


def _called(path: str) -> set[str]:
    """Return the names by which the module in a file may be imported."""
    place = PurePosixPath(path)
    return {alike(place.parent.name if place.name == "__init__.py" else place.name)} - {""}


def _imports(data: bytes) -> Iterable[tuple[str, int]]:
    """Yield each imported module with the number of leading dots."""
    tree = parsed(text_of(data)) if b"import" in data else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or alias.name, node.level) for alias in node.names)


def unreached(stage: Stage, job: Mapping[str, Any], outcomes: Iterable[tuple[str, str]],
              missing: Collection[str]) -> tuple[str, bool]:
    """Describe functions that are missing once the stage's file is imported although they were written; and whether to ask a
    person.

    Parameters
    ----------
    outcomes : iterable of (str, str)
        Task and outcome of each test.
    missing : collection of str
        Functions found missing in the module.
    """
    elsewhere, own, places = job.get("elsewhere", ()), job["files"][stage.info.file], job.get("places", {})
    used = {name for _path, names, is_used in elsewhere if is_used for name in names}
    outcomes = list(outcomes)
    tasks = {task for task, outcome in outcomes if outcome == "not_implemented"}
    failing = {task for task, outcome in outcomes if outcome != "passed"}
    if not missing and not (failing and elsewhere) and not tasks:
        return "", False
    here = defined(text_of(own))
    stubs = {name for task in tasks for name in stage.functions.get(task, ()) if not here.get(name, name in used)}
    stubs |= {name for task in failing for name in stage.functions.get(task, ()) if not here.get(name, True)}
    lacking = (names_of(stage) & set(missing)) | stubs
    found = {name: path for path, names, _used in sorted(elsewhere, key=lambda one: one[2]) for name in names if name in lacking}
    inside = [name for name in sorted(inside_of(text_of(own))) if name in lacking and name not in found]
    if not found and not inside:
        return "", False
    if found:
        words = {"file": stage.info.file, "names": spoken(three_of(sorted(found))),
                 "other": spoken(_places(found.values(), places))}
        hides = used and any(_is_left_out(job["files"].get(path, b""), name) for name, path in found.items())
        what = _("{file}, once imported, has no code for {names}; {other} has, but its `__all__` leaves that out", **words) \
            if hides else _("{file}, once imported, has no code for {names}; {other} has", **words)
    else:
        what = _(ONLY_INSIDE, names=spoken(three_of(inside)), file=stage.info.file)
    # Less than half of the functions may be a scrap, unless the file has half of them anyway, or they are all that is missing.
    is_whole = any(is_most(names, stage) and lacking & set(names) for _path, names, _used in elsewhere)
    is_rest = lacking <= found.keys() and 4 * len(lacking) >= len(names_of(stage))
    asks = is_most({*found, *inside}, stage) or bool(used & found.keys()) or is_whole or is_rest
    if not asks or AS_IT_IS.search(own):
        return what, False
    namesakes = [path for path, names, is_used in elsewhere if is_used and found.keys() & set(names)
                 and any(name in NO_STUDENTS or is_installed(name) for name in _modules_in(path))]
    if namesakes:
        return _of_namesake(namesakes[0], stage, places), True
    return _(PUT_CODE, what=what, file=stage.info.file), True


def _is_left_out(source: bytes, name: str) -> bool:
    """Whether a source has an `__all__` without this name."""
    tree = parsed(text_of(source)) if b"__all__" in source else None
    lists = [node.value for node in (tree.body if tree else ()) if isinstance(node, ast.Assign)
             if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)]
    named = {part.value for one in lists for part in ast.walk(one) if isinstance(part, ast.Constant)}
    return bool(lists) and name not in named


def is_most(found: Collection[str], stage: Stage) -> bool:
    """Whether these are at least half of a stage's functions."""
    return 2 * len(found) >= len(names_of(stage))


def _places(paths: Iterable[str], places: Mapping[str, str]) -> str:
    """Return where files lie, as a person finds them."""
    return three_of([shown(places.get(path, path)) for path in dict.fromkeys(paths)])
