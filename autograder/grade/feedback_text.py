"""What a record says to a student, as plain text; the pages render the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograder.checks.report import indent

OUTCOMES = {"passed": "passed", "failed": "failed", "error": "raised an error", "timeout": "ran out of time",
            "not_implemented": "not yet written", "ungradable": "could not be checked"}


def points(value: float) -> str:
    """Points without needless decimals: 7, 7.5."""
    return f"{value:g}"


def task_report(task: str, tests: Sequence[dict[str, Any]], record: dict[str, Any], hidden: str = "hint") -> str:
    """The report of one task: its tests, what went wrong, and the hints; `hidden` as for `told`."""
    score, out_of = (sum(test[key] for test in tests) for key in ("points", "max_points"))
    lines = [f"Task {task}: {points(score)} of {points(out_of)} points"]
    if record["status"] != "graded":
        return "\n".join([*lines, record["reason"]]) + "\n"
    if record["isolation"] != "sandbox":
        lines.append(f"Graded with --isolation={record['isolation']}: without a sandbox.")
    lines += [line for test in tests for line in test_lines(test, hidden)]
    return "\n".join(lines + hint_lines(tests, hidden)) + "\n"


def test_lines(test: dict[str, Any], hidden: str = "hint") -> list[str]:
    """One test: its outcome, its sentence, and what may be told of a failure."""
    lines = [f"  [{OUTCOMES[test['outcome']]}] {test['title']} "
             f"({points(test['points'])}/{points(test['max_points'])}, {test['visibility']})"]
    if test["outcome"] in ("passed", "not_implemented"):
        return lines
    return lines + [indent(text, 6) for text in told(test, hidden)]


def told(test: dict[str, Any], hidden: str = "hint") -> list[str]:
    """What a student is told of a failure: everything for a public test, no inputs or values for a hidden one.

    Parameters
    ----------
    test : dict
        A test of a record.
    hidden : str
        What is told of a hidden test: ``full`` as much as of a public one, ``hint`` the first line without values,
        ``verdict`` the outcome alone.
    """
    if test["visibility"] == "public" or hidden == "full":
        return [text for text in ("call      " + test["call"] if test["call"] else "", test["message"], test["trace"]) if text]
    if hidden == "verdict":
        return []
    first = test["message"].splitlines()[0] if test["message"] else ""
    if test["outcome"] == "error":
        first = first.partition(":")[0]  # the text of an exception is the student's own, and may repeat the inputs
    return [text for text in (first, test["trace"] if test["outcome"] in ("error", "timeout") else "") if text]


def hints_of(tests: Iterable[Mapping[str, Any]], hidden: str = "hint") -> list[str]:
    """Each hint once; where the outcome alone is told of hidden tests, those of the public tests."""
    return list(dict.fromkeys(test["hint"] for test in tests
                              if test["hint"] and (hidden != "verdict" or test["visibility"] == "public")))


def hint_lines(tests: Iterable[dict[str, Any]], hidden: str = "hint") -> list[str]:
    """The hints, as paragraphs of a report."""
    hints = hints_of(tests, hidden)
    return [f"\nHint: {hint}" for hint in hints]
