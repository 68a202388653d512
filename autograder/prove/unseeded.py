"""Skip tests that another seed cannot change, since their outcome is known.

A test that a program passes goes the same with every seed if nobody asked for the seed meanwhile: not the test, for its inputs,
and neither it nor the program, while it was imported or run, drew from a random generator of the libraries.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.suite import Verdict
from autograder.grade.backends.in_process import InProcessBackend
from autograder.stages import Stage

# Verdicts of the tests that a program passes whatever the seed is, by the runner's name for each.
Unseeded = dict[str, Verdict]


class UnseededBackend(InProcessBackend):
    """Runs a program, and notes in `unseeded` which tests it passes whatever the seed is. Those already there are not run again,
    and have no calls; so a failure of another test can have no name.
    """

    def __init__(self, stage: Stage, source: str, seed: int, unseeded: Unseeded) -> None:
        self.unseeded, self._asked_for_seed, self._start = unseeded, False, generators()
        self._draws_at_import: bool | None = None  # nobody knows yet
        super().__init__(stage, source, seed)

    def running_all(self) -> InProcessBackend:
        """Return a backend that runs all tests."""
        return InProcessBackend(self.stage, self._source.decode(), self._seed)

    @property
    def seed(self) -> int:
        """The seed; to ask for it is noted."""
        self._asked_for_seed = True
        return self._seed

    @seed.setter
    def seed(self, seed: int) -> None:
        self._seed = seed

    def begin(self, task_id: str, own: bool = False) -> None:
        """Begin a test, of which nothing is known yet."""
        super().begin(task_id, own)
        self._asked_for_seed, self._start = False, generators()

    def _import(self) -> None:
        before = generators() if self._draws_at_import is None else ()
        super()._import()
        if before:
            self._draws_at_import = generators() != before

    def replay_verdict(self, test: str, task_id: str, own: bool) -> Verdict | None:
        """Return the verdict of a test that it passes whatever the seed is."""
        known = self.unseeded.get(test)
        if known is None:
            return None
        self.student.calls.clear()
        return replace(known)

    def record(self, test: str, verdict: Verdict) -> None:
        """Note a passed test, unless the seed may have had a part in it."""
        if not (self.replaced or self._asked_for_seed or self._draws_at_import or generators() != self._start):
            self.unseeded.setdefault(test, replace(verdict))


def generators() -> tuple[Any, ...]:
    """Return the state of the libraries' random generators."""
    _, keys, *rest = np.random.get_state(legacy=True)
    torch = sys.modules.get("torch")
    return random.getstate(), np.asarray(keys).tobytes(), rest, b"" if torch is None else torch.get_rng_state().numpy().tobytes()
