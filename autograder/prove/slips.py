"""Slips: small changes to the kit's own code, each with the tests nearest to it.

The mutants of a stage test its suite; slips test the tests of the grader. They are written by hand in `tests/slips.toml`, with a
reason for each that no test can find. Each is applied in a copy of the kit, so that nothing here changes.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from autograder.errors import UsageError
from autograder.grade.schedule.slots import cores
from autograder.prove.gate_result import GateResult
from autograder.stages import KIT

LIST = KIT / "tests" / "slips.toml"
WANTED = 0.9
# Wall-clock seconds after which a slip counts as found because the tests do not end.
LONGEST = 900
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "dist", "demo", "__pycache__", ".*_cache", "*.egg-info", "gradebook.db*",
                                  "submitted", "results", "feedback", "autograded")
# Runs pytest in a fork for each line of arguments, and prints its exit status. Slow imports that contain no slip are done once,
# and are exempt from garbage collection and teardown.
SERVER = """
import atexit, contextlib, gc, importlib, json, os, sys
for name in sys.argv[2:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number in (1, 2):
            os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), number)
        import pytest
        status = pytest.main(json.loads(line))
        atexit._run_exitfuncs()
        sys.stdout.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
LIBRARIES = ("pytest", "hypothesis.extra.numpy", "nbgrader.apps", "nbgrader.api", "matplotlib.pyplot", "rich.table", "torch")


@dataclass(frozen=True)
class Slip:
    """One change.

    Attributes
    ----------
    file : str
        The module, relative to the kit's folder.
    before, after : str
        Text that occurs once in it, and its replacement.
    tests : tuple of str
        The nearest tests, as pytest arguments.
    survives : str
        Why no test can find it; empty if one must.
    """

    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    survives: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.before.strip()!r} -> {self.after.strip()!r}"

    def changed(self) -> str:
        """Return the module's text with the slip.

        Raises
        ------
        UsageError
            `before` does not occur exactly once.
        """
        text = (KIT / self.file).read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise UsageError(f"tests/slips.toml: {self.before!r} stands {text.count(self.before)} times in {self.file}, "
                             "not once; write it as the module has it now")
        return text.replace(self.before, self.after)


def slips(words: str = "") -> list[Slip]:
    """Return the slips whose file or text contains these words."""
    with LIST.open("rb") as file:
        found = tomllib.load(file)["slip"]
    every = [Slip(one["file"], one["before"], one["after"], tuple(one["tests"]), one.get("survives", "")) for one in found]
    return [slip for slip in every if words in str(slip)]


class Copy:
    """A copy of the kit in which slips are applied and tests run, one at a time."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.output = place.with_name(f"{place.name}.output")
        self._start()

    def _start(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(self.output), *LIBRARIES], cwd=self.place, text=True, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(self.place)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def status(self, *tests: str) -> int | None:
        """Return pytest's exit status for these tests; None if they did not end."""
        options = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning",
                   "--basetemp", str(self.place.with_name(f"{self.place.name}.tmp"))]
        assert self.server.stdin is not None and self.server.stdout is not None
        print(json.dumps([*options, *tests]), file=self.server.stdin, flush=True)
        if select.select([self.server.stdout], [], [], LONGEST)[0]:
            return int(self.server.stdout.readline())
        self.close()
        self._start()
        return None

    def said(self) -> str:
        """Return pytest's last output."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def finds(self, slip: Slip) -> bool:
        """Whether the nearest tests fail with the slip.

        Raises
        ------
        UsageError
            The slip cannot be applied, or its tests cannot be run.
        """
        file, text = self.place / slip.file, slip.changed()
        before, stat = file.read_bytes(), file.stat()
        compiled = Path(importlib.util.cache_from_source(str(file)))
        compiled.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        try:
            status = self.status("-x", *slip.tests)
        finally:
            file.write_bytes(before)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            compiled.unlink(missing_ok=True)  # validated by size and second, which two slips may share
        if status not in (None, 0) and not self._failed():  # a usage error of pytest, such as an unknown test
            raise UsageError(f"tests/slips.toml: the tests of {slip} cannot be run:\n{self.said()[-1500:]}")
        return status != 0

    def fail_without(self, every: Iterable[Slip]) -> list[str]:
        """Return the tests that fail without any slip, and would therefore find each."""
        tests = sorted({test for slip in every for test in slip.tests})
        if self.status(*tests) == 0:
            return []
        return self._failed() or [self.said()[-1500:]]

    def _failed(self) -> list[str]:
        return [line for line in self.said().splitlines() if line.startswith(("FAILED ", "ERROR "))]

    def close(self) -> None:
        """End its process and all processes that the tests left behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.server.pid, signal.SIGKILL)
        with self.server:  # closes its pipes and waits for it
            pass


@contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Copy]]:
    """Context with a queue of copies of the kit."""
    with tempfile.TemporaryDirectory(prefix="slips-", ignore_cleanup_errors=True) as scratch:
        made = [Copy(Path(shutil.copytree(KIT, Path(scratch) / str(number), ignore=LEFT_OUT, symlinks=True)))
                for number in range(count)]
        places: SimpleQueue[Copy] = SimpleQueue()
        try:
            for copy in made:
                places.put(copy)
            yield places
        finally:
            for copy in made:
                copy.close()


def slips_are_found(words: str = "", tell: Callable[[str], None] = lambda line: None) -> GateResult:
    """At least 90 % of the slips that a test can find are found by their nearest tests.

    Parameters
    ----------
    words : str
        Only slips whose file or text contains these words.
    tell : callable
        Called with a line for each slip when it has been tried.

    Raises
    ------
    UsageError
        No slip contains these words, or one cannot be applied or tested.
    """
    finding, every = GateResult("slips of the grader are found"), slips(words)
    if not every:
        raise UsageError(f"no slip in tests/slips.toml has {words!r} in its file or text")
    jobs, number = min(cores(), len(every)), itertools.count(1)
    with copies(jobs) as places, ThreadPoolExecutor(jobs) as pool:
        copy = places.get()
        tell("the tests as the kit is")
        failing = copy.fail_without(every)
        places.put(copy)
        if failing:
            finding.problems = [f"fails without a slip: {line}" for line in failing]
            return finding

        def fate(slip: Slip) -> bool:
            copy = places.get()
            try:
                found = copy.finds(slip)
            finally:
                places.put(copy)
            word = "found" if found else "as known" if slip.survives else "SURVIVES"
            tell(f"{next(number):3} of {len(every)}  {word:<8}  {slip}")
            return found

        outcomes = dict(zip(every, pool.map(fate, every), strict=True))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = [slip for slip, found in outcomes.items() if not found and not slip.survives]
    counted = sum(not slip.survives for slip in every)
    rate = 1 - len(alive) / counted if counted else 1.0
    finding.measured = f"{counted - len(alive)} of {counted}, {rate:.0%}; {(used.ru_utime + used.ru_stime) / 60:.0f} CPU minutes"
    finding.table = [f"survives  {slip}" for slip in alive]
    finding.table += [f"survives  {slip}, since {slip.survives}" for slip in every if slip.survives]
    finding.problems = [f"listed as one that no test can find, and a test finds it: {slip}" for slip, found in outcomes.items()
                        if found and slip.survives]
    if rate < WANTED:
        finding.problems += [f"{rate:.0%} are found, {WANTED:.0%} are wanted"]
    return finding
