"""What nbgrader says, kept instead of printed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator


@contextlib.contextmanager
def heard(log: logging.Logger) -> Iterator[list[str]]:
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
        yield words
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before
