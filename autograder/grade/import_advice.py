"""Explain how to fix a student's file that cannot be imported, judging by the file and not by the worker's message."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import PurePosixPath

from autograder.checks.rules import allowed
from autograder.checks.words import N_, _
from autograder.checks.wrapping import MAGIC, parsed
from autograder.grade.handin.content import text_of
from autograder.grade.misplaced import opened_file
from autograder.grade.names import shown
from autograder.stages import Stage
from autograder.text import syntax_tree

CONFLICT = re.compile(r"^(<{7}|>{7}) ?.*$", re.MULTILINE)
FENCE = re.compile(r"^(?:```|~~~|>>> )", re.MULTILINE)
FENCED = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
IPYTHON = re.compile(r"^[^#\n]*(?:\bget_ipython\s*\(|\bgoogle\.colab\b|\bfrom IPython\b|\bimport IPython\b).*$", re.MULTILINE)
# Syntax new in a version of Python: version, pattern and name.
NEWER: tuple[tuple[tuple[int, int], re.Pattern[str], str], ...] = (
    ((3, 12), re.compile(r"^[ \t]*type[ \t]+\w+[ \t]*(?:\[[^\]\n]*\])?[ \t]*=", re.MULTILINE), N_("the `type` statement")),
    ((3, 12), re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[", re.MULTILINE),
     N_("type parameters in square brackets")),
    ((3, 14), re.compile(r"^[ \t]*except\*?[ \t]+\w[\w.]*(?:[ \t]*,[ \t]*\w[\w.]*)+[ \t]*:", re.MULTILINE),
     N_("`except` without parentheses")),
    ((3, 14), re.compile(r"^(?:[^\"'\n#]|\"[^\"\n]*\"|'[^'\n]*')*?(?<![\w\"'])[tT][rR]?[\"']", re.MULTILINE),
     N_("template strings")),
)
F_STRING = N_("quotes or backslashes inside the braces of an f-string")


def advice(stage: Stage, files: Mapping[str, bytes], error: str, text: str, python: str = "",
           places: Mapping[str, str] | None = None) -> str:
    """Return what to do about a file that cannot be imported; empty if the error is clear.

    Parameters
    ----------
    stage : Stage
    files : mapping of str to bytes
        The files handed in.
    error, text : str
        Class name and message of the exception, as reported by the worker.
    python : str
        The Python version the student's notebook was last run with, if known.
    places : mapping of str to str, optional
        Where files lie that are found elsewhere than at their paths.
    """
    named = [(name, data) for name, data in files.items() if name.endswith(".py")]
    named.sort(key=lambda item: item[0] != stage.info.file)
    for name, data in named:
        if found := _of_text(name, text_of(data), python, text) if error == "SyntaxError" else "":
            return found
    if error in ("FileNotFoundError", "EOFError"):
        return _of_what_it_does(stage, files, error, text)
    if error == "NameError" and (match := re.match(r"name '(display|In|Out)' is", text)):
        pattern = re.compile(rf"^[^#\n]*\b{match[1]}\b[(\[].*$", re.MULTILINE)
        return next((found for name, data in named if (found := _notebook_line(name, text_of(data), pattern))), "")
    if error in ("ModuleNotFoundError", "ImportError"):
        return _of_module(stage, files, named, text, python, places or {})
    if error == "NameError":
        return next((found for name, data in named if (found := _notebook_line(name, text_of(data)))), "")
    return _versions(python) if error in ("SyntaxError", "AttributeError") else ""


def _of_text(name: str, text: str, python: str, message: str) -> str:
    """Advise on text that is not valid Python here."""
    if parsed(text) is not None:
        return ""
    if conflict := CONFLICT.search(text):
        return _("Line {line} of {name} is a mark of a merge ({mark}): keep one of the two versions, take out the lines of "
                 "<<<<<<<, ======= and >>>>>>>, and hand it in again.", line=_line(text, conflict.start()), name=name,
                 mark=conflict[1])
    at = re.search(r"line (\d+)\)$", message)
    broken = text.splitlines()[int(at[1]) - 1 : int(at[1])] if at else []
    if broken == ["======="]:
        return _("Line {line} of {name} is a mark of a merge (=======): keep one of the two versions around it, and hand it in "
                 "again.", line=at[1] if at else "", name=name)
    if broken and (fence := FENCE.match(broken[0])):
        return _("Line {line} of {name} begins with {mark}, as Markdown or a Python prompt does: take that out, there and below, "
                 "and hand it in again.", line=at[1] if at else "", name=name, mark=fence[0].strip())
    if found := _notebook_line(name, text):
        return found
    for version, pattern, what in NEWER:
        match = pattern.search(text) if sys.version_info[:2] < version else None
        if match:
            return _newer(name, _line(text, match.start()), what, version, python)
    if sys.version_info[:2] < (3, 12) and (message.startswith("f-string") or _has_nested_quotes(text)):
        return _newer(name, _f_string_line(text), F_STRING, (3, 12), python)
    return ""


def _newer(name: str, line: int, what: str, version: tuple[int, int], python: str) -> str:
    place = _("Line {line} of {name}", line=line, name=name) if line else name
    yours = _(", your notebook was run with Python {version}", version=python) if python else ""
    remedy = _("Put other quotes inside the braces, or give the value a name first.") if what == F_STRING else \
        _("Write it as Python {version} knows it.", version=_here(2))
    return _("{place} uses {what}, new in Python {version}. The grader runs Python {here}{yours}. {remedy}",
             place=place, what=_(what), version=f"{version[0]}.{version[1]}", here=_here(), yours=yours, remedy=remedy)


def _here(parts: int = 3) -> str:
    return ".".join(map(str, sys.version_info[:parts]))


def _versions(python: str) -> str:
    """Return both Python versions if the student's is newer."""
    match = re.fullmatch(r"(\d+)\.(\d+)[.\w]*", python)
    if match is None or (int(match[1]), int(match[2])) <= sys.version_info[:2]:
        return ""
    return _("The grader runs Python {here}, your notebook was run with Python {version}: what only the newer one has cannot be "
             "used.", here=_here(), version=python)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _f_string_line(text: str) -> int:
    """Return the line of a syntax error in an f-string; 0 if unknown."""
    try:
        syntax_tree(text)
    except SyntaxError as error:
        return error.lineno or 0
    except (ValueError, RecursionError, MemoryError):
        pass
    return 0


def _has_nested_quotes(text: str) -> bool:
    """Whether the line of the syntax error has an f-string with its own quotes inside its braces."""
    number = _f_string_line(text)
    lines = text.splitlines()
    return 0 < number <= len(lines) and re.search(r"""\b[fF][rR]?(["'])[^"'\n]*\{[^}"'\n]*\1""", lines[number - 1]) is not None


def _of_what_it_does(stage: Stage, files: Mapping[str, bytes], error: str, text: str) -> str:
    """Advise on a file that asks for input or opens a file while it is imported."""
    aside = _('Put that below `if __name__ == "__main__":` in {file}, or leave it out, and hand it in again.',
              file=stage.info.file)
    if error == "EOFError":
        return _("The code asks for input as it is imported, and nobody is there to answer. {advice}", advice=aside)
    name = opened_file(text)
    if not name:
        return ""
    return _("The code opens {name} as it is imported, by a path that is not there. {remedy} Else: {advice}", name=shown(name),
             remedy=_("Open it by its name alone, without a folder.") if name in files else
             _("Hand it in too, and open it by its name alone, without a folder."), advice=f"{aside[0].lower()}{aside[1:]}")


def _notebook_line(name: str, text: str, pattern: re.Pattern[str] | None = None) -> str:
    """Advise on a line that works only in a notebook."""
    match = pattern.search(text) if pattern else IPYTHON.search(text) or MAGIC.search(text)
    if match is None:
        return ""
    line = " ".join(match[0].split())[:60]
    return _("Line {line} of {name}, {text}, belongs into a notebook: outside of one there is no Jupyter or Colab. Take it out "
             "and hand the file in again.", line=_line(text, match.start()), name=name, text=line)


def _of_module(stage: Stage, files: Mapping[str, bytes], named: list[tuple[str, bytes]], text: str, python: str,
               places: Mapping[str, str]) -> str:
    """Advise on a missing module: Colab's, one in another folder, or a package that the grader lacks."""
    match = re.fullmatch(r"No module named '([\w.]{1,100})'", text.strip())
    if text.startswith("attempted relative import"):
        return _("A module beside {file} is imported by itself, not as part of a package: in it, write `import name` or `from "
                 "name import ...` for a file there, without dots, and hand it in again.", file=stage.info.file)
    if match is None:
        return _versions(python)
    module = match[1].removeprefix(f"{stage.module}.")
    if module.partition(".")[0] in ("google", "IPython", "ipywidgets"):
        return next((found for name, data in named if (found := _notebook_line(name, text_of(data)))), "")
    wanted = f"{module.partition('.')[0]}.py"
    package = wanted.removesuffix(".py")
    packed = next((place for name, place in places.items() if " in " in place and name in files
                   and package in {part.removesuffix(".py") for part in PurePosixPath(name).parts}), "")
    if packed:
        return _("{place} is taken out of its archive before the code runs, so it cannot be imported from there. Put it beside "
                 "{file}, not packed, and hand in again.", place=shown(packed), file=stage.info.file)
    elsewhere = [str(PurePosixPath(name).parent) for name in files if PurePosixPath(name).name == wanted and "/" in name]
    around = [str(folder.parent) for name in files for folder in PurePosixPath(name).parents if folder.name == package]
    twin = next((name for name in files if name.casefold() == wanted.casefold() and name != wanted), "")
    if twin:
        return _("You handed in {file}, and the code imports {module}: capitals count. Write both alike, and hand it in again.",
                 file=twin, module=package)
    if not elsewhere and around and around[0] != ".":
        elsewhere, wanted = around, _("The package {name}", name=package)
    if elsewhere:
        folder = elsewhere[0]
        return _("{name} was handed in in the folder {folder}; it is looked for beside {file}. Put it there, or import it from "
                 "its folder, and hand in again.", name=wanted, folder=shown(folder), file=stage.info.file)
    if not any(re.search(rf"\b{re.escape(module.partition('.')[0])}\b", text_of(data)) for _, data in named):
        return ""
    libraries = ", ".join(sorted(allowed(stage.info)))
    return _("{module} is neither among the files you handed in nor in the grader, which has Python's standard library, "
             "{libraries}. If it is a file of yours, hand it in too; if it is a package, do without it.",
             module=module, libraries=libraries)


def fenced(text: str) -> list[str]:
    """Return the pieces of a Markdown text that stand between fences: code that is only shown."""
    return [match[2] for match in FENCED.finditer(text)]


def code_in_notebook(stage: Stage, cells: list[str]) -> list[str]:
    """Return the functions of a stage that a notebook's code cells define as more than stubs."""
    from autograder.grade.handin.content import defined, names_of

    names = names_of(stage)
    found: dict[str, None] = {}
    for text in cells:
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(("%", "!"))]
        found |= dict.fromkeys(name for name, written in defined("\n".join(lines)).items() if written and name in names)
    return list(found)
