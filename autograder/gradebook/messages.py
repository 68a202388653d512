"""Capture nbgrader's log messages instead of printing them."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator

from sqlalchemy.exc import SAWarning

from autograder.text import one_line

# nbgrader reads a submission's cells before it has added the submission; SQLAlchemy's warning about it is harmless.
HALF_MADE = r"Object of type <Submitted\w+> not in session, add operation along"


@contextlib.contextmanager
def captured_errors(log: logging.Logger) -> Iterator[list[str]]:
    """Collect the errors that nbgrader logs inside the block."""
    words: list[str] = []

    class Listen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            words.append(record.getMessage())

    handler = Listen(level=logging.ERROR)
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.ERROR)
    log.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", HALF_MADE, SAWarning)
            yield words
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before


def said(words: list[str], error: BaseException) -> str:
    """Return one line for the user: the last line of a logged traceback, else the exception's message."""
    lines = [line for text in words if "Traceback" in text for line in text.strip().splitlines()]
    return one_line(lines[-1] if lines else str(error) or type(error).__name__)
