"""Blackboard: ``<assignment>_<user>_attempt_<date>_<file>``, and a text file per attempt with the person and the file names."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from autograder.errors import UsageError
from autograder.grade.handin.archives import Archive
from autograder.grade.names import shown
from autograder.lms.formats.layout import Known, Layout, folder_of
from autograder.lms.roster import LmsIdentity

FILE = re.compile(r"(?P<assignment>.+)_(?P<user>[^_]+)_attempt_(?P<when>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)")


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read attempts, with person and original file names from the text file of each."""
    layout = Layout()
    matches = {name: match for name in names if (match := FILE.fullmatch(PurePosixPath(name).name))}
    first = {match["user"] for match in matches.values()} <= set(known.stages)  # the order that nbgrader's own collect expects
    users = _users({f"{match['assignment']}_{match['user']}" for match in matches.values()})
    texts = {PurePosixPath(name).stem: _text(archive, name) for name, match in matches.items() if match["file"] is None}
    for name in names:
        match = matches.get(name)
        if match is None:
            layout.rest.append(name)
            continue
        base = PurePosixPath(name).name
        attempt = next((stem for stem in texts if base.startswith(f"{stem}_") or base == f"{stem}.txt"), "")
        full, login, originals = texts.get(attempt, ("", "", {}))
        user = login or (match["assignment"] if first else users[f"{match['assignment']}_{match['user']}"])
        when = f"{match['when'][:10]}T{match['when'][11:].replace('-', ':')}"
        key = folder_of(name), user, match["when"]
        handin = layout.handin(
            key, LmsIdentity("blackboard", user, full), user, when=when, order=match["when"], download=key[0]
        )
        if match["file"] is not None:
            handin.add(originals.get(base) or (base[len(attempt) + 1 :] if attempt else match["file"]), name)
    layout.notes = [f"{shown(handin.lms_identity.name or handin.lms_identity.id)} handed in without a file"
                    for handin in layout.handins if not handin.files]
    return layout


def _users(stems: set[str]) -> dict[str, str]:
    """Return the user in each ``<assignment>_<user>``, both of which may have underscores: what follows the words that all begin
    with, if that is a single word in one of them; else the last word.
    """
    split = {stem: stem.split("_") for stem in stems}
    shortest = min(map(len, split.values()), default=0)
    shared = shortest > 1 and len({tuple(words[: shortest - 1]) for words in split.values()}) == 1
    return {stem: "_".join(words[shortest - 1 if shared else -1 :]) for stem, words in split.items()}


def _text(archive: Archive, name: str) -> tuple[str, str, dict[str, str]]:
    """Return name, login and original file names from Blackboard's text file, as far as they are in it."""
    try:
        text = archive.read(name)[: 1 << 20].decode("utf-8", "replace")
    except UsageError:
        return "", "", {}
    person = re.search(r"\A\W*[^\W\d_]+:\s*(?P<name>.+?)\s*\((?P<login>[^()\n]+)\)\s*$", text, re.MULTILINE)
    originals = dict(re.findall(r"Original filename:\s*(.+?)\s*\n\s*Filename:\s*(.+?)\s*$", text, re.MULTILINE))
    return (person["name"], person["login"], {new: old for old, new in originals.items()}) if person else ("", "", {})
