"""The WebAssembly side: imports shared by all workers, and the one channel to the outside."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import _host  # a part of the interpreter that is compiled for this

from autograder.sandbox import worker
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import Channel

SEND, RECEIVE = b"s", b"r"


class Door:
    """A socket for `Channel`, implemented by calls to the interpreter's host."""

    def send(self, data: Any) -> int:
        """Send all of `data`; return its length."""
        _host.call(SEND + bytes(data))
        return len(data)

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes; empty if the grader has closed."""
        return _host.call(RECEIVE + size.to_bytes(4, "little"))

    def recv_into(self, view: memoryview) -> int:
        """Receive into a buffer; return the number of bytes."""
        data = self.recv(len(view))
        view[:len(data)] = data
        return len(data)


def warm(preload: list[str]) -> worker.ProcessSnapshot:
    """Import what all workers share, and drop what a copy of this memory cannot use: open files."""
    sys.dont_write_bytecode = True
    for name in ("numpy.random", "numpy.testing", "numpy.linalg", "numpy.ma", *preload):
        importlib.import_module(name)
    if "matplotlib" in preload:
        from matplotlib import font_manager

        from autograder.checks.axes import draw_once

        draw_once()
        font_manager._get_font.cache_clear()  # type: ignore[attr-defined]
    importlib.import_module("autograder.sandbox.probe")
    time.sleep = worker.spared(time.sleep)
    gc.collect()
    gc.freeze()
    return worker.ProcessSnapshot()


def serve(limits: dict[str, Any], home: str, surroundings: worker.ProcessSnapshot) -> None:
    """Run the worker of one submission."""
    os.chdir(home)
    worker.serve(Channel(Door(), Limits(**limits).message), Limits(**limits), Path(home), surroundings)  # type: ignore[arg-type]
