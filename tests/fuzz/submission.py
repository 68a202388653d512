"""Coverage-guided fuzzing of the submission reader: ``python -m tests.fuzz.submission [corpus] [-max_total_time=300]``.

Needs `atheris`, which the kit itself does not; `-dict=tests/fuzz/notebook.dict` gets deeper. The first byte of an input
says what the rest is: the files of a folder after an `f`, else a notebook. A crash is written to the working folder; a seed
that mattered goes, without that byte, into `tests/fuzz/seeds/submission/`, where `test_fuzz.py` tries it on every run.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["autograder.grade.notebook", "autograder.grade.submission", "json"]):
    from tests.fuzz.targets import read_folder, repair_small


def one(data: bytes) -> None:
    """One input, as a notebook or as a folder."""
    (read_folder if data[:1] == b"f" else repair_small)(data[1:])


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-rss_limit_mb=2048", "-timeout=120", "-max_len=4096"], one)
    atheris.Fuzz()
