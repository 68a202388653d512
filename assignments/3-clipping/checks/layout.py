"""Where a stage's own facts lie: `stage.toml`, beside the public tests, here and in the released folder."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEVELS = ("full", "hint", "verdict")
KEYS = ("title", "file", "preload", "requires_stages", "forbid_torch_rnn", "submission_files", "handout_files", "tasks",
        "cpu_seconds", "submission_seconds", "feedback", "release", "points")


@dataclass(frozen=True)
class StageInfo:
    """The facts of a stage that students have too.

    Attributes
    ----------
    title : str
        Title of the stage, such as "Derive BPTT".
    file : str
        The file a student writes.
    tasks : dict of str to str
        Title of each task by its id, in order.
    preload : tuple of str
        Libraries the file may import that are worth importing once for all workers.
    requires_stages : tuple of str
        Ids of earlier stages whose module this stage's file imports.
    forbid_torch_rnn : bool
        torch's own recurrent modules are refused: see `ban`.
    submission_files : tuple of str
        Files beside the Python files that belong to a submission, such as trained weights.
    hidden : str
        What students are told of a hidden test that fails: ``full``, ``hint`` or ``verdict``.
    handout_files : dict of str to str
        Files and folders of the kit that students get too, and their names in the student's folder.
    cpu_seconds : dict of str to float
        CPU seconds a call of a function may take, where that is less than usual.
    submission_seconds : float
        CPU seconds all calls of a submission may take in the grader together, where that is more than usual.
    release : str
        The day this text of the stage is of, such as "2025-09-01"; with ".2" for a second one of that day.
    points : dict of str to float
        Points that tests give in each task; in the released folder only, written when it is made.
    folder : Path
        Where the facts lie.
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
    points: dict[str, float]
    folder: Path

    @property
    def id(self) -> str:
        """The stage's id, such as ``1-bptt``: its number is that of its tasks, its name that of its file."""
        return f"{next(iter(self.tasks)).partition('.')[0]}-{Path(self.file).stem}"


def read_stage(folder: Path) -> StageInfo:
    """Read the `stage.toml` in `folder`.

    Raises
    ------
    ValueError
        The file is no TOML, lacks a key, or has one that nobody reads; the text names file, key and what there is.
    """
    file = folder / "stage.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: {error}") from None
    unknown = [key for key in data if key not in KEYS]
    if unknown:
        raise ValueError(f"{file}: nobody reads the key {unknown[0]!r}; there are: {', '.join(KEYS)}")
    missing = [key for key in ("title", "file", "tasks") if key not in data]
    if missing:
        raise ValueError(f"{file}: the key {missing[0]!r} is missing")
    feedback = data.get("feedback", {})
    hidden = feedback.get("hidden", "hint")
    if hidden not in LEVELS or set(feedback) - {"hidden"}:
        raise ValueError(f"{file}: [feedback] has one key, hidden, which is one of {', '.join(LEVELS)}; got {feedback!r}")
    return StageInfo(data["title"], data["file"], dict(data["tasks"]), tuple(data.get("preload", ())),
                     tuple(data.get("requires_stages", ())), bool(data.get("forbid_torch_rnn")),
                     tuple(data.get("submission_files", ())), hidden, dict(data.get("handout_files", {})),
                     dict(data.get("cpu_seconds", {})), float(data.get("submission_seconds", 0.0)),
                     _release(file, data), dict(data.get("points", {})), folder)


def _release(file: Path, data: dict[str, Any]) -> str:
    release = data.get("release", "")
    if not isinstance(release, str) or (release and not re.fullmatch(r"\d{4}-\d\d-\d\d(\.\d+)?", release)):
        raise ValueError(f'{file}: release is a day such as "2025-09-01", or "2025-09-01.2"; got {release!r}')
    return release


def public_tests(folder: Path) -> Path:
    """The public tests that go with a student's folder: beside the file, or the kit's own.

    Raises
    ------
    FileNotFoundError
        The folder is no assignment's.
    """
    beside = folder / "test_public.py"
    if beside.exists():
        return beside
    own = Path(__file__).resolve().parents[1] / "stages" / folder.name.partition("-")[2] / "public.py"
    if own.exists():
        return own
    raise FileNotFoundError(f"there is no test_public.py in {folder}: open the notebook, or the terminal, in the "
                            "assignment's folder")


def earlier_file(folder: Path, stage_id: str) -> Path | None:
    """The student's own file of an earlier stage, or None.

    It is looked for beside the stage's file, where an instructor may have put a solved one, then in the folder of that
    stage side by side with this one.
    """
    file = f"{stage_id.partition('-')[2]}.py"
    return next((place / file for place in (folder, folder.parent / stage_id) if (place / file).exists()), None)


def earlier_tests(folder: Path, stage_id: str) -> Path | None:
    """The public tests of an earlier stage: those that came with this folder, or the kit's own."""
    own = Path(__file__).resolve().parents[1] / "stages" / stage_id.partition("-")[2]
    places = (folder / "checks" / "earlier" / stage_id, own)
    return next((place / "public.py" for place in places if (place / "public.py").exists()), None)


def add_earlier_stages(folder: Path, info: StageInfo) -> list[str]:
    """Let `import bptt` find the student's own file of an earlier stage.

    Returns
    -------
    list of str
        A sentence for each stage whose file is not there.
    """
    missing = []
    for stage_id in info.requires_stages:
        found = earlier_file(folder, stage_id)
        if found is None:
            file = f"{stage_id.partition('-')[2]}.py"
            missing.append(f"this stage builds on your {file}: put the folder {stage_id} side by side with "
                           f"{folder.name}, or a copy of {file} into {folder.name}")
        elif str(found.parent) not in sys.path:
            sys.path.append(str(found.parent))
    return missing


def rules_of(info: StageInfo) -> Callable[[], AbstractContextManager[Any]]:
    """What the stage forbids, as a maker of contexts in which student code runs."""
    if not info.forbid_torch_rnn:
        return nullcontext
    from .ban import install

    return install().enforced


def expose_handout_modules(folder: Path, info: StageInfo) -> None:
    """In the kit's own checkout, let `import data` find the module that students get beside their file.

    Where the file lies in `folder`, Python finds it by itself and nothing is done.
    """
    kit = Path(__file__).resolve().parents[2]
    for source, name in info.handout_files.items():
        stem = Path(name).stem
        if not source.endswith(".py") or (folder / name).exists() or stem in sys.modules or not (kit / source).exists():
            continue
        if str(kit) not in sys.path:
            sys.path.append(str(kit))
        # Under its own name too, so that a notebook's autoreload finds it again.
        sys.modules[stem] = importlib.import_module(source.removesuffix(".py").replace("/", "."))
