"""Skip tests that a change to the model answers cannot reach, since their outcome is known.

A mistake, a program of the bank and a pair of mistakes are the model answers followed by a few definitions. If the model answers
execute no code in a test that refers to one of those names, and the test calls none of them, then the change makes no difference:
verdict and calls are those of the model answers.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from autograder.checks.student import Call
from autograder.checks.suite import Verdict
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import Suite
from autograder.stages import Stage
from autograder.text import syntax_tree


@dataclass(frozen=True)
class Passed:
    """A test that the model answers pass: verdict, calls, and each name that was called or that executed code refers to."""

    verdict: Verdict
    calls: list[Call]
    names: frozenset[str]


class _Watched(InProcessBackend):
    """Runs the model answers and records how each test went."""

    def __init__(self, stage: Stage, source: str, seed: int) -> None:
        super().__init__(stage, source, seed)
        self.passed: dict[str, Passed] = {}
        self._ran: set[CodeType] = set()

    def begin(self, task_id: str, own: bool = False) -> None:
        """Begin a test, and a new list of executed code."""
        sys.setprofile(None)
        super().begin(task_id, own)
        self._ran = set()
        sys.setprofile(self._note)

    def record(self, test: str, verdict: Verdict) -> None:
        """Record a passed test."""
        sys.setprofile(None)
        names = {call.name for call in self.student.calls} | {name for code in self._ran for name in _names_in(code)}
        self.passed[test] = Passed(verdict, list(self.student.calls), frozenset(names))

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename == self._file:
            self._ran.add(frame.f_code)


def _names_in(code: CodeType) -> Iterator[str]:
    yield code.co_qualname.partition(".")[0]
    yield from code.co_names


def passed_tests(stage: Stage, suite: Suite, reference: str, seed: int) -> dict[str, Passed]:
    """Return the tests that the model answers pass, by the runner's name for each."""
    backend = _Watched(stage, reference, seed)
    before = sys.getprofile()
    try:
        suite.run(backend)
    finally:
        sys.setprofile(before)
    return backend.passed


def names_changed(reference: str, source: str) -> frozenset[str] | None:
    """Return the names that a program defines after the model answers; None if it is another program or does more than that."""
    if not source.startswith(reference):
        return None
    known = _imports(reference)
    names: set[str] = set()
    for node in syntax_tree(source.removeprefix(reference)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names if _import(node, alias) not in known}
        elif isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets) \
                and not any(isinstance(part, ast.Call) for part in ast.walk(node.value)):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return None
    return frozenset(names)


@lru_cache(maxsize=8)
def _imports(source: str) -> frozenset[tuple[str, str, str | None]]:
    return frozenset(_import(node, alias) for node in ast.walk(syntax_tree(source))
                     if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names)


def _import(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str, str | None]:
    return (node.module or "" if isinstance(node, ast.ImportFrom) else "", alias.name, alias.asname)


@dataclass(frozen=True)
class _StoodIn:
    """A test that was run with reference versions in place of everything that was changed."""

    verdict: Verdict
    calls: list[Call]
    asked: frozenset[str]


@dataclass
class Known:
    """What is known of the tests from the model answers, and from programs extending them that were run before.

    Attributes
    ----------
    reference : str
        The model answers.
    passed : dict of str to Passed
        The tests they pass.
    stood_in : dict
        Tests with reference versions of these functions, in which nothing of a change was left to run.
    """

    reference: str
    passed: dict[str, Passed]
    stood_in: dict[tuple[str, frozenset[str]], _StoodIn] = field(default_factory=dict)


class OnTopBackend(InProcessBackend):
    """Runs a program that extends the model answers.

    Tests that the extension does not reach are skipped. A test in which reference versions replace everything that was changed is
    run once for all programs, unless a reference version handed a call back.

    With `outcomes`, only what passes and what is named is asked, not the words of a test that passes. Then a later test that
    passes with reference versions of everything that was changed is not run with the program's own functions before.
    """

    def __init__(self, stage: Stage, source: str, seed: int, known: Known, outcomes: bool = False) -> None:
        if outcomes:
            self.settled_by = self._is_settled_by
        self._known, self._changed, self._handed_back = known, names_changed(known.reference, source), False
        super().__init__(stage, source, seed)

    def replay_verdict(self, test: str, task_id: str, own: bool) -> Verdict | None:
        """Return the verdict of a test that the change does not reach."""
        known = self._known.passed.get(test)
        if known is None or self._reaches(test):
            return None
        self.student.calls[:] = known.calls
        return replace(known.verdict)

    def begin(self, task_id: str, own: bool = False) -> None:
        """Begin a test."""
        self._handed_back = False
        super().begin(task_id, own)

    def replay_with_right_versions(self, test: str, task_id: str) -> Verdict | None:
        """Return the verdict of a test with reference versions of everything that was changed."""
        known = self._known.stood_in.get((test, self.replaced)) if self._is_covered() else None
        if known is None:
            return None
        self._task, self._asked = task_id, set(known.asked)
        self.student.calls[:] = known.calls
        return replace(known.verdict)

    def record_with_right_versions(self, test: str, verdict: Verdict) -> None:
        """Record a test that was run with reference versions."""
        if self._is_covered() and not self._handed_back:
            run = _StoodIn(replace(verdict), list(self.student.calls), frozenset(self._asked))
            self._known.stood_in[test, self.replaced] = run

    def _is_covered(self) -> bool:
        return self._changed is not None and self._changed <= self.replaced

    def _is_settled_by(self, test: str, names: frozenset[str]) -> bool:
        return bool(names) and self._changed is not None and self._changed <= names and self._reaches(test)

    def _reaches(self, test: str) -> bool:
        known = self._known.passed.get(test)
        return known is None or self._changed is None or not self._changed.isdisjoint(known.names)

    def _right_version(self, name: str, own: Any) -> Any:
        def handed_back(*args: Any, **kwargs: Any) -> Any:
            self._handed_back = True
            return own(*args, **kwargs)

        return super()._right_version(name, handed_back)
