"""`update("1-bptt.zip")` installs tests and checks of a new release without touching what a student wrote."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tomllib
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from . import needs
from .layout import StageInfo, public_tests, read_stage
from .terminal import say
from .words import _

MANIFEST = "checks/release.json"
MAX_BYTES = 64 << 20
ROW = re.compile(r"(?m)^[ \t]*\|.*\|[ \t\r]*$")


@dataclass
class Update:
    """What an update did: files and number of cells that are new or changed, and notes for the student."""

    files: list[str] = field(default_factory=list)
    cells: int = 0
    notes: list[str] = field(default_factory=list)


def update(archive: str | Path) -> bool:
    """Install the tests, checks and texts of a new release into the current folder; your own files stay as they are.

    Parameters
    ----------
    archive : str or Path
        The zip of the new release, or the folder it was unpacked into.

    Returns
    -------
    bool
        Whether the folder is now that of the release.
    """
    needs.demand()
    folder = Path.cwd()
    info = read_stage(public_tests(folder).parent)
    try:
        files = released_files(Path(archive).expanduser())
        new = tomllib.loads(files["stage.toml"].decode("utf-8"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        say(_("{zip} is no release of a stage: {why}. Name the zip you downloaded.", zip=archive,
              why=str(error) or type(error).__name__))
        return False
    if new["file"] != info.file:
        say(_("{zip} is \"{title}\" ({file}), and this folder is \"{own_title}\" ({own_file}): nothing was changed.",
              zip=archive, title=new["title"], file=new["file"], own_title=info.title, own_file=info.file))
        return False
    if _order(new.get("release", "")) < _order(info.release):
        say(_("{zip} is release {day}, older than this folder's {own}: nothing was changed.", zip=archive,
              day=new.get("release") or _("without a day"), own=info.release))
        return False
    done = taken_over(folder, info, files)
    was = " (" + _("it was {day}", day=info.release) + ")" if info.release not in ("", new.get("release")) else ""
    lines = [_("This folder is now release {day}. {file} and all other files of yours are as they were.",
               day=(new.get("release") or _("without a day")) + was, file=info.file)]
    lines += ["  " + (_("new: {files}", files=", ".join(done.files)) if done.files else _("Nothing in it was older."))]
    lines += ["  " + _("notebook: {count} cells", count=done.cells)] if done.cells else []
    lines += ["  " + _("Note: {sentence}", sentence=note) for note in done.notes]
    if done.files or done.cells:
        lines.append(_("Restart the notebook's kernel, and reload the notebook's page where it is open."))
    say("\n".join(lines))
    return True


def released_files(archive: Path) -> dict[str, bytes]:
    """Return the files of a release by name relative to the stage's folder, from a zip or folder; ValueError if it is none."""
    if archive.is_dir():
        found = {path.relative_to(archive).as_posix(): path.read_bytes() for path in sorted(archive.rglob("*"))
                 if path.is_file() and "__pycache__" not in path.parts}
    else:
        with zipfile.ZipFile(archive) as bundle:
            entries = [entry for entry in bundle.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise ValueError(_("it is too large"))
            found = {entry.filename.replace("\\", "/"): bundle.read(entry) for entry in entries}
    tops = sorted((name for name in found if name.rpartition("/")[2] == "stage.toml" and "earlier/" not in name), key=len)
    if not tops:
        raise ValueError(_("there is no stage.toml in it"))
    top = tops[0].removesuffix("stage.toml")
    files = {name[len(top):]: data for name, data in found.items() if name.startswith(top)}
    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or ":" in name for name in files):
        raise ValueError(_("it has a file that would lie outside the folder"))
    return files


def taken_over(folder: Path, info: StageInfo, files: dict[str, bytes]) -> Update:
    """Write the files of the release. A replaced file that differs from its released version is saved first."""
    done, before = Update(), manifest(folder)
    notebook = f"{info.id}.ipynb"
    changed: list[str] = []
    aside = folder / "replaced" / (info.release or "before")
    for name, data in sorted(files.items()):
        target = folder / name
        if name == notebook and target.exists():
            _update_notebook(target, data, before.get("cells", {}), aside, done)
        elif name in (info.file, *info.submission_files) and target.exists():
            if name == info.file and hash_of(data) != before.get("files", {}).get(name, hash_of(data)):
                target.with_suffix(".new.py").write_bytes(data)
                done.notes.append(_("the new release's own {name} lies beside yours as {other}, for its texts", name=name,
                                    other=target.with_suffix(".new.py").name))
        elif not target.exists() or target.read_bytes() != data:
            if target.exists() and name != MANIFEST and hash_of(target.read_bytes()) != before.get("files", {}).get(name):
                _keep(target, aside / name)
                changed.append(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            done.files.append(name)
    if changed:
        done.notes.append(_("{files} had other texts than the release this folder was of; they lie in {folder}",
                            files=", ".join(changed), folder=f"{aside.relative_to(folder).as_posix()}/"))
    for name in before.get("files", {}):
        if name.startswith("checks/") and name not in files and (folder / name).is_file():
            (folder / name).unlink()
    return done


def manifest(folder: Path) -> dict[str, Any]:
    """Return the hashes of files and notebook cells of the folder's release; empty if unknown."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def manifest_of(files: dict[str, bytes], notebook: str, last: Path) -> str:
    """Return the text of a release's manifest; `last` is the folder of the release before it, whose cells it remembers."""
    cells = {cell["id"]: hash_of_cell(cell) for cell in json.loads(files[notebook])["cells"]}
    earlier = set(manifest(last).get("earlier", []))
    if (last / notebook).is_file():
        earlier |= {hash_of_cell(cell) for cell in json.loads((last / notebook).read_bytes())["cells"]}
    return json.dumps({"files": {name: hash_of(data) for name, data in sorted(files.items()) if name != notebook},
                       "cells": cells, "earlier": sorted(earlier - {*cells.values()})}, indent=0) + "\n"


def _update_notebook(target: Path, data: bytes, known: dict[str, str], aside: Path, done: Update) -> None:
    new = json.loads(data)
    try:
        mine = json.loads(target.read_text(encoding="utf-8"))
        is_known = any(cell.get("id") in known for cell in mine["cells"])
        cells, changed, kept = merged(mine["cells"], new["cells"], known)
    except (ValueError, LookupError, TypeError, AttributeError):
        is_known = False
    if not is_known:
        other = target.with_suffix(".new.ipynb")
        other.write_bytes(data)
        done.notes.append(_("your notebook was left alone; the new release's lies beside it as {name}", name=other.name))
        return
    if kept:
        done.notes.append(_("{count} cells of the notebook that you had changed stay as you left them, though the release has "
                            "another text", count=kept))
    if changed:
        _keep(target, aside / target.name)
        mine["cells"] = cells
        text = json.dumps(mine, indent=1, ensure_ascii=False) + "\n"
        target.write_text(text, encoding="utf-8", newline="\n")
        done.cells = changed


def merged(mine: list[dict[str, Any]], new: list[dict[str, Any]], known: dict[str, str]) -> tuple[list[dict[str, Any]], int, int]:
    """Merge a new release into a student's cells: unchanged cells are replaced, new ones inserted.

    Parameters
    ----------
    mine, new : list of dict
        Cells of the student's notebook and of the new release.
    known : dict of str to str
        Cell id to hash, for the release the student has.

    Returns
    -------
    cells : list of dict
    changed, kept : int
        How many cells were replaced or inserted; how many were kept because the student had changed them, although the release
        changes them too.
    """
    cells, changed, kept = list(mine), 0, 0
    places = {cell.get("id"): position for position, cell in enumerate(cells)}
    last = -1
    for cell in new:
        place = places.get(cell["id"])
        if place is None:
            cells.insert(last + 1, cell)
            places = {one.get("id"): position for position, one in enumerate(cells)}
            place, changed = last + 1, changed + 1
        elif hash_of_cell(cells[place]) != hash_of_cell(cell):
            if hash_of_cell(cells[place]) == known.get(cell["id"]):
                outputs = {key: value for key, value in cells[place].items() if key in ("outputs", "execution_count")}
                cells[place], changed = cell | outputs if cell["cell_type"] == "code" else cell, changed + 1
            elif hash_of_cell(cell) != known.get(cell["id"]):
                kept += 1
        last = place
    return cells, changed, kept


def _order(release: str) -> tuple[str, int]:
    day, _, number = release.partition(".")
    return day, int(number or 1)


def hash_of_cell(cell: dict[str, Any]) -> str:
    """Return the hash that tells whether a cell is still as released."""
    return hash_of(f"{cell['cell_type']}:{plain(''.join(cell['source']))}".encode("utf-8", "surrogatepass"))


def plain(text: str) -> str:
    """Return a text without what editors change and nobody means: how letters are composed, blanks, line ends, and the width of
    tables."""
    text = ROW.sub(lambda row: re.sub(r"-{3,}", "---", row[0].replace("|", " | ")), unicodedata.normalize("NFC", text))
    return " ".join(text.split())


def hash_of(data: bytes) -> str:
    """Return the hash that identifies a released file."""
    return hashlib.sha256(data).hexdigest()[:32]


def _keep(file: Path, place: Path) -> None:
    """Copy a file, numbered if there is an earlier copy of that name."""
    place.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{file.stem}-{number}{file.suffix}")
    shutil.copyfile(file, place)
