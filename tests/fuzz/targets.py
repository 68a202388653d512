"""What is fuzzed: functions that take any bytes and must come back, with little memory, by one of a few ways."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import stat
import struct
import tempfile
import warnings
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any
from unittest.mock import patch

import nbformat

from autograder.errors import BadMessage, Died, LimitExceeded, UsageError
from autograder.grade import notebook as module
from autograder.grade.handin.archives import Archive, checked
from autograder.grade.handin.normalise import normalise, own_names
from autograder.grade.names import is_usable, usable
from autograder.grade.notebook import released, repair
from autograder.grade.submission import Submission, read_submission
from autograder.lms.formats import Handin, Known, read_layout
from autograder.lms.roster import Roster
from autograder.sandbox.client.sources import Sources
from autograder.sandbox.wire import Channel, Decoder, Encoder, Reference, frame, parse_header
from autograder.stages import find_stage, stages

STAGE = find_stage("1-bptt")
STAGES = stages()
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a file system without a disk is faster
KINDS = {"f": stat.S_IFREG, "d": stat.S_IFDIR, "l": stat.S_IFLNK, "p": stat.S_IFIFO}
SEEDS = Path(__file__).parent / "seeds"


class Bytes:
    """A socket that gives what is in it, in pieces of a size, then ends."""

    def __init__(self, data: bytes, piece: int = 7) -> None:
        self.data, self.piece = data, piece

    def recv(self, size: int) -> bytes:
        """The next piece."""
        size = min(size, self.piece)
        part, self.data = self.data[:size], self.data[size:]
        return part

    def recv_into(self, view: memoryview) -> int:
        """The next piece, into a buffer."""
        part = self.recv(len(view))
        view[: len(part)] = part
        return len(part)


def resolve(reference: Reference) -> Any:
    """Handles are known, all else is not, as on the grader's side."""
    if reference.tag == "h":
        return reference
    raise BadMessage("a reference that cannot come from a worker")


def read_messages(data: bytes) -> list[list[Any]]:
    """Bytes as the grader takes them from a worker; what is decoded can be sent back, and is then the same bytes."""
    channel = Channel(Bytes(data), 1 << 20)  # type: ignore[arg-type]
    found = []
    with contextlib.suppress(BadMessage, LimitExceeded, Died):
        while True:
            header, payload = channel.receive()
            decoder = Decoder(payload, resolve)
            values = [decoder.decode(form) for form in header[1:]]
            decoder.finish()
            found.append(values)
    for values in found:
        again(values)
    return found


def decode_header(data: bytes) -> None:
    """A header alone, with some bytes of payload behind it: deeper than a framed message gets by chance."""
    with contextlib.suppress(BadMessage):
        header = parse_header(data)
        decoder = Decoder(bytearray(64), resolve)
        again([decoder.decode(form) for form in header[1:]])


def again(values: list[Any]) -> None:
    """Encode, decode and encode: both times the same bytes."""

    def refer(value: Any) -> list:
        return ["h", value.number, value.name] if isinstance(value, Reference) else ["o", "x"]

    try:
        first = Encoder(refer)
        data = frame(["value", *(first.encode(value) for value in values)], first.payload())
    except LimitExceeded:
        return
    header, payload = Channel(Bytes(data, 1 << 16), 1 << 20).receive()  # type: ignore[arg-type]
    decoder = Decoder(payload, resolve)
    second = Encoder(refer)
    forms = [second.encode(decoder.decode(form)) for form in header[1:]]
    decoder.finish()
    assert frame(["value", *forms], second.payload()) == data


@cache
def small() -> nbformat.NotebookNode:
    """The released notebook with one graded cell, one written task and one other locked cell, and little text."""
    notebook = copy.deepcopy(released(STAGE.id))
    kinds: dict[tuple, nbformat.NotebookNode] = {}
    for cell in notebook.cells:
        plan = cell.metadata.get("nbgrader", {})
        kinds.setdefault((plan.get("grade"), plan.get("task"), plan.get("locked")), cell).source = cell.cell_type
    notebook.cells = list(kinds.values())
    return notebook


def repair_small(data: bytes) -> None:
    """Any bytes as a notebook of a small assignment: the same code as for a large one, which copies it each time."""
    ours = small()
    with patch.object(module, "released", lambda stage_id: ours):
        notebook, notes = repair.__wrapped__(data, STAGE.id)  # kept answers are of the real notebook
        assert all("\n" not in note for note in notes)
        check_notebook(notebook, ours)


def check_notebook(notebook: nbformat.NotebookNode, ours: nbformat.NotebookNode) -> None:
    """A valid notebook, with every graded cell once."""
    nbformat.validate(notebook)
    ids, wanted = ([cell.metadata.nbgrader.grade_id for cell in one.cells if "nbgrader" in cell.metadata]
                   for one in (notebook, ours))
    assert sorted(ids) == sorted(wanted)


def repair_notebook(data: bytes) -> tuple[str, ...]:
    """Any bytes as a notebook: a valid one comes back, with every graded cell once, and always the same."""
    notebook, notes = repair(data, STAGE.id)
    check_notebook(notebook, released(STAGE.id))
    text = nbformat.writes(notebook)
    assert nbformat.writes(repair(data, STAGE.id)[0]) == text
    text.encode("utf-8")
    assert all(isinstance(note, str) and "\n" not in note for note in notes)
    return notes


def read_folder(data: bytes) -> Submission:
    """Any bytes as the files of a submission: names and contents alternate, divided by null bytes."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        parts = data.split(b"\0")
        for name, content in zip(parts[::2], parts[1::2], strict=False):
            if name in (b"", b".", b"..") or b"/" in name or len(name) > 200:
                continue
            path = os.path.join(os.fsencode(folder), name)
            if os.path.lexists(path):
                continue
            with contextlib.suppress(OSError):
                if content.startswith(b"link:"):
                    os.symlink(content[5:] or b"x", path)
                elif content.startswith(b"pipe:"):
                    os.mkfifo(path)
                elif content.startswith(b"folder:"):
                    os.mkdir(path)
                else:
                    with open(path, "wb") as file:
                        file.write(content)
        submission = read_submission(Path(folder), "somebody", STAGE)
    assert submission.problem or submission.needs_person or STAGE.info.file in submission.files
    told = json.dumps([submission.problem, submission.needs_person, *submission.notes, *submission.files], ensure_ascii=False)
    told.encode("utf-8")
    assert told.isprintable()
    return submission


def read_archive(data: bytes) -> list[Handin]:
    """Any bytes as the download of an LMS: what would be unpacked has a place below the student's folder."""
    try:
        archive = checked(Path("download.zip"), io.BytesIO(data))
        return handins(archive)
    except UsageError:
        return []


def read_names(data: bytes) -> list[Handin]:
    """Any names of files as those in an archive, one a line, its kind in front; the last part is what each file holds."""
    listed, _, content = data.partition(b"\0")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as bundle:
        for line in listed.decode("utf-8", "replace").split("\n")[:50]:
            info = zipfile.ZipInfo("placeholder")
            info.filename = line[1:]
            info.external_attr = KINDS.get(line[:1], 0) << 16
            with contextlib.suppress(ValueError, struct.error), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # zipfile warns of names that are there twice
                bundle.writestr(info, content)
    return read_archive(file.getvalue())


def handins(archive: Archive) -> list[Handin]:
    """Who handed in what, and under which names it would be put."""
    known = Known(tuple(stage.id for stage in STAGES), own_names(STAGES), Roster(Path("roster.csv")))
    found = read_layout(archive, known)
    assert all(name in archive.members for name in found.rest)
    for handin in found.handins:
        person = known.roster.enrol(handin.lms_identity, handin.label)
        assert is_usable(person.student) and usable(person.student)
        files = {name: archive.members[source] for name, source in handin.files.items()
                 if PurePosixPath(name).parts and not name.startswith("/") and ".." not in PurePosixPath(name).parts}
        with contextlib.ExitStack() as stack:
            for name in normalise(files, STAGE, stack).files:
                parts = PurePosixPath(name).parts
                assert parts and not name.startswith("/") and ".." not in parts and "\0" not in name, name
    assert len({person.student for person in known.roster.people}) == len(known.roster.people)
    for name in list(archive.members)[:5]:
        with contextlib.suppress(UsageError):
            archive.read(name)
    return found.handins


def check_trace(data: bytes) -> None:
    """Any bytes as what a worker says of an exception: nothing comes through that is not in the files."""
    head, _, rest = data.partition(b"\0")
    sources = Sources({"work.py": rest})
    text = head.decode("utf-8", "replace")
    lines = rest.decode("utf-8-sig", "replace").splitlines()
    for line in sources.trace(text).split("\n"):
        shown = line.rpartition(": ")[2] if line else ""
        assert any(shown[:50] in known for known in [*lines, ""]), line
    assert len(sources.name(text, "")) <= 80
