"""Slips of the grader: small changes to the kit's own code, each with the tests that are nearest to it.

The mutants of a stage try its suite; these try the tests of the grader. They are written by hand, in `tests/slips.toml`, where a
slip that no test finds has a reason. Each is made in a copy of the kit, so that nothing here changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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


@contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Path]]:
    """Copies of the kit, to be taken and put back."""
    places: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="slips-") as scratch:
        for number in range(count):
            places.put(Path(shutil.copytree(KIT, Path(scratch) / str(number), ignore=LEFT_OUT, symlinks=True)))
        yield places


def found_by_tests(slip: Slip, place: Path) -> bool:
    """Whether the nearest tests fail in a copy of the kit that has the slip."""
    file = place / slip.file
    before = file.read_bytes()
    file.write_text(slip.changed(), encoding="utf-8")
    try:
        done = subprocess.run([sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *slip.tests],
                              cwd=place, env=os.environ | {"PYTHONPATH": str(place)}, capture_output=True, timeout=LONGEST,
                              check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.write_bytes(before)
    if done.returncode > 2:  # pytest's own: no such test, wrong usage
        raise UsageError(f"tests/slips.toml: the tests of {slip} cannot be run:\n{done.stdout.decode(errors='replace')[-1500:]}")
    return done.returncode != 0


def slips_are_found(words: str = "", tell: Callable[[str], None] = lambda line: None) -> GateResult:
    """At least 90 % of the slips that a test can find are found by their nearest tests."""
    finding, every = GateResult("slips of the grader are found"), slips(words)
    with copies(cores()) as places, ThreadPoolExecutor(cores()) as pool:
        def fate(slip: Slip) -> bool:
            place = places.get()
            try:
                found = found_by_tests(slip, place)
            finally:
                places.put(place)
            tell(f"{'found' if found else 'SURVIVES'}  {slip}")
            return found

        fates = dict(zip(every, pool.map(fate, every), strict=True))
    alive = [slip for slip, found in fates.items() if not found and not slip.survives]
    counted = sum(not slip.survives for slip in every)
    rate = 1 - len(alive) / counted if counted else 0.0
    finding.measured = f"{counted - len(alive)} of {counted}, {rate:.0%}"
    finding.table = [f"survives  {slip}" for slip in alive]
    finding.problems = [f"listed as one that no test can find, and a test finds it: {slip}" for slip, found in fates.items()
                        if found and slip.survives]
    if rate < WANTED:
        finding.problems += [f"{rate:.0%} are found, {WANTED:.0%} are wanted", *finding.table]
    return finding
