"""Format the report of the public tests as text: by task, and for each failure the call, the result and the expected result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .words import N_, _

if TYPE_CHECKING:
    from .home import HomeVerdict
    from .session import Outcome
    from .suite import Verdict

# Constants in English; translated where they are shown, as the names of outcomes are.
PASSED, FAILED, IN_PART, UNWRITTEN, WAITING, UNCHECKED = (
    N_("passed"), N_("failed"), N_("in part"), N_("not yet written"), N_("waiting"), N_("could not be checked"))
OUTCOMES = {"error": N_("error"), "timeout": N_("timeout"), "ungradable": UNCHECKED}
MAX_PRINTED_LINES = 20


def state_of(verdicts: Iterable[Verdict]) -> str:
    """Return one word for a task: that of its worst test, or `in part` if only some functions are written."""
    verdicts = list(verdicts)
    outcomes = {verdict.outcome for verdict in verdicts}
    if outcomes == {"passed"}:
        return PASSED
    if outcomes == {"ungradable"}:
        return UNCHECKED
    if not outcomes <= {"passed", "not_implemented"}:
        return FAILED
    if all(getattr(verdict, "waits_for", "") for verdict in verdicts if verdict.outcome == "not_implemented"):
        return WAITING
    return IN_PART if "passed" in outcomes else UNWRITTEN


def indent(text: str, width: int) -> str:
    """Indent every nonempty line of `text` by `width` spaces."""
    return "\n".join(" " * width + line if line else "" for line in text.splitlines())


def head(outcome: Outcome) -> str:
    """Return the heading: the file, its release, and how many points the public tests cover."""
    facts = [_("{file} as saved at {time}", file=outcome.file, time=outcome.saved)] if outcome.saved else []
    facts += [_("release {day}", day=outcome.release)] if outcome.release else []
    if outcome.points and outcome.tested:
        facts.append(_("{here:g} of {all:g} points are tested here", here=sum(outcome.points.values()), all=outcome.tested))
    return ", ".join(facts)


def public_report(outcome: Outcome, so_far: str = "") -> str:
    """Return the report a student reads after running the public tests.

    Parameters
    ----------
    outcome : Outcome
    so_far : str
        A line on the whole stage; by default the points of this run.
    """
    lines = [_("Public tests of \"{title}\", {file} (hidden tests are part of the grade too)", title=outcome.title,
               file=outcome.file)]
    lines += [line for line in (head(outcome),) if line]
    lines.append("")
    if outcome.problem:
        return "\n".join([*lines, _("The public tests could not be run: {why}", why=outcome.problem), _(WHAT_NEXT)])
    if outcome.load_error:
        lines += [_("{file} could not be imported, so nothing could be checked:", file=outcome.file), f"  {outcome.load_error}"]
        lines += [line for line in (outcome.load_trace,) if line]
        lines += ["", *(f"  {sentence}" for sentence in (*outcome.notes, *outcome.earlier, *outcome.fails_there))]
        return "\n".join(lines).rstrip()
    remarks = [*outcome.earlier, *outcome.fails_there]
    lines += [f"  {sentence}" for sentence in remarks]
    if outcome.printed:
        lines += ["  " + _("{file} printed while it was imported:", file=outcome.file), indent(first_lines(outcome.printed), 4)]
    lines += [""] if remarks or outcome.printed else []
    width = max([28, *(len(f"{task} {title}") for task, title in outcome.tasks.items())])
    failed: list[str] = []
    for task, mine in by_task(outcome):
        state, title = state_of(mine), f"{task} {outcome.tasks.get(task, '')}"
        passed = sum(verdict.outcome == "passed" for verdict in mine)
        lines.append(f"  {title:<{width}} {_(state):<16} " + _("{passed} of {all} tests", passed=passed, all=len(mine)))
        if state in (FAILED, IN_PART, WAITING):
            lines += [indent(one_test(verdict), 4) for verdict in mine if verdict.outcome != "passed"]
            lines += [indent(earlier(failed), 6)] if failed and state == FAILED else []
            lines.append("")
        if state == FAILED:
            failed.append(task)
    lines += ["", so_far or points_so_far(outcome)]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


WHAT_NEXT = N_("If you changed test_public.py, stage.toml or the folder checks, take them from the stage's zip again: "
             "python -m checks update <the zip>")


def by_task(outcome: Outcome) -> list[tuple[str, list[HomeVerdict]]]:
    """Return the verdicts grouped by task, in order."""
    tasks = sorted({verdict.task for verdict in outcome.verdicts})
    return [(task, [verdict for verdict in outcome.verdicts if verdict.task == task]) for task in tasks]


def points_so_far(outcome: Outcome) -> str:
    """Return a line with the points reached in this run."""
    got = sum(verdict.points for verdict in outcome.verdicts)
    return _("{got:g} of {all:g} points of these public tests", got=got,
             all=sum(verdict.max_points for verdict in outcome.verdicts))


def earlier(failed: Sequence[str]) -> str:
    """Return a remark that earlier tasks fail too."""
    if len(failed) == 1:
        return _("Task {task} fails too. If your code calls it, fix it first: it may cause this failure.", task=failed[0])
    return _("Tasks {tasks} fail too. If your code calls them, fix them first: they may cause this failure.",
             tasks=", ".join(failed))


def waits(verdict: HomeVerdict) -> str:
    """Return which unwritten function a test is waiting for."""
    return _("it calls {name}, which is not yet written", name=verdict.waits_for)


def one_test(verdict: HomeVerdict) -> str:
    """Format one test that did not pass."""
    if verdict.outcome == "not_implemented":
        return f"{_(WAITING if verdict.waits_for else UNWRITTEN)}: {verdict.title}\n" + indent(
            waits(verdict) if verdict.waits_for else verdict.message, 4)
    lines = [_("call      {call}", call=verdict.call)] if verdict.call else []
    lines += [part for part in (verdict.message, verdict.trace) if part]
    lines += [_("with") + f"\n{indent(verdict.inputs, 2)}"] if verdict.inputs else []
    lines += [_("printed") + f"\n{indent(first_lines(verdict.printed), 2)}"] if verdict.printed.strip() else []
    lines += [_("Hint: {hint}", hint=verdict.hint)] if verdict.hint else []
    return f"{_(OUTCOMES.get(verdict.outcome, verdict.outcome))}: {verdict.title}\n" + indent("\n".join(lines), 4)


def first_lines(text: str) -> str:
    """Return the first lines of printed output and the number of further ones."""
    lines = text.rstrip().splitlines()
    left = len(lines) - MAX_PRINTED_LINES
    more = [_("... and {count} more lines", count=left)] if left > 0 else []
    return "\n".join([line[:200] for line in lines[:MAX_PRINTED_LINES]] + more)
