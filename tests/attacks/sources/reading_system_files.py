"""Reads the accounts of the machine, the homes of its users and its logs.

marks: 80
outside: escapes
"""

import os


def attempt():
    got = []
    for place in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/root", "/home", "/tmp", "/var/log", "/sys", "/run", "/boot",
                  "/dev/disk", "/proc"):
        try:
            got.append((place, os.listdir(place) if os.path.isdir(place) else open(place).read(20)))
        except OSError:
            continue
    return got[:3]
