"""A program: runs another one with nothing allowed that a browser does not have, and says on stderr what it asked for.

No process, no thread, no signal, no socket, and no file written outside the present folder.
"""

import _thread
import errno
import os
import runpy
import signal
import sys
import threading

import matplotlib.font_manager  # (reads its list of fonts, or writes it, once a machine)
import matplotlib.pyplot  # noqa: F401

PROCESSES = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.exec", "os.spawn", "os.startfile",
             "pty.spawn")
CHANGES = {"os.mkdir": 1, "os.remove": 1, "os.rmdir": 1, "os.rename": 2, "os.truncate": 1, "os.chmod": 1, "os.utime": 1}
home = os.path.realpath(os.getcwd())


def refuse(what: str, error: BaseException) -> None:
    """Tell whoever runs this, then fail as a Python without it does."""
    sys.__stderr__.write(f"asked for {what}\n")
    raise error


def is_outside(path: object) -> bool:
    """Whether a path leads out of the folder; a file that is open already has a number."""
    return isinstance(path, str | bytes | os.PathLike) and not os.path.realpath(os.fsdecode(path)).startswith(home + os.sep)


def look(event: str, arguments: tuple[object, ...]) -> None:
    """Python asks here before it does anything of the kind."""
    if event in PROCESSES:
        refuse(event, OSError(errno.ENOTSUP, "processes are not supported"))
    if event.startswith("socket.") and event != "socket.__new__":
        refuse(event, OSError(errno.ENOTSUP, "sockets are not supported"))
    if event == "open" and is_outside(arguments[0]) and arguments[0] != os.devnull:
        mode, flags = arguments[1:]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)):
            refuse(f"writing {arguments[0]}", OSError(errno.EROFS, "read-only file system"))
    if any(is_outside(path) for path in arguments[:CHANGES.get(event, 0)]):
        refuse(f"{event} {arguments}", OSError(errno.EROFS, "read-only file system"))


def no_signal(*arguments: object) -> None:
    """In the place of each function that has one sent."""
    refuse("a signal", ValueError("signals are not supported"))


def no_thread(*arguments: object) -> None:
    """In the place of what starts one."""
    refuse("a thread", RuntimeError("can't start new thread"))


threading.Thread.start = _thread.start_new_thread = no_thread
for name in ("signal", "setitimer", "alarm", "raise_signal", "pthread_kill"):
    if hasattr(signal, name):
        setattr(signal, name, no_signal)
os.kill = no_signal
program = sys.argv[1]
del sys.argv[0]
sys.path.insert(0, os.getcwd())
sys.addaudithook(look)
runpy.run_path(program, run_name="__main__")
