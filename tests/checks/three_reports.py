"""A program: in a released stage's folder, check() over each source of `sources.json` there, the reports under one another.

Run as it is, run with nothing allowed that a browser does not have, and inside a CPython for WebAssembly: the words are the same.
"""

import json
from pathlib import Path

from checks import check
from checks.layout import public_tests, read_stage

file = Path(read_stage(public_tests(Path.cwd()).parent).file)
for name, source in json.loads(Path("sources.json").read_text(encoding="utf-8")).items():
    print(f"===== {name}", flush=True)
    file.write_text(source, encoding="utf-8")
    check(show=True)
