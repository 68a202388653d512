"""Grading a second time: only what is new or changed, whatever happened in between."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grade.classroom import find_work
from autograder.stages import KIT
from tests.classroom import (
    SOLUTION,
    STUB,
    Silent,
    contents,
    copy_of_kit,
    grade,
    grade_cells,
    hand_in,
    in_kit,
    notebook,
    record_of,
    run,
    state,
)
from tests.gradebook.test_grading import row_of


@pytest.fixture
def course(ordinary, tmp_path):
    """A copy of a graded course."""
    return shutil.copytree(ordinary[0], tmp_path / "course", symlinks=True)


def record_path(course, student):
    """Where a record lies."""
    return course / "results" / "1-bptt" / f"{student}.json"


def graded_now(course, **settings) -> list[str]:
    """Grade again; the students whose record was written."""
    before = state(course / "results")
    grade(course, **settings)
    return sorted(name.rpartition("/")[2].removesuffix(".json") for name, where in state(course / "results").items()
                  if before.get(name) != where and not name.startswith(".former"))


def test_a_second_run_writes_nothing(course):
    """No file of the course is touched, the gradebook's bytes included."""
    before, bytes_before = state(course), contents(course)
    outcome = grade(course)
    assert len(outcome.work.done) == 3 and outcome.work.todo == []
    assert state(course) == before
    assert contents(course) == bytes_before
    assert [row["score"] for row in outcome.rows] == ["80", "0", "78"]


def test_a_changed_file_is_graded_again_alone(course):
    """The other records and pages stay as they are."""
    hand_in(course, "bob", SOLUTION)
    before = state(course)
    assert graded_now(course) == ["bob"]
    after = state(course)
    touched = {name for name in after if before.get(name) != after[name]}
    assert not [name for name in touched if "ada" in name or "eve" in name]
    assert "feedback/bob/1-bptt/1-bptt.html" in touched
    assert row_of(course, "bob")["score"] == "80"


def test_a_changed_notebook_counts_as_a_change(course):
    """Its written answers are part of the submission."""
    content = notebook()
    content["cells"][-1]["source"] = "The gradient at step 5 goes through h_4."
    hand_in(course, "ada", SOLUTION, content)
    assert graded_now(course) == ["ada"]
    assert "goes through h_4" in (course / "autograded" / "ada" / "1-bptt" / "1-bptt.ipynb").read_text()


def test_a_new_submission_is_graded_alone(course):
    """A late one joins the table."""
    hand_in(course, "zoe", STUB)
    assert graded_now(course) == ["zoe"]
    assert row_of(course, "zoe")["score"] == "0" and row_of(course, "ada")["score"] == "80"


DAMAGE = {
    "deleted": lambda path: path.unlink(),
    "cut off": lambda path: path.write_text(path.read_text()[:100]),
    "empty": lambda path: path.write_bytes(b""),
    "no record": lambda path: path.write_text("[]"),
    "of another version": lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"schema": 0})),
}


@pytest.mark.parametrize("how", [["deleted", "cut off", "empty"], ["no record", "of another version"]], ids=", ".join)
def test_a_record_that_cannot_be_used_is_made_again(course, how):
    """The same bytes as before; the record of whoever is left stays."""
    damaged = dict(zip(("ada", "bob", "eve"), how))
    before = {student: record_path(course, student).read_bytes() for student in ("ada", "bob", "eve")}
    for student, damage in damaged.items():
        DAMAGE[damage](record_path(course, student))
    assert graded_now(course) == [*damaged]
    assert {student: record_path(course, student).read_bytes() for student in before} == before


@pytest.mark.parametrize("what", ["autograded/eve", "autograded/eve/1-bptt/1-bptt.ipynb", "feedback/eve",
                                  "gradebook.db", "grades.csv"])
def test_what_was_deleted_is_made_again_from_the_records(course, what):
    """Nothing is graded again for it."""
    path = course / what
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert graded_now(course) == []
    assert path.exists()
    assert [row_of(course, student)["score"] for student in ("ada", "bob", "eve")] == ["80", "0", "78"]
    assert (course / "feedback" / "eve" / "1-bptt" / "1-bptt.html").exists()
    assert (course / "autograded" / "eve" / "1-bptt" / "1-bptt.ipynb").exists()


def test_an_autograded_folder_that_a_killed_run_left_half_written_is_repaired(course):
    """nbgrader alone would skip it in silence."""
    path = course / "autograded" / "ada" / "1-bptt" / "1-bptt.ipynb"
    whole = path.read_bytes()
    (course / ".kit" / "1-bptt" / "ada.autograded").unlink()  # as it is while nbgrader works
    path.chmod(0o644)
    path.write_bytes(whole[: len(whole) // 2])
    assert graded_now(course) == []
    assert path.read_bytes() == whole


def test_marks_given_by_hand_outlive_a_regrade(course):
    """Whatever is graded again, the written task keeps its mark."""
    from autograder.gradebook.pipeline import Pipeline

    with Pipeline(course).gradebook() as gradebook:
        grade_of = gradebook.find_grade("task_1_8", "1-bptt", "1-bptt", "bob")
        grade_of.manual_score, grade_of.needs_manual_grade = 17.5, False
        gradebook.db.commit()
    hand_in(course, "bob", SOLUTION)
    assert graded_now(course) == ["bob"]
    assert row_of(course, "bob")["score"] == "97.5"


def test_one_student_alone(course):
    """`STUDENT=` leaves the others for later, and the table whole."""
    hand_in(course, "ada", STUB)
    hand_in(course, "bob", SOLUTION)
    assert graded_now(course, student="ada") == ["ada"]
    assert [row_of(course, student)["score"] for student in ("ada", "bob", "eve")] == ["0", "0", "78"]
    assert graded_now(course) == ["bob"]


def test_a_change_of_the_suite_grades_everything_again(course, tmp_path):
    """A record holds for the tests it was made with, and no others."""
    own = copy_of_kit(tmp_path / "kit")
    assert "0 graded now, 3 unchanged" in in_kit(own, "grade", "--course", str(course)).stdout
    before = record_of(course, "ada")
    with open(own / "autograder" / "stages" / "bptt" / "hidden.py", "a") as file:
        file.write("\n\nEXTRA = 1\n")
    assert "3 graded now, 0 unchanged" in in_kit(own, "grade", "--course", str(course)).stdout
    after = record_of(course, "ada")
    assert after["key"] != before["key"] and after | {"key": ""} == before | {"key": ""}


def test_a_killed_run_loses_nothing(tmp_path):
    """SIGKILL in the middle: what was graded stays graded, the rest follows, no process is left behind."""
    course = tmp_path / "course"
    for number in range(6):
        hand_in(course, f"student {number}", SOLUTION + f"\n# {number}\n")
    process = subprocess.Popen([sys.executable, "-m", "autograder", "grade", "--course", str(course), "--jobs", "1"],
                               cwd=KIT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = course / "results" / "1-bptt"
    deadline = time.monotonic() + 120
    while len(list(results.glob("[!.]*.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    slots = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = state(results)
    kept = [name for name in before if not name.startswith(".")]
    assert 2 <= len(kept) < 6 and slots
    outcome = grade(course)
    assert outcome.failed == {} and len(outcome.rows) == 6
    assert {row["score"] for row in outcome.rows} == {"80"}
    assert all(state(results)[name] == before[name] for name in kept)
    assert len(list((course / "feedback").glob("*/1-bptt/1-bptt.html"))) == 6
    while [slot for slot in slots if os.path.exists(f"/proc/{slot}")] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [slot for slot in slots if os.path.exists(f"/proc/{slot}")]


def children(pid: int) -> list[int]:
    """Processes that a process started. Not from its `children` file, which misses some while others of them end."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def test_the_same_submissions_give_the_same_bytes(ordinary, tmp_path):
    """Records, pages and autograded notebooks, in another folder, with two workers in place of one."""
    course = tmp_path / "elsewhere"
    shutil.copytree(ordinary[0] / "submitted", course / "submitted")
    grade(course, jobs=2)
    for top in ("results", "feedback", "autograded"):
        assert contents(course / top) == contents(ordinary[0] / top)
    assert contents(course)["grades.csv"] == contents(ordinary[0])["grades.csv"]
    assert contents(course)["items.csv"] == contents(ordinary[0])["items.csv"]


def command(*arguments) -> tuple[int, str]:
    """Exit status and words of a command line."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_an_empty_course_says_what_to_do(tmp_path):
    """Exit status 2, and the way to put submissions there."""
    status, words = command("grade", "--course", tmp_path)
    assert status == 2
    assert f"there is no folder {tmp_path / 'submitted'}" in words and "make collect FROM=" in words
    (tmp_path / "submitted").mkdir()
    status, words = command("grade", "--course", tmp_path)
    assert status == 2
    assert "is empty" in words and "submitted/<student>/<stage>/" in words and "make demo" in words
    assert {path.name for path in tmp_path.iterdir()} == {"submitted"}


def test_a_stage_or_student_that_is_not_there_is_wrong_usage(course):
    """Exit status 2; what there is, is named, and nothing is touched."""
    before = state(course)
    status, words = command("grade", "--course", course, "--stage", "7-attention")
    assert status == 2 and "there is no stage '7-attention'; the stages are: 1-bptt" in words
    status, words = command("grade", "--course", course, "--student", "mallory")
    assert status == 2 and "there are 3 students: ada, bob, eve" in words
    status, words = command("grade", "--course", course, "--student", "Adaa")
    assert status == 2 and "did you mean ada?" in words
    status, words = command("grade", "--course", course, "--jobs", "0")
    assert status == 2
    assert state(course) == before


def test_a_folder_without_the_stage_is_told(tmp_path):
    """Files put one level too high."""
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / "submitted" / "ada" / "bptt.py").write_text(SOLUTION)
    status, words = command("grade", "--course", tmp_path)
    assert status == 2 and "it is a file; submissions lie at submitted/<student>/<stage>/" in " ".join(words.split())


def test_exit_status_and_output_of_a_real_command_line(course):
    """0 with a table; 2 where a folder was refused; no warning of a library reaches the terminal."""
    content = notebook()
    content["cells"].append(grade_cells(content)[0])  # two cells with one id
    hand_in(course, "ada", SOLUTION, content)
    done = run(sys.executable, "-m", "autograder", "grade", "--course", str(course), cwd=KIT)
    assert done.returncode == 0
    assert "1 graded now, 2 unchanged since the last run." in done.stdout
    assert "Warning" not in done.stderr and "DuplicateCellId" not in done.stderr and "Traceback" not in done.stderr
    hand_in(course, "a..b", SOLUTION)
    done = run(sys.executable, "-m", "autograder", "grade", "--course", str(course), cwd=KIT)
    assert done.returncode == 2 and "Not graded: submitted/a..b: its name cannot be an id" in done.stdout


def test_a_folder_whose_name_is_no_text_stops_nothing(tmp_path):
    """Bytes that are not UTF-8, as an old zip has them: named, and the rest graded, also where nothing is left to do."""
    hand_in(tmp_path, os.fsdecode(b"Ren\xe9"))
    hand_in(tmp_path, "ada")
    for done in ("1 graded now, 0 unchanged", "0 graded now, 1 unchanged"):
        said = in_kit(KIT, "grade", "--course", str(tmp_path))
        assert said.returncode == 2 and done in said.stdout, said.stdout + said.stderr
        assert 'Not graded: submitted/"Ren?"' in said.stdout


def test_a_folder_s_better_name_is_free_and_all_that_is_refused_can_be_listed(tmp_path):
    """Not that of another folder, of somebody on roster.csv, or of another proposal; a name of signs alone gets one too."""
    names = {"ada!": "ada-2", "ada?": "ada-3", "bob ": "bob-2", "+++": "student-2", "++": "student", "eve+": "eve", "x..y": "x.y"}
    for name in ("ada", *names, *(f"a..{number}" for number in range(9))):
        (tmp_path / "submitted" / name / "1-bptt").mkdir(parents=True)
    (tmp_path / "roster.csv").write_text("student,name\nBob,Bob B\n", encoding="utf-8")
    refused = find_work(tmp_path, None, None, "sandbox").refused
    for name, better in names.items():
        label = name if name == "x..y" else f'"{name}"'
        assert refused[label].endswith(f'such as "{better}", which is free'), refused[label]
    (tmp_path / "submitted" / "ada" / "1-bpttx").mkdir()
    assert "1-bptt is there already" in find_work(tmp_path, None, None, "sandbox").refused["ada/1-bpttx"]
    _, words = command("grade", "--course", tmp_path)
    assert "... and 7 more: ALL=1 shows all" in words and words.count("Not graded:") == 10
    _, words = command("grade", "--course", tmp_path, "--all")
    assert "more:" not in words and words.count("Not graded:") == 17


def test_progress_counts_what_is_done(course):
    """The watcher hears of each submission that is graded, and of none that is not."""
    from autograder.gradebook.grading import grade_course

    watcher = Silent()
    hand_in(course, "bob", SOLUTION)
    grade_course(course, watcher, jobs=1)
    assert watcher.total == 1
