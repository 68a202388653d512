"""Name a mistake by its numbers: what the student returned against what each known mistake returns.

After a test fails, the call that is wrong is made again, here, with the reference and with every catalogued mistake of
that task. A mistake is named when it, and no other, returns what the student returned and changes the same arguments
in place, and the reference does not. Where several do, the student is told what their texts have in common, which may
be nothing. A right answer has no failing test, so it costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from autograder.checks.compare import is_tensor
from autograder.checks.plugin import Verdict
from autograder.checks.student import Call
from autograder.grade.replay import Outcome, agrees, is_entangled, replay
from autograder.stages import Mistake, Stage, find_stage

# A call with more numbers than this among its arguments is made again only where no smaller one was to be had.
LARGE = 20_000
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


class Diagnosis:
    """Collects the name of the mistake behind each failed test of one submission.

    Attributes
    ----------
    found : dict
        Test name to ``(mistake id, hint)``; the id is empty where several mistakes fit and share a hint.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.found: dict[str, tuple[str, str]] = {}
        self._single = "torch" in stage.info.preload
        self._settled: set[str] = set()  # functions whose mistake has a name
        self._tiny = False
        self._tries: dict[str, int] = {}  # how many failed tests of a function fitted none

    def __call__(self, verdict: Verdict, bench: Any) -> None:
        """Compare the calls of the test that just failed with the catalogue."""
        calls = list(bench.student.calls)
        if any(call.method == "load_checkpoint" for call in calls):
            return  # what was trained elsewhere cannot be made again
        names = set(self.stage.functions.get(verdict.task, ()))
        if all(self._is_done(call.name) for call in calls if _concerns(call, names)):
            return
        position = self._wrong_call(calls, names, bench.seed)
        if position is None or self._is_done(calls[position].name):
            return
        call = calls[position]
        matches = self._matches(calls[:position + 1], verdict.task, bench.seed)
        self._tries[call.name] = self._tries.get(call.name, 0) + (not matches)
        before = {mistake_id for mistake_id, _ in self.found.values()}
        if len(matches) > 1:  # one that has a name already explains this failure too
            matches = [mistake for mistake in matches if mistake.id in before] or matches
        if len(matches) == 1:
            self.found[verdict.test] = matches[0].id, f"{matches[0].title}\n{matches[0].hint}"
            self._settled.add(call.name)
        elif text := in_common(matches):
            self.found[verdict.test] = "", text

    def _is_done(self, name: str) -> bool:
        return name in self._settled or self._tries.get(name, 0) >= TRIES

    def _wrong_call(self, calls: Sequence[Call], names: set[str], seed: int) -> int | None:
        """Where the call is that the reference answers otherwise: as a rule a test stops right after it."""
        reference = self.stage.reference()
        outcomes: dict[int, Outcome] = {}
        if any(map(is_entangled, calls)):
            outcomes = dict(enumerate(replay(calls, reference, seed)))
            order: Iterable[int] = range(len(calls))
        else:
            order = range(len(calls) - 1, -1, -1)
        # Where all calls agree, what is wrong lies below the absolute tolerance: a vanished gradient cut to 0, say.
        for tiny in (False, True):
            for position in order:
                call = calls[position]
                if call.error is not None or not _concerns(call, names):
                    continue
                if call.name in self._tries and size(call.args) > LARGE:
                    continue
                if position not in outcomes:
                    outcomes[position] = replay([call], reference, seed)[0]
                if not agrees(call, outcomes[position], self._single, tiny):
                    self._tiny = tiny
                    return position
        return None

    def _matches(self, calls: Sequence[Call], task: str, seed: int) -> list[Mistake]:
        """The mistakes of the task that answer the last of the calls as the student did."""
        again = calls if any(map(is_entangled, calls)) else calls[-1:]
        used = {name for call in again for name in self.stage.reaches.get(call.name, ())}
        mistakes = [mistake for mistake in self.stage.mistakes()
                    if mistake.task == task and used & set(mistake.functions)]
        outcomes = [replay(again, mistake_module(self.stage, mistake), seed)[-1] for mistake in mistakes]
        return [mistake for mistake, outcome in zip(mistakes, outcomes, strict=True)
                if agrees(calls[-1], outcome, self._single, self._tiny)]


def _concerns(call: Call, names: set[str]) -> bool:
    return call.name in names or call.on is not None


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
