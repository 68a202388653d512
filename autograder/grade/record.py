"""The record of one graded submission, and the key that identifies it."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, TypedDict

import msgspec

from autograder import __version__
from autograder.grade.language import ENGLISH, state_of
from autograder.grade.submission import Submission
from autograder.stages import KIT, Stage, find_stage

FORMER = ".former"
SCHEMA = 1
# Folders of a stage that only its proof reads: a program added to a bank changes no mark.
OF_THE_PROOF = ("wrong", "alternatives")
# Words of a record, and the fields that its readers need.
OUTCOMES = Literal["passed", "failed", "error", "timeout", "not_implemented", "ungradable"]


class _Test(TypedDict):
    """What readers of a record need of each test."""

    task: str
    test: str
    title: str
    visibility: Literal["public", "hidden"]
    outcome: OUTCOMES
    points: float
    max_points: float
    message: str
    mistake: str
    hint: str


class _Record(TypedDict):
    """What readers of a record need."""

    schema: int
    student: str
    stage: str
    key: str
    status: Literal["graded", "ungradable", "needs_person"]
    reason: str
    isolation: str
    notes: list[str]
    pictures: dict[str, list[str]]
    tests: list[_Test]
    score: float
    max_score: float


def versions(stage: Stage) -> dict[str, str]:
    """Return the versions that a mark depends on."""
    libraries = sorted({name.partition(".")[0] for name in stage.info.preload} | {"numpy", "pytest"})
    return {"kit": __version__, "python": platform.python_version()} | {name: _version_of(name) for name in libraries}


_version_of = cache(version)  # a library's metadata is a long text


@cache
def suite_hash(stage_id: str) -> str:
    """Return a hash of everything but the submission that a mark depends on."""
    stage = find_stage(stage_id)
    digest = hashlib.sha256(json.dumps([SCHEMA, versions(stage)], sort_keys=True).encode())
    digest.update(grading_code() + _together(stage_files(stage)))
    return digest.hexdigest()


@cache
def grading_code() -> bytes:
    """Return the code that grades all stages; cached."""
    package = KIT / "autograder"
    files = [package / "errors.py", package / "text.py", *(package / "stages").glob("*.py")]
    for name in ("checks", "sandbox", "grade"):
        files += (package / name).rglob("*.py")
    return _together(sorted(files))


def stage_files(stage: Stage) -> list[Path]:
    """Return the files of a stage that marks depend on: suite, mistakes, model answers, data, and those of `right_files`."""
    entries = [entry for entry in stage.suite.iterdir() if entry.name not in OF_THE_PROOF]
    suite = {file for entry in entries for file in (entry.rglob("*") if entry.is_dir() else [entry])
             if file.suffix in (".py", ".toml")}
    return sorted(suite.union(right_files(stage), data_files(stage)))


def right_files(stage: Stage) -> set[Path]:
    """Return the files with right versions of the functions of a stage and of the earlier ones that it uses."""
    right = stage.suite / "right.py"
    return {stage.solution, *([right] if right.exists() else [])}.union(
        *(right_files(find_stage(earlier)) for earlier in stage.info.requires_stages))


def _together(files: list[Path]) -> bytes:
    """Return the concatenated files with their names and lengths."""
    return b"".join(labelled(str(file.relative_to(KIT)), file.read_bytes()) for file in files)


def labelled(name: str, data: bytes) -> bytes:
    """Return a file as what goes into a hash: its name and length first, so that no two lists of files have the same bytes."""
    return f"{name}:{len(data)}:".encode("utf-8", "surrogateescape") + data


def data_files(stage: Stage) -> list[Path]:
    """Return the files that a stage's tests read besides the suite: handed-out files, and the data sets they belong to."""
    found: set[Path] = set()
    for source in stage.info.handout_files:
        path = KIT / source
        found |= {path} if path.is_file() else {file for file in path.parent.rglob("*") if file.suffix in (".tsv", ".txt")}
    return sorted(found)


def state_of_suite(stage_id: str, seed: int) -> str:
    """Return what marks were computed with: the suite's hash and the seed of its inputs."""
    return f"{suite_hash(stage_id)} {seed}"


def why_changed(before: str, now: str) -> str:
    """Explain the difference between two `state_of_suite`: the suite or the seed; empty if they are equal."""
    (suite, _, seed), (new_suite, _, new_seed) = before.partition(" "), now.partition(" ")
    reseeded = seed and new_seed and seed != new_seed
    return ", ".join(filter(None, ["suite" if suite != new_suite else "",
                                   f"the seed of the term changed from {seed} to {new_seed}" if reseeded else ""]))


def submission_key(submission: Submission, isolation: str, seed: int, retrain: bool = False, language: str = ENGLISH) -> str:
    """Return the key of a record: equal keys mean equal records."""
    digest = hashlib.sha256(json.dumps([suite_hash(submission.stage), isolation, seed, submission.problem, submission.notes,
                                        submission.student, *(["retrain"] if retrain else []),
                                        *([submission.needs_person] if submission.needs_person else []), *submission.beside,
                                        *submission.elsewhere, *submission.not_sent, *submission.places.items(),
                                        *state_of(language)],
                                       sort_keys=True).encode())
    for name, data in sorted(submission.files.items()):
        digest.update(labelled(name, data))
    digest.update(b"notebook:" + (submission.notebook if submission.notebook is not None else b"-"))
    for name, data in submission.pictures:
        digest.update(labelled(name, data))
    return digest.hexdigest()


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically."""
    write_atomically(path, (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace"))


def write_atomically(path: Path, data: bytes) -> None:
    """Write to a temporary file beside `path`, then rename it: at any moment the old or the new file is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException as error:
        os.unlink(name)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # ENOSPC names no file
        raise


def replace_record(path: Path, record: dict[str, Any]) -> None:
    """Write a record; a previous one is kept in ``results/.former/<stage>/<student>/<first of its key>.json``."""
    before = read_record(path)
    if before is not None and before.get("key") != record["key"]:
        former = path.parent.parent / FORMER / path.parent.name / path.stem / f"{str(before['key'])[:12]}.json"
        write_atomically(former, path.read_bytes())
    write_json(path, record)


def read_record(path: Path) -> dict[str, Any] | None:
    """Return a record; None if it is missing, truncated or not a record."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        data = path.read_bytes()
        try:
            record = msgspec.json.decode(data)  # several times as fast as json
        except msgspec.DecodeError:
            record = json.loads(data)  # which also takes NaN
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and is_record(record) else None


def is_record(record: dict[str, Any]) -> bool:
    """Whether it has all fields that are read of a record, each of its kind."""
    try:
        needed = msgspec.convert(record, _Record)
    except msgspec.ValidationError:
        return False
    numbers = [needed["score"], needed["max_score"], *(test["points"] + test["max_points"] for test in needed["tests"])]
    return needed["schema"] == SCHEMA and all(map(math.isfinite, numbers))


def record_path(course: Path, stage: str, student: str) -> Path:
    """Return the path of a submission's record."""
    return course / "results" / stage / f"{student}.json"
