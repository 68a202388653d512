"""Starts threads until none can be started, and leaves them asleep.

marks: 80
"""

import threading
import time


def attempt():
    threading.stack_size(1 << 15)
    started = 0
    try:
        while started < 5000:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            started += 1
    except (RuntimeError, MemoryError):
        pass
    return "" if started < 200 else started
