"""The wire format between grader and worker: values only, checked strictly, never a pickle.

A message is ``[header length: u32][payload length: u32][header][payload]``. The header is msgpack: plain scalars stand for
themselves, everything else is a list that begins with a tag. The bytes of arrays and tensors lie in the payload, in the order in
which the header names them, each padded to 16 bytes.

====== ============================================= =========================================
tag    rest                                          value
====== ============================================= =========================================
``l``  items                                         list
``t``  items                                         tuple
``d``  key, value, key, value, ...                   dict
``a``  dtype, shape, order                           numpy array; order is C, F or S (strided)
``T``  dtype, shape, requires_grad                   torch tensor
``s``  dtype                                         numpy scalar
``c``  real, imaginary                               complex
``i``  decimal digits                                integer beyond 64 bits
``h``  number, type name                             an object that stays in the worker
``f``  number, name                                  a function that stays with the grader
``x``  key, count                                    new Axes, made in the worker
``o``  description                                   a value that cannot cross, described in words
====== ============================================= =========================================
"""

from __future__ import annotations

import math
import re
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from autograder.checks.loaded import loaded
from autograder.checks.values import DTYPES, MAX_DEPTH, Other, words_for
from autograder.errors import BadMessage, Died, LimitExceeded
from autograder.sandbox import packing

MAX_HEADER = 1 << 20
MAX_NODES = 50_000
MAX_DIGITS = 1000
MAX_DIMENSIONS = 16
# An empty array has no bytes to count, but a sum over one of its axes allocates what its shape says.
MAX_EMPTY = 1 << 20
# str hashes are randomized; those of numbers and tuples are not, and colliding keys would make building a dict quadratic.
MAX_NUMBERED_KEYS = 256
ALIGNMENT = 16
CHUNK = 1 << 16
PREFIX = struct.Struct(">II")
# The serial number of the request after one that ended in an exception is larger by this and one, else by one. A request with
# another number was sent ahead by someone who expected no exception there, or expected one, and is dropped.
EPOCH = 1 << 32
Received = TypeVar("Received", bytes, int)
# Allowed descriptions of a value that cannot cross.
WORDS = re.compile(r"[\w .,()'<>-]{1,120}")
_NAMES = {np.dtype(name): name for name in DTYPES}
_DTYPES = {name: np.dtype(name) for name in DTYPES}


@dataclass(frozen=True)
class NewAxes:
    """An argument that becomes one Axes, or an array of `count` Axes, in the worker."""

    key: str
    count: int = 1

    def __repr__(self) -> str:
        return "Axes" if self.count == 1 else f"{self.count} Axes"


@dataclass(frozen=True)
class Reference:
    """A number that refers to an object on the other side."""

    tag: str
    number: int
    name: str


def _refuse(value: Any) -> Any:
    return ["o", words_for(value)]


@dataclass
class Encoder:
    """Encodes values into a header and a payload.

    Parameters
    ----------
    other : callable
        ``other(value)`` returns the tagged list for a value that is not plain, such as a handle or function.
    limit : int
        Maximum bytes of payload.
    """

    other: Callable[[Any], list[Any]] = _refuse
    limit: int = 1 << 26
    buffers: list[bytes] = field(default_factory=list)
    nodes: int = 0
    size: int = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the header form of a value. Raises LimitExceeded if it is too large or nested too deep."""
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise LimitExceeded("size", f"more than {MAX_NODES} items, or nested more than {MAX_DEPTH} deep")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is str:
            return value.encode("utf-8", "replace").decode("utf-8")
        if kind is int:
            return value if -(2**63) <= value < 2**63 else ["i", _digits(value)]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, np.generic):
            return self._scalar(value)
        if isinstance(value, tuple):
            return ["t", *(self.encode(item, depth + 1) for item in tuple.__iter__(value))]
        if kind is list:
            return ["l", *(self.encode(item, depth + 1) for item in value)]
        if isinstance(value, dict):
            return ["d", *(self.encode(part, depth + 1) for pair in dict.items(value) for part in pair)]
        if isinstance(value, NewAxes):
            return ["x", value.key, value.count]
        if isinstance(value, Other):
            return ["o", value.words]
        torch = loaded("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor(value)
        return self.other(value)

    def payload(self) -> bytes:
        """Return the bytes of all arrays encoded so far."""
        return b"".join(part + b"\0" * (-len(part) % ALIGNMENT) for part in self.buffers)

    def _array(self, value: np.ndarray) -> list[Any]:
        name = _NAMES.get(value.dtype)
        if name is None:
            return ["o", words_for(value)]
        self._room(value.nbytes)
        order = "C" if value.flags.c_contiguous else "F" if value.flags.f_contiguous else "S"
        self._buffer(value.tobytes(order="F" if order == "F" else "C"))
        return ["a", name, list(value.shape), order]

    def _scalar(self, value: np.generic) -> list[Any]:
        name = _NAMES.get(value.dtype)
        if name is None:
            return ["o", words_for(value)]
        self._buffer(value.tobytes())
        return ["s", name]

    def _tensor(self, value: Any) -> list[Any]:
        plain = value.detach()
        name = str(plain.dtype).removeprefix("torch.")
        if name not in DTYPES or plain.is_sparse or plain.device.type != "cpu":
            return ["o", words_for(value)]
        self._room(plain.numel() * plain.element_size())
        self._buffer(plain.contiguous().numpy().tobytes())
        return ["T", name, list(plain.shape), bool(value.requires_grad)]

    def _room(self, size: int) -> None:
        if self.size + size + ALIGNMENT > self.limit:
            raise LimitExceeded("size", f"the value is larger than {self.limit >> 20} MiB")

    def _buffer(self, data: bytes) -> None:
        self._room(len(data))
        self.size += len(data) + -len(data) % ALIGNMENT
        self.buffers.append(data)


def encoded(values: Iterable[Any], other: Callable[[Any], list[Any]], limit: int) -> tuple[list[Any], bytes]:
    """Return the header forms of several values and their payload; the parameters are those of `Encoder`."""
    encoder = Encoder(other, limit)
    return [encoder.encode(value) for value in values], encoder.payload()


def _digits(value: int) -> str:
    if value.bit_length() > 3300:
        raise LimitExceeded("size", f"an integer has more than {MAX_DIGITS} digits")
    return str(value)


def frame(message: Any, payload: bytes | bytearray) -> bytes:
    """Return the bytes of a message, given its header list and an Encoder's payload."""
    header = packing.encode(message)
    if len(header) > MAX_HEADER:
        raise LimitExceeded("size", "the value has too many items, or too long a text")
    return PREFIX.pack(len(header), len(payload)) + header + payload


@dataclass
class Decoder:
    """Decodes header and payload into values. Anything unexpected raises BadMessage.

    Parameters
    ----------
    payload : bytearray
        Bytes of the arrays, which become views of it.
    resolve : callable
        ``resolve(Reference)`` returns what a handle, function or new Axes stand for on this side.
    """

    payload: bytearray
    resolve: Callable[[Reference], Any]
    offset: int = 0
    nodes: int = 0

    def decode(self, form: Any, depth: int = 0) -> Any:
        """Return the value of a header form."""
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise BadMessage("a value is too large or nested too deep")
        if form is None or isinstance(form, bool | int | float | str):
            return form
        if not isinstance(form, list) or not form or not isinstance(form[0], str):
            raise BadMessage("a value without a tag")
        tag, rest = form[0], form[1:]
        if tag in ("l", "t"):
            items = [self.decode(item, depth + 1) for item in rest]
            return items if tag == "l" else tuple(items)
        if tag == "d":
            return self._dict(rest, depth)
        try:
            return self._leaf(tag, rest)
        except (ValueError, TypeError, OverflowError) as error:
            raise BadMessage("a value that cannot be") from error

    def finish(self) -> None:
        """Raise BadMessage if payload is left over after the last value of a message."""
        if self.offset != len(self.payload):
            raise BadMessage("bytes that belong to no value")

    def _dict(self, rest: list[Any], depth: int) -> dict[str, Any]:
        if len(rest) % 2:
            raise BadMessage("a dict without its last value")
        parts = [self.decode(part, depth + 1) for part in rest]
        keys = parts[::2]
        if len(keys) > MAX_NUMBERED_KEYS and not all(isinstance(key, str) for key in keys):
            raise BadMessage(f"a dict of more than {MAX_NUMBERED_KEYS} items whose keys are not all texts")
        try:
            return dict(zip(keys, parts[1::2], strict=True))
        except TypeError as error:
            raise BadMessage("a dict with a key that cannot be one") from error

    def _leaf(self, tag: str, rest: list[Any]) -> Any:
        if tag == "a":
            name, shape, order = rest
            return self._array(name, shape, order)
        if tag == "T":
            name, shape, requires_grad = rest
            return self._tensor(name, shape, requires_grad)
        if tag == "s":
            (name,) = rest
            return self._array(name, [], "C")[()]
        if tag == "c":
            real, imaginary = rest
            return complex(_float(real), _float(imaginary))
        if tag == "i":
            (digits,) = rest
            if not isinstance(digits, str) or len(digits) > MAX_DIGITS:
                raise BadMessage("an integer with too many digits")
            return int(digits)
        if tag == "o":
            (name,) = rest
            return Other(_words(name))
        if tag in ("h", "f", "x"):
            first, second = rest
            if tag == "x":
                return self.resolve(Reference("x", _count(second), _text(first)))
            return self.resolve(Reference(tag, _count(first), _text(second)))
        raise BadMessage("a value with an unknown tag")

    def _take(self, name: Any, shape: Any) -> tuple[np.dtype, tuple[int, ...], memoryview]:
        if not isinstance(name, str) or name not in _DTYPES:
            raise BadMessage("an array of a type that is not allowed")
        if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
            raise BadMessage("an array of a shape that is not allowed")
        sizes = tuple(_count(side) for side in shape)
        dtype = _DTYPES[name]
        length = math.prod(sizes) * dtype.itemsize
        if length > len(self.payload) - self.offset:
            raise BadMessage("an array that is larger than its bytes")
        if not length and math.prod(size or 1 for size in sizes) > MAX_EMPTY:
            raise BadMessage("an empty array of an enormous shape")
        view = memoryview(self.payload)[self.offset: self.offset + length]
        self.offset += length + -length % ALIGNMENT
        return dtype, sizes, view

    def _array(self, name: Any, shape: Any, order: Any) -> np.ndarray:
        dtype, sizes, view = self._take(name, shape)
        if order not in ("C", "F", "S"):
            raise BadMessage("an array in an unknown order")
        array = np.frombuffer(view, dtype=dtype).reshape(sizes, order="F" if order == "F" else "C")
        if order == "S":
            spread = np.zeros((*sizes, 2), dtype)[..., 0]
            spread[...] = array
            return spread
        return array

    def _tensor(self, name: Any, shape: Any, requires_grad: Any) -> Any:
        if not isinstance(requires_grad, bool):
            raise BadMessage("a tensor that does not say whether it needs a gradient")
        array = self._array(name, shape, "C")
        torch = loaded("torch")
        if torch is None:
            return array
        tensor = torch.from_numpy(array.copy())
        return tensor.requires_grad_() if requires_grad and tensor.is_floating_point() else tensor


def decoded(forms: Iterable[Any], payload: bytearray, resolve: Callable[[Reference], Any]) -> list[Any]:
    """Return the values of a message, which must use up its payload; raises BadMessage as `Decoder` does."""
    decoder = Decoder(payload, resolve)
    values = [decoder.decode(form) for form in forms]
    decoder.finish()
    return values


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 40:
        raise BadMessage("a size or number that cannot be")
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadMessage("a part of a complex number that is no number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise BadMessage("a name that is none")
    return value


def _words(value: Any) -> str:
    text = _text(value)
    if not WORDS.fullmatch(text):
        raise BadMessage("words that tell no value")
    return text


def parse_header(data: bytes) -> list[Any]:
    """Decode a header: a list that begins with a string. Anything else raises BadMessage."""
    try:
        message = packing.decode(data)
    except (packing.DecodeError, ValueError, RecursionError, OverflowError) as error:
        raise BadMessage("a message that cannot be decoded") from error
    if not isinstance(message, list) or not message or not isinstance(message[0], str):
        raise BadMessage("a message without a kind")
    return message


class Channel:
    """One end of a stream socket that carries messages.

    Parameters
    ----------
    stream : socket.socket
    limit : int
        Maximum bytes of payload accepted.
    patience : float
        Seconds after which a blocking wait is interrupted to call `check_deadline`.
    """

    def __init__(self, stream: socket.socket, limit: int, patience: float = 0.0) -> None:
        self.stream, self.limit = stream, limit
        self.rest = bytearray()
        if patience:  # socket timeouts are cheaper than a poll before each read
            interval = struct.pack("@ll", int(patience), int(patience % 1 * 1e6))
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                stream.setsockopt(socket.SOL_SOCKET, option, interval)

    def send(self, data: bytes, check_deadline: Callable[[], None] | None = None) -> None:
        """Write a whole message; `check_deadline` as in `receive`."""
        view = memoryview(data)
        while view:
            try:
                view = view[self.stream.send(view):]
            except BlockingIOError:
                if check_deadline is not None:
                    check_deadline()
            except (BrokenPipeError, ConnectionError) as error:
                raise Died("it no longer listens") from error

    def receive(self, check_deadline: Callable[[], None] | None = None) -> tuple[list[Any], bytearray]:
        """Read a whole message.

        Parameters
        ----------
        check_deadline : callable, optional
            Called whenever nothing came for a while, and after each piece that does not complete the message. It raises when the
            time is up.
        """
        self._fill(PREFIX.size, check_deadline)
        head, size = PREFIX.unpack_from(self.rest)
        if head > MAX_HEADER:
            raise BadMessage("a message whose header is too long")
        if size > self.limit:
            raise LimitExceeded("size", f"the value is larger than {self.limit >> 20} MiB")
        end = PREFIX.size + head
        self._fill(end, check_deadline)
        message = parse_header(bytes(self.rest[PREFIX.size: end]))
        payload = bytearray(size)
        there = self.rest[end: end + size]
        payload[: len(there)] = there
        del self.rest[: end + len(there)]
        view, got = memoryview(payload), len(there)
        while got < size:
            got += self._into(view[got:], check_deadline)
            if check_deadline is not None:
                check_deadline()
        return message, payload

    def holds_a_message(self) -> bool:
        """Whether a whole message is already buffered."""
        if len(self.rest) < PREFIX.size:
            return False
        head, size = PREFIX.unpack_from(self.rest)
        return len(self.rest) >= PREFIX.size + head + size

    def _fill(self, size: int, check_deadline: Callable[[], None] | None) -> None:
        while len(self.rest) < size:
            self.rest += self._some(check_deadline)
            if len(self.rest) < size and check_deadline is not None:
                check_deadline()

    def _some(self, check_deadline: Callable[[], None] | None) -> bytes:
        return self._received(lambda: self.stream.recv(CHUNK), check_deadline)

    def _into(self, view: memoryview, check_deadline: Callable[[], None] | None) -> int:
        return self._received(lambda: self.stream.recv_into(view), check_deadline)

    @staticmethod
    def _received(receive: Callable[[], Received], check_deadline: Callable[[], None] | None) -> Received:
        while True:
            try:
                received = receive()
            except BlockingIOError:
                if check_deadline is not None:
                    check_deadline()
                continue
            except ConnectionError as error:
                raise Died("it ended") from error
            if not received:
                raise Died("it ended")
            return received
