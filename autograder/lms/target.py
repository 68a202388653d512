"""``submitted/<student>/<stage>/``: what lies there, what is remembered of it, and what it took the place of."""

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
# Days for which a hand-in is kept that a newer one took the place of.
REPLACED_DAYS = 180


@dataclass(frozen=True)
class Target:
    """The folder of one student and stage."""

    submitted: Path
    student: str
    stage: Stage

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return self.submitted / self.student / self.stage.id

    @property
    def pair(self) -> tuple[str, str]:
        """Student and stage."""
        return self.student, self.stage.id

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.student}/{self.stage.id}"

    @property
    def is_blocked(self) -> bool:
        """Whether something is there that is no folder of ours."""
        above = self.folder.parent
        return self.folder.is_symlink() or above.is_symlink() or (above.exists() and not above.is_dir())

    def state(self) -> dict[str, Any]:
        """What is remembered of the hand-in that lies there; see `autograder.grade.handin.state`."""
        return read_state(self.submitted, self.stage.id, self.student)

    def remember(self, state: dict[str, Any]) -> None:
        """Write what is remembered."""
        write_json(state_path(self.submitted, self.stage.id, self.student), state)

    def content(self) -> dict[str, bytes] | None:
        """The files that lie there; None when there is none to compare with."""
        if not self.folder.is_dir():
            return None
        paths = [path for path in self.folder.rglob("*") if not path.is_dir() or path.is_symlink()]
        if any(path.is_symlink() or not path.is_file() for path in paths):
            return None
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}

    def next_aside(self) -> Path:
        """The next free place for what is replaced: one more than the highest number there."""
        folder = self.submitted / REPLACED / self.stage.id / self.student
        return folder / str(1 + max((int(entry.name) for entry in folder.glob("*") if entry.name.isdecimal()), default=0))

    def keep_aside(self, files: dict[str, bytes]) -> Path:
        """Write files that were never put into the folder to where replaced ones lie; that place."""
        place = self.next_aside()
        write_files(files, place)
        return place

    def replace(self, files: dict[str, bytes]) -> Path | None:
        """Put the files into the folder, and what was there aside; where that lies now."""
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
    """Write files by their paths into a folder."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """The digest of each file."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


def forget_replaced(submitted: Path) -> None:
    """Remove what was replaced longer than REPLACED_DAYS ago."""
    for folder in (submitted / REPLACED).glob("*/*/*"):
        if not folder.is_symlink() and folder.is_dir() and time.time() - folder.stat().st_mtime > REPLACED_DAYS * 86400:
            shutil.rmtree(folder)
