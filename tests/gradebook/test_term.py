"""A term of 60 students played through: late days, two who mark, a new answer after the marks, a corrected test, people who come
and go; every place says the same.

Five have names and programs of their own. The others hand in what cannot be run, which is graded at once: their marks are those
given by hand, on answers of their own, at times of their own.
"""

import csv
import io
import json
import math
import re
import shutil
import zipfile
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.grade.feedback_text import points
from autograder.gradebook.config_file import CONFIG_TEXT
from autograder.gradebook.marking import import_marks, left_to_read
from autograder.gradebook.pipeline import Pipeline
from autograder.lms.export import FORMATS, write_export
from autograder.lms.return_pages import return_pages
from autograder.report.class_report import gather
from autograder.report.remake import remake
from autograder.stages import RELEASE, find_stage
from autograder.stages.strip import strip
from tests.classroom import SOLUTION, STUB, Silent, copy_of_kit, grade, hand_in, in_kit, run, with_function
from tests.gradebook.test_hand_marks import answered

ONE, TWO = "1-bptt", "2-vanishing"
POLICY = '''timezone = "Europe/Berlin"
per_day = "10 %"
cap = "30 %"
late_days = 1
[1-bptt]
due = 2026-11-02T23:59:00
[2-vanishing]
due = 2026-11-20T23:59:00
'''
CAME = {("ada", ONE): "2026-11-05T10:00:00", ("ada", TWO): "2026-11-21T10:00:00", ("bob", ONE): "2026-11-02T20:00:00+01:00",
        ("eve", ONE): "2026-11-04T20:00:00", ("fay", ONE): "", ("gus", ONE): "2026-11-30T10:00:00"}
WRONG = with_function("def dz_dh(W_y):\n    return W_y[0]\n")
BROKEN = "def def softmax(z):\n"
CROWD = {f"s{number:02}": number for number in range(5, 60)}
GONE, RENAMED = "s11", "s12"


def due(stage):
    """As POLICY says, by the clock of the place."""
    return datetime(2026, 11, 2 if stage == ONE else 20, 23, 59)


def came_at(number, stage):
    """From in time to three days late; some times are known in another zone."""
    when = due(stage) + timedelta(days=(number + (stage == TWO)) % 4, hours=-2)
    return f"{when - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}+00:00" if number % 2 else f"{when:%Y-%m-%d %H:%M}"


def extension_of(number):
    return {0: "0.5", 3: "1:1", 4: "2"}.get(number % 7, "")


def has_answered(number, stage):
    return (number + (stage == TWO)) % 5 != 0


def by_hand(number, stage):
    """The mark a person gives, in half points."""
    return (number * 7 + (stage == TWO)) % 41 / 2


def expected(number):
    """Score and penalty by stage of one of the crowd, counted without the kit: what the dates, one free day and the cap make."""
    free, found = 1, {}
    for stage in (ONE, TWO):
        more = {0: 0.5, 3: float(stage == ONE), 4: 2.0}.get(number % 7, 0.0)
        late = max(0, math.ceil((number + (stage == TWO)) % 4 - 2 / 24 - more))
        charged, free = max(0, late - free), max(0, free - late)
        score = by_hand(number, stage) if has_answered(number, stage) else 0.0
        found[stage] = (score, min(10.0 * charged, 30.0, score))
    return found


def second_stage(course, student, source=None, words="The far summands are small."):
    """Stage 2, as it was handed out where no source is given, with an answer to its written task."""
    stage = find_stage(TWO)
    folder = course / "submitted" / student / TWO
    folder.mkdir(parents=True)
    (folder / stage.info.file).write_text(source or strip(stage.solution.read_text(encoding="utf-8"), stage.info.file))
    content = json.loads((RELEASE / TWO / f"{TWO}.ipynb").read_bytes())
    place = next(i for i, cell in enumerate(content["cells"]) if cell["metadata"].get("nbgrader", {}).get("task"))
    if words:
        content["cells"][place + 1]["source"] = words
    (folder / f"{TWO}.ipynb").write_text(json.dumps(content))


def rows_of(course, name="grades"):
    """A table, by student and stage."""
    with open(course / f"{name}.csv", newline="", encoding="utf-8") as file:
        return {(row["student"], row["stage"]): row for row in csv.DictReader(file)}


def changes_of(course):
    """changes.csv without its times."""
    with open(course / "changes.csv", newline="", encoding="utf-8") as file:
        return [tuple(row.values())[:-1] for row in csv.DictReader(file)]


def fill_in(path, scores):
    """Somebody types marks into a list."""
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    for row in rows:
        row["score"], row["comment"] = scores[row["student"], row["task"]]
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")  # as a spreadsheet in half of Europe saves it
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def term(tmp_path_factory):
    """The course after the term, with what the tables said on the way."""
    course = tmp_path_factory.mktemp("term") / "course"
    for student, source in {"ada": SOLUTION, "bob": STUB, "eve": WRONG, "gus": STUB}.items():
        hand_in(course, student, source, answered(f"The answer of {student}."))
    hand_in(course, "fay", SOLUTION)
    second_stage(course, "ada")
    for name, number in CROWD.items():
        hand_in(course, name, BROKEN, answered(f"{name}, on far effects.") if has_answered(number, ONE) else "as released")
        second_stage(course, name, BROKEN, f"{name}, on far signals." if has_answered(number, TWO) else "")
    (course / "policy.toml").write_text(POLICY)
    (course / "roster.csv").write_text("student,name,email,group,extension,canvas_id,moodle_id\n" + "".join(
        f"{name},{name.title()} Lee,{name}@x.y,,{2 if name == 'eve' else ''},{number},{ONE}:9{number} | {TWO}:8{number}\n"
        for number, name in enumerate(("ada", "bob", "eve", "fay", "gus"), 11)) + "".join(
        f'{name},"=Lee ""{name}"", Sam",{name}@x.y,,{extension_of(number)},{100 + number},'
        f"{ONE}:9{100 + number} | {TWO}:8{100 + number}\n"
        for name, number in CROWD.items()))
    (course / "collected.csv").write_text("student,stage,when,late,source,attempt,files,note\n" + "".join(
        f"{student},{stage},{when},{'yes' if not when else ''},a.zip,1,2,\n"
        for (student, stage), when in CAME.items()) + "".join(
        f"{name},{stage},{came_at(number, stage)},,a.zip,1,2,\n" for name, number in CROWD.items() for stage in (ONE, TWO)))
    seen = {}
    assert not grade(course).failed
    seen["first"] = rows_of(course)
    scores = {("ada", "1.8"): (12.5, "Good."), ("bob", "1.8"): ("8", ""), ("eve", "1.8"): ("20", "Good."),
              ("gus", "1.8"): (5, ""), ("ada", "2.8"): (15, "")}
    scores |= {(name, task): (by_hand(number, stage), f"Read, {name}.") for name, number in CROWD.items()
               for task, stage in (("1.8", ONE), ("2.8", TWO))}
    shares = [left_to_read(course, share=f"{number}/2") for number in (1, 2)]
    seen["shares"] = [{(entry.student, entry.stage) for entry in share.waiting} for share in shares]
    other = shutil.copytree(course, course.with_name("other"))  # the second one who marks works in formgrader, on a copy
    fill_in(shares[0].path, scores)
    with Pipeline(other).gradebook() as book:
        for entry in shares[1].waiting:
            mark = book.find_grade(entry.mark.name, entry.stage, entry.stage, entry.student)
            score, comment = scores[entry.student, entry.task]
            mark.manual_score, mark.needs_manual_grade = float(score), False
            book.find_comment(entry.mark.name, entry.stage, entry.stage, entry.student).manual_comment = comment
        book.db.commit()
    seen["imported"] = [import_marks(course, shares[0].path), import_marks(course, other), import_marks(course, other)]
    seen["marked"] = (remake(course, Silent()), rows_of(course))
    hand_in(course, "ada", SOLUTION, answered("Another answer of ada."))
    grade(course)
    seen["resubmitted"] = rows_of(course)
    for name in ("gus", GONE):
        shutil.rmtree(course / "submitted" / name)
    (course / "submitted" / RENAMED).rename(course / "submitted" / f"{RENAMED}-b")
    for table in ("roster.csv", "collected.csv"):
        (course / table).write_text((course / table).read_text().replace(f"\n{RENAMED},", f"\n{RENAMED}-b,"))
    own = copy_of_kit(tmp_path_factory.mktemp("corrected") / "kit")
    hidden = own / "autograder" / "stages" / "bptt" / "hidden.py"
    text, count = re.subn(r"(@task\(\"1\.3\"[^\n]*\)\n(?:@[^\n]*\n)*def test_[^\n]*dz_dh[^\n]*:\n(?:    \"\"\"[^\n]*\"\"\"\n)?)",
                          r"\1    return\n", hidden.read_text())
    assert count
    hidden.write_text(text)
    done = in_kit(own, "grade", "--course", str(course))
    assert done.returncode == 0, done.stderr
    seen["corrected"], seen["kit"] = (done.stdout, rows_of(course)), own
    return course, seen


def test_late_days_grace_and_extension(term):
    """One free day for the term, ten points a day then; an extension; late without a time is said, not charged."""
    rows = term[1]["first"]
    said = {pair: (row["score"], row["penalty"], row["total"]) for pair, row in rows.items()}
    assert len(said) == 6 + 2 * len(CROWD)
    assert {pair: numbers for pair, numbers in said.items() if pair[0] not in CROWD} == {
        ("ada", ONE): ("80", "20", "60"), ("ada", TWO): ("0", "0", "0"), ("bob", ONE): ("0", "0", "0"),
                    ("eve", ONE): ("78", "0", "78"), ("fay", ONE): ("80", "0", "80"), ("gus", ONE): ("0", "0", "0")}
    assert rows["ada", ONE]["note"] == "3 days late, 1 of them free"
    assert "when it came is not known" in rows["fay", ONE]["note"] and "no answer written to 1.8" in rows["fay", ONE]["note"]
    assert rows["fay", ONE]["manual_pending"] == "0" and rows["bob", ONE]["manual_pending"] == "1"


def test_two_people_mark_and_their_marks_come_together(term):
    """Shares cut nobody out and nobody twice; a second import changes nothing."""
    seen = term[1]
    one, two = seen["shares"]
    assert not one & two and one | two == {("ada", ONE), ("bob", ONE), ("eve", ONE), ("gus", ONE), ("ada", TWO)} | {
        (name, stage) for name, number in CROWD.items() for stage in (ONE, TWO) if has_answered(number, stage)}
    assert abs(len(one) - len(two)) <= 2  # an odd one in each stage
    first, second, again = seen["imported"]
    assert len(first.taken) == len(one) and len(second.taken) == len(two) and not first.conflicts and not second.conflicts
    assert again.taken == [] and again.same == len(two)
    outcome, rows = seen["marked"]
    assert {row["manual_pending"] for row in rows.values()} == {"0"} and not outcome.failed
    assert {pair: row["total"] for pair, row in rows.items() if pair[0] not in CROWD} == {
        ("ada", ONE): "72.5", ("ada", TWO): "5", ("bob", ONE): "8", ("eve", ONE): "98", ("fay", ONE): "80", ("gus", ONE): "0"}
    assert rows["ada", TWO]["penalty"] == "10"  # the mark gave the penalty something to take from
    for name, number in CROWD.items():
        for stage, (score, penalty) in expected(number).items():
            row = rows[name, stage]
            assert (row["score"], row["penalty"], row["total"]) == (points(score), points(penalty), points(score - penalty)), row
            assert ("no answer written" in row["note"]) != has_answered(number, stage), row


def test_every_change_stands_in_changes_csv(term):
    """What changed, and why: by hand, by policy, by a new submission, by the suite."""
    course, seen = term
    changes = changes_of(course)
    assert ("ada", ONE, "1.8", "", "12.5", "hand") in changes and ("ada", TWO, "penalty", "0", "10", "policy") in changes
    assert ("ada", ONE, "1.8", "12.5", "", "new submission: changed since it was marked") in changes
    assert seen["resubmitted"]["ada", ONE]["note"].endswith("1.8 changed since it was marked (before: 12.5 points)")
    text, rows = seen["corrected"]
    suite = [change for change in changes if change[-1] == "suite"]
    assert [change[:3] for change in suite] == [("bob", ONE, "1.3"), ("eve", ONE, "1.3")]  # the test asks nothing any more
    assert all(float(change[4]) == float(change[3]) + 1 for change in suite)
    assert "eve 1-bptt 1.3" in text and "(suite)" in text
    assert float(rows["eve", ONE]["score"]) > 98 and rows["eve", ONE]["manual_pending"] == "0"
    where = "no longer in submitted/: "
    assert ("gus", ONE, "1.8", "5", "", f"{where}kept in gradebook.db") in changes
    assert (RENAMED, TWO, "2.8", points(by_hand(12, TWO)), "", f"{where}carried over to {RENAMED}-b") in changes
    assert [path.name for path in (course / "results" / ".former" / ONE / "eve").iterdir()]


def test_every_place_shows_the_same_numbers(term, tmp_path):
    """Tables, pages, report, every export and nbgrader's own gradebook, before and after its own autograde."""
    course = shutil.copytree(term[0], tmp_path / "course")
    rows = term[1]["corrected"][1]
    assert {student for student, _ in rows} == {"ada", "bob", "eve", "fay", f"{RENAMED}-b", *CROWD} - {GONE, RENAMED}
    again = rows[f"{RENAMED}-b", ONE]
    assert (again["manual_pending"], again["score"]) == ("0", points(by_hand(12, ONE)))  # the mark goes along with the answer
    totals = {pair: row["total"] for pair, row in rows.items()}

    def gradebook():
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
            return {(entry.student.id, stage): (points(entry.score), points(entry.late_submission_penalty))
                    for stage in (ONE, TWO) for entry in book.assignment_submissions(stage)
                    if entry.student.id not in ("gus", GONE, RENAMED)}

    def formgrader():  # what its pages ask for
        pipeline = Pipeline(course)
        asked = NbGraderAPI(pipeline.directory)
        return {(entry["student"], stage): points(entry["score"]) for stage in (ONE, TWO)
                for entry in asked.get_notebook_submissions(stage, stage) if (entry["student"], stage) in rows}

    expected = {pair: (row["score"], row["penalty"]) for pair, row in rows.items()}
    scores = {pair: row["score"] for pair, row in rows.items()}
    assert gradebook() == expected and formgrader() == scores
    (course / "nbgrader_config.py").write_text(CONFIG_TEXT)
    for stage in (ONE, TWO):  # by the kit whose test was corrected; everybody with a program, and a part of the crowd
        some = "--student=[abef]*" if stage == ONE else "--student=s1*"
        done = run("nbgrader", "autograde", stage, "--force", some, cwd=course, PYTHONPATH=str(term[1]["kit"]))
        assert done.returncode == 0, done.stderr[-2000:]
    assert gradebook() == expected and formgrader() == scores
    for (student, stage), row in rows.items():
        page = (term[0] / "feedback" / student / stage / f"{stage}.html").read_text()
        assert f"<strong>{row['total']}</strong> of {row['max_score']} points" in page
        assert (f"{row['penalty']} of {row['score']} taken off" in page) == (row["penalty"] != "0")
    for report in gather(term[0]):
        found = {student: points(total) for student, total in report.totals.items()}
        assert found == {student: total for (student, stage), total in totals.items() if stage == report.stage.id}
    for layout in FORMATS:
        for stage in (ONE, TWO):
            outcome = write_export(term[0], layout, stage, partial=True)
            read = read_as(layout, stage, list(csv.reader(io.StringIO(outcome.path.read_text()))))
            assert read == {student: total for (student, its), total in totals.items() if its == stage}, layout
            assert not outcome.left_out and not outcome.odd


def read_as(layout, stage, table):
    """A file as its importer reads it: marks by student."""
    names = {str(number): name for number, name in enumerate(("ada", "bob", "eve", "fay", "gus"), 11)}
    names |= {str(100 + number): f"{name}-b" if name == RENAMED else name for name, number in CROWD.items()}
    head, rows = table[0], table[1:]
    if layout == "canvas":
        assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"] and "Points Possible" in rows[0][0]
        found = {names[row[1]]: row[head.index(stage)] for row in rows[1:]}
    elif layout == "moodle":
        assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head) and not [name for name in head if "eedback" in name]
        found = {names[row[0].removeprefix("Participant ")[1:]]: row[head.index("Grade")] for row in rows}
    elif layout == "gradescope":
        found = {row[head.index("Email")].partition("@")[0]: row[head.index(stage)] for row in rows}
        found = {f"{name}-b" if name == RENAMED else name: mark for name, mark in found.items()}
    else:
        found = {row[0]: row[head.index(stage)] for row in rows}
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "@"))]
    return {name: mark for name, mark in found.items() if mark}


def test_pages_go_back_to_their_people(term, tmp_path):
    """Each layout as its LMS reads it; whose page it cannot take is named."""
    course = shutil.copytree(term[0], tmp_path / "course")
    for path in [path for path in (course / "feedback").rglob("*.html") if "gus" not in path.parts]:
        assert path.read_text()  # a page for everybody
    folder = return_pages(course, "folders", TWO)
    crowd = {f"{name}-b" if name == RENAMED else name: number for name, number in CROWD.items() if name != GONE}
    assert set(zipfile.ZipFile(folder.paths[0]).namelist()) == {f"{name}/{TWO}.html" for name in ("ada", *crowd)}
    moodle = return_pages(course, "moodle", TWO)
    parts = [name.split("_") for name in zipfile.ZipFile(moodle.paths[0]).namelist()]
    assert ["Ada Lee", "811", "assignfeedback", "file", f"/{TWO}.html"] in parts
    assert sorted(part[1] for part in parts) == sorted(["811", *(f"8{100 + number}" for number in crowd.values())])
    (course / "submitted" / ".collected").mkdir()
    (course / "submitted" / ".collected" / f"{TWO}.json").write_text(json.dumps(
        {"ada": {"lms": "canvas", "id": "11", "name": "Ada_7 Lee", "upload": "5001"}}))
    canvas = return_pages(course, "canvas", TWO)
    (name,) = zipfile.ZipFile(canvas.paths[0]).namelist()
    assert [part for part in name.split("_") if part.isdecimal()][:2] == ["11", "5001"]
    assert canvas.paths[0].read_bytes() == return_pages(course, "canvas", TWO).paths[0].read_bytes()
