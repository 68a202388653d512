"""Configure nbgrader for a course folder, for its command line, for formgrader and for the kit's commands.

Everything goes through nbgrader's configuration: folders, preprocessors, exporters. Nothing in nbgrader is patched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.gradebook.config import FORMGRADE, READING, set_folders
from autograder.stages import stages


def configure(config: Any, course: Path) -> Any:
    """Configure nbgrader for a course folder.

    Parameters
    ----------
    config : traitlets.config.Config
        nbgrader's configuration object ``c``, changed in place and returned.
    course : Path
        The folder with ``submitted/``. The gradebook and all outputs go there.
    """
    c = set_folders(config, course)
    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter", "autograder.publish.release_steps.SetPoints",
        "nbgrader.preprocessors.LockCells", "nbgrader.preprocessors.ClearSolutions",
        "nbgrader.preprocessors.ClearOutput", "autograder.publish.release_steps.CleanForRelease",
        "nbgrader.preprocessors.CheckCellMetadata", "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells", "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme", "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata", "autograder.publish.release_steps.BuildHandout",
    ]
    c.ClearSolutions.text_stub = "*Your answer here.*"

    c.Autograde.exporter_class = "autograder.grade.notebook.TolerantExporter"
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput", "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec", "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # nbgrader would execute the notebook here; marks and messages come from the record instead.
    c.Autograde.autograde_preprocessors = [
        "autograder.gradebook.grade_steps.FillFromRecord", "nbgrader.preprocessors.SaveAutoGrades",
        "autograder.gradebook.grade_steps.SettleMarks", "nbgrader.preprocessors.AssignLatePenalties",
    ]
    c.AssignLatePenalties.plugin_class = "autograder.gradebook.late.LatePolicy"
    # Keep students' .py files: nbgrader would overwrite them with the source files.
    c.Autograde.exclude_overwriting = {stage.id: [path.name for path in sorted(stage.source.iterdir()) if path.is_file()]
                                       for stage in stages()}

    # The student's page. Formgrader's own pages still use HTMLExporter and nbgrader's templates.
    c.GenerateFeedback.exporter_class = "autograder.report.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.ClearHiddenTests", "nbgrader.preprocessors.ClearMarkScheme",
        "autograder.report.feedback.Marks", "autograder.report.feedback.Facts",
    ]
    # nbgrader's own exporter overwrites grades.csv and breaks rows with a comma in a name.
    c.ExportApp.plugin_class = "autograder.lms.export.CsvExport"
    # Formgrader's pages: written answers first, and nothing loaded from a CDN.
    c.HTMLExporter.preprocessors = ["autograder.gradebook.reading.ReadingDesk"]
    c.HTMLExporter.template_name = "reading"
    c.HTMLExporter.extra_template_basedirs = [str(READING), str(FORMGRADE)]
    c.HTMLExporter.extra_template_paths = [str(FORMGRADE)]
    c.HTMLExporter.filters = {"markdown2html": "autograder.gradebook.sanitize.markdown2html"}
    return c
