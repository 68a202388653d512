"""The grader's side of one worker: it answers requests with values."""

from __future__ import annotations

import builtins
import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from autograder.errors import BadMessage, Died, InfrastructureError, Killed, LimitExceeded, Raised, StudentError
from autograder.sandbox.client.answer_cache import AnswerCache, question_of
from autograder.sandbox.client.budget import LOOK, Budget, SubmissionBudget, apart, at_most, is_small
from autograder.sandbox.client.sources import Sources
from autograder.sandbox.client.transcript import PATIENCE, Exchange, Message, Prefetch, Transcript
from autograder.sandbox.walls import FROM_OUTSIDE
from autograder.sandbox.wire import EPOCH, MAX_DEPTH, MAX_NODES, Channel, Decoder, Encoder, Opaque, Reference

if TYPE_CHECKING:
    from autograder.sandbox.client.sandbox import Sandbox

MAX_TEXT = 2000
# What student code may send along with a question, and the CPU seconds an answer to it may take here.
MAX_QUESTION = 8 << 20
ANSWER_CPU = 5.0
# A longer question is not answered ahead.
LONG_QUESTION = 1 << 16


class Handle:
    """An object that stays in the worker: it can be called, and so can its methods."""

    def __init__(self, worker: Worker, number: int, type_name: str) -> None:
        self._worker, self._number, self.type_name = worker, number, type_name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call_and_changes(args, kwargs)[0]

    def call_and_changes(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
        """Call it; its value, and the arguments it changed in place."""
        return self._worker.call(["object", self._number], args, kwargs)

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
        The module's own functions that student code may ask the reference for.
    play : Prefetch or None
        The known conversation that is under way.
    recording : Transcript or None
        Where all that is said is kept.
    total : SubmissionBudget or None
        What all requests of the submission may take together.
    """

    def __init__(self, sandbox: Sandbox, stream: socket.socket, pid: int, files: dict[str, bytes], module: str,
                 provided: dict[str, tuple[str, ...]], answer: Callable[..., Any], standins: str, memory: AnswerCache) -> None:
        self.sandbox, self.limits, self.pid = sandbox, sandbox.limits, pid
        self.files, self.module, self.provided, self.answer, self.standins = files, module, provided, answer, standins
        self.memory = memory
        self.channel = Channel(stream, sandbox.limits.message, LOOK)
        self.alive = True
        self.printed = ""
        self.askable: frozenset[str] = frozenset()
        self.play: Prefetch | None = None
        self.recording: Transcript | None = None
        self.total: SubmissionBudget | None = None
        self.serial = 0
        self._functions: list[Callable[..., Any]] = []
        self._answering = False
        self._resets = 0
        self._sources = Sources(files)

    def load(self) -> None:
        """Import the student's file; what it raises is raised here."""
        files = {name: np.frombuffer(data, np.uint8) for name, data in self.files.items()}
        provided = {module: list(names) for module, names in self.provided.items()}
        self.request("load", self.module, files, provided, self.standins, cpu=self.limits.load_cpu)

    def reset(self, seed: int, replace: Iterable[str] = (), standins: str = "", known: Transcript | None = None,
              patience: float = PATIENCE) -> None:
        """A clean state before a test; calls to the functions in `replace` come back to the grader.

        A worker that cannot give one, because a library was patched, a thread goes on or a timer is set, is ended; a
        fresh one takes its place. What the student's file itself leaves behind when it is imported is left alone.

        Parameters
        ----------
        seed : int
        replace : iterable of str
        standins : str
            Source of replacements that it does not have yet.
        known : Transcript, optional
            To be held with this worker: its requests go out together with this one. See `play`.
        patience : float
            CPU seconds for each of its answers; no more than a call may take that is made by itself.
        """
        self.finish_play()
        self._functions.clear()
        self._resets += 1
        prefetched_answers = known.prefetched_bytes if known is not None else None
        request = self._message("reset", (seed, sorted(replace), prefetched_answers, standins))
        try:
            reply = self.exchange(request, self.limits.call_cpu) if known is None else self._begin_play(known, request, patience)
            clean = self._conclude(reply)
        except StudentError:
            self.close()
            raise
        if clean is not True and self._resets > 1:
            self.close()

    def _begin_play(self, known: Transcript, request: Message, patience: float) -> Message:
        """The answer to the reset, which goes out together with the first requests of the test."""
        self._expect_alive()
        self.play = Prefetch(self, known, patience)
        serial, budget = self.next_serial(), Budget(self, self.limits.call_cpu)
        self.play.send_ahead(request.framed(serial))
        with self.kill_on_protocol_error():
            reply, _ = self.hear(serial, budget)
        assert reply is not None
        return reply

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
            raise Raised("TypeError", "an object of your own cannot be used by a function of another task")
        if self.play is None:
            self._expect_alive()
        message = self._message(kind, values)
        reply = self.exchange(message, cpu) if self.play is None else self.play.ask(message, cpu)
        return self._conclude(reply)

    def exchange(self, request: Message, cpu: float) -> Message:
        """Send a request and hear its answer."""
        self._expect_alive()
        turn, budget = Exchange(request), Budget(self, cpu)
        with self.kill_on_protocol_error():
            serial = self.next_serial()
            self.channel.send(request.framed(serial), budget.check_deadline)
            reply, _ = self.hear(serial, budget, turn=turn)
        assert reply is not None
        if self.recording is not None:
            turn.reply = reply.text()
            self.recording.turns.append(turn)
        return reply

    def next_serial(self) -> int:
        """The number of the next request."""
        self.serial += 1
        return self.serial

    def hear(self, serial: int, budget: Budget, call_back: Callable[[Message], Message | None] | None = None,
             first: Message | None = None, turn: Exchange | None = None) -> tuple[Message | None, Message | None]:
        """Wait for the answer to the request of this number; what student code asks meanwhile is answered.

        Parameters
        ----------
        serial : int
        budget : Budget
        call_back : callable, optional
            Answers for the test's own functions. Where it gives None, the question is handed back in place of the answer.
        first : Message, optional
            A question that came before and still waits.
        turn : Exchange, optional
            Where the answers of the test's own functions are kept.
        """
        while True:
            if first is not None:
                message, first = first, None
            else:
                header, payload = self.channel.receive(budget.check_deadline)
                if len(header) < 2 or header[1] != serial or isinstance(header[1], bool):
                    raise BadMessage("an answer to no question")
                message = Message(header[0], header[2:], payload)
            if message.kind not in ("ask", "callback"):
                budget.answered()
                if message.kind == "raised":
                    self.serial = (serial // EPOCH + 1) * EPOCH
                return message, None
            budget.check_deadline()
            if len(message.payload) > MAX_QUESTION:
                answer = self._message("refuse", ("ValueError", f"arguments of more than {MAX_QUESTION >> 20} MiB"))
            elif message.kind == "ask":
                answer = self._from_memory(message) or self._answer(message, budget)
                self._note_question(message, answer)
            elif call_back is not None:
                known = call_back(message)
                if known is None:
                    return None, message
                answer = known
            else:
                answer = self._answer(message, budget)
                if turn is not None:
                    turn.callbacks.append((message, answer))
            self.channel.send(answer.framed(serial), budget.check_deadline)

    def call_back(self, question: Message) -> None:
        """Let the test's own functions see a question that was answered in their place."""
        self._answer(question, None)

    def finish_play(self) -> None:
        """Give up what is left of a known conversation."""
        play, self.play = self.play, None
        if play is not None:
            play.finish()

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
                    raise TooLarge("size", f"the value is larger than {self.limits.message >> 20} MiB, has more than "
                                           f"{MAX_NODES} items or is nested more than {MAX_DEPTH} deep")
                case "raised", [str() as known, str() as name, str() as message, str() as trace, str() as printed]:
                    self.printed = printed[: self.limits.printed]
                    raise crossing(known, self._sources.name(name, known), message[:MAX_TEXT], self._sources.trace(trace))
            raise BadMessage("an answer of no known kind")

    def _from_memory(self, question: Message) -> Message | None:
        """The answer to what the reference was asked before in the same bytes."""
        match question.forms:
            case [str() as module, str() as name, *_] if name in self._may_ask(module):
                known = self.memory.get(question_of(question.forms, question.payload))
                if known is not None:
                    return Message("answer", [known[0]], known[1])
        return None

    def _answer(self, question: Message, budget: Budget | None) -> Message:
        """Answer a call that came out of student code: a replaced function's, or a test's own function."""
        match question.kind, self._decoded(question):
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
        small = is_small(args, kwargs)
        if question.kind == "callback" and not small:  # a test's function remembers its calls: it is called here or not at all
            return self._message("refuse", ("ValueError", "arguments far larger than the test's own"))
        self._answering = True
        try:
            with budget.paused() if budget is not None else contextlib.nullcontext():
                if small:
                    with at_most(ANSWER_CPU):
                        answer = self._respond(function)
                else:
                    answer = Message(*msgspec.msgpack.decode(apart(lambda: self._packed(function), ANSWER_CPU)))
        finally:
            self._answering = False
        if answer.kind == "limit":
            raise LimitExceeded(*answer.forms)
        if question.kind == "ask" and answer.kind == "answer":
            self.memory.put(question_of(question.forms, question.payload), answer.forms[0], bytes(answer.payload))
        return answer

    def _respond(self, function: Callable[[], Any]) -> Message:
        """What a function gives, or what student code is to see raised where its arguments were bad."""
        try:
            return self._message("answer", (function(),))
        except (LimitExceeded, InfrastructureError):
            raise
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

    def _note_question(self, question: Message, answer: Message) -> None:
        """Keep what the reference answered, if this conversation is kept."""
        if self.recording is not None and answer.kind == "answer" \
                and len(question.payload) + len(answer.payload) <= LONG_QUESTION:
            asked = question_of(question.forms, question.payload)
            self.recording.prefetched_answers[asked] = answer.forms[0], bytes(answer.payload)

    def _may_ask(self, module: str) -> frozenset[str]:
        return self.askable if module == self.module else frozenset(self.provided.get(module, ()))

    def _refer(self, value: Any) -> list[Any]:
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

    def _why_it_died(self, how: dict[str, Any]) -> StudentError | Killed:
        if how.get("signal") in (24, 9) and how.get("cpu", 0.0) >= self.limits.worker_cpu * 0.9:
            return LimitExceeded("cpu", f"more than {self.limits.worker_cpu} seconds of CPU time in all")
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

    def _gone(self, how: dict[str, Any]) -> dict[str, Any]:
        if self.total is not None:
            self.total.worker_ended(how.get("cpu", 0.0))
        return how

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self.play = None
        if self.alive:
            self.alive = False
            self.channel.stream.close()
            self._gone(self.sandbox.ask("end", pid=self.pid))


class TooLarge(LimitExceeded):
    """A value that was not sent because of its size; the worker goes on."""


def crossing(known: str, name: str, message: str, trace: str) -> Exception:
    """An exception as it arrives on this side: one of Python's own by its name, anything else as Raised."""
    from autograder.sandbox.worker import KNOWN

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


