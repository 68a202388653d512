"""Names: which ones can be ids in the gradebook, and what to make of all others. One rule for every way in."""

from __future__ import annotations

import unicodedata

# The longest name of a folder of a student's. File systems take 255 bytes, and the kit's and nbgrader's own files put
# up to 25 behind the name.
MAX_BYTES = 200
# What is made of a longer one leaves room for a number that tells two apart.
SHORT_BYTES = 120
# Beside letters, marks and digits of every script. Not `+`, which nbgrader's exchange divides its names by, nor what its globs,
# patterns and addresses read as their own.
PUNCTUATION = frozenset(
    " ._-'@,\N{RIGHT SINGLE QUOTATION MARK}\N{MIDDLE DOT}\N{KATAKANA MIDDLE DOT}\N{HYPHEN}"
    "\N{NON-BREAKING HYPHEN}\N{HEBREW PUNCTUATION GERESH}\N{HEBREW PUNCTUATION GERSHAYIM}"
)
# They join or part the letters of Persian and of Indian scripts, and mean nothing elsewhere.
JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
ENDS = "'-\N{RIGHT SINGLE QUOTATION MARK}"


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or character == "_"


def is_usable(name: str) -> bool:
    """True for a name that can be an id: in nbgrader's gradebook, and of folders and files."""
    if not name or not _is_letter(name[0]) or ".." in name or not (_is_word(name[-1]) or name[-1] in ENDS):
        return False
    try:
        if len(name.encode("utf-8")) > MAX_BYTES:
            return False
    except UnicodeEncodeError:  # bytes of a file name that are no UTF-8
        return False
    return all(
        _is_word(character)
        or character in PUNCTUATION
        or (character in JOINERS and _is_word(name[place - 1]) and _is_word(name[place + 1]))
        for place, character in enumerate(name)
    )


def usable(name: str) -> str:
    """A name as an id: what cannot be part of one becomes a dash, and what is too long is cut. Empty when nothing is left."""
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
    return "".join(kept).rstrip(" .-_'@,")


def shown(name: str) -> str:
    """A name as it may be printed: no control characters, nothing that turns the direction of writing, not too long."""
    text = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in name.encode("utf-8", "replace").decode("utf-8")
    )
    return text if len(text) <= 100 else f"{text[:60]}...{text[-30:]}"


def file_name(name: str) -> str:
    """One part of a file's path as it may lie on a disk: no control characters, at most 150 bytes, its ending kept."""
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
