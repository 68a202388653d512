"""The student's feedback page, made by nbgrader's GenerateFeedback with an exporter and preprocessors of ours.

One file without a script: formulas are MathML, pictures and styles stand in it. A content policy in its head forbids
scripts and the network, should anything ever slip through.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from traitlets import default

from autograder.errors import InfrastructureError
from autograder.grade.feedback_text import points
from autograder.grade.notebook import released, task_of_cell
from autograder.grade.record import read_record, record_path
from autograder.gradebook import shared_gradebook as kept
from autograder.gradebook.sanitize import to_html
from autograder.report.facts import Mark, next_steps, tasks_of
from autograder.stages import find_stage

TEMPLATES = Path(__file__).parent / "templates"
# Characters of a student's own cells that are shown: many times what anyone writes.
MAX_SHOWN = 200_000


class Marks(NbGraderPreprocessor):
    """What nbgrader's GetGrades does, with one question to the gradebook instead of two a cell.

    It adds whether a mark waits for a person, or was given by one.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put marks and comments into the cells' metadata, the sums into the resources."""
        about = resources["nbgrader"]
        with kept.gradebook(about["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            grades = {grade.name: grade for grade in notebook.grades}
            comments = {comment.name: comment.comment for comment in notebook.comments}
            for cell in nb.cells:
                plan = cell.metadata.get("nbgrader", {})
                name = plan.get("grade_id")
                if (plan.get("solution") or plan.get("task")) and name in comments:
                    plan["comment"] = comments[name]
                if (plan.get("grade") or plan.get("task")) and name in grades:
                    grade = grades[name]
                    plan |= {"score": grade.score, "points": grade.max_score, "pending": grade.needs_manual_grade,
                             "by_hand": grade.manual_score is not None}
            late = notebook.late_submission_penalty or 0.0
            about |= {"score": notebook.score - late, "max_score": notebook.max_score, "late_penalty": late}
        return nb, resources


class Facts(NbGraderPreprocessor):
    """Puts what the page says into the resources: the record's facts, and the notebook as it is shown."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Read the record; the marks come from the gradebook by way of the cells."""
        about = resources["nbgrader"]
        stage = find_stage(about["assignment"])
        record = read_record(record_path(Path.cwd(), stage.id, about["student"]))
        if record is None:
            raise InfrastructureError(f"there is no record of {about['student']}'s {stage.id}; run make grade")
        marks = {task_of_cell(plan): Mark(plan["score"], plan["points"], plan["pending"], plan["by_hand"])
                 for plan in (cell.metadata.get("nbgrader", {}) for cell in nb.cells) if "score" in plan}
        tasks = tasks_of(record, stage, marks, stage.info.hidden)
        resources["page"] = {
            "stage": stage, "record": record, "tasks": tasks, "steps": next_steps(record, tasks),
            "pending": [task for task in tasks if task.state == "waiting"], "parts": notebook_parts(nb, stage.id),
        }
        return nb, resources


def notebook_parts(nb: NotebookNode, stage_id: str) -> list[dict[str, Any]]:
    """What is the student's in the notebook, and the questions it answers.

    Returns
    -------
    list of dict
        kind ``released`` with the number of `cells` that are as they were handed out; ``task`` with the question's
        `html` and `comment`; ``own`` with `html` and `comment`. Checks are left out: more is said of them further up.
    """
    theirs = {(cell.cell_type, cell.source.strip()) for cell in released(stage_id).cells}
    parts: list[dict[str, Any]] = []
    room = MAX_SHOWN
    for cell in nb.cells:
        plan = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and plan.get("grade") and not plan.get("solution"):
            if plan.get("comment"):
                parts.append({"kind": "own", "html": Markup(""), "comment": comment(plan)})
        elif plan.get("task") or plan.get("grade"):
            parts.append({"kind": "task", "task": task_of_cell(plan), "html": shown(cell), "comment": comment(plan)})
        elif (cell.cell_type, cell.source.strip()) in theirs and not cell.get("attachments"):
            if not parts or parts[-1]["kind"] != "released":
                parts.append({"kind": "released", "cells": 0})
            parts[-1]["cells"] += 1
        elif cell.source.strip() or cell.get("attachments"):
            room -= len(cell.source)
            if room >= 0:
                parts.append({"kind": "own", "html": shown(cell), "comment": comment(plan)})
    if room < 0:
        rest = Markup("<p>The rest is too long to be shown here; it is in your notebook.</p>")
        parts.append({"kind": "own", "html": rest, "comment": Markup("")})
    return parts


def comment(plan: Any) -> Markup:
    """What a person wrote about a cell."""
    return Markup(to_html(plan["comment"])) if plan.get("comment") else Markup("")


def shown(cell: NotebookNode) -> Markup:
    """A cell as HTML that cannot run."""
    if cell.cell_type != "code":
        return Markup(to_html(cell.source, cell.get("attachments")))
    coloured = Markup(highlight(cell.source, *_colouring()))  # Pygments escapes the text
    return Markup('<div class="highlight"><pre tabindex="0">{}</pre></div>').format(coloured)


@lru_cache(maxsize=1)
def _colouring() -> tuple[PythonLexer, HtmlFormatter]:
    return PythonLexer(), HtmlFormatter(nowrap=True)


class FeedbackExporter(TemplateExporter):
    """A page from the template `student-page`, in which everything is escaped unless this kit made it HTML."""

    output_mimetype = "text/html"
    file_extension = ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "student-page"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("optimistic_validation")
    def _validated_when_all_steps_are_done(self) -> bool:
        return True

    def _create_environment(self) -> Environment:
        """nbconvert's environment with autoescape on, and the style sheet; made once a process."""
        environment = super()._create_environment()
        return prepared(environment)


def prepared(environment: Environment) -> Environment:
    """Escape everything, treat a misspelt name as an error, and know the style sheet."""
    from jinja2 import StrictUndefined

    environment.autoescape = True
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals["style"] = style_sheet
    environment.filters["points"] = points
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment


@lru_cache(maxsize=1)
def style_sheet() -> Markup:
    """The style of all pages, put into each of them."""
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
