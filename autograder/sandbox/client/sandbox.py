"""`Sandbox`: a sandboxed zygote that forks a worker for each submission."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.errors import InfrastructureError, SandboxError
from autograder.sandbox import bubblewrap, wasm
from autograder.sandbox.cgroup import Group
from autograder.sandbox.client.worker import OutsideContract, Submission, Worker
from autograder.sandbox.control import hear, say
from autograder.sandbox.isolation import ISOLATIONS, WALLED, lacking
from autograder.sandbox.limits import Limits

READY = 120.0
# Seconds to wait for further error output of a zygote that ended.
LAST_WORDS = 2.0
# Seconds between checks that a starting zygote is still alive.
LOOK = 0.5
WASM_START = bubblewrap.START.replace("sandbox.zygote", "sandbox.wasm_zygote")


def refuse(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Answer no question: the student's own functions are used."""
    raise OutsideContract


class Sandbox:
    """A sandboxed zygote and the workers it forks.

    Parameters
    ----------
    preload : sequence of str
        Libraries imported once for all workers.
    isolation : str
        ``"sandbox"``; ``"wasm"`` for interpreters in WebAssembly; or ``"process"`` for separate processes with limits only.
    limits : Limits

    Attributes
    ----------
    trouble : InfrastructureError or None
        What failed on the trusted side. The runner of a test finds it here even if the test swallowed the exception.
    killed_counts : bool
        Treat a worker killed by a signal as one that ended itself.
    group : Group or None
        The control group that limits it as a whole, where one can be had. Not in WebAssembly, which limits memory itself.
    """

    def __init__(self, preload: Iterable[str] = (), isolation: str = "sandbox", limits: Limits | None = None) -> None:
        if isolation not in ISOLATIONS:
            raise SandboxError(f"there is no isolation {isolation!r}; there are: {', '.join(ISOLATIONS)}")
        self.preload, self.isolation, self.limits = tuple(preload), isolation, limits or Limits()
        self.landlock = 0
        self.trouble: InfrastructureError | None = None
        self.killed_counts = False
        self.group: Group | None = None
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def launch(self) -> None:
        """Start the zygote's process without waiting until it has imported its libraries."""
        ours, theirs = socket.socketpair()
        self._control = ours
        with theirs:
            descriptor = theirs.fileno()
            try:
                command = self._command(descriptor)
            except SandboxError:
                self.close()
                raise
            if self.isolation != "wasm":
                with contextlib.suppress(OSError):
                    self.group = Group(self.limits)
                    command = self.group.entered_by(command)
            self._process = subprocess.Popen(command, pass_fds=(descriptor,), stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self._environment(),
                                             process_group=0)  # so that it can be killed together with its children

    def start(self) -> None:
        """Wait until the zygote is ready, launching it if necessary, and check that nothing escapes.

        Raises
        ------
        SandboxError
            The sandbox cannot be set up here, or the probe escaped.
        """
        if self._process is None:
            self.launch()
        assert self._control is not None
        answer = self._first_answer(self._control)
        if not answer.get("ready"):
            said = self._last_words()
            self.close()
            raise SandboxError(f"the sandbox did not start: {said or 'no message'}" + (
                "\n  Where user namespaces are switched off, see docs/ta.md: make WASM=yes grade needs none; --isolation=process "
                "grades without a sandbox." if self.isolation == "sandbox" else ""))
        self.landlock = answer["landlock"]
        if self.isolation in WALLED:
            self.probe()

    def _first_answer(self, control: socket.socket) -> dict[str, Any]:
        """Return the zygote's ready message; empty if it ends first, even if another process holds its end of the socket."""
        assert self._process is not None
        deadline = time.monotonic() + READY
        while not select.select([control], [], [], LOOK)[0]:
            if self._process.poll() is not None or time.monotonic() > deadline:
                return {}
        control.settimeout(READY)
        try:
            return hear(control)[0] or {}
        except (OSError, ValueError):
            return {}

    def _command(self, descriptor: int) -> list[str]:
        if self.isolation == "sandbox":
            settings = self._settings(bubblewrap.SCRATCH, bubblewrap.readable_inside(), locked=True)
            return bubblewrap.command(descriptor, settings, self.limits)
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        if self.isolation == "wasm":
            return self._wasm_command(descriptor, Path(self._folder.name))
        settings = self._settings(self._folder.name, [], locked=False)
        return [sys.executable, "-I", "-B", "-c", bubblewrap.START, str(bubblewrap.PACKAGE.parent), str(descriptor), settings]

    def _wasm_command(self, descriptor: int, folder: Path) -> list[str]:
        why_not = lacking("wasm", "this stage", self.preload)
        if why_not:
            raise SandboxError(why_not)
        program = wasm.prepare()
        (folder / "scratch").mkdir()
        settings = self._settings(str(folder / "scratch"), [], locked=True, program=str(program.folder))
        return [sys.executable, "-I", "-B", "-c", WASM_START, str(bubblewrap.PACKAGE.parent), str(descriptor), settings]

    def _settings(self, scratch: str, readable: list[str], *, locked: bool, program: str = "") -> str:
        return json.dumps({"preload": self.preload, "limits": asdict(self.limits), "scratch": scratch,
                           "readable": readable, "locked": locked, "program": program})

    def _environment(self) -> dict[str, str]:
        scratch = {"HOME": self._folder.name, "TMPDIR": self._folder.name} if self._folder else {}
        return bubblewrap.ENVIRONMENT | scratch

    def _last_words(self) -> str:
        """Return what it wrote to standard error. Does not wait for a child that survives and holds the other end."""
        assert self._process is not None and self._process.stderr is not None
        self._kill()
        said, stream = b"", self._process.stderr.fileno()
        while select.select([stream], [], [], LAST_WORDS)[0] and (part := os.read(stream, 1 << 16)):
            said += part
        return said.decode("utf-8", "replace").strip()[-1000:]

    def _kill(self) -> None:
        """Kill the process group: the inner bubblewrap may outlive the outer one for a moment after its start."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def probe(self) -> None:
        """Let a worker try to escape; raise SandboxError if it succeeds."""
        worker = self.worker(Submission({}, ""))
        try:
            escaped = worker.request("probe", bubblewrap.secrets(), cpu=10.0)
        finally:
            worker.close()
        if escaped:
            raise SandboxError("the sandbox does not hold here, nothing is graded. From inside it was possible to "
                               + "; ".join(escaped))

    def ask(self, do: str, descriptors: list[int] | None = None, **rest: Any) -> dict[str, Any]:
        """Send one request to the zygote and return its answer."""
        if self._control is None:
            raise InfrastructureError("the sandbox is not started")
        try:
            say(self._control, {"do": do, **rest}, descriptors)
            answer, _ = hear(self._control)
            if answer is None:
                raise OSError("it ended")
            return answer
        except (OSError, ValueError) as error:
            self.trouble = InfrastructureError("the process that starts workers is gone")
            raise self.trouble from error

    def times_full(self) -> int:
        """Return how often the sandbox as a whole ran out of memory; 0 where only that of each process is limited."""
        return self.group.times_full() if self.group is not None else 0

    def worker(self, submission: Submission, answer: Callable[[str, tuple[Any, ...], dict[str, Any]], Any] = refuse) -> Worker:
        """Start a new worker. Its file is imported only when `load` is called.

        Parameters
        ----------
        submission : Submission
        answer : callable
            ``answer(name, args, kwargs)`` returns the value of a reference version that stands in.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                pid = self.ask("spawn", [theirs.fileno()])["pid"]
        except InfrastructureError:
            ours.close()
            raise
        return Worker(self, ours, pid, submission, answer)

    def handed_out(self, files: dict[str, str]) -> dict[str, str]:
        """Return the paths, as seen by a worker, of the files students were given, by their names in the student's folder."""
        root = bubblewrap.KIT if self.isolation in WALLED else str(bubblewrap.PACKAGE.parent)
        return {name: f"{root}/{place}" for name, place in files.items()}

    def sweep(self) -> None:
        """Kill all workers and remove what they left."""
        self.ask("sweep")
        if self.group is not None and self.isolation == "process" and self._process is not None:
            self.group.sweep(self._process.pid)  # in the sandbox, student code starts no processes

    def close(self) -> None:
        """End the zygote; the kernel kills everything in its namespaces."""
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)  # a process forked meanwhile may have it open too
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._kill()
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None
        if self.group is not None:
            self.group.close()
            self.group = None
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.cleanup()
            self._folder = None


def reason_against_sandbox() -> str:
    """Return why the sandbox is unavailable on this machine, or an empty string."""
    sandbox = Sandbox()
    try:
        sandbox.start()
    except SandboxError as error:
        return str(error)
    finally:
        sandbox.close()
    return ""
