"""Translate the kit's texts: English in the code, other languages from a catalogue.

A released folder in another language has its catalogue beside this file as `words.mo`; the grader selects one with `speaking`.
Nothing else chooses the language, not even the machine's locale. Without a catalogue, or for a text it lacks, English is used.
This file runs on Python 3.6 and later: see `needs`.
"""

import contextlib
import gettext
import re
import threading
from pathlib import Path
from typing import Any, Iterator, Optional  # noqa: UP035

CATALOGUE = "words.mo"


class _Language(threading.local):
    """The catalogue in use, of each thread by itself: hand-ins are read beside the pages that are made."""

    now = gettext.NullTranslations()  # type: gettext.NullTranslations


_language = _Language()


def _(english: str, **values: Any) -> str:
    """Translate a text and fill in `values` for its {names}."""
    said = _language.now.gettext(english)
    return said.format(**values) if values else said


def _n(one: str, many: str, count: int, **values: Any) -> str:
    """Translate the singular or plural by `count`, which is also a value."""
    return _language.now.ngettext(one, many, count).format(count=count, **values)


def N_(text: str) -> str:
    """Mark a text for the catalogue and return it unchanged; it is translated where it is shown."""
    return text


def retold(text: str, *templates: str) -> str:
    """Translate a text that was made elsewhere, such as in the sandbox, from one of these templates; unchanged if none matches.
    """
    if type(_language.now) is gettext.NullTranslations:
        return text
    for template in templates:
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template)), text, re.DOTALL)
        if found:
            values = found.groupdict()
            return _(template, **{name: _(value) if name == "kind" else value for name, value in values.items()})
    return text


def language() -> str:
    """Return the language in use, such as ``de``; ``en`` without a catalogue."""
    return str(_language.now.info().get("language", "en"))


@contextlib.contextmanager
def speaking(catalogue: Optional[gettext.NullTranslations]) -> Iterator[None]:  # noqa: UP045
    """Context in which texts come from this catalogue; English for None."""
    before, _language.now = _language.now, catalogue or gettext.NullTranslations()
    try:
        yield
    finally:
        _language.now = before


_own = Path(__file__).with_name(CATALOGUE)
if _own.is_file():
    with _own.open("rb") as _file:
        _Language.now = gettext.GNUTranslations(_file)
