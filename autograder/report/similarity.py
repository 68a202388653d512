"""Pairs of submissions that look alike: something to look at, never a verdict.

Byte-identical files need no library. The rest is copydetect's: winnowed fingerprints of the code without names, comments and
layout (Schleimer, Wilkerson and Aiken 2003), with the released code taken out, and with it whatever most of the class has.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

# Tokens of a fingerprint and of its window, as copydetect recommends; fewer find more that means nothing.
TOKENS, WINDOW = 25, 10
# A pair is shown from this share of the smaller file on; more pairs than these are not looked at by anyone.
LEAST, MOST = 0.5, 20
# What more than this share of the class has in common says nothing about two of them.
COMMON = 0.3


@dataclass(frozen=True)
class Pair:
    """Two submissions; `share` of the smaller one is found in the other, 1 where the files are the same byte for byte."""

    one: str
    other: str
    share: float
    identical: bool = False


@dataclass(frozen=True)
class Similar:
    """Pairs to look at, the most alike first; `missing` says what a comparison would need."""

    pairs: tuple[Pair, ...] = ()
    missing: str = ""


def similar(files: Mapping[str, bytes], released: bytes) -> Similar:
    """Pairs of a class.

    Parameters
    ----------
    files : mapping of str to bytes
        The stage's file of each student.
    released : bytes
        The file as it was handed out, which is nobody's own.
    """
    own = {name: data for name, data in files.items() if _normal(data) != _normal(released)}
    pairs = _identical(own)
    try:
        from copydetect import CodeFingerprint
    except ImportError:
        return Similar(tuple(sorted(pairs.values(), key=_order))[:MOST],
                       "Only identical files were looked for; for the rest: pip install 'vanishing-gradients[similarity]'")
    boilerplate = _fingerprint(CodeFingerprint, released, None)
    prints = {name: set(found) for name, data in own.items() if (found := _fingerprint(CodeFingerprint, data, boilerplate))}
    pairs |= {key: pair for key, pair in _alike(prints).items() if key not in pairs}
    return Similar(tuple(sorted(pairs.values(), key=_order)[:MOST]))


def _order(pair: Pair) -> tuple[bool, float, str, str]:
    return not pair.identical, -pair.share, pair.one, pair.other


def _normal(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").strip()


def _identical(files: Mapping[str, bytes]) -> dict[tuple[str, str], Pair]:
    same: dict[str, list[str]] = defaultdict(list)
    for name in sorted(files):
        same[hashlib.sha256(_normal(files[name])).hexdigest()].append(name)
    return {(one, other): Pair(one, other, 1.0, identical=True)
            for names in same.values() for one, other in combinations(names, 2)}


def _fingerprint(kind: Any, data: bytes, boilerplate: Any) -> list[int]:
    text = data.decode("utf-8", "replace")
    try:
        made = kind("file.py", TOKENS, 1 if boilerplate is None else WINDOW, boilerplate=boilerplate, language="python",
                    fp=io.StringIO(text))
    except Exception:  # whatever a student wrote: it is compared with nothing
        return []
    return [int(number) for number in made.hashes]


def _alike(prints: Mapping[str, set[int]]) -> dict[tuple[str, str], Pair]:
    """Pairs that share what few others have; fingerprints of most of the class are left out."""
    holders: dict[int, list[str]] = defaultdict(list)
    for name in sorted(prints):
        for number in prints[name]:
            holders[number].append(name)
    limit = max(2, int(COMMON * len(prints)))
    rare = {name: {number for number in numbers if len(holders[number]) <= limit} for name, numbers in prints.items()}
    shared: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if 2 <= len(names) <= limit:
            shared.update(combinations(names, 2))
    found = {}
    for (one, other), count in shared.items():
        share = count / max(1, min(len(rare[one]), len(rare[other])))
        if share >= LEAST and count >= 5:
            found[one, other] = Pair(one, other, share)
    return found
