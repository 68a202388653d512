"""The gates: what must hold before a stage is released, and what shows that its suite is right.

Each gate is a function from a stage to a Finding. Gates run code of the kit's authors only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from autograder.errors import UsageError
from autograder.grade.diagnosis import Diagnosis
from autograder.grade.suite import Result, run_suite
from autograder.grade.trusted import TrustedBench
from autograder.stages import Mistake, Stage
from autograder.stages.strip import strip

SEED = 20130618


@dataclass
class Finding:
    """What a gate found: it holds when there is no problem."""

    gate: str
    measured: str = ""
    problems: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """True when nothing was wrong."""
        return not self.problems


@dataclass
class Run:
    """The suite over one source: its results, and the mistakes named."""

    results: list[Result]
    named: dict[str, str]

    def lost(self) -> list[Result]:
        """The tests that did not pass."""
        return [result for result in self.results if result.verdict.outcome != "passed"]

    def score(self) -> float:
        """Points of the passed tests."""
        return sum(result.verdict.points for result in self.results)


def run_source(stage: Stage, source: str, seed: int = SEED, only: str | None = None) -> Run:
    """The suite over trusted source, in this process."""
    diagnosis = Diagnosis(stage)
    results = run_suite(stage, TrustedBench(stage, source, seed), diagnosis, only=only)
    return Run(results, {test: mistake for test, (mistake, _) in diagnosis.found.items()})


def reference_source(stage: Stage) -> str:
    """Text of the model answers."""
    return stage.solution.read_text(encoding="utf-8")


def told(result: Result) -> str:
    """A lost test in one line."""
    verdict = result.verdict
    return f"{verdict.task} {verdict.test}: {verdict.outcome}: {' | '.join(verdict.message.splitlines()[:3])}"


def solution_scores_full(stage: Stage) -> Finding:
    """The model answers get every point."""
    run = run_source(stage, reference_source(stage))
    full = sum(result.verdict.max_points for result in run.results)
    if not run.results:
        return Finding("solution scores full marks", problems=["the suite has no test"])
    return Finding("solution scores full marks", f"{run.score():g} of {full:g}, {len(run.results)} tests",
                   [told(result) for result in run.lost()])


def stub_scores_nothing(stage: Stage) -> Finding:
    """The released stub gets no point, and every test says that it is not yet written."""
    run = run_source(stage, strip(reference_source(stage), stage.info.file))
    wrong = [told(result) for result in run.results if result.verdict.outcome != "not_implemented"]
    return Finding("stub scores 0, all not yet written", f"{run.score():g} points", wrong)


def mistakes_are_caught_and_named(stage: Stage) -> Finding:
    """Each catalogued mistake loses points in its own task, nowhere else, and under its own name."""
    finding = Finding("mistakes are caught and named")
    mistakes = stage.mistakes()
    for mistake in mistakes:
        run = run_source(stage, mistake.source)
        finding.problems += _mistake_problems(mistake, run)
        killers = [result.verdict.test for result in run.lost()]
        named = sum(name == mistake.id for name in run.named.values())
        finding.table.append(f"{mistake.task}  {mistake.id:<34} {len(killers):>3} tests, {named:>3} name it: "
                             f"{', '.join(killers[:3])}{', ...' if len(killers) > 3 else ''}")
    finding.measured = f"{len(mistakes)} mistakes"
    return finding


def _mistake_problems(mistake: Mistake, run: Run) -> list[str]:
    lost, problems = run.lost(), []
    if not lost:
        problems.append(f"{mistake.id} is caught by no test")
    for result in lost:
        if result.verdict.task != mistake.task:
            problems.append(f"{mistake.id} (task {mistake.task}) loses points elsewhere: {told(result)}")
    misnamed = sorted({name for name in run.named.values() if name != mistake.id})
    if misnamed:
        problems.append(f"{mistake.id} is taken for {', '.join(misnamed)}")
    if lost and mistake.id not in run.named.values():
        problems.append(f"{mistake.id} is caught but not named by {', '.join(r.verdict.test for r in lost[:4])}")
    return problems


def alternatives_score_full(stage: Stage) -> Finding:
    """Right answers written differently get every point and no name of a mistake."""
    finding = Finding("right answers written differently score full marks")
    alternatives = stage.alternatives()
    for name, source in alternatives.items():
        run = run_source(stage, source)
        finding.problems += [f"{name}: {told(result)}" for result in run.lost()]
        finding.problems += [f"{name} is called {mistake}" for mistake in sorted(set(run.named.values()))]
    finding.measured = f"{len(alternatives)} alternatives"
    return finding


def suite_is_stable(stage: Stage, seeds: int = 5) -> Finding:
    """The model answers pass whatever the seed of the random inputs."""
    finding = Finding("the suite is stable", f"{seeds} seeds")
    for seed in range(seeds):
        finding.problems += [f"seed {seed}: {told(r)}" for r in run_source(stage, reference_source(stage), seed).lost()]
    return finding


GATES: tuple[Callable[[Stage], Finding], ...] = (
    solution_scores_full, stub_scores_nothing, mistakes_are_caught_and_named, alternatives_score_full, suite_is_stable,
)


def verify(stage: Stage, tell: Callable[[Finding, float], None], gates: Iterable[Callable[[Stage], Finding]] = GATES,
           ) -> Sequence[Finding]:
    """Run the gates of a stage one after the other; `tell` hears of each as it ends."""
    findings = []
    for gate in gates:
        started = time.perf_counter()
        try:
            finding = gate(stage)
        except UsageError as error:
            finding = Finding(gate.__name__.replace("_", " "), problems=[str(error)])
        tell(finding, time.perf_counter() - started)
        findings.append(finding)
    return findings
