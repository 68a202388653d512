"""nbgrader's configuration for this kit, for its command line, for formgrader and for our own passes.

Everything is done through nbgrader's configuration: folders, preprocessors, an exporter. Nothing of
nbgrader is replaced.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from autograder.stages import KIT, SOLUTIONS, stages

RELEASE = KIT / "assignments"
# Never part of a release, an autograded folder or a feedback folder. Formgrader would serve what can carry a script
# as a page of its own, with the grader's rights.
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", ".kit", "*.tmp", ".DS_Store",
           "*.htm", "*.html", "*.xhtml", "*.xht", "*.shtml", "*.svg", "*.svgz", "*.xml", "*.xsl", "*.mht", "*.mhtml",
           "*.js", "*.pdf"]


def configure(config: Any, course: Path) -> Any:
    """Set nbgrader up for a course folder.

    Parameters
    ----------
    config : traitlets.config.Config
        The configuration object (nbgrader's ``c``), changed and returned.
    course : Path
        The folder with ``submitted/``; the gradebook and all outputs go there.
    """
    # nbgrader starts `alembic` by name: it lies beside the interpreter, whether the environment is activated or not.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [beside, os.environ.get("PATH")]))
    course = Path(course).resolve()
    c = config
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.course_id = "vanishing-gradients"
    # Inside the kit the folders keep their short names, so that nbgrader's own messages read well.
    inside = course == KIT
    c.CourseDirectory.source_directory = SOLUTIONS.name if inside else str(SOLUTIONS)
    c.CourseDirectory.release_directory = RELEASE.name if inside else str(RELEASE)
    c.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    c.CourseDirectory.ignore = IGNORED

    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter", "autograder.course.material.PlanPoints",
        "nbgrader.preprocessors.LockCells", "nbgrader.preprocessors.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput", "autograder.course.material.ForStudents",
        "nbgrader.preprocessors.CheckCellMetadata", "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells", "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme", "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata", "autograder.course.material.HandOut",
    ]
    c.ClearSolutions.text_stub = "*Your answer here.*"

    c.Autograde.exporter_class = "autograder.course.notebook.TolerantExporter"
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput", "nbgrader.preprocessors.DeduplicateIds",
        "autograder.course.kept.Kernelspec", "autograder.course.kept.Overwrite",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # Where nbgrader would execute the notebook, marks and messages are taken from the record.
    c.Autograde.autograde_preprocessors = [
        "autograder.course.preprocessor.FromRecord", "autograder.course.kept.SaveGrades",
        "autograder.course.kept.LatePenalties",
    ]
    # Students' .py files stay the students': nbgrader would put the source files in their place.
    c.Autograde.exclude_overwriting = {stage.id: [path.name for path in sorted(stage.source.iterdir()) if path.is_file()]
                                       for stage in stages()}

    # The student's page; formgrader's own pages go on using HTMLExporter and nbgrader's templates.
    c.GenerateFeedback.exporter_class = "autograder.report.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.ClearHiddenTests", "nbgrader.preprocessors.ClearMarkScheme",
        "autograder.report.feedback.Marks", "autograder.report.feedback.Facts",
    ]
    # nbgrader's own exporter writes over grades.csv, and a comma in a name breaks its rows.
    c.ExportApp.plugin_class = "autograder.report.export.CsvExport"
    c.HTMLExporter.filters = {"markdown2html": "autograder.course.sanitize.markdown2html"}
    return c
