"""Marks for the LMS: the columns it reads, the students it finds, and no formula for a spreadsheet."""

import csv
import io

import pytest

from autograder.errors import UsageError
from autograder.grade.record import write_json
from autograder.gradebook.formgrader import CONFIG_TEXT
from autograder.gradebook.pipeline import Pipeline
from autograder.lms.export import FORMATS, defused, export
from tests.classroom import STAGE, run


def table(path):
    """The rows of a CSV."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def know(course, **students):
    """What a download of the LMS has told."""
    write_json(course / "submitted" / ".collected" / f"{STAGE.id}.json", students)


def test_canvas_finds_students_by_id(course):
    """The columns of Canvas's own export, a row of points possible, an id where the download told it."""
    know(course, half={"lms": "canvas", "id": "4711", "name": "halfanna", "late": False})
    path, pending = export(course, "canvas")
    rows = table(path)
    assert path == course / "exports" / "canvas.csv" and pending == 5
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", STAGE.id]
    assert rows[1][0].strip() == "Points Possible" and rows[1][-1] == "100"
    by_name = {row[0]: row for row in rows[2:]}
    assert by_name["halfanna"][1] == "4711" and by_name["solution"][3] == "solution"
    assert by_name["solution"][-1] == "80" and by_name["broken"][-1] == "0" and len(rows) == 7


def test_moodle_takes_the_grading_worksheet(course):
    """Identifier, grade and time of change are what Moodle reads; only participants it knows are in it."""
    with pytest.raises(UsageError, match="make collect"):
        export(course, "moodle")
    know(course, mistaken={"lms": "moodle", "id": "98765", "name": "Ann Lee", "late": False})
    rows = table(export(course, "moodle", STAGE.id)[0])
    found = dict(zip(*rows, strict=True))
    assert len(rows) == 2 and found["Identifier"] == "Participant 98765" and found["Full name"] == "Ann Lee"
    assert found["Grade"] == "77.00" and found["Maximum Grade"] == "100.00" and found["Last modified (grade)"] == "-"


def test_everything_in_one_table(course):
    """A column a task; a mark still to be given is empty, not 0."""
    with Pipeline(course).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "solution")
        mark.manual_score, mark.needs_manual_grade = 12.5, False
        gradebook.db.commit()
    path, pending = export(course, "csv")
    rows = [dict(zip(table(path)[0], row, strict=True)) for row in table(path)[1:]]
    by_name = {row["student"]: row for row in rows}
    assert pending == 4
    assert by_name["solution"]["1.8"] == "12.5" and by_name["solution"][STAGE.id] == "92.5"
    assert (
        by_name["half"]["1.8"] == "" and by_name["half"][f"{STAGE.id} pending"] == "1" and by_name["half"]["1.7"] == "0"
    )
    assert list(rows[0])[-8:] == list(STAGE.info.tasks)


def test_gradescope_has_names_and_two_columns_a_stage(course):
    know(course, half={"lms": "gradescope", "id": "12", "name": "Ann Van Lee", "email": "a@x.y", "late": False})
    rows = table(export(course, "gradescope")[0])
    assert rows[0] == ["First Name", "Last Name", "SID", "Email", STAGE.id, f"{STAGE.id} - Max Points"]
    assert ["Ann", "Van Lee", "12", "a@x.y", "28", "100"] in rows


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=HYPERLINK(\"http://x.y\")"])
def test_a_name_is_no_formula(course, name):
    """In every layout a text that a spreadsheet would run is shown instead."""
    assert defused(name) == f"'{name}" and defused("Ann =1") == "Ann =1"
    know(course, half={"lms": "canvas", "id": "1", "name": name, "email": name, "late": False})
    for layout in ("canvas", "csv", "gradescope"):
        cells = [cell for row in table(export(course, layout)[0]) for cell in row]
        assert f"'{name}" in cells or f"'{name.partition(' ')[0]}" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_nbgrader_writes_the_same_files(course):
    """`nbgrader export` by hand uses our plugins and leaves grades.csv alone."""
    (course / "nbgrader_config.py").write_text(CONFIG_TEXT)
    marks = (course / "grades.csv").read_bytes()
    expected = export(course, "csv")[0].read_bytes()
    (course / "exports" / "csv.csv").unlink()
    done = run("nbgrader", "export", cwd=course)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (course / "exports" / "csv.csv").read_bytes() == expected and (course / "grades.csv").read_bytes() == marks
    assert set(FORMATS) == {"canvas", "moodle", "csv", "gradescope"}


def test_without_a_gradebook_it_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="make grade"):
        export(tmp_path, "csv")
    assert list(tmp_path.iterdir()) == []
