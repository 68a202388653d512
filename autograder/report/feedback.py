"""The student's feedback page, made by nbgrader's GenerateFeedback with an exporter and preprocessors of ours.

One file without a script: formulas are MathML, pictures and styles stand in it. A content policy in its head forbids
scripts and the network, should anything ever slip through.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment
from markupsafe import Markup, escape
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4.rwbase import rejoin_lines
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import default

from autograder.checks import words
from autograder.checks.words import _, _n
from autograder.errors import InfrastructureError
from autograder.grade.course import read_course
from autograder.grade.feedback_text import points
from autograder.grade.language import speaking
from autograder.grade.notebook import NOTE, task_of_cell
from autograder.grade.record import read_record, record_path
from autograder.gradebook.answers import as_released, nbgrader_meta
from autograder.gradebook.late import read_term
from autograder.gradebook.marks import read_marks
from autograder.gradebook.sanitize import coloured, to_html
from autograder.gradebook.shared_gradebook import gradebook
from autograder.report.facts import in_the_way, next_steps, tasks_of
from autograder.sandbox.isolation import at_length, in_short
from autograder.stages import find_stage

TEMPLATES = Path(__file__).parent / "templates"
# In hints: code, and what is meant as a formula.
CODE = re.compile(r"(`[^`]+`|``[^`]+``|\$[^$]+\$)")
BRACES = re.compile(r"[A-Za-z][_^]\{[^{}]+\}")
SIMPLE = re.compile(r"(?<![\w$\\])(?:[A-Za-z∂]{1,2}|∂[A-Za-z])(?:[_^]\{[^{}]+\}|[_^][A-Za-z0-9](?![\w(]))+")
SPECIAL = re.compile(r"([\\*_\[\]<>#|~$])")
# In sentences of the kit: code.
BETWEEN_BACKTICKS = re.compile(r"`([^`\n]+)`")
# Characters of a student's own cells that are shown: many times what anyone writes.
MAX_SHOWN = 200_000


class Marks(NbGraderPreprocessor):
    """What nbgrader's GetGrades does, with a few queries in all instead of two a cell.

    It adds whether a mark waits for a person, or was given by one, and what came late.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put marks and comments into the cells' metadata, the sums into the resources."""
        about = resources["nbgrader"]
        with gradebook(about["db_url"]) as book:
            entry = read_marks(book, about["assignment"], about["student"])[about["assignment"], about["student"]]
        marks = {mark.name: mark for mark in entry.marks}
        for cell in nb.cells:
            meta = nbgrader_meta(cell)
            mark = marks.get(str(meta.get("grade_id")))
            if mark is not None:
                meta |= {"comment": mark.comment, "score": mark.score, "points": mark.max_score, "mark": mark}
        late = read_term(Path.cwd()).lateness(entry.stage, entry.student)
        about |= {"score": entry.total, "before_penalty": entry.score, "max_score": entry.max_score,
                  "late_penalty": entry.penalty, "late": late.for_student()}
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
        marks = {meta["mark"].task: meta["mark"] for meta in map(nbgrader_meta, nb.cells) if "mark" in meta}
        tasks = tasks_of(record, stage, marks, stage.info.hidden)
        resources["page"] = {
            "stage": stage, "record": record, "tasks": tasks, "steps": next_steps(record, tasks),
            "in_the_way": in_the_way(record),
            "pending": [task for task in tasks if task.state == "waiting"],
            "unanswered": [task for task in tasks if task.kind == "written" and task.state == "none"],
            "parts": notebook_parts(nb, stage.id),
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
    parts: list[dict[str, Any]] = []
    room = MAX_SHOWN
    for cell in nb.cells:
        meta = nbgrader_meta(cell)
        if cell.metadata.get(NOTE):  # for the one who marks; the page says the same further up
            continue
        if cell.cell_type == "code" and meta.get("grade") and not meta.get("solution"):
            if meta.get("comment"):
                parts.append({"kind": "own", "html": Markup(""), "comment": comment(meta)})
        elif meta.get("task") or meta.get("grade"):
            parts.append({"kind": "task", "task": task_of_cell(meta), "html": shown(cell), "comment": comment(meta)})
        elif as_released(cell, stage_id):
            if not parts or parts[-1]["kind"] != "released":
                parts.append({"kind": "released", "cells": 0})
            parts[-1]["cells"] += 1
        elif cell.source.strip() or cell.get("attachments"):
            room -= len(cell.source)
            if room >= 0:
                parts.append({"kind": "own", "html": shown(cell), "comment": comment(meta)})
    if room < 0:
        rest = Markup("<p>{}</p>").format(_("The rest is too long to be shown here; it is in your notebook."))
        parts.append({"kind": "own", "html": rest, "comment": Markup("")})
    return parts


def comment(meta: Any) -> Markup:
    """What a person wrote about a cell."""
    return Markup(to_html(meta["comment"])) if meta.get("comment") else Markup("")


def shown(cell: NotebookNode) -> Markup:
    """A cell as HTML that cannot run."""
    if cell.cell_type != "code":
        return Markup(to_html(cell.source, cell.get("attachments")))
    return Markup('<div class="highlight"><pre tabindex="0">{}</pre></div>').format(coloured(cell.source))


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

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> Any:
        """Read the autograded notebook, which is the kit's own and valid, and go on as TemplateExporter does."""
        notebook = rejoin_lines(nbformat.from_dict(json.loads(Path(filename).read_bytes())))
        with speaking(read_course(Path.cwd()).language):  # nbgrader's converters stand in the course folder
            return self.from_notebook_node(notebook, resources=resources, **kwargs)

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kwargs: Any) -> Any:
        """Do what TemplateExporter does for this template, without three copies of a notebook that nobody else has."""
        resources = self._init_resources(resources)
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return self.template.render(resources=resources).lstrip("\r\n"), resources

    def _create_environment(self) -> Environment:
        """nbconvert's environment with autoescape on, and the style sheet; made once a process."""
        return prepared(super()._create_environment())


def prepared(environment: Environment) -> Environment:
    """Escape everything, treat a misspelt name as an error, and know the style sheet."""
    from jinja2 import StrictUndefined

    environment.autoescape = True
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    # A text of the catalogue may be HTML; what is put into it is escaped.
    environment.globals["_"] = lambda english, **values: Markup(_(english).format(
        **{name: value if isinstance(value, int | float) else escape(value) for name, value in values.items()}))
    environment.globals["_n"] = lambda one, many, count: Markup(_n(one, many, count))
    environment.globals["language"] = words.language
    environment.globals["style"] = style_sheet
    environment.filters["points"] = points
    environment.filters["isolation_in_short"], environment.filters["isolation_at_length"] = in_short, at_length
    environment.filters["prose"] = prose
    environment.filters["phrase"] = phrase
    environment.filters["with_code"] = with_code
    environment.filters["share"] = lambda value: "–" if value is None else f"{100 * value:.0f} %"
    environment.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return environment


def prose(text: str) -> Markup:
    """A hint as running text: its line breaks are those of a source file, its code and formulas are written plainly."""
    return Markup(to_html(with_formulas(text)))


@lru_cache(maxsize=2048)
def phrase(text: str) -> Markup:
    """The same on one line, without a paragraph around it."""
    html = to_html(with_formulas(text)).strip()
    whole = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
    return Markup(html[3:-4]) if whole else Markup("{}").format(text)


def with_code(text: str) -> Markup:
    """Plain text in which what stands between backticks is shown as code."""
    return Markup("").join(Markup("<code>{}</code>").format(part) if place % 2 else part
                           for place, part in enumerate(BETWEEN_BACKTICKS.split(text)))


def with_formulas(text: str) -> str:
    """Plain text as Markdown in which h_{t-1} is a formula, and with it h_t and h^2; code between backticks is left alone."""
    parts = CODE.split(text.replace("``", "`"))
    formulas = any(BRACES.search(part) for part in parts[::2])
    plain = [_escaped(part, formulas) for part in parts[::2]]
    return "".join(part for pair in zip(plain, [*parts[1::2], ""], strict=True) for part in pair)


def _escaped(text: str, formulas: bool) -> str:
    made, end = [], 0
    for match in SIMPLE.finditer(text) if formulas else ():
        made += [SPECIAL.sub(r"\\\1", text[end:match.start()]), f"${match[0]}$"]
        end = match.end()
    return "".join([*made, SPECIAL.sub(r"\\\1", text[end:])])


@lru_cache(maxsize=1)
def style_sheet() -> Markup:
    """The style of all pages, put into each of them."""
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
