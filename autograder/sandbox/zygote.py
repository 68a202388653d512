"""Inside the sandbox: imports the libraries once, then forks a worker whenever it is asked to.

It has never seen a test, a reference or a secret: all that a worker inherits from it is libraries.
Requests come as small JSON texts, and a worker's socket travels with the request for it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.sandbox import walls, worker
from autograder.sandbox.control import hear, say
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import Channel


class Zygote:
    """Forks workers and looks after them.

    Parameters
    ----------
    control : socket.socket
        To the grader; see `autograder.sandbox.control`.
    limits : Limits
    scratch : Path
        Writable folder; each worker gets one inside, and it is emptied before each.
    readable : list of Path
        Where the libraries lie.
    locked : bool
        Put up the inner wall (Landlock and seccomp) in each worker.
    """

    def __init__(self, control: socket.socket, limits: Limits, scratch: Path, readable: list[Path],
                 locked: bool) -> None:
        self.control, self.limits, self.scratch = control, limits, scratch
        self.readable, self.locked = readable, locked
        self.surroundings = worker.ProcessSnapshot()
        self.alive: set[int] = set()
        self.queued: dict[int, dict[str, int]] = {}

    def run(self) -> None:
        """One request after the other until the grader is gone."""
        while True:
            request, descriptors = hear(self.control)
            if request is None:
                return
            answer = getattr(self, f"do_{request.pop('do')}")(*descriptors, **request)
            for descriptor in descriptors:
                os.close(descriptor)
            say(self.control, answer)

    def do_spawn(self, descriptor: int) -> dict[str, Any]:
        """Fork a worker that serves the socket."""
        home = self.scratch / "submission"  # one name for all: what student code prints of it says nothing of a queue
        self.empty()
        home.mkdir(mode=0o700)
        child = os.fork()
        if child == 0:
            try:
                self.become_worker(descriptor, home)
            finally:
                os._exit(1)
        self.alive.add(child)
        return {"pid": child}

    def become_worker(self, descriptor: int, home: Path) -> None:
        """In the child: walls up, then serve."""
        stream = socket.socket(fileno=os.dup(descriptor))
        os.close(descriptor)
        self.control.close()
        null = os.open("/dev/null", os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        os.environ["HOME"] = os.environ["TMPDIR"] = os.environ["MPLCONFIGDIR"] = str(home)
        tempfile.tempdir = None  # asked for while a library was imported, it would be the folder of all workers
        os.chdir(home)
        walls.first_to_go()
        walls.die_with_parent()
        walls.close_memory()
        self.shut_in(home)
        self.serve(stream, home)

    def shut_in(self, home: Path) -> None:
        """In the child: the inner wall, and limits."""
        walls.limit_resources(self.limits)
        if self.locked:
            walls.limit_threads(self.limits)
            walls.restrict_files(self.readable, [home])
            walls.restrict_calls()

    def serve(self, stream: socket.socket, home: Path) -> None:
        """In the child: answer the grader until it is gone."""
        worker.serve(Channel(stream, self.limits.message), self.limits, home, self.surroundings)

    def entries(self) -> int:
        """Files and folders that a worker made, as far as that is limited."""
        disk = os.statvfs(self.scratch)
        return disk.f_files - disk.f_ffree if self.locked else 0

    def do_look(self, pid: int) -> dict[str, Any]:
        """What a worker did so far, and does.

        CPU seconds; seconds its threads stood in the queue for a core; its state, as ps shows it; files and folders it made.
        """
        cpu, state = cpu_and_state(pid)
        return {"cpu": cpu, "queued": self.seconds_queued(pid), "state": state, "entries": self.entries()}

    def seconds_queued(self, pid: int) -> float | None:
        """How long its threads, also those that ended, were ready to run and had no core; None where the kernel does not say."""
        if not os.path.exists("/proc/self/schedstat"):
            return None
        threads = self.queued.setdefault(pid, {})
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):  # it has just ended
                    threads[thread] = int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[1])
        return sum(threads.values()) / 1e9

    def do_end(self, pid: int) -> dict[str, Any]:
        """Kill a worker if it still runs; how it ended."""
        if pid not in self.alive:
            return {"how": "it had ended"}
        ended = self.do_ended(pid)
        if ended:
            return ended
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, _, usage = os.wait4(pid, 0)
        self.alive.discard(pid)
        return {"how": "it was ended by the grader", "cpu": usage.ru_utime + usage.ru_stime}

    def do_ended(self, pid: int) -> dict[str, Any]:
        """How a worker ended by itself; nothing while it runs."""
        if pid not in self.alive:
            return {}
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if not done:
            return {}
        self.alive.discard(pid)
        spent = {"cpu": usage.ru_utime + usage.ru_stime}
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return {"how": f"signal {signal.Signals(number).name}", "signal": number} | spent
        number = os.WEXITSTATUS(status)
        outside = "by an exception outside of any call, as of a signal handler or a thread"
        return {"how": outside if number == worker.OUTSIDE_A_CALL else f"exit status {number}"} | spent

    def do_spent(self) -> dict[str, Any]:
        """CPU seconds of all workers that have ended."""
        times = os.times()
        return {"cpu": times.children_user + times.children_system}

    def do_sweep(self) -> dict[str, Any]:
        """End every worker and empty the scratch folder."""
        for pid in list(self.alive):
            self.do_end(pid)
        self.queued.clear()
        self.empty()
        return {}

    def empty(self) -> None:
        """Remove what earlier workers left, whatever modes they gave it and however deep it is nested.

        Folders inside a folder are moved up before they are emptied: no path gets long, nothing recurses.
        """
        todo = [entry.path for entry in os.scandir(self.scratch)]
        moved = 0
        while todo:
            path = todo.pop()
            if os.path.islink(path) or not os.path.isdir(path):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for entry in os.scandir(path):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                moved += 1
                os.chmod(entry.path, 0o700)
                todo.append(str(self.scratch / f"moved-{moved}"))
                os.rename(entry.path, todo[-1])
            os.rmdir(path)


def cpu_and_state(pid: int) -> tuple[float | None, str]:
    """CPU seconds of a process and its state, as ps shows it; None where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), fields[0]
    except OSError:
        if os.path.exists("/proc/self/stat"):
            return None, ""
    said = subprocess.run(["ps", "-o", "time=,state=", "-p", str(pid)], capture_output=True, text=True).stdout.split()
    if len(said) != 2:
        return None, ""
    days, _, clock = said[0].rpartition("-")
    seconds = sum(float(part) * 60**power for power, part in enumerate(reversed(clock.split(":"))))
    return seconds + 86400 * int(days or 0), said[1][0]


def first_use(torch: Any) -> None:
    """What the library sets up when it is first used, once for all workers: an optimizer, too, changes its class then."""
    torch.set_num_threads(1)
    torch.zeros(1).half().float()  # reads from /sys what the processor can do; a worker cannot
    for optimizer in vars(torch.optim).values():
        if isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer):
            with contextlib.suppress(Exception):  # a few want other parameters
                optimizer([torch.nn.Parameter(torch.zeros(1))])


def main(descriptor: int, settings: dict[str, Any]) -> None:
    """Import what is to be shared, say so, and serve."""
    control = socket.socket(fileno=descriptor)
    scratch = Path(settings["scratch"])
    os.environ["MPLCONFIGDIR"] = str(scratch / "0")
    sys.dont_write_bytecode = True
    # numpy imports numpy.ma when it is first needed: a worker whose code opened all the files it may could not then.
    for name in ("numpy.random", "numpy.testing", "numpy.linalg", "numpy.ma", *settings["preload"]):
        importlib.import_module(name)
    if "matplotlib" in settings["preload"]:
        from autograder.checks.axes import draw_once

        draw_once()
    if "torch" in settings["preload"]:
        first_use(sys.modules["torch"])
    time.sleep = worker.spared(time.sleep)
    readable = [Path(path) for path in settings["readable"]]
    zygote = Zygote(control, Limits(**settings["limits"]), scratch, readable, settings["locked"])
    zygote.empty()
    gc.collect()
    gc.freeze()
    say(control, {"ready": True, "landlock": walls.landlock_version()})
    zygote.run()
