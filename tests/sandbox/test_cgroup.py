"""Memory of a whole sandbox, limited by a control group where one was delegated to this process."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.doctor import groups
from autograder.errors import Killed, LimitExceeded
from autograder.sandbox import cgroup
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission, Worker
from autograder.sandbox.limits import Limits
from tests.sandbox.conftest import call

MIB = 1 << 20
LIMITS = Limits(call_cpu=30.0, load_cpu=30.0)
WORK = {"work.py": b"""import numpy as np

def f(x):
    return x

def take(mib):
    return float(np.ones(mib << 17).sum())
"""}
V1 = "tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
V2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n"
MIXED = V1 + "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
SCOPE = "/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1.scope"
needs_a_group = pytest.mark.skipif(
    cgroup.delegated() is None, reason="no cgroup v2 with memory was delegated: systemd-run --user --scope -p Delegate=yes")


@pytest.mark.parametrize("mounts, groups, place", [
    (V2, f"0::{SCOPE}\n", f"/sys/fs/cgroup{SCOPE}"),
    (V2, "0::/\n", "/sys/fs/cgroup"),
    (MIXED, f"4:memory:/a\n1:name=systemd:{SCOPE}\n0::{SCOPE}\n", f"/sys/fs/cgroup/unified{SCOPE}"),
    (V1, "4:memory:/a\n", None), (V1, "0::/\n", None), ("", "", None), (V2, "", None),
])
def test_the_group_of_a_process(mounts: str, groups: str, place: str | None) -> None:
    assert cgroup.place_of(mounts, groups) == (None if place is None else Path(place))


def test_a_folder_of_any_name_may_be_mounted(tmp_path: Path) -> None:
    (tmp_path / "mounts").write_bytes(b"/dev/sda /mnt/\xff ext4 rw 0 0\n" + V2.encode())
    assert cgroup.place_of(cgroup._text(tmp_path / "mounts"), "0::/\n") == Path("/sys/fs/cgroup")


def test_where_no_group_was_delegated_a_sandbox_starts_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "delegated", lambda: None)
    sandbox = Sandbox(isolation="process", limits=LIMITS)
    sandbox.start()
    assert (sandbox.group, sandbox.times_full()) == (None, 0)
    sandbox.close()


@pytest.mark.parametrize("place, said", [(None, "for each process by itself"), (Path("/a"), "for each sandbox as a whole, and")])
def test_the_doctor_says_what_is_limited(place: Path | None, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "delegated", lambda: place)
    (found,) = groups()
    assert found.what == "memory by group" and found.said.count(said) == 1


def started(isolation: str) -> Sandbox:
    """A sandbox in a group."""
    sandbox = Sandbox(isolation=isolation, limits=LIMITS)
    sandbox.start()
    assert sandbox.group is not None
    return sandbox


@pytest.fixture(params=["sandbox", "process"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox in a group, walled and not."""
    made = started(request.param)
    yield made
    made.close()


def narrow(folder: Path, mib: int = 150) -> None:
    """Let a group take only so much more than it has: a sandbox's own limit is above what one process can take."""
    now = int((folder / "memory.current").read_text())
    (folder / "memory.max").write_text(str(now + mib * MIB))


def a_worker(sandbox: Sandbox) -> Worker:
    """A worker that has imported its file."""
    worker = sandbox.worker(Submission(WORK, "work"))
    worker.load()
    return worker


@needs_a_group
def test_a_sandbox_is_in_a_group_of_its_own_and_leaves_none_behind(sandbox: Sandbox) -> None:
    assert sandbox.group is not None
    folder = sandbox.group.folder
    place = folder.parent
    assert int((folder / "memory.max").read_text()) == LIMITS.memory + LIMITS.scratch + cgroup.LIBRARIES
    assert (folder / "cgroup.procs").read_text().split()
    assert not (place / "cgroup.procs").read_text().split()
    assert str(os.getpid()) in (place / cgroup.GRADER / "cgroup.procs").read_text().split()
    assert cgroup.delegated() == place  # found again from within
    sandbox.close()
    assert not folder.exists()


@needs_a_group
@pytest.mark.parametrize("sweep", [Sandbox.sweep, Sandbox.close])
def test_what_student_code_left_running_is_killed(sweep: Callable[[Sandbox], None]) -> None:
    sandbox = started("process")
    assert sandbox.group is not None
    left = [subprocess.Popen(sandbox.group.entered_by(["sleep", "1000"])) for _ in range(3)]
    procs = sandbox.group.folder / "cgroup.procs"
    while not {str(one.pid) for one in left} <= set(procs.read_text().split()):
        time.sleep(0.01)
    sweep(sandbox)
    assert [one.wait() for one in left] == [-signal.SIGKILL] * 3
    if sweep is Sandbox.sweep:  # and the sandbox goes on
        worker = a_worker(sandbox)
        assert call(worker, "f", 3) == 3
        worker.close()
    sandbox.close()


@needs_a_group
def test_too_much_memory_is_the_students_own_limit(sandbox: Sandbox) -> None:
    assert sandbox.group is not None
    narrow(sandbox.group.folder)
    worker = a_worker(sandbox)
    with pytest.raises(LimitExceeded, match="more memory") as caught:
        call(worker, "take", 400)
    assert caught.value.kind == "memory" and sandbox.trouble is None
    worker = a_worker(sandbox)  # the zygote is not what the kernel ends
    assert call(worker, "f", 3) == 3
    worker.close()


@needs_a_group
def test_a_full_machine_or_a_person_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a submission that had filled the sandbox."""
    place = cgroup.delegated()
    assert place is not None
    started("process").close()  # which divides it
    whole = place / "whole"
    whole.mkdir()
    try:
        monkeypatch.setattr(cgroup, "delegated", lambda: whole)
        sandbox = started("process")
        assert sandbox.group is not None
        narrow(sandbox.group.folder)
        with pytest.raises(LimitExceeded):
            call(a_worker(sandbox), "take", 400)
        (sandbox.group.folder / "memory.max").write_text("max")
        narrow(whole)
        with pytest.raises(Killed):
            call(a_worker(sandbox), "take", 400)
        (whole / "memory.max").write_text("max")
        worker = a_worker(sandbox)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(Killed):
            call(worker, "f", 3)
        sandbox.close()
    finally:
        (whole / cgroup.GRADER).rmdir()
        whole.rmdir()
