"""Leaves code behind for the end of the process: exit functions, finalizers, a destructor.

marks: 80
"""

import atexit
import sys
import weakref


def _write():
    open(f"{OUTSIDE}/atexit", "w").close()


class _Last:
    def __del__(self):
        _write()


atexit.register(_write)
weakref.finalize(_Last, _write)
sys.exitfunc = sys.excepthook = sys.unraisablehook = lambda *_: _write()
sys.modules["last"] = _Last()
