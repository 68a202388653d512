"""The inner wall: the filter's program by itself, and each denied thing tried from a worker."""

from __future__ import annotations

import errno
import platform
import struct

import pytest

from autograder.sandbox import walls
from tests.sandbox.conftest import LIMITS, Make, call, walled

ALLOW, REFUSE, ABSENT, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000
PID = 4321


def run(code: bytes, number: int, audit: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel's interpreter of classic BPF makes of a system call."""
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, audit, 0, *arguments, *(0,) * (6 - len(arguments)))
    steps = [struct.unpack_from("=HBBI", code, at) for at in range(0, len(code), 8)]
    accumulator, at = 0, 0
    while True:
        operation, yes, no, value = steps[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif operation == 0x06:
            return value
        else:
            hit = {0x15: accumulator == value, 0x45: bool(accumulator & value), 0x35: accumulator >= value}[operation]
            at += yes if hit else no


machines = pytest.mark.parametrize("machine", walls.ARCHITECTURES)


@machines
def test_every_denied_call_is_refused_and_no_other_number_is(machine: str) -> None:
    column, audit = walls.ARCHITECTURES[machine]
    code = walls.filter_program(machine, PID)
    assert len(code) // 8 < 4096, "the kernel takes no longer program"
    denied = {numbers[column] for numbers in walls.DENIED.values() if numbers[column] is not None}
    by_argument = {
        pair[column]
        for pair in (walls.CLONE, walls.CLONE3, walls.KILL, walls.TGKILL, walls.PRLIMIT, walls.FCNTL, walls.IOCTL)
    }
    assert not denied & by_argument
    for number in range(600):
        if number not in by_argument:
            assert run(code, number, audit) == (REFUSE if number in denied else ALLOW), number


@machines
def test_calls_are_judged_by_their_arguments(machine: str) -> None:
    column, audit = walls.ARCHITECTURES[machine]
    code = walls.filter_program(machine, PID)

    def verdict(call_: tuple[int, int], *arguments: int) -> int:
        return run(code, call_[column], audit, arguments)

    assert verdict(walls.CLONE3) == ABSENT
    assert verdict(walls.CLONE, 17) == REFUSE
    assert verdict(walls.CLONE, walls.CLONE_THREAD | 0x100) == ALLOW
    for way, thread in ((walls.KILL, ()), (walls.TGKILL, (PID,))):
        assert verdict(way, PID, *thread, 6) == ALLOW
        assert {verdict(way, PID, *thread, number) for number in walls.SIGNALS_DENIED} == {REFUSE}
        for other in (0, 1, PID + 1, 2**32 - 1):
            assert verdict(way, other, *thread, 6) == REFUSE
    assert verdict(walls.PRLIMIT, PID, 7, 0) == ALLOW
    assert verdict(walls.PRLIMIT, PID, 7, 0x7FFF12345678) == REFUSE
    assert verdict(walls.PRLIMIT, PID, 7, 1 << 40) == REFUSE
    for way, denied in ((walls.FCNTL, walls.FCNTL_DENIED), (walls.IOCTL, walls.IOCTL_DENIED)):
        assert verdict(way, 3, 1) == ALLOW
        assert {verdict(way, 3, operation) for operation in denied} == {REFUSE}
    direct = walls.O_DIRECT[column]
    for pair, position in walls.OPENING:
        if pair[column] is not None:
            before = (0,) * ((position - 16) // 8)
            assert verdict(pair, *before, 0x800) == ALLOW and verdict(pair, *before, direct | 0x800) == REFUSE
    assert verdict(walls.FCNTL, 3, walls.F_SETFL, 0x800) == ALLOW and verdict(walls.FCNTL, 3, walls.F_SETFL, direct) == REFUSE
    assert verdict(walls.FCNTL, 3, 3, direct) == ALLOW


def test_other_entries_into_the_kernel_end_the_process() -> None:
    code = walls.filter_program("x86_64", PID)
    assert run(code, 2, 0x40000003) == KILL, "32-bit calls"
    assert run(code, 0x40000000 + 57, 0xC000003E) == REFUSE, "x32 calls"
    assert run(walls.filter_program("aarch64", PID), 220, 0xC000003E) == KILL


TRIED = {
    "end itself as only others may": "os.kill(os.getpid(), signal.SIGKILL)",
    "stop itself": "signal.raise_signal(signal.SIGSTOP)",
    "end itself by a timer": "libc('timer_create', 0, None, (ctypes.c_int * 4)())",
    "fork": "os.fork()",
    "run a program": "subprocess.run(['/bin/true'])",
    "replace itself": "os.execv('/bin/true', ['true'])",
    "open a socket": "socket.socket()",
    "make a pair of sockets": "socket.socketpair()",
    "make a shared memory file": "os.memfd_create('x')",
    "signal the process above": "os.kill(os.getppid(), signal.SIGCONT)",
    "signal everybody": "os.kill(-1, signal.SIGCONT)",
    "own another's events": "fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, os.getppid())",
    "raise a limit": "resource.prlimit(0, resource.RLIMIT_NOFILE, (64, 64))",
    "slow the process above": "os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))",
    "choose a processor": "os.sched_setaffinity(0, {0})",
    "leave its session": "os.setsid()",
    "make a device": "os.mknod('x', 0o020666, 259)",
    "make a pipe with a name": "os.mkfifo('x')",
    "list processes": "os.listdir('/proc')",
    "read its own environment": "open('/proc/self/environ').read()",
    "list the temporary folder": "os.listdir('/tmp')",
    "write to the temporary folder": "open('/tmp/x', 'w')",
    "write above its folder": "open('../x', 'w')",
    "list above its folder": "os.listdir('..')",
    "write to the kit": "open('/kit/autograder/__init__.py', 'a')",
    "write to a library": "open(os.__file__, 'a')",
    "read accounts": "open('/etc/passwd').read()",
    "read memory of the machine": "open('/dev/mem', 'rb')",
    "open a terminal": "os.openpty()",
    "link to the outside": "os.link('/usr/bin/env', 'x')",
    "follow a link to the outside": "os.path.lexists('p') or os.symlink('/etc/passwd', 'p'); open('p').read()",
    "mount": "libc('mount', b'none', b'.', b'tmpfs', 0, None)",
    "make a user namespace": "libc('unshare', 0x10000000)",
    "trace the process above": "libc('ptrace', 0x4206, os.getppid(), None, None)",
    "change its root": "libc('chroot', b'.')",
    "make a file longer than allowed": "open('long', 'wb').truncate(1 << 30)",
    "open a thousand files": "[open('/dev/null') for _ in range(1000)]",
}
SOURCE = """import ctypes, fcntl, os, resource, signal, socket, subprocess


def libc(name, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def f(what):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    exec(what, globals())
    return "done"
"""


@walled
@pytest.mark.parametrize("what", TRIED.values(), ids=TRIED)
def test_it_is_denied(make: Make, what: str) -> None:
    with pytest.raises(OSError, match=r"\[Errno \d+\]"):
        call(make(SOURCE), "f", what)


ALLOWED = {
    "write into its folder": "open('x', 'w').write('y')",
    "make a folder": "os.mkdir('folder')",
    "random numbers": "os.urandom(8)",
    "a thread": "import threading; t = threading.Thread(target=int); t.start(); t.join()",
    "a signal to itself": "os.kill(os.getpid(), signal.SIGCONT)",
    "read a library": "open(os.__file__).read(10)",
    "its limits": "resource.getrlimit(resource.RLIMIT_AS)",
    "read what a file is": "fcntl.fcntl(1, fcntl.F_GETFL)",
    "draw": "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.savefig('figure.png'); plt.close()",
}


@pytest.mark.parametrize("what", ALLOWED.values(), ids=ALLOWED)
def test_what_ordinary_code_does_is_allowed(make: Make, what: str) -> None:
    long = 5.0  # seconds; importing matplotlib takes almost one where statements are counted
    assert make(SOURCE).call(["function", "f"], (what,), {}, cpu=long)[0] == "done"


@walled
def test_the_worker_is_nobody(make: Make) -> None:
    worker = make(
        "import os, ctypes, struct\n\ndef f():\n    held = ctypes.create_string_buffer(24)\n"
        "    ctypes.CDLL(None).capget(struct.pack('=Ii', 0x20080522, 0), held)\n"
        "    return os.getuid(), os.getgid(), os.getgroups(), held.raw.count(b'\\0'), dict(os.environ)\n"
    )
    uid, gid, _, empty, environment = call(worker, "f")
    assert uid != 0 and gid != 0
    assert empty == 24, "no capability is held"
    assert set(environment) <= {
        "PATH",
        "USER",
        "LOGNAME",
        "LANG",
        "LC_CTYPE",
        "HOME",
        "TMPDIR",
        "MPLBACKEND",
        "MPLCONFIGDIR",
        "PYTHONHASHSEED",
        "PWD",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "KMP_INIT_AT_FORK",
    }


def test_open_files_are_the_null_device_and_one_socket(make: Make) -> None:
    worker = make(
        "import os, stat\n\ndef f():\n    found = []\n    for number in range(64):\n        try:\n"
        "            mode = os.fstat(number).st_mode\n        except OSError:\n            continue\n"
        "        found.append('device' if stat.S_ISCHR(mode) else 'socket' if stat.S_ISSOCK(mode) else 'other')\n"
        "    return found\n"
    )
    assert sorted(call(worker, "f")) == ["device", "device", "device", "socket"]


def test_numbers_of_this_machine_are_those_of_its_headers() -> None:
    if platform.machine() not in walls.ARCHITECTURES:
        pytest.fail("the filter does not know this machine: add its numbers to walls.DENIED")
    assert walls.landlock_version() >= 1
    assert LIMITS.threads < 1000
