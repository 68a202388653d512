"""Files from outside: a zip, a tar or a folder, read without trusting a name, a size or a link in it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import shutil
import stat
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from autograder.checks.rules import MAX_NOTEBOOK
from autograder.errors import Damaged, Refused, TooBig, UsageError
from autograder.grade.handin.leftovers import JUNK, MAX_ASIDE, MAY_BE_CANVAS, is_junk
from autograder.grade.language import said
from autograder.grade.names import shown

MAX_MEMBERS = 50_000
MAX_TOTAL = 8 << 30
MAX_MEMBER = 64 << 20
# Text compresses by 10, a notebook with pictures less; a file of zeros by 1000.
MAX_RATIO = 200
RATIO_FROM = 8 << 20
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPRESSED: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
# Why a download is no archive.
NO_ARCHIVE = "is not a zip that can be read, nor a tar ({why}); download it again, as a .zip"
NO_ZIP = "is not a zip that can be read ({why}); download it again, as a .zip"
ENCRYPTED = 0x1
UTF8_NAME = 0x800
UNICODE_PATH = 0x7075
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    lzma.LZMAError,
    MemoryError,
    KeyError,
    IndexError,
)


@dataclass(frozen=True)
class File:
    """A file that can be read, wherever it lies.

    Attributes
    ----------
    size : int
        Bytes, as its archive or folder says.
    open_ : callable
        Gives its content, at most `limit(name)` bytes of it; raises Refused where it cannot.
    place : str
        Of a file in an archive of a student's, where it lies, for whoever looks for it.
    disguised : bool
        Whether that archive has the name of something else, such as ``bptt.py``.
    when : str
        When it was changed last, as a zip says; empty where none does.
    """

    size: int
    open_: Callable[[], bytes]
    place: str = ""
    disguised: bool = False
    when: str = ""

    def read(self) -> bytes:
        """The content.

        Raises
        ------
        Refused
            It cannot be read; the text says why.
        """
        return self.open_()

    def content(self) -> bytes:
        """The content; empty where it cannot be read."""
        try:
            return self.read()
        except Refused:
            return b""


@dataclass
class Archive:
    """The files of a download or of a hand-in, by their paths.

    Attributes
    ----------
    path : Path
        For messages.
    members : dict of str to File
    refused : dict of str to str
        What was left where it is because it is unsafe or cannot be read, and why.
    left_out : dict of str to str
        What was left where it is because no hand-in needs it, such as a video.
    aside : list of str
        Leftovers of systems and editors, which are not among the members.
    leftovers : dict of str to File
        Those of them that can be read.
    rooted : bool
        Whether an absolute name is taken without its root: no file of a student's own archive is put where it says.
    """

    path: Path
    members: dict[str, File] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    aside: list[str] = field(default_factory=list)
    leftovers: dict[str, File] = field(default_factory=dict)
    rooted: bool = False
    _folders: dict[str, str] = field(default_factory=dict)

    def read(self, name: str) -> bytes:
        """The content of a member.

        Raises
        ------
        UsageError
            It is damaged.
        """
        try:
            return self.members[name].read()
        except Refused as error:
            raise UsageError(f"{shown(name)} {error}; download the archive again") from error

    def apart(self, name: str, raw: str) -> str:
        """A name whose folders no other folders have: two may have become one as accents and control characters went."""
        parts, as_is = name.split("/"), [part for part in raw.replace("\\", "/").split("/") if part not in ("", ".")]
        if len(as_is) != len(parts):
            return name
        place = origin = ""
        for part, was in zip(parts[:-1], as_is[:-1], strict=True):
            origin += f"{was}/"
            number, free = 1, f"{place}{part}/"
            while self._folders.setdefault(free, origin) != origin:
                number += 1
                free = f"{place}{part} ({number})/"
            place = free
        return place + parts[-1]

    def add(self, name: str, file: File) -> None:
        """Take a member in, under a name that none has yet; one that is too large stays out."""
        if is_junk(name, file.read):
            if MAY_BE_CANVAS.search(name):
                self.left_out[name] = "it is what macOS keeps about a file, not a hand-in"
            elif len(self.aside) < MAX_ASIDE:
                self.aside.append(name)
                self.leftovers[name] = file
            return
        if file.size > limit(name):
            text = f"it is {file.size / 2**20:.0f} MiB; at most {limit(name) >> 20} MiB are unpacked"
            (self.refused if is_needed(name) else self.left_out)[name] = text
            return
        path, number = PurePosixPath(name), 1
        while name in self.members:
            number += 1
            name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self.members[name] = file


def limit(name: str) -> int:
    """The most bytes that are read of a file with this name."""
    return MAX_NOTEBOOK if ".ipynb" in name.lower() else MAX_MEMBER


def is_needed(name: str) -> bool:
    """True where a mark may depend on a file: code, notebooks, weights, and archives that may hold them."""
    return (
        re.search(r"\.(py|ipynb|pt|pth|txt|json|csv|tsv|npy|npz|zip|tar|t?gz|tbz2?|bz2|t?xz|7z|rar)\W*\d*\W*$", name.lower())
        is not None
    )


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A zip, a tar or a folder, with names that are safe to use.

    Raises
    ------
    UsageError
        It cannot be read, or holds more files or bytes than any class hands in. Nothing has been unpacked then.
    """
    if path.is_dir():
        yield folder(path)
        return
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(open(path, "rb"))
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror})") from error
        yield checked(path, file, stack)


def checked(path: Path, file: BinaryIO, stack: ExitStack | None = None) -> Archive:
    """The archive in an open file; see `opened`. A tar is unpacked into a folder that goes with `stack`."""
    archive = Archive(path)
    try:
        with ExitStack() as own:
            fill(archive, path.name, file, stack or own, MAX_MEMBERS, MAX_TOTAL)
    except Refused as error:
        raise UsageError(f"{path} {error}") from error
    return archive


def fill(archive: Archive, name: str, file: BinaryIO, stack: ExitStack, members: int, total: int) -> None:
    """Read the directory of a zip or a tar into `archive`.

    Raises
    ------
    Refused
        It is no archive, is damaged, or holds more than `members` files or `total` bytes.
    """
    start = file.read(8)
    file.seek(0)
    if start.startswith(ZIP_STARTS) or name.lower().endswith(".zip"):
        _fill_from_zip(archive, file, members, total)
        return
    try:
        _fill_from_tar(archive, file, stack, members, total)
    except DAMAGED as error:
        reason = short_reason(error)
        raise Refused(said(NO_ARCHIVE, why=reason)) from error


def short_reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _too_many(count: int, members: int) -> Refused:
    return Refused(said("is unsafe; nothing was unpacked: it holds {count} files; at most {most} are taken",
 count=count, most=members))


def _too_much(total: int) -> Refused:
    size = f"{total >> 30} GiB" if total >= 1 << 30 else f"{total >> 20} MiB"
    return Refused(said("is unsafe; nothing was unpacked: it would unpack to more than {size}", size=size))


def _fill_from_zip(archive: Archive, file: BinaryIO, members: int, total: int) -> None:
    try:
        bundle = zipfile.ZipFile(file)
    except DAMAGED as error:
        raise Refused(said(NO_ZIP, why=short_reason(error))) from error
    infos = [info for info in bundle.infolist() if not info.filename.endswith(("/", "\\"))]
    if len(infos) > members:
        raise _too_many(len(infos), members)
    names = unpacked_names(infos)
    size = 0
    for info, raw in zip(infos, names, strict=True):
        name, problem = safe_name(raw if "\0" not in info.orig_filename else info.orig_filename, archive.rooted)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            problem = said("is a link, and links are not followed") if kind == stat.S_IFLNK else said("is not a regular file")
        elif info.flag_bits & ENCRYPTED:
            problem = said("is encrypted: it needs to be handed in without a password")
        elif info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
            problem = said("is packed {ratio} to 1, like a bomb", ratio=info.file_size // max(1, info.compress_size))
        if problem:
            if not JUNK.search(name):
                archive.refused[name or shown(raw)] = said("it {problem}", problem=problem)
            continue
        size += info.file_size if info.file_size <= limit(name) else 0
        if size > total:
            raise _too_much(total)
        archive.add(archive.apart(name, raw), File(info.file_size, _reader(bundle, info, limit(name)), when=_time_of(info)))


def _time_of(info: zipfile.ZipInfo) -> str:
    """When a file in a zip was changed, without a zone; empty where the zip has the first time that it can say, or none."""
    year, month, day, hour, minute, _ = info.date_time
    return f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}" if year > 1980 and month and day else ""


def _reader(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with bundle.open(info) as file:
                data = file.read(most + 1)
        except Exception as error:  # BadZipFile, EOFError, zlib.error, lzma.LZMAError: what each compression raises
            raise Damaged(said("is damaged ({why})", why=short_reason(error))) from error
        if len(data) > most:
            raise Refused(said("is larger than it says"))
        return data

    return read


def unpacked_names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """The members' names: UTF-8 where they say or show it, else in the code page in which most of them are words.

    A zip that does not say which code page its names are in was made by a program of the DOS line (code pages 437 and 850),
    or by one of Windows (1252), or holds UTF-8 all the same.
    """
    raw: dict[int, bytes] = {}
    for number, info in enumerate(infos):
        if not info.flag_bits & UTF8_NAME and not info.filename.isascii():
            try:
                raw[number] = info.filename.encode("cp437")
            except UnicodeEncodeError:
                continue  # zipfile has it from a field that says UTF-8
    names = [info.filename for info in infos]
    for number, data in list(raw.items()):
        told = _unicode_path(infos[number].extra)
        try:
            names[number] = told or data.decode("utf-8")
            del raw[number]
        except UnicodeDecodeError:
            continue
    if raw:
        page = max(("cp437", "cp850", "cp1252"), key=lambda page: sum(_words(data, page) for data in raw.values()))
        for number, data in raw.items():
            names[number] = data.decode(page, "replace")
    return names


def _words(data: bytes, page: str) -> int:
    """How much a name reads like one, in a code page: letters of the Latin script count for it, all else against it."""
    text = "".join(character for character in data.decode(page, "replace") if ord(character) > 127)
    return sum(1 if unicodedata.name(character, "").startswith("LATIN") else -1 for character in text)


def _unicode_path(extra: bytes) -> str:
    """The name in Info-ZIP's Unicode Path field, or empty."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        if kind == UNICODE_PATH and size > 5:
            return extra[9 : 4 + size].decode("utf-8", "replace")
        extra = extra[4 + size :]
    return ""


def safe_name(raw: str, rooted: bool = False) -> tuple[str, str]:
    """A member's name as a path with slashes, and what is wrong with it: empty when nothing is.

    Programs of Windows write backslashes. Control characters become dashes: they are no reason to lose the file.
    """
    if "\0" in raw:
        return shown(raw), said("has a null byte in its name")
    text = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode("utf-8")).replace("\\", "/")
    text = "".join(character if character.isprintable() else "-" for character in text)
    if rooted:
        text = re.sub(r"^(?:[A-Za-z]:)?/+", "", text)
    parts = PurePosixPath(text).parts
    if text.startswith("/") or re.match(r"[A-Za-z]:", text) or ".." in parts:
        return shown(text), said("leads out of the folder")
    if not parts or len(text) > 4000 or len(parts) > 60:
        return shown(text), said("has a name that is too long") if parts else said("has no name of a file")
    # Slashes in a row would be an absolute path once what stands before them is taken off.
    return "/".join(parts), ""


class _Counted(io.RawIOBase):
    """A stream that ends in Refused once more than a number of bytes was read from it."""

    def __init__(self, stream: IO[bytes], total: int) -> None:
        self.stream, self.left, self.total = stream, total, total

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(1 << 20, size) if size >= 0 else 1 << 20)
        self.left -= len(data)
        if self.left < 0:
            raise _too_much(self.total)
        return data


def _fill_from_tar(archive: Archive, file: BinaryIO, stack: ExitStack, members: int, total: int) -> None:
    start = file.read(6)
    file.seek(0)
    unpack = next((unpack for mark, unpack in COMPRESSED.items() if start.startswith(mark)), lambda stream: stream)
    scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    with tarfile.open(fileobj=_Counted(unpack(file), total), mode="r|") as bundle:
        for number, info in enumerate(bundle):
            if number >= members:
                raise _too_many(number + 1, members)
            if info.isdir():
                continue
            name, problem = safe_name(info.name, archive.rooted)
            if not info.isreg():
                link = info.issym() or info.islnk()
                problem = said("is a link, and links are not followed") if link else said("is not a regular file")
            if problem:
                if not JUNK.search(name):
                    archive.refused[name or shown(info.name)] = said("it {problem}", problem=problem)
                continue
            source = bundle.extractfile(info)
            if source is None or info.size > limit(name):
                archive.add(name, File(info.size, lambda: b""))
                continue
            place = scratch / str(number)
            with open(place, "wb") as copy:
                shutil.copyfileobj(source, copy)
            archive.add(archive.apart(name, info.name), File(info.size, place.read_bytes))


def folder(path: Path) -> Archive:
    """A folder on this machine, an unpacked download or the one a student's files were put in; no link is followed."""
    archive = Archive(path)
    for number, (name, place) in enumerate(walk(path, archive.aside)):
        if number >= MAX_MEMBERS:
            raise UsageError(f"{path} holds more than {MAX_MEMBERS} files")
        clean, problem = safe_name(name)
        info = os.lstat(place)
        if problem or not stat.S_ISREG(info.st_mode):
            link = stat.S_ISLNK(info.st_mode)
            kind = said("is a link, and links are not followed") if link else said("is not a regular file")
            archive.refused[clean] = said("it {problem}", problem=problem or kind)
        else:
            archive.add(archive.apart(clean, name), File(info.st_size, partial(read_bytes, place, limit(clean))))
    archive.leftovers = {name: File(0, partial(read_bytes, path / name, limit(name))) for name in archive.aside}
    return archive


def walk(top: Path, aside: list[str], inside: str = "") -> Iterator[tuple[str, Path]]:
    """The files below a folder in the order of their names, links as themselves; leftovers go to `aside`, by name."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = f"{inside}{entry.name}"
        if is_junk(name, partial(read_bytes, Path(entry.path), limit(name))):
            is_folder = entry.is_dir(follow_symlinks=False)
            below = ((f"{folder}/{file}" for folder, _, files in os.walk(entry.path) for file in sorted(files)) if is_folder
                     else [entry.path])
            aside += [f"{inside}{os.path.relpath(path, top)}" for path in islice(below, max(0, MAX_ASIDE - len(aside)))]
            continue
        if entry.is_dir(follow_symlinks=False):
            if inside.count("/") < 20:
                yield from walk(Path(entry.path), aside, f"{name}/")
        else:
            yield name, Path(entry.path)


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes; a link or a device is refused, not opened."""
    try:
        info = os.lstat(path)
    except OSError as error:
        raise Refused(said("it cannot be read ({why})", why=error.strerror)) from error
    if stat.S_ISLNK(info.st_mode):
        raise Refused(said("it is a link, and links are not followed"))
    if not stat.S_ISREG(info.st_mode):
        raise Refused(said("it is not a regular file"))
    if info.st_nlink > 1 and info.st_uid != os.lstat(path.parent).st_uid:
        raise Refused(said("it is a second name of somebody else's file"))
    if info.st_size > limit:
        raise TooBig(said("it is {size:.0f} MiB; at most {most:.0f} MiB are read",
 size=info.st_size / 2**20, most=limit / 2**20))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused(said("it is not a regular file"))
            data = file.read(limit + 1)
    except OSError as error:
        raise Refused(said("it cannot be read ({why})", why=error.strerror)) from error
    if len(data) > limit:
        raise TooBig(said("it is larger than {size:.0f} MiB", size=limit / 2**20))
    return data
