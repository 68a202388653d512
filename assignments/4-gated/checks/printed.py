"""What student code prints, kept up to a limit: at home and in the sandbox a text file like any other."""

from __future__ import annotations

import io
from typing import Any


class Printed(io.RawIOBase):
    """Takes what is printed: the beginning is kept, the rest is forgotten.

    Parameters
    ----------
    limit : int
        Characters.
    """

    name = "<stdout>"

    def __init__(self, limit: int) -> None:
        self.limit, self.data = limit, bytearray()

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Keep what fits; a character has four bytes at most."""
        self.data += bytes(data)[: max(4 * self.limit - len(self.data), 0)]
        return len(data)

    def close(self) -> None:
        """A text file that wrote here is gone; the next one writes here too."""

    @property
    def text(self) -> str:
        """What was kept."""
        return self.data.decode("utf-8", "replace")[: self.limit]

    def text_file(self) -> io.TextIOWrapper:
        """A text file that writes here, to be `sys.stdout`."""
        return io.TextIOWrapper(self, "utf-8", "replace", newline="\n", write_through=True)
