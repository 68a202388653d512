"""The grader's side of one worker: makes requests and returns values."""

from __future__ import annotations

import builtins
import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from autograder.checks.values import MAX_DEPTH, Other, first_other, refuse_others
from autograder.checks.words import _
from autograder.errors import BadMessage, Died, InfrastructureError, Killed, LimitExceeded, Raised, StudentError
from autograder.sandbox.client.budget import LOOK, OF_A_CALLBACK, Budget, SubmissionBudget, apart, at_most, is_small
from autograder.sandbox.client.sources import Sources
from autograder.sandbox.client.transcript import PREFETCH_CPU, Exchange, Message, Prefetch, Transcript
from autograder.sandbox.walls import FROM_OUTSIDE
from autograder.sandbox.wire import EPOCH, MAX_NODES, Channel, Reference, decoded, encoded

if TYPE_CHECKING:
    from autograder.sandbox.client.sandbox import Sandbox

MAX_TEXT = 2000
# Bytes that student code may send with a question, and the CPU seconds that answering it may take.
MAX_QUESTION = 8 << 20
ANSWER_CPU = 5.0


@dataclass(frozen=True)
class Submission:
    """What a worker is given.

    Attributes
    ----------
    files : dict of str to bytes
        Files written to its folder.
    module : str
        The module to import.
    earlier : dict of str to str
        Name to source of earlier stages' modules, in reference versions, that the module may import.
    handed_out : dict of str to str
        Files that students were given: name in their folder to path in the kit.
    standins : str
        Source of replacements that run inside, for a stage that has them.
    """

    files: dict[str, bytes]
    module: str
    earlier: dict[str, str] = field(default_factory=dict)
    handed_out: dict[str, str] = field(default_factory=dict)
    standins: str = ""


class Handle:
    """An object that stays in the worker. It and its methods can be called."""

    def __init__(self, worker: Worker, number: int, type_name: str) -> None:
        self._worker, self._number, self.type_name = worker, number, type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._worker.call(["object", self._number, self.type_name], args, kwargs)[0]

    def call_and_changes(self, name: str, args: tuple[Any, ...]) -> tuple[Any, tuple[str, ...]]:
        """Call the object, created by the function or class `name`; return its value and what it changed in place."""
        return self._worker.call(["object", self._number, name], args, {})

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def method(*args: Any, **kwargs: Any) -> Any:
            return self._worker.call(["method", self._number, name], args, kwargs)[0]

        return method

    def __repr__(self) -> str:
        return f"<{self.type_name}>"


class Worker:
    """One process in the sandbox.

    Attributes
    ----------
    alive : bool
        False once it ended, was killed, or broke the protocol.
    printed : str
        Beginning of what the last call printed.
    askable : frozenset of str
        Functions of the module that reference versions stand in for.
    asked : dict of str to int
        How often each of them answered since the last reset.
    prefetch : Prefetch or None
        Requests sent ahead of the running test.
    recording : Transcript or None
        Where exchanges are recorded.
    total : SubmissionBudget or None
        The time limit of all requests of the submission together.
    """

    def __init__(self, sandbox: Sandbox, stream: socket.socket, pid: int, submission: Submission,
                 answer: Callable[..., Any]) -> None:
        self.sandbox, self.limits, self.pid = sandbox, sandbox.limits, pid
        self.submission, self.answer = submission, answer
        self.channel = Channel(stream, sandbox.limits.message, LOOK)
        self.alive = True
        self.printed = ""
        self.askable: frozenset[str] = frozenset()
        self.asked: dict[str, int] = {}
        self.prefetch: Prefetch | None = None
        self.recording: Transcript | None = None
        self.total: SubmissionBudget | None = None
        self.serial = 0
        self._functions: list[Callable[..., Any]] = []
        self._answering = False
        self._resets = 0
        self._sources = Sources(submission.files)
        self._times_full = sandbox.times_full()

    def load(self) -> None:
        """Import the student's file; exceptions of it are raised here."""
        one = self.submission
        files = {name: np.frombuffer(data, np.uint8) for name, data in one.files.items()}
        self.request("load", one.module, files, one.earlier, self.sandbox.handed_out(one.handed_out), one.standins,
                     cpu=self.limits.load_cpu)

    def reset(self, seed: int, replace: Iterable[str] = (), standins: str = "", known: Transcript | None = None,
              cpu: float = PREFETCH_CPU) -> None:
        """Restore a clean state before a test, with reference versions of the functions in `replace` in place.

        A worker that cannot do so, because a library was patched, a thread is still running or a timer is set, is killed, and a
        new one takes its place. What the import of the student's file itself leaves behind is accepted.

        Parameters
        ----------
        seed : int
        replace : iterable of str
        standins : str
            Source of replacements that it does not have yet.
        known : Transcript, optional
            Send its requests together with this one. See `prefetch`.
        cpu : float
            CPU seconds for each reply to them, at most those of a normal call.
        """
        self.prefetch = None
        self._functions.clear()
        self.askable, self.asked = frozenset(replace), {}
        self._resets += 1
        request = self._message("reset", (seed, sorted(replace), standins))
        try:
            self._expect_alive()
            if known is None:
                reply = self._exchange(request, self.limits.call_cpu)
            else:
                serial, self.prefetch = self.next_serial(), Prefetch(self, known, cpu)
                self.prefetch.send(request.framed(serial))
                with self.kill_on_protocol_error():
                    reply = self.receive(serial, Budget(self, self.limits.call_cpu, request))
            clean = self._conclude(reply)
        except InfrastructureError:
            raise
        except Exception:  # also exceptions that student code caused in Python itself, such as a NameError for deleted builtins
            self.close()
            raise
        if clean is not True and self._resets > 1:
            self.close()

    def call(self, target: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any],
             cpu: float | None = None) -> tuple[Any, tuple[str, ...]]:
        """Call `target`; return its value and the arguments it changed in place.

        `cpu` overrides the limit of a call in CPU seconds.
        """
        value = self.request("call", target, args, kwargs, cpu=cpu or self.limits.call_cpu)
        return value, self._changed

    def request(self, kind: str, *values: Any, cpu: float) -> Any:
        """Make one request and return its value.

        Raises
        ------
        StudentError
            A limit was exceeded, the worker ended, or it broke the protocol.
        """
        if self._answering:
            raise Raised("TypeError", _("an object of your own cannot be used by a function of another task"))
        message = self._message(kind, values)
        return self._conclude(self.exchange(message, cpu) if self.prefetch is None else self.prefetch.ask(message, cpu))

    def exchange(self, request: Message, cpu: float) -> Message:
        """Send a request and return its reply, recording both if `recording` is set."""
        self._expect_alive()
        reply = self._exchange(request, cpu)
        if self.recording is not None:
            self.recording.exchanges.append(Exchange(request, reply))
        return reply

    def _exchange(self, request: Message, cpu: float) -> Message:
        budget = Budget(self, cpu, request)
        with self.kill_on_protocol_error():
            serial = self.next_serial()
            self.channel.send(request.framed(serial), budget.check_deadline)
            reply = self.receive(serial, budget)
            self.follow(serial, reply)
            return reply

    def next_serial(self) -> int:
        """Return the number of the next request."""
        self.serial += 1
        return self.serial

    def follow(self, serial: int, reply: Message) -> None:
        """Let the next request be the one that follows on this reply to the request `serial`: see EPOCH."""
        self.serial = serial + EPOCH * (reply.kind == "raised")

    def receive(self, serial: int, budget: Budget) -> Message:
        """Wait for the reply with this serial, answering questions of student code meanwhile."""
        while True:
            header, payload = self.channel.receive(budget.check_deadline)
            if len(header) < 2 or header[1] != serial or isinstance(header[1], bool):
                raise BadMessage(_("an answer to no question"))
            message = Message(header[0], header[2:], payload)
            if message.kind not in ("ask", "callback"):
                budget.answered()
                return message
            budget.check_deadline()
            if self.recording is not None:
                self.recording.asks = True
            self.channel.send(self._answer(message, budget).framed(serial), budget.check_deadline)

    def _expect_alive(self) -> None:
        if not self.alive:
            raise Died("it had ended before")

    @contextlib.contextmanager
    def kill_on_protocol_error(self) -> Iterator[None]:
        """Context in which a protocol error or a limit ends the worker."""
        try:
            yield
        except Died:
            how = self.end()
            raise self._why_it_died(how) from None
        except TooLarge:
            raise
        except (BadMessage, LimitExceeded):
            self.end()
            raise

    def _message(self, kind: str, values: Iterable[Any]) -> Message:
        return Message(kind, *encoded(values, self._refer, self.limits.message))

    def _decoded(self, message: Message) -> list[Any]:
        return decoded(message.forms, bytearray(message.payload), self._resolve)

    def _conclude(self, reply: Message) -> Any:
        with self.kill_on_protocol_error():
            answer = self._decoded(reply)
            match reply.kind, answer:
                case "value", [value, tuple() as changed, str() as printed] if all(type(name) is str for name in changed):
                    self._changed: tuple[str, ...] = tuple(name[:100] for name in changed[:10])
                    self.printed = printed[: self.limits.printed]
                    return value
                case "oversize", [str() as printed]:
                    self.printed = printed[: self.limits.printed]
                    raise TooLarge("size", _("the value is larger than {size} MiB, has more than {items} items or is nested "
                                             "more than {deep} deep", size=self.limits.message >> 20, items=MAX_NODES,
                                             deep=MAX_DEPTH))
                case "raised", [str() as known, str() as name, str() as message, str() as trace, str() as printed]:
                    self.printed = printed[: self.limits.printed]
                    name = self._sources.name(name, known.partition(" ")[0])
                    raise crossing(known, name, message[:MAX_TEXT], self._sources.trace(trace))
            raise BadMessage(_("an answer of no known kind"))

    def _answer(self, question: Message, budget: Budget) -> Message:
        """Answer a call made by student code: by a reference version or a test's own function."""
        if len(question.payload) > MAX_QUESTION:
            return self._message("refuse", ("ValueError", _("arguments of more than {size} MiB", size=MAX_QUESTION >> 20)))
        match question.kind, self._decoded(question):
            case "ask", [str() as name, tuple() as args, dict() as kwargs] if name in self.askable:
                self.asked[name] = self.asked.get(name, 0) + 1

                def function() -> Any:
                    if first_other((args, kwargs)) is not None:
                        raise OutsideContract
                    return self.answer(name, args, kwargs)
            case "callback", [int() as number, tuple() as args, dict() as kwargs] if number >= 0:
                def function() -> Any:
                    if number >= len(self._functions):
                        raise ValueError(_("this function belonged to a test that has ended"))
                    refuse_others(args, kwargs)
                    return self._functions[number](*args, **kwargs)
            case _:
                raise BadMessage(_("a question that was not expected"))
        if not all(isinstance(key, str) for key in kwargs):
            raise BadMessage(_("an argument without a name"))
        is_callback = question.kind == "callback"
        small = is_small(args, kwargs, **(OF_A_CALLBACK if is_callback else {}))
        if is_callback and not small:  # a test's function records its calls, so it must run in this process or not at all
            return self._message("refuse", ("ValueError", _("arguments far larger than the test's own")))
        self._answering = True
        try:
            with budget.paused():
                if small:
                    with at_most(ANSWER_CPU):
                        answer = self._respond(function)
                else:
                    answer = Message(*msgspec.msgpack.decode(apart(lambda: self._packed(function), ANSWER_CPU)))
        finally:
            self._answering = False
        if answer.kind == "limit":
            raise LimitExceeded(*answer.forms)
        return answer

    def _respond(self, function: Callable[[], Any]) -> Message:
        """Return the message with the value of `function`, or with the exception that student code should see."""
        try:
            return self._message("answer", (function(),))
        except (LimitExceeded, InfrastructureError):
            raise
        except OutsideContract:
            return self._message("outside", ())
        except Exception as error:
            known = next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")
            return self._message("refuse", (known, str(error)[:500]))

    def _packed(self, function: Callable[[], Any]) -> bytes:
        """Return the message of `_respond` as bytes, for another process."""
        try:
            answer = self._respond(function)
        except LimitExceeded as error:
            answer = Message("limit", [error.kind, str(error)])
        return msgspec.msgpack.encode([answer.kind, answer.forms, bytes(answer.payload)])

    def _refer(self, value: Any) -> list[Any]:
        if isinstance(value, Handle):
            return ["h", value._number, value.type_name]
        if callable(value):
            self._functions.append(value)
            return ["f", len(self._functions) - 1, getattr(value, "__name__", "f")]
        return ["o", "an object"]

    def _resolve(self, reference: Reference) -> Any:
        if reference.tag == "h":
            return Handle(self, reference.number, reference.name)
        raise BadMessage(_("a reference that cannot come from a worker"))

    def _why_it_died(self, how: dict[str, Any]) -> StudentError | Killed:
        if how.get("signal") in (24, 9) and how.get("cpu", 0.0) >= self.limits.worker_cpu * 0.9:
            return LimitExceeded("cpu", _("more than {seconds} seconds of CPU time in all", seconds=self.limits.worker_cpu))
        if how.get("signal") == signal.SIGKILL and self.sandbox.times_full() > self._times_full:
            return LimitExceeded("memory", _("the program took more memory than a submission may use"))
        if how.get("signal") in FROM_OUTSIDE and not self.sandbox.killed_counts:
            self.sandbox.trouble = Killed(f"a process with student code was ended from outside ({how['how']})")
            return self.sandbox.trouble
        return Died(how["how"])

    def end(self) -> dict[str, Any]:
        """Kill the process; return how it ended."""
        if not self.alive:
            return {"how": "it had ended"}
        self.alive = False
        self.channel.stream.close()
        # A process that closed its socket is about to exit: give it a moment, so that its own status is reported.
        deadline = time.monotonic() + 0.5
        while (answer := self.sandbox.ask("ended", pid=self.pid)) == {} and time.monotonic() < deadline:
            time.sleep(0.002)
        return self._gone(answer or self.sandbox.ask("end", pid=self.pid))

    def _gone(self, how: dict[str, Any], by_the_grader: bool = False) -> dict[str, Any]:
        if self.total is not None:
            self.total.worker_ended(how.get("cpu", 0.0), by_the_grader)
        return how

    def close(self, by_the_grader: bool = False) -> None:
        """Kill the process, whatever it is doing; `by_the_grader` if not because of student code."""
        self.prefetch = None
        if self.alive:
            self.alive = False
            self.channel.stream.close()
            self._gone(self.sandbox.ask("end", pid=self.pid), by_the_grader)


class OutsideContract(Exception):
    """A call outside the contract of a reference version; the student's own function answers it."""


class TooLarge(LimitExceeded):
    """A value was too large to be sent. The worker goes on."""


def crossing(known: str, name: str, message: str, trace: str) -> Exception:
    """Return the exception to raise here: a built-in one by name, a combination of several, or else Raised."""
    from autograder.sandbox.worker import KNOWN

    bases = [getattr(builtins, one) for one in dict.fromkeys(known.split()) if one in KNOWN]
    if bases:
        try:
            error: Exception = (bases[0] if len(bases) == 1 else type(bases[0].__name__, tuple(bases), {}))(message)
        except TypeError:  # some built-in exceptions cannot be combined
            error = bases[0](message)
        error.type_name = name  # type: ignore[attr-defined]
        error.message = message  # type: ignore[attr-defined]
        error.student_trace = trace  # type: ignore[attr-defined]
        return error
    return Raised(name, message, trace)


def is_missing(value: Any) -> bool:
    """Whether a value stands for a function that the student's module lacks."""
    return isinstance(value, Other) and value.words == "a missing function"


