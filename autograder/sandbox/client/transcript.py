"""What goes between grader and worker in one test, and how the requests of a known transcript are made ahead.

The verdict of a test is a function of the replies it gets. While the model answers are graded, the transcript of each test is
kept. Another submission is sent the recorded requests together, and all replies are read. Where each is the recorded one,
byte for byte or within rounding, so is the verdict, and the test need not be run. Where one differs, the test runs over the
replies.

No answer goes ahead of its question: a request that may depend on an earlier answer of the same test is sent only after
that answer was read. Which requests those are is found once, in `autograder.grade.dependencies`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from autograder.sandbox.client.budget import Budget
from autograder.sandbox.client.rounding import agrees
from autograder.sandbox.wire import frame

if TYPE_CHECKING:
    from autograder.sandbox.client.worker import Worker

# Bytes of requests on their way: they fit into a socket's buffer, so that neither side waits for the other to read.
WINDOW = 1 << 16
# Bytes of a request beside its arrays, about.
ROOM = 512
# CPU seconds a request that is made ahead may take; what takes longer is made again by itself, with the limit of a call.
PREFETCH_CPU = 1.0


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
    def function(self) -> str:
        """The student's function that it calls by its name; empty where it does not."""
        target = self.forms[0] if self.kind == "call" else None
        return str(target[2]) if isinstance(target, list) and target[1] == "function" else ""

    def text(self) -> bytes:
        """All of it in one piece: two messages are the same where this is."""
        return msgspec.msgpack.encode([self.kind, *self.forms]) + self.payload

    def framed(self, serial: int) -> bytes:
        """As it goes over the wire."""
        return frame([self.kind, serial, *self.forms], self.payload)


@dataclass
class Exchange:
    """A request and its reply.

    Attributes
    ----------
    request, reply : Message
    waits : bool
        Whether the request may be made only once all replies before it were read.
    """

    request: Message
    reply: Message
    waits: bool = True


@dataclass
class Transcript:
    """All exchanges of one test after the reset.

    Attributes
    ----------
    exchanges : list of Exchange
    asks : bool
        Whether student code called a function of the grader's in between.
    exact : bool
        Whether the verdict hangs on the last digits of a reply.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    asks: bool = False
    exact: bool = False


class TranscriptDiverged(BaseException):
    """A test makes another request than was made ahead of it: it is run from its beginning, with nothing made ahead."""


class Prefetch:
    """The requests of one transcript, made ahead of the test that makes them.

    Parameters
    ----------
    worker : Worker
    transcript : Transcript
    cpu : float
        CPU seconds in which the next reply has to come.
    """

    def __init__(self, worker: Worker, transcript: Transcript, cpu: float = PREFETCH_CPU) -> None:
        self.worker, self.exchanges, self.exact, self.cpu = worker, transcript.exchanges, transcript.exact, cpu
        self.sent: list[int] = []         # the numbers of the requests that were made
        self.replies: list[Message] = []
        self.used = 0                     # how many of them the test has made itself
        self.mark = None if worker.total is None else worker.total.shares.mark()

    def drain(self) -> bool:
        """Make all requests that may be made, and read all replies; True where each is the recorded one, within rounding.

        Raises
        ------
        StudentError
            The worker is at its end.
        """
        same = True
        while same and len(self.replies) < len(self.exchanges):
            self.send()
            same = self._read()
        while len(self.replies) < len(self.sent):
            self._read()
        return same

    def send(self, before: bytes = b"") -> None:
        """Make as many requests as may be on their way, after what is to go `before` them."""
        parts = [before] if before else []
        size = sum(len(one.request.payload) + ROOM for one in self.exchanges[len(self.replies): len(self.sent)])
        while len(self.sent) < len(self.exchanges):
            exchange, waiting = self.exchanges[len(self.sent)], len(self.sent) > len(self.replies)
            size += len(exchange.request.payload) + ROOM
            if waiting and (exchange.waits or size > WINDOW):
                break
            self.sent.append(self.worker.next_serial())
            parts.append(exchange.request.framed(self.sent[-1]))
        if parts:
            with self.worker.kill_on_protocol_error():
                self.worker.channel.send(b"".join(parts), Budget(self.worker, self.cpu).check_deadline)

    def _read(self) -> bool:
        """Read the next reply; True where it is the recorded one."""
        position = len(self.replies)
        request = self.exchanges[position].request
        with self.worker.kill_on_protocol_error():
            self.replies.append(self.worker.receive(self.sent[position], Budget(self.worker, self.cpu, request)))
        if self.replies[-1].kind == "raised":
            del self.sent[position + 1:]  # the worker drops what was requested ahead of an exception
        reply, recorded = self.replies[-1], self.exchanges[position].reply
        return reply.text() == recorded.text() or (not self.exact and agrees(reply, recorded))

    def ask(self, request: Message, cpu: float) -> Message:
        """The reply to what the test asks now: read already, or given now.

        Raises
        ------
        TranscriptDiverged
            Another request was made ahead in its place.
        StudentError
            From a request that was not made ahead.
        """
        if self.used == len(self.replies):
            self.worker.prefetch = None
            return self.worker.exchange(request, cpu)
        self.used += 1
        if request.text() != self.exchanges[self.used - 1].request.text():
            if self.worker.total is not None and self.mark is not None:
                self.worker.total.shares.refund(self.mark)
            raise TranscriptDiverged
        return self.replies[self.used - 1]
