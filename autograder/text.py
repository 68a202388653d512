"""Text of strangers on its way to a terminal, a table, a log or a page: one place makes it harmless and bounds it.

Names of files and folders, messages of student code and words out of notebooks may hold codes that move a terminal's cursor, turn
the direction of writing round, or end a file for a program that reads it. Such characters are shown by their code,
as Python writes them; what is visible stays as it is.
"""

from __future__ import annotations

import ast
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
# What on a page turns the direction of the text around it, ends lines or is no character at all. Marks of direction stay, which
# right-to-left scripts need.
ON_A_PAGE = {code: chr(code).encode("unicode_escape").decode("ascii") for code in (
    *sorted({*range(0x20)} - {0x09, 0x0A}), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


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


def on_a_page(text: str) -> str:
    """What a student wrote, or HTML made of it, with what acts on the text around it made visible."""
    return text.replace("\r\n", "\n").translate(ON_A_PAGE)


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


def syntax_tree(source: str, filename: str = "<unknown>") -> ast.Module:
    """`ast.parse`, also beside another thread that parses.

    Python 3.11 counts the depth of both as one, and then raises SystemError for a source that is right (gh-106905).
    """
    for _ in range(20):
        try:
            return ast.parse(source, filename)
        except SystemError:
            continue
    return ast.parse(source, filename)


# A cell that begins so is a formula to a spreadsheet, in whatever width the characters are written.
FORMULA = frozenset("=+-@\u2212")
# Where a spreadsheet may take the next cell to begin, set to another separator than the file's; line ends of any kind, too.
SEPARATORS = frozenset(";,|")
BLANKS = ("\t", "\r", "\n")


def defused(text: object) -> str:
    """Text that a spreadsheet shows instead of running, also when it splits cells elsewhere than the file does.

    An apostrophe goes in front of what would run; `undefused` takes it away.
    """
    text = str(text if text is not None else "")
    return _joined(text, {place: "'" + text[place:place + 1] for place in _beginnings(text) if _runs(text, place)})


def undefused(text: str) -> str:
    """The text that was defused."""
    return _joined(text, {place: "" for place in _beginnings(text) if text[place:place + 1] == "'" and _runs(text, place, 1)})


def _joined(text: str, others: dict[int, str]) -> str:
    return "".join(others.get(place, sign) for place, sign in enumerate(text)) if others else text


def _beginnings(text: str) -> list[int]:
    """Where cells begin, to whatever program."""
    found, seen = [0], False
    for place, sign in enumerate(text):
        if _separates(sign) and (seen or not _invisible(sign)):
            found.append(place + 1)
        seen = seen or not _invisible(sign)
    return found


def _runs(text: str, place: int, skipped: int = 0) -> bool:
    """Whether the cell that begins at this place is a formula, to a program that leaves out what cannot be seen."""
    first = place == 0
    if first and text[skipped:skipped + 1] in BLANKS:
        return True
    for sign in text[place + skipped:]:
        if not FORMULA.isdisjoint(unicodedata.normalize("NFKC", sign)[:1]):
            return True
        if not _invisible(sign) or (_separates(sign) and not first):
            return False
    return False


def _separates(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Zl", "Zp") or not SEPARATORS.isdisjoint(unicodedata.normalize("NFKC", sign))


def _invisible(sign: str) -> bool:
    """What a program leaves out before it looks: blanks, codes, and the quotes around a cell."""
    return sign == '"' or sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc")
