"""Name a mistake by its numbers: what the student returned against what each known mistake returns.

After a test fails, each call it made is made again, here, with the reference and with every catalogued
mistake of that task. A mistake is named when it, and no other, returns what the student returned and
changes the same arguments in place, and the reference does not.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from autograder.checks.plugin import Verdict
from autograder.grade.replay import agrees, replay
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
        calls = list(bench.student.calls)
        single = "torch" in self.stage.info.preload
        outcomes = replay(calls, self.stage.reference(), bench.seed)
        # Where all calls agree, what is wrong lies below the absolute tolerance: a vanished gradient cut to 0, say.
        for tiny in (False, True):
            for position, (call, outcome) in enumerate(zip(calls, outcomes, strict=True)):
                if call.error is not None or (call.name not in names and call.on is None):
                    continue
                if agrees(call, outcome, single, tiny):
                    continue
                matches = [mistake for mistake in mistakes if call.on is not None or call.name in mistake.functions]
                matches = [mistake for mistake in matches
                           if agrees(call, replay(calls[:position + 1], mistake_module(self.stage, mistake),
                                                  bench.seed)[position], single, tiny)]
                if len(matches) == 1:
                    self.found[verdict.test] = (matches[0].id, f"{matches[0].title}\n{matches[0].hint}")
                return
