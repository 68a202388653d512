"""Whatever is killed while a class is graded, every record is what it is in an undisturbed run, to the byte."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import Killed
from autograder.grade.schedule.slot import Slots
from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, STUB, contents, hand_in, with_function

KINDS = ("main", "slot", "tests", "bubblewrap", "zygote", "worker")
# Killed in one run of the test; 40 by hand: KILLS=40 pytest tests/grade/test_killed.py
KILLS = int(os.environ.get("KILLS", "8"))
CLASS = {
    "right": SOLUTION, "stub": STUB, "import": "import numpy as np\n\nprint(undefined)\n",
    "wrong": with_function("def softmax(z):\n    return z\n"),
    "raises": with_function("def bptt(params, x, y, h_0):\n    raise ValueError('no')\n"),
    "dies": with_function("def dh_dh(h, W_h, t, k):\n    import os\n    os._exit(3)\n"),
    "expects": with_function("def cross_entropy(y_hat_t, y_t):\n    return [1, 2]\n"),
}


def process(pid: int) -> tuple[str, int]:
    """Command line and parent of a process."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        return words, int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return "", 0


def below(pid: int) -> Iterator[int]:
    """Every process that came from this one."""
    todo = [pid]
    while todo:
        found = list[int]()
        with contextlib.suppress(OSError):  # one that has ended, whenever that is
            for task in Path(f"/proc/{todo.pop()}/task").iterdir():
                found += [int(word) for word in (task / "children").read_text().split()]
        todo += found
        yield from found


def kind_of(pid: int, main: int) -> str:
    """Which part of the grader a process is."""
    words, parent = process(pid)
    if "schedule.slot" in words:
        return "slot" if parent == main else "tests"
    if words.startswith(("bwrap", "/")) and "bwrap " in words.split("--", 1)[0] + " ":
        return "bubblewrap"
    if "sandbox.zygote" in words and "setpriv" not in words.split()[0]:
        return "worker" if "sandbox.zygote" in process(parent)[0] and "bwrap" not in process(parent)[0].split()[0] else "zygote"
    return ""


def start(course: Path, jobs: int, *more: str) -> subprocess.Popen[bytes]:
    """`make grade`."""
    words = ["grade", "--course", str(course), "--jobs", str(jobs), *more]
    return subprocess.Popen([sys.executable, "-m", "autograder", *words], cwd=KIT,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def class_in(course: Path) -> None:
    """Ten submissions."""
    for name, source in CLASS.items():
        hand_in(course, name, source)
    for name in ("right", "wrong", "dies"):
        hand_in(course, f"{name}-again", CLASS[name])


def records(course: Path) -> dict[str, bytes]:
    """All that a run leaves for people."""
    tables = {name: (course / name).read_bytes() for name in ("grades.csv", "items.csv")}
    return contents(course / "results") | contents(course / "feedback") | tables


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The class, graded in one slot."""
    course = tmp_path_factory.mktemp("undisturbed")
    class_in(course)
    assert start(course, 1).wait() == 0
    return records(course)


def test_two_slots_give_what_one_gives(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    class_in(tmp_path)
    assert start(tmp_path, 2).wait() == 0
    assert records(tmp_path) == undisturbed


def test_a_submission_gets_the_same_wherever_it_stands_in_the_queue() -> None:
    """One slot, the class from its first to its last and back."""
    def job(name: str) -> dict:
        return {"student": "x", "stage": STAGE.id, "files": {STAGE.info.file: CLASS[name].encode()}, "problem": "", "notes": [],
                "key": "k", "seed": 1}

    slot = Slots()
    try:
        there = {name: slot.grade(job(name)) for name in CLASS}
        back = {name: slot.grade(job(name)) for name in reversed(CLASS)}
    finally:
        slot.close()
    assert there == back


def test_records_are_the_same_whatever_is_killed(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    """kill -9 at random moments: on the main process, a slot, the process of a submission, bubblewrap, a zygote, a worker."""
    class_in(tmp_path)
    chance = random.Random(4)
    wanted = [KINDS[number % len(KINDS)] for number in range(KILLS)]
    chance.shuffle(wanted)
    run = start(tmp_path, 2)
    killed: list[str] = []
    while wanted:
        if run.poll() is not None:
            if len(list(tmp_path.glob("results/*/*.json"))) == 10:  # all is done: begin again, to have something to kill
                for file in tmp_path.glob("results/*/*.json"):
                    file.unlink()
            run = start(tmp_path, 2)
        kind = wanted[0]
        there = [run.pid] if kind == "main" else [pid for pid in below(run.pid) if kind_of(pid, run.pid) == kind]
        moment = len(list(tmp_path.glob("results/*/*.json")))
        if there and moment >= 1 and chance.random() < 0.2:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(there), signal.SIGKILL)
                killed.append(wanted.pop(0))
        time.sleep(0.01)
    run.wait()
    assert start(tmp_path, 2).wait() == 0
    assert len(killed) == KILLS
    assert records(tmp_path) == undisturbed


@pytest.mark.parametrize("isolation", ["sandbox", "process"])
def test_nothing_lives_on_when_the_main_process_is_killed(tmp_path: Path, isolation: str) -> None:
    """Slots, the processes of submissions, zygotes and workers end with it, also in the middle of a call that never ends."""
    for name in ("one", "two"):
        hand_in(tmp_path, name, with_function("def softmax(z):\n    while True:\n        pass\n"))
    run = start(tmp_path, 2, "--isolation", isolation)
    parts = {"slot", "tests", "zygote", "worker"} if isolation == "sandbox" else {"slot", "tests"}
    while not parts <= {kind_of(pid, run.pid) for pid in below(run.pid)}:
        assert run.poll() is None
        time.sleep(0.01)
    family = {pid: process(pid)[0] for pid in below(run.pid)}
    run.kill()
    run.wait()
    until = time.monotonic() + 20  # the first call alone would go on for longer
    left = family
    while left and time.monotonic() < until:
        left = {pid: words for pid, words in left.items() if words and process(pid)[0] == words}
        time.sleep(0.02)
    assert not left


def test_a_worker_that_is_always_killed_is_left_to_a_person_and_loses_no_point(tmp_path: Path) -> None:
    """Never an error of the student's: there is no record, and the reason is said."""
    slot = Slots()
    job = {"student": "x", "stage": STAGE.id, "files": {STAGE.info.file: with_function(
        "def softmax(z):\n    while True:\n        pass\n").encode()}, "problem": "", "notes": [], "key": "k", "seed": 1}
    run = subprocess.Popen([sys.executable, "-c", KILLER, str(os.getpid())], cwd=KIT)
    try:
        with pytest.raises(Killed, match="from outside"):
            slot.grade(job)
    finally:
        run.kill()
        run.wait()
        slot.close()


KILLER = """
import os, sys, time
from tests.grade.test_killed import below, kind_of, process
main = int(sys.argv[1])
while True:
    for pid in below(main):
        if kind_of(pid, main) == "worker":
            try:
                spent = sum(map(int, open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[11:13]))
                if spent > 5:
                    os.kill(pid, 9)
            except OSError:
                pass
    time.sleep(0.01)
"""
