"""Changes the priority, the processors and the limits of the process above it, to slow down what comes next.

marks: 80
outside: escapes
"""

import ctypes
import os
import resource
import struct


def attempt():
    got, above = [], os.getppid()
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("=IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0)
    for name, action in (("sched_setscheduler", lambda: os.sched_setscheduler(above, os.SCHED_IDLE, os.sched_param(0))),
                         ("sched_setparam", lambda: os.sched_setparam(above, os.sched_param(0))),
                         ("sched_setaffinity", lambda: os.sched_setaffinity(above, {0})),
                         ("setpriority", lambda: os.setpriority(os.PRIO_PROCESS, above, 19)),
                         ("prlimit", lambda: resource.prlimit(above, resource.RLIMIT_CORE, (0, 0))),
                         ("raise own limit", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))):
        try:
            action()
            got.append(name)
        except (OSError, ValueError):
            continue
    if libc.syscall(314, above, attributes, 0) == 0:
        got.append("sched_setattr")
    if libc.syscall(251, 1, above, (3 << 13)) == 0:
        got.append("ioprio_set")
    return got
