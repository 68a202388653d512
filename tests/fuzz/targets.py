"""What is fuzzed: functions that take any bytes and must come back, with little memory, by one of a few ways."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from autograder.course.notebook import released, repair
from autograder.errors import BadMessage, Died, LimitExceeded
from autograder.grade.submission import Submission, read_submission
from autograder.jail.sources import Sources
from autograder.jail.wire import Channel, Decoder, Encoder, Reference, frame, parse_header
from autograder.stages import find_stage

STAGE = find_stage("1-bptt")
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
        data = frame(["value", *(first.encode(value) for value in values)], first)
    except LimitExceeded:
        return
    header, payload = Channel(Bytes(data, 1 << 16), 1 << 20).receive()  # type: ignore[arg-type]
    decoder = Decoder(payload, resolve)
    second = Encoder(refer)
    forms = [second.encode(decoder.decode(form)) for form in header[1:]]
    decoder.finish()
    assert frame(["value", *forms], second) == data


def repair_notebook(data: bytes) -> tuple[str, ...]:
    """Any bytes as a notebook: a valid one comes back, with every graded cell once, and always the same."""
    notebook, notes = repair(data, STAGE.id)
    nbformat.validate(notebook)
    ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    ours = [cell.metadata.nbgrader.grade_id for cell in released(STAGE.id).cells if "nbgrader" in cell.metadata]
    assert sorted(ids) == sorted(ours)
    text = nbformat.writes(notebook)
    assert nbformat.writes(repair(data, STAGE.id)[0]) == text
    text.encode("utf-8")
    assert all(isinstance(note, str) and "\n" not in note for note in notes)
    return notes


def read_folder(data: bytes) -> Submission:
    """Any bytes as the files of a submission: names and contents alternate, divided by null bytes."""
    with tempfile.TemporaryDirectory() as folder:
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
    assert submission.problem or STAGE.info.file in submission.files
    told = json.dumps([submission.problem, *submission.notes, *submission.files], ensure_ascii=False)
    told.encode("utf-8")
    assert told.isprintable()
    return submission


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
