"""Listens on an abstract socket, which has no place in the file system.

marks: 80
outside: escapes
"""

import socket


def attempt():
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("\0grader")
            listener.listen()
            return "listening"
    except OSError:
        return ""
