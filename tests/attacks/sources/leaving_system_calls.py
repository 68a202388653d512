"""Makes the system calls themselves, past Python and the C library: fork, clone, clone3, execve, and rarer ones.

marks: 80
outside: escapes
"""

import ctypes
import os
import platform

NUMBERS = {
    "x86_64": {"fork": (57,), "vfork_by_clone": (56, 17), "clone3": (435, None, 88), "memfd_create": (319, b"x", 0),
               "perf_event_open": (298, None, 0, -1, -1, 0), "userfaultfd": (323, 1), "keyctl": (250, 0, -3, 0),
               "add_key": (248, b"user", b"x", b"y", 1, -3), "io_uring_setup": (425, 1, None), "bpf": (321, 0, None, 0),
               "pidfd_open": (434, 1, 0), "shmget": (29, 0, 4096, 0o1600), "msgget": (68, 0, 0o1600), "semget": (64, 0, 1, 0o1600),
               "inotify_init1": (294, 0), "fanotify_init": (300, 0, 0), "open_tree": (428, -100, b"/", 1),
               "personality": (135, 0x40000), "io_setup": (206, 8, None)},
    "aarch64": {"fork_by_clone": (220, 17), "clone3": (435, None, 88), "memfd_create": (279, b"x", 0),
                "keyctl": (219, 0, -3, 0), "io_uring_setup": (425, 1, None), "pidfd_open": (434, 1, 0),
                "shmget": (194, 0, 4096, 0o1600), "inotify_init1": (26, 0)},
}


def attempt():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    got = []
    for name, call in NUMBERS[platform.machine()].items():
        result = libc.syscall(*(ctypes.c_long(part) if isinstance(part, int) else part for part in call))
        if result == 0 and "fork" in name:
            os._exit(0)
        if result >= 0 or ctypes.get_errno() not in (1, 38):  # neither EPERM nor ENOSYS
            got.append((name, result, ctypes.get_errno()))
    return got
