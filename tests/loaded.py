"""A process that has the libraries loaded and is forked for each command, so that a hundred commands import nbgrader once.

The kit's own modules are not among what is loaded: each command imports them from its own folder, as `python -m autograder` does.
"""

import atexit
import json
import select
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SECONDS = 300
SERVER = """
import atexit, gc, json, os, runpy, sys, traceback
import click, nbconvert, nbformat, nbgrader.api, nbgrader.apps, numpy, pytest, sqlalchemy

def command(asked):
    for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT), number)
    os.chdir(asked["cwd"])
    sys.argv[1:], sys.path[0] = asked["arguments"], asked["cwd"]
    try:
        if asked["code"]:
            exec(asked["code"], {})
        else:
            runpy.run_module("autograder", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, str):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0

answers = os.fdopen(os.dup(1), "w")
gc.freeze()  # so that a child need not copy what it does not change
while line := sys.stdin.readline():
    child = os.fork()
    if not child:
        status = command(json.loads(line))
        atexit._run_exitfuncs()
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(status)  # to take all that was loaded apart would cost more than most commands
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""


class Loaded:
    """The process; it ends with this one."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", SERVER], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, bufsize=1)
        self.folder = tempfile.TemporaryDirectory(prefix="loaded-")
        atexit.register(self.close)

    def run(self, kit: Path, *arguments: str, code: str = "") -> subprocess.CompletedProcess:
        """`python -m autograder ...` in a kit, or some code of a test's own."""
        out, err = (Path(self.folder.name, name) for name in ("out", "err"))
        for path in (out, err):
            path.unlink(missing_ok=True)
        asked = {"cwd": str(kit), "arguments": arguments, "code": code, "out": str(out), "err": str(err)}
        self.process.stdin.write(json.dumps(asked) + "\n")
        if not select.select([self.process.stdout], [], [], SECONDS)[0]:
            self.process.kill()
            raise TimeoutError(f"no end within {SECONDS} s: {' '.join(arguments)}")
        status = self.process.stdout.readline()
        return subprocess.CompletedProcess([*arguments], int(status), out.read_text("utf-8"), err.read_text("utf-8"))

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.folder.cleanup()


@cache
def _loaded(environment: tuple[tuple[str, str], ...]) -> Loaded:
    return Loaded(dict(environment))


def loaded(environment: dict[str, str]) -> Loaded:
    """The process for commands with these variables; one started with others is of no use to them."""
    return _loaded(tuple(sorted(environment.items())))
