"""What grader and zygote say to one another: small JSON texts, a line each, with which a socket may travel.

A stream, for macOS has no packets between two processes.
"""

from __future__ import annotations

import json
import socket
from typing import Any

MOST = 1 << 20


def say(stream: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
    """Send one message."""
    data = json.dumps(message).encode() + b"\n"
    if descriptors:
        sent = socket.send_fds(stream, [data], descriptors)
        data = data[sent:]
    stream.sendall(data)


def hear(stream: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """The next message, None where the other side is gone, and what came with it.

    Raises
    ------
    OSError, ValueError
        Nobody spoke in time, or what came is no message.
    """
    data, descriptors = b"", []
    while not data.endswith(b"\n"):
        part, came, _, _ = socket.recv_fds(stream, 1 << 16, 1)
        descriptors += came
        if not part:
            return None, descriptors
        data += part
        if len(data) > MOST:
            raise ValueError("a message without an end")
    return json.loads(data), descriptors
