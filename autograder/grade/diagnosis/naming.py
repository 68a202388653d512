"""Name a mistake by its numbers: what the student returned against what each known mistake returns.

After a test fails, the call that is wrong is made again, here, with the reference and with every catalogued mistake of
that task. A mistake comes into question when it returns what the student returned and changes the same arguments in place,
and the reference does not. It is named when it is the only one of which every test of the task, failed or passed, says so, and
when they say more than a truth value or a simple fraction: see `evidence`. Where several are left, the student is told what their
texts have in common, which may be nothing; and where no mistake fits, what the wrong values have to do with the right ones: see
`properties`. A right answer has no failing test, so it costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import CodeType, ModuleType
from typing import Any

from autograder.checks.student import Call, ModuleProxy, parameter_names
from autograder.checks.suite import Verdict
from autograder.checks.values import is_tensor
from autograder.errors import Died, LimitExceeded
from autograder.grade.diagnosis.evidence import Information, same
from autograder.grade.diagnosis.properties import Compared, property_of, same_value, steps_of
from autograder.grade.diagnosis.replay import FAILED, Outcome, agrees, chain, is_entangled, question, replay
from autograder.stages import Mistake, Stage, find_stage, run_material

# A call with more numbers than this among its arguments is made again only where no smaller one was to be had.
LARGE = 20_000
# A failed test with more numbers than this in its calls is looked at after the smaller ones of its task.
SMALL = 500
# What is asked of an object without changing it.
QUESTIONS = ("__call__", "state_dict", "vjp")
# A function whose wrong values fit no known mistake in this many tests is not looked at again.
TRIES = 2
_modules: dict[tuple[str, str], ModuleType] = {}
# Outcomes of calls made again: by what was asked, the module's file and the seed.
Known = dict[tuple[bytes, str, int], list[Outcome]]


def mistake_module(stage: Stage, mistake: Mistake) -> ModuleType:
    """The mistake as a module: the reference, run again, the mistake's own functions on top; loaded once a process."""
    key = (stage.id, mistake.id)
    if key not in _modules:
        stage.reference()
        stage.bind_earlier()
        module = ModuleType(stage.module)
        module.__file__ = f"mistakes/{mistake.id}.py"
        exec(_reference_code(stage.id), module.__dict__)
        place = stage.suite / "mistakes" / f"{mistake.id.replace('-', '_')}.py"
        run_material(compile(mistake.own, str(place), "exec", dont_inherit=True), module.__dict__)
        _modules[key] = module
    return _modules[key]


@cache
def _reference_code(stage_id: str) -> CodeType:
    stage = find_stage(stage_id)
    return compile(stage.solution.read_text(encoding="utf-8"), str(stage.solution), "exec", dont_inherit=True)


@dataclass
class _Test:
    """A test of the task: whether it failed, its calls, and the seed they were made with."""

    name: str
    failed: bool
    calls: list[Call]
    seed: int


class Diagnosis:
    """Collects the tests of one submission, and finds the name of the mistake behind those that failed.

    Of the failed tests of a task those whose calls are small come first: a mistake that has a name there need not be looked for
    in a long training.

    With `known`, the outcomes of calls made again are kept there for the diagnoses of other submissions: tests ask them the same.
    """

    def __init__(self, stage: Stage, known: Known | None = None) -> None:
        self.stage, self._known = stage, known
        self._found: dict[str, tuple[str, str]] = {}
        self._single = "torch" in stage.info.preload
        self._tests: dict[str, list[_Test]] = {}
        self._settled: set[str] = set()  # functions whose mistake has a name
        self._judged: dict[str, bool] = {}  # mistakes, and whether all tests of the task agree with them
        self._outcomes: dict[tuple[int, str], Outcome] = {}  # of calls that stand alone, by their identity and the module's file
        self._tiny = False
        self._tries: dict[str, int] = {}  # how many failed tests of a function fitted none
        self._task = ""

    def __call__(self, verdict: Verdict, backend: Any) -> None:
        """Keep the calls of a test that just ran."""
        calls = list(backend.student.calls)
        if verdict.outcome not in ("passed", "failed", "error") or any(call.method == "load_checkpoint" for call in calls):
            return  # what was trained elsewhere cannot be made again
        self._tests.setdefault(verdict.task, []).append(_Test(verdict.test, verdict.outcome == "failed", calls, backend.seed))

    @property
    def found(self) -> dict[str, tuple[str, str]]:
        """Test name to ``(mistake id, hint)``; the id is empty where several mistakes fit and share a hint."""
        self._look(properties=True)
        return self._found

    @property
    def names(self) -> dict[str, str]:
        """Test name to mistake id, of the tests that have one: of `found` what the gates ask, without the time of the rest."""
        self._look(properties=False)
        return {test: mistake for test, (mistake, _) in self._found.items() if mistake}

    def _look(self, properties: bool) -> None:
        for task in list(self._tests):
            self._task = task
            failed = [test for test in self._tests[task] if test.failed]
            for test in sorted(failed, key=lambda test: numbers_in(test) > SMALL):
                self._look_at(test)
            if properties:
                self._tell_properties([test for test in failed if test.name not in self._found])
        self._tests.clear()
        self._outcomes.clear()

    def _look_at(self, test: _Test) -> None:
        names = set(self.stage.functions.get(self._task, ()))
        position = self._wrong_call(test.calls, names, test.seed)
        if position is None:
            return
        call = test.calls[position]
        matches = [mistake for mistake in self._matches(test.calls, position, names, test.seed)
                   if self._holds(mistake) and self._is_own(mistake)]
        self._tries[call.name] = self._tries.get(call.name, 0) + (not matches)
        before = {mistake_id for mistake_id, _ in self._found.values()}
        if len(matches) > 1:  # one that has a name already explains this failure too
            matches = [mistake for mistake in matches if mistake.id in before] or matches
        if len(matches) == 1:
            self._found[test.name] = matches[0].id, f"{matches[0].title}\n{matches[0].hint}"
            self._settled.add(call.name)
        elif text := in_common(matches):
            self._found[test.name] = "", text

    def _tell_properties(self, unnamed: Sequence[_Test]) -> None:
        """Say of failed tests without a name what all calls of the wrong function have in common.

        Nothing is said of a function whose mistake has a name: all its tests agree with that, and it would be said twice.
        """
        for name in self.stage.functions.get(self._task, ()):
            if name in self._settled:
                continue
            asking = [test for test in unnamed if test.name not in self._found and any(call.name == name for call in test.calls)]
            if not asking:
                continue
            compared = {test.name: list(self._compared(test, name)) for test in self._tests[self._task]}
            calls = [call for some in compared.values() for call in some]
            if any((call.got is FAILED) != (call.right is FAILED) for call in calls):
                continue
            told = property_of(name, [call for call in calls if call.got is not FAILED])
            for test in asking:
                if told and not all(map(same_value, compared[test.name])):
                    self._found[test.name] = "", told

    def _compared(self, test: _Test, name: str) -> Iterator[Compared]:
        """The direct calls of a function in a test, and of the objects it makes, beside what is right."""
        right = self.stage.reference()
        asked = [position for position, call in enumerate(test.calls)
                 if call.name == name and call.method in ("", "__call__", "vjp") and size(call.args) <= LARGE
                 and not isinstance(call.value, ModuleProxy) and not isinstance(call.error, LimitExceeded | Died)
                 and not (is_entangled(call) and (call.on is None or has_drawn_weights(test.calls, position)))]
        names = set(self.stage.functions[self._task])
        for position, outcome in self._again(test, asked, names, right):
            call = test.calls[position]
            named = dict(zip(parameter_names(getattr(right, name, None), call.method), call.args)) | call.kwargs
            yield Compared(FAILED if call.error is not None else call.value, outcome.value, steps_of(named))

    def _holds(self, mistake: Mistake) -> bool:
        """Whether every test of the task that a mistake can be replayed on agrees with it, and they say enough together."""
        if mistake.id not in self._judged:
            self._judged[mistake.id] = self._judge(mistake)
        return self._judged[mistake.id]

    def _is_own(self, mistake: Mistake) -> bool:
        """Whether what a mistake's functions build on in this task is right, or has a name; else its values may come from it."""
        below = {name for function in mistake.functions for name in self.stage.reaches.get(function, ())}
        below &= set(self.stage.functions[self._task]) - set(mistake.functions) - self._settled
        return not any(self._shows(test, name) for name in below for test in self._tests[self._task] if test.failed)

    def _shows(self, test: _Test, name: str) -> bool:
        """Whether a call of a function in this test has a wrong result."""
        asked = [position for position, call in enumerate(test.calls) if call.name == name and not call.method
                 and call.error is None and size(call.args) <= LARGE and not is_entangled(call)]
        return any(not agrees(test.calls[position], outcome, self._single)
                   for position, outcome in self._again(test, asked, set(), self.stage.reference()))

    def _judge(self, mistake: Mistake) -> bool:
        # The function itself decides where tests call it often enough. One that builds on it may hold another mistake too.
        information = Information()
        for own in (True, False):
            for test in sorted(self._tests[self._task], key=lambda test: (not test.failed, numbers_in(test))):
                if not self._agrees(test, mistake, own, information):
                    return False
            if information.is_enough:
                return True
        return False

    def _agrees(self, test: _Test, mistake: Mistake, own: bool, information: Information) -> bool:
        """Whether the calls of a test are those of a mistake: calls of its own functions, or of those that build on them."""
        asked = [position for position in range(len(test.calls)) if self._bears(test.calls, position, mistake, own)]
        module, right = mistake_module(self.stage, mistake), self.stage.reference()
        names = set(self.stage.functions[self._task])
        off = {position for position, outcome in self._again(test, asked, names, module)
               if not same(test.calls[position], outcome, self._single)}
        if not all(has_drawn_weights(test.calls, position) for position in off):
            return False
        if off or test.failed:
            for position, outcome in self._again(test, asked, names, right):
                call = test.calls[position]
                if position in off and same(call, outcome, self._single):
                    return False  # else nobody knows what was drawn: neither speaks for or against
                if position not in off and test.failed and not agrees(call, outcome, self._single, tiny=True):
                    information.add(call, outcome)
        return True

    def _bears(self, calls: Sequence[Call], position: int, mistake: Mistake, own: bool) -> bool:
        call = calls[position]
        if call.method == "axes" or size(call.args) > LARGE or isinstance(call.error, LimitExceeded | Died):
            return False
        built_on = {calls[other].name for other in chain(calls, position)}
        direct = not built_on.isdisjoint(mistake.functions)
        if own or direct:
            return own and direct
        return any(not self.stage.reaches.get(name, frozenset()).isdisjoint(mistake.functions) for name in built_on)

    def _alone(self, call: Call, module: ModuleType, seed: int) -> Outcome:
        """A call made again by itself, once for each module."""
        key = id(call), str(module.__file__)
        if key not in self._outcomes:
            self._outcomes[key] = next(iter(self._made_again([call], module, seed)))
        return self._outcomes[key]

    def _made_again(self, calls: Sequence[Call], module: ModuleType, seed: int) -> Iterable[Outcome]:
        """The outcomes of calls made again one after the other."""
        asked = None if self._known is None else question(calls)
        if self._known is None or asked is None:
            return replay(calls, module, seed)
        key = asked, str(module.__file__), seed
        if key not in self._known:
            self._known[key] = [*replay(calls, module, seed)]
        return self._known[key]

    def _again(self, test: _Test, asked: Sequence[int], names: set[str], module: ModuleType) -> Iterator[tuple[int, Outcome]]:
        """The calls at these positions made again."""
        if not any(map(is_entangled, test.calls)):
            for position in asked:
                yield position, self._alone(test.calls[position], module, test.seed)
            return
        needed = sorted({other for position in asked for other in leading_to(test.calls, position, names)})
        for position, outcome in zip(needed, self._made_again([test.calls[position] for position in needed], module, test.seed)):
            if position in asked:
                yield position, outcome

    def _is_done(self, name: str) -> bool:
        return name in self._settled or self._tries.get(name, 0) >= TRIES

    def _wrong_call(self, calls: Sequence[Call], names: set[str], seed: int) -> int | None:
        """Where the call is that the reference answers otherwise: as a rule a test stops right after it."""
        asked = self._in_question(calls, names)
        if any(map(is_entangled, calls)):
            needed = sorted({other for position in asked for other in leading_to(calls, position, names)})
            outcomes = zip(needed, self._made_again([calls[position] for position in needed], self.stage.reference(), seed),
                           strict=True)
        else:
            asked.reverse()
            outcomes = zip(asked, (self._alone(calls[position], self.stage.reference(), seed) for position in asked))
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
        modules = [mistake_module(self.stage, mistake) for mistake in mistakes]
        outcomes = [self._alone(again[0], module, seed) for module in modules] if not any(map(is_entangled, calls)) else [
            [*self._made_again(again, module, seed)][-1] for module in modules]
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


def has_drawn_weights(calls: Sequence[Call], position: int) -> bool:
    """Whether a call depends on an object whose weights were drawn, and not given to it."""
    needed = chain(calls, position)
    made = sum(isinstance(calls[other].value, ModuleProxy) for other in needed)
    return made > sum(calls[other].method == "load_state_dict" for other in needed)


def numbers_in(test: _Test) -> int:
    """How many numbers the arguments of a test's calls hold."""
    return sum(size(call.args) for call in test.calls)


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
