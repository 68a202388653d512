"""Hand-ins whose owner can be told from every file, packed in any way; and what grading will find of them after a collect."""

from __future__ import annotations

import io
import json
import re
import tarfile
import zipfile
from pathlib import Path

from autograder.grade.submission import read_submission
from autograder.lms.collect import collect
from autograder.lms.collected import Collected
from autograder.stages import RELEASE, find_stage, stages
from tests.classroom import STAGE, STUB

S, V = STAGE.id, "2-vanishing"
NB = f"{S}.ipynb"
FILE = {stage.id: stage.info.file for stage in stages()}
Files = dict[str, bytes]


def code(whose: str, stage_id: str = S) -> bytes:
    """The model answers, with a line that says whose they are."""
    return find_stage(stage_id).solution.read_bytes() + f"\n# by <{whose}>\n".encode()


def notes(whose: str, stage_id: str = S) -> bytes:
    """The notebook with an answer of this person's."""
    content = json.loads((RELEASE / stage_id / f"{stage_id}.ipynb").read_bytes())
    cell = next(cell for cell in content["cells"] if "".join(cell["source"]).startswith("*Your answer to task"))
    cell["source"] = f"The chain rule, and a sum, by <{whose}>."
    return json.dumps(content, ensure_ascii=False).encode()


STUB_CODE, STUB_NOTES = STUB.encode(), (RELEASE / S / NB).read_bytes()


def work(whose: str, around: str = "", stage_id: str = S) -> Files:
    """Both files, as they should be called; `around` stands before each name."""
    return {f"{around}{FILE[stage_id]}": code(whose, stage_id), f"{around}{stage_id}.ipynb": notes(whose, stage_id)}


def packed(files: Files, kind: str = "zip") -> bytes:
    """An archive in memory, with the names as they are given."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, data in files.items():
                info = zipfile.ZipInfo("x")
                info.filename, info.compress_type = name, zipfile.ZIP_DEFLATED
                bundle.writestr(info, data)
    else:
        with tarfile.open(fileobj=out, mode=kind) as tar:  # type: ignore[call-overload]
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def laid_out(files: Files, folder: Path) -> Path:
    """The same as a folder on this machine."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def came(download: Path | Files, course: Path, **more: str) -> Collected:
    """Collect a download."""
    if not isinstance(download, Path):
        course.mkdir(parents=True, exist_ok=True)
        path = course / "download.zip"
        path.write_bytes(packed(download))
        download = path
    outcome = collect(download, course, **more)
    assert all(len(line) <= 80 for line in outcome.summary(course).splitlines()), outcome.summary(course)
    return outcome


def graded(course: Path) -> dict[str, str]:
    """By folder and stage: whose code and whose notebook grading will take, such as ``ada+ada``; or the question there is."""
    found = {}
    for folder in sorted((course / "submitted").glob("[!.]*/*")):
        submission = read_submission(folder, folder.parent.name, find_stage(folder.name))
        owners = [_owner(data) for data in (submission.files.get(FILE[folder.name]), submission.notebook)]
        found[f"{folder.parent.name}/{folder.name}"] = submission.needs_person or "+".join(owners)
    return found


def _owner(data: bytes | None) -> str:
    owner = re.search(r"by <(.+?)>", (data or b"").decode("utf-8", "replace"), re.DOTALL)
    return owner[1] if owner else "nobody"


def everybody_once(course: Path, *people: str) -> None:
    """Each person's code and notebook will be graded together, in one folder, and nobody else's is there."""
    assert sorted(graded(course).values()) == sorted(f"{one}+{one}" for one in people), graded(course)
