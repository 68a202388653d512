"""Terminal output: progress while a command runs, a summary when it is done."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from io import StringIO
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from autograder.grade.feedback_text import points
from autograder.sandbox.isolation import sentence
from autograder.text import one_line

if TYPE_CHECKING:  # rich itself is imported where something is drawn: a run with nothing to do draws nothing
    from rich.progress import Progress as Bars
    from rich.table import Table
    from rich.text import Text

    from autograder.gradebook.changes import Change
    from autograder.gradebook.grading import Outcome
    from autograder.gradebook.marking import Imported, Left
    from autograder.lms.export import Exported
    from autograder.lms.return_pages import Returned

# Seconds between progress lines when the output is not a terminal.
PLAIN_INTERVAL = 5.0


class Progress:
    """Show done, failed, left, rate and time left: a bar for each step on a terminal, elsewhere a line every few seconds."""

    def __init__(self) -> None:
        self.bars: Bars | None = None
        self.steps: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bars is not None:
            self.bars.stop()

    def begin(self, title: str, total: int) -> None:
        """Start a step with `total` items."""
        now = time.monotonic()
        if not self.steps and sys.stderr.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown"):
            self.bars = _bars()
            self.bars.start()
        self.steps[title] = {"total": total, "done": 0, "failed": 0, "started": now, "told": now, "first": now,
                             "bar": self.bars.add_task(title, total=total, note="") if self.bars and total else None}

    def advance(self, title: str, failed: bool = False) -> None:
        """Count one more item of a step as done."""
        step, now = self.steps[title], time.monotonic()
        step["done"] += 1
        step["failed"] += failed
        if step["done"] == 1:
            step["first"] = now
        # The time before the first item is mostly sandbox start-up and would distort the rate.
        steady = step["done"] > 2 and now > step["first"]
        rate = (step["done"] - 1) / (now - step["first"]) if steady else step["done"] / max(now - step["started"], 1e-9)
        note = f"{rate * 60:.{0 if rate * 60 >= 10 else 1}f}/min" + (f", {step['failed']} failed" if step["failed"] else "")
        if self.bars and step["bar"] is not None:
            self.bars.update(step["bar"], advance=1, note=note)
        elif now - step["told"] >= PLAIN_INTERVAL or step["done"] == step["total"]:
            step["told"] = now
            left = step["total"] - step["done"]
            to_go = f", {note}, {left / rate:.0f} s to go" if steady or not left else ""
            print(f"{title}: {step['done']} done, {step['failed']} failed, {left} left{to_go}", file=sys.stderr, flush=True)


def _bars() -> Bars:
    from rich import progress
    from rich.console import Console

    columns = (progress.SpinnerColumn(), progress.TextColumn("{task.description}"), progress.BarColumn(),
               progress.MofNCompleteColumn(), progress.TextColumn("{task.fields[note]}"), progress.TimeElapsedColumn(),
               progress.TextColumn("left"), progress.TimeRemainingColumn())
    return progress.Progress(*columns, console=Console(stderr=True), transient=True)


WIDTH = 80
# Lines shown of a section whose lines are to be had elsewhere.
SHOWN = 10
# Characters shown of a line. Generous, because what to do stands at its end.
LONGEST = 600
# Up to this many submissions are listed one by one.
FEW = 12


def plain(table: Table) -> str:
    """Render a table as text no wider than `WIDTH`."""
    from rich.console import Console

    text = StringIO()
    Console(file=text, width=WIDTH, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().rstrip().splitlines())


def cell(value: object) -> Text:
    """Return a table cell whose text is shown literally: markup has no effect, control codes are escaped."""
    from rich.text import Text

    return Text(one_line(value, LONGEST))


def wrapped(text: str, indent: int = 2) -> str:
    """Wrap text to the terminal's width, with continuation lines indented. Paths are never broken."""
    fill = partial(textwrap.fill, width=WIDTH - 1, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(fill, text.splitlines() or [""]))


def summary(outcome: Outcome, course: Path, everything: bool = False) -> str:
    """Summarize a grading run: counts, what needs a person, common mistakes, changed marks, and where the files are.

    Parameters
    ----------
    everything : bool
        List every submission, however many there are.
    """
    records = {(record["stage"], record["student"]): record for record in outcome.records}
    parts = [counts(outcome.rows)]
    if everything or len(outcome.rows) <= FEW:
        parts.append(listed(outcome.rows, records))
    rest = "" if everything else "ALL=1 shows all"
    parts += [_section("Needs a person", needs_person(outcome), rest),
              _section("Worth a look", [f"{row['student']} {row['stage']}: {'; '.join(said)}" for row in outcome.rows
                                        if row["status"] == "graded"
                                        and (said := _doubtful(records[row["stage"], row["student"]]))], rest),
              _section("Cannot be run", [f"{row['student']} {row['stage']}: {_reason(records[row['stage'], row['student']])}"
                                         for row in outcome.rows if row["status"] == "ungradable"], rest),
              _section("Mistakes by name", mistakes(records.values()), rest),
              changed(outcome.changes)]
    now = sum(pair not in outcome.failed for pair in outcome.work.todo)
    lines = [f"{now} graded now, {len(outcome.work.done)} unchanged since the last run."]
    lines += [f"The seed of the term changed from {before} to {now}: {count} record{' was' if count == 1 else 's were'} of "
              "the former and graded again, on other hidden inputs." for (before, now), count in outcome.work.reseeded.items()]
    lines += [f"{stage} was left out: {why}" for stage, why in outcome.work.left_out.items()]
    for isolation in sorted({record["isolation"] for record in records.values()} - {"sandbox"}):
        lines.append(sentence(isolation).replace("without", "WITHOUT"))
    retrained = sum(record.get("retrain", False) for record in records.values())
    if retrained:
        lines.append(f"{retrained} submission{'' if retrained == 1 else 's'} graded with RETRAIN=1: on models trained again by "
                     "the submitted code, not on the weights handed in.")
    pending = sum(row["manual_pending"] for row in outcome.rows)
    if pending:
        lines.append(f"{pending} written answer{' waits' if pending == 1 else 's wait'} for a person: make formgrader")
    if outcome.departed:
        count = len(outcome.departed)
        lines.append(f"{count} mark{' was' if count == 1 else 's were'} given by hand in folders that are no longer there, and "
                     f"count{'s' if count == 1 else ''} nowhere: make marking lists {'it' if count == 1 else 'them'}")
    lines.append(f"Marks, tests and pages: grades.csv, items.csv and feedback/ in\n  {course}")
    return "\n\n".join([*filter(None, parts), "\n".join(map(wrapped, lines))])


def counts(rows: Sequence[dict[str, Any]]) -> str:
    """Return one line of counts for each stage."""
    lines = []
    for stage in sorted({row["stage"] for row in rows}):
        own = [row for row in rows if row["stage"] == stage]
        by_status = Counter(row["status"] for row in own)
        totals = [float(row["total"]) for row in own if row["status"] == "graded"]
        texts = [f"{by_status['graded']} graded"]
        texts += [f"{by_status[status]} {words}" for status, words in (
            ("ungradable", "cannot be run"), ("needs_person", "to be looked at")) if by_status[status]]
        if totals:
            texts.append(f"median {points(median(totals))} of {own[0]['max_score']}")
        late = sum(float(row["penalty"]) > 0 for row in own)
        texts += [f"{late} with a late penalty"] if late else []
        lines.append(wrapped(f"{stage}: {', '.join(texts)}"))
    return "\n".join(lines)


def listed(rows: Sequence[dict[str, Any]], records: Mapping[tuple[str, str], dict[str, Any]]) -> str:
    """Return the table of all submissions."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column, justify in (("student", "left"), ("stage", "left"), ("total", "right"), ("to read", "right"),
                            ("what stands out", "left")):
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column == "stage")  # type: ignore[arg-type]
    for row in rows:
        total = row["total"] if row["status"] == "graded" else row["status"]
        table.add_row(*map(cell, (row["student"], row["stage"], total, row["manual_pending"] or "",
                                  remarks(records[row["stage"], row["student"]]) or row["note"])))
    return plain(table)


def needs_person(outcome: Outcome) -> list[str]:
    """Return what needs a person's attention, with the reason."""
    found = [f"{row['student']} {row['stage']}: {text}" for row in outcome.rows if row["status"] == "needs_person"
             for text in row["asks"]]
    found += [f"submitted/{student}/{stage}: the grader failed on it (this is not the student's fault): {reason}"
              for (stage, student), reason in outcome.failed.items()]
    found += [f"{name} is damaged or none of the kit's records, so the tables are left as they were: move it away and grade again"
              for name in outcome.unusable]
    found += [f"Not graded: submitted/{name}: {reason.rstrip('.')}{'' if reason.endswith('?') else '.'}"
              for name, reason in outcome.work.refused.items()]
    return found + [f"{row['student']} {row['stage']}: {text}" for row in outcome.rows if row["status"] != "needs_person"
                    for text in row["asks"]]


def mistakes(records: Iterable[dict[str, Any]]) -> list[str]:
    """Return each named mistake with the number of students who made it, most common first."""
    who: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for key in _named(record):
            who.setdefault(key, []).append(record["student"])
    ordered = sorted(who.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [f"{len(students)} x {task}  {sentence}" for (task, sentence), students in ordered]


def changed(changes: Sequence[Change]) -> str:
    """Return the section of marks that differ from the previous run."""
    if not changes:
        return ""
    title = f"{len(changes)} mark{' has' if len(changes) == 1 else 's have'} changed (changes.csv)"
    return _section(title, list(map(str, changes)), "see changes.csv")


def _section(title: str, lines: Sequence[str], rest: str = "") -> str:
    """Return a section: all of its lines, or the first ones where `rest` says how to see the others."""
    if not lines:
        return ""
    more = [f"  ... and {len(lines) - SHOWN} more: {rest}"] if rest and len(lines) > SHOWN + 1 else []
    shown = lines[:SHOWN] if more else lines
    return "\n".join([title, *(wrapped(f"  {one_line(line, LONGEST)}", 4) for line in shown), *more])


def export_summary(outcome: Exported) -> str:
    """Summarize an export: the file, whose mark is blank or missing, and how to upload it."""
    parts = [str(outcome.path), _section("Left blank (PARTIAL=1 gives the marks so far)", outcome.blank, "see grades.csv"),
             _section("Not in the file", outcome.left_out),
             _section("One mark for all members of a group", outcome.shared),
             _section("Not between 0 and the points there are, and exported as they are", outcome.odd),
             "\n".join(map(wrapped, outcome.advice))]
    return "\n".join(filter(None, parts))


def marking_summary(left: Left) -> str:
    """Summarize what is left to mark, by stage and task."""
    lines = []
    for stage, task in sorted({(entry.stage, entry.task) for entry in left.waiting}):
        who = [entry.student + (" (changed)" if entry.mark.changed else "") for entry in left.waiting
               if (entry.stage, entry.task) == (stage, task)]
        shown = ", ".join(who[:SHOWN]) + (f" and {len(who) - SHOWN} more" if len(who) > SHOWN else "")
        lines.append(wrapped(f"{stage} {task}: {len(who)} to read: {shown}", 4))
    done = "" if left.waiting else " Nothing is left to read."
    lines.append(f"{left.marked} marked, {left.unanswered} without an answer.{done}")
    if left.departed:
        lines += ["Marks of folders that are no longer there:", *(wrapped(f"  {mark}", 4) for mark in left.departed)]
    if left.path is not None:
        lines += ["Its list, to be marked in formgrader or filled in and given back with IMPORT=:", f"  {left.path}"]
    elif left.waiting:
        lines.append("Mark them with: make formgrader")
    return "\n".join(lines)


def import_summary(outcome: Imported) -> str:
    """Summarize an import of marks: how many were taken, and which were not."""
    parts = [f"{len(outcome.taken)} taken, {outcome.same} there already.", _section("Taken", outcome.taken),
             _section("Not taken", outcome.conflicts)]
    return "\n".join(filter(None, parts)) + ("\nPut them into the pages with: make feedback" if outcome.taken else "")


def return_summary(outcome: Returned) -> str:
    """Summarize the packed feedback: the files, whose page is missing, and how to upload them."""
    parts = [f"{outcome.pages} page{'' if outcome.pages == 1 else 's'} packed:", *map(str, outcome.paths),
             _section("Not packed", outcome.left_out), *map(wrapped, outcome.advice)]
    return "\n".join(filter(None, parts))


def _doubtful(record: dict[str, Any]) -> list[str]:
    """Return remarks that cast doubt on a mark: each at a score of 0, else those on what may be elsewhere or lost."""
    return [note for note in record.get("remarks", []) if not record["score"] or note in record.get("doubts", ())]


def _reason(record: dict[str, Any]) -> str:
    return " ".join(record["reason"].splitlines()[0].split()) if record["reason"] else ""


def remarks(record: dict[str, Any]) -> str:
    """Return the most notable outcome of a record, then its remarks, such as which file was graded."""
    outcome, said = _outcome(record), record.get("remarks", [])
    return "; ".join(filter(None, [outcome, *(note for note in said if note != outcome)]))


def _outcome(record: dict[str, Any]) -> str:
    """Return the named mistakes, or why nothing ran, or what kept the mark down; else the first note."""
    if record["status"] != "graded":
        return _reason(record)
    if found := _named(record):
        return "; ".join(f"{task} {sentence.removesuffix('.')}" for task, sentence in found)
    for outcome, words in (("timeout", "ran out of time in task "), ("not_implemented", "not yet written: ")):
        if found_in := sorted({test["task"] for test in record["tests"] if test["outcome"] == outcome}):
            return words + ", ".join(found_in)
    return next((note for note in record["notes"] if note not in record.get("remarks", ())), "")


def _named(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Return task and first sentence of each named mistake, each once."""
    return list(dict.fromkeys((test["task"], test["hint"].partition("\n")[0]) for test in record["tests"] if test["mistake"]))


