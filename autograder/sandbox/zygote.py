"""Inside the sandbox: imports the libraries once, then forks a worker for each request.

It never sees a test, a reference solution or a secret: workers inherit only libraries from it. Requests are JSON messages, and
the socket of a worker is passed with the request for it.
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
from autograder.sandbox.control import hear, say, signal_name
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import Channel


class Zygote:
    """Forks workers and manages them.

    Parameters
    ----------
    control : socket.socket
        Connection to the grader; see `autograder.sandbox.control`.
    limits : Limits
    scratch : Path
        Writable folder. Each worker gets a subfolder, and it is emptied before each.
    readable : list of Path
        Folders of the libraries.
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
        """Serve requests until the grader closes the connection."""
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
        home = self.scratch / "submission"  # the same name for all: student code that prints it reveals no order of grading
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
        """In the child: restrict this process, then serve."""
        stream = socket.socket(fileno=os.dup(descriptor))
        os.close(descriptor)
        self.control.close()
        null = os.open("/dev/null", os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.close(null)
        os.environ["HOME"] = os.environ["TMPDIR"] = os.environ["MPLCONFIGDIR"] = str(home)
        tempfile.tempdir = None  # if a library asked for it during import, it is the folder shared by all workers
        os.chdir(home)
        walls.first_to_go()
        walls.die_with_parent()
        walls.close_memory()
        self.shut_in(home)
        self.serve(stream, home)

    def shut_in(self, home: Path) -> None:
        """In the child: put up the inner wall and set limits."""
        walls.limit_resources(self.limits)
        if self.locked:
            walls.limit_threads(self.limits)
            walls.restrict_files(self.readable, [home])
            walls.restrict_calls()

    def serve(self, stream: socket.socket, home: Path) -> None:
        """In the child: serve the grader until it closes the connection."""
        worker.serve(Channel(stream, self.limits.message), self.limits, home, self.surroundings)

    def entries(self) -> int:
        """Return the number of files and folders a worker made; 0 where that is not limited."""
        disk = os.statvfs(self.scratch)
        return disk.f_files - disk.f_ffree if self.locked else 0

    def do_look(self, pid: int) -> dict[str, Any]:
        """Report the state of a worker.

        Returns
        -------
        dict
            cpu (seconds, None if it has ended), queued (seconds its threads waited for a core, None if unknown), state (letter as
            shown by ps), entries (files and folders it made).
        """
        cpu, state = cpu_and_state(pid)
        return {"cpu": cpu, "queued": self.seconds_queued(pid), "state": state, "entries": self.entries()}

    def seconds_queued(self, pid: int) -> float | None:
        """Return how long its threads, including finished ones, were runnable without a core; None where the kernel does not
        report it.
        """
        if not os.path.exists("/proc/self/schedstat"):
            return None
        threads = self.queued.setdefault(pid, {})
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):  # the thread has just ended
                    threads[thread] = int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[1])
        return sum(threads.values()) / 1e9

    def do_end(self, pid: int) -> dict[str, Any]:
        """Kill a worker if it still runs; return how it ended."""
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
        """Return how a worker ended by itself; empty while it runs."""
        if pid not in self.alive:
            return {}
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if not done:
            return {}
        self.alive.discard(pid)
        spent = {"cpu": usage.ru_utime + usage.ru_stime}
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return {"how": f"signal {signal_name(number)}", "signal": number} | spent
        number = os.WEXITSTATUS(status)
        outside = "by an exception outside of any call, as of a signal handler or a thread"
        return {"how": outside if number == worker.OUTSIDE_A_CALL else f"exit status {number}"} | spent

    def do_spent(self) -> dict[str, Any]:
        """Return the CPU seconds of all workers that have ended."""
        times = os.times()
        return {"cpu": times.children_user + times.children_system}

    def do_sweep(self) -> dict[str, Any]:
        """Kill all workers and empty the scratch folder."""
        for pid in list(self.alive):
            self.do_end(pid)
        self.queued.clear()
        self.empty()
        return {}

    def empty(self) -> None:
        """Remove what earlier workers left, whatever its modes and however deep its nesting.

        Nested folders are moved to the top before they are emptied, so that no path gets too long and nothing recurses.
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
    """Return the CPU seconds of a process and its state letter as shown by ps; (None, "") if it has ended."""
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
    """Trigger what torch initializes on first use, once for all workers. Optimizer classes, too, change on first use."""
    torch.set_num_threads(1)
    torch.zeros(1).half().float()  # reads CPU features from /sys, which a worker cannot
    for optimizer in vars(torch.optim).values():
        if isinstance(optimizer, type) and issubclass(optimizer, torch.optim.Optimizer):
            with contextlib.suppress(Exception):  # a few need other parameters
                optimizer([torch.nn.Parameter(torch.zeros(1))])


def main(descriptor: int, settings: dict[str, Any]) -> None:
    """Import the shared libraries, report ready, and serve."""
    control = socket.socket(fileno=descriptor)
    sys.argv[:] = sys.orig_argv[:] = [""]  # as of a file that nobody gave arguments: student code may parse them
    scratch = Path(settings["scratch"])
    os.environ["MPLCONFIGDIR"] = str(scratch / "0")
    sys.dont_write_bytecode = True
    # numpy imports numpy.ma on first use, which would fail in a worker that has used up its open files.
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
