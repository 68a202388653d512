"""Messages between grader and zygote: one JSON object per line, optionally with a file descriptor.

A stream socket, because macOS has no SOCK_SEQPACKET.
"""

from __future__ import annotations

import json
import signal
import socket
from typing import Any

MOST = 1 << 20


def signal_name(number: int) -> str:
    """Return the name of a signal; its number if it has none, as most of the real-time signals."""
    return next((known.name for known in signal.Signals if known == number), str(number))


def say(stream: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
    """Send one message."""
    data = json.dumps(message).encode() + b"\n"
    if descriptors:
        sent = socket.send_fds(stream, [data], descriptors)
        data = data[sent:]
    stream.sendall(data)


def hear(stream: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    """Return the next message, or None if the other side has closed, and the descriptors that came with it.

    Raises
    ------
    OSError, ValueError
        Nothing arrived in time, or it is not a message.
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
