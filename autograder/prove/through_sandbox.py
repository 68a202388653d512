"""Gates through the sandbox: what is verified in one process is what grades, with and without prefetching."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.checks.state import reset_state
from autograder.checks.student import Call
from autograder.checks.suite import BACKEND, VERDICTS, Verdict, uses_checkpoints
from autograder.checks.values import is_tensor
from autograder.errors import SandboxError
from autograder.grade.backends.sandboxed import ReferenceRun, SandboxBackend
from autograder.grade.dependencies import ChangedBackend, leaves, values_of
from autograder.grade.runner import Result, Suite, collected, name_of
from autograder.grade.submission_grader import record_reference_run
from autograder.prove.gate_result import GateResult, diagnosis_of, once, reference_source, run_sources, seed_of_term
from autograder.prove.over_cores import over_cores
from autograder.sandbox.client.rounding import rounded
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.transcript import Message, Transcript
from autograder.sandbox.limits import Limits
from autograder.stages import Stage
from autograder.stages.strip import strip

# A call of a correct answer must need less than the CPU limit of a student's call divided by this.
MARGIN = 3
# By test: outcome, points, message, call, and the name of the mistake.
Record = dict[str, tuple[Any, ...]]


def records_agree(stage: Stage, few: bool = False) -> GateResult:
    """Submissions get the same record in process, in the sandbox, and with prefetched requests.

    Tried on the model answers, the stub, the alternatives and a mistake per task; with `few`, on the model answers, the stub and
    one mistake of the last task. Weights belong to the model answers and fit only classes with their parameter names; in process
    they are renamed for alternatives. So tests that load weights are compared in the sandbox only, except for the model answers.

    A call in the sandbox has a third of a student's CPU limit here: a correct answer must not come near the limit.
    """
    finding = GateResult("one record in process, in the sandbox, with and without requests made ahead")
    listed = _sources(stage)
    if few:
        names = [*listed]
        listed = {name: listed[name] for name in dict.fromkeys((*names[:2], names[-1]))}
    in_process = run_sources(stage, listed.values())  # cached from earlier gates
    sources = [(*one, _record(run.results, run.named)) for one, run in zip(listed.items(), in_process, strict=True)]

    def share(suite: Suite, runs: dict[str, ReferenceRun], some: Sequence[tuple[str, str, Record]]) -> list[Any]:
        own = GateResult(finding.gate)
        with _sandbox(stage, own, Limits(call_cpu=Limits.call_cpu / MARGIN)) as sandbox:
            found = [_differences(stage, suite, sandbox, runs, *one) for one in some]
        return [(problems, own.measured, own.cpu / len(some)) for problems in found]

    found = collected(stage, lambda suite: over_cores(sources, partial(share, suite, _reference_run(stage, suite, finding))))
    finding.problems = [problem for problems, *_ in found for problem in problems]
    finding.measured = f"{len(sources)} submissions, {', '.join(sorted({where for _, where, _ in found}))}"
    finding.cpu += sum(cpu for *_, cpu in found)
    return finding


def _differences(stage: Stage, suite: Suite, sandbox: Sandbox, runs: dict[str, ReferenceRun], name: str,
                 source: str, here: Record) -> list[str]:
    """Return where the three records of a submission differ.

    Of another submission than the model answers, two kinds of tests are not run once more without requests made ahead. A test
    whose replies all equalled those of the model answers asked the same and was answered the same. So its record is theirs, which
    is compared with that in process. And of a test in which student code asks the grader nothing was requested ahead to begin
    with; where it passed, its record is that of a run in turn.
    """
    is_model = name == "model answers"
    files = {stage.info.file: source.encode()} | stage.trained()
    quick = _Ahead(stage, sandbox, files, seed_of_term(), runs)
    ahead = _in_sandbox(stage, suite, quick)
    left_out = set() if is_model else _with_weights(suite)
    settled = {} if is_model else {test: found for test, found in quick.settled.items() if _name(test) not in left_out}
    there = _in_sandbox(stage, suite, _InTurn(stage, sandbox, files, seed_of_term(), settled))
    ways = (("in process", here, left_out), ("in the sandbox", there, {*map(_name, settled)}),
            ("with requests made ahead", ahead, set[str]()))
    return [f"{name}: {test} is {_told(one)}, but {how} {_told(other)}"
            for test in sorted(ahead)
            for (one, _), (other, how) in pairwise((record[test], how) for how, record, skipped in ways if test not in skipped)
            if one != other]


def no_answer_goes_ahead(stage: Stage) -> GateResult:
    """No prefetched request contains numbers of an answer that has not arrived, or a multiple of them."""
    finding = GateResult("no answer goes ahead of its question")
    runs = collected(stage, lambda suite: _reference_run(stage, suite, finding))
    finding.problems = [f"{test}: request {position + 1} holds an answer" for test, run in runs.items()
                        for position in told_ahead(run.transcript)]
    exchanges = [one for run in runs.values() if not run.transcript.asks for one in run.transcript.exchanges[1:]]
    finding.measured = f"{len(exchanges)} requests after another, {sum(one.waits for one in exchanges)} of them wait"
    return finding


def rounding_changes_no_verdict(stage: Stage, rounds: int = 4) -> GateResult:
    """Each test passes on the recorded replies with other last digits, except tests marked `exact`."""
    finding = GateResult("rounding changes no verdict")
    found = collected(stage, lambda suite: _by_rounding(stage, suite, _reference_run(stage, suite, finding), rounds))
    finding.problems = [f"{test} fails on replies with other last digits: mark it @task(..., exact=True)"
                        for test, outcomes in found.items() if outcomes != {"passed"}]
    finding.measured = f"{len(found)} tests, {rounds} times each"
    return finding


def _reference_run(stage: Stage, suite: Suite, finding: GateResult) -> dict[str, ReferenceRun]:
    """Return how each test goes with the model answers in the sandbox, recorded once for all gates."""
    def record() -> dict[str, ReferenceRun]:
        reset_state(seed_of_term())  # one thread: others would be missing in processes forked later, which wait for them
        with _sandbox(stage, finding) as sandbox:
            return record_reference_run(stage, sandbox, suite, seed_of_term())

    return once(("reference run", stage.id, seed_of_term()), record)


def _by_rounding(stage: Stage, suite: Suite, runs: dict[str, ReferenceRun], rounds: int) -> dict[str, set[str]]:
    """Return the outcomes of each test on replies that differ from the recorded ones by rounding."""
    config = suite.session.config
    found: dict[str, set[str]] = {}
    for item in suite.items:
        run = runs.get(name_of(item))
        if run is None or run.transcript.asks or run.transcript.exact:
            continue
        for number in range(rounds):
            verdicts: list[Verdict] = []
            change = partial(rounded, random=np.random.default_rng([seed_of_term(), number]))
            backend = RoundedBackend(stage, run.transcript, seed_of_term(), change)
            config.stash[BACKEND], config.stash[VERDICTS] = backend, verdicts
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            found.setdefault(name_of(item), set()).update(verdict.outcome for verdict in verdicts)
    return found


class RoundedBackend(ChangedBackend):
    """Replays the recorded replies with changed rounding; the reference is unchanged."""

    reference = SandboxBackend.reference


def told_ahead(transcript: Transcript) -> list[int]:
    """Return the positions of requests sent ahead of an answer that they contain."""
    known: set[bytes] = set()
    pending: set[bytes] = set()
    found = []
    for position, exchange in enumerate(transcript.exchanges if not transcript.asks else ()):
        if exchange.waits:
            pending = set()
        asked = directions(exchange.request)
        if asked & pending:
            found.append(position)
        known |= asked
        pending |= directions(exchange.reply) - known
    return found


def directions(message: Message) -> set[bytes]:
    """Return the arrays of a message, their rows and columns, each divided by its largest entry."""
    found = set()
    for value in leaves(values_of(message)):
        array = np.asarray(value.detach() if is_tensor(value) else value)
        if array.dtype.kind not in "fc" or array.ndim == 0 or array.size < 3:
            continue
        rows = [array.ravel(), *array.reshape(-1, array.shape[-1]), *np.moveaxis(array, 0, -1).reshape(-1, array.shape[0])]
        for row in rows:
            largest = row[np.argmax(np.abs(row))] if row.size >= 3 and np.isfinite(row).all() else 0
            if largest and len(np.unique(np.abs(row).round(12))) >= 3:
                found.add(np.round(row / largest, 9).astype(complex).tobytes())
    return found


def _sources(stage: Stage) -> dict[str, str]:
    first = {mistake.task: mistake for mistake in reversed(stage.mistakes())}
    return {"model answers": reference_source(stage), "stub": strip(reference_source(stage), stage.info.file),
            **stage.alternatives(), **{f"mistake {mistake.id}": mistake.source for mistake in first.values()}}


class _Ahead(SandboxBackend):
    """Makes requests ahead.

    `settled` are the verdicts and calls of the tests that need not run in turn: see `_differences`.
    """

    def __init__(self, *settings: Any) -> None:
        super().__init__(*settings)
        self.settled: dict[str, tuple[Verdict, list[Call]]] = {}

    def replay_verdict(self, test: str, task_id: str, own: bool) -> Verdict | None:
        """Return the recorded verdict of a test, and note that it has one."""
        found = super().replay_verdict(test, task_id, own)
        if found is not None:
            self.settled[test] = found, self.runs[test].calls
        return found

    def record(self, test: str, verdict: Verdict) -> None:
        """Note a passed test that ran in turn."""
        if test in self.runs and self.runs[test].transcript.asks:
            self.settled[test] = verdict, list(self.student.calls)
        super().record(test, verdict)


class _InTurn(SandboxBackend):
    """Makes each request when it is its turn, in all tests but those in `settled`. No record has a picture, so none is made."""

    def __init__(self, stage: Stage, sandbox: Sandbox, files: dict[str, bytes], seed: int,
                 settled: dict[str, tuple[Verdict, list[Call]]]) -> None:
        super().__init__(stage, sandbox, files, seed)
        self.settled = settled

    def replay_verdict(self, test: str, task_id: str, own: bool) -> Verdict | None:
        """Return the verdict of a test that need not run."""
        if test not in self.settled:
            return None
        verdict, self.student.calls[:] = self.settled[test]
        return replace(verdict)

    def keep_pictures(self, task_id: str) -> None:
        """Keep none."""


def _in_sandbox(stage: Stage, suite: Suite, backend: SandboxBackend) -> Record:
    diagnosis = diagnosis_of(stage)
    try:
        results = suite.run(backend, diagnosis)
    finally:
        backend.close()
        backend.sandbox.sweep()
    return _record(results, diagnosis.names)


def _record(results: Sequence[Result], named: dict[str, str]) -> Record:
    return {one.test: (one.outcome, one.points, one.message, one.call, named.get(one.test, ""))
            for one in (result.verdict for result in results)}


def _name(test: str) -> str:
    """Return the name of a test without its file's."""
    return test.partition(".")[2]


def _with_weights(suite: Suite) -> set[str]:
    return {item.name for item in suite.items if uses_checkpoints(item)}


def _told(verdict: tuple[Any, ...]) -> str:
    return " | ".join(" ".join(str(part).split()) for part in verdict if part not in ("", 0.0))[:300]


@contextmanager
def _sandbox(stage: Stage, finding: GateResult, limits: Limits | None = None) -> Iterator[Sandbox]:
    """Context with a started sandbox, or separate processes with limits only where there can be none.

    The CPU seconds of its workers are added to those of the gate, unless the system counts them as those of children.
    """
    sandbox = Sandbox(preload=stage.info.preload, limits=limits)
    finding.measured = "in the sandbox"
    try:
        sandbox.start()
    except SandboxError:
        sandbox = Sandbox(preload=stage.info.preload, isolation="process", limits=limits)
        sandbox.start()
        finding.measured = "in processes without a sandbox, which there is not here"
    try:
        yield sandbox
        sandbox.sweep()
        spent, counted = float(sandbox.ask("spent")["cpu"]), sum(os.times()[2:4])
    finally:
        sandbox.close()
    finding.cpu += max(0.0, spent - (sum(os.times()[2:4]) - counted))
