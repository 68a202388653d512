"""Opens devices, and makes some of its own.

marks: 80
outside: escapes
"""

import os
import stat


def attempt():
    got = []
    for name in ("mem", "kmsg", "ptmx", "tty", "fuse", "kvm", "zero", "full", "console", "sda", "vda", "shm/x", "pts/0"):
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
            got.append(name)
        except OSError:
            continue
    for kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO):
        try:
            os.mknod("made", kind | 0o600, os.makedev(1, 1))
            got.append(oct(kind))
        except OSError:
            continue
        os.unlink("made")
    return got
