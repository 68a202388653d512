"""Reads environment, arguments, memory map and open files of every process it can see.

marks: 80
outside: escapes
"""

import os


def attempt():
    got = []
    for number in ("self", "thread-self", str(os.getppid()), str(GRADER), *map(str, range(1, 40))):
        for name in ("environ", "cmdline", "maps", "mem", "fd", "cwd", "root", "status"):
            path = f"/proc/{number}/{name}"
            if name == "cwd" and number in ("self", "thread-self", str(os.getpid())):
                continue  # its own folder
            try:
                if os.path.isdir(path):
                    got.append((path, os.listdir(path)[:3]))
                else:
                    with open(path, "rb") as file:
                        got.append((path, file.read(20)))
            except OSError:
                continue
    return got[:3]
