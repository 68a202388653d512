"""The report of the public tests: by task, and for each failure the call, what came and what should have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .student import student_trace

if TYPE_CHECKING:
    from .layout import StageInfo
    from .plugin import Verdict

STATES = {"passed": "passed", "not_implemented": "not yet written", "ungradable": "could not be checked"}


def state_of(verdicts: Iterable[Verdict]) -> str:
    """One word for a task: the worst of its tests decides, a task not begun is `not yet written`."""
    outcomes = {verdict.outcome for verdict in verdicts}
    for outcome in ("ungradable", "passed", "not_implemented"):
        if outcomes == {outcome}:
            return STATES[outcome]
    return "failed"


def indent(text: str, width: int) -> str:
    """Every line of `text` moved right by `width` spaces."""
    return "\n".join(" " * width + line if line else "" for line in text.splitlines())


def public_report(verdicts: Sequence[Verdict], info: StageInfo, load_error: BaseException | None,
                  missing: Sequence[str] = ()) -> str:
    """What a student reads after running the public tests."""
    lines = [f"Public tests of \"{info.title}\", {info.file} (hidden tests are part of the grade too)", ""]
    if load_error is not None:
        trace = student_trace(load_error, info.folder)
        lines += [f"{info.file} could not be imported, so nothing could be checked:",
                  f"  {type(load_error).__name__}: {load_error}", trace, ""]
        lines += [f"  {sentence}" for sentence in missing]
        return "\n".join(lines)
    failed: list[str] = []
    for task_id in sorted({verdict.task for verdict in verdicts}):
        mine = [verdict for verdict in verdicts if verdict.task == task_id]
        state = state_of(mine)
        passed = sum(verdict.outcome == "passed" for verdict in mine)
        title = f"{task_id} {info.tasks.get(task_id, '')}"
        lines.append(f"  {title:<28} {state:<16} {passed} of {len(mine)} tests")
        if state == "failed":
            lines += failures(mine)
            lines += [indent(f"Hint: {hint}", 6) for hint in dict.fromkeys(verdict.hint for verdict in mine) if hint]
            if failed:
                lines.append(indent(earlier(failed), 6))
            lines.append("")
            failed.append(task_id)
    return "\n".join(lines)


def earlier(failed: Sequence[str]) -> str:
    """A word on earlier tasks that fail too."""
    if len(failed) == 1:
        return f"Task {failed[0]} fails too. If your code calls it, mend it first: this failure may come from there."
    return f"Tasks {', '.join(failed)} fail too. If your code calls them, mend them first: this failure may come from there."


def failures(verdicts: Iterable[Verdict]) -> list[str]:
    """The tests of one task that did not pass, each with all a reader needs."""
    lines = []
    for verdict in verdicts:
        if verdict.outcome == "passed":
            continue
        lines.append(indent(f"{STATES.get(verdict.outcome, verdict.outcome)}: {verdict.title}", 4))
        if verdict.outcome == "not_implemented":
            continue
        if verdict.call:
            lines.append(indent(f"call      {verdict.call}", 8))
        lines.append(indent(verdict.message, 8))
        if verdict.trace:
            lines.append(indent(verdict.trace, 8))
    return lines
