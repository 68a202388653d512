"""Archives from outside: what is in one, read without trusting a name, a size or a link in it."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.errors import UsageError

MAX_MEMBERS = 50_000
MAX_TOTAL = 8 << 30
MAX_MEMBER = 64 << 20
# Text compresses by 10, a notebook with pictures less; a file of zeros by 1000.
MAX_RATIO = 200
RATIO_FROM = 8 << 20
JUNK = re.compile(r"(^|/)(__MACOSX|\.DS_Store|Thumbs\.db|\.ipynb_checkpoints|__pycache__|\.git|desktop\.ini)(/|$)")
NESTED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
ENCRYPTED = 0x1


@dataclass
class Archive:
    """A zip whose names have been checked.

    Attributes
    ----------
    members : dict of str to ZipInfo
        The files that may be read, by their path.
    refused : dict of str to str
        Files left where they are, and why: too large, or packed like a bomb.
    nested : list of str
        Archives in the archive; they are not opened.
    """

    path: Path
    bundle: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    nested: list[str] = field(default_factory=list)

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises
        ------
        UsageError
            It is damaged.
        """
        try:
            with self.bundle.open(self.members[name]) as file:
                data = file.read(MAX_MEMBER + 1)
        except Exception as error:  # BadZipFile, EOFError, zlib.error, lzma.LZMAError: what each compression raises
            raise UsageError(f"{name} is damaged ({error}); download the archive again") from error
        if len(data) > MAX_MEMBER:
            raise UsageError(f"{name} is larger than it says")
        return data


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A checked archive.

    Raises
    ------
    UsageError
        It cannot be read, or no LMS would make such a file: names that lead out of the folder, links,
        encryption, more files or bytes than any class hands in. Nothing has been unpacked then.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    with open(path, "rb") as file:
        yield checked(path, file)


def checked(path: Path, file: BinaryIO) -> Archive:
    """The archive in an open file; see `opened`."""
    try:
        bundle = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UsageError(f"{path} is not a zip that can be read ({error}); download it again, as a .zip") from error
    return _checked(Archive(path, bundle))


def _checked(archive: Archive) -> Archive:
    infos = archive.bundle.infolist()
    problems = []
    if len(infos) > MAX_MEMBERS:
        problems.append(f"it holds {len(infos)} files; at most {MAX_MEMBERS} are taken")
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        problems.append(f"it would unpack to more than {MAX_TOTAL >> 30} GiB")
    seen: set[str] = set()
    for info in infos[:MAX_MEMBERS]:
        name, problem = _name(info)
        if problem:
            problems.append(f"{info.filename[:200]!r} {problem}")
        elif not info.is_dir() and not JUNK.search(name):
            folded = name.casefold()
            if folded in seen:
                problems.append(f"{name!r} is there twice")
            seen.add(folded)
            _sort_in(archive, name, info)
    if problems:
        more = f"\n  and {len(problems) - 5} more" if len(problems) > 5 else ""
        raise UsageError(f"{archive.path} is unsafe; nothing was unpacked\n  " + "\n  ".join(problems[:5]) + more)
    return archive


def _name(info: zipfile.ZipInfo) -> tuple[str, str]:
    """The member's name as it would be used, and what is wrong with it."""
    name = unicodedata.normalize("NFC", info.filename)
    kind = stat.S_IFMT(info.external_attr >> 16)
    raw = getattr(info, "orig_filename", name)
    if not name.endswith("/") and not PurePosixPath(name).parts:
        return name, "is no name of a file"
    if "\0" in raw or any(ord(character) < 32 for character in name):
        return name, "has a control character in its name"
    if "\\" in raw or name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts:
        return name, "leads out of the folder"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return name, "is a link" if kind == stat.S_IFLNK else "is not a regular file"
    if info.flag_bits & ENCRYPTED:
        return name, "is encrypted"
    if any(len(part.encode()) > 255 for part in PurePosixPath(name).parts) or len(name) > 1000:
        return name, "has a name that is too long"
    # Slashes in a row would be an absolute path once what stands before them is taken off.
    return str(PurePosixPath(name)), ""


def _sort_in(archive: Archive, name: str, info: zipfile.ZipInfo) -> None:
    """To the members, the refused or the nested."""
    if info.file_size > MAX_MEMBER:
        archive.refused[name] = f"it is {info.file_size / 2**20:.0f} MiB; at most {MAX_MEMBER >> 20} MiB are unpacked"
    elif info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
        archive.refused[name] = f"it is packed {info.file_size // max(1, info.compress_size)} to 1, like a bomb"
    elif name.lower().endswith(NESTED):
        archive.nested.append(name)
    else:
        archive.members[name] = info
