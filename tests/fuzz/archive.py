"""Coverage-guided fuzzing of `make collect`: ``python -m tests.fuzz.archive [corpus folder] [-max_total_time=300]``.

Needs `atheris`, which the kit itself does not. An input that begins as a zip does is an archive, any other the names of its
files. A crash is written to the working folder; a seed that mattered goes into `tests/fuzz/seeds/archive/`, where
`test_fuzz.py` tries it on every run.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["autograder.grade.handin", "autograder.lms.collect", "autograder.lms.formats",
                                         "zipfile"]):
    from tests.fuzz.targets import read_archive, read_names


def one(data: bytes) -> None:
    """One input, as an archive or as what is in one."""
    (read_archive if data[:2] == b"PK" else read_names)(data)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-rss_limit_mb=2048", "-timeout=120", "-max_len=4096"], one)
    atheris.Fuzz()
