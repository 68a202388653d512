"""What a student may learn of a failed hidden test: the kind of failure, and the function of the assignment it occurred in.

Every word comes from a fixed list, and no number from the student's side. Whatever a submission puts into results, exceptions,
class names or source lines, a test reveals a few bits and not its inputs.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable

from autograder.checks.compare import class_name
from autograder.checks.words import _
from autograder.errors import BadMessage, Died, LimitExceeded
from autograder.sandbox.client.sources import LIBRARIES

FRAME = re.compile(r", in (\w+): ")


def brief_of(error: BaseException, trace: str, functions: Iterable[str]) -> str:
    """Return one line for the page.

    Parameters
    ----------
    error : BaseException
        What the test ended with.
    trace : str
        The frames in the student's files, deepest last.
    functions : iterable of str
        Functions and classes of the assignment. The deepest frame that is in one of them is named.
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
    """Return the name of an exception's class if it is built in or a library's, else that of a built-in base."""
    name = class_name(error).removeprefix(getattr(error, "doing", ""))
    own = getattr(builtins, name, None)
    if name in LIBRARIES or (isinstance(own, type) and issubclass(own, BaseException)):
        return name
    bases = [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
    return bases[0] if bases and bases[0] not in ("Exception", "BaseException", "object") else _("an exception of its own")
