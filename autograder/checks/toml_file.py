"""Read TOML files written by people, with errors that name file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

WHOLE = "a whole number from 0 to 9223372036854775807"
# Kind of value, as messages call it -> predicate.
KINDS: dict[str, Callable[[Any], bool]] = {
    "a text": lambda value: isinstance(value, str) and bool(value.strip()),
    "a number": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9,
    WHOLE: lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63,
    "true or false": lambda value: isinstance(value, bool),
    "a list of texts": lambda value: isinstance(value, list) and all(map(KINDS["a text"], value)),
    "a table of texts": lambda value: isinstance(value, dict) and all(map(KINDS["a text"], value.values())),
    "a table of numbers": lambda value: isinstance(value, dict) and all(map(KINDS["a number"], value.values())),
}


def read_toml(file: Path) -> tuple[dict[str, Any], str]:
    """Return the data in a file, and its text.

    Raises
    ------
    ValueError
        The file cannot be read or is not valid TOML; the message names file and line.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from None
    return parse_toml(file, data)


def parse_toml(file: Path | str, data: bytes) -> tuple[dict[str, Any], str]:
    """Return the data in the bytes of a file, and their text; raises ValueError like `read_toml`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[:error.start].count(b"\n") + 1
        raise ValueError(f"{file}, line {line}: this is not UTF-8; save the file as UTF-8") from None
    conflict = conflict_in(text)
    if conflict:
        raise ValueError(f"{file}, line {conflict}: a merge conflict is left in it")
    try:
        return tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n")), text
    except RecursionError:
        raise ValueError(f"{file}: brackets in brackets without an end") from None
    except ValueError as error:  # a TOMLDecodeError has a position; the error for a number with too many digits has none
        where = re.search(r" \(at line (\d+), column \d+\)", str(error))
        line = int(where[1]) if where else len(text.splitlines())
        words = str(error).replace(where[0] if where else " (at end of document)", "")
        if not isinstance(error, tomllib.TOMLDecodeError):
            raise ValueError(f"{file}: a number has too many digits") from None
        raise ValueError(f"{file}, line {line}: {words}. {_remedy(words, (text.splitlines() or [''])[line - 1])}") from None


def _remedy(words: str, line: str) -> str:
    """Return what to do about a line that is not valid TOML."""
    if re.match("Cannot (overwrite|declare|mutate)", words):
        return "It is there twice: keep one, and put all keys of a table below one [header]"
    if re.search(r"[\u2018-\u201f\u00ab\u00bb]", line):
        return 'Its quotes are those of a word processor: write "plain ones"'
    if re.search(r"[\u00a0\u2000-\u200b\u202f\u3000\ufeff]", line):
        return "It has a blank that is no space, as web pages do: type the line again"
    return "A text is written in quotes, a list in [ ]"


def conflict_in(text: str) -> int:
    """Return the line of the first merge conflict marker, or 0."""
    return next((number for number, line in enumerate(text.splitlines(), 1) if re.match(r"(<{7}|>{7}|\|{7})( |$)", line)), 0)


def place(file: Path | str, text: str, key: str, table: str = "") -> str:
    """Return file and line of a key, to begin a message with; the file alone if the key has no line of its own."""
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*(.*?)\s*\]+\s*(#.*)?$", line)
        if header:
            inside = header[1].strip("\"'")
            if inside == key and not table:
                return f"{file}, line {number}"
        elif inside == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return f"{file}, line {number}"
    return place(file, text, table) if table else str(file)  # the table may be inline
