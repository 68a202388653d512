"""Make untrusted text safe and short before it reaches a terminal, table, log or web page.

File names, messages of student code and text from notebooks may contain codes that move the cursor of a terminal, reverse the
direction of writing, or end a file early for the program that reads it. Such characters are shown as Python escapes; visible
characters are kept.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from typing import Any

MAX_LINE, MAX_TEXT = 200, 4000
# The two joiners: some scripts need them, and they have no effect outside a word.
HARMLESS = "\u200c\u200d"
# Characters that a terminal, table or page may act on: control and format codes (among them those of direction), line and
# paragraph separators, surrogates, private use and unassigned. The caller deals with tab and newline.
PLAIN = re.compile(r"[\n\t\x20-\x7e]*")
CODES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Combining marks allowed on one letter. More of them spill into the lines around it.
MARKS = 4
# Characters that change the direction of the surrounding text of a page, end lines, or are not characters at all. Direction marks
# stay: right-to-left scripts need them.
ON_A_PAGE = {code: chr(code).encode("unicode_escape").decode("ascii") for code in (
    *sorted({*range(0x20)} - {0x09, 0x0A}), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def plain(text: object, limit: int = MAX_TEXT) -> str:
    """Return `text` with control characters escaped, cut to `limit` characters; line ends stay."""
    words = str(text)
    cut = len(words) > limit
    words = words[:limit].replace("\r\n", "\n")
    if not PLAIN.fullmatch(words):
        words = "".join(_visible(words))
    return words[: limit - 3] + "..." if cut else words


def one_line(text: object, limit: int = MAX_LINE) -> str:
    """Return `text` on one line, with control characters escaped, cut to `limit` characters."""
    return plain(" ".join(str(text)[: 4 * limit].split()), limit)


def on_a_page(text: str) -> str:
    """Return text or HTML from a student with the characters escaped that would affect the rest of the page."""
    return text.replace("\r\n", "\n").translate(ON_A_PAGE)


def plain_values(value: Any) -> Any:
    """Apply `plain` to every string in nested lists and dicts; other values are returned as they are."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list | tuple):
        return [plain_values(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
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


def syntax_tree(source: str) -> ast.Module:
    """Parse `source` as `ast.parse` does, safely beside another thread that parses.

    Python 3.11 keeps one recursion counter for both threads and then raises SystemError for valid source (gh-106905), so the
    parse is tried again.
    """
    for _ in range(20):
        try:
            return ast.parse(source)
        except SystemError:
            continue
    return ast.parse(source)


# A spreadsheet takes a cell that begins with one of these for a formula; full-width forms count too.
FORMULA = frozenset("=+-@\u2212")
# Characters after which a spreadsheet may start a new cell when it is set to another separator than the file's. So do line ends
# of any kind.
SEPARATORS = frozenset(";,|")
BLANKS = ("\t", "\r", "\n")


def defused(text: object) -> str:
    """Return text that a spreadsheet displays and does not run as a formula, even if it splits cells at another separator.

    An apostrophe is put before each formula; `undefused` removes it.
    """
    text = str(text if text is not None else "")
    return _joined(text, {place: "'" + text[place:place + 1] for place in _beginnings(text) if _runs(text, place)})


def undefused(text: str) -> str:
    """Return the text that was passed to `defused`."""
    return _joined(text, {place: "" for place in _beginnings(text) if text[place:place + 1] == "'" and _runs(text, place, 1)})


def _joined(text: str, others: dict[int, str]) -> str:
    return "".join(others.get(place, sign) for place, sign in enumerate(text)) if others else text


def _beginnings(text: str) -> list[int]:
    """Return the positions at which some program may start a cell."""
    found, seen = [0], False
    for place, sign in enumerate(text):
        if _separates(sign) and (seen or not _invisible(sign)):
            found.append(place + 1)
        seen = seen or not _invisible(sign)
    return found


def _runs(text: str, place: int, skipped: int = 0) -> bool:
    """Whether a cell that starts at `place` is a formula to a program that ignores invisible characters."""
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
    """Whether programs skip this character at the start of a cell: blanks, control codes, and the quotes around a cell."""
    return sign == '"' or sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc")
