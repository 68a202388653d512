"""The grader for GitHub, PrairieLearn and Moodle CodeRunner: the zips an instructor sets up there, and what runs inside.

All three show results at once. So a public test is shown in full, and of hidden tests only their points, a line a task: names,
messages and hints of hidden tests would answer every guess. docs/platforms.md says where each layout is documented.
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

from autograder.grade.feedback_text import points
from autograder.grade.record import write_json
from autograder.lms import gradescope
from autograder.stages import KIT, Stage, find_stage

TEMPLATES = Path(__file__).parent / "templates"
# Of a message, in characters: the results travel in a variable of the environment (GitHub) or a file of 1 MB (PrairieLearn).
LONGEST = 1000


@dataclass(frozen=True)
class Line:
    """A line of the results: one public test, or the hidden tests of a task."""

    name: str
    score: float
    max_score: float
    text: str

    @property
    def is_passed(self) -> bool:
        """Whether it got all its points."""
        return self.score >= self.max_score


def lines_of(record: dict[str, Any], stage: Stage) -> list[Line]:
    """What may be shown at once, in the order of the tasks."""
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
    """Points, and how many there are."""
    return round(sum(line.score for line in lines), 6), round(sum(line.max_score for line in lines), 6)


def remarks(record: dict[str, Any], stage: Stage) -> list[str]:
    """What is said as a whole where the code alone is handed in: that no notebook came is no news there."""
    absent = f"{stage.id}.ipynb was not handed in"
    return gradescope.remarks(record | {"notes": [note for note in record["notes"] if not note.startswith(absent)]})


def github(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """As GitHub Classroom's reporter reads a runner's result."""
    lines = lines_of(record, stage)
    score, max_score = totals(lines)
    rest = {"test_code": "", "filename": stage.info.file, "line_no": 0, "execution_time": "0s"}
    tests = [{"name": line.name, "status": "pass" if line.is_passed else "fail", "score": line.score, "message": line.text} | rest
             for line in lines]
    if record["status"] != "graded":
        tests.insert(0, {"name": "Nothing could be checked", "status": "fail", "score": 0, "message": record["reason"]} | rest)
    return {"version": 1, "status": "pass" if lines and score >= max_score else "fail", "max_score": max_score, "tests": tests}


def prairielearn(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """As PrairieLearn reads results.json; what cannot be run costs no attempt there."""
    if record["status"] != "graded":
        return {"gradable": False, "format_errors": [record["reason"]]}
    lines = lines_of(record, stage)
    score, max_score = totals(lines)
    tests = [{"name": line.name, "points": line.score, "max_points": line.max_score, "output": line.text} for line in lines]
    return {"gradable": True, "score": score / max_score, "message": "\n".join(remarks(record, stage)), "tests": tests}


def coderunner(record: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """As CodeRunner reads the output of a combinator template grader."""
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
    return gradescope.write_zip(folder / f"{platform}-{stage.id}.zip", LAYOUTS[platform](stage))


def template(name: str, stage: Stage) -> bytes:
    """One of the templates, with the stage's name and file in it."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    for mark, value in (("@stage@", stage.id), ("@file@", stage.info.file), ("@title@", stage.info.title)):
        text = text.replace(mark, value)
    return text.encode()


def kit_files(stage: Stage) -> dict[str, bytes]:
    """The grader of a stage, without the scripts of Gradescope."""
    return {name: data for name, data in gradescope.contents(stage).items() if name not in gradescope.SCRIPTS}


def below(folder: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files in a folder."""
    return {f"{folder}/{name}": data for name, data in files.items()}


def github_layout(stage: Stage) -> dict[str, bytes]:
    """What goes into the template repository, and what into the private one of the grader."""
    grader = kit_files(stage) | {"run.sh": template("github/run.sh", stage)}
    return below("grader", grader) | {"template/.github/workflows/classroom.yml": template("github/classroom.yml", stage)}


def prairielearn_layout(stage: Stage) -> dict[str, bytes]:
    """A question folder for the course repository, and what its image is built from."""
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
    """The question's template, its support file, and what the Jobe server needs installed."""
    kit = kit_files(stage)
    support = BytesIO()
    gradescope.write_into(support, kit)
    return {"template.py": template("coderunner/template.py", stage), "kit.zip": support.getvalue(),
            "requirements.txt": kit["requirements.txt"], "constraints.txt": kit["constraints.txt"]}


LAYOUTS: dict[str, Callable[[Stage], dict[str, bytes]]] = {
    "github": github_layout, "prairielearn": prairielearn_layout, "coderunner": coderunner_layout}


def run(platform: str, stage_id: str, submission: Path, results: Path) -> dict[str, Any]:
    """Grade what was handed in; write and return the platform's results."""
    stage = find_stage(stage_id)
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        gradescope.bring_in(submission, course / "submitted" / gradescope.STUDENT / stage.id)
        found = FORMATS[platform](gradescope.graded(course, stage.id), stage)
    results.parent.mkdir(parents=True, exist_ok=True)
    write_json(results, found)
    if platform == "github":
        tell_github(found)
    return found


def tell_github(found: dict[str, Any]) -> None:
    """The step's output for the reporter, and the job's summary for who looks at the run."""
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
    """A text as one cell of a Markdown table, in which nothing is markup."""
    return "".join({"\n": "<br>"}.get(sign, f"&#{ord(sign)};" if sign in "|`[*_~\\" else sign) for sign in escape(text))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
