"""What is said between grader and worker in one test, and how a conversation that is known is held again.

The verdict of a test is a function of what the test heard. While the model answers are reference_run, the conversation of each
test is kept; another submission is then asked all of it ahead of its answers, and where the answers are the same word for
word, so is the verdict, and the test need not be run. Where one differs, the test is run after all. As long as it asks
what was asked ahead, the answers are there already; once it asks something else, it starts again, and nothing is asked ahead.

Nothing of what the model answers gave goes into the sandbox this way, but for what student code may ask for anyway: the
reference's answers for functions of earlier tasks.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from autograder.errors import StudentError
from autograder.sandbox.client.budget import Budget
from autograder.sandbox.wire import frame

if TYPE_CHECKING:
    from autograder.sandbox.client.worker import Worker

# Bytes of requests on their way: they fit into a socket's buffer, so that neither side waits for the other to read.
WINDOW = 1 << 16
# Bytes of a request beside its arrays, about.
ROOM = 512
# Bytes of the reference's answers that go along with a test.
MAX_PREFETCHED = 1 << 20
# CPU seconds for what is asked ahead; what takes longer is asked again by itself, with the limit of a call.
PATIENCE = 1.0


@dataclass(frozen=True)
class Message:
    """One message without its number.

    Attributes
    ----------
    kind : str
    forms : list
        Header form of the values; see `autograder.sandbox.wire`.
    payload : bytes
    """

    kind: str
    forms: list[Any]
    payload: bytes | bytearray = b""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.payload) + ROOM

    def text(self) -> bytes:
        """All of it in one piece: two messages are the same where this is."""
        return msgspec.msgpack.encode([self.kind, *self.forms]) + self.payload

    def framed(self, serial: int) -> bytes:
        """As it goes over the wire."""
        return frame([self.kind, serial, *self.forms], self.payload)


@dataclass
class Exchange:
    """A request, what student code asked of the test's own functions before it answered, and the answer's text.

    Attributes
    ----------
    request : Message
    callbacks : list of (Message, Message)
        Each question, and what it was answered.
    reply : bytes
    """

    request: Message
    callbacks: list[tuple[Message, Message]] = field(default_factory=list)
    reply: bytes = b""


@dataclass
class Transcript:
    """All turns of one test after the reset.

    Attributes
    ----------
    turns : list of Exchange
    prefetched_answers : dict of bytes to tuple
        The reference's answers to what student code asked, by question: header form and payload.
    """

    turns: list[Exchange] = field(default_factory=list)
    prefetched_answers: dict[bytes, tuple[Any, bytes]] = field(default_factory=dict)

    @cached_property
    def prefetched_bytes(self) -> np.ndarray | None:
        """The prefetched_answers, as it goes over the wire; the worker reads it with `read_prefetched`."""
        data = msgspec.msgpack.encode(self.prefetched_answers)
        return np.frombuffer(data, np.uint8) if self.prefetched_answers and len(data) <= MAX_PREFETCHED else None


class TranscriptDiverged(BaseException):
    """A test cannot go on from what was asked ahead of it: it is to be run from its beginning, with nothing asked ahead."""


@dataclass
class Reply:
    """The answer to a request, and how many of its known callbacks were answered in the test's place."""

    reply: Message
    called: int = 0


class Prefetch:
    """One known conversation, held with another worker.

    Its answers may come late, many at a time: which request took too long, or ended the worker, is not to be known. Then, too,
    the test starts again.

    Parameters
    ----------
    worker : Worker
    known : Transcript
    patience : float
        CPU seconds in which the next answer has to come.
    """

    def __init__(self, worker: Worker, known: Transcript, patience: float = PATIENCE) -> None:
        self.worker, self.turns, self.patience = worker, known.turns, patience
        self.sent: list[int] = []  # the numbers of the requests that were made ahead
        self.heard: list[Reply] = []
        self.used = 0              # how many of them the test has made itself
        self._on_the_way = 0       # bytes
        self._waiting: Message | None = None  # a question to the test's own functions, which only the test can answer
        self._called = 0           # how many of the same turn were answered before it

    def matches_transcript(self) -> bool:
        """Ask all of it; True where every answer is the known one.

        Raises
        ------
        StudentError
            The worker is at its end.
        """
        while len(self.heard) < len(self.turns):
            self.send_ahead()
            turn = self.turns[len(self.heard)]
            reply = self._hear(turn)
            if reply is None or reply.text() != turn.reply:
                return False
        return True

    def send_ahead(self, before: bytes = b"") -> None:
        """Make as many requests as may be on the way at a time, after what is to go `before` them."""
        parts = [before] if before else []
        while len(self.sent) < len(self.turns):
            request = self.turns[len(self.sent)].request
            if self._on_the_way and self._on_the_way + request.size > WINDOW:
                break
            self._on_the_way += request.size
            self.sent.append(self.worker.next_serial())
            parts.append(request.framed(self.sent[-1]))
        if parts:
            with self.worker.kill_on_protocol_error():
                self.worker.channel.send(b"".join(parts), Budget(self.worker, self.patience).check_deadline)

    def ask(self, request: Message, cpu: float) -> Message:
        """The answer to what the test asks now: heard already, on the way, or given now.

        Raises
        ------
        TranscriptDiverged
            Something else was asked ahead, or the worker came to its end over it.
        StudentError
            From a request that was not made ahead.
        """
        if self.used == len(self.sent):  # nothing is ahead of the test any more
            self.worker.play = None
            return self.worker.exchange(request, cpu)
        position, self.used = self.used, self.used + 1
        turn = self.turns[position]
        if request.text() != turn.request.text():
            raise TranscriptDiverged
        if position < len(self.heard):
            self._relive(turn, self.heard[position].called)
        else:
            self._relive(turn, self._called if self._waiting is not None else 0)
            try:
                self._hear(turn, live=True)
            except StudentError:
                raise TranscriptDiverged from None
        return self.heard[position].reply

    def finish(self) -> None:
        """Hear out what is still on the way; a worker that takes long over it is ended."""
        with contextlib.suppress(StudentError):
            while self.worker.alive and len(self.heard) < len(self.sent):
                if self._waiting is not None or self._hear(self.turns[len(self.heard)]) is None:
                    self.worker.close()

    def _hear(self, turn: Exchange, live: bool = False) -> Message | None:
        """The next answer; None where student code asks the test's own functions what is not known.

        With `live` those functions are there to be asked: the test is running.
        """
        called = 0

        def call_back(question: Message) -> Message | None:
            nonlocal called
            known, answer = turn.callbacks[called] if called < len(turn.callbacks) else (None, None)
            if known is None or question.text() != known.text():
                return None
            called += 1
            return answer

        first, self._waiting = self._waiting, None
        with self.worker.kill_on_protocol_error():
            reply, self._waiting = self.worker.hear(self.sent[len(self.heard)], Budget(self.worker, self.patience),
                                                    None if live else call_back, first)
        if reply is None:
            self._called = called
            return None
        self._on_the_way -= turn.request.size
        self.heard.append(Reply(reply, called))
        if reply.kind == "raised":
            del self.sent[len(self.heard):]  # what was asked ahead of an exception is dropped
            self._on_the_way = 0
        return reply

    def _relive(self, turn: Exchange, called: int) -> None:
        """Let the test's own functions see what was answered in their place."""
        for question, _ in turn.callbacks[:called]:
            self.worker.call_back(question)
