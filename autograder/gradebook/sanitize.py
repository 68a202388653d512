"""Render students' text for pages: Markdown to HTML, formulas to MathML, and nothing that can run scripts.

nbconvert's own Markdown filter lets scripts through, which in formgrader would run with the grader's rights.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.gradebook.formulas import mathml
from autograder.text import on_a_page

# Longer texts are shown verbatim: Markdown takes superlinear time on crafted input.
MAX_MARKDOWN = 20_000
TAGS = (nh3.ALLOWED_TAGS - {"area", "map"}) | {"img", "section"}
ATTRIBUTES = {tag: set(names) - {"style"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
ATTRIBUTES["img"] = {"src", "alt", "title", "width", "height"}
for _tag in ("code", "div", "span"):
    ATTRIBUTES.setdefault(_tag, set()).add("class")
# Classes of highlighted code and of this module's formula markers; none that the page itself uses.
CLASSES = re.compile(r"highlight|[a-z]{1,2}\d?|tex-inline|tex-block")
PICTURES = ("data:image/png;base64,", "data:image/jpeg;base64,")
# No URLs into the course folder: formgrader serves files that students handed in beside their notebook.
LINKS = ("https://", "http://", "mailto:")
# Media types that browsers open as a page, besides any that ends in +xml.
PAGES = ("text/html", "text/xml", "application/xml")
# Students' headings start below those of the page.
HEADINGS = {f"h{level}": f"h{min(level + 2, 6)}" for level in range(1, 7)}


def clean(html: str) -> str:
    """Return HTML without scripts, event handlers, frames, forms, styles, external pictures and relative URLs.

    Works on the final HTML, so that a disagreement between Markdown parsers cannot let anything through.
    """
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "data"},
                     attribute_filter=_attribute)


def _attribute(tag: str, name: str, value: str) -> str | None:
    allowed = True
    if name == "class":
        allowed = CLASSES.fullmatch(value) is not None
    elif name in ("href", "cite"):
        allowed = value.lower().startswith(LINKS)
    elif name == "src":
        allowed = value.startswith(PICTURES)
    return value if allowed else None


class _Renderer(IPythonRenderer):
    """nbconvert's renderer, with formulas in marked elements that `clean` allows."""

    def block_math(self, body: str) -> str:
        return f'<code class="tex-block">{escape(body)}</code>'

    def inline_math(self, body: str) -> str:
        return f'<code class="tex-inline">{escape(body)}</code>'

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def _embed_image_or_attachment(self, src: str) -> str:
        """Omit a missing picture instead of failing on the whole cell."""
        if src.startswith("attachment:") and src.removeprefix("attachment:") not in self.attachments:
            return ""
        return super()._embed_image_or_attachment(src)


class _Finish(HTMLParser):
    """Replaces the marked elements by MathML and lowers the level of headings."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.formula: list[str] | None = None
        self.display = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        mark = facts.get("class")
        if tag == "code" and mark in ("tex-inline", "tex-block"):
            self.formula, self.display = [], mark == "tex-block"
        elif self.formula is None:
            text = f"<{HEADINGS[tag]}>" if tag in HEADINGS else self.get_starttag_text() or ""
            if tag == "img":
                words = facts.get("alt") or facts.get("title") or "A picture without a description"
                text = f'<img src="{escape(facts["src"] or "")}" alt="{escape(words)}">' if facts.get("src") else ""
            self.parts.append(text)

    def handle_endtag(self, tag: str) -> None:
        if self.formula is None:
            self.parts.append(f"</{HEADINGS.get(tag, tag)}>")
        elif tag == "code":
            self.parts.append(mathml("".join(self.formula), self.display))
            self.formula = None

    def handle_data(self, data: str) -> None:
        if self.formula is None:
            self.parts.append(escape(data, quote=False))
        else:
            self.formula.append(data)


def to_html(source: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Render a student's Markdown as HTML that cannot run scripts.

    Parameters
    ----------
    source : str
    attachments : mapping, optional
        Pictures pasted into the cell, in nbformat's form.
    """
    if len(source) > MAX_MARKDOWN:
        return on_a_page(f"<pre>{escape(source)}</pre>")
    if not attachments:
        return _cached(source)
    return _render(source, {name: dict(kinds) for name, kinds in attachments.items()})


@lru_cache(maxsize=512)
def _cached(source: str) -> str:
    return _render(source, {})


def _render(source: str, attachments: dict[str, dict[str, str]]) -> str:
    try:
        renderer = _Renderer(escape=False, exclude_anchor_links=True, attachments=attachments)
        html = MarkdownWithMath(renderer).render(source)
    except (RecursionError, ValueError, KeyError):
        return on_a_page(f"<pre>{escape(source)}</pre>")
    finish = _Finish()
    finish.feed(clean(html))
    finish.close()
    return on_a_page("".join(finish.parts))  # also characters written as entities


@lru_cache(maxsize=256)
def coloured(code: str) -> Markup:
    """Highlight Python code as HTML; Pygments escapes it. Cached, because most of a class has the same cells."""
    return Markup(on_a_page(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))))


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Replacement for nbconvert's filter of this name, also in formgrader."""
    cell: Any = context.get("cell") or {}
    return to_html(source, cell.get("attachments"))


def is_page(name: str) -> bool:
    """Whether a web server would send a file as a page that can run scripts. Tornado uses the same table of media types."""
    kind = mimetypes.guess_type(name)[0] or ""
    return kind in PAGES or kind.endswith("+xml") or "javascript" in kind


def drop_pages(folder: Path) -> None:
    """Remove files that would be served as pages.

    Formgrader serves files handed in beside a notebook: a student's page opened there would act with the grader's rights.
    """
    for path in folder.rglob("*"):
        if not path.is_dir() and is_page(path.name):
            path.unlink()
