"""Reads a page the way a browser's parser does, and says what on it could run."""

from html.parser import HTMLParser
from pathlib import Path

from tests.classroom import STAGE

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
INLINE = {"a", "b", "code", "em", "i", "math", "mi", "mn", "mo", "mrow", "msub", "span", "strong"}
ACTIVE = {"script", "iframe", "object", "embed", "form", "base", "link", "svg", "template", "noscript"}


def html_of(course: Path, student: str) -> str:
    """The feedback page of a submission, as it is written."""
    return (course / "feedback" / student / STAGE.id / f"{STAGE.id}.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Elements, headings, pictures and text of a page; a page of ours closes what it opens."""

    def __init__(self, html: str, ours: bool = True) -> None:
        super().__init__(convert_charrefs=True)
        self.ours = ours
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not ours or not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.text += "" if tag in INLINE else " "
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.ours:
            return
        assert self.open, f"</{tag}> without a beginning"
        # HTML lets these be left open.
        while self.open[-1] != tag and self.open[-1] in ("p", "li", "td", "th", "tr", "dt", "dd"):
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self) -> str:
        """The text, spaces as one."""
        return " ".join(self.text.split())

    def headings(self) -> list[int]:
        """Levels of the headings, in order."""
        return [int(name[1]) for name, _ in self.elements if name in {"h1", "h2", "h3", "h4", "h5", "h6"}]

    def active(self) -> list[str]:
        """Elements and attributes that can run something or reach outside."""
        found = [tag for tag, _ in self.elements if tag in ACTIVE]
        for tag, attributes in self.elements:
            for name, value in attributes.items():
                value = (value or "").strip().lower()
                if name.startswith("on") or value.startswith(
                    ("javascript:", "vbscript:", "data:text", "data:image/svg")
                ):
                    found.append(f"{tag} {name}={value[:60]}")
                if (
                    name in ("src", "srcset", "srcdoc", "background", "poster", "action", "formaction", "xlink:href")
                    and not value.startswith("data:image/png;base64,")
                    and not value.startswith("data:image/jpeg;base64,")
                ):
                    found.append(f"{tag} {name}={value[:60]}")
        return found
