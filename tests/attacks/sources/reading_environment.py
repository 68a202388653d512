"""Looks for a secret of the grader's environment in its own, and in the memory of the C library.

marks: 80
outside: escapes
"""

import ctypes
import os


def attempt():
    words = [f"{name}={value}" for name, value in os.environ.items()]
    pointer = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    index = 0
    while pointer[index]:
        words.append(pointer[index].decode("utf-8", "replace"))
        index += 1
    # Names the sandbox has no use for.
    return [word for word in words if word.startswith(("PYTEST_", "VIRTUAL_ENV=", "GRADER_", "SHELL=", "OLDPWD="))
            or word.startswith("USER=") and word != "USER=student"
            or "secret" in word.lower() or word.startswith("PATH=") and word != "PATH=/usr/bin:/bin"]
