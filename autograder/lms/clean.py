"""`make clean-class`: remove all data of a class; the settings of the course stay."""

from __future__ import annotations

import stat
from pathlib import Path

from autograder.gradebook.pipeline import remove

# Folders and files with data about people. policy.toml and course.toml belong to the course, not the class.
FOLDERS = ("submitted", "autograded", "feedback", "results", "report", "exports", "marking", ".kit", "returned", "logs",
           "downloaded")
FILES = ("gradebook.db*", "grades.csv*", "items.csv*", "roster.csv*", "collected.csv*", "changes.csv*", ".nbgrader.log")


def class_state(course: Path) -> list[str]:
    """Return the names of all class data in a course folder."""
    found = [f"{name}/" for name in FOLDERS if (course / name).is_dir() or (course / name).is_symlink()]
    submitted = course / "submitted"
    if submitted.is_dir() and not submitted.is_symlink():
        people = sum(not entry.name.startswith(".") for entry in submitted.iterdir())
        found[0] = f"submitted/  ({people} {'person' if people == 1 else 'people'})"
    found += sorted(path.name for pattern in FILES for path in course.glob(pattern))
    return [] if found == [".kit/"] else found  # every command creates it


def forget(course: Path) -> None:
    """Remove the class data; links are removed, not followed."""
    for name in FOLDERS:
        folder = course / name
        if folder.is_symlink() or folder.exists():
            if not folder.is_symlink():
                folder.chmod(folder.stat().st_mode | stat.S_IRWXU)
            remove(folder)
    for pattern in FILES:
        for path in course.glob(pattern):
            path.unlink()
