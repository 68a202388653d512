"""The gate on the bank of wrong programs: none gets full marks, none gets a false name."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.compare import Mismatch, expect
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.runner import Suite, collected
from autograder.prove.gate_result import SEED, GateResult
from autograder.stages import Stage, module_from, task_number
from autograder.stages.bank import WrongProgram
from autograder.stages.points import task_points


def wrong_programs_are_caught(stage: Stage) -> GateResult:
    """Each program of the bank is wrong on its witness, loses points in its task, and gets no name that is not declared right."""
    finding = GateResult("wrong programs by other hands are caught")
    programs = stage.wrong_programs()
    names = {mistake.id for mistake in stage.mistakes()}
    for program in programs:
        finding.problems += [f"{program.name}: there is no mistake {name}" for name in sorted(program.named - names)]
        finding.problems += witness_problems(stage, program)
    named = 0
    for program, (lost, kept, given) in zip(programs, collected(stage, lambda suite: [_run(stage, suite, program)
                                                                                      for program in programs]), strict=True):
        named += bool(given)
        if not lost:
            finding.problems.append(f"{program.name} (task {', '.join(program.tasks)}) gets full marks")
        elif program.at_most is not None and kept > program.at_most:
            finding.problems.append(f"{program.name} keeps {kept:g} points in task {', '.join(program.tasks)}; at most "
                                    f"{program.at_most:g} are deserved")
        finding.problems += [f"{program.name} is falsely named {name}" for name in sorted(given - program.named)]
        finding.table.append(f"{', '.join(program.tasks):<8}  {program.name:<44} keeps {kept:>4g}, {len(lost):>2} tests"
                             f"{'; named ' + ', '.join(sorted(given)) if given else ''}: {', '.join(lost[:3])}")
    finding.measured = f"{len(programs)} programs, {named} of them named"
    return finding


def witness_problems(stage: Stage, program: WrongProgram) -> list[str]:
    """What is wrong with a witness: it has to tell the program from the model answers."""
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


def _run(stage: Stage, suite: Suite, program: WrongProgram) -> tuple[list[str], float, set[str]]:
    """The tests a program loses, the points it keeps in its tasks, and the names it is given; other tasks where its own are passed."""
    lost: list[str] = []
    kept, given = 0.0, set()
    others = sorted(set(task_points(stage)) - set(program.tasks), key=task_number)
    for task in (*program.tasks, *others):
        if task in others and lost:
            break
        diagnosis = Diagnosis(stage)
        results = suite.run(InProcessBackend(stage, program.source, SEED), diagnosis, only=task)
        lost += [result.verdict.test for result in results if result.verdict.outcome != "passed"]
        kept += sum(result.verdict.points for result in results) * (task in program.tasks)
        given |= {mistake for mistake, _ in diagnosis.found.values() if mistake}
    return lost, kept, given
