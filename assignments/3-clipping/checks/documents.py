"""Extract the text of an RTF document, web page or notebook that was saved under the name of a Python file."""

from __future__ import annotations

import html.parser
import json
import re
from collections import Counter

RTF_TOKEN = re.compile(r"\\([A-Za-z]+)(-?\d+)? ?|\\'([0-9A-Fa-f]{2})|\\(.|\n)|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL)
# RTF groups that hold no text.
RTF_ASIDE = frozenset("fonttbl colortbl stylesheet info pict header footer headerl headerr footerl footerr listtable rsidtbl"
                      " generator listoverridetable themedata datastore latentstyles xmlnstbl filetbl revtbl".split())
RTF_SIGNS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "tab": "\t", "emdash": "\u2014", "endash": "\u2013",
             "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d", "bullet": "\u2022"}

RTF_ESCAPED = {"~": " ", "_": "-", "-": "", "\r": "\n"}


def notebook_text(text: str) -> str:
    """Return the code cells of a notebook, joined; empty if they cannot be read."""
    try:
        cells = json.loads(text.lstrip("\ufeff"))["cells"]
        return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code") + "\n"
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def rtf_text(text: str) -> str:
    """Return the text of an RTF document without formatting."""
    parts: list[str] = []
    stack: list[tuple[bool, int]] = []
    aside, after, skip = False, 1, 0
    for match in RTF_TOKEN.finditer(text):
        word, number, byte, sign, brace, plain = match.groups()
        if brace == "{":
            stack.append((aside, after))
        elif brace == "}":
            aside, after = stack.pop() if stack else (False, 1)
        elif sign == "*" or word in RTF_ASIDE:
            aside = True
        elif aside:
            continue
        elif word == "uc":
            after = int(number or 1)
        elif word == "u" and number:
            parts.append(chr(int(number) % 0x10000))
            skip = after
        elif word in RTF_SIGNS:
            parts.append(RTF_SIGNS[word])
        elif byte or plain or sign:
            found = bytes.fromhex(byte).decode("cp1252", "replace") if byte else plain or RTF_ESCAPED.get(sign, sign)
            skip, dropped = max(0, skip - len(found)), skip
            parts.append(found[dropped:])
    return "".join(parts) + "\n"


def page_text(text: str) -> str:
    """Return the text of a web page, or of its only `<pre>` if there is exactly one.

    Empty where code such as ``a<b`` may have been parsed as a tag, and where a tag or comment never ends: the parser would
    look for the end of each from its start, which takes hours in a page of many.
    """
    reader = _Page()
    reader.feed(text)
    if "<" in reader.rawdata:
        return ""
    reader.close()
    if reader.is_odd or any(reader.open.values()):
        return ""
    return "".join(reader.pre if reader.pres == 1 else reader.all) + "\n"


class _Page(html.parser.HTMLParser):
    """Collects text: all of it, and separately that inside `<pre>`."""

    BLOCKS = frozenset("p div li tr br h1 h2 h3 h4 pre table tbody td ul ol section article main".split())
    INLINE = frozenset("span b i u s a code font em strong tt samp".split())
    OTHERS = frozenset("html head body meta title link style script hr o:p".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.all: list[str] = []
        self.pre: list[str] = []
        self.pres, self.depth, self.aside = 0, 0, 0
        self.open = Counter[str]()
        self.is_odd = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_odd |= tag not in self.BLOCKS | self.INLINE | self.OTHERS or any(value is None for _, value in attrs)
        self.open[tag] += tag in self.INLINE
        self.pres += tag == "pre"
        self.depth += tag == "pre"
        self.aside += tag in ("script", "style", "head", "title")
        if tag == "br" and self.depth:
            self.pre.append("\n")
        if tag == "br" or (tag in self.BLOCKS and self.all and not self.all[-1].endswith("\n")):
            self.all.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.open[tag] -= tag in self.INLINE
        self.depth -= tag == "pre" and self.depth > 0
        self.aside -= tag in ("script", "style", "head", "title") and self.aside > 0
        if tag in self.BLOCKS and self.all and not self.all[-1].endswith("\n"):
            self.all.append("\n")

    def handle_data(self, data: str) -> None:
        if self.aside:
            return
        if self.depth:
            self.pre.append(data)
        self.all.append(data if self.depth else re.sub(r"[\r\n]+", "" if data.isspace() else " ", data))
