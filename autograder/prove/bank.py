"""The gate on the bank of wrong programs: none gets full marks, none is named as a mistake that it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.checks.compare import Mismatch, expect
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import Suite, collected
from autograder.prove.gate_result import FALSE, GateResult, NameGiven, backends, diagnosis_of, seed_of_term
from autograder.prove.over_cores import over_cores
from autograder.stages import Stage, module_from, task_number
from autograder.stages.bank import WrongProgram
from autograder.stages.points import task_points


@dataclass
class Fate:
    """The result of a program: the tests it failed, whether any is of its tasks, the points left there, and its names."""

    lost: list[str] = field(default_factory=list)
    here: bool = False
    kept: float = 0.0
    named: set[str] = field(default_factory=set)


def wrong_programs_are_caught(stage: Stage, every: int = 1) -> GateResult:
    """Each program of the bank is wrong on its witness, loses points in its tasks, and gets only names declared right for it.

    With `every`, each n-th program is tried.
    """
    finding = GateResult("wrong programs by other hands are caught")
    programs = stage.wrong_programs()[::every]

    def use(suite: Suite) -> list[Fate]:
        backend_of = backends(stage, suite, [program.source for program in programs], seed_of_term())
        return over_cores(programs, lambda some: [_run(stage, suite, program, backend_of) for program in some])

    outcomes = collected(stage, use)
    for program, fate in zip(programs, outcomes, strict=True):
        finding.problems += witness_problems(stage, program) + fate_problems(stage, program, fate)
        finding.names += [NameGiven("bank", program.name, name, "declared right" if name in program.named else FALSE)
                          for name in sorted(fate.named)]
        names = f"; named {', '.join(sorted(fate.named))}" if fate.named else ""
        finding.table.append(f"{', '.join(program.tasks):<8}  {program.name:<44} keeps {fate.kept:>4g}, {len(fate.lost):>2} tests"
                             f"{names}: {', '.join(fate.lost[:3])}")
    finding.measured = f"{len(programs)} programs, {sum(bool(fate.named) for fate in outcomes)} of them named"
    return finding


def fate_problems(stage: Stage, program: WrongProgram, fate: Fate) -> list[str]:
    """Return what is wrong with the result of a program."""
    unknown = program.named - {mistake.id for mistake in stage.mistakes()}
    problems = [f"{program.name} is declared to be {name}, which is no mistake" for name in sorted(unknown)]
    tasks = f"task{'s' * (len(program.tasks) > 1)} {', '.join(program.tasks)}"
    if not fate.lost:
        problems.append(f"{program.name} ({tasks}) gets full marks")
    elif not fate.here:
        problems.append(f"{program.name} loses only in other tasks than its own ({tasks}): {', '.join(fate.lost)}")
    elif program.at_most is not None and fate.kept > program.at_most:
        problems.append(f"{program.name} keeps {fate.kept:g} points of {tasks} and deserves {program.at_most:g} at most")
    return problems + [f"{program.name} is falsely named {name}" for name in sorted(fate.named - program.named)]


def witness_problems(stage: Stage, program: WrongProgram) -> list[str]:
    """Return what is wrong with a witness: it must distinguish the program from the model answers."""
    stage.bind_earlier()
    with np.errstate(all="ignore"):
        right = program.answer(module_from(program.reference, stage.module, "reference"))
        wrong = program.answer(module_from(program.source, stage.module, f"wrong/{program.name}"))
    if isinstance(right, Exception):
        return [f"{program.name}: the model answers raise {type(right).__name__} on its witness: {right}"]
    return [f"{program.name} is right on its witness"] if _same(wrong, right) else []


def _same(got: Any, want: Any) -> bool:
    try:
        with np.errstate(all="ignore"):
            expect(got, want, "value", atol=0.0)
    except Mismatch:
        return False
    return True


def _run(stage: Stage, suite: Suite, program: WrongProgram, backend_of: Callable[[str], InProcessBackend]) -> Fate:
    """Run the tests of a program's tasks, and those of other tasks only if it passes its own."""
    fate = Fate()
    others = sorted(set(task_points(stage)) - set(program.tasks), key=task_number)
    for task in (*program.tasks, *others):
        if fate.lost and task in others:
            break
        diagnosis = diagnosis_of(stage)
        results = suite.run(backend_of(program.source), diagnosis, only=task, wrong=program.tasks)
        fate.lost += [result.verdict.test for result in results if result.verdict.outcome != "passed"]
        fate.here |= task in program.tasks and bool(fate.lost)
        fate.kept += sum(result.verdict.points for result in results) if task in program.tasks else 0
        fate.named |= set(diagnosis.names.values())
    return fate
