"""Print text on any terminal, spelling out the characters that it cannot show."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

# ASCII spellings of the other characters in the material and reports; a gate of `make verify` finds missing ones.
PLAIN = {
    "\N{RIGHTWARDS ARROW}": "->", "\N{LEFTWARDS ARROW}": "<-", "\N{RIGHTWARDS DOUBLE ARROW}": "=>",
    "\N{DOUBLE VERTICAL LINE}": "||", "\N{N-ARY SUMMATION}": "sum", "\N{N-ARY PRODUCT}": "prod",
    "\N{PARTIAL DIFFERENTIAL}": "d", "\N{NABLA}": "grad", "\N{SQUARE ROOT}": "sqrt", "\N{INFINITY}": "Inf",
    "\N{LESS-THAN OR EQUAL TO}": "<=", "\N{GREATER-THAN OR EQUAL TO}": ">=", "\N{NOT EQUAL TO}": "!=",
    "\N{ALMOST EQUAL TO}": "~", "\N{PROPORTIONAL TO}": "~", "\N{ELEMENT OF}": "in", "\N{MULTIPLICATION SIGN}": "x",
    "\N{MIDDLE DOT}": "*", "\N{DOT OPERATOR}": "*", "\N{CIRCLED DOT OPERATOR}": "*", "\N{PLUS-MINUS SIGN}": "+-",
    "\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{PRIME}": "'",
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{DEGREE SIGN}": " degrees",
    "\N{MICRO SIGN}": "u", "\N{LATIN SMALL LETTER SHARP S}": "ss", "\N{CHECK MARK}": "+", "\N{BALLOT X}": "x",
    "\N{WHITE CIRCLE}": "o", "\N{LEFT HALF BLACK CIRCLE}": "/", "\N{BULLET}": "*", "\N{NO-BREAK SPACE}": " ",
    "\N{SECTION SIGN}": "section ", "\N{SUPERSCRIPT TWO}": "^2", "\N{SUPERSCRIPT ONE}": "^1",
    "\N{SUPERSCRIPT THREE}": "^3", "\N{SUPERSCRIPT MINUS}": "^-", "\N{SUPERSCRIPT LATIN SMALL LETTER N}": "^n",
    "\N{EURO SIGN}": "EUR", "\N{VULGAR FRACTION ONE HALF}": "1/2", "\N{FRACTION SLASH}": "/",
    "\N{LATIN SMALL LETTER AE}": "ae", "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
    "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
} | {chr(code): name for first, names in (
    (0x3B1, "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau "
            "upsilon phi chi psi omega"),
    (0x391, "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho ? Sigma Tau "
            "Upsilon Phi Chi Psi Omega")) for code, name in enumerate(names.split(), first) if name != "?"}


def arriving(text: str, encoding: str | None) -> str:
    """Return the text with characters spelled out that `encoding` lacks: ``->`` for an arrow, ``o`` for an o with dots."""
    encoding = encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_character(one, encoding) for one in text)
    except LookupError:
        return arriving(text, "ascii")
    return text


def _character(one: str, encoding: str) -> str:
    for form in (one, PLAIN.get(one), _without_marks(one)):
        if form is not None:
            try:
                form.encode(encoding)
            except UnicodeEncodeError:
                continue
            return form
    return "?"


def _without_marks(one: str) -> str | None:
    """Return a letter without its accents, or the digit of a subscript; None if there is no simpler form."""
    form = "".join(part for part in unicodedata.normalize("NFKD", one) if not unicodedata.combining(part))
    if form != one:
        return "".join(PLAIN.get(part, part) for part in form)
    return None


def say(text: str, stream: Any = None) -> None:
    """Print a text, spelling out what the terminal or pipe cannot encode."""
    stream = stream or sys.stdout
    stream.write(arriving(text, getattr(stream, "encoding", None) or "utf-8") + "\n")
    stream.flush()
