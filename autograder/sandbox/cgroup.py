"""Limit the memory of a whole sandbox by a control group of the kernel (cgroup v2), where one can be had without root.

The limit of a worker is one of its address space. It does not cover what the kernel keeps for a process, files in memory, or
several processes together. A group does. A user may make groups only below one that was delegated to them, which for example
`systemd-run --user --scope -p Delegate=yes` gives; see "Delegation" and "No Internal Process Constraint" in the kernel's
admin-guide/cgroup-v2. Anywhere else nothing is limited by group, and nothing fails.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from autograder.sandbox.limits import Limits

# A group is either divided or has processes, so the grader moves itself and whatever started it into a group of this name.
GRADER = "vanishing-gradients"
# Bytes of a sandbox besides its worker's memory and files: the imported libraries, twice if a worker writes to all of them.
LIBRARIES = 1 << 30
# Processes of a sandbox besides the threads of a worker.
PROCESSES = 16
# Attempts to divide a group while programs in it start others.
TRIES = 20
# Seconds until what was killed has left a group.
LEAVING = 2.0
# A user's own systemd does not mark the groups that it delegates, as the system's does, so it is asked.
DELEGATES = ("systemctl", "--user", "show", "--property=Delegate", "--value")
ENTER = 'echo 0 > "$0"; exec "$@"'


def place_of(mounts: str, groups: str) -> Path | None:
    """Return the folder of a process's group, from the text of its /proc/.../mounts and /proc/.../cgroup; None without cgroup v2.
    """
    where = [fields[1] for line in mounts.splitlines() if (fields := line.split())[2:3] == ["cgroup2"]]
    paths = [line.removeprefix("0::") for line in groups.splitlines() if line.startswith("0::")]
    return Path(where[0], paths[0].lstrip("/")) if where and paths else None


def _text(file: Path) -> str:
    return os.fsdecode(file.read_bytes())  # names of folders need not be valid text


def delegated() -> Path | None:
    """Return the group that is this process's to divide, with memory among what it can limit; None if there is none.

    A group is only divided if it was delegated: systemd says so, or what is above it belongs to somebody else. A user may also
    write to groups that the user's own systemd manages, such as that of a terminal, and those are left alone.
    """
    try:
        place = place_of(*(_text(Path("/proc/self", name)) for name in ("mounts", "cgroup")))
        if place is None:
            return None
        divided, place = (True, place.parent) if place.name == GRADER else (False, place)
        limits_memory = "memory" in (place / "cgroup.controllers").read_text(encoding="ascii").split()
        writable = all(os.access(place / name, os.W_OK) for name in (".", "cgroup.procs", "cgroup.subtree_control"))
        ours = divided or not os.access(place.parent, os.W_OK)
        if not limits_memory or not writable:
            return None
        return place if ours or subprocess.check_output([*DELEGATES, place.name], stderr=subprocess.DEVNULL) == b"yes\n" else None
    except (OSError, subprocess.CalledProcessError):
        return None


def _divide(place: Path) -> None:
    """Let a group limit the memory and processes of groups below it. Raises OSError if that is refused."""
    ours = place / GRADER
    ours.mkdir(exist_ok=True)
    for attempt in range(TRIES):
        for pid in (place / "cgroup.procs").read_text(encoding="ascii").split():
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                (ours / "cgroup.procs").write_text(pid, encoding="ascii")
        try:
            (place / "cgroup.subtree_control").write_text("+memory", encoding="ascii")
            break
        except OSError:  # another program was started meanwhile
            if attempt == TRIES - 1:
                raise
    with contextlib.suppress(OSError):
        (place / "cgroup.subtree_control").write_text("+pids", encoding="ascii")


class Group:
    """The group of one sandbox: its zygote and workers.

    Parameters
    ----------
    limits : Limits
        Those of a worker. The group may use `LIBRARIES` and `PROCESSES` more.

    Raises
    ------
    OSError
        No group can be had here; see `delegated`.
    """

    def __init__(self, limits: Limits) -> None:
        place = delegated()
        if place is None:
            raise FileNotFoundError("no group was delegated to this process")
        _divide(place)
        self.folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=place))
        self._write("memory.max", limits.memory + limits.scratch + LIBRARIES)
        with contextlib.suppress(OSError):  # a kernel without swap has no limit for it, and pids may not have been delegated
            self._write("memory.swap.max", 0)
        with contextlib.suppress(OSError):
            self._write("pids.max", limits.threads + PROCESSES)

    def _write(self, name: str, value: int) -> None:
        (self.folder / name).write_text(str(value), encoding="ascii")

    def entered_by(self, command: list[str]) -> list[str]:
        """Return a command line that enters the group and then becomes `command`."""
        return ["/bin/sh", "-c", ENTER, str(self.folder / "cgroup.procs"), *command]

    def times_full(self) -> int:
        """Return how often the group reached its limit and a process was killed for it.

        Not counted is what is killed because the whole machine, or a group above this one, is out of memory.
        """
        with contextlib.suppress(OSError, ValueError):
            events = (self.folder / "memory.events").read_text(encoding="ascii").splitlines()
            return sum(int(line.split()[1]) for line in events if line.startswith("oom "))
        return 0

    def sweep(self, keep: int) -> None:
        """Kill every process of the group but `keep`, so that nothing of one submission uses up the memory of the next."""
        deadline = time.monotonic() + LEAVING
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                others = {int(pid) for pid in (self.folder / "cgroup.procs").read_text(encoding="ascii").split()} - {keep}
                if not others:
                    return
                for pid in others:
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)

    def close(self) -> None:
        """Kill what is left in the group, and remove it."""
        with contextlib.suppress(OSError):  # cgroup.kill: Linux 5.14
            self._write("cgroup.kill", 1)
        deadline = time.monotonic() + LEAVING
        while self.folder.exists():
            try:
                self.folder.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    return
                time.sleep(0.005)
