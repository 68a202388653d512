"""Marks for the LMS: the columns it reads, the students it finds, and no formula for a spreadsheet."""

import csv
import io
import json
import os
import re
import shutil

import pytest

from autograder.errors import UsageError
from autograder.grade.record import write_json
from autograder.gradebook.config_file import CONFIG_TEXT
from autograder.gradebook.marks import Mark, SubmissionMarks
from autograder.gradebook.pipeline import Pipeline
from autograder.lms.export import FORMATS, Course, Exported, _blanks, write_export
from autograder.lms.people import Person
from autograder.report.class_report import gather
from autograder.report.remake import remake
from autograder.terminal import export_summary
from autograder.text import defused, undefused
from tests.classroom import STAGE, Silent, run


def table(path):
    """The rows of a CSV."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def export(course, layout, stage_id=None):
    """The file that is written, and how many marks are still to be given by hand."""
    outcome = write_export(course, layout, stage_id)
    return outcome.path, outcome.pending


def know(course, **students):
    """What a download of the LMS has told."""
    write_json(course / "submitted" / ".collected" / f"{STAGE.id}.json", students)


def test_a_mark_is_the_score_without_the_penalty():
    """Also where it would be exact either way: 80 less 8.25."""
    marks = SubmissionMarks(STAGE.id, "ada", "n", 8.25, None, None, None, [Mark("task_1_1", 80.0, 80.0)])
    ada = Person("ada", folders={STAGE.id: "ada"})
    listed = Course([STAGE.id], [ada], {(STAGE.id, "ada"): marks}, frozenset())
    assert listed.mark(ada, STAGE.id) == "71.75" and listed.mark(Person("eve"), STAGE.id) == ""


def listed(*everybody, **settings):
    """A course of these people: ada's answer is unread, bob's files need a person, eve's were not graded."""
    marks = {(STAGE.id, who): SubmissionMarks(STAGE.id, who, who, 0.0, None, None, None, [
        Mark("task_1_1", 60.0, 80.0), Mark("task_1_8", 0.0, 20.0, pending=who == "ada", comment=f"Well, {who}.")])
        for who in ("ada", "bob", "cy", "team")}
    return Course([STAGE.id], list(everybody), marks, frozenset({(STAGE.id, "bob")}), ((STAGE.id, "eve"),), **settings)


def one(name, **more):
    """Somebody with a folder of their own."""
    return Person(name, name.title(), folders={STAGE.id: name}, **more)


def test_what_is_not_certain_is_blank_and_named():
    """An unread answer, files somebody has to look at, what was not graded yet; with PARTIAL=1 the first of them counts."""
    ada, bob, cy = map(one, ("ada", "bob", "cy"))
    course, partial = listed(ada, bob, cy), listed(ada, bob, cy, partial=True)
    assert [course.mark(who, STAGE.id) for who in (ada, bob, cy)] == ["", "", "60"]
    assert [partial.mark(who, STAGE.id) for who in (ada, bob, cy)] == ["60", "", "60"]
    person = f"bob {STAGE.id}: a person has to look at the submission"
    ungraded = f"eve {STAGE.id}: not graded yet"
    assert list(_blanks(course)) == [f"ada {STAGE.id}: 1 answer still to be read", person, ungraded]
    assert list(_blanks(partial)) == [person, ungraded]


def rows(layout, course):
    """The rows of an export, and what became of it."""
    plugin = FORMATS[layout]()
    plugin.outcome = Exported(None)
    return list(plugin.rows(course)), plugin.outcome


def test_moodles_rows_are_those_it_can_read():
    """A team's number is no participant's; without COMMENTS=1 there is no column that would erase comments."""
    everybody = [one("ada", ids={"moodle": "1"}), one("cy", ids={f"moodle {STAGE.id}": "3"}),
                 one("team", ids={"moodle": "9"}, is_group=True)]
    found, outcome = rows("moodle", listed(*everybody))
    assert [row[0] for row in found] == ["Identifier", "Participant 3"] and found[1][4:6] == ["60", "100"]
    assert len(found[0]) == len(found[1]) == 9 and [line.partition(":")[0] for line in outcome.left_out] == ["team"]
    found, outcome = rows("moodle", listed(*everybody, comments=True))
    assert (found[0][-1], found[1][-1]) == ("Feedback comments", "1.8: Well, cy.") and "empty ones too" in outcome.advice[-1]


def test_canvas_is_given_a_login_only_where_it_knows_no_id():
    """It looks for the ID first; a login beside it could be another person's."""
    everybody = [one("ada", ids={"canvas": "11", "login": "al"}), one("cy", ids={"login": "cy1"}), one("team", is_group=True),
                 one("bob", ids={"canvas": "aB3"})]
    found, outcome = rows("canvas", listed(*everybody))
    assert [(row[0], row[1], row[3]) for row in found[2:]] == [("Ada", "11", ""), ("Cy", "", "cy1")]
    assert found[1][0] == "    Points Possible" and found[1][-1] == "100"
    assert [line.partition(":")[0] for line in outcome.left_out] == ["team", "bob"]


def test_a_folder_whose_name_is_no_text_is_named_and_stops_no_export(course):
    """From a disk of another system; it is not graded, and stands in the table with its bytes' codes."""
    os.makedirs(os.fsencode(course / "submitted") + b"/b\xffd/" + STAGE.id.encode())
    assert r"b\udcffd" in (row[0] for row in table(export(course, "csv")[0]))


def test_canvas_finds_students_by_id(course):
    """The columns of Canvas's own export, a row of points possible, an id where the download told it."""
    know(course, half={"lms": "canvas", "id": "4711", "name": "halfanna", "late": False})
    path, pending = export(course, "canvas")
    rows = table(path)
    assert path == course / "exports" / "canvas.csv" and pending == 3
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", STAGE.id]
    assert rows[1][0].strip() == "Points Possible" and rows[1][-1] == "100"
    by_name = {row[0]: row for row in rows[2:]}
    assert by_name["halfanna"][1] == "4711" and by_name["solution"][3] == "solution"
    assert by_name["solution"][-1] == "" and by_name["broken"][-1] == "0" and by_name["mistaken"][-1] == "77" and len(rows) == 7
    outcome = write_export(course, "canvas", partial=True)
    assert {row[0]: row[-1] for row in table(outcome.path)[2:]}["solution"] == "80" and outcome.blank == []


def test_an_answer_that_is_unread_leaves_the_mark_blank(course):
    """In every layout, unless PARTIAL=1; whose mark it is, is said."""
    know(course, half={"lms": "moodle", "id": "1", "name": "H"}, mistaken={"lms": "moodle", "id": "2", "name": "M"})
    for layout in FORMATS:
        outcome = write_export(course, layout, STAGE.id)
        assert [line.partition(" ")[0] for line in outcome.blank] == ["half", "hostile", "solution"]
        rows = table(outcome.path)
        place = rows[0].index("Grade" if layout == "moodle" else STAGE.id)
        marks = {row[0]: row[place] for row in rows[1:]}
        expected = {"moodle": {"Participant 2": "77"}, "canvas": {"H": "", "M": "77"}, "csv": {"half": "", "mistaken": "77"},
                    "gradescope": {"H": "", "M": "77"}}[layout]
        assert expected.items() <= marks.items() and ("Participant 1" not in marks)
        assert write_export(course, layout, STAGE.id, partial=True).blank == []


def test_who_is_not_in_the_moodle_file_is_named_and_no_comment_there_is_erased(course):
    """A feedback column is in the file only when it is asked for: an empty cell erases the comment in Moodle."""
    know(course, mistaken={"lms": "moodle", "id": "2", "name": "M"},
         broken={"lms": "moodle", "id": "17", "name": "G", "group": True})
    outcome = write_export(course, "moodle", STAGE.id, partial=True)
    assert table(outcome.path)[0][-1] == "Last modified (grade)" and not any("omment" in line for line in outcome.advice)
    assert sorted(line.partition(":")[0] for line in outcome.left_out) == ["broken", "half", "hostile", "solution"]
    assert "a team" in outcome.left_out[0] and any("more recently" in line for line in outcome.advice)
    assert [row[0] for row in table(outcome.path)] == ["Identifier", "Participant 2"]
    assert table(write_export(course, "moodle", STAGE.id, partial=True, comments=True).path)[0][-1] == "Feedback comments"


def test_groups_and_anonymous_classes(course):
    """Members get their group's mark in rows of their own; anonymous ids are not written where people's ids belong."""
    (course / "roster.csv").write_text("student,name,canvas_id,group\nann,Ann,11,mistaken\nben,Ben,12,mistaken\n"
                                       "solution,Sol,13,\nzoe,Zoe,14,\n")
    know(course, half={"lms": "canvas", "id": "aB3xQ", "name": "anon", "anonymous": True})
    outcome = write_export(course, "canvas", STAGE.id, partial=True)
    rows = {row[0]: row for row in table(outcome.path)[2:]}
    assert (rows["Ann"][1], rows["Ann"][-1]) == ("11", "77") and rows["Ben"][-1] == "77" and "mistaken" not in rows
    assert rows["Sol"][-1] == "80" and rows["Zoe"][-1] == ""
    assert [line.partition(":")[0] for line in outcome.left_out] == ["half"] and "aB3xQ" not in outcome.path.read_text()
    assert outcome.shared == [f"mistaken {STAGE.id}: ann, ben"] and outcome.shared[0] in export_summary(outcome)


def test_a_submission_a_person_has_to_look_at_has_no_mark(course):
    """No 0 for it in any table or export, not even with PARTIAL=1; it is named."""
    path = course / "results" / STAGE.id / "mistaken.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"status": "needs_person", "reason": "Two files: which counts?"}))
    outcome = write_export(course, "csv", partial=True)
    rows = {row[0]: row for row in table(outcome.path)}
    assert rows["mistaken"][3] == "" and rows["half"][3] == "28"
    assert set(rows["mistaken"][5:7] + rows["mistaken"][8:]) == {""}, "neither score nor tasks"
    assert outcome.blank == [f"mistaken {STAGE.id}: a person has to look at the submission"]
    remake(course, Silent())
    with open(course / "grades.csv", newline="", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["student"] == "mistaken")
    assert (row["status"], row["total"]) == ("needs_person", "")
    assert row["note"] == "Two files: which counts?; no answer written to 1.8"


def test_marks_are_exact_and_a_submission_that_is_gone_has_no_row(course):
    """A third of a point is not rounded; a folder that was removed or renamed leaves nothing behind."""
    with Pipeline(course).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "solution")
        mark.manual_score, mark.needs_manual_grade = 1234567 / 1e5, False
        gradebook.db.commit()
    (course / "submitted" / "mistaken").rename(course / "submitted" / "renamed")
    shutil.rmtree(course / "submitted" / "half")
    rows = {row[0]: row for row in table(export(course, "canvas")[0])[2:]}
    assert rows["solution"][-1] == "92.34567" and "mistaken" not in rows and rows["renamed"][-1] == ""
    outcome = write_export(course, "canvas")
    assert [line.partition(" ")[0] for line in outcome.blank] == ["hostile", "renamed"] and outcome.pending == 1
    assert f"renamed {STAGE.id}: not graded yet" in outcome.blank
    remake(course, Silent())
    assert "mistaken" not in (course / "grades.csv").read_text() + (course / "items.csv").read_text()
    assert "mistaken" not in {student for report in gather(course) for row in report.mistakes for student in row.students}


def test_a_mark_that_cannot_be_meant_is_said_and_not_cut(course):
    """300 of 20 points, typed elsewhere than in formgrader: the file has it, and the export names it."""
    with Pipeline(course).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "half")
        mark.manual_score, mark.needs_manual_grade = 300, False
        gradebook.db.commit()
    outcome = write_export(course, "csv")
    assert {row[0]: row for row in table(outcome.path)}["half"][3] == "328"
    assert outcome.odd == [f"half, {STAGE.id}: task_1_8 has 300 of 20 points"] and "300 of 20" in export_summary(outcome)


def test_moodle_takes_the_grading_worksheet(course):
    """Identifier, grade and time of change are what Moodle reads; only participants it knows are in it."""
    with pytest.raises(UsageError, match="make collect"):
        export(course, "moodle")
    know(course, mistaken={"lms": "moodle", "id": "98765", "name": "Ann Lee", "late": False})
    rows = table(export(course, "moodle", STAGE.id)[0])
    found = dict(zip(*rows, strict=True))
    assert len(rows) == 2 and found["Identifier"] == "Participant 98765" and found["Full name"] == "Ann Lee"
    assert found["Grade"] == "77" and found["Maximum Grade"] == "100" and found["Last modified (grade)"] == "-"


def test_everything_in_one_table(course):
    """A column a task; a mark still to be given is empty, not 0."""
    with Pipeline(course).gradebook() as gradebook:
        mark = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "solution")
        mark.manual_score, mark.needs_manual_grade = 12.5, False
        gradebook.db.commit()
    path, pending = export(course, "csv")
    rows = [dict(zip(table(path)[0], row, strict=True)) for row in table(path)[1:]]
    by_name = {row["student"]: row for row in rows}
    assert pending == 2
    assert by_name["solution"]["1.8"] == "12.5" and by_name["solution"][STAGE.id] == "92.5"
    assert (
        by_name["half"]["1.8"] == "" and by_name["half"][f"{STAGE.id} pending"] == "1" and by_name["half"]["1.7"] == "0"
    )
    assert list(rows[0])[-8:] == list(STAGE.info.tasks)


def test_gradescope_has_names_and_two_columns_a_stage(course):
    know(course, half={"lms": "gradescope", "id": "12", "name": "Ann Van Lee", "email": "a@x.y", "late": False})
    rows = table(export(course, "gradescope")[0])
    assert rows[0] == ["First Name", "Last Name", "SID", "Email", STAGE.id, f"{STAGE.id} - Max Points"]
    assert ["Ann", "Van Lee", "12", "a@x.y", "", "100"] in rows


def test_a_formula_is_defused_wherever_a_spreadsheet_may_begin_a_cell():
    """Behind other separators than the file's, behind what cannot be seen, and in full-width characters."""
    for sign in "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\u2212":
        for before in ("", " ", "\u200b", "\ufeff", "\u00a0", '"', "Ann;", "Ann\t", "Ann; ", "Ann\n", "Ann,", "Ann;\u200b", ";;",
                       'Ann;"', "Ann\u2028", "Ann\x0b", "Ann\uff1b", "Ann\uff0c ", "Ann|"):
            made = defused(f"{before}{sign}1")
            pieces = re.split("[;,\t\n\x0b|\u2028\uff1b\uff0c]", made)
            assert all(not piece.strip().strip('\u200b\ufeff"').startswith(sign) for piece in pieces), (before, sign, made)
            assert undefused(made) == f"{before}{sign}1"
    assert defused("o'neil-smith @ home") == "o'neil-smith @ home" and defused(None) == ""


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
