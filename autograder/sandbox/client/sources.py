"""Check what a worker reports of an exception against the files that were handed in.

The class name, the functions in the traceback and the lines shown are chosen by the worker, which may put anything into them,
such as the inputs of a hidden test. Only text that occurs in the submission, or built-in names, are accepted.
"""

from __future__ import annotations

import builtins
import re
from functools import cached_property

from autograder.checks.words import _

FRAME = re.compile(r" {2}(?P<file>[\w./-]+), line (?P<number>\d{1,6})(?:, in (?P<function>[\w<>]+))?: .*")
MAX_FRAMES = 12
PYTHONS = ("<module>", "<lambda>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")
# Exceptions of the libraries, by the names that students see.
LIBRARIES = frozenset({"LinAlgError", "AxisError", "UFuncTypeError", "_UFuncNoLoopError", "_UFuncBinaryResolutionError",
                       "_UFuncInputCastingError", "_UFuncOutputCastingError", "_ArrayMemoryError", "OutOfMemoryError",
                       "UnpicklingError"})


class Sources:
    """The text files of a submission.

    Parameters
    ----------
    files : dict of str to bytes
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {name: data.decode("utf-8-sig", "replace").splitlines() for name, data in self._files.items()}

    @cached_property
    def _words(self) -> frozenset[str]:
        text = "\n".join(line for lines in self._lines.values() for line in lines)
        return frozenset(re.findall(r"[^\W\d]\w{0,79}", text))

    def name(self, name: str, known: str) -> str:
        """Return the class name of an exception if it is credible; else that of its built-in base, if any."""
        own = getattr(builtins, name, None) if name.isidentifier() else None
        if isinstance(own, type) and issubclass(own, BaseException):
            return name
        if name in LIBRARIES or name in self._words:
            return name
        return known or _("an exception of its own")

    def trace(self, text: str) -> str:
        """Return the frames of a traceback that are in the submission, with the lines as handed in."""
        kept = []
        for line in text.splitlines()[-4 * MAX_FRAMES:]:
            found = FRAME.fullmatch(line)
            if found is None or found["file"] not in self._lines:
                continue
            lines, number = self._lines[found["file"]], int(found["number"])
            if not 1 <= number <= len(lines):
                continue
            function = found["function"]
            known = function is not None and (function in self._words or function in PYTHONS)
            kept.append(f"  {found['file']}, line {number}{f', in {function}' if known else ''}: "
                        f"{lines[number - 1].strip()[:200]}")
        return "\n".join(kept[-MAX_FRAMES:])
