"""Hints for the public tests: a known mistake is recognised by the fingerprint of its results, and gets a hint.

`hints.json` holds the fingerprints of what known mistakes return in the public tests. A fingerprint is a hash of a few rounded
numbers, so no value can be read from it, and each hint is encrypted with the fingerprint it belongs to.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .student import Call
from .values import is_number, is_tensor

NAME, KEY = 8, 16  # bytes of a fingerprint that look up its entry, and that decrypt it
MOST = 16  # fingerprints per value, where numbers lie so near a rounding edge that both sides are tried
OFFSET = 0.3819660112501051  # keeps round numbers away from the edges of rounding


@dataclass(frozen=True)
class Rounding:
    """How numbers are rounded.

    Attributes
    ----------
    bits : int
        Numbers are rounded to multiples of 2^-bits of the largest in their array.
    noise : float
        Relative differences up to this size may come from another order of summation.
    """

    bits: int
    noise: float


@dataclass
class Hints:
    """The hints of a stage.

    Attributes
    ----------
    rounding : Rounding
    salt : str
        Part of the input of every fingerprint.
    entries : dict of str to str
        Lookup part of a fingerprint to the number of its text and the encrypted key, ``12:9f0c...``; several are separated by
        ``|``.
    texts : list of str
        Encrypted texts, in hexadecimal. The first line holds the number of public tests in which the mistake shows, then the
        tests that it fails without a matching fingerprint; the hint follows.
    """

    rounding: Rounding
    salt: str
    entries: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def look_up(self, test: str, calls: Sequence[Call]) -> tuple[str, ...]:
        """Return the texts of the mistakes that match the calls of a test; empty if none does."""
        opened = (self.open(prints) for prints in fingerprints(self.salt, test, calls, self.rounding))
        return next(filter(None, opened), ())

    def open(self, prints: Iterable[bytes]) -> tuple[str, ...]:
        """Return the texts that these fingerprints decrypt; empty if none has an entry."""
        texts = []
        for one in prints:
            for entry in filter(None, self.entries.get(one[:NAME].hex(), "").split("|")):
                number, _, sealed = entry.partition(":")
                key = mixed(bytes.fromhex(sealed), one[NAME:])
                texts.append(mixed(bytes.fromhex(self.texts[int(number)]), key).decode("utf-8", "replace"))
        return tuple(dict.fromkeys(texts))

    def as_json(self) -> str:
        """Return the contents of `hints.json`."""
        return json.dumps({"bits": self.rounding.bits, "noise": self.rounding.noise, "salt": self.salt,
                           "entries": dict(sorted(self.entries.items())), "texts": self.texts}, indent=0) + "\n"


def agreed(fitting: Mapping[str, Sequence[str]], failed: Collection[str], calls: Mapping[str, Sequence[Call]]) -> dict[str, str]:
    """Return the hints that all public tests of a task agree on, keyed by the first test that failed with it.

    A mistake is ruled out if another test failed in the same function although the mistake would pass it: then something else is
    wrong as well.

    Parameters
    ----------
    fitting : dict of str to sequence of str
        The result of `Hints.look_up` for each test of the task, failed or passed.
    failed : collection of str
        The tests that failed.
    calls : dict of str to sequence of Call
        The calls of each test. In a failed test the last one is wrong.
    """
    shows = {text: [test for test, texts in fitting.items() if text in texts] for texts in fitting.values() for text in texts}
    ended = {test: calls[test][-1].name for test in failed if calls.get(test)}

    def whole_for(text: str, tests: Sequence[str]) -> bool:
        count, *silent = text.partition("\n")[0].split()
        names = {ended.get(test) for test in tests} - {None}
        others = [name for test, name in ended.items() if test not in {*tests, *silent}]
        return count == str(len(tests)) and names.isdisjoint(others)

    whole = {text: tests for text, tests in shows.items() if whole_for(text, tests)}
    return {next(test for test in tests if test in failed): text.partition("\n")[2] for text, tests in whole.items()
            if set(tests) & set(failed) and not any(set(tests) & set(others) for other, others in whole.items() if other != text)}


def read_hints(path: Path) -> Hints | None:
    """Read the hints from a file; None if there is no such file."""
    if not path.exists():
        return None
    data = json.loads(path.read_text(encoding="utf-8"))
    return Hints(Rounding(data["bits"], data["noise"]), data["salt"], data["entries"], data["texts"])


def mixed(data: bytes, key: bytes) -> bytes:
    """XOR `data` with a key stream derived from `key`; encrypts and decrypts."""
    stream = b"".join(hashlib.sha256(key + number.to_bytes(4, "big")).digest() for number in range(len(data) // 32 + 1))
    return bytes(one ^ other for one, other in zip(data, stream))


def fingerprints(salt: str, test: str, calls: Iterable[Call], rounding: Rounding) -> Iterator[list[bytes]]:
    """Yield the fingerprints of everything returned so far, after each call of a test.

    Arguments are left out, since they follow from the test and from earlier results. There are several fingerprints where a
    number lies so near a rounding edge that both sides are possible.
    """
    states = [hashlib.sha256(f"{salt}:{test}".encode())]
    for call in calls:
        answers = spellings((call.value, call.changed), rounding) if call.error is None else [type(call.error).__name__]
        grown = []
        for state, spelling in itertools.product(states, answers):
            longer = state.copy()
            longer.update(f"{call.name}.{call.method}={spelling};".encode())
            grown.append(longer)
        states = grown[:MOST]
        yield [state.digest()[:NAME + KEY] for state in states]


def spellings(value: Any, rounding: Rounding) -> list[str]:
    """Return a value as rounded text; several texts where a number lies near a rounding edge."""
    if is_number(value) or is_tensor(value) or isinstance(value, np.ndarray):
        return _numbers(value, rounding)
    if isinstance(value, Mapping):
        keys = sorted(value, key=str)
        return _joined([[f"{key!r}:{one}" for one in spellings(value[key], rounding)] for key in keys])
    if isinstance(value, list | tuple):
        return _joined([spellings(item, rounding) for item in value])
    return [repr(value) if value is None or isinstance(value, str | bool | np.bool_) else "object"]


def _joined(parts: Sequence[Sequence[str]]) -> list[str]:
    return [f"[{','.join(some)}]" for some in itertools.islice(itertools.product(*parts), MOST)]


def _numbers(value: Any, rounding: Rounding) -> list[str]:
    """Encode an array by its shape, its largest entry and three weighted sums; non-finite entries are listed with their
    positions.
    """
    array = np.asarray(value.detach().cpu() if is_tensor(value) else value)
    if array.dtype.kind not in "biuf":
        return ["object"]
    flat = array.astype(float).ravel()
    odd = "".join(f"{place}{number}" for place, number in enumerate(flat) if not np.isfinite(number))
    flat = np.where(np.isfinite(flat), flat, 0.0)
    largest = float(np.abs(flat).max(initial=0.0))
    head = f"{array.shape}{odd}"
    if largest == 0.0:
        return [f"{head}:0"]
    positions = np.arange(1, flat.size + 1)
    sums = [float((2 * np.modf(positions * root)[0] - 1) @ (flat / largest)) / flat.size**0.5
            for root in (2**0.5, 3**0.5, 5**0.5)]
    rounded = [_rounded(number, rounding) for number in (float(np.log2(largest)), *sums)]
    return [f"{head}:{some}" for some in itertools.islice(itertools.product(*rounded), MOST)]


def _rounded(number: float, rounding: Rounding) -> list[int]:
    """Round to steps of 2^-bits; both neighbours where noise may have crossed an edge."""
    step = 2.0 ** -rounding.bits
    return sorted({int(np.floor((number + noise) / step + OFFSET)) for noise in (0.0, -rounding.noise, rounding.noise)},
                  key=lambda one: abs(one - np.floor(number / step + OFFSET)))
