"""`submit()` looks a hand-in over as the grader will, and makes one zip of it."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import needs, rules
from .check import display_text
from .layout import StageInfo, public_tests, read_stage
from .report import by_task, state_of
from .session import run_fresh, saved_at
from .update import hash_of_cell, manifest

RECEIPT = "receipt.json"
# Seconds after which a notebook may hold more than its file does.
OLD = 180.0


@dataclass
class Handin:
    """What is handed in, and what was seen of it: `trouble` costs points as it stands, `remarks` may be as they should."""

    files: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)


def submit() -> Path | None:
    """Look the present folder over as the grader will, say what is wrong, and make one zip to upload.

    Returns
    -------
    Path or None
        The zip; None where there is nothing to hand in. It is made in spite of what is wrong, so that you can always hand
        in what you have.
    """
    needs.demand()
    if os.environ.get("NBGRADER_EXECUTION"):  # it runs every cell, and nobody hands in
        return None
    folder = Path.cwd()
    info = read_stage(public_tests(folder).parent)
    handin = looked_over(folder, info)
    lines = [f"Handing in \"{info.title}\" ({info.id}{', release ' + info.release if info.release else ''})", ""]
    lines += [f"  {state:<22} {', '.join(tasks)}" for state, tasks in _by_state(handin.states)]
    lines += ["", *(f"  TO FIX: {sentence}" for sentence in handin.trouble)]
    lines += [f"  Note: {sentence}" for sentence in handin.remarks]
    if not handin.files:
        display_text("\n".join([*lines, "", "There is nothing to hand in yet; no zip was made."]))
        return None
    archive, code = packed(folder, info, handin)
    lines += ["", f"{archive.name} is made, with {', '.join(handin.files)}.",
              f"Its code is {code}. Upload this one file; hand in again as often as you like until the deadline."]
    if handin.trouble:
        lines.append("What is listed as TO FIX costs points as it stands.")
    display_text("\n".join(lines).replace("\n\n\n", "\n\n"))
    return archive


def looked_over(folder: Path, info: StageInfo) -> Handin:
    """What is there, what is missing, and what the public tests say."""
    handin = Handin()
    notebook = f"{info.id}.ipynb"
    for name in (info.file, notebook, *info.submission_files):
        if not (folder / name).is_file():
            other = rules.look_alike(folder, name)
            handin.trouble.append(f"{name} is not here" + (f"; {other} is: should it be called {name}?" if other else ""))
            handin.files += [other] if other and other not in handin.files else []  # a right answer under a near name counts
        elif (folder / name).stat().st_size > rules.limit(name):
            handin.trouble.append(f"{name} is larger than {rules.limit(name) >> 20} MiB: more is not read")
        else:
            handin.files.append(name)
    if info.file in handin.files:
        own = [*rules.own_modules(folder, info), *rules.own_data(folder, info)]
        handin.files += [name for name in own if name not in handin.files]
        _look_at_code(folder, info, handin)
    if notebook in handin.files:
        _look_at_notebook(folder / notebook, handin)
    for name in info.submission_files:
        if name in handin.files and (problem := weights_problem(folder / name)):
            handin.trouble.append(f"{name} {problem}")
    return handin


def _look_at_code(folder: Path, info: StageInfo, handin: Handin) -> None:
    for file, module, line in rules.foreign_imports(folder, info):
        handin.trouble.append(f"{file}, line {line}, imports {module}, which the grader does not have: there, the file cannot be "
                              f"imported, and no test passes. It has {', '.join(sorted(rules.allowed(info)))} and Python's own")
    text = rules.read(folder / info.file)
    if lack := rules.lack(text):
        beside = rules.code_elsewhere(folder, info)
        handin.trouble.append(f"{info.file} {lack}" + (f", but {beside}: only {info.file} is graded, so that code belongs into it"
                                                       if beside else ""))
    outcome = run_fresh(folder)
    if outcome.load_error:
        handin.trouble.append(f"{info.file} cannot be imported in a clean process: {outcome.load_error}")
    if outcome.problem:
        handin.remarks.append(f"the public tests could not be run: {outcome.problem}")
    handin.states = {} if outcome.load_error else {task: state_of(mine) for task, mine in by_task(outcome)}
    handin.remarks += [f"{info.file} is taken as saved at {saved_at(folder / info.file)}", *outcome.earlier]


def _look_at_notebook(file: Path, handin: Handin) -> None:
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        unanswered = list(unanswered_tasks(cells, manifest(file.parent).get("cells", {})))
    except (ValueError, LookupError, TypeError, AttributeError):
        handin.trouble.append(f"{file.name} is no notebook that can be read; your written answers would be lost. Save it again")
        return
    handin.trouble += [f"the written task {task} has no answer in {file.name} as it is saved" for task in unanswered]
    old = time.time() - file.stat().st_mtime > OLD
    handin.remarks.append(f"{file.name} is taken as saved at {saved_at(file)}"
                          + (": save it now if you wrote since, and submit again" if old else ""))


def unanswered_tasks(cells: list[dict[str, Any]], released: dict[str, str]) -> Iterator[str]:
    """The ids of written tasks below which nothing was written; `released` has the hash of each cell as it was handed out."""
    for position, cell in enumerate(cells):
        about = cell.get("metadata", {}).get("nbgrader", {})
        if not (about.get("task") or (about.get("solution") and cell["cell_type"] == "markdown")):
            continue
        task = about["grade_id"].removeprefix("task_").replace("_", ".")
        answer: list[str] = []
        for other in cells[position + 1:]:
            text = "".join(other["source"]).strip()
            if other.get("metadata", {}).get("nbgrader"):
                break
            as_released = released.get(other.get("id", "")) == hash_of_cell(other)
            if other["cell_type"] == "markdown" and not as_released and not text.startswith("*Your answer to task "):
                answer.append(text)
        if len("".join(answer)) < 20:
            yield task


def weights_problem(file: Path) -> str:
    """Why a file of weights would not load, in a sentence without its subject; empty where it does."""
    from .checkpoints import load_weights, read_weights

    weights = read_weights(file)
    return weights if isinstance(weights, str) else load_weights(_AnyModel(weights), weights)


class _AnyModel:
    """Takes the weights it is made for: whether they fit the student's model is for the tests to say."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.weights = weights

    def state_dict(self) -> Mapping[str, Any]:
        """The weights there are."""
        return self.weights

    def load_state_dict(self, weights: Any) -> None:
        """Take them."""


def packed(folder: Path, info: StageInfo, handin: Handin) -> tuple[Path, str]:
    """Write the zip, with its receipt; its path, and the code a student may keep."""
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(handin.files)}
    code = hashlib.sha256(json.dumps([info.id, hashes], sort_keys=True).encode()).hexdigest()[:12]
    now = time.gmtime()
    receipt = {"stage": info.id, "release": info.release, "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", now), "code": code,
               "files": hashes, "public": handin.states, "to_fix": handin.trouble}
    archive = _place(folder, info)
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in handin.files:
            _add(bundle, name, (folder / name).read_bytes(), now)
        _add(bundle, RECEIPT, json.dumps(receipt, indent=1).encode(), now)
    part.replace(archive)
    return archive, code


def _add(bundle: zipfile.ZipFile, name: str, data: bytes, when: time.struct_time) -> None:
    info = zipfile.ZipInfo(name, when[:6])
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(info, data)


def _place(folder: Path, info: StageInfo) -> Path:
    """The name of the zip: that of an earlier hand-in is used again, that of any other file is not."""
    for number in range(1, 100):
        archive = folder / f"handin-{info.id}{'' if number == 1 else f'-{number}'}.zip"
        try:
            with zipfile.ZipFile(archive) as bundle:
                if RECEIPT in bundle.namelist():
                    return archive
        except FileNotFoundError:
            return archive
        except (OSError, zipfile.BadZipFile):
            continue
    raise ValueError(f"there is no free name for the zip in {folder}")


def _by_state(states: dict[str, str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for task, state in states.items():
        found.setdefault(f"{state}:", []).append(task)
    return list(found.items())
