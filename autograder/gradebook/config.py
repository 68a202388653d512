"""nbgrader's configuration for a course: where its folders and its gradebook are.

The steps that nbgrader runs are configured in `autograder.course_config`. This package reads them through nbgrader's own
configuration file, `nbgrader_config.py`, of the course folder or else of the kit.
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
from autograder.grade.course_folder import PRIVATE
from autograder.gradebook.config_file import CONFIG
from autograder.stages import KIT, RELEASE, SOLUTIONS

# Files kept out of releases, autograded and feedback folders. Formgrader would serve anything that can carry a script as a page,
# with the grader's rights.
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", PRIVATE, "*.tmp", ".DS_Store",
           "*.htm", "*.html", "*.xhtml", "*.xht", "*.shtml", "*.svg", "*.svgz", "*.xml", "*.xsl", "*.mht", "*.mhtml",
           "*.js", "*.pdf"]


# Search path for templates of formgrader's pages: the kit's extend nbgrader's.
READING = Path(__file__).parent / "templates"
FORMGRADE = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


def load_config(course: Path) -> Config:
    """Load nbgrader's configuration for a course: from its own nbgrader_config.py, or else the kit's."""
    own = (course / CONFIG).exists()
    config = PyFileConfigLoader(CONFIG, path=str(course if own else KIT)).load_config()
    return config if own else set_folders(config, course)


# Seconds to wait for another program that has the gradebook locked. Formgrader does not recover from a longer lock.
LOCK_WAIT = 60


def address(file: Path) -> str:
    """Return the gradebook's SQLAlchemy URL, with special characters of the path escaped."""
    path = str(file)
    for character in "%?#":
        path = path.replace(character, quote(character))
    return f"sqlite:///{path}?timeout={LOCK_WAIT}"


def set_folders(config: Any, course: Path) -> Any:
    """Set the folders of a course in nbgrader's configuration.

    Parameters
    ----------
    config : traitlets.config.Config
        nbgrader's configuration object ``c``, changed in place and returned.
    course : Path
        The folder with ``submitted/``. The gradebook and all outputs go there.
    """
    # nbgrader runs `alembic` by name; it is beside the interpreter, whether or not the environment is activated.
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(filter(None, [beside, os.environ.get("PATH")]))
    course = Path(course).resolve()
    c = config
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.course_id = read_course(course).id or "vanishing-gradients"
    # Inside the kit the folders keep their short names, to keep nbgrader's messages readable.
    inside = course == KIT
    c.CourseDirectory.source_directory = SOLUTIONS.name if inside else str(SOLUTIONS)
    c.CourseDirectory.release_directory = RELEASE.name if inside else str(RELEASE)
    c.CourseDirectory.db_url = address(course / "gradebook.db")
    c.CourseDirectory.ignore = IGNORED
    return c
