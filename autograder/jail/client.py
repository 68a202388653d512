"""The grader's side: a jail lends workers, a worker answers calls with values."""

from __future__ import annotations

import builtins
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from autograder.errors import BadMessage, Died, InfrastructureError, LimitExceeded, Raised, SandboxError, StudentError
from autograder.jail import sandbox
from autograder.jail.budget import LOOK, Budget, at_most
from autograder.jail.limits import Limits
from autograder.jail.memory import Memory, question_of
from autograder.jail.sources import Sources
from autograder.jail.wire import MAX_DEPTH, MAX_NODES, Channel, Decoder, Encoder, Opaque, Reference, frame

READY = 120.0
ISOLATIONS = ("sandbox", "process")
MAX_TEXT = 2000
# What student code may send along with a question, and the CPU seconds an answer to it may take here.
MAX_QUESTION = 8 << 20
ANSWER_CPU = 5.0


class Jail:
    """A zygote in a sandbox, and the workers it forks.

    Parameters
    ----------
    preload : sequence of str
        Libraries imported once for all workers.
    isolation : str
        ``"sandbox"``, or ``"process"`` for separate processes with limits only.
    limits : Limits
    """

    def __init__(self, preload: Iterable[str] = (), isolation: str = "sandbox", limits: Limits | None = None) -> None:
        if isolation not in ISOLATIONS:
            raise SandboxError(f"there is no isolation {isolation!r}; there are: {', '.join(ISOLATIONS)}")
        self.preload, self.isolation, self.limits = tuple(preload), isolation, limits or Limits()
        self.landlock = 0
        self._control: socket.socket | None = None
        self._process: subprocess.Popen | None = None
        self._folder: tempfile.TemporaryDirectory | None = None

    def start(self) -> None:
        """Start the zygote and make sure that nothing gets out.

        Raises
        ------
        SandboxError
            The sandbox cannot be set up here, or the probe got out.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        with theirs:
            descriptor = theirs.fileno()
            try:
                command = self._command(descriptor)
            except SandboxError:
                self.close()
                raise
            self._process = subprocess.Popen(command, pass_fds=(descriptor,), stdin=subprocess.DEVNULL,
                                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=self._environment())
        ours.settimeout(READY)
        try:
            answer = json.loads(ours.recv(1 << 16) or b"{}")
        except (TimeoutError, OSError, ValueError):
            answer = {}
        if not answer.get("ready"):
            said = self._last_words()
            self.close()
            raise SandboxError(f"the sandbox did not start: {said or 'no message'}\n  Where user namespaces are "
                               "switched off, see docs/ta.md; --isolation=process grades without a sandbox.")
        self.landlock = answer["landlock"]
        if self.isolation == "sandbox":
            self.probe()

    def _command(self, descriptor: int) -> list[str]:
        if self.isolation == "sandbox":
            settings = self._settings(sandbox.SCRATCH, sandbox.readable_inside(), locked=True)
            return sandbox.command(descriptor, settings, self.limits)
        self._folder = tempfile.TemporaryDirectory(prefix="jail-")
        settings = self._settings(self._folder.name, [], locked=False)
        return [sys.executable, "-I", "-B", "-c", sandbox.START, str(sandbox.PACKAGE.parent), str(descriptor), settings]

    def _settings(self, scratch: str, readable: list[str], *, locked: bool) -> str:
        return json.dumps({"preload": self.preload, "limits": asdict(self.limits), "scratch": scratch,
                           "readable": readable, "locked": locked})

    def _environment(self) -> dict[str, str]:
        scratch = {"HOME": self._folder.name, "TMPDIR": self._folder.name} if self._folder else {}
        return sandbox.ENVIRONMENT | scratch

    def _last_words(self) -> str:
        assert self._process is not None and self._process.stderr is not None
        self._process.kill()
        return self._process.stderr.read().decode("utf-8", "replace").strip()[-1000:]

    def probe(self) -> None:
        """Let a worker try to get out; raise SandboxError when it does."""
        worker = self.worker({}, "", {}, lambda *_: None)
        try:
            escaped = worker.request("probe", sandbox.secrets(), cpu=10.0)
        finally:
            worker.close()
        if escaped:
            raise SandboxError("the sandbox does not hold here, nothing is graded. From inside it was possible to "
                               + "; ".join(escaped))

    def ask(self, do: str, descriptors: list[int] | None = None, **rest: Any) -> dict[str, Any]:
        """One request to the zygote."""
        if self._control is None:
            raise InfrastructureError("the jail is not started")
        try:
            socket.send_fds(self._control, [json.dumps({"do": do, **rest}).encode()], descriptors or [])
            answer = self._control.recv(1 << 16)
            return json.loads(answer)
        except (OSError, ValueError) as error:
            raise InfrastructureError("the process that starts workers is gone") from error

    def worker(self, files: dict[str, bytes], module: str, provided: dict[str, tuple[str, ...]],
               answer: Callable[[str, str, tuple, dict], Any], standins: str = "", memory: Memory | None = None) -> Worker:
        """A fresh worker; its file is not imported before `load` is called.

        Parameters
        ----------
        files : dict of str to bytes
            Written into its own folder.
        module : str
            The module to import.
        provided : dict of str to tuple of str
            Modules made of functions that `answer` answers for.
        answer : callable
            ``answer(module, name, args, kwargs)`` gives the reference's value.
        standins : str
            Source of replacements that run inside, for a stage that has them.
        memory : Memory, optional
            What `answer` is known to give, where it depends on its arguments alone.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                pid = self.ask("spawn", [theirs.fileno()])["pid"]
        except InfrastructureError:
            ours.close()
            raise
        return Worker(self, ours, pid, files, module, provided, answer, standins, memory or Memory())

    def sweep(self) -> None:
        """End all workers and remove what they left."""
        self.ask("sweep")

    def close(self) -> None:
        """End the zygote; the kernel ends all that lives in its namespaces."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.cleanup()
            self._folder = None


class Handle:
    """An object that stays in the worker: it can be called, and so can its methods."""

    def __init__(self, worker: Worker, number: int, type_name: str) -> None:
        self._worker, self._number, self.type_name = worker, number, type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call_and_changes(args, kwargs)[0]

    def call_and_changes(self, args: tuple, kwargs: dict) -> tuple[Any, tuple[str, ...]]:
        """Call it; its value, and the arguments it changed in place."""
        return self._worker.call(["object", self._number], args, kwargs)

    def __getattr__(self, name: str) -> Callable:
        if name.startswith("__"):
            raise AttributeError(name)

        def method(*args: Any, **kwargs: Any) -> Any:
            return self._worker.call(["method", self._number, name], args, kwargs)[0]

        return method

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


class Worker:
    """One process in the jail.

    Attributes
    ----------
    alive : bool
        False once it ended, was ended, or broke the protocol.
    printed : str
        What the last call printed, the beginning of it.
    """

    def __init__(self, jail: Jail, stream: socket.socket, pid: int, files: dict[str, bytes], module: str,
                 provided: dict[str, tuple[str, ...]], answer: Callable, standins: str, memory: Memory) -> None:
        self.jail, self.limits, self.pid = jail, jail.limits, pid
        self.files, self.module, self.provided, self.answer, self.standins = files, module, provided, answer, standins
        self.memory = memory
        self.channel = Channel(stream, jail.limits.message, LOOK)
        self.alive = True
        self.printed = ""
        self._functions: list[Callable] = []
        self._serial = 0
        self._answering = False
        self._resets = 0
        self._sources = Sources(files)

    def load(self) -> None:
        """Import the student's file; what it raises is raised here."""
        files = {name: np.frombuffer(data, np.uint8) for name, data in self.files.items()}
        provided = {module: list(names) for module, names in self.provided.items()}
        self.request("load", self.module, files, provided, self.standins, cpu=self.limits.load_cpu)

    def reset(self, seed: int, replace: Iterable[str] = ()) -> None:
        """A clean state before a test; calls to the functions in `replace` come back to the grader.

        A worker that cannot give one, because a library was patched, a thread goes on or a timer is set, is ended; a
        fresh one takes its place. What the student's file itself leaves behind when it is imported is left alone.
        """
        self._functions.clear()
        self._resets += 1
        try:
            clean = self.request("reset", seed, sorted(replace), cpu=self.limits.call_cpu)
        except StudentError:
            self.close()
            raise
        if clean is not True and self._resets > 1:
            self.close()

    def call(self, target: list, args: tuple, kwargs: dict, cpu: float | None = None) -> tuple[Any, tuple[str, ...]]:
        """Call what `target` names; its value, and the arguments it changed in place.

        `cpu` is the limit of this call in CPU seconds, where it is not the usual one.
        """
        value = self.request("call", target, args, kwargs, cpu=cpu or self.limits.call_cpu)
        return value, self._changed

    def request(self, kind: str, *values: Any, cpu: float) -> Any:
        """One request and its answer.

        Raises
        ------
        StudentError
            A limit was passed, the worker ended, or what came back is no message.
        """
        if not self.alive:
            raise Died("it had ended before")
        if self._answering:
            raise Raised("TypeError", "an object of your own cannot be used by a function of another task")
        self._serial += 1
        budget = Budget(self, cpu)
        try:
            self._send(kind, values, budget)
            while True:
                header, payload = self.channel.receive(budget.overdue)
                if len(header) < 2 or header[1] != self._serial or isinstance(header[1], bool):
                    raise BadMessage("an answer to no question")
                if header[0] in ("ask", "callback"):
                    budget.overdue()
                    if len(payload) > MAX_QUESTION:
                        self._send("refuse", ("ValueError", f"arguments of more than {MAX_QUESTION >> 20} MiB"), budget)
                        continue
                    if self._answer_from_memory(header, payload, budget):
                        continue
                decoder = Decoder(payload, self._resolve)
                answer = [decoder.decode(form) for form in header[2:]]
                decoder.finish()
                if header[0] in ("ask", "callback"):
                    self._answer(header[0], answer, budget, question_of(header, payload))
                else:
                    return self._conclude(header[0], answer)
        except Died:
            how = self.end()
            raise self._why_it_died(how) from None
        except TooLarge:
            raise
        except (BadMessage, LimitExceeded):
            self.end()
            raise

    def _send(self, kind: str, values: Iterable[Any], budget: Budget) -> tuple[list, Encoder]:
        encoder = Encoder(self._refer, self.limits.message)
        forms = [encoder.encode(value) for value in values]
        self.channel.send(frame([kind, self._serial, *forms], encoder), budget.overdue)
        return forms, encoder

    def _conclude(self, kind: str, answer: list) -> Any:
        match kind, answer:
            case "value", [value, tuple() as changed, str() as printed] if all(type(name) is str for name in changed):
                self._changed: tuple[str, ...] = tuple(name[:100] for name in changed[:10])
                self.printed = printed[: self.limits.printed]
                return value
            case "oversize", [str() as printed]:
                self.printed = printed[: self.limits.printed]
                raise TooLarge("size", f"the value is larger than {self.limits.message >> 20} MiB, has more than "
                                       f"{MAX_NODES} items or is nested more than {MAX_DEPTH} deep")
            case "raised", [str() as known, str() as name, str() as message, str() as trace, str() as printed]:
                self.printed = printed[: self.limits.printed]
                raise crossing(known, self._sources.name(name, known), message[:MAX_TEXT], self._sources.trace(trace))
        raise BadMessage("an answer of no known kind")

    def _answer_from_memory(self, header: list, payload: bytearray, budget: Budget) -> bool:
        """Answer what the reference was asked before in the same bytes; True when that was done."""
        match header:
            case ["ask", _, str() as module, str() as name, *_] if name in self._may_ask(module):
                known = self.memory.recall(question_of(header, payload))
                if known is not None:
                    form, encoder = known
                    self.channel.send(frame(["answer", self._serial, form], encoder), budget.overdue)
                    return True
        return False

    def _answer(self, kind: str, asked: list, budget: Budget, question: bytes) -> None:
        """Answer a call that came out of student code: a replaced function's, or a test's own function."""
        match kind, asked:
            case "ask", [str() as module, str() as name, tuple() as args, dict() as kwargs] \
                    if name in self._may_ask(module):
                def function() -> Any:
                    return self.answer(module, name, args, kwargs)
            case "callback", [int() as number, tuple() as args, dict() as kwargs] if 0 <= number < len(self._functions):
                def function() -> Any:
                    return self._functions[number](*args, **kwargs)
            case _:
                raise BadMessage("a question that was not expected")
        if not all(isinstance(key, str) for key in kwargs):
            raise BadMessage("an argument without a name")
        values: tuple
        self._answering = True
        started = time.process_time()
        try:
            with at_most(ANSWER_CPU):
                value = function()
        except (LimitExceeded, InfrastructureError):
            raise
        except Exception as error:  # bad arguments from student code: the exception is the student's to see
            known = next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
            reply, values = "refuse", (known, str(error)[:500])
        else:
            reply, values = "answer", (value,)
        finally:
            self._answering = False
            budget.answering += time.process_time() - started
        forms, encoder = self._send(reply, values, budget)
        if (kind, reply) == ("ask", "answer") and question:
            self.memory.learn(question, forms[0], encoder)

    def _may_ask(self, module: str) -> frozenset[str]:
        return self.askable if module == self.module else frozenset(self.provided.get(module, ()))

    askable: frozenset[str] = frozenset()

    def _refer(self, value: Any) -> list:
        if isinstance(value, Handle):
            return ["h", value._number, value.type_name]
        if callable(value):
            self._functions.append(value)
            return ["f", len(self._functions) - 1, getattr(value, "__name__", "f")]
        return ["o", type(value).__name__[:80]]

    def _resolve(self, reference: Reference) -> Any:
        if reference.tag == "h":
            return Handle(self, reference.number, reference.name)
        raise BadMessage("a reference that cannot come from a worker")

    def _why_it_died(self, how: dict[str, Any]) -> StudentError:
        if how.get("signal") in (24, 9) and self.cpu_used >= self.limits.worker_cpu * 0.9:
            return LimitExceeded("cpu", f"more than {self.limits.worker_cpu} seconds of CPU time in all")
        return Died(how["how"])

    cpu_used = 0.0

    def end(self) -> dict[str, Any]:
        """End the process; how it ended."""
        if not self.alive:
            return {"how": "it had ended"}
        self.alive = False
        self.channel.stream.close()
        self.cpu_used = self.jail.ask("look", pid=self.pid)["cpu"] or self.cpu_used
        # A process that closed its socket is ending: give the kernel a moment, so that the true reason is told.
        deadline = time.monotonic() + 0.2
        while (answer := self.jail.ask("ended", pid=self.pid)) == {} and time.monotonic() < deadline:
            time.sleep(0.002)
        return answer or self.jail.ask("end", pid=self.pid)

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self.alive:
            self.alive = False
            self.channel.stream.close()
            self.jail.ask("end", pid=self.pid)


class TooLarge(LimitExceeded):
    """A value that was not sent because of its size; the worker goes on."""


def crossing(known: str, name: str, message: str, trace: str) -> Exception:
    """An exception as it arrives on this side: one of Python's own by its name, anything else as Raised."""
    from autograder.jail.worker import KNOWN

    if known in KNOWN:
        error: Exception = getattr(builtins, known)(message)
        error.type_name = name  # type: ignore[attr-defined]
        error.message = message  # type: ignore[attr-defined]
        error.student_trace = trace  # type: ignore[attr-defined]
        return error
    return Raised(name, message, trace)


def is_missing(value: Any) -> bool:
    """True for the answer to a call of a function that the student's module does not have."""
    return value == Opaque("missing function") if isinstance(value, Opaque) else False


__all__ = ["Handle", "Jail", "Limits", "Opaque", "TooLarge", "Worker", "is_missing"]
