"""nbgrader's configuration: its command line and formgrader work on this folder as they are."""

from pathlib import Path

from autograder.course_config import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821
