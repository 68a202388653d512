"""The steps of `nbgrader autograde` that replace executing the notebook; `make grade` does the same through `gradebook.entry`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grade.course import read_course
from autograder.grade.record import read_record, record_path, state_of_suite
from autograder.gradebook.config import IGNORED
from autograder.gradebook.entry import Keys, fill, is_lost, read_handed_in, remember, settle
from autograder.gradebook.late import read_term, set_times
from autograder.gradebook.sanitize import drop_pages
from autograder.gradebook.shared_gradebook import gradebook
from autograder.stages import find_stage


class FillFromRecord(NbGraderPreprocessor):
    """Writes score and report of each task into its grade cell, for nbgrader's SaveAutoGrades to read.

    Uses the record made by `make grade` if it matches this submission; otherwise the submission is graded now. So
    `nbgrader autograde <stage>` gives the same marks as `make grade`.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill in every autograded cell of the notebook."""
        about = resources["nbgrader"]
        drop_pages(Path.cwd() / "autograded" / about["student"] / about["assignment"])
        fill(nb, current_record(Path.cwd(), about["assignment"], about["student"]), find_stage(about["assignment"]).info.hidden)
        with gradebook(about["db_url"]) as book:  # before SaveAutoGrades overwrites it
            submitted = book.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            about["waiting"] = {grade.name: grade.needs_manual_grade for grade in submitted.grades}
        return nb, resources


class SettleMarks(NbGraderPreprocessor):
    """Matches hand marks with their answers and sets the time of submission, before nbgrader's AssignLatePenalties."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Settle the marks that SaveAutoGrades entered."""
        about = resources["nbgrader"]
        stage_id, student = about["assignment"], about["student"]
        handed_in = read_handed_in(Path.cwd() / "submitted" / student / stage_id, stage_id, self.ignored())
        keys = Keys.of(nb, stage_id, handed_in, is_lost(handed_in, handed_in.repaired(stage_id)[1]))
        book = gradebook(about["db_url"])
        with book.one_transaction():
            submitted = book.find_submission_notebook(about["notebook"], stage_id, student)
            set_times(submitted.assignment, read_term(Path.cwd()))
            settle(book, submitted, keys, about["waiting"])
            remember(book, submitted.id, handed_in.content(), state_of_suite(stage_id, read_course(Path.cwd()).seed))
        return nb, resources

    def ignored(self) -> list[str]:
        """Return the patterns of files that stay out of autograded/."""
        exporter = self.parent
        directory = getattr(getattr(exporter, "parent", None), "coursedir", None)
        return list(directory.ignore) if directory is not None else IGNORED


def current_record(course: Path, stage_id: str, student: str) -> dict[str, Any]:
    """Return the record of a submission in its current state; if there is none, grade it now."""
    from autograder.grade.classroom import grade_now, job_for
    from autograder.sandbox.client.choice import choose

    record = read_record(record_path(course, stage_id, student))
    isolation, retrain = (record["isolation"], record.get("retrain", False)) if record else (choose(None)[0], False)
    job = job_for(course, stage_id, student, isolation, retrain)
    return record if record is not None and record["key"] == job["key"] else grade_now(course, job, isolation)
