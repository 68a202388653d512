"""Tries every number of an open file for something that can be read, listed or talked to, beside its own socket.

marks: 80
"""

import os
import stat


def attempt():
    got, sockets = [], []
    for descriptor in range(256):
        try:
            kind = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISFIFO(kind) or stat.S_ISBLK(kind):
            got.append((descriptor, oct(kind)))
        if stat.S_ISSOCK(kind):
            sockets.append(descriptor)
    return got + sockets[1:]
