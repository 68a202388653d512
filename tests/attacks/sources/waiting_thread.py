"""Leaves a thread behind that goes on after the call, and writes outside a second later.

marks: 80
outside: escapes
"""

import threading
import time


def _wait():
    while True:
        time.sleep(0.05)
        try:
            open(f"{OUTSIDE}/thread", "w").close()
        except OSError:
            pass


def attempt():
    if threading.active_count() < 3:
        threading.Thread(target=_wait, daemon=True).start()
    threading.Event().wait(0.1)
    import os
    return os.path.exists(f"{OUTSIDE}/thread")
