"""Has the kernel send SIGKILL to its own process, by a timer.

loses: cross_entropy
tells: Operation not permitted
"""

import ctypes
import os
import struct
import time


def cross_entropy(y_hat_t, y_t):
    libc = ctypes.CDLL(None, use_errno=True)
    timer = ctypes.c_void_p()
    event = struct.pack("Qii48x", 0, 9, 0)  # sigevent: value, SIGKILL, SIGEV_SIGNAL
    if libc.timer_create(1, event, ctypes.byref(timer)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    libc.timer_settime(timer, 0, struct.pack("4q", 0, 0, 0, 1), None)
    time.sleep(10**6)
