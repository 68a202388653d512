"""The pictures of a notebook, whether pasted, embedded in text, drawn by code or files beside it: each is shown or reported."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from autograder.grade.language import said
from autograder.grade.names import shown
from autograder.grade.notebook_reading import Cell
from autograder.grade.pictures import MAX_PIXELS, Shown, is_ready, is_whole, kind_of, showable, sides

# `![what](where)` and `<img src="where">`, where the target may be base64 data.
DATA_URI = r"data:[\w/+.;=-]{1,60},[A-Za-z0-9+/=%]++"
IN_MARKDOWN = re.compile(
    r"!\[(?P<what>[^\]\n]{0,500})\]\([ \t]{0,9}<?(?P<where>"
    + DATA_URI
    + r"|(?!data:)[^)\s>]{1,2000}+(?: [^)\s>\"']{1,200}+){0,20}+)>?"
    r"(?:\s{1,9}(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'))?[ \t]{0,9}\)"
)
IN_HTML = re.compile(
    r"<img\b(?P<before>[^>]{0,500}?)\bsrc\s{0,9}=\s{0,9}(?:([\"'])(?P<where>"
    + DATA_URI
    + r"|(?!data:)[^\"'>]{1,2000}+)\2|(?P<bare>"
    + DATA_URI
    + r"|(?!data:)[^\"'\s>]{1,2000}+))[^>]{0,500}>",
    re.IGNORECASE,
)
ALT = re.compile(r"\balt\s*=\s*[\"']([^\"']{0,500})[\"']", re.IGNORECASE)
# Base64 data referred to by name, as Google's editors write it: [image1]: <data:image/png;base64,...>
REFERENCE = re.compile(r"^[ ]{0,3}\[(?P<name>[^\]\n]{1,200})\]:[ \t]{0,9}<?(?P<where>" + DATA_URI + r")>?[ \t]*$", re.MULTILINE)
IN_REFERENCE = re.compile(r"!\[(?P<what>[^\]\n]{0,500})\]\[(?P<name>[^\]\n]{0,200})\]")
# Data that is not shown as a picture: the target of a link, or on a line of its own.
LINK = re.compile(r"(?<!!)(\[[^\]\n]{0,500}\]\([ \t]{0,9}<?data:image/)")
LOOSE = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=%]{100,}+")
# Limits per notebook: pictures shown; bytes after which pictures are shrunk; number and total pixels of pictures that have to be
# converted.
MAX_PICTURES = 40
MAX_SHOWN = 5 << 20
MAX_TRIES = 60
MAX_READ = 500_000_000


class Pictures:
    """The pictures of one notebook.

    Parameters
    ----------
    beside : dict of str to bytes
        Pictures handed in beside it, by path.

    Attributes
    ----------
    elsewhere : dict of str to (dict of str to str)
        Attachments of all cells, for cells that lost their own when they were split or moved.
    problems : list of str
        A sentence for each picture that cannot be shown.
    """

    def __init__(self, beside: dict[str, bytes]) -> None:
        self.beside = beside
        self.elsewhere: dict[str, dict[str, str]] = {}
        self.used: set[str] = set()
        self.problems: list[str] = []
        self.count = 0
        self.shown = self.tries = self.read = 0  # bytes shown; pictures and pixels that had to be converted

    def in_text(self, text: str, attachments: dict[str, dict[str, str]]) -> tuple[str, dict[str, dict[str, str]]]:
        """Return a text and its attachments: exactly the pictures that it shows."""
        found: dict[str, dict[str, str]] = {}

        def put(where: str, what: str) -> str:
            where = where.strip()
            if where.startswith("attachment:"):
                name = where.removeprefix("attachment:")
                if name in found:
                    return f"![{_quoted(what)}]({where})"
                there = (listed.get(key) for listed in (attachments, self.elsewhere) for key in (name, unquote(name)))
                kinds = next(filter(None, there), {})
                return self._shown(what, name, [_decoded(content) for content in kinds.values()], found)
            if where.startswith("data:"):
                return self._shown(what, what or "a picture in the text", [_decoded(where.partition(",")[2])], found)
            if re.match(r"[a-z][a-z0-9+.-]{1,20}:|//", where, re.IGNORECASE):
                self._say(said("a picture on the web was not shown: {address}", address=shown(where)))
                return f"*[a picture on the web: {_quoted(where)}]*"
            name = self._lies_at(where)
            return self._shown(what, where, [self.beside[name]] if name else [], found)

        references = {match["name"].casefold(): match["where"] for match in REFERENCE.finditer(text)}
        if references:
            text = IN_REFERENCE.sub(
                lambda match: (
                    put(references[key], match["what"])
                    if (key := (match["name"] or match["what"]).casefold()) in references
                    else match[0]
                ),
                text,
            )
            text = REFERENCE.sub("", text)
        text = LINK.sub(r"!\1", text)
        text = IN_MARKDOWN.sub(lambda match: put(match["where"], match["what"]), text)
        text = IN_HTML.sub(
            lambda match: put(match["where"] or match["bare"], alt[1] if (alt := ALT.search(match[0][:600])) else ""), text
        )
        text = LOOSE.sub(lambda match: put(match[0], ""), text)
        if attachments and not found and "attachment:" not in text:  # pasted, but the line that shows it was lost
            text += "".join(
                f"\n\n{self._shown(name, name, [_decoded(content) for content in kinds.values()], found)}"
                for name, kinds in attachments.items()
            )
        return text, found

    def _lies_at(self, where: str) -> str:
        """Return the path of the picture beside the notebook that a text refers to, or an empty string."""
        wanted = unquote(where).replace("\\", "/").removeprefix("./")
        for test in (
            lambda path: path == wanted,
            lambda path: path.casefold() == wanted.casefold(),
            lambda path: PurePosixPath(path).name.casefold() == PurePosixPath(wanted).name.casefold(),
        ):
            for path in sorted(self.beside):
                if test(path):
                    self.used.add(path)
                    return path
        return ""

    def _shown(self, what: str, name: str, contents: Iterable[bytes], found: dict[str, dict[str, str]]) -> str:
        """Return Markdown that shows a picture, adding it to `found`, or words that say it cannot be shown."""
        contents = [content for content in contents if content]
        if not contents:
            self._say(said("the picture {name} is missing: it was not handed in", name=shown(name)))
            return f"*[the picture {_quoted(name)} is missing]*"
        for content in contents:
            if self.count < MAX_PICTURES and (ready := self._made_ready(content)):
                self.count += 1
                self.shown += len(ready.data)
                label = f"picture-{self.count}.{'png' if ready.kind == 'image/png' else 'jpg'}"
                found[label] = {ready.kind: base64.b64encode(ready.data).decode("ascii")}
                return f"![{_quoted(what)}](attachment:{label})"
        if self.count >= MAX_PICTURES or self.tries >= MAX_TRIES or self.read >= MAX_READ:
            self._say(said("there are too many to show of the pictures handed in, or too large ones; look at the notebook "
                           "itself"))
            return f"*[the picture {_quoted(name)} is not shown: there are too many, or too large ones]*"
        kind = _kind(contents[0])
        self._say(said("the picture {name} cannot be shown here ({kind}); it is in the files handed in", name=shown(name),
                       kind=kind))
        return f"*[the picture {_quoted(name)} cannot be shown here: {kind}]*"

    def _made_ready(self, content: bytes) -> Shown:
        """Return the picture in a form that a page can show, unless the notebook's pictures have cost too much already."""
        if not is_ready(content) or self.shown > MAX_SHOWN:
            if self.tries >= MAX_TRIES or self.read >= MAX_READ:
                return Shown()
            self.tries += bool(kind_of(content))
        ready = showable(content, small=self.shown > MAX_SHOWN)
        self.read += ready.pixels
        return ready

    def _say(self, problem: str) -> None:
        if problem not in self.problems and len(self.problems) < 10:
            self.problems.append(problem)

    def of_outputs(self, cell: Cell) -> list[tuple[str, bytes]]:
        """Return the pictures in the outputs of a student's code cell."""
        return [("shown by the cell above", data) for _, content in cell.pictures if (data := _decoded(content))]

    def left(self) -> list[tuple[str, bytes]]:
        """Return the pictures beside the notebook that no text shows."""
        return [(path, data) for path, data in sorted(self.beside.items()) if path not in self.used]

    def page_of(self, listed: list[tuple[str, bytes]]) -> tuple[str, dict[str, dict[str, str]]]:
        """Return pictures one below the other, each with its name."""
        found: dict[str, dict[str, str]] = {}
        lines = [f"{_quoted(name)}\n\n{self._shown(name, name, [data], found)}" for name, data in listed]
        return "\n\n".join(lines), found


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode("".join(unquote(content).split()) if "%" in content else "".join(content.split()), validate=False)
    except (binascii.Error, ValueError):
        return b""


def _kind(data: bytes) -> str:
    """Return what an unshowable picture is, and why it cannot be shown if that is known."""
    kind, (width, height) = kind_of(data), sides(data)
    if kind in ("png", "jpeg") and not is_whole(data):
        return said("{kind}, cut off", kind=kind)
    if width * height > MAX_PIXELS:
        return said("{kind}, {width} x {height} pixels", kind=kind, width=width, height=height)
    return kind or said("unknown kind")


def _quoted(name: str) -> str:
    """Return a name with Markdown escaped."""
    return re.sub(r"([\\`*_\[\]<>$|!()])", r"\\\1", shown(" ".join(name.split())))
