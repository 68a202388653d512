"""Starting a sandbox: it refuses where it would not hold, says what is missing, and ends with all it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import InfrastructureError, SandboxError
from autograder.sandbox import bubblewrap
from autograder.sandbox.client import sandbox as sandboxes
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
from autograder.sandbox.limits import Limits
from tests.sandbox.conftest import LIMITS, call

WORK = {"work.py": b"import os\n\ndef f(x):\n    return x\n\ndef uid():\n    return os.getuid()\n"}


def widened(*options: str) -> Callable[..., list[str]]:
    """`bubblewrap.command` with options more for the innermost bubblewrap."""
    narrow = bubblewrap.command

    def command(*args: object) -> list[str]:
        made = narrow(*args)  # type: ignore[arg-type]
        at = len(made) - 1 - made[::-1].index("--clearenv")
        return [*made[:at], *options, *made[at:]]

    return command


def without_inner_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Landlock and seccomp out, as on a kernel that has neither."""
    settings = Sandbox._settings

    def unlocked(self: Sandbox, scratch: str, readable: list[str], *, locked: bool) -> str:
        return settings(self, scratch, readable, locked=False)

    monkeypatch.setattr(Sandbox, "_settings", unlocked)


def refused(match: str) -> None:
    """A sandbox must not start."""
    sandbox = Sandbox(limits=LIMITS)
    with pytest.raises(SandboxError, match=match):
        try:
            sandbox.start()
        finally:
            sandbox.close()


def test_a_whole_sandbox_starts() -> None:
    sandbox = Sandbox(limits=LIMITS)
    sandbox.start()
    assert sandbox.landlock >= 1
    sandbox.close()


def test_a_sandbox_in_which_the_suites_can_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    folders = bubblewrap.interpreter_folders()
    monkeypatch.setattr(bubblewrap, "interpreter_folders", lambda: [*folders, str(bubblewrap.PACKAGE / "stages")])
    refused("read .*stages")


def test_a_sandbox_without_its_inner_wall_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without_inner_wall(monkeypatch)
    refused("open a socket; start a process")


def test_a_sandbox_that_lets_write_everywhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.sandbox import walls

    without_inner_wall(monkeypatch)
    monkeypatch.setattr(bubblewrap, "command", widened("--tmpfs", "/etc", "--file", "0", "/etc/passwd"))
    refused("nothing is graded")
    assert walls.landlock_version() >= 1


def test_the_reason_is_told_when_the_sandbox_cannot_be_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "command", widened("--no-such-option"))
    refused("the sandbox did not start(.|\n)*no-such-option(.|\n)*--isolation=process")


def test_missing_bubblewrap_is_told_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    refused("sudo apt-get install bubblewrap(.|\n)*--isolation=process")


def test_an_unknown_isolation_is_refused() -> None:
    with pytest.raises(SandboxError, match="there are: sandbox, wasm, process"):
        Sandbox(isolation="none")


def test_separate_processes_without_a_sandbox_are_there_when_asked_for() -> None:
    sandbox = Sandbox(isolation="process", limits=LIMITS)
    sandbox.start()
    folder = Path(sandbox._folder.name)  # type: ignore[union-attr]
    worker = sandbox.worker(Submission(WORK, "work"))
    worker.load()
    worker.reset(1)
    assert call(worker, "f", 3) == 3
    assert (folder / str(2) / "work.py").exists() or list(folder.rglob("work.py"))
    worker.close()
    sandbox.close()
    assert not folder.exists()


def test_everything_ends_with_the_jail() -> None:
    sandbox = Sandbox(limits=LIMITS)
    sandbox.start()
    worker = sandbox.worker(Submission({"work.py": b"import time\n\ndef f():\n    time.sleep(1000)\n"}, "work"))
    worker.load()
    process = sandbox._process
    assert process is not None
    before = descendants(process.pid)
    assert len(before) >= 3
    sandbox.close()
    worker.channel.stream.close()
    deadline = time.monotonic() + 5
    while [pid for pid in before if alive(pid)] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in before if alive(pid)] == []


def descendants(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [found for child in children for found in descendants(int(child))]


def alive(pid: int) -> bool:
    """True while a process runs."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def test_a_zygote_that_is_killed_is_the_graders_trouble() -> None:
    sandbox = Sandbox(limits=LIMITS)
    sandbox.start()
    assert sandbox._process is not None
    os.kill(descendants(sandbox._process.pid)[-1], signal.SIGKILL)
    with pytest.raises(InfrastructureError):
        sandbox.worker(Submission(WORK, "work"))
    sandbox.close()
    with pytest.raises(InfrastructureError):
        sandbox.sweep()


def test_workers_are_nobody_also_when_root_grades() -> None:
    sandbox = Sandbox(limits=LIMITS)
    sandbox.start()
    worker = sandbox.worker(Submission(WORK, "work"))
    worker.load()
    uid = call(worker, "uid")
    outside = os.stat(f"/proc/{sandbox._process.pid}").st_uid  # type: ignore[union-attr]
    lowest = {os.stat(f"/proc/{pid}").st_uid for pid in descendants(sandbox._process.pid)[2:]}  # type: ignore[union-attr]
    worker.close()
    sandbox.close()
    assert uid == (bubblewrap.UNPRIVILEGED if os.geteuid() == 0 else os.geteuid())
    assert outside == os.geteuid()
    assert lowest == {uid}


ORDINARY = """
import sys
sys.path.insert(0, sys.argv[1])
import os
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
assert os.geteuid() != 0
sandbox = Sandbox()
sandbox.start()
worker = sandbox.worker(Submission({"work.py": b"def f(x):\\n    return x + 1\\n"}, "work"))
worker.load()
worker.reset(1)
print(worker.call(["function", "f"], (41,), {})[0])
sandbox.close()
"""


def test_an_ordinary_user_can_start_one() -> None:
    start = [sys.executable, "-B", "-c", ORDINARY]
    kit = str(bubblewrap.PACKAGE.parent)
    if os.geteuid() == 0:  # a view in which the interpreter can be reached, and a user in it
        start = [
            "bwrap",
            "--die-with-parent",
            "--perms",
            "1777",
            "--tmpfs",
            "/tmp",
            *bubblewrap._binds(),
            "--ro-bind",
            str(bubblewrap.PACKAGE),
            "/kit/autograder",
            "--bind",
            "/proc",
            "/proc",
            "--dev",
            "/dev",
            "--remount-ro",
            "/",
            "--",
            "setpriv",
            "--reuid=12345",
            "--regid=12345",
            "--clear-groups",
            "--inh-caps=-all",
            "--bounding-set=-all",
            *start,
        ]
        kit = "/kit"
    done = subprocess.run([*start, kit], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "42", done.stderr


def test_limits_reach_the_worker() -> None:
    sandbox = Sandbox(limits=Limits(files=20, file=1 << 20))
    sandbox.start()
    source = (b"import resource\n\ndef f():\n    return [resource.getrlimit(kind)[1] for kind in "
              b"(resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)]\n")
    worker = sandbox.worker(Submission({"work.py": source}, "work"))
    worker.load()
    assert call(worker, "f") == [20, 1 << 20, 0]
    worker.close()
    sandbox.close()
    assert sandboxes.ISOLATIONS == ("sandbox", "wasm", "process")


@pytest.mark.parametrize("isolation", ["sandbox", "process"])
def test_student_code_sees_no_arguments(isolation: str) -> None:
    """As a file that nobody gave any: code that parses them does not stop, and nothing of the grader's is in them."""
    sandbox = Sandbox(isolation=isolation)
    sandbox.start()
    source = (b"import argparse\nimport sys\nargparse.ArgumentParser().parse_args()\n\ndef f():\n"
              b"    return [sys.argv, sys.orig_argv]\n")
    worker = sandbox.worker(Submission({"work.py": source}, "work"))
    worker.load()
    assert call(worker, "f") == [[""], [""]]
    worker.close()
    sandbox.close()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("leaves", ["", "setsid "])
def test_a_zygote_that_ends_at_its_start_is_not_waited_for_by_its_children(monkeypatch: pytest.MonkeyPatch, leaves: str) -> None:
    """A child has both ends that were waited for: of its group it is ended too, else it may live on and nobody waits for it."""
    sandbox = Sandbox(isolation="process")
    monkeypatch.setattr(sandbox, "_command", lambda descriptor: ["sh", "-c", f"{leaves}sleep 600 & echo child $! >&2; exit 1"])
    with pytest.raises(SandboxError, match=r"did not start: child \d+") as caught:
        sandbox.start()
    child = int(str(caught.value).split("child ")[1].split()[0])
    if leaves:
        assert is_alive(child)
        os.kill(child, signal.SIGKILL)
    while is_alive(child):  # it was sent its end, and is about to
        time.sleep(0.01)
