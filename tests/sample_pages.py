"""One page of each kind the kit makes, for `.ci/pages`: students' pages, the class report, a notebook's check, formgrader."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.checks.notebook_view import view
from autograder.checks.session import run_fresh
from autograder.gradebook.formgrader import FormGrader
from autograder.gradebook.pipeline import Pipeline
from autograder.prove.notebooks import handed_out
from autograder.report.class_report import write_report
from autograder.report.remake import remake
from autograder.stages import RELEASE, find_stage
from autograder.stages.strip import strip
from tests.classroom import Silent, grade
from tests.graded_class import ANSWER, HOSTILE, png

STAGE = find_stage("2-vanishing")  # it draws figures
SOLUTION = STAGE.solution.read_text(encoding="utf-8")
STUB = strip(SOLUTION, STAGE.info.file)
# As JupyterLab shows an output, in its light and its dark theme.
CELL = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>check</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body {{ font: 14px/1.45 system-ui, sans-serif; margin: 14px; color: #1a1a1a; background: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ color: #e0e0e0; background: #111 }} }}
</style></head><body><main><h1>check()</h1>{}</main></body></html>"""


def hand_in(course: Path, student: str, files: dict[str, str], answer: str = "") -> None:
    """A submission with an answer to the written task."""
    folder = course / "submitted" / student / STAGE.id
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    content = json.loads((RELEASE / STAGE.id / f"{STAGE.id}.ipynb").read_bytes())
    place = next(i for i, cell in enumerate(content["cells"]) if cell["metadata"].get("nbgrader", {}).get("task"))
    if answer:
        content["cells"][place + 1]["source"] = answer
    (folder / f"{STAGE.id}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    if "photo.png" in answer:
        (folder / "photo.png").write_bytes(png())


def every_kind(course: Path, scratch: Path) -> dict[str, Path]:
    """The pages of a class that has each kind of submission, by name."""
    file, mistakes = STAGE.info.file, STAGE.mistakes()
    hand_in(course, "right", {file: SOLUTION}, ANSWER.replace("attachment:", ""))
    hand_in(course, "wrong", {file: mistakes[0].source}, f"Half an answer. {HOSTILE}")
    hand_in(course, "half", {file: strip(SOLUTION, file, keep=list(STAGE.functions)[:4])})
    hand_in(course, "ungradable", {file: SOLUTION.replace("def ", "def def ", 1)}, "An answer all the same.")
    hand_in(course, "needs-person", {file: STUB, f"final_{file}": SOLUTION})
    hand_in(course, "late", {file: mistakes[-1].source}, "An answer, three days late.")
    hand_in(course, "twin", {file: mistakes[-1].source}, "Another answer.")
    (course / "policy.toml").write_text(f'per_day = "10 %"\nlate_days = 1\n[{STAGE.id}]\ndue = 2026-11-02T23:59:00Z\n')
    (course / "collected.csv").write_text(f"student,stage,when,late\nlate,{STAGE.id},2026-11-05T10:00:00Z,\n")
    (course / "roster.csv").write_text("student,name\n" + "".join(f"{name},\n" for name in (
        "right", "wrong", "half", "ungradable", "needs-person", "late", "twin", "missing")))
    outcome = grade(course)
    assert not outcome.failed, outcome.failed
    with Pipeline(course).gradebook() as book:
        for student, score in (("late", 12.5), ("ungradable", 4)):
            name = next(grade.name for grade in book.find_submission_notebook(STAGE.id, STAGE.id, student).grades
                        if grade.needs_manual_grade)
            mark = book.find_grade(name, STAGE.id, STAGE.id, student)
            mark.manual_score, mark.needs_manual_grade = score, False
            book.find_comment(name, STAGE.id, STAGE.id, student).manual_comment = "The size of $W$ is right.\n\nSay why."
        book.db.commit()
    remake(course, Silent())
    open_course = scratch / "without-sandbox"
    hand_in(open_course, "without-sandbox", {file: mistakes[0].source}, "An answer.")
    assert not grade(open_course, isolation="process").failed
    pages = {path.parents[1].name: path for folder in (course, open_course)
             for path in sorted(folder.glob("feedback/*/*/*.html"))}
    return pages | {"class-report": write_report(course).with_name("index.html")} | checks(scratch)


def checks(scratch: Path) -> dict[str, Path]:
    """What check() shows in a notebook: all right, a mistake with its hint, a file that does not load."""
    found = {}
    with handed_out(STAGE, solved=True) as folder:
        for name, source in (("right", SOLUTION), ("wrong", STAGE.mistakes()[0].source), ("unwritten", STUB),
                             ("broken", SOLUTION.replace("def ", "def def ", 1))):
            (folder / STAGE.info.file).write_text(source, encoding="utf-8")
            found[f"check-{name}"] = scratch / f"check-{name}.html"
            found[f"check-{name}"].write_text(CELL.format(view(run_fresh(folder, None, show=True))), encoding="utf-8")
    return found


@contextmanager
def formgrader(course: Path) -> Iterator[str]:
    """The address of formgrader's page of an answer with figures."""
    with FormGrader(course) as server, Pipeline(course).gradebook() as book:
        yield server.address(f"formgrader/submissions/{book.find_submission_notebook(STAGE.id, STAGE.id, 'right').id}/")
