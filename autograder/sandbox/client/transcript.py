"""Record the messages of a test, and send the requests of a known transcript ahead of the test.

The verdict of a test is a function of the replies it gets. While the model answers are graded, the transcript of each test is
recorded. Every other submission is sent all recorded requests up front. If each reply equals the recorded one, byte for byte or
up to rounding, so does the verdict, and the test need not run. If one differs, the test runs on the replies.

No answer is sent ahead of its question: a request that may depend on an earlier answer of the same test is sent only after that
answer was read. `autograder.grade.dependencies` determines once which requests those are.
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

# Bytes of requests in flight. They fit into the socket's buffer, so that neither side blocks on the other.
WINDOW = 1 << 16
# Approximate bytes of a request apart from its arrays.
ROOM = 512
# CPU seconds for a request sent ahead. One that takes longer is made again by itself, with the limit of a call.
PREFETCH_CPU = 1.0


@dataclass(frozen=True)
class Message:
    """One message without its serial number.

    Attributes
    ----------
    kind : str
    forms : list
        Header forms of the values; see `autograder.sandbox.wire`.
    payload : bytes
    """

    kind: str
    forms: list[Any]
    payload: bytes | bytearray = b""

    @property
    def function(self) -> str:
        """Name of the student's function that the request calls; empty if it calls none by name."""
        target = self.forms[0] if self.kind == "call" else None
        return str(target[2]) if isinstance(target, list) and target[1] == "function" else ""

    def text(self) -> bytes:
        """Return the message as bytes, for comparison."""
        return msgspec.msgpack.encode([self.kind, *self.forms]) + self.payload

    def framed(self, serial: int) -> bytes:
        """Return the bytes that go over the wire."""
        return frame([self.kind, serial, *self.forms], self.payload)


@dataclass
class Exchange:
    """A request and its reply.

    Attributes
    ----------
    request, reply : Message
    waits : bool
        The request must not be sent before all earlier replies have been read.
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
        Student code called a function of the grader's in between.
    exact : bool
        The verdict depends on the last digits of a reply.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    asks: bool = False
    exact: bool = False

    def repeats(self, other: Transcript) -> bool:
        """Return whether the replies of `other` settle this test too: it makes the same requests, perhaps with more to follow.

        An exact test takes no replies that another one has accepted up to rounding.
        """
        return 0 < len(self.exchanges) <= len(other.exchanges) and self.exact <= other.exact and all(
            mine.request.text() == theirs.request.text() for mine, theirs in zip(self.exchanges, other.exchanges, strict=False))


class TranscriptDiverged(BaseException):
    """A test makes a request other than the one sent ahead. The test is restarted without prefetching."""


class Prefetch:
    """The requests of one transcript, sent ahead of the test that makes them.

    Parameters
    ----------
    worker : Worker
    transcript : Transcript
    cpu : float
        CPU seconds in which the next reply must arrive.
    """

    def __init__(self, worker: Worker, transcript: Transcript, cpu: float) -> None:
        self.worker, self.exchanges, self.exact, self.cpu = worker, transcript.exchanges, transcript.exact, cpu
        self.sent: list[int] = []         # serial numbers of the requests that were sent
        self.replies: list[Message] = []
        self.used = 0                     # how many of them the test has made itself
        self.mark = None if worker.total is None else worker.total.shares.mark()

    def drain(self) -> bool:
        """Send all requests that may be sent and read all replies; return whether each equals the recorded one, up to rounding.

        Raises
        ------
        StudentError
            The worker ended.
        """
        same = True
        while same and len(self.replies) < len(self.exchanges):
            self.send()
            same = self._read()
        while len(self.replies) < len(self.sent):
            self._read()
        return same

    def send(self, before: bytes = b"") -> None:
        """Send as many requests as may be in flight, preceded by the bytes `before`."""
        parts = [before] if before else []
        size = sum(len(one.request.payload) + ROOM for one in self.exchanges[len(self.replies): len(self.sent)])
        while len(self.sent) < len(self.exchanges):
            exchange, waiting = self.exchanges[len(self.sent)], len(self.sent) > len(self.replies)
            size += len(exchange.request.payload) + ROOM
            if waiting and (exchange.waits or size > WINDOW):
                break
            self.sent.append(self.worker.next_serial())
            self.worker.follow(self.sent[-1], exchange.reply)
            parts.append(exchange.request.framed(self.sent[-1]))
        if parts:
            with self.worker.kill_on_protocol_error():
                self.worker.channel.send(b"".join(parts), Budget(self.worker, self.cpu).check_deadline)

    def _read(self) -> bool:
        """Read the next reply; return whether it equals the recorded one."""
        position = len(self.replies)
        request = self.exchanges[position].request
        with self.worker.kill_on_protocol_error():
            self.replies.append(self.worker.receive(self.sent[position], Budget(self.worker, self.cpu, request)))
        reply, recorded = self.replies[-1], self.exchanges[position].reply
        if reply.kind == "raised" != recorded.kind:  # the worker drops what was sent ahead of an exception that was not expected
            del self.sent[position + 1:]
            self.worker.follow(self.sent[position], reply)
        return reply.text() == recorded.text() or (not self.exact and agrees(reply, recorded))

    def ask(self, request: Message, cpu: float) -> Message:
        """Return the reply to a request of the test, from the replies already read or from the worker.

        Raises
        ------
        TranscriptDiverged
            Another request was sent ahead in its place.
        StudentError
            From a request that was not sent ahead.
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
