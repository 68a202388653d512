"""Name a mistake by its numbers: what the student returned against what each known mistake returns.

After a test fails, the call that is wrong is made again, here, with the reference and with every catalogued mistake of
that task. A mistake is named when it, and no other, returns what the student returned and changes the same arguments
in place, and the reference does not. Where several do, the student is told what their texts have in common, which may
be nothing. A right answer has no failing test, so it costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from autograder.checks.compare import is_tensor
from autograder.checks.plugin import Verdict
from autograder.checks.student import Call, ModuleProxy
from autograder.grade.diagnosis.replay import agrees, chain, is_entangled, replay
from autograder.stages import Mistake, Stage, find_stage

# A call with more numbers than this among its arguments is made again only where no smaller one was to be had.
LARGE = 20_000
# A failed test with more numbers than this in its calls is looked at after the smaller ones of its task.
SMALL = 500
# What is asked of an object without changing it.
QUESTIONS = ("__call__", "state_dict", "vjp")
# A function whose wrong values fit no known mistake in this many tests is not looked at again.
TRIES = 2
_modules: dict[tuple[str, str], ModuleType] = {}


def mistake_module(stage: Stage, mistake: Mistake) -> ModuleType:
    """The mistake as a module: the reference run anew, the mistake's own functions on top; loaded once a process."""
    key = (stage.id, mistake.id)
    if key not in _modules:
        stage.reference()
        stage.bind_earlier()
        module = ModuleType(stage.module)
        module.__file__ = f"mistakes/{mistake.id}.py"
        exec(_reference_code(stage.id), module.__dict__)
        exec(compile(mistake.own, module.__file__, "exec", dont_inherit=True), module.__dict__)
        _modules[key] = module
    return _modules[key]


@cache
def _reference_code(stage_id: str) -> CodeType:
    stage = find_stage(stage_id)
    return compile(stage.solution.read_text(encoding="utf-8"), str(stage.solution), "exec", dont_inherit=True)


@dataclass
class _Failure:
    """A failed test that waits to be looked at: its calls, and the seed they were made with."""

    test: str
    calls: list[Call]
    seed: int


class Diagnosis:
    """Collects the name of the mistake behind each failed test of one submission.

    The failed tests of a task are looked at together once another task begins or the names are asked for: those whose
    calls are small come first, since a mistake that has a name there need not be looked for in a long training.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._found: dict[str, tuple[str, str]] = {}
        self._single = "torch" in stage.info.preload
        self._settled: set[str] = set()  # functions whose mistake has a name
        self._tiny = False
        self._tries: dict[str, int] = {}  # how many failed tests of a function fitted none
        self._task = ""
        self._waiting: list[_Failure] = []

    def __call__(self, verdict: Verdict, backend: Any) -> None:
        """Keep the calls of the test that just failed."""
        calls = list(backend.student.calls)
        if any(call.method == "load_checkpoint" for call in calls):
            return  # what was trained elsewhere cannot be made again
        if verdict.task != self._task:
            self._look()
            self._task = verdict.task
        self._waiting.append(_Failure(verdict.test, calls, backend.seed))

    @property
    def found(self) -> dict[str, tuple[str, str]]:
        """Test name to ``(mistake id, hint)``; the id is empty where several mistakes fit and share a hint."""
        self._look()
        return self._found

    def _look(self) -> None:
        """Compare the calls of the tests that wait with the catalogue."""
        waiting, self._waiting = self._waiting, []
        for failure in sorted(waiting, key=lambda failure: sum(size(call.args) for call in failure.calls) > SMALL):
            self._look_at(failure)

    def _look_at(self, failure: _Failure) -> None:
        names = set(self.stage.functions.get(self._task, ()))
        position = self._wrong_call(failure.calls, names, failure.seed)
        if position is None:
            return
        call = failure.calls[position]
        matches = self._matches(failure.calls, position, names, failure.seed)
        self._tries[call.name] = self._tries.get(call.name, 0) + (not matches)
        before = {mistake_id for mistake_id, _ in self._found.values()}
        if len(matches) > 1:  # one that has a name already explains this failure too
            matches = [mistake for mistake in matches if mistake.id in before] or matches
        if len(matches) == 1:
            self._found[failure.test] = matches[0].id, f"{matches[0].title}\n{matches[0].hint}"
            self._settled.add(call.name)
        elif text := in_common(matches):
            self._found[failure.test] = "", text

    def _is_done(self, name: str) -> bool:
        return name in self._settled or self._tries.get(name, 0) >= TRIES

    def _wrong_call(self, calls: Sequence[Call], names: set[str], seed: int) -> int | None:
        """Where the call is that the reference answers otherwise: as a rule a test stops right after it."""
        asked = self._in_question(calls, names)
        if any(map(is_entangled, calls)):
            needed = sorted({other for position in asked for other in leading_to(calls, position, names)})
            outcomes = zip(needed, replay([calls[position] for position in needed], self.stage.reference(), seed), strict=True)
        else:
            asked.reverse()
            outcomes = zip(asked, (next(replay([calls[position]], self.stage.reference(), seed)) for position in asked))
        seen = {}
        for position, outcome in outcomes:
            seen[position] = outcome
            if position in asked and not agrees(calls[position], outcome, self._single):
                self._tiny = False
                return position
        # Where all calls agree, what is wrong lies below the absolute tolerance: a vanished gradient cut to 0, say.
        self._tiny = True
        return next((position for position in asked
                     if not agrees(calls[position], seen[position], self._single, self._tiny)), None)

    def _in_question(self, calls: Sequence[Call], names: set[str]) -> list[int]:
        """Positions of the calls that may show a mistake of the functions `names` which has no name yet."""
        names = {name for name in names if not self._is_done(name)}
        return [position for position, call in enumerate(calls)
                if call.error is None and not self._is_done(call.name)
                and not (call.name in self._tries and size(call.args) > LARGE)
                and any(calls[other].name in names for other in chain(calls, position))]

    def _matches(self, calls: Sequence[Call], position: int, names: set[str], seed: int) -> list[Mistake]:
        """The mistakes of the task that answer the call at this position as the student did."""
        again = [calls[other] for other in leading_to(calls, position, names)]
        used = {name for call in again for name in self.stage.reaches.get(call.name, ())}
        mistakes = [mistake for mistake in self.stage.mistakes()
                    if mistake.task == self._task and used & set(mistake.functions)]
        outcomes = [list(replay(again, mistake_module(self.stage, mistake), seed))[-1] for mistake in mistakes]
        return [mistake for mistake, outcome in zip(mistakes, outcomes, strict=True)
                if agrees(calls[position], outcome, self._single, self._tiny)]


def leading_to(calls: Sequence[Call], position: int, names: set[str]) -> list[int]:
    """The calls to make again for the one at this position: its chain, and what makes objects, since that draws numbers.

    What was only asked of an object is left out where the functions `names` have not made it: the reference's remember nothing.
    """
    needed = [other for other in chain(calls, position)
              if other == position or calls[other].method not in QUESTIONS or calls[other].name in names]
    draws = any(is_entangled(calls[other]) for other in needed)
    return [other for other in range(position + 1) if other in needed or (draws and isinstance(calls[other].value, ModuleProxy))]


def size(value: Any) -> int:
    """How many numbers an argument holds."""
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size, value))
    return value.numel() if is_tensor(value) else int(getattr(value, "size", 1) or 0)


def in_common(mistakes: Sequence[Mistake]) -> str:
    """What the texts of several mistakes have in common, sentence by sentence; empty where there is nothing.

    A sentence that stands in the title or the hint of each of them holds whichever it was.
    """
    if not mistakes:
        return ""
    texts = [[*sentences(mistake.title), *sentences(mistake.hint)] for mistake in mistakes]
    shared = [sentence for sentence in texts[0] if all(sentence in text for text in texts[1:])]
    return "\n".join(filter(None, (" ".join(shared[:1]), " ".join(shared[1:]))))


def sentences(text: str) -> list[str]:
    """The sentences of a text, on one line each."""
    return re.split(r"(?<=[.?!]) ", " ".join(text.split()))
