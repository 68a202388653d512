"""Coverage-guided fuzzing of the wire decoder: ``python -m tests.fuzz.wire [corpus folder] [-max_total_time=300]``.

Needs `atheris`, which the kit itself does not. A crash is written to the working folder; a seed that mattered goes into
`tests/fuzz/seeds/wire/`, where `test_fuzz.py` tries it on every run.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["autograder.sandbox"]):
    from tests.fuzz.targets import check_trace, decode_header, read_messages


def one(data: bytes) -> None:
    """One input, by each of the ways bytes of a worker take."""
    read_messages(data)
    decode_header(data)
    check_trace(data)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-rss_limit_mb=2048", "-timeout=10", "-max_len=4096"], one)
    atheris.Fuzz()
