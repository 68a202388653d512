"""The archives that a student hands in, opened where they lie: nothing is unpacked to a disk by a name in them."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath

from autograder.checks.rules import limit
from autograder.checks.suffixes import TAIL
from autograder.checks.words import N_
from autograder.errors import Refused
from autograder.grade.handin.archives import (
    COMPRESSED,
    DAMAGED,
    MAX_MEMBER,
    NO_ARCHIVE,
    NO_ZIP,
    ZIP_STARTS,
    Archive,
    File,
    fill,
    short_reason,
)
from autograder.grade.language import Said, said
from autograder.grade.names import shown

# What the archives of one student may hold together, and how deep one may lie in another.
MEMBERS = 2000
TOTAL = 256 << 20
DEPTH = 2
# `work.zip`, and the same with what a browser or an LMS put behind the ending.
ARCHIVE = re.compile(
    r"(?P<stem>.*?)\.(?:tar\.(?:gz|bz2|xz|zst)|zip|tar|tgz|tbz2?|txz|gz|bz2|xz|7z|rar|zipx|lzh|ace|zst|cab|dmg|iso)"
    r"(?:[ _-]*\(?\d{1,3}\)?)?(?:\.(?:txt|zip|download))?",
    re.IGNORECASE | re.DOTALL,
)
# Files that are no archives whatever they begin with, as office documents and weights are zips.
PLAIN = re.compile(
    r"\.(ipynb|pt|pth|bin|npy|npz|pkl|json|csv|tsv|txt|md|html?|pdf|docx?|odt|xlsx?|ods|pptx?|odp|pages|png|jpe?g|gif|webp"
    r"|bmp|tiff?|svg|hei[cf]|avif|mp4|mov|avi|mkv|webm|mp3|wav|jar|whl|epub)$",
    re.IGNORECASE,
)
# What is handed in by these names is no archive either, unless it is one: weights are a zip of a kind of their own.
NO_ARCHIVE_BY_NAME = re.compile(r"\.(?:pyw?|ipynb|pth?)$", re.IGNORECASE)
# What every document of Microsoft Office, which is a zip too, has in it.
OFFICE = "[Content_Types].xml"
# By their first bytes, archives that nothing here can open.
CLOSED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"\x28\xb5\x2f\xfd": "Zstandard"}
# What is said to whoever downloads, and to a student who handed it in.
FOR_A_STUDENT = {NO_ARCHIVE: N_("is not a zip that can be read, nor a tar ({why}); it needs to be handed in again, as a .zip"),
                 NO_ZIP: N_("is not a zip that can be read ({why}); it needs to be handed in again, as a .zip")}
# What torch writes is a zip with this in it.
WEIGHTS = re.compile(r"[^/]+/data\.pkl")


def is_archive(name: str) -> bool:
    """True for a file that is an archive by its name, whether it can be opened here or not."""
    return ARCHIVE.fullmatch(name) is not None


def may_be_archive(name: str) -> bool:
    """True for a file that may be an archive: by its name, or because that says nothing."""
    return is_archive(name) or is_none_by_name(name) or not PLAIN.search(name)


def is_weights(file: File) -> bool:
    """True for what torch writes, whatever it is called."""
    data = file.content()
    if not data.startswith(ZIP_STARTS):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            return any(map(WEIGHTS.fullmatch, bundle.namelist()))
    except DAMAGED:
        return False


def is_none_by_name(name: str) -> bool:
    """True for a file that is no archive by its name, also with what a browser put behind that: it is one only if it opens."""
    tail = TAIL.fullmatch(name)
    return NO_ARCHIVE_BY_NAME.search(tail["kept"] if tail else name) is not None


def stem_of(name: str) -> str:
    """An archive's name without its ending; also what its files lie under."""
    match = ARCHIVE.fullmatch(name)
    return match["stem"] if match and PurePosixPath(match["stem"] or "/").name else f"{name}-unpacked"


def expand(files: dict[str, File], stack: ExitStack, aside: dict[str, File] | None = None) -> tuple[dict[str, File],
                                                                                                          dict[str, str]]:
    """The files with those in archives among them, under the archive's name without its ending.

    Parameters
    ----------
    files : dict of str to File
    stack : ExitStack
    aside : dict of str to File, optional
        Gets the leftovers of systems and editors in the archives.

    Returns
    -------
    files : dict of str to File
    problems : dict of str to str
        Archives and files in them that could not be had, and why.
    """
    found, problems = Archive(Path()), {}
    members, total = MEMBERS, TOTAL
    waiting = [(name, file, 0) for name, file in sorted(files.items())]
    while waiting:
        name, file, depth = waiting.pop(0)
        label = file.place or name
        try:
            disguised = is_none_by_name(name)
            open_it = _opened_in_disguise if disguised else _opened
            inner = open_it(name, file, depth, stack, members, total) if may_be_archive(name) else None
        except Refused as error:
            problems[label] = error.args[0]
            continue
        if inner is None and depth == 0:
            found.members[name] = file  # as it was handed in; its size is told when it is read
        elif inner is None:
            found.add(name, file)
        if inner is None:
            continue
        if aside is not None:
            aside |= {f"{label}/{inside}": left for inside, left in inner.leftovers.items()}
        problems |= {f"{label}: {inside}": reason for inside, reason in inner.refused.items()}
        for inside, member in sorted(inner.members.items()):
            place = f"{shown(inside)} in {shown(label)}"
            member = replace(member, place=place, disguised=disguised or file.disguised)
            waiting.append((f"{stem_of(name)}/{inside}", member, depth + 1))
            members, total = members - 1, total - member.size
    return found.members, problems | found.refused


def _opened_in_disguise(name: str, file: File, depth: int, stack: ExitStack, members: int, total: int) -> Archive | None:
    """The archive that was handed in under the name of another file; None for all else, which is told when it is read."""
    try:
        if file.size > limit(name) or not file.read().startswith((*ZIP_STARTS, *COMPRESSED)):
            return None
        archive = _opened(name, file, depth, stack, members, total)
    except Refused:
        return None
    return None if archive is None or OFFICE in archive.members else archive


def _opened(name: str, file: File, depth: int, stack: ExitStack, members: int, total: int) -> Archive | None:
    """An archive that a student handed in; None for a file that is none.

    Raises
    ------
    Refused
        It cannot be opened; the text says why, and what to do.
    """
    data = file.read()
    kind = next((kind for start, kind in CLOSED.items() if data.startswith(start)), "")
    packed = data.startswith((*ZIP_STARTS, *COMPRESSED)) or data[257:262] == b"ustar"
    if not packed and not kind and not is_archive(name):
        return None
    if kind or not (packed or name.lower().endswith((".zip", ".tar"))):
        if kind:
            raise Refused(said("is a {kind} archive that cannot be opened here: it needs to be handed in as a .zip", kind=kind))
        raise Refused(said("is an archive that cannot be opened here: it needs to be handed in as a .zip"))
    if depth >= DEPTH:
        raise Refused(said("is an archive in an archive in an archive, and was not opened: it needs to be handed in as one .zip"))
    archive = Archive(Path(name), rooted=True)
    try:
        if not data.startswith(ZIP_STARTS) and packed and (single := _unpacked(name, data, total)) is not None:
            single_name = name if NO_ARCHIVE_BY_NAME.search(name) else stem_of(name)
            archive.add(PurePosixPath(single_name).name, File(len(single), lambda: single))
        else:
            fill(archive, name, io.BytesIO(data), stack, members, total)
    except Refused as error:
        text = error.args[0]
        template = FOR_A_STUDENT.get(getattr(text, "template", ""))
        raise Refused(said(template, **text.values) if template else text) from error
    if any(map(WEIGHTS.fullmatch, archive.members)):
        return None
    if not archive.members:
        empty = said("has only leftovers of a system or an editor in it, such as {file}", file=shown(archive.aside[0])) \
            if archive.aside else said("is an empty archive")
        inside, reason = next(iter(archive.refused.items()), ("", empty))
        if not inside:
            raise Refused(reason)
        raise Refused(Said(f"gave nothing: {shown(inside)} {reason.removeprefix('it ')}", N_("gave nothing: {file}: {reason}"),
                           {"file": shown(inside), "reason": reason}))
    return archive


def _unpacked(name: str, data: bytes, total: int) -> bytes | None:
    """The one file that was compressed; None for a tar."""
    unpack = next((unpack for start, unpack in COMPRESSED.items() if data.startswith(start)), None)
    if unpack is None:
        return None
    try:
        content: bytes = unpack(io.BytesIO(data)).read(MAX_MEMBER + 1)
    except DAMAGED as error:
        raise Refused(said("is damaged ({why}): it needs to be handed in again, as a .zip", why=short_reason(error))) from error
    if content[257:262] == b"ustar":
        return None
    if len(content) > min(MAX_MEMBER, total):
        raise Refused(said("is larger than it says"))
    return content
