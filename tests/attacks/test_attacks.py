"""Every attack through the real pipeline, in one class: its marks, its messages, and what it leaves behind."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from autograder.gradebook.grading import Outcome, grade_course
from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import UNPRIVILEGED
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
from autograder.sandbox.limits import Limits
from tests.attacks.catalogue import FULL, STAGE, Attack, Place, attacks, knowledge, model, notebook

# What sleeps or loops is meant to meet its limit; here it need not take long.
# The odd number marks the processes of this class among those of other graders on the machine.
LIMITS = Limits(call_cpu=1.0, load_cpu=1.0, wall_factor=2.0, printed=4001)
SECRET = "GRADER_SECRET"
# By hand also in WebAssembly: ISOLATION=wasm make test ARGS=tests/attacks
ISOLATION = os.environ.get("ISOLATION", "sandbox")
# What a terminal or a reader's eye obeys: control codes and those of the direction of writing.
CODES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
CATALOGUE = attacks()


class Silent:
    """Hears nothing."""

    def begin(self, title: str, total: int) -> None:
        """A step begins."""

    def advance(self, title: str, failed: bool = False) -> None:
        """One part is done."""


@dataclass
class Graded:
    """The class after grading."""

    course: Path
    outside: Path
    outcome: Outcome
    records: dict[str, dict]
    before: set[str]

    def page(self, student: str) -> str:
        """The student's feedback page."""
        return (self.course / "feedback" / student / STAGE.id / f"{STAGE.id}.html").read_text(encoding="utf-8")


def running_as(uid: int) -> list[str]:
    """Command lines of the processes of a user."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if not folder.name.isdecimal() or folder.stat().st_uid != uid:
                continue
            if ") Z " not in (folder / "stat").read_text():  # one that has ended is not running
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found


def left_running() -> list[str]:
    """Processes of this class, and any of the unprivileged user's that belong to no grader."""
    ours = [line for uid in {UNPRIVILEGED, os.getuid()} for line in running_as(uid) if '"printed": 4001' in line]
    return ours + [line for line in running_as(UNPRIVILEGED) if "autograder.sandbox.zygote" not in line]


def build_class(course: Path, outside: Path) -> None:
    """Every attack, and after each one a right submission, which the same slot meets next."""
    place = Place(course, outside, os.getpid())
    for number, attack in enumerate(CATALOGUE):
        folder = course / "submitted" / f"{number:03}-{attack.name}" / STAGE.id
        folder.mkdir(parents=True)
        attack.build(folder, place)
        folder = course / "submitted" / f"{number:03}-{attack.name}-next" / STAGE.id
        folder.mkdir(parents=True)
        (folder / STAGE.info.file).write_text(model(), encoding="utf-8")
        (folder / f"{STAGE.id}.ipynb").write_bytes(notebook())


@pytest.fixture(scope="module")
def graded() -> Iterator[Graded]:
    """The class, graded once."""
    root = Path(tempfile.mkdtemp(prefix="attacks-"))
    course, outside = root / "course", root / "outside"
    outside.mkdir()
    os.chmod(root, 0o755)
    os.chmod(outside, 0o777)  # anybody may write here who gets here
    build_class(course, outside)
    planted = {path.name for path in outside.iterdir()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "a secret of the grader")
        outcome = grade_course(course, Silent(), STAGE.id, jobs=1, limits=LIMITS, isolation=ISOLATION)
    records = {record["student"]: record for record in outcome.records}
    yield Graded(course, outside, outcome, records, planted)
    shutil.rmtree(root, ignore_errors=True)


def name_of(number: int) -> str:
    """The student who handed in an attack."""
    return f"{number:03}-{CATALOGUE[number].name}"


def told(record: dict) -> str:
    """All that a record says."""
    said = [record["reason"], record["notes"], [test["message"] for test in record["tests"]]]
    return json.dumps(said, ensure_ascii=False)


each = pytest.mark.parametrize("number", range(len(CATALOGUE)), ids=[attack.name for attack in CATALOGUE])


def test_the_catalogue_is_large_and_each_attack_says_what_it_tries() -> None:
    assert len(CATALOGUE) >= 150
    assert len({attack.name for attack in CATALOGUE}) == len(CATALOGUE)
    kinds = {attack.name.partition("-")[0] for attack in CATALOGUE}
    assert kinds == {"forging", "reading", "leaving", "exhausting", "waiting", "files"}
    assert all(len(attack.says) > 15 for attack in CATALOGUE)


def test_the_grader_lives_and_failed_on_nothing(graded: Graded) -> None:
    assert graded.outcome.failed == {}
    assert len(graded.records) == 2 * len(CATALOGUE)


@each
def test_marks_are_those_it_deserves(graded: Graded, number: int) -> None:
    record, attack = graded.records[name_of(number)], CATALOGUE[number]
    lost = [
        (test["test"], test["outcome"], test["message"][:200])
        for test in record["tests"]
        if test["outcome"] != "passed"
    ]
    assert record["score"] == attack.marks, (record["reason"], lost[:5])
    assert record["max_score"] == FULL
    row = next(row for row in graded.outcome.rows if row["student"] == name_of(number))
    if row["score"] == "":
        assert row["status"] == "needs_person" and attack.marks == 0, "no mark before a person has looked"
    else:
        assert float(row["score"]) == attack.marks, "the gradebook has the same"


@each
def test_what_happened_is_told(graded: Graded, number: int) -> None:
    record, attack = graded.records[name_of(number)], CATALOGUE[number]
    assert attack.tells in told(record)
    assert "ESCAPED" not in told(record)
    page = graded.page(name_of(number))
    assert len(page) < 1_000_000
    assert not CODES.search(told(record).replace("\\n", "")) and not CODES.search(page.replace("\n", ""))
    for test in record["tests"]:
        assert test["outcome"] in ("passed", "failed", "error", "timeout", "not_implemented", "ungradable")
        assert test["message"] or test["outcome"] in ("passed", "not_implemented")
        assert len(test["message"]) < 5000
    if record["status"] == "ungradable":
        assert len(record["reason"]) > 20
        assert " ".join(record["reason"].split())[:40] in " ".join(html.unescape(page).split())


@each
def test_nothing_it_must_not_show_is_on_the_page(graded: Graded, number: int) -> None:
    attack, page = CATALOGUE[number], graded.page(name_of(number))
    assert not attack.hides or attack.hides not in page
    assert "a secret of the grader" not in page


@each
def test_the_next_submission_of_the_slot_is_unharmed(graded: Graded, number: int) -> None:
    record = graded.records[f"{name_of(number)}-next"]
    assert record["score"] == FULL, [
        (test["test"], test["message"][:200]) for test in record["tests"] if test["outcome"] != "passed"
    ]
    assert record["notes"] == []


def test_nothing_is_left_running(graded: Graded) -> None:
    deadline = time.monotonic() + 5
    while left_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left_running() == []


def test_nothing_is_left_written(graded: Graded) -> None:
    assert {path.name for path in graded.outside.iterdir()} == graded.before
    results = {path.stem for path in (graded.course / "results" / STAGE.id).iterdir()}
    assert results == set(graded.records)
    assert not list(graded.course.glob("*planted*"))
    assert (STAGE.source / "bptt.py").read_text() == model()


def without_walls(attack: Attack, place: Place) -> str:
    """What an attempt gets hold of in a separate process that has no sandbox around it."""
    sandbox = Sandbox(isolation="process", limits=Limits(call_cpu=60.0, load_cpu=60.0))  # an attempt may import half the library
    sandbox.start()
    source = model() + knowledge(place) + (attack.source or "")
    worker = sandbox.worker(Submission({STAGE.info.file: source.encode()}, STAGE.module))
    try:
        worker.load()
        worker.call(["function", "softmax"], (np.zeros(3),), {})
    except RuntimeError as error:
        return str(error)
    finally:
        worker.close()
        sandbox.close()
    return ""


REAL = [attack for attack in CATALOGUE if attack.escapes]


@pytest.mark.parametrize("attack", REAL, ids=[attack.name for attack in REAL])
def test_an_attempt_succeeds_where_there_is_no_wall(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what the walls are tried with is no blank."""
    monkeypatch.setitem(bubblewrap.ENVIRONMENT, "GRADER_SECRET", "a secret of the grader")
    course, outside = tmp_path / "course", tmp_path / "outside"
    for folder in (
        outside,
        course / "submitted" / "somebody" / STAGE.id,
        course / "results" / STAGE.id,
        course / ".kit",
    ):
        folder.mkdir(parents=True)
    with sqlite3.connect(course / "gradebook.db") as connection:
        connection.execute("create table grade (auto_score, manual_score)")
    connection.close()
    bystander = subprocess.Popen(["sleep", "100"])
    try:
        assert "ESCAPED" in without_walls(attack, Place(course, outside, bystander.pid))
    finally:
        bystander.kill()
        bystander.wait()
