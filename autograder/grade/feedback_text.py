"""Format a record as plain text for a student; the HTML pages show the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograder.checks.report import indent
from autograder.checks.words import N_, _
from autograder.sandbox.isolation import sentence

# English; translated where they are shown.
OUTCOMES = {"passed": N_("passed"), "failed": N_("failed"), "error": N_("raised an error"), "timeout": N_("ran out of time"),
            "not_implemented": N_("not yet written"), "ungradable": N_("could not be checked")}
# Template of a test's line, by visibility.
TEST_LINES = {"public": N_("[{outcome}] {title} ({points}/{all}, public)"),
              "hidden": N_("[{outcome}] {title} ({points}/{all}, hidden)")}


def points(value: float) -> str:
    """Format points without trailing zeros, up to six decimals: 7, 7.5, 33.333333."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def task_report(task: str, tests: Sequence[dict[str, Any]], record: dict[str, Any], hidden: str = "hint") -> str:
    """Return the report of one task: its tests, failures and hints. `hidden` as for `told`."""
    score, out_of = (sum(test[key] for test in tests) for key in ("points", "max_points"))
    lines = [_("Task {task}: {points} of {all} points", task=task, points=points(score), all=points(out_of))]
    if record["status"] != "graded":
        return "\n".join([*lines, record["reason"]]) + "\n"
    if sentence(record["isolation"]):
        lines.append(sentence(record["isolation"]))
    lines += [line for test in tests for line in test_lines(test, hidden)]
    return "\n".join(lines + hint_lines(tests, hidden)) + "\n"


def test_lines(test: dict[str, Any], hidden: str) -> list[str]:
    """Return the lines of one test: outcome, title, and what may be shown of a failure."""
    line, outcome = TEST_LINES[test["visibility"]], OUTCOMES[test["outcome"]]
    lines = ["  " + _(line, outcome=_(outcome), title=test["title"],
                      points=points(test["points"]), all=points(test["max_points"]))]
    if test["outcome"] in ("passed", "not_implemented"):
        return lines
    return lines + [indent(text, 6) for text in told(test, hidden)]


def told(test: dict[str, Any], hidden: str = "hint") -> list[str]:
    """Return what a student may see of a failure: everything for a public test, no inputs or values for a hidden one.

    Parameters
    ----------
    test : dict
        A test of a record.
    hidden : str
        What is shown of a hidden test: ``full`` as much as of a public one, ``hint`` one line on what went wrong (see
        `autograder.grade.hidden`), ``verdict`` the outcome alone.
    """
    if test["visibility"] == "public" or hidden == "full":
        call = _("call      {call}", call=test["call"]) if test["call"] else ""
        return [text for text in (call, test["message"], test["trace"]) if text]
    if hidden == "verdict":
        return []
    return [test["brief"]] if test.get("brief") else []


def hints_of(tests: Iterable[Mapping[str, Any]], hidden: str) -> list[str]:
    """Return the distinct hints; if only outcomes are shown of hidden tests, those of public tests."""
    return list(dict.fromkeys(test["hint"] for test in tests
                              if test["hint"] and (hidden != "verdict" or test["visibility"] == "public")))


def hint_lines(tests: Iterable[dict[str, Any]], hidden: str) -> list[str]:
    """Return the hints as paragraphs of a report."""
    return ["\n" + _("Hint: {hint}", hint=hint) for hint in hints_of(tests, hidden)]
