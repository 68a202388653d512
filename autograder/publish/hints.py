"""Make the hints for the public tests: fingerprints of what each catalogued mistake returns in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.checks.hints import KEY, NAME, Hints, Rounding, fingerprints, mixed
from autograder.checks.student import Call
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.evidence import Information
from autograder.grade.diagnosis.naming import mistake_module
from autograder.grade.diagnosis.replay import FAILED, Outcome, agrees, replay
from autograder.grade.runner import Suite, collected
from autograder.stages import Mistake, Stage, task_number

SEED = 0  # the seed of public tests on students' machines
DOUBLE, SINGLE = Rounding(bits=16, noise=1e-9), Rounding(bits=6, noise=1e-5)


def public_calls(stage: Stage, source: str, only: str | None = None, suite: Suite | None = None,
                 backend: InProcessBackend | None = None) -> list[tuple[str, str, str, list[Call]]]:
    """Return task, name, outcome and calls of each public test, or those of one task, run on trusted source as at home: no
    reference versions stand in.

    Without `suite`, the suite is collected first; without `backend`, one of the source and `SEED` is made.
    """
    if suite is None:
        return collected(stage, lambda suite: public_calls(stage, source, only, suite, backend))
    made: list[list[Call]] = []
    results = suite.run(backend or InProcessBackend(stage, source, SEED), lambda _, used: made.append(list(used.student.calls)),
                        visibilities=("public",), only=only, alone=True)
    results.sort(key=lambda result: result.turn)
    return [(result.verdict.task, result.verdict.test, result.verdict.outcome, calls)
            for result, calls in zip(results, made, strict=True)]


def make_hints(stage: Stage) -> Hints:
    """Return the hints of a stage; deterministic.

    A mistake shows in each public test of its task in which its result differs from the reference by enough to survive rounding.
    It gives a hint only if it fits in all of these. Tests in which a mistake of an earlier task gives the same result are
    ignored, because on students' machines functions call their own earlier ones. Figures are ignored, because a correct one can
    be drawn in many ways.
    """
    hints = _no_hints(stage)
    numbers: dict[str, int] = {}
    for prints, texts in _told(stage, hints):
        for text in texts:
            _add(hints, numbers, prints[0], text)
    return hints


def tell_the_same(stage: Stage, hints: Hints | None) -> bool:
    """Whether these hints, possibly made on another machine, are equivalent to those of the current material.

    Another processor may sum in another order, and round numbers near an edge differently. So each wrong value must give the same
    texts through one of its fingerprints, and there must be no other entries.
    """
    here = _no_hints(stage)
    if hints is None or (hints.rounding, hints.salt) != (here.rounding, here.salt):
        return False
    told = list(_told(stage, here))
    known = {one[:NAME].hex() for prints, _ in told for one in prints}
    every = {_words(text) for _, texts in told for text in texts}
    opened = [(set(map(_words, texts)), set(map(_words, hints.open(prints)))) for prints, texts in told]
    return all(texts & found and found <= every for texts, found in opened) and hints.entries.keys() <= known


def _words(text: str) -> str:
    """Return a text without the tests that its mistake fails by too little to show: another processor may find one more."""
    first, _, rest = text.partition("\n")
    return f"{first.split()[0]}\n{rest}"


def _no_hints(stage: Stage) -> Hints:
    salt = hashlib.sha256(stage.id.encode()).hexdigest()[:16]
    return Hints(SINGLE if "torch" in stage.info.preload else DOUBLE, salt)


@dataclass
class _Shown:
    """A test in which a mistake shows: its fingerprints, the wrong call, the right outcome, and the mistakes that show
    identically.
    """

    prints: list[bytes]
    call: Call
    right: Outcome
    fitting: list[Mistake]


def _told(stage: Stage, hints: Hints) -> Iterator[tuple[list[bytes], list[str]]]:
    """Yield the fingerprints of each telling wrong value, likeliest first, and the texts of the mistakes that it fits."""
    shown: dict[str, list[_Shown]] = {}
    silent: dict[str, list[str]] = {}
    for task, test, _, calls in public_calls(stage, stage.solution.read_text(encoding="utf-8")):
        if any(call.method == "load_checkpoint" for call in calls):
            continue
        used = {name for call in calls for name in stage.reaches.get(call.name, ())}
        mistakes = [mistake for mistake in stage.mistakes()
                    if task_number(mistake.task) <= task_number(task) and used & set(mistake.functions)]
        found = {mistake.id: _shows(stage, hints, mistake, test, calls) for mistake in mistakes}
        for mistake in mistakes:
            one = found[mistake.id]
            if mistake.task != task:
                continue
            if one is None:
                if _differs(stage, hints, mistake, calls):
                    silent.setdefault(mistake.id, []).append(test)
                continue
            one.fitting = [other for other in mistakes
                           if (two := found[other.id]) is not None and set(one.prints) & set(two.prints)]
            if all(other.task == task for other in one.fitting):
                shown.setdefault(mistake.id, []).append(one)
            else:
                silent.setdefault(mistake.id, []).append(test)
    texts = {mistake.id: " ".join([str(len(shown[mistake.id])), *silent.get(mistake.id, ())])
             + f"\n{mistake.title}\n{mistake.hint}" for mistake in stage.mistakes()
             if mistake.id in shown and _say_enough(shown[mistake.id])}
    for mistake_id in texts:
        for one in shown[mistake_id]:
            yield one.prints, [texts[other.id] for other in one.fitting if other.id in texts]


def _say_enough(shown: Iterable[_Shown]) -> bool:
    information = Information()
    for one in shown:
        information.add(one.call, one.right)
    return information.is_enough


def _shows(stage: Stage, hints: Hints, mistake: Mistake, test: str, calls: Sequence[Call]) -> _Shown | None:
    """Return the first result of a mistake that differs from the reference; None if there is none or it cannot be fingerprinted.
    """
    outcomes = replay(calls, mistake_module(stage, mistake), SEED)
    for position, (call, outcome) in enumerate(zip(calls, outcomes, strict=True)):
        if agrees(call, outcome, hints.rounding == SINGLE) or (call.error is not None and outcome.value is FAILED):
            continue
        if outcome.value is FAILED or call.method == "read":
            return None
        answered = [*calls[:position], replace(call, value=outcome.value, changed=outcome.changed, error=None)]
        right, wrong = ([*fingerprints(hints.salt, test, some, hints.rounding)][-1]
                        for some in (calls[:position + 1], answered))
        if set(right) & set(wrong):
            return None
        return _Shown(wrong, answered[-1], Outcome(FAILED if call.error is not None else call.value), [])
    return None


def _differs(stage: Stage, hints: Hints, mistake: Mistake, calls: Sequence[Call]) -> bool:
    """Whether a mistake gives a different result in a test, however small the difference."""
    outcomes = replay(calls, mistake_module(stage, mistake), SEED)
    single = hints.rounding == SINGLE
    return not all(agrees(call, outcome, single, tiny=True) for call, outcome in zip(calls, outcomes, strict=True))


def _add(hints: Hints, numbers: dict[str, int], fingerprint: bytes, text: str) -> None:
    key = hashlib.sha256(f"{hints.salt}:{text}".encode()).digest()[:KEY]
    if text not in numbers:
        numbers[text] = len(hints.texts)
        hints.texts.append(mixed(text.encode("utf-8"), key).hex())
    name, sealed = fingerprint[:NAME].hex(), f"{numbers[text]}:{mixed(key, fingerprint[NAME:]).hex()}"
    known = hints.entries.get(name, "").split("|") if name in hints.entries else []
    if sealed not in known:
        hints.entries[name] = "|".join([*known, sealed])
