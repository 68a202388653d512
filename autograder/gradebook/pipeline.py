"""From records to nbgrader's outputs: the gradebook, the autograded notebooks, the feedback pages.

One process handles one submission after another, because SQLite allows one writer.
"""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from functools import cached_property
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.record import read_record, record_path, write_atomically
from autograder.gradebook import unchanged
from autograder.gradebook.config import load_config
from autograder.gradebook.departed import Departed, bring_along
from autograder.gradebook.entry import Entries, read_handed_in, write_autograded
from autograder.gradebook.health import check_gradebook
from autograder.gradebook.late import Penalties, Term, read_term, settle_penalties
from autograder.gradebook.messages import captured_errors, said
from autograder.gradebook.shared_gradebook import gradebook, stamp_if_new
from autograder.gradebook.unchanged import assignment_stamp, forget_entries, has_gradebook, material, stamp
from autograder.stages import SOLUTIONS


class Pipeline:
    """The gradebook and the pages of one course folder.

    Parameters
    ----------
    course : Path
        The folder with ``submitted/``.
    """

    def __init__(self, course: Path) -> None:
        self.course = course.resolve()
        check_gradebook(self.course)
        self.config = load_config(self.course)
        self.directory = CourseDirectory(config=self.config)
        self.log = logging.getLogger("autograder.nbgrader")
        self.log.setLevel(logging.CRITICAL)
        self.feedback_converter = SubmissionFeedback(coursedir=self.directory, config=self.config, force=True)

    @cached_property
    def term(self) -> Term:
        """Policy and class list as of the start of this run."""
        return read_term(self.course)

    @cached_property
    def entries(self) -> Entries:
        """Enters records into the gradebook."""
        penalties = Penalties(self.term, config=self.config)
        penalties.log = self.log
        return Entries(self.course, gradebook(self.database), self.term, penalties)

    @property
    def database(self) -> str:
        """URL of the gradebook."""
        return str(self.directory.db_url)

    def up_to_date(self, stage_id: str, student: str) -> bool:
        """Whether gradebook, autograded notebook and feedback page match the current record."""
        return unchanged.up_to_date(self.course, stage_id, student, self._key(stage_id, student))

    def in_gradebook(self, stage_id: str, student: str) -> bool:
        """Whether gradebook and autograded notebook match the current record."""
        return unchanged.in_gradebook(self.course, stage_id, student, self._key(stage_id, student))

    def _key(self, stage_id: str, student: str) -> str | None:
        record = read_record(record_path(self.course, stage_id, student))
        return None if record is None else str(record["key"])

    def ensure_assignment(self, stage_id: str) -> None:
        """Enter the stage and its cells into the gradebook if they are new or have changed.

        Raises
        ------
        UsageError
            Graded cells were added or removed while there are submissions in the gradebook.
        """
        entered_as, digest = assignment_stamp(self.course, stage_id), material(stage_id)
        if not has_gradebook(self.course):
            forget_entries(self.course)
        if entered_as.exists() and entered_as.read_text() == digest:
            return
        with tempfile.TemporaryDirectory() as scratch:
            config = Config(self.config)
            config.CourseDirectory.release_directory = scratch
            config.CourseDirectory.source_directory = str(SOLUTIONS)
            steps = config.GenerateAssignment.preprocessors  # only the gradebook is filled; the output is not handed out
            config.GenerateAssignment.preprocessors = steps[: steps.index("nbgrader.preprocessors.SaveCells") + 1]
            directory = CourseDirectory(config=config)
            directory.assignment_id = stage_id
            converter = GenerateAssignment(coursedir=directory, config=config, force=True)
            converter.log = self.log
            with captured_errors(self.log) as words:
                try:
                    stamp_if_new(self.database)
                    converter.start()
                except Exception as error:
                    raise UsageError(f"nbgrader could not enter {stage_id} into {self.course / 'gradebook.db'}:\n  "
                                     + said(words, error)) from error
        write_atomically(entered_as, digest.encode())

    def autograde(self, stage_id: str, student: str) -> None:
        """Enter a record's marks into the gradebook and write the notebook that formgrader shows.

        Raises
        ------
        InfrastructureError
            There is no record, or the gradebook rejected it; then nothing of it was entered.
        """
        record = read_record(record_path(self.course, stage_id, student))
        if record is None:
            raise InfrastructureError(f"there is no record of {student}'s {stage_id}")
        stamp(self.course, stage_id, student).unlink(missing_ok=True)
        folder = self.course / "autograded" / student / stage_id
        handed_in = read_handed_in(self.course / "submitted" / student / stage_id, stage_id, self.directory.ignore)
        try:
            with gradebook(self.database).one_transaction():
                notebook = self.entries.enter(record, handed_in)
                remove(folder)
                write_autograded(folder, stage_id, notebook, handed_in, self.permissions)
        except (SQLAlchemyError, OSError, ValueError) as error:
            remove(folder)
            raise InfrastructureError(f"{student}'s {stage_id} could not be entered into {self.course / 'gradebook.db'}: "
                                      + str(error).partition("\n")[0].removeprefix("(sqlite3.OperationalError) ")) from error

    @property
    def permissions(self) -> int:
        """Mode of files in autograded/: read-only as in nbgrader, unless configured otherwise."""
        settings = self.config.get("Autograde", {}).get("permissions", self.config.get("BaseConverter", {}).get("permissions"))
        return int(str(settings or (664 if self.directory.groupshared else 444)), 8)

    def feedback(self, stage_id: str, student: str) -> None:
        """Make nbgrader's feedback page for one submission."""
        remove(self.course / "feedback" / student / stage_id)
        self.directory.assignment_id, self.directory.student_id = stage_id, student
        self.feedback_converter.log = self.log
        with captured_errors(self.log) as words:
            try:
                self.feedback_converter.start()
            except Exception as error:
                raise InfrastructureError(f"nbgrader's generate_feedback failed on {student}'s {stage_id}: {said(words, error)}",
                                          "\n".join(words)) from error
        write_atomically(stamp(self.course, stage_id, student), (self._key(stage_id, student) or "").encode())

    @cached_property
    def departed(self) -> list[Departed]:
        """Marks given by hand in folders that no longer exist, carried over as far as possible on first access."""
        return bring_along(self.entries.gradebook, self.term.people)

    def settle_penalties(self) -> list[tuple[str, str]]:
        """Update everybody's times and penalties; return the submissions whose page must be remade."""
        changed = settle_penalties(self.entries.gradebook, self.term, self.entries.penalties)
        return [pair for pair in changed if (self.course / "feedback" / pair[1] / pair[0] / f"{pair[0]}.html").exists()]

    def gradebook(self) -> Gradebook:
        """Return nbgrader's gradebook of this course, for use in a `with` block."""
        return Gradebook(self.database)


class SubmissionFeedback(GenerateFeedback):
    """nbgrader's feedback converter, for one named submission at a time and without copying the submitted files.

    nbgrader creates exporter, templates and writer at every start; here they are created once for all submissions.
    """

    started = False

    def start(self) -> None:
        """Convert the submission that the course directory currently names."""
        if not self.started:
            self.started = True
            super().start()
            return
        before = os.getcwd()
        os.chdir(self.coursedir.root)
        try:
            self.init_notebooks()
            self.convert_notebooks()
        finally:
            os.chdir(before)

    def init_notebooks(self) -> None:
        """Use the submission as given, without matching its name as a pattern."""
        stage_id, student = self.coursedir.assignment_id, self.coursedir.student_id
        folder = self._format_source(stage_id, student)
        self.notebooks: list[str] = []
        self.assignments = {folder: [os.path.join(folder, f"{stage_id}.ipynb")]}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Create the folder; the page is its only content."""
        Path(self._format_dest(assignment_id, student_id)).mkdir(parents=True, exist_ok=True)


def remove(folder: Path) -> None:
    """Remove a generated folder, even if nbgrader made it read-only; links are unlinked, not followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(path.stat().st_mode | stat.S_IRWXU)
        shutil.rmtree(folder)
