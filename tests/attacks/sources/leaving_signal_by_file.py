"""Lets the kernel send SIGKILL to the process above it, as the owner of a file's asynchronous events.

marks: 80
outside: escapes
"""

import fcntl
import os
import signal
import struct

F_SETSIG, F_SETOWN_EX, FIOSETOWN = 10, 15, 0x8901


def attempt():
    got = []
    reader, writer = os.pipe()
    for name, action in (("F_SETOWN", lambda: fcntl.fcntl(reader, fcntl.F_SETOWN, os.getppid())),
                         ("F_SETOWN_EX", lambda: fcntl.fcntl(reader, F_SETOWN_EX, struct.pack("ii", 1, os.getppid()))),
                         ("F_SETSIG", lambda: fcntl.fcntl(reader, F_SETSIG, signal.SIGKILL)),
                         ("FIOSETOWN", lambda: fcntl.ioctl(3, FIOSETOWN, struct.pack("i", os.getppid())))):
        try:
            action()
            got.append(name)
        except OSError:
            continue
    os.close(reader)
    os.close(writer)
    return got
