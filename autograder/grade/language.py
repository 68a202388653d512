"""The languages of the kit's texts for students, one catalogue each: `autograder/locale/de.po`. English is in the code.

Translators edit only the .po file; it is compiled on demand. `make words` updates it from the code.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from gettext import GNUTranslations
from hashlib import sha256
from pathlib import Path
from typing import Any

from autograder.checks.rules import LACKS
from autograder.checks.words import N_, _, language, retold
from autograder.checks.words import speaking as speaking_by
from autograder.checks.wrapping import SAYINGS
from autograder.stages import KIT

FOLDER = KIT / "autograder" / "locale"
ENGLISH = "en"
# Location of texts that students also have at home.
AT_HOME = "autograder/checks/"
# Texts produced there about files, and put into notes here.
MADE_AT_HOME = (*SAYINGS, *LACKS, N_("has none of its functions written"), N_("has none of the functions"), N_("is missing"))


def languages() -> list[str]:
    """Return the available languages, English first."""
    return [ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po"))]


def speaking(language: str) -> AbstractContextManager[None]:
    """Context in which texts for students are in this language."""
    return speaking_by(None if language == ENGLISH else _catalogue(*_version(language)))


def state_of(language: str) -> list[str]:
    """Return what a record depends on besides the code: the catalogue; empty for English."""
    return [] if language == ENGLISH else [language, sha256((FOLDER / f"{language}.po").read_bytes()).hexdigest()]


def for_students(language: str) -> bytes:
    """Return the compiled catalogue for a released folder."""
    return _compiled(*_version(language), at_home=True)


class Said(str):
    """A text in English that is translated later: the code that reads it first matches on the English text."""

    template: str
    values: dict[str, Any]

    def __new__(cls, english: str, template: str, values: dict[str, Any]) -> Said:
        """Create it; `english` may be an abbreviation of `template` filled with `values`, from which the translation is made."""
        text = super().__new__(cls, english)
        text.template, text.values = template, values
        return text


def said(template: str, **values: Any) -> Said:
    """Fill `values` into a template; the result remembers both, for translation."""
    return Said(template.format(**values), template, values)


def three_of(names: Sequence[str]) -> str:
    """Return up to three names, and the number of further ones."""
    three = ", ".join(names[:3])
    return said("{names} and {count} more", names=three, count=len(names) - 3) if len(names) > 3 else three


def spoken(text: Any) -> Any:
    """Translate what `said` made, including nested texts and exceptions; return anything else as it is."""
    if language() == ENGLISH:
        return str(text)
    if isinstance(text, BaseException):
        return spoken(text.args[0]) if text.args else ""
    if isinstance(text, Said):
        return _(text.template, **{name: spoken(value) for name, value in text.values.items()})
    return retold(text, *MADE_AT_HOME) if isinstance(text, str) else text


def _version(language: str) -> tuple[Path, int, int]:
    file = FOLDER / f"{language}.po"
    stat = file.stat()
    return file, stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _catalogue(file: Path, changed: int, size: int) -> GNUTranslations:
    return GNUTranslations(io.BytesIO(_compiled(file, changed, size)))


@lru_cache(maxsize=4)
def _compiled(file: Path, changed: int, size: int, at_home: bool = False) -> bytes:
    """Compile a catalogue; fuzzy texts stay English. `changed` and `size` are cache keys for the version of the file."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with file.open("rb") as opened:
        texts = read_po(opened, locale=file.stem, domain="kit")
    texts.revision_date = texts.creation_date  # the same texts, the same bytes
    if at_home:
        for message in list(texts):
            if message.id and not any(place.startswith(AT_HOME) for place, _ in message.locations):
                texts.delete(message.id, message.context)
    made = io.BytesIO()
    write_mo(made, texts)
    return made.getvalue()
