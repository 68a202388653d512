"""The inner wall: restrictions that a worker puts on itself before it runs student code.

Landlock restricts files, seccomp system calls, and rlimits resources. All last for the life of the process and cannot be undone
from inside. Constants and structures follow the kernel's headers: linux/landlock.h, linux/seccomp.h, linux/filter.h,
asm/unistd.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import re
import resource
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.sandbox.limits import Limits

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
# All Linux-only code is in this module; on other systems it does nothing, or reports that it is unavailable.
ON_LINUX = hasattr(_libc, "prctl")

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_DUMPABLE, PR_SET_PDEATHSIG = 38, 22, 4, 1
SECCOMP_MODE_FILTER = 2

# Landlock: the same numbers on every architecture.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
FS_EXECUTE, FS_WRITE_FILE, FS_READ_FILE, FS_READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FS_ALL = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
FS_LATEST = (1 << 16) - 1
READ = FS_READ_FILE | FS_READ_DIR

# System calls that a numerical program never needs: name -> numbers on (x86_64, aarch64), None where it does not exist.
DENIED = {
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendmsg": (46, 211), "sendmmsg": (307, 269), "recvmsg": (47, 212),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "setrlimit": (160, 164), "setpriority": (141, 140), "sched_setaffinity": (203, 122), "setpgid": (109, 154),
    "setsid": (112, 157), "personality": (135, 92), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "inotify_init1": (294, 26),
    "fanotify_init": (300, 262), "mknod": (133, None), "mknodat": (259, 33), "init_module": (175, 105),
    "finit_module": (313, 273), "kexec_load": (246, 104), "quotactl": (179, 60), "acct": (163, 89),
    "swapon": (167, 224),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "timer_create": (222, 107),  # it could send the signals that are refused below
    "migrate_pages": (256, 238), "move_pages": (279, 239), "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "io_setup": (206, 0), "modify_ldt": (154, None), "syslog": (103, 116),
    # Time a process waits for a disk is not counted as idle, so it must not be able to wait for one at will: no flushing, no
    # dropping of cached pages, no reads past the page cache.
    "sync": (162, 81), "syncfs": (306, 267), "fadvise64": (221, 223), "preadv2": (327, 286), "pwritev2": (328, 287),
    "openat2": (437, 437),
}
CLONE, CLONE3, KILL, TGKILL, PRLIMIT = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261)
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
CLONE_THREAD = 0x00010000
# Signals that a process may not even send itself, so that they always mean it was killed or stopped from outside.
FROM_OUTSIDE = (1, 9, 15)  # SIGHUP, SIGKILL, SIGTERM
SIGNALS_DENIED = (*FROM_OUTSIDE, 19, 20, 21, 22)  # and SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU
# fcntl operations that make the kernel send a chosen signal to a chosen process when something happens to a file.
FCNTL, FCNTL_DENIED = (72, 25), (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY
F_SETFL = 4
# Calls that open files, with the offset of their flags argument in the seccomp data; and the flag for reads past the page cache.
OPENING = (((2, None), 24), ((257, 56), 32))  # open, openat
O_DIRECT = (0x4000, 0x10000)
IOCTL, IOCTL_DENIED = (16, 29), (0x8901, 0x8902, 0x5452, 0x5412)  # FIOSETOWN, SIOCSPGRP, FIOASYNC, TIOCSTI


def landlock_version() -> int:
    """Return the ABI version of Landlock, or 0 if there is none."""
    if not ON_LINUX:
        return 0
    return max(0, int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Allow only these folders, /dev/null and /dev/urandom; return False if the kernel has no Landlock."""
    version = landlock_version()
    if version < 1:
        return False
    handled = FS_ALL.get(version, FS_LATEST)
    # From ABI 4: TCP; from ABI 6: abstract sockets, and signals to processes outside this domain.
    words = [handled] + ([3] if version >= 4 else []) + ([3] if version >= 6 else [])
    attributes = struct.pack(f"={len(words)}Q", *words)
    ruleset = _libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _allow(ruleset, path, READ | FS_EXECUTE if path.is_dir() else FS_READ_FILE)
        for path in writable:
            _allow(ruleset, path, handled)
        for device in ("/dev/null", "/dev/urandom"):
            _allow(ruleset, Path(device), FS_READ_FILE | FS_WRITE_FILE)
        _no_new_privileges()
        return bool(_libc.syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", access, descriptor)
        if _libc.syscall(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0)) != 0:
            raise OSError(ctypes.get_errno(), f"Landlock refuses a rule for {path}")
    finally:
        os.close(descriptor)


def _no_new_privileges() -> None:
    if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")


class _Program:
    """A classic BPF program, built instruction by instruction."""

    LOAD, EQUAL, BITS, AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
    ALLOW, REFUSE, ABSENT, KILL_PROCESS = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000

    def __init__(self) -> None:
        self.code: list[bytes] = []

    def add(self, code: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code.append(struct.pack("=HBBI", code, yes, no, value))

    def deny(self, number: int, answer: int) -> None:
        """If the loaded system call number is `number`, return `answer`, an error."""
        self.add(self.EQUAL, number, 0, 1)
        self.add(self.RETURN, answer)


def filter_program(machine: str, pid: int) -> bytes:
    """Return the seccomp filter: EPERM for DENIED, for new processes, and for signals to any process but `pid`."""
    column, audit = ARCHITECTURES[machine]
    program = _Program()
    program.add(program.LOAD, 4)
    program.add(program.EQUAL, audit, 1, 0)
    program.add(program.RETURN, program.KILL_PROCESS)
    program.add(program.LOAD, 0)
    if machine == "x86_64":  # numbers of the x32 ABI
        program.add(program.AT_LEAST, 0x40000000, 0, 1)
        program.add(program.RETURN, program.REFUSE)
    for numbers in DENIED.values():
        number = numbers[column]
        if number is not None:
            program.deny(number, program.REFUSE)
    program.deny(CLONE3[column], program.ABSENT)  # glibc then falls back to clone
    # clone: threads only; its first argument is the flags
    program.add(program.EQUAL, CLONE[column], 0, 4)
    program.add(program.LOAD, 16)
    program.add(program.BITS, CLONE_THREAD, 1, 0)
    program.add(program.RETURN, program.REFUSE)
    program.add(program.RETURN, program.ALLOW)
    for number, position in ((KILL[column], 24), (TGKILL[column], 32)):  # the signal is the second or third argument
        program.add(program.EQUAL, number, 0, 5 + 2 * len(SIGNALS_DENIED))
        program.add(program.LOAD, 16)
        program.add(program.EQUAL, pid, 1, 0)
        program.add(program.RETURN, program.REFUSE)
        program.add(program.LOAD, position)
        for denied_signal in SIGNALS_DENIED:
            program.deny(denied_signal, program.REFUSE)
        program.add(program.RETURN, program.ALLOW)
    for numbers, position in OPENING:
        opening = numbers[column]
        if opening is not None:
            program.add(program.EQUAL, opening, 0, 4)
            program.add(program.LOAD, position)
            program.add(program.BITS, O_DIRECT[column], 0, 1)
            program.add(program.RETURN, program.REFUSE)
            program.add(program.RETURN, program.ALLOW)
    program.add(program.EQUAL, FCNTL[column], 0, 6)
    program.add(program.LOAD, 24)
    program.add(program.EQUAL, F_SETFL, 0, 3)
    program.add(program.LOAD, 32)
    program.add(program.BITS, O_DIRECT[column], 0, 1)
    program.add(program.RETURN, program.REFUSE)
    program.add(program.LOAD, 0)
    for number, denied in ((FCNTL[column], FCNTL_DENIED), (IOCTL[column], IOCTL_DENIED)):
        program.add(program.EQUAL, number, 0, 2 + 2 * len(denied))
        program.add(program.LOAD, 24)
        for operation in denied:
            program.deny(operation, program.REFUSE)
        program.add(program.RETURN, program.ALLOW)
    # prlimit64: reading only, so its third argument, the new limit, must be NULL
    program.add(program.EQUAL, PRLIMIT[column], 0, 6)
    program.add(program.LOAD, 32)
    program.add(program.EQUAL, 0, 0, 2)
    program.add(program.LOAD, 36)
    program.add(program.EQUAL, 0, 1, 0)
    program.add(program.RETURN, program.REFUSE)
    program.add(program.RETURN, program.ALLOW)
    program.add(program.RETURN, program.ALLOW)
    return b"".join(program.code)


def restrict_calls() -> bool:
    """Install the seccomp filter; return False on an unknown architecture."""
    machine = platform.machine()
    if machine not in ARCHITECTURES or not ON_LINUX:
        return False
    code = filter_program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    _no_new_privileges()
    return bool(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head, 0, 0) == 0)


def limit_memory(size: int) -> None:
    """Limit the address space to what is mapped now plus `size` bytes; no effect where /proc does not report it."""
    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
        _set("RLIMIT_AS", mapped + size)


def limit_threads(limits: Limits) -> None:
    """Limit the threads in the sandbox, where the kernel counts them per user namespace (Linux 5.14)."""
    numbers = re.match(r"(\d+)\.(\d+)", platform.release())
    if numbers is not None and tuple(map(int, numbers.groups())) >= (5, 14):
        _set("RLIMIT_NPROC", limits.threads)


def limit_resources(limits: Limits, address_space: bool = True) -> None:
    """Limit address space beyond what is mapped now, CPU time, file size and open files; disable core dumps."""
    if address_space:
        limit_memory(limits.memory)
    _set("RLIMIT_CPU", limits.worker_cpu)
    _set("RLIMIT_FSIZE", limits.file)
    _set("RLIMIT_NOFILE", limits.files)
    for what in ("RLIMIT_CORE", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"):
        _set(what, 0)


def _set(name: str, value: int) -> None:
    what = getattr(resource, name, None)
    if what is None:  # not available on this system
        return
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def stay_on(core: int) -> None:
    """Pin this process and its children to one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextlib.contextmanager
def staying_on(core: int | None) -> Iterator[None]:
    """Context in which this process starts others on one core; where that is None, on any."""
    before = os.sched_getaffinity(0) if core is not None and hasattr(os, "sched_getaffinity") else None
    if core is not None:
        stay_on(core)
    try:
        yield
    finally:
        if before is not None:
            os.sched_setaffinity(0, before)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    if ON_LINUX:
        _libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


def close_memory() -> None:
    """Prevent other processes of the same user from reading this one's memory."""
    if ON_LINUX:
        _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def first_to_go() -> None:
    """Make this process the first that the kernel kills when memory runs out; the grader starts it again."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")
