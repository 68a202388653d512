"""grades.csv and items.csv: what a TA opens and what a script reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.grade.feedback_text import points
from autograder.grade.record import write_atomically

GRADES = ("student", "stage", "status", "score", "max_score", "manual_pending")
ITEMS = ("student", "stage", "task", "test", "visibility", "outcome", "points", "max_points", "mistake")


def grade_rows(records: Iterable[dict[str, Any]], gradebook: Gradebook) -> list[dict[str, Any]]:
    """One row a submission: all marks so far, those given by hand among them, and how many are still to give."""
    rows = []
    for record in records:
        row: dict[str, Any] = {key: record[key] for key in ("student", "stage", "status")}
        try:
            submission = gradebook.find_submission(record["stage"], record["student"])
        except MissingEntry:
            continue
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        row["score"] = points(round(submission.score, 6))
        row["max_score"] = points(round(submission.max_score, 6))
        row["manual_pending"] = sum(grade.needs_manual_grade for grade in grades)
        rows.append(row)
    return rows


def item_rows(records: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row a test of each submission."""
    for record in records:
        for test in record["tests"]:
            yield {"student": record["student"], "stage": record["stage"], **{key: test[key] for key in ITEMS[2:6]},
                   "points": points(test["points"]), "max_points": points(test["max_points"]), "mistake": test["mistake"]}


def write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    """UTF-8 with a header; the file is the old one or the whole new one, and an equal one is left alone."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode("utf-8")
    if not path.exists() or path.read_bytes() != data:
        write_atomically(path, data)
