"""Attaches itself as a debugger to the processes around it.

marks: 80
outside: escapes
"""

import ctypes
import os


def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    got = []
    for pid in (os.getppid(), GRADER, 1, 2):
        if libc.ptrace(0x4206, pid, None, None) == 0:  # PTRACE_SEIZE: the other goes on
            libc.ptrace(17, pid, None, None)
            got.append(pid)
    return got
