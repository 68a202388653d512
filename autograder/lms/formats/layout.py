"""The result of reading a layout: who handed in what."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from autograder.lms.roster import LmsIdentity, Roster


@dataclass
class Handin:
    """What one person handed in at one time.

    Attributes
    ----------
    lms_identity : LmsIdentity
    label : str
        Name for the person's folder.
    files : dict of str to str
        Path in the hand-in to path in the archive.
    stage : str
        Stage, if the layout names it.
    when : str
        Time of the hand-in in ISO 8601, if the LMS gives it.
    late : bool
        Marked late by the LMS.
    order : str
        Sort key of hand-ins by one person: the greatest is the latest.
    anonymous : bool
        The LMS hides the person's identity.
    download : str
        The folder of one assignment, if several downloads are side by side.
    notes : list of str
        Remarks on the hand-in.
    """

    lms_identity: LmsIdentity
    label: str
    files: dict[str, str] = field(default_factory=dict)
    stage: str = ""
    when: str = ""
    late: bool = False
    order: str = ""
    anonymous: bool = False
    download: str = ""
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, source: str) -> None:
        """Add a file; of two with the same name, the second is numbered the way browsers do it."""
        path, number, free = PurePosixPath(name), 0, name
        while free in self.files:
            number += 1
            free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self.files[free] = source


@dataclass
class Layout:
    """The hand-ins, files of unknown owners, and notes for the user."""

    handins: list[Handin] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _by_key: dict[Hashable, Handin] = field(default_factory=dict, init=False, repr=False)

    def handin(self, key: Hashable, who: LmsIdentity, label: str, **more: Any) -> Handin:
        """Return the hand-in with this key, created on first use with the attributes `more`."""
        if key not in self._by_key:
            self._by_key[key] = Handin(who, label, **more)
            self.handins.append(self._by_key[key])
        return self._by_key[key]


@dataclass
class Known:
    """What is known besides the names in an archive: stage ids, names of their files, the people."""

    stages: tuple[str, ...]
    own: set[str]
    roster: Roster


def folder_of(name: str) -> str:
    """Return the folder of a file."""
    return str(PurePosixPath(name).parent)


def most(count: int, names: list[str]) -> bool:
    """Whether `count` is at least half of the names."""
    return 2 * count >= len(names) > 0
