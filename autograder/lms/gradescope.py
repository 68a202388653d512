"""An autograder for Gradescope: the zip to upload, and the program that runs there.

Gradescope unpacks the zip into ``/autograder/source``, runs ``setup.sh`` once, and for each submission ``run_autograder``, which
reads ``/autograder/submission`` and writes ``/autograder/results/results.json``.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from autograder.checks.words import N_, _
from autograder.errors import SandboxError
from autograder.grade.course import COURSE, read_course, this_course
from autograder.grade.feedback_text import OUTCOMES, hint_lines, told
from autograder.grade.language import speaking
from autograder.grade.record import data_files, write_json
from autograder.publish.release import files, write_zip
from autograder.sandbox.isolation import sentence
from autograder.stages import KIT, SOLUTIONS, Stage, find_stage, stages

TEMPLATES = Path(__file__).parent / "templates" / "gradescope"
# Hidden tests and the total are shown only when grades are published; before that they would confirm guesses.
VISIBILITY = {"public": "visible", "hidden": "after_published"}
VISIBLE = {"public": N_("public"), "hidden": N_("hidden")}
STUDENT = "student"
SCRIPTS = ("setup.sh", "run_autograder")


def pack(stage: Stage, folder: Path = KIT / "dist") -> Path:
    """Make ``dist/gradescope-<stage>.zip``; the same material gives the same bytes."""
    return write_zip(folder / f"gradescope-{stage.id}.zip", contents(stage))


def contents(stage: Stage) -> dict[str, bytes]:
    """Return the files of the zip: the grader, this stage, and the earlier ones it uses."""
    needed = [find_stage(earlier) for earlier in stage.info.requires_stages] + [stage]
    found = {name: (TEMPLATES / name).read_bytes() for name in SCRIPTS}
    found["run_autograder"] = found["run_autograder"].replace(b"@stage@", stage.id.encode())
    found["requirements.txt"] = "".join(f"{line}\n" for line in requirements(stage)).encode()
    constraints = KIT / "constraints.txt"
    found["constraints.txt"] = constraints.read_bytes() if constraints.exists() else b""
    term = this_course().file
    if term is not None:  # the hidden inputs depend on the term's seed there too
        found[COURSE] = term.read_bytes()
    found["pyproject.toml"] = (KIT / "pyproject.toml").read_bytes()
    suites = {other.suite for other in stages()} - {each.suite for each in needed}
    folders = [KIT / "autograder", *(root / each.id for each in needed for root in (SOLUTIONS, KIT / "assignments"))]
    folders += [KIT / source for source in stage.info.handout_files if (KIT / source).is_dir()]
    paths = [*data_files(stage), *(KIT / source for source in stage.info.handout_files if (KIT / source).is_file())]
    paths += [folder / name for folder in folders for name in files(folder)]
    return found | {path.relative_to(KIT).as_posix(): path.read_bytes() for path in paths
                    if not any(path.is_relative_to(suite) for suite in suites)}


def requirements(stage: Stage) -> list[str]:
    """Return the kit's dependencies, with PyTorch only if the stage uses it."""
    with open(KIT / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    listed = project["dependencies"] + project.get("optional-dependencies", {}).get("torch", [])
    uses_torch = any(name.partition(".")[0] == "torch" for name in stage.info.preload)
    return [line for line in listed if uses_torch or re.split(r"[^\w-]", line)[0] != "torch"]


def run(root: Path, stage_id: str) -> dict[str, Any]:
    """Grade a submission; write and return Gradescope's results."""
    started = time.monotonic()
    stage = find_stage(stage_id)
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        bring_in(root / "submission", course / "submitted" / STUDENT / stage.id)
        record = graded(course, stage.id)
        with speaking(read_course(course).language):
            shown = results(record, stage)
    found = shown | {"execution_time": round(time.monotonic() - started, 1)}
    write_json(root / "results" / "results.json", found)
    return found


def bring_in(submission: Path, folder: Path) -> None:
    """Copy the submission without git's folders, keeping links as links."""
    folder.mkdir(parents=True)
    if submission.is_dir():
        shutil.copytree(submission, folder, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git", ".github"))


def graded(course: Path, stage_id: str) -> dict[str, Any]:
    """Return the record, graded in a sandbox if the machine allows one."""
    from autograder.grade.classroom import grade_now, job_for

    try:
        return grade_now(course, job_for(course, stage_id, STUDENT, "sandbox"), "sandbox")
    except SandboxError as error:
        print(f"No sandbox here, grading in a separate process with limits: {error}", file=sys.stderr)
        return grade_now(course, job_for(course, stage_id, STUDENT, "process"), "process")


def results(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Convert a record to Gradescope's format, with an entry per test, named and tagged by task."""
    lines = [_("{title}: public tests are shown at once, hidden tests when the grades are published.", title=stage.info.title)]
    if record["status"] != "graded":
        lines.append(_("Nothing could be checked. {why}", why=record["reason"]))
    lines += remarks(record)
    numbers: dict[str, int] = {}
    tests = []
    for test in record["tests"]:
        task, visible = test["task"], VISIBLE[test["visibility"]]
        numbers[task] = numbers.get(task, 0) + 1
        tests.append(
            {
                "name": _("Task {task}, {title}: {test}", task=task, title=stage.info.tasks.get(task, ""), test=test["title"]),
                "number": f"{task}.{numbers[task]}",
                "score": test["points"],
                "max_score": test["max_points"],
                "status": "passed" if test["outcome"] == "passed" else "failed",
                "visibility": VISIBILITY[test["visibility"]],
                "tags": [_("task {task}", task=task), _(visible)],
                "output": output(test, stage.info.hidden),
                "output_format": "text",
            }
        )
    return {"output": "\n".join(lines), "output_format": "text", "tests": tests}


def remarks(record: dict[str, Any]) -> list[str]:
    """Return the remarks on a submission as a whole."""
    return [*filter(None, [sentence(record["isolation"])]), *(f"{note}." for note in record["notes"])]


def output(test: dict[str, Any], hidden: str = "hint") -> str:
    """Return what is shown of one test; `hidden` as for `told`."""
    outcome = OUTCOMES[test["outcome"]]
    outcome = _(outcome)
    lines = [f"{outcome[:1].upper()}{outcome[1:]}."]
    if test["outcome"] not in ("passed", "not_implemented", "ungradable"):
        lines += told(test, hidden)
    lines += hint_lines([test], hidden)
    return "\n".join(lines)


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2])
