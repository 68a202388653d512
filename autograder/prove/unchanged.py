"""Keep what gates found, so that a gate runs again only after a change to something that decides it.

Of a gate that held, the result is kept under a key: a hash of the kit's code, of the material, of the release, of the course's
settings, and of Python and its packages. Left out are only other stages' material and the parts of the stage's own that the gate
does not read (`UNREAD`). In CI, and with `make verify AGAIN=1`, every gate runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grade.course import this_course
from autograder.grade.course_folder import PRIVATE
from autograder.grade.record import write_atomically
from autograder.prove.gate_result import GateResult, NameGiven
from autograder.publish.release import archive_of, folder_of
from autograder.stages import KIT, Stage, find_stage, stages

PLACE = Path(PRIVATE, "gates.json")
# What decides a gate, beside the released folders: places in the kit.
DECIDES = ("autograder", "solutions", "datasets", "docs/figures", "nbgrader_config.py", "pyproject.toml")
FACTS = re.compile(r"autograder/stages/\w+/stage\.toml")  # read of every stage, to list them
CACHES = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache"}
SUITE_ONLY = frozenset({"wrong", "alternatives", "notebook", "release"})
# A mistake is looked up only to name a failure, and with a failure these gates do not hold.
WHERE_NOTHING_FAILS = SUITE_ONLY | {"mistakes"}
# Parts of the stage's material that a gate does not read; tests/prove/test_unchanged.py watches what each gate opens.
UNREAD: dict[str, frozenset[str]] = {
    "points_add_up": frozenset({"wrong", "alternatives", "mistakes"}),
    "assignments_are_what_release_makes": frozenset({"wrong", "alternatives"}),
    "solution_scores_full": WHERE_NOTHING_FAILS,
    "stub_scores_nothing": SUITE_ONLY,
    "mistakes_are_caught_and_named": SUITE_ONLY,
    "wrong_programs_are_caught": SUITE_ONLY - {"wrong"},
    "pairs_are_not_misnamed": SUITE_ONLY,
    "hints_are_right": frozenset({"notebook", "release"}),
    "alternatives_score_full": WHERE_NOTHING_FAILS - {"alternatives"},
    "trivial_rules_fail": WHERE_NOTHING_FAILS,
    "suite_is_stable": WHERE_NOTHING_FAILS - {"alternatives"},
    "holds_in_another_term": frozenset({"notebook", "release"}),
    "tests_do_not_depend_on_each_other": SUITE_ONLY,
    "no_answer_goes_ahead": WHERE_NOTHING_FAILS,
    "rounding_changes_no_verdict": WHERE_NOTHING_FAILS,
    "records_agree": SUITE_ONLY - {"alternatives"},
    "messages_arrive": frozenset({"notebook", "release"}),
    "notebook_runs": frozenset({"wrong", "alternatives", "mistakes"}),
}
# Gates that look at the material of every stage.
OF_ALL_STAGES = {"nothing_leaks"}


class Kept:
    """Results of gates that held, with the state of all files at the moment this was made.

    Parameters
    ----------
    again : bool
        Use no result of an earlier run.
    """

    def __init__(self, again: bool = False) -> None:
        self._again = again or bool(os.environ.get("CI"))
        self._state = state()
        self._known: dict[str, Any] = {}
        self._new: dict[str, tuple[Stage, str, GateResult]] = {}
        with contextlib.suppress(OSError, ValueError, TypeError):  # none yet, or unreadable: every gate runs
            known = dict(json.loads((KIT / PLACE).read_text(encoding="utf-8")))
            self._known = {place: entry for place, entry in known.items() if isinstance(entry, dict)}

    def finding(self, stage: Stage, gate: Callable[..., GateResult]) -> GateResult | None:
        """Return what a gate found if nothing that decides it has changed since; None if it has to run."""
        name, asked = _asked(gate)
        entry = self._known.get(f"{stage.id} {asked}", {})
        if self._again or entry.get("key") != key_of(stage, name, asked, self._state):
            return None
        finding = GateResult(**entry["finding"])
        finding.names = [NameGiven(*one) for one in finding.names]
        finding.cpu, finding.unchanged = 0.0, True
        return finding

    def add(self, stage: Stage, gate: Callable[..., GateResult], finding: GateResult) -> None:
        """Note what a gate found."""
        name, asked = _asked(gate)
        self._known.pop(f"{stage.id} {asked}", None)
        if finding.holds and name in UNREAD.keys() | OF_ALL_STAGES:
            self._new[f"{stage.id} {asked}"] = stage, name, finding

    def save(self) -> None:
        """Write down the results whose files are still those of the beginning; what was edited meanwhile runs again next time."""
        now = state()
        for place, (stage, name, finding) in self._new.items():
            asked = place.partition(" ")[2]
            key = key_of(stage, name, asked, self._state)
            if key == key_of(stage, name, asked, now):
                self._known[place] = {"key": key, "finding": asdict(finding)}
        write_atomically(KIT / PLACE, json.dumps(self._known, ensure_ascii=False).encode())


def _asked(gate: Callable[..., GateResult]) -> tuple[str, str]:
    """Return the name of a gate's function, and the same with what it is to try."""
    inner, settings = (gate.func, gate.keywords) if isinstance(gate, partial) else (gate, {})
    name = str(getattr(inner, "__name__", inner))
    return name, " ".join([name, *(f"{key}={value!r}" for key, value in sorted(settings.items()))])


def key_of(stage: Stage, name: str, asked: str, files: dict[str, str]) -> str:
    """Return a hash of everything that decides what a gate finds; `files` is a `state`."""
    stands_for = [stage, *map(find_stage, stage.info.requires_stages)]
    left_out = tuple(_left_out(stage, name, [] if name in OF_ALL_STAGES else [one for one in stages() if one not in stands_for]))
    decides = [(place, digest) for place, digest in sorted(files.items())
               if not place.startswith(left_out) or FACTS.fullmatch(place)]
    about = [stage.id, asked, [one.id for one in stages()], repr(this_course()), *_machine(), decides]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def _left_out(stage: Stage, name: str, others: Sequence[Stage]) -> Iterator[str]:
    """Yield how places begin whose files a gate does not read."""
    for other in others:
        yield from (f"autograder/stages/{other.name}/", f"solutions/{other.id}/", f"release/{other.id}/", f"dist/{other.id}.zip")
    suite, unread = f"autograder/stages/{stage.name}", UNREAD.get(name, frozenset())
    yield from (f"{suite}/{part}/" for part in ("wrong", "alternatives", "mistakes") if part in unread)
    if "notebook" in unread:
        yield from (f"{suite}/numbers.toml", f"solutions/{stage.id}/{stage.notebook.name}")
    if "release" in unread:
        yield from ("release/", "dist/")


def state() -> dict[str, str]:
    """Return a hash of each file that decides a gate, by its place in the kit; released folders are under ``release/``."""
    given: set[str] = set()
    for stage in stages():
        with contextlib.suppress(UsageError):  # of a stage with a broken stage.toml no gate holds
            given |= stage.info.handout_files.keys()
    roots = {place: KIT / place for place in (*DECIDES, *sorted(given))}
    roots |= {f"release/{stage.id}": folder_of(stage) for stage in stages()}
    roots |= {f"dist/{stage.id}.zip": archive_of(stage) for stage in stages()}
    return {place: hashlib.sha256(file.read_bytes()).hexdigest()
            for name, root in roots.items() for place, file in _files(name, root)}


def _files(name: str, root: Path) -> Iterator[tuple[str, Path]]:
    if root.is_file():
        yield name, root
    for folder, folders, names in os.walk(root):
        folders[:] = [inner for inner in folders if inner not in CACHES]
        for one in names:
            yield f"{name}/{Path(folder, one).relative_to(root).as_posix()}", Path(folder, one)


@cache
def _machine() -> tuple[str, ...]:
    """Return the versions of Python, its packages and the machine, and whether there is a sandbox."""
    packages = {entry.name for place in sys.path if os.path.isdir(place) for entry in os.scandir(place)
                if entry.name.endswith((".dist-info", ".egg-info"))}
    return sys.version, platform.platform(), str(shutil.which("bwrap")), *sorted(packages)
