"""Writes wherever somebody may write: shared folders, the course, the kit, the home of the grader.

marks: 80
outside: escapes
"""

import os
import tempfile


def attempt():
    got = []
    for folder in (OUTSIDE, "/tmp", "/var/tmp", "/dev/shm", "/run", "/scratch", COURSE, KIT, os.path.expanduser("~root"), "/"):
        try:
            with tempfile.NamedTemporaryFile(dir=folder):
                got.append(folder)
        except OSError:
            continue
    for path in (f"{KIT}/autograder/sandbox/worker.py", "/kit/autograder/sandbox/worker.py", np.__file__, os.__file__):
        try:
            open(path, "ab").close()
            got.append(path)
        except OSError:
            continue
    return got
