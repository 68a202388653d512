"""What a student may be told of a hidden test: which kind of thing went wrong, and in which function of the assignment.

Each word comes from a short list, and no number from the student's side: whatever a wrong answer, an exception, its class, its
lines or the names of its functions are made to say, a test tells a few bits and not its inputs.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable

from autograder.checks.words import _
from autograder.errors import BadMessage, Died, LimitExceeded
from autograder.sandbox.client.sources import LIBRARIES

FRAME = re.compile(r", in (\w+): ")


def brief_of(error: BaseException, trace: str, functions: Iterable[str]) -> str:
    """One line for the page.

    Parameters
    ----------
    error : BaseException
        What the test ended with.
    trace : str
        The frames in the student's files, the deepest last.
    functions : iterable of str
        The functions and classes of the assignment: of the deepest frame that lies in one of them, the name is told.
    """
    if isinstance(error, LimitExceeded):
        return str(error).partition(";")[0]
    if isinstance(error, Died):
        return _("the program ended in the middle of the call")
    if isinstance(error, BadMessage):
        return _("what came back is not a value")
    known = set(functions)
    deepest = next((name for name in reversed(FRAME.findall(trace)) if name in known), "")
    return getattr(error, "doing", "") + _kind(error) + (" " + _("in {function}", function=deepest) if deepest else "")


def _kind(error: BaseException) -> str:
    """The class of an exception, if it is Python's own or a library's."""
    name = (getattr(error, "type_name", None) or type(error).__name__).removeprefix(getattr(error, "doing", ""))
    own = getattr(builtins, name, None)
    if name in LIBRARIES or (isinstance(own, type) and issubclass(own, BaseException)):
        return name
    bases = [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
    return bases[0] if bases and bases[0] not in ("Exception", "BaseException", "object") else _("an exception of its own")
