"""Leaves traces, profiles and import hooks behind.

marks: 80
"""

import sys
import threading

_dh_dW_x = dh_dW_x


def _trace(frame, event, argument):
    if frame.f_code.co_name in ("forward", "dh_dh", "term", "bptt"):
        raise RuntimeError("a trace of another test")
    return _trace


class _Finder:
    def find_spec(self, name, path=None, target=None):
        raise ImportError("a hook of another test")


def dh_dW_x(h_t, x_t):
    value = _dh_dW_x(h_t, x_t)
    # Called by the test itself, not by a function of this file: what comes after is another test.
    if len(h_t) == 2 and h_t[0] == 0.6 and sys._getframe(1).f_globals.get("__name__") != __name__:
        sys.meta_path.insert(0, _Finder())
        sys.path_hooks.clear()
        threading.settrace(_trace)
        sys.setprofile(_trace)
        sys.settrace(_trace)
    return value
