"""In place of executing the notebook: marks and messages from the record into its cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grade.feedback_text import task_report
from autograder.grade.notebook import task_of_cell
from autograder.grade.record import read_record, record_path
from autograder.gradebook.sanitize import drop_pages
from autograder.stages import find_stage


class FillFromRecord(NbGraderPreprocessor):
    """Writes score and report of each task into its grade cell; nbgrader's SaveAutoGrades goes on from there.

    The record is the one `make grade` left, if it is of this very submission; else the submission is
    graded now. So `nbgrader autograde <stage>` gives the same marks as `make grade`.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill in every autograded cell of the notebook."""
        about = resources["nbgrader"]
        drop_pages(Path.cwd() / "autograded" / about["student"] / about["assignment"])
        record = current_record(Path.cwd(), about["assignment"], about["student"])
        hidden = find_stage(about["assignment"]).info.hidden
        for cell in nb.cells:
            plan = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" or not plan.get("grade") or plan.get("solution"):
                continue
            task = task_of_cell(plan)
            tests = [test for test in record["tests"] if test["task"] == task]
            score = min(sum(test["points"] for test in tests), float(plan["points"]))
            cell.outputs = [
                nbformat.v4.new_output("stream", name="stdout", text=task_report(task, tests, record, hidden)),
                nbformat.v4.new_output("execute_result", {"text/plain": repr(float(score))}, execution_count=1),
            ]
            cell.execution_count = 1
        return nb, resources


def current_record(course: Path, stage_id: str, student: str) -> dict[str, Any]:
    """The record of a submission as it lies there now; graded on the spot if there is none."""
    from autograder.grade.classroom import grade_now, job_for, key_of

    record = read_record(record_path(course, stage_id, student))
    isolation, retrain = (record["isolation"], record.get("retrain", False)) if record else ("sandbox", False)
    if record is None or record["key"] != key_of(course, stage_id, student, isolation, retrain=retrain):
        record = grade_now(course, job_for(course, stage_id, student, isolation, retrain=retrain), isolation)
    return record
