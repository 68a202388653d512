"""The file in a course folder that configures nbgrader there."""

CONFIG = "nbgrader_config.py"
CONFIG_TEXT = '''"""nbgrader's configuration of this course folder, made by `make formgrader`."""

from pathlib import Path

from autograder.course_config import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821
'''
