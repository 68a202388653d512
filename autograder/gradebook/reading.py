"""The page for marking written answers in formgrader: the answer, its score, the mark scheme and the work it refers to.

A preprocessor of nbconvert's HTMLExporter, with which formgrader renders its page, moves the written tasks out of the notebook to
the top, where the template `reading` lays them out. The rest of the notebook follows as nbgrader shows it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode
from nbgrader.api import BaseCell, Comment, Gradebook
from sqlalchemy import select
from sqlalchemy.orm import close_all_sessions

from autograder.grade.feedback_text import points
from autograder.grade.pictures import PNG_IN_BASE64
from autograder.grade.record import read_record, record_path
from autograder.gradebook.answers import answers, as_released, nbgrader_meta
from autograder.gradebook.config import READING
from autograder.gradebook.marks import Mark, read_marks
from autograder.gradebook.sanitize import coloured, to_html
from autograder.gradebook.shared_gradebook import gradebook
from autograder.stages import find_stage

SCHEME = re.compile(r"=== BEGIN MARK SCHEME ===(.*?)=== END MARK SCHEME ===", re.DOTALL)
# Number of earlier comments offered, and characters of a module that are shown.
COMMENTS, MAX_SHOWN = 8, 100_000


class ReadingDesk(Preprocessor):
    """Moves what is marked by hand from the notebook to the resources."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Collect the written tasks; without any, the page is left as it is.

        Formgrader keeps one session of the gradebook while it runs, and would fill the page with marks as it first read them.
        """
        close_all_sessions()
        course = Path(self.config.CourseDirectory.root)
        stage_id, student = resources["assignment_id"], resources["student"]
        with gradebook(self.config.CourseDirectory.db_url) as book:
            entry = read_marks(book, stage_id, student).get((stage_id, student))
            said = {name: _comments(book, stage_id, name) for name in answers(nb, stage_id)}
        marks = {mark.name: mark for mark in entry.marks} if entry is not None else {}
        found = answers(nb, stage_id)
        gone: set[int] = set()
        desks = []
        for place, cell in enumerate(nb.cells):
            name = str(nbgrader_meta(cell).get("grade_id"))
            if name in found and name in marks:
                cells = found[name].cells
                gone |= {place, *cells}
                desks.append(_desk(marks[name], stage_id, cell, [nb.cells[i] for i in cells], said[name]))
        nb.cells = [cell for place, cell in enumerate(nb.cells) if place not in gone]
        record = read_record(record_path(course, stage_id, student)) or {}
        resources["reading"] = {"desks": desks, "notes": record.get("notes", []), "figures": _figures(record, stage_id, nb),
                                "modules": _modules(course, stage_id, student), "style": style_sheet()}
        return nb, resources


def _desk(mark: Mark, stage_id: str, task: NotebookNode, cells: list[NotebookNode], said: list[str]) -> dict[str, Any]:
    scheme = "\n\n".join(SCHEME.findall(task.source))
    answer = Markup("").join(_shown(cell) for cell in cells)
    old = "" if mark.before is None else points(mark.before)
    before = ""
    if mark.changed or mark.elsewhere:
        where = f"In the folder {mark.elsewhere}, which is no longer there, it was marked"
        before = where if mark.elsewhere else "The answer has changed since it was marked"
        before += f" with {old} points" if old else ""
        before += f": {mark.said}" if mark.said else "."
    state = "changed since it was marked" if mark.changed else "to be read" if mark.pending else "marked" if mark.by_hand else ""
    return {"name": mark.name, "task": mark.task, "title": find_stage(stage_id).info.tasks.get(mark.task, ""),
            "max_score": points(mark.max_score), "state": state,
            "answer": answer or Markup("<p><em>No answer was written.</em></p>"),
            "question": Markup(to_html(SCHEME.sub("", task.source))),
            "scheme": Markup(to_html(scheme)) if scheme.strip() else Markup("<p>No mark scheme.</p>"),
            "before": before, "old_score": old, "old_comment": mark.said, "comments": said}


def _shown(cell: NotebookNode) -> Markup:
    if cell.cell_type != "code":
        return Markup(to_html(cell.source, cell.get("attachments")))
    return Markup('<div class="highlight"><pre>{}</pre></div>').format(coloured(cell.source))


def _comments(book: Gradebook, stage_id: str, name: str) -> list[str]:
    """Return earlier comments on this task, most frequent first."""
    rows = book.db.execute(select(Comment.manual_comment).join(BaseCell, BaseCell.id == Comment.cell_id)
                           .where(BaseCell.name == name, Comment.manual_comment.is_not(None)))
    counted = Counter(text.strip() for (text,) in rows if text and text.strip())
    return [text for text, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:COMMENTS]]


def _figures(record: dict[str, Any], stage_id: str, nb: NotebookNode) -> list[tuple[str, str]]:
    """Return the figures that the student's code drew in tests, then the pictures of the notebook."""
    titles = find_stage(stage_id).info.tasks
    found = [(f"data:image/png;base64,{picture}", f"Task {task}, {titles.get(task, '')}, drawn by the student's code")
             for task, pictures in sorted(record.get("pictures", {}).items())
             for picture in pictures if isinstance(picture, str) and picture.startswith(PNG_IN_BASE64)]
    for cell in nb.cells:
        for name, kinds in {} if as_released(cell, stage_id) else cell.get("attachments", {}).items():
            for kind, data in kinds.items():
                if kind in ("image/png", "image/jpeg"):
                    found.append((f"data:{kind};base64,{data}", f"{name}, in the notebook"))
    return found


def _modules(course: Path, stage_id: str, student: str) -> list[tuple[str, Markup]]:
    """Return the student's Python files, the stage's first."""
    folder, own = course / "autograded" / student / stage_id, find_stage(stage_id).info.file
    files = sorted((path for path in folder.glob("*.py") if path.is_file() and not path.is_symlink()),
                   key=lambda path: (path.name != own, path.name))
    return [(path.name, coloured(path.read_text(encoding="utf-8", errors="replace")[:MAX_SHOWN])) for path in files]


@lru_cache(maxsize=1)
def style_sheet() -> Markup:
    """Return the style sheet of this page."""
    return Markup((READING / "reading.css").read_text(encoding="utf-8"))
