"""Sets timers and signal handlers that go off in the tests that follow.

marks: 80
"""

import signal
import time


def _later(*_):
    raise RuntimeError("a timer of another test")


def attempt():
    signal.signal(signal.SIGALRM, _later)
    signal.signal(signal.SIGPROF, _later)
    signal.setitimer(signal.ITIMER_REAL, 0.3, 0.01)
    signal.setitimer(signal.ITIMER_PROF, 0.3, 0.01)
    return ""
