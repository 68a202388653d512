"""Forks without end.

marks: 80
"""

import os


def attempt():
    for _ in range(1000):
        try:
            if os.fork() == 0:
                attempt()
        except OSError:
            return ""
    return "forked"
