"""Gates on feedback to students: two mistakes at once, and hints of the public tests."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations

from autograder.checks.hints import Hints, agreed
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import Suite, collected
from autograder.prove.gate_result import (
    FALSE,
    GateResult,
    NameGiven,
    backends,
    diagnosis_of,
    note_unseeded,
    reference_source,
    seed_of_term,
)
from autograder.prove.over_cores import over_cores
from autograder.prove.unseeded import Unseeded, UnseededBackend
from autograder.publish.hints import SEED, make_hints, public_calls
from autograder.stages import Mistake, Stage

MOST_BYTES = 200_000


def pairs_of_mistakes(stage: Stage, count: int) -> list[tuple[Mistake, Mistake]]:
    """Return a fixed sample of pairs of mistakes in different functions: half within one task, half across two."""
    pairs = [(one, other) for one, other in combinations(stage.mistakes(), 2)
             if not set(one.functions) & set(other.functions)]
    choose = random.Random(seed_of_term())
    same, other = ([pair for pair in pairs if (pair[0].task == pair[1].task) == alike] for alike in (True, False))
    same = choose.sample(same, min(len(same), count // 2))
    return same + choose.sample(other, min(len(other), count - len(same)))


def pairs_are_not_misnamed(stage: Stage, count: int = 60) -> GateResult:
    """A submission with two mistakes is named as one, both or neither of them, and never as a third."""
    finding = GateResult("two mistakes at once are not misnamed")
    pairs = pairs_of_mistakes(stage, count)
    outcomes: Counter[int] = Counter()

    def use(suite: Suite) -> list[set[str]]:
        backend_of = backends(stage, suite, [_both(*pair) for pair in pairs], seed_of_term())
        return over_cores(pairs, lambda some: [_names(stage, suite, *pair, backend_of) for pair in some])

    names = collected(stage, use)
    for (one, other), named in zip(pairs, names, strict=True):
        outcomes[len(named & {one.id, other.id})] += 1
        right = dict.fromkeys((one.id, other.id), "one of the two")
        finding.names += [NameGiven("pair", f"{one.id} and {other.id}", name, right.get(name, FALSE)) for name in sorted(named)]
        finding.problems += [f"{one.id} and {other.id} together are taken for {name}"
                             for name in sorted(named - {one.id, other.id})]
    finding.measured = f"{len(pairs)} pairs: both named {outcomes[2]}, one {outcomes[1]}, none {outcomes[0]}"
    return finding


def _both(one: Mistake, other: Mistake) -> str:
    return f"{one.source}\n\n{other.own}"


def _names(stage: Stage, suite: Suite, one: Mistake, other: Mistake, backend_of: Callable[[str], InProcessBackend]) -> set[str]:
    """Return the names given to a submission with both mistakes in the tests of their tasks."""
    diagnosis, tasks = diagnosis_of(stage), {one.task, other.task}
    for task in sorted(tasks):
        suite.run(backend_of(_both(one, other)), diagnosis, only=task, wrong=tasks)
    return set(diagnosis.names.values())


def hints_are_right(stage: Stage, every: int = 1) -> GateResult:
    """At home each mistake gets its own hint or none, in whatever task it shows; correct answers get none.

    A program of the bank gets only hints that are declared right for it. With `every`, each n-th of all these is tried.
    """
    finding = GateResult("hints at home are right")
    hints = make_hints(stage)
    hinted, wrong = collected(stage, lambda suite: _hints_given(stage, suite, hints, every))
    finding.problems += wrong
    size = len(hints.as_json())
    if size > MOST_BYTES:
        finding.problems.append(f"hints.json has {size} bytes, more than {MOST_BYTES}")
    finding.measured = f"{hinted} of {len(stage.mistakes()[::every])} mistakes, {size / 1000:.0f} kB"
    return finding


def _hints_given(stage: Stage, suite: Suite, hints: Hints, every: int) -> tuple[int, list[str]]:
    """Return the number of mistakes that get their own hint, and the wrong hints."""
    right = {"model answers": reference_source(stage)} | dict([*stage.alternatives().items()][::every])
    mistakes, programs = stage.mistakes()[::every], stage.wrong_programs()[::every]
    sources = [mistake.source for mistake in mistakes] + [program.source for program in programs]
    backend_of = backends(stage, suite, sources, SEED)

    def hinted_in(source: str) -> tuple[list[str], Unseeded]:
        backend = UnseededBackend(stage, source, SEED, {})
        ran = public_calls(stage, source, suite=suite, backend=backend)
        return [test for _, test, _, calls in ran if hints.look_up(test, calls)], backend.unseeded

    def said_of(source: str, tasks: Iterable[str]) -> set[str]:
        said: set[str] = set()
        backend = backend_of(source)
        for task in tasks:
            ran = public_calls(stage, source, task, suite, backend)
            fitting = {test: hints.look_up(test, calls) for _, test, _, calls in ran}
            failed = [test for _, test, outcome, _ in ran if outcome == "failed"]
            said |= set(agreed(fitting, failed, {test: calls for _, test, _, calls in ran}).values())
        return said

    def reached(mistake: Mistake) -> list[str]:
        return [task for task, names in stage.functions.items()
                if any(stage.reaches[name] & set(mistake.functions) for name in names)]

    of_the_right = over_cores([*right.values()], lambda some: [hinted_in(source) for source in some])
    wrong = [f"{name} gets a hint in {test}" for name, (tests, _) in zip(right, of_the_right, strict=True) for test in tests]
    note_unseeded(stage, ((source, unseeded) for source, (_, unseeded) in zip(right.values(), of_the_right, strict=True)))
    told = over_cores(mistakes, lambda some: [said_of(mistake.source, reached(mistake)) for mistake in some])
    of_the_bank = over_cores(programs, lambda some: [said_of(program.source, program.tasks) for program in some])
    known = {f"{mistake.title}\n{mistake.hint}": mistake.id for mistake in stage.mistakes()}
    wrong += [f"{program.name} is told the hint of {known.get(text, text)}"
              for program, said in zip(programs, of_the_bank, strict=True)
              for text in sorted(said) if known.get(text) not in program.named]
    hinted = 0
    for mistake, said in zip(mistakes, told, strict=True):
        words = f"{mistake.title}\n{mistake.hint}"
        hinted += words in said
        wrong += [f"{mistake.id} is told: {text.splitlines()[0]}" for text in sorted(said - {words})]
    return hinted, wrong
