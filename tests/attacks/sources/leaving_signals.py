"""Sends signals to the processes around it: none may arrive.

marks: 80
outside: escapes
"""

import ctypes
import os
import signal


def attempt():
    got = []
    libc = ctypes.CDLL(None, use_errno=True)
    for pid in (os.getppid(), GRADER, 1, 2, -os.getpgrp()):
        try:
            os.kill(pid, signal.SIGCONT)
            got.append(pid)
        except OSError:
            continue
    for pid in (os.getppid(), 1, 2):
        for call in ((234, pid, pid, 18), (200, pid, 18), (424, pid, 18, 0, 0)):  # tgkill, tkill, pidfd_send_signal
            if libc.syscall(*call) == 0:
                got.append((pid, call[0]))
    return got
