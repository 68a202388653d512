"""Find secrets (model answers, hidden tests, mark schemes) in what students get.

Text is compared without whitespace, so that indentation and line breaks do not hide a leak. What students get on purpose is not
secret: lines outside the solution markers, the public tests, the notebook's text.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import html
import io
import json
import re
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import nbformat
from PIL import Image, PngImagePlugin

from autograder.publish.markers import SCHEME
from autograder.stages import Stage, stages
from autograder.stages.strip import BEGIN, END, strip

# Minimum number of characters. A shorter line of code gives nothing away, and is too common to be attributed.
MIN_CODE, MIN_PROSE, MIN_LETTERS = 18, 14, 24
# Lines too common to be a secret: block openers, imports, plain returns, assignments of names.
TRIVIAL = re.compile(r"(for|while|if|elif|else|with|def|class|try|except|finally|import|from)\b.*|@.*|"
                     r"(return |yield |del |raise )?[\w., ()]*|[\w., ]+ = [\w., ]+")
CACHES = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache"}
OUTPUT = "stored output"
PICTURE = "mark scheme in a picture"
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"}


@dataclass(frozen=True)
class Secret:
    """One secret: its kind, its location, and the text without whitespace. A name must match as a whole word.

    Prose is also searched for by its letters alone.
    """

    kind: str
    where: str
    text: str
    name: bool = False
    prose: str = ""


def leaks(stage: Stage, folder: Path, given: str = "") -> list[str]:
    """Find a stage's secrets in a folder for students; one sentence per leak.

    Parameters
    ----------
    stage : Stage
        Its model answers, hidden tests, mark schemes, mistakes and alternatives are secret.
    folder : Path
        The released folder; caches of Python and Jupyter are skipped.
    given : str
        Text that is handed out on purpose, without whitespace: nothing in it is a secret.
    """
    wanted = _wanted(stage, given)
    found = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not CACHES & set(relative.parts):
            found += [f"{relative} has {what}" for what in _leaks_of(path.suffix, path.read_bytes(), wanted)]
    return found


@lru_cache(maxsize=16)
def _wanted(stage: Stage, given: str) -> _Wanted:
    return _Wanted(secret for secret in secrets(stage) if secret.name or secret.text not in given)


class _Wanted(tuple[Secret, ...]):
    """Secrets to search for, compared by identity so that they can be a cache key."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


@lru_cache(maxsize=1000)
def _leaks_of(suffix: str, data: bytes, wanted: _Wanted) -> tuple[str, ...]:
    """Return the leaks in a file; cached, because folders share files."""
    return tuple(_leaks_in(suffix, data, wanted))


def _leaks_in(suffix: str, data: bytes, wanted: Iterable[Secret]) -> Iterator[str]:
    text = data.decode("utf-8", "replace")
    if suffix == ".ipynb":
        notebook = json.loads(text)
        for number, cell in enumerate(notebook["cells"]):
            if cell.get("outputs") or cell.get("execution_count") is not None:
                yield f"a {OUTPUT} in cell {number}"
        text = "\n".join([*_strings(notebook), *map(texts_of_data, _attached(notebook))])
    elif suffix.lower() in PICTURES:
        text = texts_of_data(data)
    text += "".join(map(texts_of_data, _inline(text)))
    for marker in (BEGIN, END, *SCHEME):
        if marker in text:
            yield f"the marker {marker!r}"
    squeezed, words, prose = squeeze(text), set(re.findall(r"\w+", text)), letters(text)
    for secret in wanted:
        if secret.text in words if secret.name else secret.text in squeezed or (secret.prose and secret.prose in prose):
            place = " in a picture" if suffix.lower() in PICTURES else ""
            yield f"{secret.kind}{place} ({secret.where}): {secret.text[:80]}"


def _attached(notebook: Any) -> Iterator[bytes]:
    """Yield the attachments of a notebook's cells."""
    for cell in notebook["cells"]:
        for kinds_of in cell.get("attachments", {}).values():
            for data in kinds_of.values():
                with contextlib.suppress(ValueError):  # not base64: searched as text
                    yield base64.b64decode("".join(data) if isinstance(data, list) else data)


def _inline(text: str) -> Iterator[bytes]:
    """Yield the files embedded in a text as ``data:image/png;base64,...``."""
    for found in re.finditer(r"data:[\w/+.-]*(?:;[\w-]+=[\w.-]+)*(;base64)?,([^\s\"')>]+)", text):
        with contextlib.suppress(ValueError):
            yield base64.b64decode(found[2]) if found[1] else unquote_to_bytes(found[2])


def texts_of_data(data: bytes) -> str:
    """Return the searchable text of a file that may be binary: its bytes, metadata of a picture, text of an SVG."""
    text = data.decode("utf-8", "replace")
    said = [text, data.replace(b"\0", b"").decode("utf-8", "replace"), texts_of_picture(data)]
    if "<" in text:
        said.append(html.unescape(re.sub(r"<[^<>]*>", "", text)))
    return "\n".join(said)


def texts_of_picture(data: bytes) -> str:
    """Return the metadata of a picture: comments, titles, camera data."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            exif = picture.getexif()
            said = [*picture.info.values(), *exif.values(), *(value for directory in (0x8769, 0x8825, 0xA005)
                                                              for value in exif.get_ifd(directory).values())]
    except Exception:  # not a format that Pillow reads: an SVG is searched as text
        return ""
    return "\n".join(text.replace(b"\0", b"").decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
                     for text in said)


def letters(text: str) -> str:
    """Return lower-case letters and digits alone, which survive any formatting of prose."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", html.unescape(text))).lower()


def squeeze(text: str) -> str:
    """Return text without whitespace."""
    return "".join(text.split())


def _strings(value: Any) -> Iterator[str]:
    """Yield every string in JSON; a list of lines is joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)


@cache
def secrets(stage: Stage) -> tuple[Secret, ...]:
    """Return all secrets of a stage, each text once; cached."""
    source = stage.solution.read_text(encoding="utf-8")
    stub, public, cells = squeeze(strip(source, stage.info.file)), "".join(map(_given, stages())), _cells(stage)
    found = [*_code("solution", stage.info.file, source, stub, inside=(BEGIN, END))]
    for cell in cells:
        if BEGIN in cell:
            found += _code("solution", stage.notebook.name, cell, stub, inside=(BEGIN, END))
    found += _mark_scheme(stage.notebook.name, cells)
    for file in sorted(stage.suite.glob("hidden*.py")):  # the tests, and what they share
        hidden = file.read_text(encoding="utf-8")
        for part in (_names, _docstrings, _code):
            found += part("hidden test", file.name, hidden, public)
    for kind, folder in (("mistake", "mistakes"), ("wrong program", "wrong"), ("alternative answer", "alternatives")):
        for file in sorted((stage.suite / folder).glob("[!_]*.py")):
            text = file.read_text(encoding="utf-8")
            found += [*_docstrings(kind, file.name, text, public), *_code(kind, file.name, text, public)]
    if stage.standins_source():
        found += _code("stand-in", "standins.py", stage.standins_source(), public)
    return tuple({(secret.text, secret.name): secret for secret in reversed(found)}.values())[::-1]


def _given(stage: Stage) -> str:
    """Return what students of a stage get on purpose, without whitespace."""
    stub = strip(stage.solution.read_text(encoding="utf-8"), stage.info.file)
    public = stage.test_files()["public"].read_text(encoding="utf-8")
    return squeeze("".join([stub, public, *map(shown, _cells(stage))]))


def _cells(stage: Stage) -> list[str]:
    """Return the texts of the source notebook's cells; empty if a stage has no notebook yet."""
    if not stage.notebook.exists():
        return []
    return [cell.source for cell in nbformat.read(stage.notebook, as_version=nbformat.NO_CONVERT).cells]


def _code(kind: str, file: str, source: str, known: str, inside: tuple[str, str] | None = None) -> Iterator[Secret]:
    """Yield the telling lines of code, without comments and docstrings; only those between the markers if given."""
    comments = {token.start[0]: token.start[1] for token in tokenize.generate_tokens(io.StringIO(source).readline)
                if token.type == tokenize.COMMENT} if "#" in source else {}
    prose = {number for node in _documented(source) for number in
             range(node.body[0].lineno, (node.body[0].end_lineno or node.body[0].lineno) + 1)}
    within = inside is None
    for number, line in enumerate(source.splitlines(), start=1):
        if inside is not None and line.strip() in inside:
            within = line.strip() == inside[0]
            continue
        code = line[: comments.get(number, len(line))].strip()
        if not within or number in prose or TRIVIAL.fullmatch(code):
            continue
        if len(squeeze(code)) >= MIN_CODE and squeeze(code) not in known:
            yield Secret(kind, f"{file}, line {number}", squeeze(code))


@lru_cache(maxsize=4)
def _documented(source: str) -> list[Any]:
    """Return the module, functions and classes that have a docstring."""
    nodes: list[ast.AST] = [ast.parse(source)]
    for node in nodes:  # the list grows while it is iterated: each statement adds the statements in it
        nodes += (inner for inner in ast.iter_child_nodes(node)
                  if isinstance(inner, ast.stmt | ast.excepthandler | ast.match_case))
    return [node for node in nodes if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node, clean=False)]


def _docstrings(kind: str, file: str, source: str, known: str) -> Iterator[Secret]:
    for node in _documented(source):
        for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node) or ""):
            text = squeeze(paragraph)
            if len(text) >= MIN_PROSE and text not in known:
                yield Secret(kind, f"{file}, line {node.body[0].lineno}", text)


def _names(kind: str, file: str, source: str, known: str) -> Iterator[Secret]:
    """Yield the names of test functions."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and f"def{node.name}(" not in known:
            yield Secret(kind, f"{file}, line {node.lineno}", node.name, name=True)


def shown(cell: str) -> str:
    """Return the part of a source cell that is released."""
    for begin, end in ((BEGIN, END), SCHEME):
        cell = re.sub(f"{re.escape(begin)}.*?({re.escape(end)}|\\Z)", "", cell, flags=re.DOTALL)
    return cell


def _mark_scheme(file: str, cells: list[str]) -> Iterator[Secret]:
    """Yield lines of the mark schemes that do not also occur elsewhere in the notebook."""
    known, plain = squeeze("".join(map(shown, cells))), letters("".join(map(shown, cells)))
    schemes = re.findall(f"{re.escape(SCHEME[0])}(.*?)(?:{re.escape(SCHEME[1])}|\\Z)", "\n".join(cells), re.DOTALL)
    said = [*"\n".join(schemes).splitlines(), *re.split(r"(?<=[.!?;:])\s+", "\n".join(schemes))]
    for text in map(squeeze, said):
        if len(text) >= MIN_PROSE and text not in known:
            bare = letters(text)
            yield Secret("mark scheme", file, text, prose=bare if len(bare) >= MIN_LETTERS and bare not in plain else "")


def plant(stage: Stage, kind: str, folder: Path) -> None:
    """Put a leak into a released folder, to verify that `leaks` finds it.

    Parameters
    ----------
    stage : Stage
    kind : str
        One of `kinds`.
    folder : Path
        A copy of the released folder, which is changed.
    """
    path = folder / f"{stage.id}.ipynb"
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    text = next((secret.text for secret in secrets(stage) if secret.kind == kind), "")
    if kind == PICTURE:  # in a compressed text chunk
        said = PngImagePlugin.PngInfo()
        said.add_text("Comment", next(secret.text for secret in secrets(stage) if secret.kind == "mark scheme"), zip=True)
        Image.new("L", (2, 2)).save(folder / "figure.png", pnginfo=said)
    elif kind == OUTPUT:
        code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        code.outputs = [nbformat.v4.new_output("stream", text="3.14\n")]
        nbformat.write(notebook, path)
    elif kind == "mark scheme":
        notebook.cells[-1].source += f"\n\n{text[:8]} {text[8:]}"
        nbformat.write(notebook, path)
    else:
        file, line = (("test_public.py", f"def {text}(student): ...") if kind == "hidden test" else
                      (stage.info.file, f"# {text[:5]}  {text[5:]}"))
        with open(folder / file, "a", encoding="utf-8") as end:
            end.write(f"\n\n{line}\n")


def kinds(stage: Stage) -> tuple[str, ...]:
    """Return the kinds of leaks that a stage can have."""
    found = dict.fromkeys(secret.kind for secret in secrets(stage))
    return (*found, OUTPUT, *((PICTURE,) if "mark scheme" in found else ()))
