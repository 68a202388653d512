"""Escape attempts, made from inside before anything is graded. Every one must fail."""

from __future__ import annotations

import os
import signal
import sys

if sys.platform != "wasi":  # not available in WebAssembly
    import ctypes
    import fcntl
    import socket


def attempts(paths: list[str]) -> list[str]:
    """Return the attempts that succeeded although they must not, a phrase each.

    Parameters
    ----------
    paths : list of str
        Files and folders that must not be readable.
    """
    done = []
    for path in paths:
        try:
            if os.path.isdir(path):
                os.listdir(path)
            else:
                with open(path, "rb") as file:
                    file.read(1)
            done.append(f"read {path}")
        except OSError:
            pass
    for phrase, attempt in (("open a socket", _socket), ("start a process", _fork),
                            ("signal the process above it", _signal), ("own the signals of a file", _events),
                            ("leave a namespace", _unshare), ("write outside its folder", _write), ("follow a link out", _link)):
        try:
            attempt()
            done.append(phrase)
        except (OSError, AttributeError, NameError):
            pass
    return done


def _socket() -> None:
    socket.socket().close()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _signal() -> None:
    os.kill(os.getppid(), signal.SIGCONT)


def _events() -> None:
    reader, writer = os.pipe()
    try:
        fcntl.fcntl(reader, fcntl.F_SETOWN, os.getppid())
    finally:
        os.close(reader)
        os.close(writer)


def _unshare() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _write() -> None:
    with open("/scratch/outside", "xb"):
        os.unlink("/scratch/outside")


def _link() -> None:
    os.symlink("../" * 12 + "etc/passwd", "link")
    try:
        with open("link", "rb") as file:
            file.read(1)
    finally:
        os.unlink("link")
