"""Asks for the rights of root in the old ways, and for capabilities in the newer one.

marks: 80
"""

import ctypes
import os
import struct


def attempt():
    got = []
    for action in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.seteuid(0)):
        try:
            action()
            got.append("identity")
        except OSError:
            continue
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", 0x20080522, 0)
    everything = struct.pack("=IIIIII", *[0xFFFFFFFF] * 6)
    if libc.capset(header, everything) == 0:
        got.append("capabilities")
    if os.getuid() == 0 or os.geteuid() == 0:
        got.append("root")
    held = ctypes.create_string_buffer(24)
    libc.capget(header, held)
    return got + [word for word in struct.unpack("=IIIIII", held.raw) if word]
