"""Tables that people make, in whatever a spreadsheet or an LMS saved them as: the one reader of them all."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

# A workbook of Excel, LibreOffice or Numbers, by its first bytes: now a zip, formerly a file of OLE.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"))
# What Windows-1252 makes of another encoding: three accented letters on end, a capital among small letters, a sign within a word.
OTHER_CODE = re.compile(r"[^\W\d_a-zA-Z]{3}|[a-zß-öø-ÿ][À-ÖØ-ÞŠŽŒŸ]|[A-Z][À-ÖØ-ÞŠŽŒŸ][a-z]"
                        r"|[^\W\d_][^\w\s\x00-\x7f’‘–—·…\xad\xa0°ªº²³][^\W\d_]|[£¥¦¡¹³][^\W\d_]")
WORD = re.compile(r"[^\s,;|\"]*")


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Attributes
    ----------
    rows : tuple of (int, list of str)
        The line in which each row ends, and its cells; blank lines are left out.
    delimiter : str
    bom : bool
        Whether a spreadsheet needs a byte order mark to read it when it is written again: it had one, or was not UTF-8.
    """

    rows: tuple[tuple[int, list[str]], ...]
    delimiter: str = ","
    bom: bool = False


def read_table(path: Path | str, data: bytes | None = None) -> Table:
    """Read a table with commas, semicolons, tabs or bars, in UTF-8, UTF-16, UTF-32 or Windows-1252.

    Parameters
    ----------
    path : Path or str
        The file; named in messages.
    data : bytes, optional
        Its content, where that is known.

    Raises
    ------
    UsageError
        It cannot be read, or is no text table, or in another encoding.
    """
    if data is None:
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror})") from error
    if data.startswith(WORKBOOKS):
        raise UsageError(f"{path} is a workbook; save it as CSV UTF-8 and give that")
    text, skipped = _decoded(path, data).replace("\0", ""), 0
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        delimiter, skipped = first[4:5], text.count("\n", 0, text.index(first) + len(first)) + 1
        text = text.partition(first)[2].partition("\n")[2]
    else:
        delimiter = max(",;\t|", key=lambda sign: (first.count(sign), sign in first and sign != ","))  # a comma may be a text's
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ",")
        rows = tuple((reader.line_num + skipped, row) for row in reader if row)
    except csv.Error as error:
        raise UsageError(f"{path} is no table ({error}); save it as CSV UTF-8") from error
    is_plain = not data.startswith(tuple(mark for mark, _ in BOMS)) and _is_utf8(data)
    return Table(rows, delimiter or ",", not is_plain)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path | str, data: bytes) -> str:
    """Return the text, or raise UsageError where the encoding is unknown: names must not be misread in silence."""
    name = next((name for mark, name in BOMS if data.startswith(mark)), "")
    if not name and data[:200].count(0) * 3 > len(data[:200]):  # UTF-16 without a mark
        name = "utf-16-le" if data[1:200:2].count(0) > data[0:200:2].count(0) else "utf-16-be"
    try:
        return data.decode(name or "utf-8")
    except UnicodeDecodeError as error:
        if name:
            raise UsageError(f"{path} is damaged: it is {name.upper()} up to byte {error.start}; save it as CSV UTF-8") from error
    text = data.decode("cp1252", "replace")
    strange = OTHER_CODE.search(text) or re.search("\ufffd", text)
    if strange is None:
        return text
    start = max(text.rfind(sign, 0, strange.start()) for sign in "\n\t,;| \"") + 1
    word = WORD.match(text, start)
    line = text.count("\n", 0, strange.start()) + 1
    raise UsageError(f"{path}, line {line}: this is not UTF-8, nor Windows-1252, in which it would say "
                     f"{(word[0] if word else '')[:40]!r}. Save it as CSV UTF-8, or, if you know its encoding, such as GB18030, "
                     "change it with: iconv -f GB18030 -t UTF-8 OLD.csv > NEW.csv")
