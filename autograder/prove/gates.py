"""The gates: conditions for releasing a stage, and evidence that its suite is right.

Each gate is a function from a stage to a GateResult. Gates run only code by the kit's authors.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import os
import shutil
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from autograder.errors import UsageError
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.naming import mistake_module
from autograder.grade.notebook import task_of_cell
from autograder.grade.runner import Result, run_suite
from autograder.prove.bank import wrong_programs_are_caught
from autograder.prove.gate_result import (
    FALSE,
    GateResult,
    NameGiven,
    Run,
    another_term,
    describe_failure,
    reference_source,
    run_source,
    run_sources,
    runs_kept,
    seed_of_term,
)
from autograder.prove.idle import idle_programs
from autograder.prove.messages import messages_arrive
from autograder.prove.notebooks import notebook_runs, released
from autograder.prove.proof import hints_are_right, pairs_are_not_misnamed
from autograder.prove.through_sandbox import no_answer_goes_ahead, records_agree, rounding_changes_no_verdict
from autograder.prove.unchanged import Kept
from autograder.publish.leaks import kinds, leaks, plant
from autograder.publish.release import archive_of, built, date_of, drift, folder_of, pack
from autograder.publish.release_steps import disagreements
from autograder.stages import Mistake, Stage, module_from, stages
from autograder.stages.points import task_points
from autograder.stages.strip import strip


def solution_scores_full(stage: Stage) -> GateResult:
    """The model answers get every point."""
    run = run_source(stage, reference_source(stage))
    full = sum(result.verdict.max_points for result in run.results)
    if not run.results:
        return GateResult("solution scores full marks", problems=["the suite has no test"])
    return GateResult("solution scores full marks", f"{run.score():g} of {full:g}, {len(run.results)} tests",
                   [describe_failure(result) for result in run.lost()])


# Tests of a function whose answer is its argument.
ANSWER_IS_GIVEN = "test_dz_dh_"


def stub_scores_nothing(stage: Stage) -> GateResult:
    """The released stub gets no points, and every test says that it is not written; nor does one that always does the same."""
    stub = strip(reference_source(stage), stage.info.file)
    run = run_source(stage, stub)
    wrong = [describe_failure(result) for result in run.results if result.verdict.outcome != "not_implemented"]
    others = dict(idle_programs(stub, reference_source(stage)))
    for instead, other in zip(others, run_sources(stage, others.values()), strict=True):
        wrong += [f"{result.verdict.task} {result.verdict.test} passes where each function {instead}"
                  for result in other.results if result.verdict.outcome == "passed" and not _judges_weights(stage, result)
                  and not ("argument" in instead and result.verdict.test.startswith(ANSWER_IS_GIVEN))]
    return GateResult("stub scores 0, all not yet written", f"{run.score():g} points", wrong)


def _judges_weights(stage: Stage, result: Result) -> bool:
    """Whether a test loads trained weights, which may be right whatever the functions are."""
    tests = importlib.import_module(f"autograder.stages.{stage.name}.{result.visibility}")
    return "checkpoints" in inspect.signature(getattr(tests, result.verdict.test)).parameters


def mistakes_are_caught_and_named(stage: Stage) -> GateResult:
    """Each catalogued mistake loses points in its own task only, and is named correctly."""
    finding = GateResult("mistakes are caught and named")
    mistakes = stage.mistakes()
    for mistake in mistakes:
        mistake_module(stage, mistake)  # reports file and line of one that cannot be run
    runs = run_sources(stage, [mistake.source for mistake in mistakes], outcomes=True)
    for mistake, run in zip(mistakes, runs, strict=True):
        finding.problems += _mistake_problems(mistake, run)
        killers = [result.verdict.test for result in run.lost()]
        named = sum(name == mistake.id for name in run.named.values())
        finding.names += [NameGiven("mistake", mistake.id, name, "its own" if name == mistake.id else FALSE)
                          for name in sorted(set(run.named.values()))]
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
            problems.append(f"{mistake.id} (task {mistake.task}) loses points elsewhere: {describe_failure(result)}")
    misnamed = sorted({name for name in run.named.values() if name != mistake.id})
    if misnamed:
        problems.append(f"{mistake.id} is taken for {', '.join(misnamed)}")
    if lost and mistake.id not in run.named.values():
        problems.append(f"{mistake.id} is caught but not named by {', '.join(r.verdict.test for r in lost[:4])}")
    return problems


def alternatives_score_full(stage: Stage, every: int = 1) -> GateResult:
    """Correct answers written differently get every point, and are not named as mistakes. With `every`, each n-th is tried."""
    finding = GateResult("right answers written differently score full marks")
    alternatives = dict([*stage.alternatives().items()][::every])
    stage.bind_earlier()
    for name, source in alternatives.items():
        module_from(source, stage.module, str(stage.suite / "alternatives" / f"{name.replace('-', '_')}.py"))
    for name, run in zip(alternatives, run_sources(stage, alternatives.values()), strict=True):
        finding.problems += [f"{name}: {describe_failure(result)}" for result in run.lost()]
        finding.problems += [f"{name} is called {mistake}" for mistake in sorted(set(run.named.values()))]
        finding.names += [NameGiven("alternative", name, mistake, FALSE) for mistake in sorted(set(run.named.values()))]
    finding.measured = f"{len(alternatives)} alternatives"
    return finding


def trivial_rules_fail(stage: Stage) -> GateResult:
    """No rule without memory or syntax passes a test of trained weights. Stages without such tests have none to try."""
    finding = GateResult("trivial rules fail the tests of trained models")
    if not (stage.suite / "trivial.py").exists():
        return finding
    finding.problems, tried = importlib.import_module(f"autograder.stages.{stage.name}.trivial").passed()
    finding.measured = f"{tried} rules"
    return finding


def suite_is_stable(stage: Stage, seeds: int = 5, every: int = 1) -> GateResult:
    """The model answers pass for every seed of the random inputs, and each correct answer written differently for one of them.

    With `every`, only the last of each n are tried.
    """
    alternatives = [*stage.alternatives().items()][every - 1::every]
    finding = GateResult("the suite is stable", f"{seeds} seeds, {len(alternatives)} alternatives")
    stage.bind_earlier()
    for seed in range(seeds):
        right = {"model answers": reference_source(stage), **dict(alternatives[seed::seeds])}
        for name, run in zip(right, run_sources(stage, right.values(), seed), strict=True):
            finding.problems += [f"seed {seed}: {name}: {describe_failure(result)}" for result in run.lost()]
    return finding


def tests_do_not_depend_on_each_other(stage: Stage) -> GateResult:
    """Verdicts are the same with the tests in order, in reverse, and one task at a time.

    Checked on the model answers, and on a submission with a mistake in every task that has a catalogued one.
    """
    finding = GateResult("no test depends on another")
    reference, first = reference_source(stage), {mistake.task: mistake for mistake in reversed(stage.mistakes())}
    wrong = reference + "".join(mistake.source.removeprefix(reference) for mistake in first.values())
    for name, source in (("model answers", reference), ("a mistake in every task", wrong)):
        def verdicts(source: str = source, **settings: Any) -> dict[str, tuple[str, str]]:
            results = run_suite(stage, InProcessBackend(stage, source, seed_of_term()), **settings)
            return {result.verdict.test: (result.verdict.outcome, result.verdict.message) for result in results}

        in_order = verdicts()
        alone = {test: verdict for task in task_points(stage) for test, verdict in verdicts(only=task).items()}
        for how, other in (("backwards", verdicts(backwards=True)), ("without those of other tasks", alone)):
            finding.problems += [f"{name}: {test} is {' '.join(filter(None, verdict))} in order, but {how} "
                                 f"{' '.join(other.get(test, ('not run',)))}"
                                 for test, verdict in in_order.items() if other.get(test) != verdict]
        finding.measured = f"{len(in_order)} tests, {len(first)} with a mistake"
    return finding


def points_add_up(stage: Stage) -> GateResult:
    """The points of tests and written tasks sum to the stage's total and agree between suite, notebook and stage.toml."""
    suite = task_points(stage)
    notebook = nbformat.read(released(stage) / f"{stage.id}.ipynb", as_version=4)
    plans = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id")]
    marked = {task_of_cell(plan): float(plan.points) for plan in plans if plan.get("grade") or plan.get("task")}
    finding = GateResult("points add up", f"{sum(suite.values()):g} by tests, {sum(marked.values()):g} in all",
                      disagreements(notebook, suite, stage.info.total_points))
    if set(marked) != set(stage.info.tasks):
        finding.problems.append(f"stage.toml has the tasks {', '.join(stage.info.tasks)}; the notebook has "
                                f"{', '.join(marked)}")
    if set(suite) != set(stage.functions):
        finding.problems.append(f"the suite tests the tasks {', '.join(suite)}; the solution has functions of "
                                f"{', '.join(stage.functions)}")
    return finding


def assignments_are_what_release_makes(stage: Stage) -> GateResult:
    """assignments/ and dist/ contain what `release` makes of the current material, byte for byte."""
    finding = GateResult("assignments/ is what release makes")
    with built(stage) as folder:
        finding.problems = [f"assignments/{stage.id}: {problem}; run make release"
                            for problem in drift(stage, folder, folder_of(stage))]
        archive = archive_of(stage)
        pack(folder_of(stage), folder.with_suffix(".zip"), date_of(stage))
        if archive.exists() and archive.read_bytes() != folder.with_suffix(".zip").read_bytes():
            finding.problems.append(f"dist/{archive.name} is not the zip of this release; run make release")
        finding.measured = f"{sum(path.is_file() for path in folder.rglob('*'))} files"
    return finding


def nothing_leaks(stage: Stage) -> GateResult:
    """What students of this stage get contains no secret of any stage; a planted leak of each kind is found."""
    finding = GateResult("nothing leaks")
    with tempfile.TemporaryDirectory() as scratch:
        folders = [released(stage)]
        archive = archive_of(stage)
        if archive.exists():
            zipfile.ZipFile(archive).extractall(Path(scratch, "dist"))
            folders.append(Path(scratch, "dist", stage.id))
        for folder in folders:
            finding.problems += [f"{folder.parent.name}/{stage.id}/{leak}"
                                 for owner in stages() for leak in leaks(owner, folder)]
        for number, kind in enumerate(kinds(stage)):
            copy = Path(scratch, str(number), stage.id)
            shutil.copytree(released(stage), copy)
            plant(stage, kind, copy)
            if not any(kind in leak for leak in leaks(stage, copy)):
                finding.problems.append(f"a planted leak is not found: {kind}")
        finding.measured = f"{len(folders)} folders, {len(kinds(stage))} planted leaks"
    return finding


# Gates that fail where a verdict or a name hangs on the hidden inputs of the term.
ON_INPUTS = (solution_scores_full, alternatives_score_full, mistakes_are_caught_and_named, wrong_programs_are_caught,
             pairs_are_not_misnamed)


def holds_in_another_term(stage: Stage, seed: int = 1) -> GateResult:
    """The gates on the hidden inputs hold with another seed of them too; the pairs of mistakes are then others."""
    finding = GateResult(f"seed {seed}: right answers, mistakes, bank, pairs")
    with another_term(seed):
        found = [gate(stage) for gate in ON_INPUTS]
    finding.problems = [f"seed {seed}: {problem}" for one in found for problem in one.problems]
    finding.table = [f"{one.gate}: {one.measured}" for one in found]
    finding.measured = f"{len(found)} gates"
    return finding


GATES: tuple[Callable[[Stage], GateResult], ...] = (
    points_add_up, assignments_are_what_release_makes, nothing_leaks, solution_scores_full, stub_scores_nothing,
    mistakes_are_caught_and_named, wrong_programs_are_caught, pairs_are_not_misnamed, hints_are_right, alternatives_score_full,
    trivial_rules_fail, suite_is_stable, tests_do_not_depend_on_each_other, no_answer_goes_ahead, rounding_changes_no_verdict,
    records_agree, messages_arrive, notebook_runs,
)
# What CI runs: every gate, and of the six that take long and try many of a kind a fixed part.
IN_PART: dict[Callable[..., GateResult], dict[str, int]] = {
    wrong_programs_are_caught: {"every": 4}, pairs_are_not_misnamed: {"count": 20}, hints_are_right: {"every": 4},
    alternatives_score_full: {"every": 2}, suite_is_stable: {"every": 2}, records_agree: {"few": True}}
SHORT: tuple[Callable[[Stage], GateResult], ...] = tuple(
    partial(gate, **IN_PART[gate]) if gate in IN_PART else gate for gate in GATES)


def name_of_gate(gate: Callable[[Stage], GateResult]) -> str:
    """Return a gate's name in words."""
    named = gate.func if isinstance(gate, partial) else gate
    return str(getattr(named, "__name__", "this gate")).replace("_", " ")


def verify(stage: Stage, tell: Callable[[GateResult, float], None], gates: Iterable[Callable[[Stage], GateResult]] = GATES,
           kept: Kept | None = None) -> Sequence[GateResult]:
    """Run the gates of a stage in order, except those whose results are in `kept`; `tell` is called with each result."""
    with runs_kept():
        return [_found(gate, stage, tell, kept) for gate in gates]


def _found(gate: Callable[[Stage], GateResult], stage: Stage, tell: Callable[[GateResult, float], None],
           kept: Kept | None) -> GateResult:
    """Return the result of a gate; a failure to run it is a problem of its own."""
    started, spent = time.perf_counter(), sum(os.times()[:4])
    if kept is not None and (known := kept.finding(stage, gate)) is not None:
        tell(known, time.perf_counter() - started)
        return known
    try:
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):  # programs that print
            finding = gate(stage)
    except UsageError as error:
        finding = GateResult(name_of_gate(gate), problems=[str(error)])
    except Exception as error:  # an error in one gate's material must not stop the others
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{place.filename}, line {place.lineno}: {type(error).__name__}: {error}"
        finding = GateResult(name_of_gate(gate), problems=[what])
    finding.cpu += sum(os.times()[:4]) - spent
    if kept is not None:
        kept.add(stage, gate, finding)
    tell(finding, time.perf_counter() - started)
    return finding
