"""Leaves every global state it finds changed: working folder, recursion, warnings, random numbers, streams, collector.

marks: 80
"""

import gc
import os
import random
import sys
import warnings

_dh_dW_x = dh_dW_x


def dh_dW_x(h_t, x_t):
    value = _dh_dW_x(h_t, x_t)
    # Called by the test itself, not by a function of this file: what comes after is another test.
    if len(h_t) == 2 and h_t[0] == 0.6 and sys._getframe(1).f_globals.get("__name__") != __name__:
        np.random.seed(0)
        random.seed(0)
        np.seterr(all="raise")
        np.set_printoptions(precision=1)
        np.setbufsize(16)
        warnings.simplefilter("error")
        gc.disable()
        gc.set_threshold(1)
        os.chdir("/")
        os.environ.clear()
        os.umask(0o777)
        sys.stdout = sys.stderr = sys.stdin = None
        sys.path.clear()
        np.tanh = np.exp = np.log = np.dot = lambda *_: 0.0
        np.linalg.norm = lambda *_: 0.0
        sys.setrecursionlimit(60)
    return value
