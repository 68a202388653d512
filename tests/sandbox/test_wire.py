"""The wire format: what goes in comes out, and nothing else comes out."""

from __future__ import annotations

import math
import socket
import struct
import time
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checks.values import Other
from autograder.errors import BadMessage, Died, LimitExceeded
from autograder.sandbox import wire
from autograder.sandbox.wire import Channel, Decoder, Encoder, NewAxes, Reference, frame, parse_header


def refuse(reference: Reference) -> Any:
    """A side that knows no references."""
    raise BadMessage("none here")


def there_and_back(value: Any) -> Any:
    """A value sent and received."""
    encoder = Encoder()
    data = frame(["value", 1, encoder.encode(value)], encoder.payload())
    head, size = wire.PREFIX.unpack_from(data)
    header, payload = data[8 : 8 + head], bytearray(data[8 + head :])
    assert len(payload) == size
    return decoded(parse_header(header)[2], payload)


def decoded(form: Any, payload: bytes | bytearray = b"") -> Any:
    """The value of a form."""
    decoder = Decoder(bytearray(payload), refuse)
    value = decoder.decode(form)
    decoder.finish()
    return value


def same(a: Any, b: Any) -> bool:
    """Equal in type, shape, numbers and order; NaN equals NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, torch.Tensor):
        return (
            a.dtype == b.dtype and a.requires_grad == b.requires_grad and same(a.detach().numpy(), b.detach().numpy())
        )
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, complex):
        return repr(a) == repr(b)
    return repr(a) == repr(b) if isinstance(a, float) else a == b


dtypes = st.sampled_from(sorted(wire.DTYPES)).map(np.dtype)
arrays = dtypes.flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = (
    st.none()
    | st.booleans()
    | st.floats()
    | texts
    | st.integers(-(10**40), 10**40)
    | st.complex_numbers()
    | arrays
    | dtypes.flatmap(lambda dtype: hnp.arrays(dtype, ())).map(lambda array: array[()])
)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(texts | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(values)
@example(-0.0)
@example([math.nan, math.inf, -(2**63), 2**63])
@example({})
@example({3: 1.0, "3": [2]})
@example(())
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("dtype", sorted(wire.DTYPES))
def test_tensors_keep_their_type_and_their_need_of_a_gradient(dtype: str) -> None:
    if not hasattr(torch, dtype):
        pytest.fail("torch knows every type of the wire")
    value = torch.ones((2, 3)).to(getattr(torch, dtype))
    assert same(there_and_back(value), value)
    if value.is_floating_point():
        assert there_and_back(value.requires_grad_()).requires_grad


def test_the_order_of_an_array_in_memory_is_kept() -> None:
    value = np.arange(12.0).reshape(3, 4)
    assert there_and_back(value).flags.c_contiguous
    assert there_and_back(value.T).flags.f_contiguous
    strided = there_and_back(value[:, ::2])
    assert not strided.flags.c_contiguous and not strided.flags.f_contiguous
    assert np.array_equal(strided, value[:, ::2])


def test_what_cannot_cross_comes_as_its_name() -> None:
    class Custom:
        pass

    assert there_and_back(Custom()) == Other("an object of the class Custom")
    assert there_and_back({1, 2}) == Other("a set")
    assert there_and_back(np.array([object()])) == Other("an array of objects")
    assert there_and_back(np.array(["text"])) == Other("an array of texts")
    assert there_and_back(b"bytes") == Other("a bytes")
    assert there_and_back(np.datetime64("2026-01-01")) == Other("a datetime64")


def test_subclasses_lose_what_makes_them_special() -> None:
    class Everything(dict):
        def __contains__(self, key: object) -> bool:
            return True

        def items(self) -> Any:
            return [("planted", 1)]

    came = there_and_back(Everything(a=1))
    assert type(came) is dict and came == {"a": 1}

    class Number(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert there_and_back(Number(1)) == Other("an object of the class Number")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.zeros(1 << 24), id="bytes"),
        pytest.param([0] * (wire.MAX_NODES + 1), id="items"),
        pytest.param(1 << 100_000, id="digits"),
    ],
)
def test_too_much_is_refused_before_it_is_sent(value: Any) -> None:
    with pytest.raises(LimitExceeded):
        Encoder().encode(value)


def test_a_deep_or_endless_value_is_refused() -> None:
    deep: list = []
    for _ in range(wire.MAX_DEPTH + 2):
        deep = [deep]
    endless: list = []
    endless.append(endless)
    for value in (deep, endless):
        with pytest.raises(LimitExceeded):
            Encoder().encode(value)


def test_a_long_text_is_refused() -> None:
    encoder = Encoder()
    with pytest.raises(LimitExceeded):
        frame(["value", encoder.encode("x" * (wire.MAX_HEADER + 1))], encoder.payload())


BAD = [
    [],
    ["z"],
    [1],
    [None],
    [["l"]],
    ["a"],
    ["a", "float64", [2], "C"],
    ["a", "object", [1], "C"],
    ["a", "float64", 1, "C"],
    ["a", "float64", [-1], "C"],
    ["a", "float64", [True], "C"],
    ["a", "float64", [1.0], "C"],
    ["a", "float64", [1 << 62], "C"],
    ["a", "float64", [1] * 17, "C"],
    ["a", "float64", [0, 1 << 39], "C"],
    ["a", "float64", [], "X"],
    ["a", "float64", [], []],
    ["a", ["float64"], [], "C"],
    ["a", {}, [], "C"],
    ["T", "float64", [], 1],
    ["s"],
    ["s", "<f8"],
    ["c", 1],
    ["c", "1", 2],
    ["c", True, 2],
    ["i", "x"],
    ["i", 5],
    ["i", "9" * 1001],
    ["i", ""],
    ["d", 1],
    ["d", ["l"], 1],
    ["d", ["a", "float64", [0], "C"], 1],
    ["h", -1, "x"],
    ["h", "0", "x"],
    ["h", True, "x"],
    ["f", 0, "x" * 201],
    ["x", "key"],
    ["o"],
    ["o", 5],
    ["o", "x" * 201],
    {"l": 1},
    ["l"] * 3 + [["unknown"]],
]


@pytest.mark.parametrize("form", BAD, ids=lambda form: msgspec.json.encode(form).decode()[:40])
def test_a_malformed_form_is_a_bad_message(form: Any) -> None:
    with pytest.raises(BadMessage):
        decoded(form)


def test_a_deep_form_is_a_bad_message() -> None:
    form = None
    for _ in range(wire.MAX_DEPTH + 2):
        form = ["l", form]
    with pytest.raises(BadMessage):
        decoded(form)


def test_an_array_of_more_than_is_left_is_a_bad_message() -> None:
    """The first array takes its part of what came."""
    array = ["a", "float64", [2], "C"]
    assert len(decoded(["l", array, array], b"x" * 32)) == 2
    with pytest.raises(BadMessage):
        decoded(["l", array, array], b"x" * 24)


@pytest.mark.parametrize("words", ["", "a\nb", "\x1b[2J", "{a}", "x" * 121])
def test_words_that_tell_no_value_are_a_bad_message(words: str) -> None:
    """What a worker calls a value that cannot cross stands on a page and in a terminal."""
    assert decoded(["o", "an object of the class Own"]) == Other("an object of the class Own")
    with pytest.raises(BadMessage):
        decoded(["o", words])


def test_bytes_left_over_are_a_bad_message() -> None:
    with pytest.raises(BadMessage):
        decoded(None, b"x" * 16)


def test_a_text_no_message_repeats_is_told_about_bad_messages() -> None:
    for form in (["SECRET"], ["a", "SECRET", [1], "C"], ["i", "SECRET"], ["d", ["SECRET"]]):
        with pytest.raises(BadMessage) as caught:
            decoded(form)
        assert "SECRET" not in str(caught.value)


def test_nodes_are_counted_over_a_whole_message() -> None:
    with pytest.raises(BadMessage):
        decoded(["l", *[["l", *[0] * 1000]] * 51])


def test_a_header_cannot_be_made_to_grow() -> None:
    deep = msgspec.msgpack.encode(["value"])[:1] + b"\xa5value" + b"\x91" * (wire.MAX_HEADER - 10)
    with pytest.raises(BadMessage):
        parse_header(deep)
    wide = b"\xdd\xff\xff\xff\xff"
    with pytest.raises(BadMessage):
        parse_header(wide)


def test_keys_that_collide_do_not_make_it_slow() -> None:
    keys = [part for number in range(20_000) for part in (["i", str((2**61 - 1) * (number + 10))], None)]
    started = time.process_time()
    with pytest.raises(BadMessage):
        decoded(["d", *keys])
    assert time.process_time() - started < 2
    assert len(decoded(["d", *(part for number in range(20_000) for part in (str(number), None))])) == 20_000


def test_an_array_is_a_view_of_what_came() -> None:
    payload = bytearray(np.arange(4.0).tobytes())
    array = Decoder(payload, refuse).decode(["a", "float64", [4], "C"])
    array[0] = 7
    assert payload[:8] == struct.pack("=d", 7.0)


def test_new_axes_and_references_reach_the_resolver() -> None:
    seen = []
    decoder = Decoder(bytearray(), lambda reference: seen.append(reference) or "resolved")
    encoder = Encoder(lambda value: ["h", 3, "LSTMCell"])
    assert decoder.decode(encoder.encode(NewAxes("left", 2))) == "resolved"
    assert decoder.decode(encoder.encode(object())) == "resolved"
    assert seen == [Reference("x", 2, "left"), Reference("h", 3, "LSTMCell")]


class Clock:
    """An `check_deadline` that gives up after some time."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() > self.end:
            raise LimitExceeded("wall", "time is up")


@pytest.fixture
def pair() -> Any:
    """Two ends of a channel; the near one looks at the clock every 20 ms."""
    near, far = socket.socketpair()
    yield Channel(near, 1 << 20, 0.02), far
    near.close()
    far.close()


def test_messages_come_one_after_the_other(pair: Any) -> None:
    channel, far = pair
    encoder = Encoder()
    data = frame(["value", 1, encoder.encode(np.arange(3.0))], encoder.payload())
    far.sendall(data + data[:20])
    assert channel.receive()[0][:2] == ["value", 1]
    far.sendall(data[20:])
    header, payload = channel.receive()
    assert np.array_equal(Decoder(payload, refuse).decode(header[2]), np.arange(3.0))


def test_a_message_that_claims_too_much_is_refused_at_once(pair: Any) -> None:
    channel, far = pair
    far.sendall(wire.PREFIX.pack(wire.MAX_HEADER + 1, 0))
    with pytest.raises(BadMessage):
        channel.receive(Clock(1))


@pytest.mark.parametrize("size", [(1 << 20) + 1, 0xFFFFFFFF])
def test_a_payload_that_claims_too_much_is_refused_at_once(pair: Any, size: int) -> None:
    channel, far = pair
    far.sendall(wire.PREFIX.pack(10, size))
    with pytest.raises(LimitExceeded, match="larger than 1 MiB"):
        channel.receive(Clock(1))


@pytest.mark.parametrize("sent", [b"", b"\0\0", wire.PREFIX.pack(5, 5), wire.PREFIX.pack(6, 5) + b"\x91\xa4val"])
def test_silence_meets_the_clock(pair: Any, sent: bytes) -> None:
    channel, far = pair
    far.sendall(sent)
    with pytest.raises(LimitExceeded, match="time is up"):
        channel.receive(Clock(0.1))


@pytest.mark.parametrize(
    "size", [wire.PREFIX.pack(100_000, 0), wire.PREFIX.pack(7, 100_000) + b"\x91\xa5value"], ids=["header", "payload"]
)
def test_dripping_meets_the_clock(pair: Any, size: bytes) -> None:
    channel, far = pair
    far.sendall(size)
    clock, end = Clock(0.3), time.monotonic() + 5

    def dripping() -> None:
        assert time.monotonic() < end, "the drip is never ended"
        far.send(b"x")
        clock()

    with pytest.raises(LimitExceeded, match="time is up"):
        channel.receive(dripping)


class OneByOne:
    """The near end of a channel from which one byte comes at a time, and never none."""

    def __init__(self, data: bytes) -> None:
        self.data = list(data)

    def recv(self, size: int) -> bytes:
        return bytes([self.data.pop(0)])

    def recv_into(self, view: memoryview) -> int:
        view[0] = self.data.pop(0)
        return 1


def test_the_clock_is_looked_at_after_every_piece(pair: Any) -> None:
    """Who always has one byte more is never waited for."""
    channel, _ = pair
    encoder = Encoder()
    data = frame(["value", 1, encoder.encode(np.arange(30.0))], encoder.payload())
    channel.stream, looks = OneByOne(data), []
    channel.receive(lambda: looks.append(1))
    assert len(looks) >= len(data) - 3


def test_the_end_of_the_other_side_is_told(pair: Any) -> None:
    channel, far = pair
    far.sendall(b"\0\0\0")
    far.close()
    with pytest.raises(Died):
        channel.receive(Clock(1))
    with pytest.raises(Died):
        channel.send(b"x" * (1 << 22), Clock(1))


def test_a_reader_that_does_not_read_meets_the_clock(pair: Any) -> None:
    channel, _ = pair
    with pytest.raises(LimitExceeded, match="time is up"):
        channel.send(b"x" * (1 << 24), Clock(0.1))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_message_or_a_bad_message(data: bytes) -> None:
    try:
        message = parse_header(data)
    except BadMessage:
        return
    assert isinstance(message[0], str)


forms = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*"ltdaTscihfxo", "float64", "bool", "C", "F", "S"]),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=30,
)


@settings(max_examples=500, deadline=None)
@given(forms, st.binary(max_size=64))
def test_any_form_gives_a_value_or_a_bad_message(form: Any, payload: bytes) -> None:
    try:
        decoded(form, payload)
    except BadMessage:
        return
