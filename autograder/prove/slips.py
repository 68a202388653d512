"""Slips of the grader: small changes to the kit's own code, each with the tests that are nearest to it.

The mutants of a stage try its suite; these try the tests of the grader. They are written by hand, in `tests/slips.toml`, where a
slip that no test finds has a reason. Each is made in a copy of the kit, so that nothing here changes.
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
# Seconds of wall clock after which a slip counts as found: the tests never end.
LONGEST = 900
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "dist", "demo", "__pycache__", ".*_cache", "*.egg-info", "gradebook.db*",
                                  "submitted", "results", "feedback", "autograded")
# Runs pytest in a fork for each line of arguments, and says its exit status: what takes seconds to import, and has no slip in it,
# is imported once, and neither searched for garbage nor taken apart at the end of a fork.
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
        The module, from the kit's folder.
    before, after : str
        Text that stands in it once, and what stands there after the slip.
    tests : tuple of str
        The nearest tests, as pytest takes them.
    survives : str
        Why no test can find it; empty where one has to.
    """

    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    survives: str = ""

    def __str__(self) -> str:
        return f"{self.file}: {self.before.strip()!r} -> {self.after.strip()!r}"

    def changed(self) -> str:
        """The module's text with the slip.

        Raises
        ------
        UsageError
            The text before is not in it exactly once.
        """
        text = (KIT / self.file).read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise UsageError(f"tests/slips.toml: {self.before!r} stands {text.count(self.before)} times in {self.file}, "
                             "not once; write it as the module has it now")
        return text.replace(self.before, self.after)


def slips(words: str = "") -> list[Slip]:
    """Those of the list whose file or text has these words in it."""
    with LIST.open("rb") as file:
        found = tomllib.load(file)["slip"]
    every = [Slip(one["file"], one["before"], one["after"], tuple(one["tests"]), one.get("survives", "")) for one in found]
    return [slip for slip in every if words in str(slip)]


class Copy:
    """A copy of the kit in which slips are made and tests are run, one after the other."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.output = place.with_name(f"{place.name}.output")
        self._start()

    def _start(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(self.output), *LIBRARIES], cwd=self.place, text=True, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(self.place)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def status(self, *tests: str) -> int | None:
        """Pytest's exit status over these tests; None where they did not end."""
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
        """What pytest said last."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def finds(self, slip: Slip) -> bool:
        """Whether the nearest tests fail with the slip.

        Raises
        ------
        UsageError
            The slip cannot be made, or its tests cannot be run.
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
            compiled.unlink(missing_ok=True)  # it is told by size and second, which two slips may have in common
        if status not in (None, 0) and not self._failed():  # pytest's own: no such test, wrong usage
            raise UsageError(f"tests/slips.toml: the tests of {slip} cannot be run:\n{self.said()[-1500:]}")
        return status != 0

    def fail_without(self, every: Iterable[Slip]) -> list[str]:
        """Those of the tests that fail as the kit is: they would find each slip."""
        tests = sorted({test for slip in every for test in slip.tests})
        if self.status(*tests) == 0:
            return []
        return self._failed() or [self.said()[-1500:]]

    def _failed(self) -> list[str]:
        return [line for line in self.said().splitlines() if line.startswith(("FAILED ", "ERROR "))]

    def close(self) -> None:
        """Its process ends, and what the tests left of theirs."""
        with suppress(ProcessLookupError):
            os.killpg(self.server.pid, signal.SIGKILL)
        with self.server:  # closes its pipes, and waits for its end
            pass


@contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Copy]]:
    """Copies of the kit, to be taken and put back."""
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
        Only the slips whose file or text has these words in it.
    tell : callable
        Is given a line for each slip as it was tried.

    Raises
    ------
    UsageError
        No slip has these words; one cannot be made or its tests cannot be run.
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
