"""`make try`: try a change in seconds, on one task, mistake, gate or file, in this process.

A quick look while working; the proof is `verify`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from autograder.errors import UsageError
from autograder.prove.gate_result import GateResult, Run, describe_failure, reference_source, run_source
from autograder.prove.gates import GATES, name_of_gate
from autograder.stages import Stage
from autograder.stages.strip import strip

Gate = Callable[[Stage], GateResult]


def gates_named(words: str) -> list[Gate]:
    """Return the gates whose name contains these words.

    Raises
    ------
    UsageError
        There is none; the message lists all.
    """
    names = {gate: name_of_gate(gate) for gate in GATES}
    found = [gate for gate, name in names.items() if words.lower().replace("_", " ").replace("-", " ") in name]
    if not found:
        raise UsageError(f"there is no gate {words!r}; there are: {', '.join(names.values())}")
    return found


def try_task(stage: Stage, task: str | None) -> Iterator[str]:
    """Yield a line per program and whether it scores as it should: model answers and stub; for one task, the catalogues too."""
    if task is not None and task not in stage.functions:
        raise UsageError(f"there is no task {task} with tests in {stage.id}; there are: {', '.join(stage.functions)}")
    reference = reference_source(stage)
    yield _line("model answers", run_source(stage, reference, only=task), right=True)
    yield _line("stub", run_source(stage, strip(reference, stage.info.file), only=task), right=False)
    if task is None:
        return
    for mistake in stage.mistakes():
        if mistake.task == task:
            run = run_source(stage, mistake.source, only=task)
            yield _line(f"mistake {mistake.id}", run, right=False) + ("" if mistake.id in run.named.values() else "  NOT NAMED")
    for program in stage.wrong_programs():
        if task in program.tasks:
            runs = [run_source(stage, program.source, only=one) for one in program.tasks]
            yield _line(f"wrong program {program.name}", min(runs, key=lambda run: run.score() - _full(run)), right=False)
    for name, source in stage.alternatives().items():
        yield _line(f"alternative {name}", run_source(stage, source, only=task), right=True)


def try_mistake(stage: Stage, mistake_id: str) -> Iterator[str]:
    """Yield each test that a mistake fails, with its message and the name given to it."""
    known = {mistake.id: mistake for mistake in stage.mistakes()}
    wanted = known.get(mistake_id.removesuffix(".py").replace("_", "-"))
    if wanted is None:
        near = difflib.get_close_matches(mistake_id, known, 3)
        raise UsageError(f"there is no mistake {mistake_id!r} in {stage.id}"
                         + (f"; did you mean {', '.join(near)}?" if near else
                            f"; they lie in autograder/stages/{stage.name}/mistakes/"))
    yield from _losses(run_source(stage, wanted.source))


def try_file(stage: Stage, file: Path) -> Iterator[str]:
    """Yield each test that a file fails, graded as by `make grade` but outside the sandbox: only for one's own code."""
    try:
        source = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    yield from _losses(run_source(stage, source))


def _losses(run: Run) -> Iterable[str]:
    for result in run.lost():
        name = run.named.get(result.verdict.test)
        yield f"  {result.visibility:<6} {describe_failure(result)}" + (f"\n         named {name}" if name else "")
    yield f"{run.score():g} of {_full(run):g} points, {len(run.lost())} of {len(run.results)} tests lost"


def _full(run: Run) -> float:
    return sum(result.verdict.max_points for result in run.results)


def _line(what: str, run: Run, right: bool) -> str:
    full = _full(run)
    as_it_should_be = run.score() == full if right else run.score() < full
    reason = f"\n         {describe_failure(run.lost()[0])}" if right and run.lost() else ""
    return f"  {'ok  ' if as_it_should_be else 'FAIL'} {what:<60} {run.score():g} of {full:g}{reason}"
