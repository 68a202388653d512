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
# A helper module with fewer characters is no sign of anything.
HELPER = 300
# What more than this share of the class has in common says nothing about two of them.
COMMON = 0.3


@dataclass(frozen=True)
class Pair:
    """Two submissions; `share` of the smaller one's code is found in the other.

    `identical` says what is the same in both, byte for byte but for line ends: a file, or the answer to a task; else empty.
    """

    one: str
    other: str
    share: float
    identical: str = ""


@dataclass(frozen=True)
class Similar:
    """Pairs to look at, the most alike first; `missing` says what a comparison would need."""

    pairs: tuple[Pair, ...] = ()
    missing: str = ""

    @property
    def groups(self) -> list[tuple[list[str], str]]:
        """Who has the same, and what: one entry for ten who handed in one file."""
        groups: dict[tuple[str, str], list[str]] = {}
        for pair in self.pairs:
            if pair.identical and not any(pair.one in who[1:] and pair.other in who for (_, what), who in groups.items()
                                          if what == pair.identical):
                groups.setdefault((pair.one, pair.identical), [pair.one]).append(pair.other)
        return [(who, what) for (_, what), who in groups.items()]

    @property
    def alike(self) -> list[Pair]:
        """Pairs that share much and are not the same."""
        return [pair for pair in self.pairs if not pair.identical]


def similar(files: Mapping[str, Mapping[str, bytes]], released: bytes, answers: Mapping[str, Mapping[str, str]] | None = None
            ) -> Similar:
    """Pairs of a class.

    Parameters
    ----------
    files : mapping of str to mapping of str to bytes
        The code of each student, by file: the stage's file first, then modules of the student's own.
    released : bytes
        The stage's file as it was handed out, which is nobody's own.
    answers : mapping of str to mapping of str to str, optional
        The key of each student's answer by task; an empty one is no answer.
    """
    own = {name: {file: data for file, data in sources.items() if _normal(data) not in (_normal(released), b"")}
           for name, sources in files.items()}
    pairs = _identical(own, answers or {})
    missing, code = "", {name: b"\n".join(sources.values()) for name, sources in own.items() if sources}
    try:
        from copydetect import CodeFingerprint
    except ImportError:
        missing = "Only identical files were looked for; for the rest: pip install 'vanishing-gradients[similarity]'"
    else:
        boilerplate = _fingerprint(CodeFingerprint, released, None)
        prints = {name: set(found) for name, data in code.items() if (found := _fingerprint(CodeFingerprint, data, boilerplate))}
        same = {(pair.one, pair.other) for pair in pairs}
        pairs += sorted((pair for key, pair in _alike(prints).items() if key not in same), key=_order)[:MOST]
    return Similar(tuple(pairs), missing)


def _order(pair: Pair) -> tuple[float, str, str]:
    return -pair.share, pair.one, pair.other


def _normal(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").strip()


def _identical(files: Mapping[str, Mapping[str, bytes]], answers: Mapping[str, Mapping[str, str]]) -> list[Pair]:
    """All of them, however many."""
    same: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(files):
        for place, (file, data) in enumerate(files[name].items()):
            if place == 0 or len(_normal(data)) >= HELPER:
                same[file, hashlib.sha256(_normal(data)).hexdigest()].append(name)
    for name in sorted(answers):
        for task, key in answers[name].items():
            if key:
                same[f"the answer to {task}", key].append(name)
    return [Pair(one, other, 1.0, what) for (what, _), names in sorted(same.items()) for one, other in combinations(names, 2)]


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
