"""What all verbs share: words as people type them, one at a time in a course folder, errors that help."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import verbs
from autograder.errors import InfrastructureError, Stopped, UsageError
from autograder.grade.course_folder import at_work, brief_with_log, keep_log
from autograder.stages import KIT, stage_named
from tests.classroom import SOLUTION, STAGE, hand_in, in_kit


@pytest.mark.parametrize("word", ["1-bptt", "1", "bptt", "BPTT", "1-BPTT", " bptt ", "assignments/1-bptt/", "solutions/1-bptt"])
def test_a_stage_is_known_by_what_people_call_it(word: str) -> None:
    assert stage_named(word) == STAGE


@pytest.mark.parametrize(("word", "nearest"), [("vanising", "2-vanishing"), ("4-gatde", "4-gated"), ("clip", "3-clipping")])
def test_an_unknown_stage_names_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"there is no stage '{word}'; the stages are: 1-bptt(?s:.)*Do you mean {nearest}"):
        stage_named(word)


def test_a_course_is_known_by_what_people_call_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "autumn" / "submitted").mkdir(parents=True)
    (tmp_path / "file").write_text("")
    assert verbs.course_named(Path("~/autumn")) == tmp_path / "autumn"
    assert verbs.course_named(tmp_path / "autumn" / "submitted") == tmp_path / "autumn"
    assert verbs.course_named(tmp_path / "new", may_be_new=True) == tmp_path / "new"
    with pytest.raises(UsageError, match="autumn"):
        verbs.course_named(tmp_path / "autum")
    with pytest.raises(UsageError, match="is a file"):
        verbs.course_named(tmp_path / "file")


def test_what_a_library_logs_says_nothing_to_a_person() -> None:
    """Not even that nobody listens to it."""
    code = ("import logging, sys\nsys.argv = ['autograder', '--help']\nfrom autograder import cli\ntry:\n    cli.main()\n"
            "finally:\n    logging.getLogger('tornado.application').error('No space left on device')")
    done = subprocess.run([sys.executable, "-c", code], cwd=KIT, capture_output=True, text=True, check=True)
    assert "--help" in done.stdout and not done.stderr


def said(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status and words of an error."""
    status = verbs.tell(error)
    return status, capsys.readouterr().err


def test_each_trouble_has_its_words_and_status(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["autograder", "grade", "--course", str(tmp_path)])
    for error, status, words in (
        (UsageError("no"), 2, "error: no"),
        (InfrastructureError("no"), 1, "the grader failed: no"),
        (OSError(errno.ENOSPC, "No space left on device", "grades.csv"), 1, "the disk is full: grades.csv"),
        (PermissionError(errno.EACCES, "Permission denied", "x\x1b[2J"), 1, "not allowed: x\\x1b[2J"),
        (MemoryError(), 1, "JOBS=1"),
        (KeyboardInterrupt(), 1, "Stopped. What was finished is kept"),
        (sqlite3.OperationalError("database is locked"), 1, "in use by another program"),
    ):
        assert said(error, capsys)[0] == status, error
        assert words in said(error, capsys)[1]
    finished: list[int] = []
    assert said(Stopped("Stopped. 3 are kept.", lambda: finished.append(1)), capsys) == (1, "Stopped. 3 are kept.\n")
    assert finished == [1]


def test_what_nobody_foresaw_lies_in_a_log(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["autograder", "grade", f"--course={tmp_path}"])
    try:
        raise ZeroDivisionError("of \x1b[31m all")
    except ZeroDivisionError as error:
        status, words = said(error, capsys)
    log, = (tmp_path / ".kit" / "log").iterdir()
    assert status == 1 and str(log) in words and "Traceback" not in words and "\x1b" not in words
    assert "Traceback" in log.read_text() and "test_verbs.py" in log.read_text()


def test_logs_do_not_pile_up_and_need_no_course(tmp_path: Path) -> None:
    for number in range(30):
        keep_log(tmp_path, f"{number:03}", "x")
    assert len(list((tmp_path / ".kit" / "log").iterdir())) == 20
    (tmp_path / "file").write_text("")
    path = keep_log(tmp_path / "file", "x", "y")
    assert path is not None and path.read_text().startswith("y")
    path.unlink()
    assert brief_with_log(tmp_path, InfrastructureError("short"), ("t", "ada")) == "short"
    assert "all of it" in brief_with_log(tmp_path, InfrastructureError("short", "Traceback ..."), ("t", "ada"))


@pytest.mark.parametrize(("arguments", "words"), [
    (["grade", "--jobs", "0"], "JOBS="), (["grade", "--nope"], "NOPE="), (["grde"], "Did you mean"),
    (["grade", "--isolation", "none"], "ISOLATION="), (["grade", "--stage"], "STAGE="), (["verify", "--seeds", "x"], "SEEDS="),
])
def test_wrong_usage_speaks_as_make_does(arguments: list[str], words: str) -> None:
    done = in_kit(KIT, *arguments)
    assert done.returncode == 2 and words in done.stderr and "make help" in done.stderr
    assert "Usage:" not in done.stderr and "Traceback" not in done.stderr


def test_wrong_usage_loads_no_library() -> None:
    """So that it is said at once."""
    code = ("import sys; sys.argv = ['autograder', 'grade', '--jobs', '0']\nfrom autograder.cli import main\n"
            "try:\n    main()\nexcept SystemExit: pass\n"
            "print([n for n in ('numpy', 'torch', 'nbgrader', 'rich', 'pytest') if n in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=KIT, check=True)
    assert done.stdout.strip() == "[]"


def test_two_at_once_the_second_says_who_is_at_work(tmp_path: Path) -> None:
    with at_work(tmp_path, "make grade"):
        done = in_kit(KIT, "grade", "--course", str(tmp_path))
        assert done.returncode == 2
        assert f"`make grade` (process {os.getpid()} on " in done.stderr and "Ctrl-C" in done.stderr
        with pytest.raises(UsageError), at_work(tmp_path, "make feedback"):
            pass
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_a_lock_is_gone_with_its_process(tmp_path: Path) -> None:
    code = ("import sys, time, pathlib; from autograder.grade.course_folder import at_work\n"
            "with at_work(pathlib.Path(sys.argv[1]), 'make grade'):\n    print('in', flush=True); time.sleep(100)")
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=KIT) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"in\n"
        with pytest.raises(UsageError, match="is at work"), at_work(tmp_path, "make grade"):
            pass
        holder.kill()
    with at_work(tmp_path, "make grade"):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_what_is_kept_and_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    many = 6
    for who in range(many):
        # All but the first are slow to import, so that the signal arrives while there is work left on any machine.
        hand_in(tmp_path, f"s{who:02}", SOLUTION + (f"\n\nsum(range({20_000_000 + who}))\n" if who else ""))
    command = [sys.executable, "-m", "autograder", "grade", "--course", str(tmp_path), "--jobs", "1"]
    before = signal.signal(number, signal.SIG_DFL)  # what a shell starts in the background ignores Ctrl-C, and so would the run
    run = subprocess.Popen(command, cwd=KIT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    signal.signal(number, before)
    results = tmp_path / "results" / STAGE.id
    while run.poll() is None and len(list(results.glob("s*.json"))) < 1:
        time.sleep(0.02)
    run.send_signal(number)
    words, _ = run.communicate(timeout=60)
    kept = len(list(results.glob("s*.json")))
    assert run.returncode == 1 and 1 <= kept < many
    assert f"Of {many} submissions to grade, {kept} ha" in words and "goes on from there" in words
    assert "Traceback" not in words and not list(results.glob(".*"))
    done = in_kit(KIT, "grade", "--course", str(tmp_path), "--jobs", "1")
    assert done.returncode == 0 and f"{many - kept} graded now" in done.stdout
    assert (tmp_path / "grades.csv").read_text().count(",graded,80,") == many


def test_the_line_that_make_adds_is_said_to_be_no_news(tmp_path: Path) -> None:
    """The status is the contract's; a TA who reads `Error 2` after a right message knows that it is no other trouble."""
    assert "\nRUN    := VIA_MAKE=yes " in (KIT / "Makefile").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "autograder", "collect", "--from", "none.zip", "--course", str(tmp_path)]
    for environment, lines in (({}, 1), ({"VIA_MAKE": "yes"}, 2)):
        ran = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 2 and len(ran.stderr.splitlines()) == lines
        assert ("Error 2: it says no more" in ran.stderr) == (lines == 2)
