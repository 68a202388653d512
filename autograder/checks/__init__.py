"""What students get too: comparing, running the public tests, reading figures.

This folder is released as it stands (under the name `checks`), so it imports
nothing of the grader and needs numpy, matplotlib and pytest alone.
"""

from .check import check
from .compare import Mismatch, expect, expect_raises, expect_true, expect_unchanged
from .layout import prepare
from .plugin import task

__all__ = ["Mismatch", "check", "expect", "expect_raises", "expect_true", "expect_unchanged", "prepare", "task"]
