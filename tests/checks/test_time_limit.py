"""Time limits at home: the same seconds and words as in the grader, and the line where the code hangs."""

import sys
import time
import traceback

import pytest

from autograder.checks import timelimit
from autograder.checks.timelimit import Clock, OutOfTime
from autograder.prove import through_sandbox
from autograder.sandbox.limits import Limits
from tests.classroom import run


@pytest.fixture
def clock(tmp_path):
    """A clock for code in `tmp_path`."""
    clock = Clock(tmp_path)
    yield clock
    clock.close()


def function(tmp_path, body):
    """A function `f` out of a file in `tmp_path`."""
    file = tmp_path / "work.py"
    file.write_text(f"import time\n\ndef f():\n{body}")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    return space["f"]


def test_the_limits_are_those_of_the_grader():
    """One mark, one limit: at home and in the sandbox."""
    limits = Limits()
    assert (
        limits.call_cpu, limits.load_cpu, limits.wall_factor) == (timelimit.CALL_CPU, timelimit.LOAD_CPU, timelimit.WALL_FACTOR)


def test_only_what_never_returned_is_given_up_soon():
    """An endless loop costs its time once; a function that is slow at one size keeps what right answers need at others."""
    patience = timelimit.Patience()
    patience.returned("slow")
    assert patience.seconds("slow", 10.0) == patience.seconds("endless", 10.0) == 10.0
    patience.slow |= {"slow", "endless"}
    assert patience.seconds("endless", 10.0) == 1.0 and patience.seconds("slow", 10.0) == 10.0 / through_sandbox.MARGIN


def test_what_is_limited_together_has_room_for_its_parts():
    """A call for a submission, a submission or a training for a worker; who sleeps is given up before who computes."""
    limits = Limits()
    assert limits.load_cpu <= limits.call_cpu < limits.submission_idle < limits.submission_cpu < limits.worker_cpu
    assert limits.call_cpu < limits.train_cpu < limits.worker_cpu and limits.wall_factor >= 1
    assert limits.file <= limits.scratch and limits.message <= limits.memory and limits.printed < limits.message


@pytest.mark.parametrize("body", [
    "    while True:\n        pass\n",
    "    while True:\n        try:\n            time.time()\n        except Exception:\n            pass\n",
], ids=["bare loop", "loop that catches every Exception"])
def test_an_endless_loop_ends_and_its_line_is_known(clock, tmp_path, body):
    """The last frame of the traceback is in the student's file."""
    f = function(tmp_path, body)
    with pytest.raises(OutOfTime, match=r"more than 0.2 seconds of CPU time; is there a loop without an end") as caught, \
            clock.limit(0.2):
        f()
    frames = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if frame.filename.startswith(str(tmp_path))]
    assert frames and frames[-1].lineno in range(4, 9)


def test_a_loop_that_catches_everything_ends_too(tmp_path):
    """`except:` catches the first OutOfTime; more follow until one gets through."""
    clock = Clock(tmp_path)
    f = function(tmp_path, "    while True:\n        try:\n            sum(range(100))\n        except:\n            pass\n")
    with pytest.raises(OutOfTime), clock.limit(0.1):
        f()
    clock.close()


def test_one_who_sleeps_is_told_so(clock, tmp_path, monkeypatch):
    """The wall clock is looked at too, far above the CPU's."""
    monkeypatch.setattr(timelimit, "WALL_FACTOR", 3.0)
    f = function(tmp_path, "    while True:\n        time.sleep(0.02)\n")
    with pytest.raises(OutOfTime, match=r"no answer within 0.3 seconds, although it hardly computes"), clock.limit(0.1):
        f()


def test_the_reason_is_the_one_that_held_when_the_time_was_up(clock, tmp_path, monkeypatch):
    """One who slept until the end is told so, even if the end took long to compute."""
    monkeypatch.setattr(timelimit, "WALL_FACTOR", 3.0)
    late = "    try:\n        while True:\n            time.sleep(0.02)\n    finally:\n        sum(range(3_000_000))\n"
    with pytest.raises(OutOfTime, match=r"no answer within 0.3 seconds"), clock.limit(0.1):
        function(tmp_path, late)()


TRACED = """
import sys
from pathlib import Path
from autograder.checks.timelimit import Clock, OutOfTime
import work
clock = Clock(Path(work.__file__).parent)
try:
    with clock.limit(0.2):
        work.f()
except OutOfTime:
    pass
sys.settrace(lambda frame, event, arg: None)
print((lambda: "goes on")())
"""


def test_a_debugger_goes_on_after_a_call_that_timed_out(tmp_path):
    """In Python 3.11 an exception that was cancelled stays announced, and the next function that is traced never returns."""
    function(tmp_path, "    while True:\n        try:\n            sum(range(100))\n        except:\n            pass\n")
    assert run(sys.executable, "-c", TRACED, cwd=tmp_path, PYTHONPATH=str(tmp_path)).stdout == "goes on\n"


def test_nothing_is_raised_once_a_call_is_over(clock, tmp_path):
    """What comes after a call that ended in time, or out of it, has all the time it wants."""
    f = function(tmp_path, "    while True:\n        pass\n")
    for _ in range(3):
        with pytest.raises(OutOfTime), clock.limit(0.05):
            f()
        with clock.limit(30):
            pass
        end = time.process_time() + 0.12
        while time.process_time() < end:
            pass


def test_a_call_inside_a_call_has_a_time_of_its_own(clock, tmp_path):
    """A test may hand one of the student's functions to another: the outer limit holds again after the inner call."""
    f = function(tmp_path, "    while True:\n        pass\n")
    with pytest.raises(OutOfTime, match=r"0\.3 seconds"), clock.limit(0.3):
        with pytest.raises(OutOfTime, match=r"0.1 seconds"), clock.limit(0.1):
            f()
        f()


WITHOUT_THREADS = """
import threading, traceback
def refuse(thread):
    raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
from pathlib import Path
from autograder.checks.timelimit import Clock, OutOfTime
import work
clock = Clock(Path(work.__file__).parent)
for _ in range(2):
    try:
        with clock.limit(0.2):
            work.f()
    except OutOfTime as error:
        print(error, traceback.extract_tb(error.__traceback__)[-2].lineno)
"""


def test_where_no_thread_can_start_the_lines_are_watched(tmp_path):
    """As in a browser; the frame that hangs is the last but the watcher's own."""
    function(tmp_path, "    while True:\n        pass\n")
    done = run(sys.executable, "-c", WITHOUT_THREADS, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    first, second = done.stdout.splitlines()
    for line in (first, second):
        assert line.startswith("more than 0.2 seconds of CPU time") and line[-1] in "45"
