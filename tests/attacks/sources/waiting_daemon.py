"""Leaves a process of its own session behind.

marks: 80
outside: escapes
"""

import os


def attempt():
    try:
        child = os.fork()
    except OSError:
        return ""
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "forked"
