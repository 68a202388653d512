"""Text of strangers on its way to a terminal, a table, a log or a page: one place makes it harmless and bounds it.

Names of files and folders, messages of student code and words out of notebooks may hold codes that move a terminal's cursor, turn
the direction of writing round, or end a file for a program that reads it. Such characters are shown by their code,
as Python writes them; what is visible stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MAX_LINE, MAX_TEXT = 200, 4000
# Needed to write some languages, and without an effect outside a word: the two joiners.
HARMLESS = "\u200c\u200d"
# What a terminal, a table or a page may act on: control codes; format codes, those of direction among them; separators of
# lines and paragraphs; halves of characters; what is private to a font. Tab and line end are left to the caller.
PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
CODES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks above and below one letter: more of them grow into the lines around.
MARKS = 4


def plain(text: object, limit: int = MAX_TEXT) -> str:
    """Text of several lines with every code in it made visible, cut at `limit` characters."""
    words = str(text)
    cut = len(words) > limit
    words = words[:limit].replace("\r\n", "\n")
    if not PLAIN.fullmatch(words):
        words = "".join(_visible(words))
    return words[: limit - 3] + "..." if cut else words


def one_line(text: object, limit: int = MAX_LINE) -> str:
    """The same on one line."""
    return plain(" ".join(str(text)[: 4 * limit].split()), limit)


def plain_values(value: Any, limit: int = MAX_TEXT) -> Any:
    """The same for every text in lists and dicts; other values as they are."""
    if isinstance(value, str):
        return plain(value, limit)
    if isinstance(value, list | tuple):
        return [plain_values(item, limit) for item in value]
    if isinstance(value, dict):
        return {key: plain_values(item, limit) for key, item in value.items()}
    return value


def _visible(text: str) -> list[str]:
    parts, marks = [], 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if marks > MARKS:
            continue
        if category in CODES and character not in HARMLESS and character not in "\n\t":
            character = character.encode("unicode_escape", "surrogatepass").decode("ascii")
        parts.append(character)
    return parts
