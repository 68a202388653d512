"""Starts other programs, in each way Python has.

marks: 80
outside: escapes
"""

import multiprocessing
import os
import pty
import subprocess
import sys


def attempt():
    got = []
    for action in (lambda: subprocess.run(["/bin/true"], check=True), lambda: os.posix_spawn("/bin/true", ["true"], {}),
                   lambda: os.popen("true").read() is None, lambda: os.forkpty()[0] or os._exit(0), lambda: pty.openpty(),
                   lambda: multiprocessing.get_context("fork").Process(target=int).start(),
                   lambda: multiprocessing.get_context("spawn").Process(target=int).start(),
                   lambda: multiprocessing.Queue()):
        try:
            action()
            got.append(action.__code__.co_names)
        except Exception:
            continue
    if os.path.exists("/scratch"):  # where there is no wall, this would be the end of the attempt
        try:
            os.execv(sys.executable, [sys.executable, "-c", "0"])
        except OSError:
            pass
    return got
