"""nbgrader's own steps over records: the gradebook, the autograded notebooks, the feedback pages.

One process, one submission after the other: SQLite has one writer.
"""

from __future__ import annotations

import glob
import hashlib
import logging
import os
import shutil
import stat
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.record import read_record, record_path, write_atomically
from autograder.grade.submission import MAX_FILE
from autograder.gradebook.config import load_config
from autograder.gradebook.health import check_gradebook
from autograder.gradebook.messages import captured_errors, said
from autograder.gradebook.shared_gradebook import begin_submission, gradebook
from autograder.stages import SOLUTIONS, find_stage

STAMP = ".kit"


class Pipeline:
    """nbgrader's converters for one course folder.

    Parameters
    ----------
    course : Path
        The folder with ``submitted/``.
    """

    def __init__(self, course: Path) -> None:
        self.course = course.resolve()
        check_gradebook(self.course / "gradebook.db")
        self.config = load_config(self.course)
        self.directory = CourseDirectory(config=self.config)
        self.log = logging.getLogger("autograder.nbgrader")
        self.log.setLevel(logging.CRITICAL)
        self.autograde_converter = SubmissionAutograde(coursedir=self.directory, config=self.config)
        self.feedback_converter = SubmissionFeedback(coursedir=self.directory, config=self.config, force=True)

    @property
    def database(self) -> str:
        """Address of the gradebook."""
        return str(self.directory.db_url)

    def _convert(self, converter: OneSubmission, stage_id: str, student: str) -> None:
        self.directory.assignment_id, self.directory.student_id = stage_id, student
        converter.log = self.log
        with captured_errors(self.log) as words:
            try:
                converter.start()
            except Exception as error:
                raise InfrastructureError(f"nbgrader's {converter.label} failed on {student}'s {stage_id}: {said(words, error)}",
                                          "\n".join(words)) from error

    def up_to_date(self, stage_id: str, student: str) -> bool:
        """True when gradebook, autograded notebook and feedback page are those of the present record."""
        return (self.in_gradebook(stage_id, student)
                and (self.course / "feedback" / student / stage_id / f"{stage_id}.html").exists())

    def in_gradebook(self, stage_id: str, student: str) -> bool:
        """True when gradebook and autograded notebook are those of the present record."""
        record = read_record(record_path(self.course, stage_id, student))
        stamp = self._stamp(stage_id, student)
        return (record is not None and stamp.exists() and stamp.read_text() == record["key"]
                and (self.course / "autograded" / student / stage_id / f"{stage_id}.ipynb").exists())

    def _stamp(self, stage_id: str, student: str) -> Path:
        return self.course / STAMP / stage_id / f"{student}.autograded"

    def ensure_assignment(self, stage_id: str) -> None:
        """Enter the stage and its cells into the gradebook, when they are new or have changed.

        Raises
        ------
        UsageError
            When graded cells were added or removed while there are submissions in the gradebook.
        """
        stamp = self.course / STAMP / f"{stage_id}.assignment"
        digest = self._material_hash(stage_id)
        if not (self.course / "gradebook.db").exists():
            remove(self.course / STAMP)  # what was entered into a gradebook that is gone is to be entered again
        if stamp.exists() and stamp.read_text() == digest:
            return
        with tempfile.TemporaryDirectory() as scratch:
            config = Config(self.config)
            config.CourseDirectory.release_directory = scratch
            config.CourseDirectory.source_directory = str(SOLUTIONS)
            steps = config.GenerateAssignment.preprocessors  # nobody is handed what is made here: the gradebook alone is filled
            config.GenerateAssignment.preprocessors = steps[: steps.index("nbgrader.preprocessors.SaveCells") + 1]
            directory = CourseDirectory(config=config)
            directory.assignment_id = stage_id
            converter = GenerateAssignment(coursedir=directory, config=config, force=True)
            converter.log = self.log
            with captured_errors(self.log) as words:
                try:
                    converter.start()
                except Exception as error:
                    raise UsageError(f"nbgrader could not enter {stage_id} into {self.course / 'gradebook.db'}:\n"
                                     + "\n".join(words[-3:] or [str(error)])) from error
        write_atomically(stamp, digest.encode())

    def _material_hash(self, stage_id: str) -> str:
        stage = find_stage(stage_id)
        digest = hashlib.sha256(stage.notebook.read_bytes())
        for file in stage.test_files().values():
            digest.update(file.read_bytes())
        return digest.hexdigest()

    def autograde(self, stage_id: str, student: str) -> None:
        """nbgrader's autograde over one submission, with the record in place of execution."""
        record = read_record(record_path(self.course, stage_id, student))
        if record is None:
            raise InfrastructureError(f"there is no record of {student}'s {stage_id}")
        self._stamp(stage_id, student).unlink(missing_ok=True)
        remove(self.course / "autograded" / student / stage_id)  # what a killed run left half-written would be skipped in silence
        with gradebook(self.database).one_transaction():
            self._convert(self.autograde_converter, stage_id, student)

    def feedback(self, stage_id: str, student: str) -> None:
        """nbgrader's feedback page for one submission."""
        remove(self.course / "feedback" / student / stage_id)
        self._convert(self.feedback_converter, stage_id, student)
        record = read_record(record_path(self.course, stage_id, student))
        write_atomically(self._stamp(stage_id, student), (record or {"key": ""})["key"].encode())

    def gradebook(self) -> Gradebook:
        """nbgrader's gradebook of this course, to be used in a `with` block."""
        return Gradebook(self.database)


class OneSubmission(BaseConverter):
    """A converter for one named submission at a time, whose notebook may be missing.

    nbgrader makes exporter, templates and writer anew at every start; here they are made once and serve
    all submissions.
    """

    label = ""
    started = False

    def start(self) -> None:
        """Convert the submission that the course directory names at the moment."""
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
        """Take the submission as given: no pattern is matched against its name."""
        stage_id, student = self.coursedir.assignment_id, self.coursedir.student_id
        folder = self._format_source(stage_id, student)
        self.notebooks: list[str] = []
        self.assignments = {folder: [os.path.join(folder, f"{stage_id}.ipynb")]}


class SubmissionAutograde(OneSubmission, Autograde):
    """nbgrader's autograde."""

    label = "autograde"

    def start(self) -> None:
        """All steps go into the exporter once."""
        self.preprocessors = [*self.sanitize_preprocessors, *self.autograde_preprocessors]
        super().start()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """As nbgrader does, with the ordinary files at the top alone: no links, no folders, nothing too large to be read."""
        source = Path(self.coursedir.root, self._format_source(assignment_id, student_id))
        ignore = self.coursedir.ignore
        linked = ["*"] if source.is_symlink() else []
        left_out = [] if linked else [glob.escape(entry.name) for entry in os.scandir(source) if not _is_ordinary(entry)]
        self.coursedir.ignore = [*ignore, *linked, *left_out]
        try:
            begin_submission(self, assignment_id, student_id)
        finally:
            self.coursedir.ignore = ignore

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Clean and grade in one conversion: nbgrader writes the clean notebook, reads it again and makes each step anew."""
        BaseConverter.convert_single_notebook(self, notebook_filename)


def _is_ordinary(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size <= MAX_FILE


class SubmissionFeedback(OneSubmission, GenerateFeedback):
    """nbgrader's feedback: the page alone, without copies of what was handed in."""

    label = "generate_feedback"

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """The page is all there is."""
        Path(self._format_dest(assignment_id, student_id)).mkdir(parents=True, exist_ok=True)


def remove(folder: Path) -> None:
    """Remove a generated folder, also one that nbgrader made read-only; a link is unlinked, not followed."""
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(path.stat().st_mode | stat.S_IRWXU)
        shutil.rmtree(folder)
