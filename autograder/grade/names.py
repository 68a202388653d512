"""Names of students: which are valid ids in the gradebook, and how to make valid ids of others. Used by every import."""

from __future__ import annotations

import unicodedata

# Longest folder name of a student. File systems allow 255 bytes, and files of the kit and nbgrader append up to 25.
MAX_BYTES = 200
# Longer names are cut to this, which leaves room for a number that distinguishes two.
SHORT_BYTES = 120
# Allowed besides letters, marks and digits of every script. Not `+`, which nbgrader's exchange uses as a separator, nor
# characters special in globs, patterns and URLs.
PUNCTUATION = frozenset(
    " ._-'@,\N{RIGHT SINGLE QUOTATION MARK}\N{MIDDLE DOT}\N{KATAKANA MIDDLE DOT}\N{HYPHEN}"
    "\N{NON-BREAKING HYPHEN}\N{HEBREW PUNCTUATION GERESH}\N{HEBREW PUNCTUATION GERSHAYIM}"
)
# They join or separate letters in Persian and Indian scripts, and mean nothing elsewhere.
JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
ENDS = "'-\N{RIGHT SINGLE QUOTATION MARK}"


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or character == "_"


def is_usable(name: str) -> bool:
    """Whether a name is valid as an id in nbgrader's gradebook and as a folder and file name."""
    if not name or not _is_letter(name[0]) or ".." in name or not (_is_word(name[-1]) or name[-1] in ENDS):
        return False
    try:
        if len(name.encode("utf-8")) > MAX_BYTES:
            return False
    except UnicodeEncodeError:  # file name bytes that are not UTF-8
        return False
    return all(
        _is_word(character)
        or character in PUNCTUATION
        or (character in JOINERS and _is_word(name[place - 1]) and _is_word(name[place + 1]))
        for place, character in enumerate(name)
    )


def usable(name: str) -> str:
    """Turn a name into a valid id: invalid characters become a dash, long names are cut. Empty if nothing is left."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")).strip()
    kept: list[str] = []
    for place, character in enumerate(text):
        inside = 0 < place < len(text) - 1 and _is_word(text[place - 1]) and _is_word(text[place + 1])
        if _is_word(character) or character in PUNCTUATION or (character in JOINERS and inside):
            if character != "." or kept[-1:] != ["."]:
                kept.append(character)
        elif kept[-1:] != ["-"]:
            kept.append("-")
    while kept and not _is_letter(kept[0]):
        kept.pop(0)
    while kept and len("".join(kept).encode("utf-8")) > SHORT_BYTES:
        kept.pop()
        while kept and unicodedata.category(kept[-1])[0] == "M":
            kept.pop()
    while kept and (kept[-1] in "_-'" or not (_is_word(kept[-1]) or kept[-1] in ENDS)):
        kept.pop()
    return "".join(kept)


def folded(name: str) -> str:
    """Normalize a name for comparing folders: some disks ignore case and normalize accents."""
    return unicodedata.normalize("NFC", name).casefold()


def shown(name: str) -> str:
    """Return a name fit for printing: no control characters, no change of text direction, at most 100 characters."""
    text = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in name.encode("utf-8", "replace").decode("utf-8")
    )
    return text if len(text) <= 100 else f"{text[:60]}...{text[-30:]}"


def file_name(name: str) -> str:
    """Return one component of a path fit for any disk: no control characters, at most 150 bytes, with its suffix kept."""
    text = unicodedata.normalize("NFC", "".join(character if character.isprintable() else "-" for character in name))
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text.encode("utf-8")) <= 150:
        return text
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > 12:
        stem, dot, ending = text, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > 150:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}"
