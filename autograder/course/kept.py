"""One gradebook for many submissions, in nbgrader's own steps.

Each of nbgrader's steps opens the gradebook anew, eight times a submission: every time the tables are looked over and each
statement is compiled again. Here the same steps are given one that stays, closed after each use: the file can be replaced
meanwhile, formgrader can write to it, and what was compiled is still known.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, OverwriteCells, SaveAutoGrades


@lru_cache(maxsize=8)
def gradebook(db_url: str, course_id: str = "default_course") -> Gradebook:
    """nbgrader's gradebook at this address, to be used in a `with` block as a fresh one is."""
    return Gradebook(db_url, course_id)


def keeping(method: Callable[..., Any]) -> Any:
    """The same method of nbgrader, with the kept gradebook where it names `Gradebook`; nbgrader itself is left alone."""
    assert isinstance(method, FunctionType) and "Gradebook" in method.__code__.co_names
    made = FunctionType(method.__code__, method.__globals__ | {"Gradebook": gradebook}, method.__name__, method.__defaults__,
                        method.__closure__)
    made.__doc__ = method.__doc__
    return made


begin_submission = keeping(Autograde.init_assignment)


class Overwrite(OverwriteCells):
    """nbgrader's OverwriteCells."""

    preprocess = keeping(OverwriteCells.preprocess)


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades."""

    preprocess = keeping(SaveAutoGrades.preprocess)


class LatePenalties(AssignLatePenalties):
    """nbgrader's AssignLatePenalties."""

    preprocess = keeping(AssignLatePenalties.preprocess)
