"""`make export`: marks in the layout an LMS reads, through nbgrader's export plugins.

`nbgrader export --exporter=autograder.lms.export.CanvasExport` writes the same file.

Sources of the layouts
    Canvas      lib/gradebook_importer.rb of canvas-lms: columns Student, ID, SIS User ID, SIS Login ID, Section, then a
                column an assignment; a row "Points Possible"
    Moodle      mod/assign/feedback/offline/importgradeslib.php: Identifier ("Participant 12345"), Grade and Last
                modified (grade) are read, the other columns of the offline grading worksheet are there for people
    Gradescope  the columns of its own export of course grades: First Name, Last Name, SID, Email, then two a title
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.errors import UsageError
from autograder.grade.feedback_text import points
from autograder.grade.notebook import task_of_cell
from autograder.grade.record import write_atomically
from autograder.gradebook.pipeline import Pipeline
from autograder.lms.collect import lms_facts
from autograder.stages import stages

# A cell that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Entry:
    """The marks of one submission."""

    score: float
    max_score: float
    pending: int
    tasks: dict[str, tuple[float, bool]]


def defused(text: Any) -> str:
    """Text that a spreadsheet shows instead of running."""
    text = str(text if text is not None else "")
    return f"'{text}" if text.startswith(FORMULA) else text


class KitExport(ExportPlugin):
    """What all layouts share: who is in the course, their marks, and a file that is whole or not there."""

    format = ""
    root: Path | None = None

    def export(self, gradebook: Gradebook) -> None:
        """Write the file `self.to`, or ``exports/<format>.csv`` in the course folder."""
        course = self.course()
        names = [stage.id for stage in stages() if not self.assignment or stage.id in self.assignment]
        known = {assignment.name: assignment for assignment in gradebook.assignments}
        found = [name for name in names if name in known]
        marks = {name: self.entries(gradebook, name) for name in found}
        worth = {name: float(known[name].max_score) for name in found}
        marks = {name: entries for name, entries in marks.items() if entries}
        if not marks:
            raise UsageError(f"nothing has been graded in {course}; grade first with: make grade")
        rows = self.rows(
            marks, {name: worth[name] for name in marks}, {name: lms_facts(course, name) for name in marks}
        )
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        write_atomically(
            Path(self.to) if self.to else course / "exports" / f"{self.format}.csv", text.getvalue().encode("utf-8")
        )

    def course(self) -> Path:
        """The course folder: as given, of the nbgrader application, or where one stands."""
        if self.root is not None:
            return self.root
        directory = getattr(self.parent, "coursedir", None)
        return Path(directory.root if directory is not None else ".").resolve()

    def entries(self, gradebook: Gradebook, stage_id: str) -> dict[str, Entry]:
        """Marks of everybody who handed this stage in."""
        found = {}
        for submission in sorted(
            gradebook.assignment_submissions(stage_id), key=lambda submission: submission.student.id
        ):
            student = submission.student.id
            if self.student and student not in [str(name) for name in self.student]:
                continue
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            penalty = submission.late_submission_penalty or 0.0
            found[student] = Entry(
                round(max(0.0, submission.score - penalty), 6),
                float(submission.max_score),
                sum(grade.needs_manual_grade for grade in grades),
                {
                    task_of_cell({"grade_id": grade.name}): (round(grade.score, 6), grade.needs_manual_grade)
                    for grade in grades
                },
            )
        return found

    def rows(self, marks: dict[str, dict[str, Entry]], worth: dict[str, float],
             facts: dict[str, dict[str, dict[str, Any]]]) -> Iterable[Sequence[str]]:
        """The rows of the file, the header among them."""
        raise NotImplementedError


def everybody(marks: dict[str, dict[str, Entry]]) -> list[str]:
    """Every student with a mark, in order."""
    return sorted({student for entries in marks.values() for student in entries})


def about(student: str, facts: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """What the LMS is known to call a student."""
    return next((by_student[student] for by_student in facts.values() if student in by_student), {})


class CanvasExport(KitExport):
    """For Grades > Import in Canvas."""

    format = "canvas"

    def rows(self, marks, worth, facts):  # type: ignore[no-untyped-def]
        """A column a stage; Canvas asks which assignment each is, and finds students by ID."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *marks]
        yield ["    Points Possible", "", "", "", "", *(points(worth[name]) for name in marks)]
        for student in everybody(marks):
            known = about(student, facts)
            canvas = known if known.get("lms") == "canvas" else {}
            yield [defused(canvas.get("name") or student), defused(canvas.get("id", "")), "",
                   "" if canvas else defused(student), "",
                   *(points(entries[student].score) if student in entries else "" for entries in marks.values())]


class MoodleExport(KitExport):
    """For Upload grading worksheet in a Moodle assignment."""

    format = "moodle"

    def rows(self, marks, worth, facts):  # type: ignore[no-untyped-def]
        """The worksheet of one assignment; Moodle finds students by the participant's number."""
        if len(marks) > 1:
            raise UsageError(
                f"Moodle takes the marks of one assignment at a time; name it with STAGE=, one of {', '.join(marks)}"
            )
        (name, entries), = marks.items()
        if not any(known.get("lms") == "moodle" for known in facts[name].values()):
            raise UsageError(
                f"Moodle finds students by the participant's number, which its download of {name} has; bring the "
                "submissions in with: make collect ZIP=download.zip"
            )
        yield ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
               "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
        for student, entry in entries.items():
            known = facts[name].get(student, {})
            if known.get("lms") == "moodle":
                yield [f"Participant {known['id']}", defused(known["name"]), "", "", f"{entry.score:.2f}",
                       f"{worth[name]:.2f}", "Yes", "", "-", ""]


class GradescopeExport(KitExport):
    """The layout in which Gradescope exports the grades of a course."""

    format = "gradescope"

    def rows(self, marks, worth, facts):  # type: ignore[no-untyped-def]
        """Two columns a stage."""
        yield ["First Name", "Last Name", "SID", "Email",
               *(title for name in marks for title in (name, f"{name} - Max Points"))]
        for student in everybody(marks):
            known = about(student, facts)
            first, _, last = str(known.get("name") or student).partition(" ")
            yield [defused(first), defused(last), defused(known.get("id") or student), defused(known.get("email", "")),
                   *(cell for name, entries in marks.items()
                     for cell in (points(entries[student].score) if student in entries else "", points(worth[name])))]


class CsvExport(KitExport):
    """Everything in one table: a row a student, the stages and each of their tasks."""

    format = "csv"

    def rows(self, marks, worth, facts):  # type: ignore[no-untyped-def]
        """An empty cell is a stage that was not handed in; `pending` counts the marks still to be given."""
        tasks = {name: sorted({task for entry in entries.values() for task in entry.tasks}, key=_in_order)
                 for name, entries in marks.items()}
        yield ["student", "name", "email", *(column for name in marks
                                             for column in (name, f"{name} of", f"{name} pending", *tasks[name]))]
        for student in everybody(marks):
            known = about(student, facts)
            cells = [defused(student), defused(known.get("name", "")), defused(known.get("email", ""))]
            for name, entries in marks.items():
                entry = entries.get(student)
                cells += [""] * (3 + len(tasks[name])) if entry is None else [
                    points(entry.score), points(entry.max_score), str(entry.pending),
                    *("" if task not in entry.tasks or entry.tasks[task][1] else points(entry.tasks[task][0])
                      for task in tasks[name])]
            yield cells


def _in_order(task: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part) if part.isdecimal() else 0, part) for part in task.split("."))


FORMATS: dict[str, type[KitExport]] = {
    kind.format: kind for kind in (CanvasExport, MoodleExport, CsvExport, GradescopeExport)
}


def export(course: Path, layout: str, stage_id: str | None = None) -> tuple[Path, int]:
    """Write ``exports/<layout>.csv``; its path, and how many marks are still to be given by hand.

    Raises
    ------
    UsageError
        Nothing has been graded, or the layout needs something that is not known.
    """
    course = course.resolve()
    if not (course / "gradebook.db").exists():
        raise UsageError(f"there is no gradebook in {course}; grade first with: make grade")
    target = course / "exports" / f"{layout}.csv"
    pipeline = Pipeline(course)
    plugin = FORMATS[layout](config=pipeline.config, to=str(target), assignment=[stage_id] if stage_id else [])
    plugin.root = course
    with pipeline.gradebook() as gradebook:
        plugin.export(gradebook)
        names = [stage_id] if stage_id else [stage.id for stage in stages()]
        pending = sum(entry.pending for name in names for entry in _entries(plugin, gradebook, name).values())
    return target, pending


def _entries(plugin: KitExport, gradebook: Gradebook, stage_id: str) -> dict[str, Entry]:
    try:
        return plugin.entries(gradebook, stage_id)
    except MissingEntry:
        return {}
