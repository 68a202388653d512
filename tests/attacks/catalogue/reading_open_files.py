"""Tries every number of an open file for something that can be read or listed.

marks: 80
"""

import os
import stat


def attempt():
    got = []
    for descriptor in range(256):
        try:
            kind = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISREG(kind) or stat.S_ISDIR(kind) or stat.S_ISFIFO(kind) or stat.S_ISBLK(kind):
            got.append((descriptor, oct(kind)))
        if stat.S_ISSOCK(kind) and descriptor != 3:
            got.append((descriptor, "another socket"))
    if len(got) == 0:
        return ""
    return got if any("socket" in str(what) for _, what in got) or got else ""
