"""Read the cells of a notebook from arbitrary bytes, within limits: outputs and unknown metadata are skipped, never built.

The file is untrusted. It may have another encoding, be truncated, contain merge conflicts, or be built so that reading it whole
takes gigabytes. Whatever can be read is read, and `Reading.notes` says what was wrong.
"""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from autograder.checks.words import N_
from autograder.grade.language import doubt, said

MAX_CELLS = 2000
# Maximum strings in one cell's text, or pictures of one cell.
MAX_PARTS = 200_000
# Maximum bytes of one text, including pasted pictures, and of nbgrader's metadata of a cell.
MAX_TEXT = 64 << 20
MAX_METADATA = 20_000
# Maximum tokens scanned of a notebook that cannot be parsed in one go.
MAX_TOKENS = 3_000_000
GRADE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
MARKER = re.compile(rb"^(?:<{7}|={7}|>{7}|\|{7})(?:[ \r\n].*)?$", re.MULTILINE)
TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
CELL = re.compile(rb'\{\s*"(?:attachments|cell_type|execution_count|id|metadata|source)"\s*:')
# Multibyte characters common in answers.
USUAL = "∂Σ∑∏αβγδθλσ·×−–—’“”…äöüßéèàçñ≤≥→∇√"
STRING = re.compile(rb'"((?:[^"\\]|\\.)*+)("|\\?\Z)', re.DOTALL)
SOURCE = re.compile(rb'"(?:source|input)"\s*:\s*(\[)?')
LONE_SURROGATE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
NO_NUMBER = re.compile(rb"(?<=[:\[,\s])-?(?:NaN|Infinity)(?=\s*[,\]}])")
PICTURE_KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/svg+xml", "image/heic",
                 "image/heif", "image/avif", "image/jpg", "image/pjpeg", "image/x-png", "application/octet-stream",
                 "application/pdf")
ESCAPED_KEY = re.compile(rb'"[^"\\]{0,9}\\u00[0-9a-fA-F]{2}[^"]{0,40}"\s*:')
Raw = msgspec.Raw


@dataclass
class Cell:
    """The parts of a cell that are used.

    Attributes
    ----------
    kind : str
        code, markdown or raw.
    text : str
    grade_id : str
        nbgrader's name for it, or empty.
    nbgrader_meta : dict
        nbgrader's metadata.
    tagged : bool
        Whether it has tags.
    released : str
        The hash of its text in the release that it is from, or empty.
    attachments : dict of str to (dict of str to str)
        Pasted pictures: name to (media type to base64).
    pictures : list of (str, str)
        Pictures in its outputs: media type and base64.
    """

    kind: str
    text: str
    grade_id: str = ""
    nbgrader_meta: dict[str, Any] = field(default_factory=dict)
    tagged: bool = False
    released: str = ""
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)
    pictures: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Reading:
    """What could be read of a notebook: its cells, what was wrong, and the Python version it was last run with."""

    cells: list[Cell] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    python: str = ""


class _Cell(msgspec.Struct):
    cell_type: str
    source: Raw = Raw()
    input: Raw = Raw()
    level: Raw = Raw()
    metadata: Raw = Raw()
    attachments: Raw = Raw()
    outputs: Raw = Raw()


class _AnyCell(_Cell, kw_only=True):
    cell_type: str = ""


class _Sheet(msgspec.Struct):
    cells: list[_Cell]


class _Notebook(msgspec.Struct):
    cells: list[_Cell] | None = None
    worksheets: list[_Sheet] | None = None
    metadata: Raw = Raw()


class _Metadata(msgspec.Struct):
    nbgrader: Raw = Raw()
    tags: Raw = Raw()
    released: Raw = Raw()


class _Language(msgspec.Struct, frozen=True):
    name: str = ""
    version: str = ""


class _Top(msgspec.Struct):
    language_info: _Language = _Language()


class _Output(msgspec.Struct):
    data: Raw = Raw()


class _Bundle(msgspec.Struct):
    png: Raw = msgspec.field(default=Raw(), name="image/png")
    jpeg: Raw = msgspec.field(default=Raw(), name="image/jpeg")
    gif: Raw = msgspec.field(default=Raw(), name="image/gif")
    webp: Raw = msgspec.field(default=Raw(), name="image/webp")
    svg: Raw = msgspec.field(default=Raw(), name="image/svg+xml")


ERRORS = (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError, ValueError)


def as_utf8(data: bytes) -> tuple[bytes, str]:
    """Return the file in UTF-8, and the encoding it was in; empty for plain UTF-8."""
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
                       (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace").encode("utf-8", "replace"), name.upper()
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    if data[:64].count(b"\0") > 8:
        wide = "32" if data[:64].count(b"\0") > 40 else "16"
        order = "be" if data[:1] == b"\0" else "le"
        name = f"utf-{wide}-{order}"
        return data.decode(name, "replace").encode("utf-8", "replace"), f"UTF-{wide}"
    try:
        codecs.utf_8_decode(data, "strict", True)
        return data, ""
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        lost = text.count("\N{REPLACEMENT CHARACTER}")
    if lost < sum(map(text.count, USUAL)):  # mostly UTF-8, with a few damaged bytes
        return text.encode(), said("UTF-8 with damaged characters")
    try:
        return data.decode("cp1252").encode("utf-8"), "Windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1").encode("utf-8"), "Latin-1"


def looks_like_notebook(data: bytes) -> bool:
    """Whether the data begins like a notebook, or like one with merge conflicts."""
    text = as_utf8(data[:4096])[0].lstrip()
    return text.startswith((b"{", b"<<<<<<<"))


def read_cells(data: bytes) -> Reading:
    """Read the cells of a notebook; if nothing can be read, the notes say why."""
    reading = Reading()
    if not data.strip(b"\0 \t\r\n"):
        reading.notes.append(said("it has only bytes of 0 in it") if b"\0" in data else said("it is empty"))
        return reading
    data, encoding = as_utf8(data)
    if encoding:
        template = N_("it was saved as {encoding}") if "UTF-8" in encoding else N_("it was saved as {encoding}, not UTF-8")
        reading.notes.append(said(template, encoding=encoding))
    if not looks_like_notebook(data):
        start = CELL.search(data)
        if start is None:
            reading.notes.append(said("it does not begin as a notebook does"))
            return reading
        reading.notes.append(said("it does not begin as a notebook does; what could be read of it was kept"))
        data = b'{"cells": [' + data[start.start():] if data.find(b'"cells"', 0, start.start()) < 0 else data[data.find(b"{"):]
    if b"<<<<<<<" in data and b">>>>>>>" in data and MARKER.search(data):
        return _read_both_sides(data, reading)
    _read(data, reading)
    return reading


def _read(data: bytes, reading: Reading) -> None:
    """Fill in `reading`."""
    for attempt in _as_it_is_and_repaired(data):
        try:
            found = _read_at_once(attempt)
        except ERRORS:
            continue
        if found is None and b'"cells"' in attempt:  # nested inside something else
            cells = list(islice(_read_piece_by_piece(attempt), MAX_CELLS + 1))
            break
        if found is None:
            reading.notes.append(said("it has no list of cells"))
            return
        cells, reading.python = found
        break
    else:
        cells = list(islice(_read_piece_by_piece(data), MAX_CELLS + 1))
        reading.notes.append(
            doubt("it is damaged; what could be read of it was kept") if cells else
            doubt("it is damaged, and nothing of it can be read")
        )
    if len(cells) > MAX_CELLS:
        reading.notes.append(said("it has more than {most} cells; the first {most} were read", most=MAX_CELLS))
    if not cells and not reading.notes:
        reading.notes.append(said("it has no cells"))
    for cell in cells[:MAX_CELLS]:
        reading.cells.append(_reduced(cell))


def _as_it_is_and_repaired(data: bytes) -> Iterator[bytes]:
    yield data
    yield _repaired(data)


def _repaired(data: bytes) -> bytes:
    """Replace what JSON forbids but Python's own writer produces: lone surrogates and NaN."""
    return NO_NUMBER.sub(b"null", LONE_SURROGATE.sub(rb"\1\\ufffd", data))


def _read_at_once(data: bytes) -> tuple[list[_Cell], str] | None:
    """Parse all cells in one pass that builds nothing else; None if there is no list of cells.

    The number of cells is bounded beforehand by the occurrences of "cell_type": a cell without it ends the pass.
    """
    if data.count(b'"cell_type"') > 10 * MAX_CELLS or (len(data) > 1 << 20 and ESCAPED_KEY.search(data)):
        raise ValueError("too many cells")
    notebook = msgspec.json.decode(data, type=_Notebook)
    cells = notebook.cells
    if cells is None and notebook.worksheets is not None:
        cells = [cell for sheet in notebook.worksheets for cell in sheet.cells]
    if cells is None:
        return None
    try:
        language = msgspec.json.decode(bytes(notebook.metadata)[:MAX_METADATA], type=_Top).language_info
    except ERRORS:
        language = _Language()
    return cells, language.version[:20] if language.name.lower() == "python" else ""


def _read_piece_by_piece(data: bytes) -> Iterator[_Cell]:
    """Yield one cell after another as far as the file goes; of the last, truncated one, the text that is there."""
    at = data.find(b'"cells"')
    at = data.find(b"[", at) if at >= 0 else -1
    if at < 0:
        return
    depth, start = 0, -1
    for tokens, match in enumerate(TOKEN.finditer(data, at + 1)):
        token = match.group()
        if tokens > MAX_TOKENS:
            break
        if token in (b"{", b"["):
            if depth == 0:
                start = match.start()
            depth += 1
        elif token in (b"}", b"]"):
            depth -= 1
            if depth < 0:
                return
            if depth == 0 and start >= 0:
                yield _salvaged(data[start : match.end()])
                start = -1
    if start >= 0:
        yield _salvaged(data[start:])


def _salvaged(piece: bytes) -> _Cell:
    """Return a cell; of a damaged one, the strings after `source`."""
    for attempt in _as_it_is_and_repaired(piece):
        try:
            return msgspec.json.decode(attempt, type=_AnyCell)
        except ERRORS:
            continue
    kind = re.search(rb'"cell_type"\s*:\s*"(\w{1,20})"', piece)
    grade_id = re.search(rb'"grade_id"\s*:\s*"([A-Za-z0-9_.-]{1,100})"', piece)
    source = SOURCE.search(piece)
    texts: list[str] = []
    place = source.end() if source else len(piece)
    for count, match in enumerate(STRING.finditer(piece, place)):
        between = piece[place : match.start()]
        if count >= MAX_PARTS or between.strip(b" \t\r\n,"):
            break
        texts.append(_plain_string(match[1]))
        place = match.end()
        if source is not None and source[1] is None:
            break
    metadata = {"nbgrader": {"grade_id": grade_id[1].decode()}} if grade_id else {}
    return _Cell(kind[1].decode() if kind else "markdown", Raw(msgspec.json.encode("".join(texts))),
                 metadata=Raw(msgspec.json.encode(metadata)))


def _plain_string(inner: bytes) -> str:
    """Return the text of a JSON string whose end may be missing."""
    inner = re.sub(rb"[\x00-\x1f]", lambda match: b"\\u%04x" % match[0][0], inner)
    for cut in (0, 1, 2, 3, 4, 5, 6):
        try:
            return msgspec.json.decode(b'"' + _repaired(inner[: len(inner) - cut]) + b'"', type=str)
        except ERRORS:
            continue
    return ""


def _read_both_sides(data: bytes, reading: Reading) -> Reading:
    """Read a notebook with merge conflicts: all cells of one side, and those of the other that differ."""
    sides: tuple[list[bytes], list[bytes]] = ([], [])
    where = ""
    for line in data.splitlines(keepends=True):
        mark = line[:7] if MARKER.fullmatch(line.rstrip(b"\r\n")) else b""
        if mark in (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"):
            where = {b"<<<<<<<": "ours", b"|||||||": "base", b"=======": "theirs", b">>>>>>>": ""}[mark]
            continue
        if where in ("", "ours"):
            sides[0].append(line)
        if where in ("", "theirs"):
            sides[1].append(line)
    ours, theirs = Reading(), Reading()
    _read(b"".join(sides[0]), ours)
    _read(b"".join(sides[1]), theirs)
    if len(theirs.cells) > len(ours.cells) and not ours.cells:
        ours, theirs = theirs, ours
    reading.cells, reading.python = ours.cells, ours.python
    known = {cell.text.strip() for cell in ours.cells}
    place = 0
    for cell in theirs.cells:
        same = next((i for i, other in enumerate(reading.cells) if other.text.strip() == cell.text.strip()), None)
        if same is not None:
            place = max(place, same + 1)
        elif cell.text.strip() not in known:
            place = min(place + 1, len(reading.cells))
            reading.cells.insert(place, Cell(cell.kind, cell.text, attachments=cell.attachments))
            place += 1
    reading.notes.append(said("conflict marks of a merge (<<<<<<<) stand in it; both sides were kept"))
    return reading


def _reduced(cell: _Cell) -> Cell:
    """Convert a cell to Python values, whatever it held."""
    text = _text(cell.source) or _text(cell.input)
    kind = cell.cell_type
    if kind == "heading":
        level = bytes(cell.level)[:1]
        text = f"{'#' * (int(level) if level.isdigit() and 0 < int(level) < 7 else 1)} {text}"
    kind = kind if kind in ("code", "raw") else "markdown"
    meta, tagged, released = _metadata(cell.metadata)
    grade_id = meta.get("grade_id")
    grade_id = grade_id if isinstance(grade_id, str) and GRADE_ID.fullmatch(grade_id) else ""
    return Cell(kind, text, grade_id, meta, tagged, released, _attachments(cell.attachments),
                _outputs(cell.outputs) if kind == "code" else [])


def _text(raw: Raw) -> str:
    """Return a text, given as one string or a list of strings."""
    data = bytes(raw)
    if not data or len(data) > MAX_TEXT or data.count(b'"') > 2 * MAX_PARTS:
        return ""
    for attempt in _as_it_is_and_repaired(data):
        try:
            parts = msgspec.json.decode(attempt, type=str | list[str])
        except ERRORS:
            continue
        return parts if isinstance(parts, str) else "".join(parts)
    if len(data) > 1 << 20:
        return ""
    try:
        values = msgspec.json.decode(_repaired(data))
    except ERRORS:
        return ""
    return "".join(part for part in values if isinstance(part, str)) if isinstance(values, list) else ""


def _metadata(raw: Raw) -> tuple[dict[str, Any], bool, str]:
    """Return nbgrader's metadata of a cell, whether the cell has tags, and its hash as released; large metadata is skipped."""
    try:
        metadata = msgspec.json.decode(bytes(raw) or b"{}", type=_Metadata)
    except ERRORS:
        return {}, False, ""
    released = bytes(metadata.released)[:MAX_METADATA].strip(b'"').decode("ascii", "replace")
    tagged = bytes(metadata.tags).strip() not in (b"", b"[]", b"null")
    inner = bytes(metadata.nbgrader)
    try:
        if len(inner) <= MAX_METADATA:
            meta = msgspec.json.decode(inner or b"{}")
            return (meta if isinstance(meta, dict) else {}), tagged, released
        return {"grade_id": msgspec.json.decode(inner, type=_GradeId).grade_id}, True, released
    except (*ERRORS, AttributeError):
        return {}, tagged, released


class _GradeId(msgspec.Struct):
    grade_id: str = ""


def _attachments(raw: Raw) -> dict[str, dict[str, str]]:
    """Return the pictures pasted into a cell."""
    data = bytes(raw)
    if not data or len(data) > MAX_TEXT or data.count(b'"') > 4000:
        return {}
    try:
        listed = msgspec.json.decode(_repaired(data))
    except ERRORS:
        return {}
    found: dict[str, dict[str, str]] = {}
    for name, kinds in listed.items() if isinstance(listed, dict) else ():
        for kind, content in kinds.items() if isinstance(kinds, dict) else ():
            content = "".join(part for part in content if isinstance(part, str)) if isinstance(content, list) else content
            if kind in PICTURE_KINDS and isinstance(content, str):
                found.setdefault(name, {})[kind] = "".join(content.split())
    return found


def _outputs(raw: Raw) -> list[tuple[str, str]]:
    """Return the pictures in the outputs of a code cell."""
    data = bytes(raw)
    if b"image/" not in data or data.count(b'"output_type"') > 1000:
        return []
    found = []
    try:
        for output in msgspec.json.decode(data, type=list[_Output]):
            bundle = msgspec.json.decode(bytes(output.data) or b"{}", type=_Bundle)
            for kind in ("png", "jpeg", "gif", "webp", "svg+xml"):
                text = _text(getattr(bundle, kind.removesuffix("+xml")))
                if kind == "svg+xml" and text:  # SVG is text, and only named, not shown
                    text = base64.b64encode(text[:200].encode("utf-8", "replace")).decode()
                if text:
                    found.append((f"image/{kind}", "".join(text.split())))
                    break
    except ERRORS:
        pass
    return found[:20]


def python_of(data: bytes | None) -> str:
    """Return the Python version that a notebook says it was last run with; empty if unknown."""
    return read_cells(data).python if data else ""
