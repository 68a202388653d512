"""`make export`: marks in the layout an LMS reads, through nbgrader's export plugins.

`nbgrader export --exporter=autograder.lms.export.CanvasExport` writes the same file.

Sources of the layouts
    Canvas      lib/gradebook_importer.rb of canvas-lms: columns Student, ID, SIS User ID, SIS Login ID, Section, then one per
                assignment; a row "Points Possible". People are matched by ID, else by SIS Login ID, else by name; others are
                offered as new students. It does not know anonymous ids
    Moodle      mod/assign/feedback/offline/importgradeslib.php: Identifier ("Participant 12345"), Grade and Last modified
                (grade) are read; every feedback column present overwrites the comment in Moodle, even if empty
    Gradescope  the columns of its own export of course grades: First Name, Last Name, SID, Email, then two per assignment
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool

from autograder.errors import UsageError
from autograder.grade.feedback_text import points
from autograder.grade.record import read_record, record_path, write_atomically
from autograder.gradebook.health import need_gradebook
from autograder.gradebook.marks import SubmissionMarks, in_order, odd_marks, read_marks
from autograder.gradebook.pipeline import Pipeline
from autograder.gradebook.tables import NEEDS_PERSON
from autograder.lms.people import Person, people
from autograder.stages import chosen, stages
from autograder.text import defused, on_a_page


@dataclass(frozen=True)
class Course:
    """The current members of a course, with their marks.

    Attributes
    ----------
    marks : dict of (stage id, student) to SubmissionMarks
        Of the submissions in submitted/; a group's under the folder that it handed in.
    waiting : set of (stage id, student)
        Submissions that a person has to look at before they have a mark.
    ungraded : tuple of (stage id, student)
        Submissions that are not in the gradebook.
    """

    stage_ids: list[str]
    people: list[Person]
    marks: dict[tuple[str, str], SubmissionMarks]
    waiting: frozenset[tuple[str, str]]
    ungraded: tuple[tuple[str, str], ...] = ()
    partial: bool = False
    comments: bool = False

    def of(self, person: Person, stage_id: str) -> SubmissionMarks | None:
        """Return a person's marks in a stage: of their own submission, or their group's."""
        folder = person.folder(stage_id)
        return self.marks.get((stage_id, folder)) if folder else None

    def mark(self, person: Person, stage_id: str) -> str:
        """Return the exact total; blank if nothing was handed in, or if a person has yet to mark or look."""
        entry = self.of(person, stage_id)
        if entry is None or (entry.stage, entry.student) in self.waiting or (entry.pending and not self.partial):
            return ""
        return points(entry.total)

    def worth(self, stage_id: str) -> float:
        """Return the maximum points of a stage."""
        return max((entry.max_score for (stage, _), entry in self.marks.items() if stage == stage_id), default=0.0)


@dataclass
class Exported:
    """The result of an export.

    Attributes
    ----------
    blank : list of str
        Whose mark is left blank, and why.
    left_out : list of str
        Who is not in the file, and why.
    odd : list of str
        Marks above the maximum or below zero; they are exported unchanged.
    shared : list of str
        Who gets a mark for what their group handed in.
    advice : list of str
        How to import the file into the LMS.
    """

    path: Path
    pending: int = 0
    blank: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


class KitExport(ExportPlugin):
    """Base of all layouts: members, marks, and writing the file atomically."""

    format = ""
    root: Path | None = None
    partial = Bool(False, help="Give marks of submissions whose written answers are still unread.").tag(config=True)
    comments = Bool(False, help="Add the comments of those who marked, where the layout has room for them.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the file `self.to`, by default ``exports/<format>.csv`` in the course folder."""
        root = self.course()
        listed = read_course(root, gradebook, [str(name) for name in self.assignment], self.partial, self.comments)
        wanted = {str(name) for name in self.student}
        if wanted:
            listed = replace(listed, people=[person for person in listed.people if person.student in wanted])
        self.outcome = Exported(Path(self.to) if self.to else root / "exports" / f"{self.format}.csv")
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([on_a_page(str(cell)) for cell in row] for row in self.rows(listed))
        write_atomically(self.outcome.path, text.getvalue().encode("utf-8", "backslashreplace"))
        self.outcome.blank = list(_blanks(listed))
        self.outcome.shared = list(_shared(listed))
        self.outcome.odd = odd_marks(listed.marks, listed.stage_ids)
        self.outcome.pending = sum(entry.pending for entry in listed.marks.values())

    def course(self) -> Path:
        """Return the course folder: as given, that of the nbgrader application, or the current one."""
        if self.root is not None:
            return self.root
        directory = getattr(self.parent, "coursedir", None)
        return Path(directory.root if directory is not None else ".").resolve()

    def rows(self, course: Course) -> Iterator[Sequence[str]]:
        """Yield the rows of the file, including the header; add people who are left out to `self.outcome`."""
        raise NotImplementedError


def read_course(root: Path, gradebook: Gradebook, stage_ids: Sequence[str], partial: bool, comments: bool) -> Course:
    """Read current members and marks.

    Raises
    ------
    UsageError
        Nothing has been graded.
    """
    pipeline = Pipeline(root)
    pipeline.settle_penalties()
    listed = pipeline.term.people
    present = set(listed.present())
    gradebook.db.expire_all()
    marks = {pair: entry for pair, entry in read_marks(gradebook).items()
             if pair in present and (not stage_ids or pair[0] in stage_ids)}
    if not marks:
        raise UsageError(f"nothing has been graded in {root}; grade first with: make grade")
    found = [stage.id for stage in stages() if any(pair[0] == stage.id for pair in marks)]
    ungraded = tuple(sorted(pair for pair in present if pair[0] in found and pair not in marks))
    everybody = people(root, listed, present, found)
    waiting = frozenset(pair for pair in marks
                        if (read_record(record_path(root, *pair)) or {"status": ""})["status"] == NEEDS_PERSON)
    return Course(found, everybody, marks, waiting, ungraded, partial, comments)


def _blanks(course: Course) -> Iterator[str]:
    for (stage_id, student), entry in sorted(course.marks.items()):
        if (stage_id, student) in course.waiting:
            yield f"{student} {stage_id}: a person has to look at the submission"
        elif entry.pending and not course.partial:
            yield f"{student} {stage_id}: {entry.pending} answer{'' if entry.pending == 1 else 's'} still to be read"
    yield from (f"{student} {stage_id}: not graded yet" for stage_id, student in course.ungraded)


def _shared(course: Course) -> Iterator[str]:
    for stage_id, handed_in in sorted(course.marks):
        names = [one.student for one in course.people if one.folder(stage_id) == handed_in and course.mark(one, stage_id)]
        if names and names != [handed_in]:
            yield f"{handed_in} {stage_id}: {', '.join(names)}"


class CanvasExport(KitExport):
    """For Grades > Import in Canvas."""

    format = "canvas"

    def rows(self, course: Course) -> Iterator[Sequence[str]]:
        """Yield a column per stage. Canvas asks which assignment each is, and matches people by ID."""
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *course.stage_ids]
        yield ["    Points Possible", "", "", "", "", *(points(course.worth(name)) for name in course.stage_ids)]
        for person in course.people:
            known = person.lms == "canvas" or bool(person.id_in("canvas"))
            if person.anonymous:
                self.outcome.left_out.append(f"{person.student}: anonymous in Canvas, whose import knows no anonymous ids; give "
                                             "the Canvas ID in roster.csv once names are shown")
            elif person.is_group:
                self.outcome.left_out.append(f"{person.student}: a group; name its members in roster.csv, column group")
            else:
                yield [defused(person.name or person.student), defused(person.id_in("canvas")), defused(person.id_in("sis")),
                       "" if known else defused(person.id_in("login") or person.student), "",
                       *(course.mark(person, name) for name in course.stage_ids)]
        self.outcome.advice.append("Canvas: Grades, Import. It asks which assignment each column is; a blank changes nothing.")


class MoodleExport(KitExport):
    """For "Upload grading worksheet" of a Moodle assignment."""

    format = "moodle"

    def rows(self, course: Course) -> Iterator[Sequence[str]]:
        """Yield the worksheet of one assignment. Moodle matches people by participant number."""
        if len(course.stage_ids) > 1:
            raise UsageError("Moodle takes the marks of one assignment at a time; name it with STAGE=, one of "
                             + ", ".join(course.stage_ids))
        (name,) = course.stage_ids
        if not any(person.id_in("moodle", name) for person in course.people):
            raise UsageError(
                f"Moodle finds students by the participant's number, which its download of {name} has; bring the "
                "submissions in with: make collect FROM=download.zip, or give the numbers in roster.csv")
        more = ["Feedback comments"] if course.comments else []
        yield ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
               "Last modified (submission)", "Last modified (grade)", *more]
        for person in course.people:
            entry, mark, number = course.of(person, name), course.mark(person, name), person.id_in("moodle", name)
            if entry is None or not mark:
                continue  # a row without a grade would only be noise to Moodle
            if not number or person.is_group:
                why = ("a team, whose number is no participant's; name its members in roster.csv, column group"
                       if person.is_group else "no participant's number is known; give it in roster.csv")
                self.outcome.left_out.append(f"{person.student}: {why}")
                continue
            said = [_comments(entry)] if course.comments else []
            yield [f"Participant {number}", defused(person.name), defused(person.email), "", mark, points(course.worth(name)),
                   "Yes", "", "-", *map(defused, said)]
        self.outcome.advice += [
            "Moodle: View all submissions, Grading action, Upload grading worksheet. Moodle knows the columns by their titles in "
            "the language that you use it in, and these are English: switch Moodle to English for the upload.",
            "Who has a grade in Moodle already is skipped, unless \"Allow updating records that have been modified more "
            "recently in Moodle than in the spreadsheet\" is ticked.",
        ]
        if course.comments:
            self.outcome.advice.append("Feedback comments are written over the comments in Moodle, empty ones too.")


def _comments(entry: SubmissionMarks) -> str:
    return "\n\n".join(f"{mark.task}: {mark.comment}" for mark in entry.marks if mark.comment)


class GradescopeExport(KitExport):
    """The layout of Gradescope's export of course grades."""

    format = "gradescope"

    def rows(self, course: Course) -> Iterator[Sequence[str]]:
        """Yield two columns per stage."""
        yield ["First Name", "Last Name", "SID", "Email",
               *(title for name in course.stage_ids for title in (name, f"{name} - Max Points"))]
        for person in course.people:
            first, _, last = (person.name or person.student).partition(" ")
            yield [defused(first), defused(last), defused(person.id_in("gradescope") or person.id_in("sis") or person.student),
                   defused(person.email),
                   *(cell for name in course.stage_ids for cell in (course.mark(person, name), points(course.worth(name))))]


class CsvExport(KitExport):
    """Everything in one table: a row per student, with stages and tasks."""

    format = "csv"

    def rows(self, course: Course) -> Iterator[Sequence[str]]:
        """Yield the rows. The stage's own column is what counts; `pending` is the number of marks not yet given."""
        tasks = {name: sorted({mark.task for (stage, _), entry in course.marks.items() if stage == name for mark in entry.marks},
                              key=in_order) for name in course.stage_ids}
        yield ["student", "name", "email", *(column for name in course.stage_ids for column in (
            name, f"{name} of", f"{name} score", f"{name} penalty", f"{name} pending", *tasks[name]))]
        for person in course.people:
            cells = [defused(person.student), defused(person.name), defused(person.email)]
            for name in course.stage_ids:
                entry = course.of(person, name)
                if entry is None:
                    cells += [""] * (5 + len(tasks[name]))
                    continue
                if (entry.stage, entry.student) in course.waiting:
                    cells += ["", points(entry.max_score), "", "", str(entry.pending), *[""] * len(tasks[name])]
                    continue
                given = {mark.task: "" if mark.pending and not mark.by_hand else points(mark.score) for mark in entry.marks}
                cells += [course.mark(person, name), points(entry.max_score), points(entry.score), points(entry.penalty),
                          str(entry.pending), *(given.get(task, "") for task in tasks[name])]
            yield cells


FORMATS: dict[str, type[KitExport]] = {
    kind.format: kind for kind in (CanvasExport, MoodleExport, CsvExport, GradescopeExport)
}


def write_export(course: Path, layout: str, stage_id: str | None = None, *, partial: bool = False,
                 comments: bool = False) -> Exported:
    """Write ``exports/<layout>.csv``.

    Parameters
    ----------
    partial : bool
        Include marks of submissions with unmarked written answers, which are otherwise left blank.
    comments : bool
        Add comments if the layout has a column for them (Moodle).

    Raises
    ------
    UsageError
        Nothing has been graded, or the layout needs unknown data.
    """
    course = course.resolve()
    need_gradebook(course)
    wanted = [stage.id for stage in chosen(stage_id)] if stage_id else []
    pipeline = Pipeline(course)
    plugin = FORMATS[layout](config=pipeline.config, to=str(course / "exports" / f"{layout}.csv"), assignment=wanted,
                             partial=partial, comments=comments)
    plugin.root = course
    with pipeline.gradebook() as gradebook:
        plugin.export(gradebook)
    return plugin.outcome


