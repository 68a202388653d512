"""Convert TeX to MathML, so that pages show formulas without scripts or network access.

All current browsers render MathML, screen readers read it, and it prints. What cannot be converted is shown as TeX.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

# Longer formulas are shown as TeX: conversion time grows with length, and nobody reads them.
MAX_LENGTH = 2000
# Browsers do not wrap formulas: longer ones, which may be wider than a phone, get a scrolling box.
LONG = 30
TAGS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mphantom mpadded msub msup msubsup munder "
    "mover munderover mmultiscripts mprescripts none mtable mtr mtd menclose merror".split()
)
ATTRIBUTES = frozenset(
    "accent accentunder depth display displaystyle fence form height largeop linethickness lspace "
    "mathvariant maxsize minsize movablelimits rspace scriptlevel separator stretchy symmetric voffset "
    "width".split()
)
VALUE = re.compile(r"[A-Za-z0-9.%+-]{1,24}")
# Operators whose limits are set below and above in display style.
LARGE = frozenset("∑∏∐⋂⋃⋁⋀⨁⨂") | {"lim", "max", "min", "sup", "inf", "argmax", "argmin"}
BOUNDS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
ALIGNMENTS = frozenset({"left", "center", "right"})


@lru_cache(maxsize=4096)
def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as MathML, or as TeX in a code element if it cannot be converted.

    Parameters
    ----------
    tex : str
        The formula without dollar signs; may be untrusted.
    display : bool
        On a line of its own.

    Returns
    -------
    str
        HTML with allowed elements and attributes only, and all text escaped.
    """
    tex = tex.strip()
    try:
        if not tex or len(tex) > MAX_LENGTH:
            raise ValueError("empty or too long")
        element = _convert(tex, display)
        element.set("display", "block" if display else "inline")
        if display or len(tex) > LONG:
            return f'<span class="formula{"" if display else " long"}">{_write(element)}</span>'
        return _write(element)
    except Exception:  # untrusted input: on any failure it is shown as written
        return f'<code class="tex">{escape(tex)}</code>'


def _convert(tex: str, display: bool) -> Element:
    from latex2mathml.converter import convert_to_element

    tex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{split}", tex)
    tex = re.sub(r"\\(begin|end)\{(align|gather|equation)\}", r"\\\1{\2*}", tex)  # equations are not numbered
    tex = re.sub(r"\\label\{[^{}]*\}|\\(?:nonumber|notag)\b", "", tex)
    return convert_to_element(tex, display="block" if display else "inline")


def _write(element: Element, depth: int = 0) -> str:
    """Serialize allowed elements; raise ValueError for any other."""
    tag, children = element.tag, list(element)
    if tag not in TAGS or depth > 100:
        raise ValueError(f"{tag} is not shown")
    if tag in BOUNDS and children and unescape(children[0].text or "") in LARGE:
        tag = BOUNDS[tag]
    attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items()
                         if name in ATTRIBUTES and VALUE.fullmatch(value))
    if element.get("columnalign") in ALIGNMENTS:
        attributes += f' style="text-align:{element.get("columnalign")}"'
    inside = escape(unescape(element.text or "")) + "".join(_write(child, depth + 1) for child in children)
    return f"<{tag}{attributes}>{inside}</{tag}>"
