"""The kit's own words in the language of the course: English stands in the code, another language comes from a catalogue.

A released folder of another language has its catalogue as `words.mo` beside this file; the grader says by `speaking` which it
wants. Nothing else chooses the language, not the machine's settings either. Where no catalogue is in use, or it lacks a text, the
text is English. This file runs on any Python since 3.6: see `needs`.
"""

import contextlib
import gettext
import re
from pathlib import Path
from typing import IO, Any, Iterator, Optional  # noqa: UP035

CATALOGUE = "words.mo"


class _Language:
    """The catalogue in use."""

    now = gettext.NullTranslations()  # type: gettext.NullTranslations


def _(english: str, **values: Any) -> str:
    """A text in the language in use, with `values` in the place of its {names}."""
    said = _Language.now.gettext(english)
    return said.format(**values) if values else said


def _n(one: str, many: str, count: int, **values: Any) -> str:
    """One of two texts, by `count`, which is also a value."""
    return _Language.now.ngettext(one, many, count).format(count=count, **values)


def N_(text: str) -> str:
    """A text that is to be in the catalogue, as it is: it is a name in the code, and translated where it is shown."""
    return text


def retold(text: str, *templates: str) -> str:
    """A text that was made elsewhere, such as in the sandbox, of one of these templates; as it is where it was made of none."""
    if type(_Language.now) is gettext.NullTranslations:
        return text
    for template in templates:
        found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template)), text, re.DOTALL)
        if found:
            values = found.groupdict()
            return _(template, **{name: _(value) if name == "kind" else value for name, value in values.items()})
    return text


def language() -> str:
    """The language in use, such as ``de``; ``en`` where no catalogue is in use."""
    return str(_Language.now.info().get("language", "en"))


def read_catalogue(file: IO[bytes]) -> gettext.GNUTranslations:
    """The catalogue in an open file of compiled texts."""
    return gettext.GNUTranslations(file)


@contextlib.contextmanager
def speaking(catalogue: Optional[gettext.NullTranslations]) -> Iterator[None]:  # noqa: UP045
    """Inside, texts are those of a catalogue; English for None."""
    before, _Language.now = _Language.now, catalogue or gettext.NullTranslations()
    try:
        yield
    finally:
        _Language.now = before


_own = Path(__file__).with_name(CATALOGUE)
if _own.is_file():
    with _own.open("rb") as _file:
        _Language.now = read_catalogue(_file)
