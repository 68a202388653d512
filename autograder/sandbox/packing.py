"""msgpack by msgspec, or by the slower pure Python package msgpack where msgspec cannot run, as in WebAssembly."""

from __future__ import annotations

try:
    from msgspec import DecodeError
    from msgspec.msgpack import decode, encode
except ImportError:
    from msgpack import packb as encode  # type: ignore[no-redef]
    from msgpack import unpackb as decode  # type: ignore[no-redef]

    DecodeError = ValueError  # type: ignore[misc,assignment]

__all__ = ["DecodeError", "decode", "encode"]
