"""Leaves every global state it finds changed: working folder, recursion, warnings, random numbers, streams, collector.

marks: 80
"""

import gc
import os
import random
import sys
import warnings


def attempt():
    np.random.seed(0)
    random.seed(0)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    warnings.simplefilter("error")
    gc.disable()
    gc.set_threshold(1)
    os.chdir("/")
    os.environ.clear()
    os.umask(0o777)
    sys.stdout = sys.stderr = sys.stdin = None
    sys.path.clear()
    sys.setrecursionlimit(60)
    np.tanh = np.exp = np.log = np.dot = lambda *_: 0.0
    np.linalg.norm = lambda *_: 0.0
    del np.zeros, np.eye
    return ""
