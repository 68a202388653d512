"""`make clean-class`: forget a class; what people wrote about the course itself stays."""

from __future__ import annotations

import stat
from pathlib import Path

from autograder.gradebook.pipeline import remove

# What the kit and nbgrader write about people. policy.toml and course.toml are the course's, not the class's.
FOLDERS = ("submitted", "autograded", "feedback", "results", "report", "exports", "marking", ".kit", "returned", "logs",
           "downloaded")
FILES = ("gradebook.db*", "grades.csv*", "items.csv*", "roster.csv*", "collected.csv*", "changes.csv*", ".nbgrader.log")


def class_state(course: Path) -> list[str]:
    """Everything of a class that lies in a course folder."""
    found = [f"{name}/" for name in FOLDERS if (course / name).is_dir() or (course / name).is_symlink()]
    submitted = course / "submitted"
    if submitted.is_dir() and not submitted.is_symlink():
        people = sum(not entry.name.startswith(".") for entry in submitted.iterdir())
        found[0] = f"submitted/  ({people} {'person' if people == 1 else 'people'})"
    found += sorted(path.name for pattern in FILES for path in course.glob(pattern))
    return [] if found == [".kit/"] else found  # which every command makes


def forget(course: Path) -> None:
    """Remove it; a link is removed, what it leads to is not."""
    for name in FOLDERS:
        folder = course / name
        if folder.is_symlink() or folder.exists():
            if not folder.is_symlink():
                folder.chmod(folder.stat().st_mode | stat.S_IRWXU)
            remove(folder)
    for pattern in FILES:
        for path in course.glob(pattern):
            path.unlink()
