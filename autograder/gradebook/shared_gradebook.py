"""One gradebook for many submissions, in nbgrader's own steps.

Each of nbgrader's steps opens the gradebook anew, eight times a submission: every time the tables are looked over and each
statement is compiled again. And each of its changes is a transaction of its own, a dozen a submission, each of which waits
for the disk. Here the same steps are given one gradebook that stays, and inside `one_transaction` all their changes are one:
a submission is in the gradebook as a whole, or not at all. In between, the file can be replaced, and formgrader can write to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import FunctionType
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, OverwriteCells, OverwriteKernelspec, SaveAutoGrades


class SharedGradebook(Gradebook):
    """nbgrader's gradebook, to be used in many `with` blocks one after the other."""

    joined = False

    def close(self) -> None:
        """As nbgrader's; inside `one_transaction` it stays open."""
        if not self.joined:
            super().close()

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """A block whose changes all go into the file at its end, or not at all when it raises."""
        self.db.remove()
        try:
            with self.engine.begin() as connection:
                self.db.configure(bind=connection, join_transaction_mode="rollback_only")
                self.joined = True
                yield
                self.db.flush()
        finally:
            self.joined = False
            self.db.remove()
            self.db.configure(bind=self.engine, join_transaction_mode="conditional_savepoint")
            self.engine.dispose()


@lru_cache(maxsize=8)
def _opened(db_url: str) -> SharedGradebook:
    return SharedGradebook(db_url)


def gradebook(db_url: str, course_id: str = "default_course") -> SharedGradebook:
    """nbgrader's gradebook at this address, to be used in a `with` block as a fresh one is."""
    kept = _opened(db_url)
    if kept.course_id != course_id:
        kept.check_course(course_id)
        kept.course_id = course_id
    return kept


def keeping(method: Callable[..., Any]) -> Any:
    """The same method of nbgrader, with the kept gradebook where it names `Gradebook`; nbgrader itself is left alone."""
    assert isinstance(method, FunctionType) and "Gradebook" in method.__code__.co_names
    made = FunctionType(method.__code__, method.__globals__ | {"Gradebook": gradebook}, method.__name__, method.__defaults__,
                        method.__closure__)
    made.__doc__ = method.__doc__
    return made


begin_submission = keeping(Autograde.init_assignment)


class Kernelspec(OverwriteKernelspec):
    """nbgrader's OverwriteKernelspec."""

    preprocess = keeping(OverwriteKernelspec.preprocess)


class Overwrite(OverwriteCells):
    """nbgrader's OverwriteCells."""

    preprocess = keeping(OverwriteCells.preprocess)


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades."""

    preprocess = keeping(SaveAutoGrades.preprocess)


class LatePenalties(AssignLatePenalties):
    """nbgrader's AssignLatePenalties."""

    preprocess = keeping(AssignLatePenalties.preprocess)
