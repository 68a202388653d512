"""Gates about what students are told: two mistakes at once, and the hints that go with the public tests."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

from autograder.checks.hints import agreed
from autograder.prove.gate_result import GateResult, reference_source, run_source, seed_of_term
from autograder.publish.hints import make_hints, public_calls
from autograder.stages import Mistake, Stage

MOST_BYTES = 200_000


def pairs_of_mistakes(stage: Stage, count: int) -> list[tuple[Mistake, Mistake]]:
    """Pairs of mistakes in different functions: as many of one task as of two, the same ones each time."""
    pairs = [(one, other) for one, other in combinations(stage.mistakes(), 2)
             if not set(one.functions) & set(other.functions)]
    choose = random.Random(seed_of_term())
    same, other = ([pair for pair in pairs if (pair[0].task == pair[1].task) == alike] for alike in (True, False))
    same = choose.sample(same, min(len(same), count // 2))
    return same + choose.sample(other, min(len(other), count - len(same)))


def pairs_are_not_misnamed(stage: Stage, count: int = 60) -> GateResult:
    """A submission with two mistakes in it is told of one or both of them or of none, and of no third."""
    finding = GateResult("two mistakes at once are not misnamed")
    pairs = pairs_of_mistakes(stage, count)
    outcomes: Counter[int] = Counter()
    for one, other in pairs:
        source = f"{one.source}\n\n{other.own}"
        named = {name for task in sorted({one.task, other.task})
                 for name in run_source(stage, source, only=task).named.values()}
        outcomes[len(named & {one.id, other.id})] += 1
        finding.problems += [f"{one.id} and {other.id} together are taken for {name}"
                             for name in sorted(named - {one.id, other.id})]
    finding.measured = f"{len(pairs)} pairs: both named {outcomes[2]}, one {outcomes[1]}, none {outcomes[0]}"
    return finding


def hints_are_right(stage: Stage) -> GateResult:
    """At home each mistake gets its own hint or none, in whatever task it shows; a right answer gets none."""
    finding = GateResult("hints at home are right")
    hints, hinted = make_hints(stage), 0
    for name, source in ({"model answers": reference_source(stage)} | stage.alternatives()).items():
        finding.problems += [f"{name} gets a hint in {test}" for _, test, _, calls in public_calls(stage, source)
                             if hints.look_up(test, calls)]
    for mistake in stage.mistakes():
        reached = [task for task, names in stage.functions.items()
                   if any(stage.reaches[name] & set(mistake.functions) for name in names)]
        said: set[str] = set()
        for task in reached:
            ran = public_calls(stage, mistake.source, task)
            fitting = {test: hints.look_up(test, calls) for _, test, _, calls in ran}
            said |= set(agreed(fitting, [test for _, test, outcome, _ in ran if outcome == "failed"]).values())
        words = f"{mistake.title}\n{mistake.hint}"
        hinted += words in said
        finding.problems += [f"{mistake.id} is told: {text.splitlines()[0]}" for text in sorted(said - {words})]
    size = len(hints.as_json())
    if size > MOST_BYTES:
        finding.problems.append(f"hints.json has {size} bytes, more than {MOST_BYTES}")
    finding.measured = f"{hinted} of {len(stage.mistakes())} mistakes, {size / 1000:.0f} kB"
    return finding
