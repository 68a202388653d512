"""Runs the measurements and lays them out as the page docs/performance.md."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from datetime import date

from autograder.benchmarks import measure, parts
from autograder.benchmarks.central import in_process_of_its_own
from autograder.benchmarks.measure import Cost
from autograder.stages import Stage

SIZES = (10, 100, 1000, 5000)
# A class of this kit's own is this many times as large: what is done once is to weigh little on either side.
LARGER = 5
HEAD = """# Performance

Made by `make bench` on {day}; every ratio was measured in one run on one machine.

Machine: {machine}.
"""


PARTS = ("throughput", "parts", "growth", "central", "sandbox", "naming")


def bench(stages: tuple[Stage, ...], size: int, largest: int, tell: Callable[[str], None], only: str = "") -> str:
    """Measure and return the page.

    Parameters
    ----------
    stages : tuple of Stage
    size : int
        Submissions in the comparison with plain nbgrader.
    largest : int
        Largest class in the measurement of growth.
    tell : callable
        Called with each step.
    only : str
        One of PARTS, where the rest is not asked for.
    """
    measured: dict[str, Callable[[], str]] = {
        "throughput": lambda: throughput(stages, size, tell), "parts": lambda: where_it_goes(stages, size * LARGER, tell),
        "growth": lambda: growth(stages[0], largest, tell), "central": lambda: gradebook(stages[0], largest, tell),
        "sandbox": lambda: walls(stages, tell),
        "naming": lambda: naming(stages, tell)}
    return "\n".join([HEAD.format(day=date.today().isoformat(), machine=measure.machine()),
                      *(measured[part]() for part in PARTS if only in ("", part))])


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def throughput(stages: tuple[Stage, ...], size: int, tell: Callable[[str], None]) -> str:
    """The whole pipeline against plain nbgrader: tests, gradebook, feedback pages on both sides."""
    rows = []
    for stage in stages:
        tell(f"{stage.id}: plain nbgrader, {size} submissions")
        theirs = measure.plain_nbgrader(stage, size)
        tell(f"{stage.id}: pytest, a cold process a submission")
        cold = measure.cold_pytest(stage, size)
        tell(f"{stage.id}: otter-grader, {size} submissions")
        otter = measure.otter_grader(stage, size)
        tell(f"{stage.id}: this kit, the same {size} submissions")
        ours = measure.grade(stage, size)
        tell(f"{stage.id}: this kit, {size * LARGER} submissions of the same kind")
        many = measure.grade(stage, size * LARGER)
        others = [cost and cost.each(size) for cost in (theirs, otter, cold)]
        rows.append(_ratio_row(stage.id, f"{size}", others, ours.each(size)))
        rows.append(_ratio_row(stage.id, f"{size * LARGER} (others: {size})", others, many.each(size * LARGER)))
    names = ("nbgrader", "otter-grader", "pytest", "kit")
    head = ("stage", "submissions", *(f"{name} /min" for name in names), "against nbgrader (wall)",
            *(f"{name} CPU s each" for name in names), "against nbgrader (CPU)", "against otter-grader (CPU)")
    return ("## Against plain nbgrader and otter-grader\n\nThe same class, the same tests in the notebook's cells, autograde and "
            "generate_feedback; plain nbgrader runs one process a core, each with its share. Both sides start cold, with one "
            "thread of linear algebra a process. CPU time is that of all processes, those in the sandbox too. The class is "
            "the model answers, right answers written differently and known mistakes in turn. Cold pytest is the "
            "tests alone, a process a submission, as platforms start them: without sandbox, gradebook, names of mistakes "
            "and page. otter-grader is `otter run`, as many at a time as there are cores: a kernel a submission and its file of "
            "results, without gradebook and page; it has an environment of its own, and a test a test case.\n\n"
            + table(head, rows))


def _ratio_row(stage: str, size: str, others: list[Cost | None], ours: Cost) -> tuple[str, ...]:
    """`others` are plain nbgrader, otter-grader (None where it is not installed) and pytest."""
    nbgrader, otter, _ = others
    assert nbgrader
    costs = [*others, ours]
    return (stage, size, *(f"{60 / cost.wall:.0f}" if cost else "-" for cost in costs), f"{nbgrader.wall / ours.wall:.1f} x",
            *(f"{cost.cpu:.2f}" if cost else "-" for cost in costs), f"{nbgrader.cpu / ours.cpu:.1f} x",
            f"{otter.cpu / ours.cpu:.1f} x" if otter else "-")


def where_it_goes(stages: tuple[Stage, ...], size: int, tell: Callable[[str], None]) -> str:
    """CPU time of a submission by its parts; of the tests in a class of `size` too."""
    rows = []
    for stage in stages:
        tell(f"{stage.id}: where the time of a submission goes")
        bare = measure.in_process(stage)
        with measure.warm_sandbox(stage) as sandbox:
            ours, theirs = parts.sides(stage, sandbox)
            of_class = parts.sides_of_a_class(stage, sandbox, size)
        book, page = parts.passes(stage)
        costs = (theirs, ours, book, page, theirs + ours + book + page, bare, *reversed(of_class))
        rows.append((stage.id, *(f"{cost:.3f}" for cost in costs)))
    head = ("stage", "student code, in the sandbox", "tests, in the grader", "gradebook and notebook (nbgrader)", "feedback page",
            "sum", "the bare suite, for comparison", "student code, in a class", "tests, in a class")
    return ("## Where the time of a submission goes\n\nCPU seconds of a right submission, one part after the other on a warm "
            f"grader; medians. In a class: the mean of {size} submissions, as in the comparison above.\n\n" + table(head, rows))


def growth(stage: Stage, largest: int, tell: Callable[[str], None]) -> str:
    """Cost a submission and memory as the class grows; the first result; a run that has nothing to do."""
    rows = []
    tell(f"{stage.id}: first result of a cold start")
    first = measure.grade(stage, 1)
    for size in [size for size in SIZES if size <= largest]:
        tell(f"{stage.id}: a class of {size}")
        cost = measure.grade(stage, size)
        each = Cost(cost.wall - first.wall, cost.cpu - first.cpu).each(size - 1)
        rows.append((f"{size}", f"{cost.wall:.1f}", f"{each.wall:.3f}", f"{each.cpu:.3f}",
                     f"{cost.peak:.0f}", f"{cost.below:.0f}"))
    tell(f"{stage.id}: a second run over an unchanged class")
    again = measure.grade_again(stage, min(100, largest))
    return (f"## As the class grows ({stage.id})\n\nFirst result of a cold `make grade STUDENT=x`: {first.wall:.1f} s. "
            f"A second run over {min(100, largest)} unchanged submissions: {again.wall:.1f} s.\n\n"
            + table(("submissions", "wall s in all", "wall s each after the first", "CPU s each after the first",
                     "peak MiB of the grader", "of the largest process below it"), rows))


def gradebook(stage: Stage, largest: int, tell: Callable[[str], None]) -> str:
    """What one process does for all, as the class grows."""
    rows = []
    for size in [size for size in SIZES if size <= largest]:
        tell(f"{stage.id}: gradebook, pages and tables of {size}")
        cost = in_process_of_its_own(stage, size)
        each = cost.entry + cost.page + cost.tables / size
        rows.append((f"{size}", f"{cost.entry:.3f}", f"{cost.page:.3f}", f"{cost.tables:.1f}", f"{each:.3f}",
                     f"{cost.peak:.0f}"))
    return (f"## What one process does for the class ({stage.id})\n\nCPU seconds, with one graded submission under many "
            "names; an entry and a page by the last tenth of the class.\n\n"
            + table(("submissions", "an entry into the gradebook", "a page", "the tables of all", "each, in all", "peak MiB"),
                    rows))


def walls(stages: tuple[Stage, ...], tell: Callable[[str], None]) -> str:
    """What the sandbox costs: against the bare suite, and with the walls left away."""
    rows = []
    for stage in stages:
        tell(f"{stage.id}: the sandbox and its walls")
        bare = measure.in_process(stage)
        with measure.warm_sandbox(stage) as sandbox:
            record, call, spawn = sum(parts.sides(stage, sandbox)), measure.per_call(sandbox), measure.spawn(sandbox)
        with measure.warm_sandbox(stage, "process") as sandbox:
            open_record = sum(parts.sides(stage, sandbox))
            open_call, open_spawn = measure.per_call(sandbox), measure.spawn(sandbox)
        rows.append((stage.id, f"{bare:.3f}", f"{open_record:.3f}", f"{record:.3f}", f"{record / bare:.2f} x",
                     f"{open_call:.0f} / {call:.0f}", f"{open_spawn:.1f} / {spawn:.1f}"))
    head = ("stage", "bare suite, CPU s", "worker without walls", "worker in the sandbox", "sandbox against bare",
            "us a call without / with walls", "ms a fresh worker without / with walls")
    return ("## The sandbox\n\nCPU seconds of the whole suite on the right submission, from warm worker to record, the worker's "
            "own time included; medians of five.\n\n" + table(head, rows)
            + "\nTo put up one wall, in ms: "
            + "; ".join(f"{name} {cost:.1f}" for name, cost in parts.each_wall().items()) + ".\n")


def naming(stages: tuple[Stage, ...], tell: Callable[[str], None]) -> str:
    """What the name of a mistake costs, against the suite that found it."""
    rows = []
    for stage in stages:
        tell(f"{stage.id}: the names of mistakes")
        bare, spent = measure.in_process(stage), measure.naming(stage)
        slowest, median = max(spent, key=spent.__getitem__), statistics.median(spent.values())
        rows.append((stage.id, f"{len(spent)}", f"{bare:.3f}", f"{median:.3f}", f"{median / bare:.2f} x",
                     f"{spent[slowest]:.3f} ({slowest})", f"{spent[slowest] / bare:.2f} x"))
    head = ("stage", "mistakes", "bare suite, CPU s", "naming, median CPU s", "against the suite", "slowest (CPU s)",
            "against the suite")
    return ("## Names of mistakes\n\nCPU seconds to find which known mistake a submission has made, once its tests have failed; "
            "a right one costs nothing.\n\n" + table(head, rows))
