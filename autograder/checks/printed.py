"""Capture what student code prints, up to a limit, in a file object that works at home and in the sandbox."""

from __future__ import annotations

import io
from typing import Any


class Printed(io.RawIOBase):
    """A file that keeps the first `limit` characters written to it and discards the rest.

    Parameters
    ----------
    limit : int
        Characters.
    """

    name = "<stdout>"

    def __init__(self, limit: int) -> None:
        self.limit, self.data = limit, bytearray()

    def writable(self) -> bool:
        """Return True: the file can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what fits. A character has up to four bytes."""
        self.data += bytes(data)[: max(4 * self.limit - len(self.data), 0)]
        return len(data)

    def close(self) -> None:
        """Do nothing: another text file may write here after one has been closed."""

    @property
    def text(self) -> str:
        """The text that was kept."""
        return self.data.decode("utf-8", "replace")[: self.limit]

    def text_file(self) -> io.TextIOWrapper:
        """Return a text file that writes here, for use as `sys.stdout`."""
        return io.TextIOWrapper(self, "utf-8", "replace", newline="\n", write_through=True)
