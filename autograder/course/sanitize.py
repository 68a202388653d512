"""Student text on a page: rendered as Markdown, its mathematics kept, its HTML reduced to what cannot run."""

from __future__ import annotations

import nh3
from nbconvert.filters.markdown_mistune import markdown2html_mistune

TAGS = nh3.ALLOWED_TAGS - {"img"} | {"img", "section"}
ATTRIBUTES = {tag: set(names) - {"style"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
ATTRIBUTES["img"] = {"src", "alt", "title", "width", "height"}
for _tag in ("div", "span", "pre", "code", "p", "td", "th"):
    ATTRIBUTES.setdefault(_tag, set()).add("class")


def clean(html: str) -> str:
    """HTML with scripts, event handlers, frames, forms, styles and foreign addresses of pictures removed.

    Works on the finished HTML, so that no disagreement between two Markdown parsers can let anything through.
    """
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "data"},
                     attribute_filter=_attribute)


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,", "attachment:")) else None
    if tag == "a" and name == "href" and value.startswith("data:"):
        return None
    return value


def markdown2html(source: str) -> str:
    """nbconvert's Markdown, then `clean`; takes the place of nbconvert's filter of that name."""
    return clean(markdown2html_mistune(source))
