"""Mutants are made the same way each time, run apart from each other, and judged by their own task's tests."""

import ast

import pytest

from autograder.prove import mutants as proof
from autograder.prove.gate_result import reference_source
from autograder.prove.mutants import Mutant, listed, mutants, mutants_are_killed, outcomes_of
from autograder.stages import stages
from tests.classroom import SOLUTION, STAGE

SOURCE = '''
import numpy as np

def helper(x):
    """No task's."""
    return x + 1

def f(a, b, n):
    """Task 1.1. Something of everything."""
    total = a.T @ b
    for i in range(1, n):
        if a[i] < 0 and not b.any():
            total += 2 * np.exp(-a[i])
    if n == 0:
        raise ValueError(f"{n + 1} is no number")
    return np.sum(total.copy(), axis=0)
'''


def changes(source=SOURCE):
    """Before and after of each mutant."""
    return [(mutant.before, mutant.after) for mutant in mutants(source)]


@pytest.mark.parametrize("before, after", [
    ("total = a.T @ b", "total = b @ a.T"),
    ("total = a.T @ b", "total = a @ b"),
    ("total = a.T @ b", "total = -(a.T @ b)"),
    ("for i in range(1, n):", "for i in range(1, n + 1):"),
    ("for i in range(1, n):", "for i in range(0, n):"),
    ("if a[i] < 0 and (not b.any()):", "if a[i] <= 0 and (not b.any()):"),
    ("if a[i] < 0 and (not b.any()):", "if a[i] < 0 or not b.any():"),
    ("if a[i] < 0 and (not b.any()):", "if a[i] < 0 and b.any():"),
    ("if a[i] < 0 and (not b.any()):", "if a[i + 1] < 0 and (not b.any()):"),
    ("if a[i] < 0 and (not b.any()):", "if not (a[i] < 0 and (not b.any())):"),
    ("total += 2 * np.exp(-a[i])", "total -= 2 * np.exp(-a[i])"),
    ("total += 2 * np.exp(-a[i])", "total += 2 / np.exp(-a[i])"),
    ("total += 2 * np.exp(-a[i])", "total += 3 * np.exp(-a[i])"),
    ("total += 2 * np.exp(-a[i])", "total += 2 * np.exp(a[i])"),
    ("total += 2 * np.exp(-a[i])", "total += 2 * -a[i]"),
    ("total += 2 * np.exp(-a[i])", "pass"),
    ("if n == 0:", "if n != 0:"),
    ("return np.sum(total.copy(), axis=0)", "return np.sum(total, axis=0)"),
    ("return np.sum(total.copy(), axis=0)", "return np.sum(total.copy())"),
    ("return np.sum(total.copy(), axis=0)", "return -np.sum(total.copy(), axis=0)"),
])
def test_each_kind_of_slip_is_made(before, after):
    """Operators, signs, bounds, conditions, statements, transposes, copies, arguments."""
    assert (before, after) in changes()


def test_what_is_not_graded_is_left_alone():
    """Functions without a task, docstrings, and the words of messages."""
    assert {mutant.function for mutant in mutants(SOURCE)} == {"f"}
    assert not any("is no number" in before and "n + 2" in after for before, after in changes())
    assert all('"""' not in before for before, _ in changes())


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_mutants_are_programs_other_than_the_reference(stage):
    """Each can be parsed, none is the reference, none is there twice, and a second run makes the same."""
    source = reference_source(stage)
    made = mutants(source)
    assert [mutant.key for mutant in made] == [mutant.key for mutant in mutants(source)]
    assert len({mutant.key for mutant in made}) == len(made) > 100
    whole = ast.unparse(ast.parse(source))
    for mutant in made:
        assert mutant.source != whole
        ast.parse(mutant.source)
    assert {mutant.task for mutant in made} == set(stage.functions)


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_each_equivalent_mutant_is_there_and_has_a_reason(stage):
    """A list that went stale would hide survivors; whether they survive is what `verify --mutants` finds."""
    keys = {mutant.key for mutant in mutants(reference_source(stage))}
    for key, reason in listed(stage).items():
        assert key in keys and len(reason) > 20


def with_softmax(body):
    """A mutant of softmax with this body."""
    return Mutant("1.1", "softmax", "...", body, f"{SOLUTION}\n\ndef softmax(z):\n    {body}\n")


def test_fates(monkeypatch):
    """A test fails, an exception is raised, the program does not end or eats the memory, or nothing is noticed."""
    monkeypatch.setattr(proof, "CPU_LIMIT", 2)
    bodies = ["return z", "return z.no_such_thing", "while True: pass", "return np.zeros(1 << 40)",
              "e = np.exp(z - z.max()); return e / e.sum()"]
    assert outcomes_of(STAGE, [with_softmax(body) for body in bodies], jobs=2) == [
        "failed", "raised", "endless", "raised", "survived"]


def test_only_tests_of_its_own_task_kill_a_mutant():
    """The mutant's other functions are wrong too: that is not this task's affair."""
    mutant = Mutant("1.1", "cross_entropy", "...", "...", f"{SOLUTION}\n\ndef bptt(*args):\n    return {{}}\n")
    assert outcomes_of(STAGE, [mutant]) == ["survived"]


def test_the_gate_counts_and_lists(monkeypatch):
    """Survivors that nobody explained are named; explained ones do not count; a stale explanation is a problem."""
    dead, alive = with_softmax("return z"), with_softmax("e = np.exp(z - z.max()); return e / e.sum()")
    monkeypatch.setattr(proof, "mutants", lambda source: [dead, alive])
    monkeypatch.setattr(proof, "listed", lambda stage: {})
    finding = mutants_are_killed(STAGE)
    assert finding.measured == "1 of 2, 50.0%" and not finding.holds
    assert f"survives: {alive}" in finding.problems
    monkeypatch.setattr(proof, "listed", lambda stage: {alive.key: "the same"})
    finding = mutants_are_killed(STAGE)
    assert finding.measured == "1 of 1, 100.0%" and finding.holds
    stale = {alive.key: "the same", dead.key: "wrong", ("f", "a", "b"): "gone"}
    monkeypatch.setattr(proof, "listed", lambda stage: stale)
    problems = " ".join(mutants_are_killed(STAGE).problems)
    assert "lists a mutant that a test kills: softmax" in problems and "lists a mutant that there is not: f" in problems
