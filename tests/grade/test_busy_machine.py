"""A class graded while other programs take all the cores gets the marks it gets on an idle machine, to the byte."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.grade.schedule.slots import cores
from autograder.sandbox.limits import Limits
from tests.classroom import SOLUTION, contents, grade, hand_in, record_of, with_function

LIMITS = Limits(call_cpu=1.0, load_cpu=2.0, wall_factor=2.0)
BUSY = "while True: pass"
# Most of what a call may take: with the cores shared by that many, its answer comes later than the limit.
SLOW = """
import time

_relative_error, _dL_dyhat = relative_error, dL_dyhat
_is_new = True

def relative_error(a, b):
    global _is_new
    until = time.process_time() + 0.7 * _is_new
    while time.process_time() < until:
        pass
    _is_new = False
    return _relative_error(a, b)

def dL_dyhat(y_hat_t, y_t):
    time.sleep(0.1)
    return _dL_dyhat(y_hat_t, y_t)
"""
WRONG = """
import time

def softmax(z):
    return z

def dz_dh(W_y):
    while True:
        pass

def dh_dh(h, W_h, t, k):
    time.sleep(3600)
"""
CLASS = {"right": SOLUTION, "slow": with_function(SLOW), "wrong": with_function(WRONG)}


@contextmanager
def busy_machine() -> Iterator[None]:
    """Busy loops in processes of their own, four at least and two for each core."""
    loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(max(4, 2 * cores()))]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def outcomes(course, student: str) -> dict[str, set[str]]:
    """Outcomes of a student's tests by task."""
    found: dict[str, set[str]] = {}
    for test in record_of(course, student)["tests"]:
        found.setdefault(test["task"], set()).add(test["outcome"])
    return found


def test_a_busy_machine_changes_no_mark(tmp_path):
    """Records, tables and pages are the same bytes; what is slow passes, what never ends does not."""
    courses = [tmp_path / name for name in ("idle", "busy")]
    for course in courses:
        for student, source in CLASS.items():
            hand_in(course, student, source)
    idle, busy = courses
    assert not grade(idle, limits=LIMITS).failed
    with busy_machine():
        started, spent = time.perf_counter(), time.process_time()
        while time.process_time() < spent + 0.2:
            pass
        assert time.perf_counter() - started > 0.3  # this process did not have a core of its own
        assert not grade(busy, limits=LIMITS).failed
    for part in ("results", "feedback"):
        assert contents(busy / part) == contents(idle / part)
    for table in ("grades.csv", "items.csv"):
        assert (busy / table).read_bytes() == (idle / table).read_bytes()
    assert {student for student in CLASS if record_of(idle, student)["score"] == 80} == {"right", "slow"}
    lost = {task: found for task, found in outcomes(idle, "wrong").items() if found != {"passed"}}
    assert lost == {"1.1": {"failed", "passed"}, "1.3": {"passed", "timeout"}, "1.4": {"timeout"}}
