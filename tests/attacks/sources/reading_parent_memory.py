"""Reads the memory of the process above it.

marks: 80
outside: escapes
"""

import ctypes
import os


class _Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()
    buffer = ctypes.create_string_buffer(16)
    ours, theirs = _Piece(ctypes.addressof(buffer), 16), _Piece(id(0), 16)
    if libc.process_vm_readv(parent, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) > 0:
        return "process_vm_readv"
    try:
        with open(f"/proc/{parent}/mem", "rb") as file:
            file.seek(id(0))
            return file.read(8)
    except OSError:
        return ""
