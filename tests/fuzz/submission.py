"""Coverage-guided fuzzing of the submission reader: ``python -m tests.fuzz.submission [corpus] [-max_total_time=300]``.

Needs `atheris`, which the kit itself does not. A crash is written to the working folder; a seed that mattered goes into
`tests/fuzz/seeds/submission/`, where `test_fuzz.py` tries it on every run.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["autograder.course.notebook", "autograder.grade.submission"]):
    from tests.fuzz.targets import read_folder, repair_notebook


def one(data: bytes) -> None:
    """One input, as a notebook and as a folder."""
    repair_notebook(data)
    read_folder(data)


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-rss_limit_mb=2048", "-timeout=20", "-max_len=65536"], one)
    atheris.Fuzz()
