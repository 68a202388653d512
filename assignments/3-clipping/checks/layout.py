"""Read `stage.toml`, the description of a stage, and find the files of a stage's folder, in the kit and in the released folder.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .toml_file import KINDS, place, read_toml
from .words import _

LEVELS = ("full", "hint", "verdict")
# Keys of stage.toml and the kind of value each holds; docs/contributor.md explains them.
KEYS = {
    "title": "a text", "file": "a text", "tasks": "a table of texts", "total_points": "a number", "release": "a text",
    "preload": "a list of texts", "requires_stages": "a list of texts", "forbid_torch_rnn": "true or false",
    "submission_files": "a list of texts", "handout_files": "a table of texts", "cpu_seconds": "a table of numbers",
    "submission_seconds": "a number", "feedback": "a table of texts",
}
NEEDED = ("title", "file", "tasks")
# Keys that `make release` adds to the stage.toml of students.
RELEASED = {"points": "a table of numbers"}


@dataclass(frozen=True)
class StageInfo:
    """The contents of a `stage.toml`; students have it too.

    Attributes
    ----------
    title : str
        Title of the stage, such as "Derive BPTT".
    file : str
        Name of the file that students write.
    tasks : dict of str to str
        Task id to title, in order.
    preload : tuple of str
        Libraries the file may import that are worth importing once for all workers.
    requires_stages : tuple of str
        Ids of earlier stages whose module this stage's file imports.
    forbid_torch_rnn : bool
        Whether torch's own recurrent modules are blocked: see `ban`.
    submission_files : tuple of str
        Files other than Python files that belong to a submission, such as trained weights.
    hidden : str
        What students see of a failed hidden test: ``full``, ``hint`` or ``verdict``.
    handout_files : dict of str to str
        Files and folders of the kit that students get too, mapped to their names in the student's folder.
    cpu_seconds : dict of str to float
        CPU seconds allowed for a call of a function, where less than usual.
    submission_seconds : float
        CPU seconds allowed in the grader for all calls of a submission together, where more than usual.
    release : str
        Date of this version of the stage, such as "2025-09-01"; with ".2" for a second version on that day.
    total_points : float
        Points of all tasks together, including those graded by hand.
    points : dict of str to float
        Points that tests give in each task. Only in the released folder, where `make release` writes it.
    folder : Path
        Folder the file was read from.
    """

    title: str
    file: str
    tasks: dict[str, str]
    preload: tuple[str, ...]
    requires_stages: tuple[str, ...]
    forbid_torch_rnn: bool
    submission_files: tuple[str, ...]
    hidden: str
    handout_files: dict[str, str]
    cpu_seconds: dict[str, float]
    submission_seconds: float
    release: str
    total_points: float
    points: dict[str, float]
    folder: Path

    @property
    def id(self) -> str:
        """Id of the stage, such as ``1-bptt``: the number of its tasks and the stem of its file."""
        return f"{next(iter(self.tasks)).partition('.')[0]}-{Path(self.file).stem}"


def read_stage(folder: Path) -> StageInfo:
    """Read the `stage.toml` in `folder`.

    Raises
    ------
    ValueError
        The file is not valid TOML, lacks a required key, or has an unknown one. The message names the file, the line, the key and
        what would be right.
    """
    file = folder / "stage.toml"
    data, text = read_toml(file)
    known = KEYS | RELEASED
    for key, value in data.items():
        if key not in known:
            near = get_close_matches(key.lower(), known, 1)
            raise ValueError(f"{place(file, text, key)}: nobody reads the key {key!r}"
                             + (f"; did you mean {near[0]}?" if near else ".") + f" The keys are: {', '.join(KEYS)}")
        if not KINDS[known[key]](value):
            raise ValueError(f"{place(file, text, key)}: {key} is {known[key]}; got {value!r}")
    for key in NEEDED:
        if key not in data:
            raise ValueError(f"{file}: the key {key!r} is missing")
    _check(file, text, data)
    return StageInfo(
        title=data["title"], file=data["file"], tasks=data["tasks"], preload=tuple(data.get("preload", ())),
        requires_stages=tuple(data.get("requires_stages", ())), forbid_torch_rnn=data.get("forbid_torch_rnn", False),
        submission_files=tuple(data.get("submission_files", ())), hidden=data.get("feedback", {}).get("hidden", "hint"),
        handout_files=data.get("handout_files", {}), cpu_seconds=data.get("cpu_seconds", {}),
        submission_seconds=float(data.get("submission_seconds", 0.0)), release=data.get("release", ""),
        total_points=float(data.get("total_points", 100)), points=data.get("points", {}), folder=folder)


def _check(file: Path, text: str, data: dict[str, Any]) -> None:
    """Raise ValueError for values of the right type that make no sense."""
    if not re.fullmatch(r"[a-z_]\w*\.py", data["file"]):
        raise ValueError(f"{place(file, text, 'file')}: file is the name of a Python file, such as \"bptt.py\";"
                         f" got {data['file']!r}")
    numbers = {task.partition(".")[0] for task in data["tasks"]}
    for task in data["tasks"]:
        if not re.fullmatch(r"[1-9]\d*\.[1-9]\d*", task) or len(numbers) > 1:
            raise ValueError(f"{place(file, text, task, 'tasks')}: a task has the stage's number and its own, such as \"1.3\", "
                             f"the same number throughout; got {task!r}")
    release = data.get("release", "")
    if release and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(\.\d+)?", release):
        raise ValueError(f"{place(file, text, 'release')}: release is a day such as \"2025-09-01\", or \"2025-09-01.2\"; "
                         f"got {release!r}")
    feedback = data.get("feedback", {})
    if set(feedback) - {"hidden"} or feedback.get("hidden", "hint") not in LEVELS:
        raise ValueError(f"{place(file, text, 'feedback')}: [feedback] has one key, hidden, which is one of {', '.join(LEVELS)}; "
                         f"got {feedback!r}")


def public_tests(folder: Path) -> Path:
    """Return the public tests for a student's folder: the file in it, or else the kit's own.

    Raises
    ------
    FileNotFoundError
        The folder is not that of an assignment.
    """
    beside = folder / "test_public.py"
    if beside.exists():
        return beside
    own = Path(__file__).resolve().parents[1] / "stages" / folder.name.partition("-")[2] / "public.py"
    if own.exists():
        return own
    raise FileNotFoundError(_("there is no test_public.py in {folder}: open the notebook, or the terminal, in the assignment's "
                              "folder", folder=folder))


def earlier_file(folder: Path, stage_id: str) -> Path | None:
    """Return the student's own file of an earlier stage, or None.

    It is searched for in this folder, where an instructor may have put a solved one, then in the folder of the earlier stage
    beside this one.
    """
    file = f"{stage_id.partition('-')[2]}.py"
    return next((place / file for place in (folder, folder.parent / stage_id) if (place / file).exists()), None)


def earlier_tests(folder: Path, stage_id: str) -> Path | None:
    """Return the public tests of an earlier stage: those released with this folder, or else the kit's own."""
    own = Path(__file__).resolve().parents[1] / "stages" / stage_id.partition("-")[2]
    places = (folder / "checks" / "earlier" / stage_id, own)
    return next((place / "public.py" for place in places if (place / "public.py").exists()), None)


def add_earlier_stages(folder: Path, info: StageInfo) -> list[str]:
    """Make the student's own files of earlier stages importable, so that `import bptt` works.

    Returns
    -------
    list of str
        A sentence for each stage whose file is missing.
    """
    missing = []
    for stage_id in info.requires_stages:
        found = earlier_file(folder, stage_id)
        if found is None:
            file = f"{stage_id.partition('-')[2]}.py"
            missing.append(_("this stage builds on your {file}: put the folder {stage} side by side with {here}, or a copy of "
                             "{file} into {here}", file=file, stage=stage_id, here=folder.name))
        elif str(found.parent) not in sys.path:
            sys.path.append(str(found.parent))
    return missing


def rules_of(info: StageInfo) -> Callable[[], AbstractContextManager[Any]]:
    """Return a function that creates the context which enforces what the stage forbids."""
    if not info.forbid_torch_rnn:
        return nullcontext
    from .ban import install

    return install().enforced


def expose_handout_modules(folder: Path, info: StageInfo) -> None:
    """Make handout modules importable under the students' name (`import data`) in the kit's own checkout.

    Where the file is in `folder`, Python finds it without help and nothing is done.
    """
    kit = Path(__file__).resolve().parents[2]
    for source, name in info.handout_files.items():
        stem = Path(name).stem
        if not source.endswith(".py") or (folder / name).exists() or stem in sys.modules or not (kit / source).exists():
            continue
        if str(kit) not in sys.path:
            sys.path.append(str(kit))
        # Under its real name too, so that a notebook's autoreload finds it again.
        sys.modules[stem] = importlib.import_module(source.removesuffix(".py").replace("/", "."))
