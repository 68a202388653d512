"""``submitted/<student>/<stage>/``: its contents, the state stored about it, and what it replaced."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.grade.handin.state import read_state, state_path
from autograder.grade.record import write_json
from autograder.stages import Stage

REPLACED = ".replaced"
# Days that replaced hand-ins are kept.
REPLACED_DAYS = 180


@dataclass(frozen=True)
class Target:
    """The folder of one student and stage."""

    submitted: Path
    student: str
    stage: Stage

    @property
    def folder(self) -> Path:
        """The folder that the files go to."""
        return self.submitted / self.student / self.stage.id

    @property
    def pair(self) -> tuple[str, str]:
        """Student and stage id."""
        return self.student, self.stage.id

    @property
    def name(self) -> str:
        """Name for messages."""
        return f"{self.student}/{self.stage.id}"

    @property
    def is_blocked(self) -> bool:
        """Whether something other than a regular folder is in the way."""
        above = self.folder.parent
        return self.folder.is_symlink() or above.is_symlink() or (above.exists() and not above.is_dir())

    def state(self) -> dict[str, Any]:
        """Return the state stored about the current hand-in; see `autograder.grade.handin.state`."""
        return read_state(self.submitted, self.stage.id, self.student)

    def remember(self, state: dict[str, Any]) -> None:
        """Write the state."""
        write_json(state_path(self.submitted, self.stage.id, self.student), state)

    def content(self) -> dict[str, bytes] | None:
        """Return the current files; None if there are none to compare with."""
        if not self.folder.is_dir():
            return None
        paths = [path for path in self.folder.rglob("*") if not path.is_dir() or path.is_symlink()]
        if any(path.is_symlink() or not path.is_file() for path in paths):
            return None
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def next_aside(self) -> Path:
        """Return the next free folder for what is replaced: one above the highest number."""
        folder = self.submitted / REPLACED / self.stage.id / self.student
        return folder / str(1 + max((int(entry.name) for entry in folder.glob("*") if entry.name.isdecimal()), default=0))

    def keep_aside(self, files: dict[str, bytes]) -> Path:
        """Write files of a superseded hand-in, which was never in the folder, beside replaced ones; return where."""
        place = self.next_aside()
        write_files(files, place)
        return place

    def replace(self, files: dict[str, bytes]) -> Path | None:
        """Put the files into the folder and move its previous contents aside; return where those are."""
        self.submitted.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=self.submitted, prefix=".incoming."))
        try:
            write_files(files, scratch / "new")
            self.folder.parent.mkdir(exist_ok=True)
            aside = None
            if os.path.lexists(self.folder):
                aside = self.next_aside()
                aside.parent.mkdir(parents=True, exist_ok=True)
                os.rename(self.folder, aside)
                os.utime(aside)
            os.rename(scratch / "new", self.folder)
        finally:
            shutil.rmtree(scratch)
        return aside


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write files into a folder, by relative path."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 digest of each file."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def forget_replaced(submitted: Path) -> None:
    """Remove what was replaced more than REPLACED_DAYS ago."""
    for folder in (submitted / REPLACED).glob("*/*/*"):
        if not folder.is_symlink() and folder.is_dir() and time.time() - folder.stat().st_mtime > REPLACED_DAYS * 86400:
            shutil.rmtree(folder)
