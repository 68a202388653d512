"""Build the folder that students get, except the notebook: stub, public tests, `checks`, README."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from autograder.checks.needs import FLOORS
from autograder.checks.words import CATALOGUE, _
from autograder.grade.course import this_course
from autograder.grade.language import ENGLISH, speaking
from autograder.grade.language import for_students as texts_for_students
from autograder.publish.hints import make_hints
from autograder.publish.leaks import PICTURES
from autograder.sandbox.limits import Limits
from autograder.stages import KIT, Stage, find_stage
from autograder.stages.points import task_points, test_list, written_points
from autograder.stages.strip import strip

CHECKS = KIT / "autograder" / "checks"
TEMPLATES = Path(__file__).parent / "templates"
HAS_WORDS = re.compile(r"[a-z]{3}")


def complete(stage: Stage, folder: Path) -> None:
    """Turn a copy of the source folder into the folder that is handed out; notebooks are left to nbgrader.

    Parameters
    ----------
    stage : Stage
    folder : Path
        Contains what nbgrader copied from ``solutions/<stage>/``. Everything but notebooks is replaced.
    """
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.suffix != ".ipynb":
            entry.unlink()
    for picture in sorted(path for path in stage.source.iterdir() if path.suffix.lower() in PICTURES):
        copy(picture, folder / picture.name)  # nbgrader skips some kinds
    write(folder / stage.info.file, strip(stage.solution.read_text(encoding="utf-8"), stage.info.file))
    write(folder / "test_public.py", for_students(stage.test_files()["public"].read_text(encoding="utf-8")))
    write(folder / "stage.toml", facts(stage))
    for name in ("conftest.py", "pytest.ini"):
        write(folder / name, (TEMPLATES / name).read_text(encoding="utf-8"))
    write(folder / "requirements.txt", requirements(stage))
    language = this_course().language
    with speaking(language):
        write(folder / "README.md", readme(stage))
    for source in sorted((*CHECKS.glob("*.py"), *CHECKS.glob("*.ini"))):
        write(folder / "checks" / source.name, for_students(source.read_text(encoding="utf-8")))
    if language != ENGLISH:
        (folder / "checks" / CATALOGUE).write_bytes(texts_for_students(language))
    for earlier in map(find_stage, stage.info.requires_stages):
        place = folder / "checks" / "earlier" / earlier.id
        write(place / "public.py", for_students(earlier.test_files()["public"].read_text(encoding="utf-8")))
        write(place / "stage.toml", facts(earlier))
    write(folder / "checks" / "hints.json", make_hints(stage).as_json())
    for given, name in stage.info.handout_files.items():
        copy(KIT / given, folder / name)


def facts(stage: Stage) -> str:
    """Return the text of the stage's `stage.toml`, with the points of each tested task."""
    points = "".join(f'"{task}" = {value:g}\n' for task, value in task_points(stage).items())
    return f"{(stage.suite / 'stage.toml').read_text(encoding='utf-8').rstrip()}\n\n[points]\n{points}"


def for_students(source: str) -> str:
    """Return source in which `autograder.checks` is renamed to `checks`."""
    return re.sub(r"\bautograder\.checks\b", "checks", source)


def write(path: Path, text: str) -> None:
    """Write a text file with mode 644."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(0o644)


def copy(source: Path, target: Path) -> None:
    """Copy a file, or a folder of files."""
    files = sorted(source.rglob("*")) if source.is_dir() else [source]
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            place = target / file.relative_to(source) if source.is_dir() else target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
            place.chmod(0o644)


def requirements(stage: Stage) -> str:
    """Return requirements.txt: each library with the oldest version that the public tests were run with."""
    libraries = {"numpy", "matplotlib", "pytest", "jupyterlab", "ipywidgets"}
    libraries |= {name.partition(".")[0] for name in stage.info.preload}
    return "".join(f"{name}>={FLOORS[name]}\n" for name in sorted(libraries))


def readme(stage: Stage) -> str:
    """Return the README for students: what to do, how to check, and the points of each task."""
    tested, visible = task_points(stage), {task for visibility, task, *_ in test_list(stage) if visibility == "public"}
    written = written_points(stage)
    rows = []
    for task, title in stage.info.tasks.items():
        if task in tested:
            names = ", ".join(f"`{name}`" for name in stage.functions.get(task, ()))
            by = _("public and hidden tests") if task in visible else _("hidden tests")
            rows.append(f"| {task} | {title} | {names} | {tested[task]:g} | {by} |")
        else:
            where, by = _("in the notebook"), _("by hand")
            rows.append(f"| {task} | {title} | {where} | {written.get(task, 0):g} | {by} |")
    builds_on = _("This stage builds on your own `{file}`: keep the folder `{stage}` side by side with this one.")
    uses = "".join(f"\n{builds_on.format(file=find_stage(earlier).info.file, stage=earlier)}\n"
                   for earlier in stage.info.requires_stages)
    parts = paragraphs((TEMPLATES / "README.md").read_text(encoding="utf-8"))
    template = "".join(_(part) if HAS_WORDS.search(part) else part for part in parts)
    return Template(template).substitute(
        title=stage.info.title, stage=stage.id, file=stage.info.file, table="\n".join(rows), uses=uses,
        term=term_of_release(), first_task=next(iter(stage.info.tasks)), release=stage.info.release or _("without a day"),
        seconds=f"{max(Limits().submission_cpu, stage.info.submission_seconds):g}",
        weights=_(", and the `.pt` files that the notebook saves") if stage.info.submission_files else "")


def paragraphs(text: str) -> list[str]:
    """Split Markdown into translatable parts and the blank lines between them; a fenced block is one part."""
    return re.split(r"(?m)(\n*^```\w*\n*|\n{2,}|\n\Z)", text)


def texts_of_readme(file: Any, keywords: object, tags: object, options: object) -> Iterator[tuple[int, str, str, list[str]]]:
    """Extract the translatable texts of the README template, for Babel."""
    line = 1
    for part in paragraphs(file.read().decode("utf-8")):
        if HAS_WORDS.search(part):
            yield line, "_", part, []
        line += part.count("\n")


def term_of_release() -> str:
    """Return a line with course and term, if course.toml has them."""
    course = this_course()
    named = ", ".join(filter(None, [course.id, course.term]))
    return f"\n*{named}*\n" if named else ""
