"""Graders for GitHub, PrairieLearn and Moodle CodeRunner: the zips to set up there, and the program that runs inside.

All three show results at once. So public tests are shown in full, and hidden tests only as points per task: names, messages and
hints of hidden tests would confirm guesses. docs/platforms.md has references for each layout.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from autograder.grade.course import read_course
from autograder.grade.feedback_text import points
from autograder.grade.language import speaking, spoken
from autograder.grade.record import write_json
from autograder.grade.submission import no_notebook
from autograder.lms import gradescope
from autograder.publish.release import fill_zip, write_zip
from autograder.stages import KIT, Stage, find_stage

TEMPLATES = Path(__file__).parent / "templates"
# Maximum characters of a message: results travel in an environment variable (GitHub) or a file of 1 MB (PrairieLearn).
LONGEST = 1000


@dataclass(frozen=True)
class Line:
    """One entry of the results: a public test, or the hidden tests of a task."""

    name: str
    score: float
    max_score: float
    text: str

    @property
    def is_passed(self) -> bool:
        """Whether it got all its points."""
        return self.score >= self.max_score


def lines_of(record: dict[str, Any], stage: Stage) -> list[Line]:
    """Return the entries that may be shown at once, in the order of tasks."""
    lines: list[Line] = []
    for task in dict.fromkeys(test["task"] for test in record["tests"]):
        name = f"Task {task}, {stage.info.tasks.get(task, '')}"
        mine = [test for test in record["tests"] if test["task"] == task]
        lines += [Line(f"{name}: {test['title']}", test["points"], test["max_points"],
                       gradescope.output(test, stage.info.hidden)[:LONGEST])
                  for test in mine if test["visibility"] == "public"]
        hidden = [test for test in mine if test["visibility"] != "public"]
        if hidden:
            lines.append(Line(f"{name}: hidden tests", sum(test["points"] for test in hidden),
                              sum(test["max_points"] for test in hidden), ""))
    return lines


def totals(lines: list[Line]) -> tuple[float, float]:
    """Return points and maximum points."""
    return round(sum(line.score for line in lines), 6), round(sum(line.max_score for line in lines), 6)


def remarks(record: dict[str, Any], stage: Stage) -> list[str]:
    """Return remarks on the whole, without the one on a missing notebook: only code is handed in here."""
    absent = spoken(no_notebook(f"{stage.id}.ipynb"))
    return gradescope.remarks(record | {"notes": [note for note in record["notes"] if note != absent]})


def github(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Convert a record to the runner result that GitHub Classroom's reporter reads."""
    lines = lines_of(record, stage)
    score, max_score = totals(lines)
    rest = {"test_code": "", "filename": stage.info.file, "line_no": 0, "execution_time": "0s"}
    tests = [{"name": line.name, "status": "pass" if line.is_passed else "fail", "score": line.score, "message": line.text} | rest
             for line in lines]
    if record["status"] != "graded":
        tests.insert(0, {"name": "Nothing could be checked", "status": "fail", "score": 0, "message": record["reason"]} | rest)
    return {"version": 1, "status": "pass" if lines and score >= max_score else "fail", "max_score": max_score, "tests": tests}


def prairielearn(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Convert a record to PrairieLearn's results.json. Code that cannot be run does not use up an attempt there."""
    if record["status"] != "graded":
        return {"gradable": False, "format_errors": [record["reason"]]}
    lines = lines_of(record, stage)
    score, max_score = totals(lines)
    tests = [{"name": line.name, "points": line.score, "max_points": line.max_score, "output": line.text} for line in lines]
    return {"gradable": True, "score": score / max_score, "message": "\n".join(remarks(record, stage)), "tests": tests}


def coderunner(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Convert a record to the output of a CodeRunner combinator template grader."""
    lines = lines_of(record, stage)
    score, max_score = totals(lines)
    reason = [record["reason"]] if record["status"] != "graded" else []
    rows: list[list[Any]] = [["iscorrect", "Test", "Points", "What it says"]]
    rows += [[line.score / line.max_score if line.max_score else 1.0, escape(line.name),
              f"{points(line.score)} of {points(line.max_score)}", f"<pre>{escape(line.text)}</pre>" if line.text else ""]
             for line in lines]
    return {"fraction": score / max_score if lines else 0.0, "testresults": rows, "columnformats": ["%h", "%s", "%h"],
            "prologuehtml": "".join(f"<p>{escape(text)}</p>" for text in reason + remarks(record, stage))}


FORMATS: dict[str, Callable[[dict[str, Any], Stage], dict[str, Any]]] = {
    "github": github, "prairielearn": prairielearn, "coderunner": coderunner}
NAMES = ("gradescope", *FORMATS)


def pack(stage: Stage, platform: str, folder: Path = KIT / "dist") -> Path:
    """Make ``dist/<platform>-<stage>.zip``; the same material gives the same bytes."""
    if platform == "gradescope":
        return gradescope.pack(stage, folder)
    return write_zip(folder / f"{platform}-{stage.id}.zip", LAYOUTS[platform](stage))


def template(name: str, stage: Stage) -> bytes:
    """Return a template with the stage's names filled in."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for mark, value in (("@stage@", stage.id), ("@file@", stage.info.file), ("@title@", stage.info.title)):
        text = text.replace(mark, value)
    return text.encode()


def kit_files(stage: Stage) -> dict[str, bytes]:
    """Return the grader of a stage, without Gradescope's scripts."""
    return {name: data for name, data in gradescope.contents(stage).items() if name not in gradescope.SCRIPTS}


def below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files moved into a folder."""
    return {f"{folder}/{name}": data for name, data in files.items()}


def github_layout(stage: Stage) -> dict[str, bytes]:
    """Return the files of the template repository and of the grader's private repository."""
    grader = kit_files(stage) | {"run.sh": template("github/run.sh", stage)}
    return below("grader", grader) | {"template/.github/workflows/classroom.yml": template("github/classroom.yml", stage)}


def prairielearn_layout(stage: Stage) -> dict[str, bytes]:
    """Return a question folder for the course repository, and the files that its image is built from."""
    kit = kit_files(stage)
    names = [stage.info.file, *stage.trained()]
    info = {"uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"vanishing-gradients/{stage.id}")), "type": "v3",
            "title": stage.info.title, "topic": "Recurrent networks", "gradingMethod": "External",
            "singleVariant": True, "partialCredit": True,
            "externalGradingOptions": {"enabled": True, "image": f"your-account/vanishing-gradients-{stage.id}",
                                       "entrypoint": "/grade/tests/run.sh", "timeout": 600}}
    question = template("prairielearn/question.html", stage).replace(b"@files@", ", ".join(names).encode())
    return below(f"questions/{stage.id}", {
        "info.json": json.dumps(info, indent=4).encode() + b"\n", "question.html": question,
        "tests/run.sh": template("prairielearn/run.sh", stage), **below("tests/kit", kit)}) | below("image", {
            "Dockerfile": template("prairielearn/Dockerfile", stage),
            "requirements.txt": kit["requirements.txt"], "constraints.txt": kit["constraints.txt"]})


def coderunner_layout(stage: Stage) -> dict[str, bytes]:
    """Return the question's template, its support file, and what to install on the Jobe server."""
    kit = kit_files(stage)
    support = BytesIO()
    fill_zip(support, kit)
    return {"template.py": template("coderunner/template.py", stage), "kit.zip": support.getvalue(),
            "requirements.txt": kit["requirements.txt"], "constraints.txt": kit["constraints.txt"]}


LAYOUTS: dict[str, Callable[[Stage], dict[str, bytes]]] = {
    "github": github_layout, "prairielearn": prairielearn_layout, "coderunner": coderunner_layout}


def run(platform: str, stage_id: str, submission: Path, results: Path) -> dict[str, Any]:
    """Grade a submission; write and return the platform's results."""
    stage = find_stage(stage_id)
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        gradescope.bring_in(submission, course / "submitted" / gradescope.STUDENT / stage.id)
        with speaking(read_course(course).language):
            found = FORMATS[platform](gradescope.graded(course, stage.id), stage)
    results.parent.mkdir(parents=True, exist_ok=True)
    write_json(results, found)
    if platform == "github":
        tell_github(found)
    return found


def tell_github(found: dict[str, Any]) -> None:
    """Write the step's output for the reporter, and the job summary."""
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"result={base64.b64encode(json.dumps(found).encode()).decode()}\n")
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        score = sum(test["score"] for test in found["tests"])
        rows = [f"| {'pass' if test['status'] == 'pass' else 'fail'} | {cell(test['name'])} | {points(test['score'])} | "
                f"{cell(test['message']) if test['status'] == 'fail' else ''} |" for test in found["tests"]]
        head = [f"{points(score)} of {points(found['max_score'])} points", "",
                "| | test | points | what it says |", "|---|---|---|---|"]
        with open(path, "a", encoding="utf-8") as file:
            file.write("\n".join([*head, *rows]) + "\n")


def cell(text: str) -> str:
    """Return a text as a cell of a Markdown table, with all markup escaped."""
    return "".join({"\n": "<br>"}.get(sign, f"&#{ord(sign)};" if sign in "|`[*_~\\" else sign) for sign in escape(text))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
