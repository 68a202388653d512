"""Who handed in what: what every reader of a download's layout gives."""

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
        What the person's folder should be called.
    files : dict of str to str
        Path in the hand-in to path in the archive.
    stage : str
        Where the layout says it.
    when : str
        Time of the hand-in in ISO 8601, where the LMS says it.
    late : bool
        Marked late by the LMS.
    order : str
        Of two by one person, the one with the greater is the later.
    anonymous : bool
        The LMS hides who it is.
    download : str
        The folder that the files of one assignment lie in, where several downloads lie side by side.
    notes : list of str
        What is to be said of it.
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
        """Take a file in; of two with one name, the second gets a number, as a browser gives it."""
        path, number, free = PurePosixPath(name), 0, name
        while free in self.files:
            number += 1
            free = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self.files[free] = source


@dataclass
class Layout:
    """Who handed in what, the files that belong to nobody, and what a person should know."""

    handins: list[Handin] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _by_key: dict[Hashable, Handin] = field(default_factory=dict, init=False, repr=False)

    def handin(self, key: Hashable, who: LmsIdentity, label: str, **more: Any) -> Handin:
        """The hand-in that is known by `key`; made when it is asked for first, with what `more` says of it."""
        if key not in self._by_key:
            self._by_key[key] = Handin(who, label, **more)
            self.handins.append(self._by_key[key])
        return self._by_key[key]


@dataclass
class Known:
    """What is known beside the names in an archive: the stages' ids, the names of their files, the people."""

    stages: tuple[str, ...]
    own: set[str]
    roster: Roster


def folder_of(name: str) -> str:
    """The folder that a file lies in."""
    return str(PurePosixPath(name).parent)


def most(count: int, names: list[str]) -> bool:
    """Whether as many are at least half of the names."""
    return 2 * count >= len(names) > 0
