"""Mutation testing: the reference with one small change. A suite that passes one has a gap.

All mutants of every graded function are made from the syntax tree, and the task's tests are run on each in a separate process
with limits on CPU time and memory. A mutant is killed if a test fails or does not end. Mutants that no test can kill because they
are equivalent to the reference are listed with the reason in the stage's `equivalent.toml`.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import gc
import multiprocessing
import os
import resource
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from autograder.errors import InfrastructureError
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import Suite, collected
from autograder.grade.schedule.slots import cores
from autograder.prove.gate_result import GateResult, reference_source, seed_of_term
from autograder.sandbox.walls import limit_memory
from autograder.stages import Stage
from autograder.stages.strip import task_of_docstring

WANTED = 0.95
# CPU seconds: far more than the tests of any task take, so that only endless loops are cut off.
CPU_LIMIT = 60
MEMORY_LIMIT = 2 << 30
FAILED, RAISED, SURVIVED = 0, 3, 4  # exit statuses; a signal means that it took too much
FATES = {FAILED: "failed", RAISED: "raised", SURVIVED: "survived"}

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
PRODUCTS = {"outer", "matmul", "dot", "tensordot"}
DROPPED_METHODS = {"copy", "detach", "clone"}


@dataclass(frozen=True)
class Mutant:
    """One mutant.

    Attributes
    ----------
    task, function : str
        Where it is; a method as ``LSTMCell.forward``.
    before, after : str
        The statement, or the head of a compound one, before and after the change.
    source : str
        Text of the whole mutated module.
    """

    task: str
    function: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Identifies the mutant independent of its line."""
        return self.function, self.before, self.after

    def __str__(self) -> str:
        return f"{self.function}: {self.before}  ->  {self.after}"


def mutants(source: str) -> list[Mutant]:
    """Return all distinct mutants of functions and classes whose docstring names a task, in source order."""
    tree = ast.parse(source)
    found: dict[tuple[str, str, str], Mutant] = {}
    parts = [ast.unparse(node) for node in tree.body]
    for number, node in enumerate(tree.body):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        task = task_of_docstring(ast.get_docstring(node))
        if not task:
            continue
        for name, statements in _bodies(node):
            for before, after in _slips(statements):
                text = "\n\n\n".join([*parts[:number], ast.unparse(node), *parts[number + 1:]])
                mutant = Mutant(task, name, before, after, text)
                found.setdefault(mutant.key, mutant)
    return list(found.values())


def _bodies(node: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield the statements of a function, or of each method of a class, without docstrings."""
    functions = [(node.name, node)] if isinstance(node, ast.FunctionDef) else [
        (f"{node.name}.{method.name}", method) for method in node.body if isinstance(method, ast.FunctionDef)]
    for name, function in functions:
        yield name, function.body[1:] if ast.get_docstring(function) else function.body


def _slips(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield statements before and after a change. The tree holds the change until the next one is requested."""
    bound: set[str] = set()
    for statement in _all_statements(statements):
        before = _head(statement)
        for change in _changes(statement, bound):
            with change:
                after = _head(statement)
                if after != before:
                    yield before, after
        if _removable(statement, bound):
            with _replaced(statement, ast.Pass()):
                yield before, "pass"
        bound |= _names_bound(statement)


def _all_statements(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in statements:
        yield statement
        for part in ("body", "orelse", "finalbody"):
            yield from _all_statements(inner for inner in getattr(statement, part, ())
                                       if not (isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant)))


def _head(statement: ast.stmt) -> str:
    """Return a statement on one line; of a compound statement, the part before the colon."""
    if hasattr(statement, "body"):
        short = copy.copy(statement)
        short.body, short.orelse = [ast.Pass()], []  # type: ignore[attr-defined]
        return ast.unparse(short).splitlines()[0]
    return " ".join(ast.unparse(statement).split())


def _names_bound(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _removable(statement: ast.stmt, bound: set[str]) -> bool:
    """Whether removing a statement has more effect than leaving a name undefined."""
    if isinstance(statement, ast.Assign):
        names = [node for target in statement.targets for node in ast.walk(target)
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        return all(name.id in bound for name in names)
    return isinstance(statement, ast.AugAssign | ast.Expr | ast.Raise | ast.Break | ast.Continue)


@contextlib.contextmanager
def _replaced(statement: ast.stmt, other: ast.stmt) -> Iterator[None]:
    """Context in which a statement is replaced by another."""
    kept, kind = dict(vars(statement)), type(statement)
    vars(statement).clear()
    statement.__class__ = type(other)
    vars(statement).update(vars(other))
    try:
        yield
    finally:
        statement.__class__ = kind
        vars(statement).clear()
        vars(statement).update(kept)


@contextlib.contextmanager
def _set(place: ast.AST | list[Any], field: Any, value: object) -> Iterator[None]:
    """Context in which one part of the tree has another value."""
    kept = place[field] if isinstance(place, list) else getattr(place, field)
    _put(place, field, value)
    try:
        yield
    finally:
        _put(place, field, kept)


def _put(place: ast.AST | list[Any], field: Any, value: object) -> None:
    if isinstance(place, list):
        place[field] = value
    else:
        setattr(place, field, value)


def _changes(statement: ast.stmt, bound: set[str]) -> Iterator[contextlib.AbstractContextManager[Any]]:
    """Yield every change to the expressions of one statement, excluding nested statements."""
    if isinstance(statement, ast.AugAssign) and type(statement.op) in OPERATORS:
        yield _set(statement, "op", OPERATORS[type(statement.op)]())
    if isinstance(statement, ast.If | ast.While) and not _is_not(statement.test):
        yield _set(statement, "test", ast.UnaryOp(ast.Not(), statement.test))
    if isinstance(statement, ast.Return) and statement.value is not None and _is_arithmetic(statement.value):
        yield _set(statement, "value", ast.UnaryOp(ast.USub(), statement.value))
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
        yield _set(statement, "value", ast.UnaryOp(ast.USub(), statement.value))
    for place, field, node in _expressions(statement):
        for other in _others(node):
            yield _set(place, field, other)


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _offset_by_a_number(node: ast.expr) -> bool:
    """Whether changing its constant already moves this index or bound."""
    return isinstance(node, ast.Constant | ast.UnaryOp) or (
        isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant))


def _is_arithmetic(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Subscript)


def _expressions(statement: ast.AST) -> Iterator[tuple[ast.AST | list[Any], str | int, ast.AST]]:
    """Yield each expression below a statement, with its position."""
    for field, value in ast.iter_fields(statement):
        if field in ("body", "orelse", "finalbody", "handlers") and isinstance(statement, ast.stmt):
            continue
        places = [(value, index, item) for index, item in enumerate(value)] if isinstance(value, list) else [
            (statement, field, value)]
        for place, at, node in places:
            if isinstance(node, ast.AST) and not isinstance(node, ast.expr_context | ast.operator | ast.cmpop):
                yield place, at, node
                if not isinstance(node, ast.JoinedStr):  # messages are not graded
                    yield from _expressions(node)


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Yield possible replacements of one expression."""
    if isinstance(node, ast.Compare):
        for position, op in enumerate(node.ops):
            for other in COMPARISONS.get(type(op), ()):
                ops = [*node.ops[:position], other(), *node.ops[position + 1:]]
                yield ast.Compare(node.left, ops, node.comparators)
    elif isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            yield ast.BinOp(node.right, node.op, node.left)
        elif type(node.op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.USub | ast.Not):
            yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.comprehension):
        for position, test in enumerate(node.ifs):
            others = [*node.ifs[:position], ast.UnaryOp(ast.Not(), test), *node.ifs[position + 1:]]
            yield ast.comprehension(node.target, node.iter, others, node.is_async)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Attribute):
        if node.attr == "T":
            yield node.value
    elif isinstance(node, ast.Slice):
        yield from _other_slices(node)
    elif isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Name | ast.BinOp) and not _offset_by_a_number(node.slice):
            yield from (ast.Subscript(node.value, ast.BinOp(node.slice, op, ast.Constant(1)), node.ctx)
                        for op in (ast.Add(), ast.Sub()))
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _other_constants(value: object) -> Iterator[ast.Constant]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))


def _other_slices(node: ast.Slice) -> Iterator[ast.Slice]:
    one = ast.Constant(1)
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step)
        if not _offset_by_a_number(node.lower):
            yield ast.Slice(ast.BinOp(node.lower, ast.Add(), one), node.upper, node.step)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)
        if not _offset_by_a_number(node.upper):
            yield ast.Slice(node.lower, ast.BinOp(node.upper, ast.Sub(), one), node.step)
    if node.step is not None:
        yield ast.Slice(node.lower, node.upper, None)


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called == "range":
        for position, bound in enumerate(node.args):
            if _offset_by_a_number(bound):
                continue
            for op in (ast.Add(), ast.Sub()):
                moved = ast.BinOp(bound, op, ast.Constant(1))
                yield ast.Call(node.func, [*node.args[:position], moved, *node.args[position + 1:]], node.keywords)
    if called in PRODUCTS and len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    if isinstance(node.func, ast.Attribute) and called in DROPPED_METHODS and not node.args:
        yield node.func.value
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.GeneratorExp):
        yield node.args[0]
    for keyword in node.keywords:
        yield ast.Call(node.func, node.args, [other for other in node.keywords if other is not keyword])


def listed(stage: Stage) -> dict[tuple[str, str, str], str]:
    """Return the mutants listed as equivalent, with the reasons."""
    path = stage.suite / "equivalent.toml"
    if not path.exists():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
    return {(entry["function"], entry["before"], entry["after"]): entry["reason"] for entry in entries}


def outcomes_of(stage: Stage, candidates: Sequence[Mutant], jobs: int | None = None) -> list[str]:
    """Return the outcome of each mutant: ``failed`` a test, ``raised`` an exception, ``endless``, or ``survived``."""
    return collected(stage, lambda suite: _fates(stage, suite, candidates, jobs or cores()))


def _fates(stage: Stage, suite: Suite, candidates: Sequence[Mutant], jobs: int) -> list[str]:
    suite.run(InProcessBackend(stage, reference_source(stage), seed_of_term()))  # import what every mutant needs
    gc.collect()
    gc.freeze()
    context = multiprocessing.get_context("fork")
    waiting, fate = list(enumerate(candidates)), [""] * len(candidates)
    running: dict[Any, tuple[int, Any]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, mutant = waiting.pop(0)
                process = context.Process(target=_try, args=(stage, suite, mutant), daemon=True)
                process.start()
                running[process.sentinel] = number, process
            for sentinel in wait(list(running)):
                number, process = running.pop(sentinel)
                process.join()
                fate[number] = FATES.get(process.exitcode, "endless")
                if process.exitcode == 1:
                    raise InfrastructureError(f"the tests could not be run on a mutant: {candidates[number]}")
    finally:
        gc.unfreeze()
        for _, process in running.values():
            process.kill()
    return fate


def _try(stage: Stage, suite: Suite, mutant: Mutant) -> None:
    """Run the tests of a mutant's task up to the first failure; report through the exit status."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # LAPACK prints complaints about some mutants' numbers
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT, CPU_LIMIT))
    limit_memory(MEMORY_LIMIT)
    try:
        backend = InProcessBackend(stage, mutant.source, seed_of_term())
    except Exception:  # the mutant cannot be imported
        os._exit(RAISED)
    results = suite.run(backend, only=mutant.task, stop=True, alone=True)
    outcomes = {result.verdict.outcome for result in results}
    os._exit(SURVIVED if outcomes == {"passed"} else FAILED if "failed" in outcomes else RAISED)


def mutants_are_killed(stage: Stage) -> GateResult:
    """At least 95 % of the mutants not listed as equivalent are killed by the tests of their task."""
    finding = GateResult("mutants are killed")
    everyone, equivalent = mutants(reference_source(stage)), listed(stage)
    fate = outcomes_of(stage, everyone)
    alive = [mutant for mutant, end in zip(everyone, fate, strict=True) if end == "survived"]
    keys = {mutant.key for mutant in everyone}
    finding.problems += [f"equivalent.toml lists a mutant that there is not: {' | '.join(key)}"
                         for key in equivalent if key not in keys]
    finding.problems += [f"equivalent.toml lists a mutant that a test kills: {' | '.join(key)}"
                         for key in equivalent if key in keys - {mutant.key for mutant in alive}]
    left = [mutant for mutant in alive if mutant.key not in equivalent]
    counted = len(everyone) - sum(key in keys for key in equivalent)
    rate = 1 - len(left) / counted if counted else 0.0
    finding.measured = f"{counted - len(left)} of {counted}, {rate:.1%}"
    finding.table = [f"{end}: {fate.count(end)}" for end in ("failed", "raised", "endless", "survived")]
    finding.table += [f"{mutant.task}  survives  {mutant}" for mutant in left]
    if rate < WANTED:
        finding.problems.append(f"{rate:.1%} are killed, {WANTED:.0%} are wanted")
        finding.problems += [f"survives: {mutant}" for mutant in left]
    return finding
