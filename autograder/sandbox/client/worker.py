"""The grader's side of one worker: it answers requests with values."""

from __future__ import annotations

import builtins
import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from autograder.checks.values import Other, first_other, refuse_others
from autograder.checks.words import _
from autograder.errors import BadMessage, Died, InfrastructureError, Killed, LimitExceeded, Raised, StudentError
from autograder.sandbox.client.budget import LOOK, OF_A_CALLBACK, Budget, SubmissionBudget, apart, at_most, is_small
from autograder.sandbox.client.sources import Sources
from autograder.sandbox.client.transcript import PREFETCH_CPU, Exchange, Message, Prefetch, Transcript
from autograder.sandbox.walls import FROM_OUTSIDE
from autograder.sandbox.wire import EPOCH, MAX_DEPTH, MAX_NODES, Channel, Decoder, Encoder, Reference

if TYPE_CHECKING:
    from autograder.sandbox.client.sandbox import Sandbox

MAX_TEXT = 2000
# What student code may send along with a question, and the CPU seconds an answer to it may take here.
MAX_QUESTION = 8 << 20
ANSWER_CPU = 5.0


@dataclass(frozen=True)
class Submission:
    """What a worker is given.

    Attributes
    ----------
    files : dict of str to bytes
        Written into its own folder.
    module : str
        The module to import.
    earlier : dict of str to str
        Right versions of earlier stages' modules that the module may import: source by name.
    handed_out : dict of str to str
        What students were handed out beside their file: places in the kit by name.
    standins : str
        Source of replacements that run inside, for a stage that has them.
    """

    files: dict[str, bytes]
    module: str
    earlier: dict[str, str] = field(default_factory=dict)
    handed_out: dict[str, str] = field(default_factory=dict)
    standins: str = ""


class Handle:
    """An object that stays in the worker: it can be called, and so can its methods."""

    def __init__(self, worker: Worker, number: int, type_name: str) -> None:
        self._worker, self._number, self.type_name = worker, number, type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._worker.call(["object", self._number, self.type_name], args, kwargs)[0]

    def call_and_changes(self, name: str, args: tuple[Any, ...]) -> tuple[Any, tuple[str, ...]]:
        """Call what the function or class of this name made; its value, and what it changed in place."""
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
        False once it ended, was ended, or broke the protocol.
    printed : str
        What the last call printed, the beginning of it.
    askable : frozenset of str
        The module's own functions for which right versions stand in.
    asked : dict of str to int
        How often each of them answered since the last reset.
    prefetch : Prefetch or None
        The requests that were made ahead of the test that runs.
    recording : Transcript or None
        Where all exchanges are kept.
    total : SubmissionBudget or None
        What all requests of the submission may take together.
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

    def load(self) -> None:
        """Import the student's file; what it raises is raised here."""
        one = self.submission
        files = {name: np.frombuffer(data, np.uint8) for name, data in one.files.items()}
        self.request("load", one.module, files, one.earlier, self.sandbox.handed_out(one.handed_out), one.standins,
                     cpu=self.limits.load_cpu)

    def reset(self, seed: int, replace: Iterable[str] = (), standins: str = "", known: Transcript | None = None,
              cpu: float = PREFETCH_CPU) -> None:
        """A clean state before a test; right versions of the functions in `replace` stand in.

        A worker that cannot give one, because a library was patched, a thread goes on or a timer is set, is ended; a
        fresh one takes its place. What the student's file itself leaves behind when it is imported is left alone.

        Parameters
        ----------
        seed : int
        replace : iterable of str
        standins : str
            Source of replacements that it does not have yet.
        known : Transcript, optional
            Its requests go out together with this one. See `prefetch`.
        cpu : float
            CPU seconds for each reply to them; no more than a call may take that is made by itself.
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
        except Exception:  # also what student code made of Python itself, such as a NameError where its names are gone
            self.close()
            raise
        if clean is not True and self._resets > 1:
            self.close()

    def call(self, target: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any],
             cpu: float | None = None) -> tuple[Any, tuple[str, ...]]:
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
        if self._answering:
            raise Raised("TypeError", _("an object of your own cannot be used by a function of another task"))
        message = self._message(kind, values)
        return self._conclude(self.exchange(message, cpu) if self.prefetch is None else self.prefetch.ask(message, cpu))

    def exchange(self, request: Message, cpu: float) -> Message:
        """Send a request and read its reply; it is recorded, where a transcript is kept."""
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
            return self.receive(serial, budget)

    def next_serial(self) -> int:
        """The number of the next request."""
        self.serial += 1
        return self.serial

    def receive(self, serial: int, budget: Budget) -> Message:
        """Wait for the reply to the request of this number; what student code asks meanwhile is answered."""
        while True:
            header, payload = self.channel.receive(budget.check_deadline)
            if len(header) < 2 or header[1] != serial or isinstance(header[1], bool):
                raise BadMessage(_("an answer to no question"))
            message = Message(header[0], header[2:], payload)
            if message.kind not in ("ask", "callback"):
                budget.answered()
                if message.kind == "raised":
                    self.serial = (serial // EPOCH + 1) * EPOCH
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
        """What goes wrong between the two sides inside ends the worker."""
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
        encoder = Encoder(self._refer, self.limits.message)
        forms = [encoder.encode(value) for value in values]
        return Message(kind, forms, encoder.payload())

    def _decoded(self, message: Message) -> list[Any]:
        decoder = Decoder(bytearray(message.payload), self._resolve)
        values = [decoder.decode(form) for form in message.forms]
        decoder.finish()
        return values

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
        """Answer a call that came out of student code: to a right version that stands in, or to a test's own function."""
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
        if is_callback and not small:  # a test's function remembers its calls: it is called here or not at all
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
        """What a function gives, or what student code is to see raised where its arguments were bad."""
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
        """The same as bytes, from another process."""
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
        if how.get("signal") in FROM_OUTSIDE and not self.sandbox.killed_counts:
            self.sandbox.trouble = Killed(f"a process with student code was ended from outside ({how['how']})")
            return self.sandbox.trouble
        return Died(how["how"])

    def end(self) -> dict[str, Any]:
        """End the process; how it ended."""
        if not self.alive:
            return {"how": "it had ended"}
        self.alive = False
        self.channel.stream.close()
        # A process that closed its socket is ending: give the kernel a moment, so that the true reason is told.
        deadline = time.monotonic() + 0.5
        while (answer := self.sandbox.ask("ended", pid=self.pid)) == {} and time.monotonic() < deadline:
            time.sleep(0.002)
        return self._gone(answer or self.sandbox.ask("end", pid=self.pid))

    def _gone(self, how: dict[str, Any], by_the_grader: bool = False) -> dict[str, Any]:
        if self.total is not None:
            self.total.worker_ended(how.get("cpu", 0.0), by_the_grader)
        return how

    def close(self, by_the_grader: bool = False) -> None:
        """End the process, whatever it is doing; `by_the_grader` where nothing that student code did is the reason."""
        self.prefetch = None
        if self.alive:
            self.alive = False
            self.channel.stream.close()
            self._gone(self.sandbox.ask("end", pid=self.pid), by_the_grader)


class OutsideContract(Exception):
    """A call that a right version is not made for: the student's own function answers it."""


class TooLarge(LimitExceeded):
    """A value that was not sent because of its size; the worker goes on."""


def crossing(known: str, name: str, message: str, trace: str) -> Exception:
    """An exception as it arrives on this side: one of Python's own by its name, or of several; anything else as Raised."""
    from autograder.sandbox.worker import KNOWN

    bases = [getattr(builtins, one) for one in dict.fromkeys(known.split()) if one in KNOWN]
    if bases:
        try:
            error: Exception = (bases[0] if len(bases) == 1 else type(bases[0].__name__, tuple(bases), {}))(message)
        except TypeError:  # some of Python's own are not made to go together
            error = bases[0](message)
        error.type_name = name  # type: ignore[attr-defined]
        error.message = message  # type: ignore[attr-defined]
        error.student_trace = trace  # type: ignore[attr-defined]
        return error
    return Raised(name, message, trace)


def is_missing(value: Any) -> bool:
    """True for the answer to a call of a function that the student's module does not have."""
    return isinstance(value, Other) and value.words == "a missing function"


