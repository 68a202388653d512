"""Where nbgrader finds the folders and the gradebook of a course.

What it does there, step by step, is said once, in `autograder.course_config`, and reaches this package through the file that
nbgrader itself reads: `nbgrader_config.py`, the course folder's own or else the kit's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbgrader
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.grade.course import read_course
from autograder.gradebook.unchanged import CONFIG
from autograder.stages import KIT, RELEASE, SOLUTIONS

# Never part of a release, an autograded folder or a feedback folder. Formgrader would serve what can carry a script
# as a page of its own, with the grader's rights.
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", ".kit", "*.tmp", ".DS_Store",
           "*.htm", "*.html", "*.xhtml", "*.xht", "*.shtml", "*.svg", "*.svgz", "*.xml", "*.xsl", "*.mht", "*.mhtml",
           "*.js", "*.pdf"]


# Where templates of formgrader's pages are looked for: the kit's, which extends nbgrader's.
READING = Path(__file__).parent / "templates"
FORMGRADE = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


def load_config(course: Path) -> Config:
    """nbgrader's configuration of a course folder: its own nbgrader_config.py, or the kit's where it has none."""
    own = (course / CONFIG).exists()
    config = PyFileConfigLoader(CONFIG, path=str(course if own else KIT)).load_config()
    return config if own else set_folders(config, course)


def address(file: Path) -> str:
    """The gradebook's address, as SQLAlchemy reads it; a path may hold what means something in an address."""
    path = str(file)
    for character in "%?#":
        path = path.replace(character, quote(character))
    return f"sqlite:///{path}"


def set_folders(config: Any, course: Path) -> Any:
    """Tell nbgrader where the folders of a course are.

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
    c.CourseDirectory.course_id = read_course(course).id or "vanishing-gradients"
    # Inside the kit the folders keep their short names, so that nbgrader's own messages read well.
    inside = course == KIT
    c.CourseDirectory.source_directory = SOLUTIONS.name if inside else str(SOLUTIONS)
    c.CourseDirectory.release_directory = RELEASE.name if inside else str(RELEASE)
    c.CourseDirectory.db_url = address(course / "gradebook.db")
    c.CourseDirectory.ignore = IGNORED
    return c
