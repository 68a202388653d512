"""nbgrader's own command line and configuration, by hand, in a course folder."""

import importlib
import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader import apps, converters, plugins, preprocessors
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course_config import configure
from autograder.gradebook.entry import written
from autograder.gradebook.pipeline import Pipeline
from tests.classroom import SOLUTION, STUB, copy_of_kit, hand_in, record_of, run

STUDENTS = {"ada": SOLUTION, "bob": STUB, "eve": SOLUTION + "\n\ndef dz_dh(W_y):\n    return W_y[0]\n"}


def marks(database: str) -> dict[str, dict[str, float]]:
    """Marks by student and cell, as nbgrader's gradebook has them."""
    with Gradebook(database) as gradebook:
        return {submission.student.id: {grade.name: grade.auto_score for notebook in submission.notebooks
                                        for grade in notebook.grades}
                for submission in gradebook.assignment_submissions("1-bptt")}


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """A kit as course folder, graded by nbgrader's own commands alone, without any record."""
    own = copy_of_kit(tmp_path_factory.mktemp("by-hand") / "kit")
    for student, source in STUDENTS.items():
        hand_in(own, student, source)
    for words in (["generate_assignment", "1-bptt", "--force"], ["autograde", "1-bptt"]):
        done = run("nbgrader", *words, cwd=own)
        assert done.returncode == 0, done.stderr
    return own


def test_autograde_by_hand_gives_the_marks_of_make_grade(by_hand, ordinary):
    """Cell by cell, with no record to begin with: submissions are graded on the spot, in the sandbox."""
    ours = marks(Pipeline(ordinary[0]).database)
    theirs = marks(f"sqlite:///{by_hand / 'gradebook.db'}")
    assert theirs == ours
    assert sum(score or 0 for score in theirs["ada"].values()) == 80
    assert not any(theirs["bob"].values())
    assert record_of(by_hand, "eve")["isolation"] == "sandbox"


def test_autograde_by_hand_leaves_the_same_notebooks(by_hand, ordinary):
    """nbgrader's two conversions, and `make grade`'s one with a gradebook that stays open, write the same bytes."""
    for student in STUDENTS:
        place = Path("autograded", student, "1-bptt", "1-bptt.ipynb")
        assert (by_hand / place).read_bytes() == (ordinary[0] / place).read_bytes(), student


@pytest.mark.parametrize("number", [1e-5, 1e300, -0.0, 10**30, float("nan"), float("inf")])
def test_a_notebook_is_written_as_nbformat_writes_it(number):
    """To the byte, whatever signs and numbers are in it; JSON has no word for two of these numbers, and nbformat writes them."""
    text = "ä\u2028\x07\x7f\U0001f600 \\u \"/ \n\r\nlast"
    cells = [nbformat.v4.new_markdown_cell(text, metadata={"a": [], "b": {}, "c": None, "number": number}),
             nbformat.v4.new_code_cell(text, outputs=[nbformat.v4.new_output("stream", text=text)])]
    notebook = nbformat.v4.new_notebook(cells=cells)
    assert nbformat.writes(notebook, version=4) + "\n" == written(notebook)


def test_autograde_by_hand_leaves_students_files_the_students(by_hand):
    """nbgrader's issue #940: with the source files in their place a stub would score full marks."""
    for student, source in STUDENTS.items():
        assert (by_hand / "autograded" / student / "1-bptt" / "bptt.py").read_text() == source


def test_autograde_by_hand_takes_the_records_that_are_there(by_hand, tmp_path):
    """A second time, forced, with records: the same marks, and no record is made again."""
    own = shutil.copytree(by_hand, tmp_path / "kit", symlinks=True)
    before = {path.name: path.stat().st_mtime_ns for path in (own / "results" / "1-bptt").iterdir()}
    done = run("nbgrader", "autograde", "1-bptt", "--force", cwd=own)
    assert done.returncode == 0, done.stderr
    assert marks(f"sqlite:///{own / 'gradebook.db'}") == marks(f"sqlite:///{by_hand / 'gradebook.db'}")
    assert {path.name: path.stat().st_mtime_ns for path in (own / "results" / "1-bptt").iterdir()} == before


def test_a_record_of_another_submission_is_not_taken(by_hand, tmp_path):
    """A file that changed since is graded again before its marks are entered."""
    own = shutil.copytree(by_hand, tmp_path / "kit", symlinks=True)
    hand_in(own, "bob", SOLUTION)
    done = run("nbgrader", "autograde", "1-bptt", "--student", "bob", "--force", cwd=own)
    assert done.returncode == 0, done.stderr
    assert sum(score or 0 for score in marks(f"sqlite:///{own / 'gradebook.db'}")["bob"].values()) == 80
    assert record_of(own, "bob")["score"] == 80


def known_classes() -> dict[str, type]:
    """Every configurable class of nbgrader's, and of nbconvert's that the configuration names."""
    from nbconvert.exporters import HTMLExporter

    found = {HTMLExporter.__name__: HTMLExporter, CourseDirectory.__name__: CourseDirectory}
    for module in (apps, converters, plugins, preprocessors):
        found |= {name: value for name, value in vars(module).items() if isinstance(value, type)}
    return found


def test_every_setting_is_one_nbgrader_has(tmp_path):
    """A misspelt trait is ignored in silence: then the reference would be released."""
    config = configure(Config(), tmp_path)
    classes = known_classes()
    for section, settings in config.items():
        assert section in classes, section
        traits = classes[section].class_traits(config=True)
        assert set(settings) <= set(traits), (section, set(settings) - set(traits))


def test_everything_the_configuration_names_can_be_imported(tmp_path):
    """Preprocessors, exporter and filters are names: each leads to something."""
    config = configure(Config(), tmp_path)
    names = [*config.GenerateAssignment.preprocessors, *config.Autograde.sanitize_preprocessors,
             *config.Autograde.autograde_preprocessors, *config.GenerateFeedback.preprocessors,
             *config.HTMLExporter.filters.values()]
    for name in names:
        module, _, attribute = str(name).rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


def test_no_file_of_a_student_is_overwritten(tmp_path):
    """The list of files that nbgrader leaves alone is made from the source folders, not written down."""
    config = configure(Config(), tmp_path)
    assert "bptt.py" in config.Autograde.exclude_overwriting["1-bptt"]
