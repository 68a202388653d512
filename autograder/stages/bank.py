"""The bank of wrong programs: written by other hands, each with an input on which it is wrong."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.errors import UsageError

# A file of this name in a bank holds inputs that its witnesses share; it is no program.
INPUTS = "_inputs.py"

_TASKS = re.compile(r"Tasks? (\d+\.\d+(?:, \d+\.\d+)*)\. ")
_WITNESS = re.compile(r"^Witness:\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)
_NAMED = re.compile(r"^Named: (.+)$", re.MULTILINE)
_AT_MOST = re.compile(r"^At most: ([\d.]+) points$", re.MULTILINE)


@dataclass(frozen=True)
class WrongProgram:
    """A wrong program of the bank: code that goes on top of the model answers.

    Attributes
    ----------
    name : str
        The file's name with dashes.
    tasks : tuple of str
        The tasks it is wrong in.
    reference, source : str
        The model answers; the whole submission, which is the program on top of them.
    inputs, witness : str
        Statements; the last one of the witness is an expression. Its value, with the module as `m`, is not that of the model
        answers.
    named : frozenset of str
        The mistakes whose names are right for it. Any other name is a false one.
    at_most : float or None
        The points that its tasks may leave it with, where the file says so.
    """

    name: str
    tasks: tuple[str, ...]
    reference: str
    source: str
    inputs: str
    witness: str
    named: frozenset[str]
    at_most: float | None

    def answer(self, module: ModuleType) -> Any:
        """The value of the witness with `module` in the student's place; an exception where it raises one."""
        names: dict[str, Any] = {"m": module}
        exec("import numpy as np\n" + self.inputs, names)
        *statements, last = ast.parse(self.witness).body
        if not isinstance(last, ast.Expr):
            raise UsageError(f"{self.name}: the last line of a witness is an expression")
        try:
            exec(compile(ast.Module(statements, []), self.name, "exec"), names)
            return eval(compile(ast.Expression(last.value), self.name, "eval"), names)
        except Exception as error:  # to raise can be the very thing that is wrong
            return error


def wrong_programs(folder: Path, reference: str) -> tuple[WrongProgram, ...]:
    """The programs in a folder, in the order of their names."""
    inputs = (folder / INPUTS).read_text(encoding="utf-8") if (folder / INPUTS).exists() else ""
    return tuple(_read(file, reference, inputs) for file in sorted(folder.glob("*.py")) if file.name != INPUTS)


def _read(file: Path, reference: str, inputs: str) -> WrongProgram:
    text = file.read_text(encoding="utf-8")
    doc = (ast.get_docstring(ast.parse(text)) or "") + "\n"
    tasks, witness, named, at_most = (pattern.search(doc) for pattern in (_TASKS, _WITNESS, _NAMED, _AT_MOST))
    if tasks is None or tasks.start() != 0 or witness is None:
        raise UsageError(f"{file}: a wrong program has a docstring that begins with its task, as \"Task 1.6. \", and has a line "
                         "\"Witness:\" with indented statements below it, the last one an expression")
    return WrongProgram(file.stem.replace("_", "-"), tuple(tasks[1].split(", ")), reference, f"{reference}\n\n{text}", inputs,
                        textwrap.dedent(witness[1]), frozenset(named[1].split(", ") if named else ()),
                        float(at_most[1]) if at_most else None)
