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


class Doubt(Said):
    """A note which says that what counts may be elsewhere, or lost: a person should look, whatever the mark is."""


def said(template: str, **values: Any) -> Said:
    """Fill `values` into a template; the result remembers both, for translation, and is a doubt if one of the values is."""
    kind = Doubt if any(isinstance(value, Doubt) for value in values.values()) else Said
    return kind(template.format(**values), template, values)


def doubt(template: str, **values: Any) -> Doubt:
    """The same for a note that casts doubt."""
    return Doubt(template.format(**values), template, values)


def stored(text: Any) -> Any:
    """What a file keeps of a text, so that whoever reads it can still translate it; see `restored`."""
    if isinstance(text, BaseException):
        return stored(text.args[0] if text.args else "")
    if not isinstance(text, Said):
        return text if isinstance(text, int | float) else str(text)
    values = {name: stored(value) for name, value in text.values.items()}
    return {"text": str(text), "template": text.template, "values": values, "doubt": isinstance(text, Doubt)}


def restored(kept: Any) -> str:
    """The text that `stored` kept; what is none, or was changed by hand, is taken as it stands."""
    if not isinstance(kept, dict):
        return str(kept or "")
    values = kept["values"] if isinstance(kept.get("values"), dict) else {}
    known = {name: restored(value) if isinstance(value, dict) else value for name, value in values.items()}
    return (Doubt if kept.get("doubt") else Said)(str(kept.get("text")), str(kept.get("template")), known)


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
