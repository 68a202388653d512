"""What a person sees in the terminal: progress while it runs, a table when it is done."""

from __future__ import annotations

import time
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from autograder.text import one_line

if TYPE_CHECKING:
    from autograder.gradebook.grading import Outcome

# Seconds between two plain lines when the output is no terminal.
PLAIN_INTERVAL = 5.0


class Progress:
    """A bar a step on a terminal, a plain line every few seconds elsewhere: done, failed, left, rate, time left."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.live = self.console.is_terminal
        self.bars = Bars(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                         TextColumn("{task.fields[note]}"), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
                         console=self.console, transient=True)
        self.steps: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Progress:
        if self.live:
            self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.bars.stop()

    def begin(self, title: str, total: int) -> None:
        """A step begins."""
        now = time.monotonic()
        self.steps[title] = {"total": total, "done": 0, "failed": 0, "started": now, "told": now,
                             "bar": self.bars.add_task(title, total=total, note="") if self.live and total else None}

    def advance(self, title: str, failed: bool = False) -> None:
        """One more is done."""
        step, now = self.steps[title], time.monotonic()
        step["done"] += 1
        step["failed"] += failed
        rate = step["done"] / max(now - step["started"], 1e-9)
        note = f"{rate * 60:.{0 if rate * 60 >= 10 else 1}f}/min" + (f", {step['failed']} failed" if step["failed"] else "")
        if step["bar"] is not None:
            self.bars.update(step["bar"], advance=1, note=note)
        elif now - step["told"] >= PLAIN_INTERVAL or step["done"] == step["total"]:
            step["told"] = now
            left = step["total"] - step["done"]
            self.console.print(f"{title}: {step['done']} done, {step['failed']} failed, {left} left, {note}, "
                               f"{left / rate:.0f} s to go", highlight=False, soft_wrap=True)


def plain(table: Table) -> str:
    """A table as text, as wide as it needs to be."""
    text = StringIO()
    Console(file=text, width=200, color_system=None).print(table)
    return text.getvalue()


def cell(value: object) -> Text:
    """A cell of a table: no markup in it is obeyed, no code reaches the terminal."""
    return Text(one_line(value))


def summary(outcome: Outcome, course: Path) -> str:
    """The table a TA reads at the end, what needs a person, and where everything lies."""
    table = Table(box=None, pad_edge=False)
    for column, justify in (("student", "left"), ("stage", "left"), ("status", "left"), ("score", "right"),
                            ("to grade by hand", "right"), ("what stands out", "left")):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for row, record in zip(outcome.rows, outcome.records, strict=True):
        table.add_row(*map(cell, (row["student"], row["stage"], row["status"], f"{row['score']} of {row['max_score']}",
                                  row["manual_pending"], remarks(record))))
    lines = [plain(table)]
    done = len(outcome.work.todo) - len(outcome.failed)
    lines.append(f"{done} graded now, {len(outcome.work.done)} unchanged since the last run.")
    if any(record["isolation"] != "sandbox" for record in outcome.records):
        lines.append("Graded with --isolation=process: WITHOUT a sandbox.")
    retrained = sum(record.get("retrain", False) for record in outcome.records)
    if retrained:
        lines.append(f"{retrained} submission{'' if retrained == 1 else 's'} graded with RETRAIN=1: on models trained afresh by "
                     "the submitted code, not on the weights handed in.")
    for name, reason in outcome.work.refused.items():
        lines.append(f"Not graded: submitted/{name}: {reason}.")
    for (stage, student), reason in outcome.failed.items():
        lines.append(f"The grader failed on submitted/{student}/{stage} (this is not the student's fault): {reason}")
    pending = sum(row["manual_pending"] for row in outcome.rows)
    if pending:
        lines.append(f"{pending} written answers wait for a person: make formgrader")
    lines.append(f"Marks {course / 'grades.csv'}, each test {course / 'items.csv'}, feedback {course / 'feedback'}/")
    return "\n".join(lines)


def remarks(record: dict[str, Any]) -> str:
    """Named mistakes, or why nothing could be run, or what kept the marks down."""
    if record["status"] == "ungradable":
        return " ".join(record["reason"].split())[:70]
    found = dict.fromkeys(test["mistake"] for test in record["tests"] if test["mistake"])
    if found:
        return ", ".join(found)
    notes = list(record["notes"])
    timeouts = tasks(record, "timeout")
    if timeouts:
        return f"ran out of time in task {', '.join(timeouts)}"
    missing = tasks(record, "not_implemented")
    if missing:
        return f"not yet written: {', '.join(missing)}"
    return notes[0][:70] if notes else ""


def tasks(record: dict[str, Any], outcome: str) -> Iterable[str]:
    """Tasks with a test of this outcome."""
    return sorted({test["task"] for test in record["tests"] if test["outcome"] == outcome})


