"""Where version 0.1.0 had `configure`; an nbgrader_config.py in a course folder may still ask for it here."""

from autograder.course_config import configure

__all__ = ["configure"]
