"""Name a mistake by its numbers: what the student returned against what each known mistake returns.

After a test fails, each call it made is made again, here, with the reference and with every catalogued
mistake of that task. A mistake is named when it, and no other, returns what the student returned, and the
reference does not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from autograder.checks.compare import Mismatch, expect
from autograder.checks.plugin import Verdict
from autograder.checks.student import Call
from autograder.stages import Mistake, Stage, module_from

_modules: dict[tuple[str, str], ModuleType] = {}


def mistake_module(stage: Stage, mistake: Mistake) -> ModuleType:
    """The mistake as a module; loaded once a process."""
    key = (stage.id, mistake.id)
    if key not in _modules:
        stage.reference()
        _modules[key] = module_from(mistake.source, stage.module, f"mistakes/{mistake.id}.py")
    return _modules[key]


class Diagnosis:
    """Collects the name of the mistake behind each failed test of one submission.

    Attributes
    ----------
    found : dict
        Test name to ``(mistake id, hint)``.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.found: dict[str, tuple[str, str]] = {}

    def __call__(self, verdict: Verdict, bench: Any) -> None:
        """Compare the calls of the test that just failed with the catalogue."""
        mistakes = [mistake for mistake in self.stage.mistakes() if mistake.task == verdict.task]
        names = set(self.stage.functions.get(verdict.task, ()))
        for call in bench.student.calls:
            if call.name not in names or call.error is not None:
                continue
            if _agrees(call, getattr(self.stage.reference(), call.name)):
                continue
            matches = [mistake for mistake in mistakes
                       if call.name in mistake.functions
                       and _agrees(call, getattr(mistake_module(self.stage, mistake), call.name))]
            if len(matches) == 1:
                self.found[verdict.test] = (matches[0].id, f"{matches[0].title}\n{matches[0].hint}")
            return


def _agrees(call: Call, function: Callable) -> bool:
    """True when `function` returns for this call what the student's function returned."""
    try:
        with np.errstate(all="ignore"):
            value = function(*copy.deepcopy(call.args), **copy.deepcopy(call.kwargs))
            expect(call.value, value, "value", rtol=1e-8, atol=1e-12)
    except Mismatch:
        return False
    except Exception:  # a mistake may fail on this input: then it is not what the student did
        return False
    return True
