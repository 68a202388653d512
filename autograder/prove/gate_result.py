"""Shared by the gates: runs of a suite on trusted source, and the result of a gate."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.course import this_course
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.runner import Result, Suite, collected
from autograder.prove.over_cores import over_cores
from autograder.prove.unreached import Known, OnTopBackend, passed_tests
from autograder.prove.unseeded import Unseeded, UnseededBackend
from autograder.stages import Stage

# From this many programs on, it pays to trace what the model answers execute in each test.
MANY = 4
FALSE = "false"
T = TypeVar("T")


# During a gate on another term, its seed: see `another_term`.
_other_seed: int | None = None


def seed_of_term() -> int:
    """Return the seed of the hidden inputs that is verified: the term's, or that of `another_term`."""
    return this_course().seed if _other_seed is None else _other_seed


@contextmanager
def another_term(seed: int) -> Iterator[None]:
    """Context in which gates verify another seed of the hidden inputs, and keep their runs to themselves: see `runs_kept`."""
    global _other_seed
    before, _other_seed = _other_seed, seed
    try:
        with runs_kept():
            yield
    finally:
        _other_seed = before


class NameGiven(NamedTuple):
    """A mistake's name given to a program. `kind` is mistake, bank, pair or alternative; `verdict` says whether the name is
    right.
    """

    kind: str
    program: str
    name: str
    verdict: str


@dataclass
class GateResult:
    """The result of a gate, which holds if there are no problems.

    `cpu` is what it took, in CPU seconds of all its processes; a gate itself adds those of workers, which the system does not
    count as its own. `unchanged` says that it was not run: see `prove.unchanged`.
    """

    gate: str
    measured: str = ""
    problems: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)
    names: list[NameGiven] = field(default_factory=list)
    cpu: float = 0.0
    unchanged: bool = False

    @property
    def holds(self) -> bool:
        """Whether there are no problems."""
        return not self.problems


@dataclass
class Run:
    """The suite run on one source: its results, the mistakes named, by test, and what another seed cannot change."""

    results: list[Result]
    named: dict[str, str]
    unseeded: Unseeded = field(default_factory=dict)

    def lost(self) -> list[Result]:
        """Return the tests that did not pass."""
        return [result for result in self.results if result.verdict.outcome != "passed"]

    def score(self) -> float:
        """Return the points of the passed tests."""
        return sum(result.verdict.points for result in self.results)


# During verification, what several gates ask for: see `once`.
_kept: dict[tuple[Any, ...], Any] | None = None


@contextmanager
def runs_kept() -> Iterator[None]:
    """Context in which complete runs on a source are cached across gates. The kit must not change meanwhile."""
    global _kept
    before, _kept = _kept, {}
    try:
        yield
    finally:
        _kept = before


def once(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Return what `make` makes, made by the first gate that asks for it while `runs_kept` lasts."""
    if _kept is None:
        return make()
    if key not in _kept:
        _kept[key] = make()
    found: T = _kept[key]
    return found


def run_source(stage: Stage, source: str, seed: int | None = None, only: str | None = None) -> Run:
    """Run the suite on trusted source in this process."""
    return run_sources(stage, [source], seed, only)[0]


def run_sources(stage: Stage, sources: Iterable[str], seed: int | None = None, only: str | None = None,
                outcomes: bool = False) -> list[Run]:
    """Run the suite on several trusted sources, collected once and spread over the cores.

    With `outcomes`, what a passed test says is left open, which spares runs: see `unreached`.
    """
    sources, seed = [*sources], seed_of_term() if seed is None else seed
    known: dict[tuple[str, str, int], Run] = {} if only else once(("outcomes" if outcomes else "runs",), dict)
    todo = [source for source in dict.fromkeys(sources) if (stage.id, source, seed) not in known]

    def use(suite: Suite) -> list[Run]:
        backend_of = backends(stage, suite, todo, seed, outcomes)
        return over_cores(todo, lambda some: [_run(stage, suite, backend_of(source), only) for source in some])

    if todo:
        made = collected(stage, use)
        known |= {(stage.id, source, seed): run for source, run in zip(todo, made, strict=True)}
        note_unseeded(stage, ((source, run.unseeded) for source, run in zip(todo, made, strict=True)))
    return [known[stage.id, source, seed] for source in sources]


def backends(stage: Stage, suite: Suite, sources: Sequence[str], seed: int,
             outcomes: bool = False) -> Callable[[str], InProcessBackend]:
    """Return a function that makes the backend for each source.

    If many sources extend the model answers, tests that an extension cannot reach are not run again: see `unreached`.
    """
    reference = reference_source(stage)
    if sum(source.startswith(reference) for source in sources) < MANY:
        return lambda source: UnseededBackend(stage, source, seed, unseeded_of(stage, source))
    known = once(("known", stage.id, seed), lambda: Known(reference, passed_tests(stage, suite, reference, seed)))
    return lambda source: OnTopBackend(stage, source, seed, known, outcomes)


def _run(stage: Stage, suite: Suite, backend: InProcessBackend, only: str | None) -> Run:
    diagnosis = diagnosis_of(stage)
    spares = backend if isinstance(backend, UnseededBackend) and backend.unseeded else None
    results = suite.run(backend, diagnosis, only=only)
    if spares is not None and any(result.verdict.outcome != "passed" for result in results):
        return _run(stage, suite, spares.running_all(), only)  # a name needs the calls of all tests
    return Run(results, diagnosis.names, backend.unseeded if isinstance(backend, UnseededBackend) else {})


def unseeded_of(stage: Stage, source: str) -> Unseeded:
    """Return a copy of what is known of the tests that a program passes whatever the seed is."""
    return {**once(("unseeded", stage.id), dict[str, Unseeded]).get(source, {})}


def note_unseeded(stage: Stage, found: Iterable[tuple[str, Unseeded]]) -> None:
    """Note for other gates which tests some programs pass whatever the seed is."""
    once(("unseeded", stage.id), dict[str, Unseeded]).update((source, unseeded) for source, unseeded in found if unseeded)


def diagnosis_of(stage: Stage) -> Diagnosis:
    """Return the diagnosis of one program, which shares with those of others in this process what mistakes answer to a call."""
    return Diagnosis(stage, once(("outcomes", stage.id), dict))


def reference_source(stage: Stage) -> str:
    """Return the text of the model answers."""
    return stage.solution.read_text(encoding="utf-8")


def write_names(path: Path, findings: Iterable[GateResult]) -> tuple[Path, str]:
    """Write every name given to a CSV file; return its path and a summary."""
    names = [name for finding in findings for name in finding.names]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([NameGiven._fields, *names])
    kinds = Counter(name.kind for name in names)
    given = ", ".join(f"{count} to {kind}{'s' * (kind != 'bank')}" for kind, count in kinds.items())
    return path, f"names given: {given or 'none'}; {sum(name.verdict == FALSE for name in names)} false"


def describe_failure(result: Result) -> str:
    """Describe a failed test in one line."""
    verdict = result.verdict
    return f"{verdict.task} {verdict.test}: {verdict.outcome}: {' | '.join(verdict.message.splitlines()[:3])}"
