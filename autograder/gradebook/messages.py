"""What nbgrader says, kept instead of printed."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator

from sqlalchemy.exc import SAWarning

# nbgrader reads a submission's cells while it is still putting it together; SQLAlchemy remarks on it, nothing is lost.
HALF_MADE = r"Object of type <Submitted\w+> not in session, add operation along"


@contextlib.contextmanager
def captured_errors(log: logging.Logger) -> Iterator[list[str]]:
    """The errors nbgrader logs inside the block."""
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
