"""Leaves traces, profiles and import hooks behind.

marks: 80
"""

import sys
import threading


def _trace(frame, event, argument):
    if frame.f_code.co_name in ("forward", "term", "bptt"):
        raise RuntimeError("a trace of another test")
    return _trace


class _Finder:
    def find_spec(self, name, path=None, target=None):
        raise ImportError("a hook of another test")


def attempt():
    sys.settrace(_trace)
    sys.setprofile(_trace)
    threading.settrace(_trace)
    sys.meta_path.insert(0, _Finder())
    sys.path_hooks.clear()
    return ""
