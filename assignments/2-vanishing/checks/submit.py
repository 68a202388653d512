"""`submit()` checks a hand-in the way the grader will and packs it into one zip."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import needs, rules
from .checkpoints import PROBLEMS
from .compare import NOT_DEFINED
from .layout import StageInfo, public_tests, read_stage
from .report import by_task, state_of
from .session import Outcome, run_fresh, saved_at
from .terminal import say
from .update import hash_of, hash_of_cell, manifest
from .words import N_, _, retold

RECEIPT = "receipt.json"
# Seconds after which a notebook may have unsaved changes.
OLD = 180.0


@dataclass
class Handin:
    """The files to hand in and the findings: `trouble` costs points, `remarks` may be fine."""

    files: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)


class Made(type(Path())):  # type: ignore[misc]
    """The path of a zip, which a notebook shows below the cell as what to do with it."""

    def __repr__(self) -> str:
        """Return one line for a reader."""
        return _("Upload {zip}", zip=self.name)


def submit() -> Path | None:
    """Check the current folder the way the grader will, report problems, and make one zip to upload.

    Returns
    -------
    Path or None
        The zip; None if there is nothing to hand in. It is made in spite of problems, so that you can always hand in what you
        have.
    """
    needs.demand()
    if os.environ.get("NBGRADER_EXECUTION"):  # nbgrader runs every cell; nobody is handing in
        return None
    folder = Path.cwd()
    info = read_stage(public_tests(folder).parent)
    handin = looked_over(folder, info)
    release = ", " + _("release {day}", day=info.release) if info.release else ""
    lines = [_("Handing in \"{title}\" ({stage})", title=info.title, stage=f"{info.id}{release}"), ""]
    states = _by_state(handin.states)
    width = max([22, *(len(state) for state, _tasks in states)])
    lines += [f"  {state:<{width}} {', '.join(tasks)}" for state, tasks in states]
    lines += ["", *("  " + _("TO FIX: {sentence}", sentence=sentence) for sentence in handin.trouble)]
    lines += ["  " + _("Note: {sentence}", sentence=sentence) for sentence in handin.remarks]
    if not handin.files:
        say("\n".join([*lines, "", _("There is nothing to hand in yet; no zip was made.")]))
        return None
    archive, code = packed(folder, info, handin)
    lines += ["", _("{zip} is made, with {files}.", zip=archive.name, files=", ".join(handin.files)),
              _("Its code is {code}. Upload this one file; hand in again as often as you like until the deadline.", code=code)]
    if handin.trouble:
        lines.append(_("What is listed as TO FIX costs points as it stands."))
    say("\n".join(lines).replace("\n\n\n", "\n\n"))
    return Made(archive)


def looked_over(folder: Path, info: StageInfo) -> Handin:
    """Collect the files, what is missing, and the results of the public tests."""
    handin = Handin()
    notebook = f"{info.id}.ipynb"
    code = rules.source_of(folder, info)
    for name in (code, notebook, *info.submission_files):
        if not (folder / name).is_file():
            other = rules.look_alike(folder, name)
            near = N_("{name} is not here; {other} is: should it be called {name}?")
            handin.trouble.append(_(near if other else N_("{name} is not here"), name=name, other=other))
            handin.files += [other] if other and other not in handin.files else []  # right answers under a similar name count
        elif (folder / name).stat().st_size > rules.limit(name):
            handin.trouble.append(_("{name} is larger than {size} MiB: more is not read", name=name,
                                    size=rules.limit(name) >> 20))
        else:
            handin.files.append(name)
    if code in handin.files:
        own = [*rules.own_modules(folder, info), *rules.own_data(folder, info)]
        handin.files += [name for name in own if name not in handin.files]
        _look_at_code(folder, info, handin)
    if notebook in handin.files:
        _look_at_notebook(folder / notebook, handin)
    for name in info.submission_files:
        if name in handin.files and (problem := weights_problem(folder / name)):
            handin.trouble.append(f"{name} {retold(problem, *PROBLEMS)}")
    return handin


def _look_at_code(folder: Path, info: StageInfo, handin: Handin) -> None:
    namesakes = rules.namesakes(folder, info)
    shadowed = {part.removesuffix(".py") for file in namesakes for part in Path(file).parts}
    foreign = [one for one in rules.foreign_imports(folder, info) if one[1] not in shadowed]
    for file, module, line in [*foreign, *_among_the_checks(folder, info)]:
        handin.trouble.append(_("{file}, line {line}, imports {module}, which the grader does not have: there, the file cannot "
                                "be imported, and no test passes. It has {libraries} and Python's own", file=file, line=line,
                                module=module, libraries=", ".join(sorted(rules.allowed(info)))))
    source = folder / rules.source_of(folder, info)
    text = rules.read(source)
    outcome = run_fresh(folder)
    lack = "" if outcome.borrowed else retold(rules.lack(text), *rules.LACKS)
    lacking = (rules.lacking(folder, info) - set(outcome.borrowed)) | _not_there(outcome, info)
    found = {name: names for name, names in rules.code_elsewhere(folder, info, lacking).items() if name not in namesakes}
    if found:
        lack = lack or _("lacks code that you wrote")
        handin.trouble.append(_("{file} {lack}, but {beside}: only {file} is graded, so that code belongs into it",
                                file=info.file, lack=lack, beside=rules.described(found, info)))
        hides = [name for name in found if "__all__" in rules.read(folder / name)]
        handin.trouble += [_("`__all__` in {file} leaves out what is not in that list: `from ... import *` does not take it",
                             file=name) for name in hides if name in handin.files]
        handin.files += [name for name in found if name not in handin.files]  # a person who marks can see it then
    elif lack:
        handin.trouble.append(f"{info.file} {lack}")
    if inside := sorted(lacking & rules.inside(text) - {name for names in found.values() for name in names}):
        handin.trouble.append(_(rules.ONLY_INSIDE, names=rules.three(inside), file=info.file))
    _name_copies(folder, info, handin, bool(outcome.load_error))
    _name_namesakes(namesakes, handin, outcome.load_error)
    if outcome.load_error:
        handin.trouble.append(_("{file} cannot be imported in a clean process: {why}", file=info.file, why=outcome.load_error))
        if below := _lies_below(outcome.load_error, handin.files):
            handin.trouble.append(_("{other} lies in a folder, where Python does not look for it: put it beside {file}, or "
                                    "import it from its folder", other=below, file=info.file))
    handin.trouble += outcome.fails_there
    if outcome.problem:
        handin.remarks.append(_("the public tests could not be run: {why}", why=outcome.problem))
    handin.states = {} if outcome.load_error else {task: state_of(mine) for task, mine in by_task(outcome)}
    handin.remarks += [_("{file} is taken as saved at {time}", file=info.file, time=saved_at(source))]
    handin.remarks += outcome.earlier


def _name_namesakes(namesakes: list[str], handin: Handin, load_error: str) -> None:
    """Say which modules of the student's have a name that is another's where the file is graded, though it may work here."""
    for file in namesakes:
        handin.files += [file] if file not in handin.files else []  # a person who marks can see it then
        sentence = _(rules.NAMESAKE, file=file)
        if sentence not in load_error:
            costs = not rules.GRADERS_OWN.isdisjoint(part.removesuffix(".py") for part in Path(file).parts)
            (handin.trouble if costs else handin.remarks).append(sentence)


def _among_the_checks(folder: Path, info: StageInfo) -> list[tuple[str, str, int]]:
    """File, module and line of each import of what the student wrote into the folder `checks`: the grader has its own."""
    released, found = manifest(folder).get("files", {}), []
    for file in rules.own_modules(folder, info):
        for number, line in enumerate(rules.read(folder / file).splitlines(), start=1):
            module = re.match(r"\s*(?:from|import)\s+checks\.(\w+)", line)
            name = f"checks/{module[1]}.py" if module else ""
            if module and (folder / name).is_file() and released and released.get(name) != hash_of((folder / name).read_bytes()):
                found.append((file, f"checks.{module[1]}", number))
    return found


def _lies_below(error: str, files: list[str]) -> str:
    """Return the file in a subfolder that a failed import refers to, or an empty string."""
    found = re.search(r"No module named '(\w+)", error)
    return next((name for name in files if found and "/" in name and Path(name).stem == found[1]), "")


def _not_there(outcome: Outcome, info: StageInfo) -> set[str]:
    """Return the functions that the tests did not find in the stage's file."""
    words = " " + _(NOT_DEFINED, file=info.file)
    lines = [line for verdict in outcome.verdicts for line in verdict.message.splitlines() if words in line]
    return {line.partition(words)[0].rpartition(" ")[2] for line in lines}


def _name_copies(folder: Path, info: StageInfo, handin: Handin, is_broken: bool) -> None:
    """Say which files stay here although they have functions of the stage: those of as many as the stage's file has.

    Where that file cannot be imported they come along, for the person who marks."""
    wanted = rules.asked_for(folder, info)
    own = rules.written_names(rules.read(folder / rules.source_of(folder, info))) & wanted
    others = rules.code_elsewhere(folder, info, wanted)
    left = [name for name, names in others.items() if name not in handin.files and 2 * len(names) >= len(wanted)
            and not set(names) < own]
    if left and is_broken:
        handin.files += left
    elif left:
        handin.remarks.append(_("{others} also has functions of this stage, and is not in the zip: {file} is what counts",
                                others=", ".join(left[:4]), file=info.file))


def _look_at_notebook(file: Path, handin: Handin) -> None:
    try:
        cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        unanswered = list(unanswered_tasks(cells, manifest(file.parent).get("cells", {})))
    except (ValueError, LookupError, TypeError, AttributeError):
        handin.trouble.append(_("{file} is no notebook that can be read; your written answers would be lost. Save it again",
                                file=file.name))
        return
    handin.trouble += [_("the written task {task} has no answer in {file} as it is saved", task=task, file=file.name)
                       for task in unanswered]
    old = time.time() - file.stat().st_mtime > OLD
    again = N_("{file} is taken as saved at {time}: save it now if you wrote since, and submit again")
    handin.remarks.append(_(again if old else N_("{file} is taken as saved at {time}"), file=file.name, time=saved_at(file)))


def unanswered_tasks(cells: list[dict[str, Any]], released: dict[str, str]) -> Iterator[str]:
    """Yield the ids of written tasks without an answer; `released` holds the hash of each cell as handed out."""
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
    """Return why a file of weights would not load, as a sentence without its subject; empty if it does."""
    from .checkpoints import load_weights, read_weights

    weights = read_weights(file)
    return weights if isinstance(weights, str) else load_weights(_AnyModel(weights), weights)


class _AnyModel:
    """A model that accepts the given weights: whether they fit the student's model is left to the tests."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        self.weights = weights

    def state_dict(self) -> Mapping[str, Any]:
        """Return the weights."""
        return self.weights

    def load_state_dict(self, weights: Any) -> None:
        """Accept them."""


def packed(folder: Path, info: StageInfo, handin: Handin) -> tuple[Path, str]:
    """Write the zip with its receipt; return its path and the code the student may keep."""
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
    """Return the path of the zip: that of an earlier hand-in is reused, other files are not overwritten."""
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
    raise ValueError(_("there is no free name for the zip in {folder}", folder=folder))


def _by_state(states: dict[str, str]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for task, state in states.items():
        found.setdefault(f"{_(state)}:", []).append(task)
    return list(found.items())
