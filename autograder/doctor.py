"""`make doctor`: check what grading needs of this machine and of a course folder, with a remedy for what is missing."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import locale
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from autograder.errors import InfrastructureError, KitError

OK, NOTE, BAD = "ok", "note", "FAIL"
# GiB of memory for each submission graded in parallel: libraries, tests and worker.
MEMORY_FOR_ONE = 1.5
DISK = 1.0
CLONE_NEWUSER = 0x10000000
MINUTES = 60.0


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes
    ----------
    status : str
        ``ok``, ``note`` where grading works without it, or ``FAIL``.
    what, said : str
        What was checked, and its state.
    remedy : str
        What to do about it, if anything.
    """

    status: str
    what: str
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        """Return the lines to print."""
        lines = [f"{self.status:<5} {self.what:<18} {self.said}"]
        return "\n".join(lines + [f"{'':24} {line}" for line in self.remedy.splitlines()])


def examine(course: Path) -> Iterator[Finding]:
    """Run all checks in order; a check that raises becomes a finding as well."""
    from autograder.sandbox.wasm import what_is_missing

    machine: list[Callable[..., Iterable[Finding]]] = [
        python, libraries, kernel, namespaces, landlock, seccomp, sandbox, webassembly, waiting, groups, memory, limits, language]
    of_the_course: list[Callable[..., Iterable[Finding]]] = [clock, disk, course_folder]
    spared = (kernel, namespaces, seccomp, sandbox) if not what_is_missing() else ()
    for look in [*machine, *of_the_course]:
        try:
            for found in look(course) if look in of_the_course else look():
                yield replace(found, status=NOTE) if found.status == BAD and look in spared else found
        except Exception as error:
            yield Finding(BAD, look.__name__.replace("_", " "), f"cannot be looked at: {type(error).__name__}: {error}")


def python() -> Iterator[Finding]:
    """Check the version of the interpreter."""
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(OK if good else BAD, "Python", platform.python_version(),
                  "" if good else "3.11 to 3.13 is needed: remove .venv, then make PYTHON=python3.12 doctor")


def libraries() -> Iterator[Finding]:
    """Check the installed libraries and report their versions."""
    for name in ("numpy", "nbgrader", "pytest", "msgspec", "matplotlib", "torch"):
        needed = name != "torch"
        try:
            yield Finding(OK, name, version(name))
        except PackageNotFoundError:
            yield Finding(BAD if needed else NOTE, name, "is not installed",
                          "remove .venv and give the command again" if needed else "stage 4 needs it: make TORCH=yes doctor")


def kernel() -> Iterator[Finding]:
    """Check the operating system and architecture."""
    from autograder.sandbox.walls import ARCHITECTURES

    said = f"{platform.system()} {platform.release()} on {platform.machine()}, {len(os.sched_getaffinity(0))} cores" \
        if hasattr(os, "sched_getaffinity") else f"{platform.system()} {platform.release()}"
    good = platform.system() == "Linux" and platform.machine() in ARCHITECTURES
    yield Finding(OK if good else BAD, "system", said, "" if good else
                  "grading in the sandbox needs Linux on x86-64 or ARM64: a container or a virtual machine, see docs/ta.md")


def namespaces() -> Iterator[Finding]:
    """Check user namespaces and bubblewrap, which the sandbox is built from."""
    from autograder.sandbox.bubblewrap import program

    try:
        path = program()
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10).stdout.strip()
        yield Finding(OK, "bubblewrap", f"{said or 'of unknown version'} ({path})")
    except (KitError, OSError, subprocess.SubprocessError) as error:
        yield Finding(BAD, "bubblewrap", "is missing", str(error))
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        yield Finding(BAD, "setpriv", "is missing", "root becomes another user by it: sudo apt-get install util-linux")
    if may_make_user_namespace():
        yield Finding(OK, "user namespaces", "can be made")
        return
    switches = {
        "/proc/sys/user/max_user_namespaces": ("0", "sudo sysctl -w user.max_user_namespaces=15000"),
        "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
            "1", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0\nor an AppArmor profile for bwrap"),
    }
    remedies = [remedy for file, (off, remedy) in switches.items() if _read(file).strip() == off]
    yield Finding(BAD, "user namespaces", "cannot be made", "\n".join(remedies) or
                  "in a container: allow them, for Docker with --security-opt seccomp=unconfined, see docs/ta.md")


def may_make_user_namespace() -> bool:
    """Try to create a user namespace, as an ordinary user in a child process."""
    from autograder.sandbox.bubblewrap import UNPRIVILEGED

    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
                os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
            os._exit(0 if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) == 0 else 1)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def landlock() -> Iterator[Finding]:
    """Check for Landlock, the kernel's file access rules."""
    from autograder.sandbox.walls import landlock_version

    found = landlock_version()
    yield Finding(OK, "Landlock", f"version {found}") if found else Finding(
        NOTE, "Landlock", "is not there: bubblewrap alone keeps files out of reach",
        "Linux 5.13 or newer, with lsm=...,landlock among the kernel's options")


def seccomp() -> Iterator[Finding]:
    """Check for seccomp, the kernel's system call filter."""
    good = "seccomp" in _read("/proc/self/status").lower()
    yield Finding(OK if good else BAD, "seccomp", "is there" if good else "is not there",
                  "" if good else "a kernel with CONFIG_SECCOMP_FILTER is needed")


def sandbox() -> Iterator[Finding]:
    """Start the real sandbox, with a probe worker that tries to escape."""
    yield _started("sandbox", "sandbox", "does not hold here, nothing would be graded")


def _started(what: str, isolation: str, otherwise: str) -> Finding:
    from autograder.sandbox.client.sandbox import Sandbox

    made, started = Sandbox(isolation=isolation), time.monotonic()
    try:
        made.start()
        return Finding(OK, what, f"starts and holds ({time.monotonic() - started:.1f} s)")
    except (KitError, OSError) as error:
        return Finding(BAD, what, otherwise, str(error))
    finally:
        made.close()


def webassembly() -> Iterator[Finding]:
    """Check WebAssembly, which runs student code of stages without PyTorch where there can be no sandbox."""
    from autograder.sandbox.wasm import is_compiled, what_is_missing

    missing = what_is_missing()
    if missing:
        yield Finding(NOTE, "WebAssembly", f"is not there ({missing}), nor needed where the sandbox holds",
                      "where it does not, for stages without PyTorch: make WASM=yes doctor")
    elif not is_compiled():
        yield Finding(OK, "WebAssembly", "is there; the first run compiles it, some two minutes")
    else:
        yield _started("WebAssembly", "wasm", "does not hold here")


def waiting() -> Iterator[Finding]:
    """Check whether the kernel reports how long a process waited for a core."""
    good = bool(_read("/proc/self/schedstat"))
    yield Finding(OK if good else NOTE, "time in the queue", "is counted" if good else "is not counted by this kernel",
                  "" if good else "a submission that waits is graded a second time, alone; CONFIG_SCHED_INFO would spare that")


def groups() -> Iterator[Finding]:
    """Check whether memory is limited for each sandbox as a whole; see `autograder.sandbox.cgroup`."""
    from autograder.sandbox import cgroup

    if cgroup.delegated() is not None:
        yield Finding(OK, "memory by group", "is limited for each sandbox as a whole, and for each process")
        return
    there = "memory" in _read("/sys/fs/cgroup/cgroup.controllers").split()
    yield Finding(NOTE, "memory by group", ("there is cgroup v2, but no group was delegated to this command" if there else
                                            "there is no cgroup v2 for memory") + "; it is limited for each process by itself",
                  "for each sandbox as a whole too: systemd-run --user --scope -p Delegate=yes make grade"
                  if there and shutil.which("systemd-run") else "")


def memory() -> Iterator[Finding]:
    """Check whether memory suffices for one submission per core."""
    facts = dict(line.split(":", 1) for line in _read("/proc/meminfo").splitlines() if ":" in line)
    free = int(facts.get("MemAvailable", "0 kB").split()[0]) / 2**20
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    fit = int(free / MEMORY_FOR_ONE)
    said = f"{free:.1f} GiB free, for {cores} at a time"
    if not free:
        yield Finding(NOTE, "memory", "is not known")
    elif fit >= cores:
        yield Finding(OK, "memory", said)
    else:
        yield Finding(NOTE if fit else BAD, "memory", said, f"grade with JOBS={max(1, fit)}, or close other programs")


def limits() -> Iterator[Finding]:
    """Check the limits set by the shell."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    yield Finding(OK if files >= 256 else BAD, "open files", f"{files} allowed", "" if files >= 256 else "ulimit -n 4096")
    size = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    good = size == resource.RLIM_INFINITY or size > 1 << 30
    yield Finding(OK if good else BAD, "size of a file", "is not limited" if good else f"{size >> 20} MiB allowed",
                  "" if good else "ulimit -f unlimited")


def language() -> Iterator[Finding]:
    """Check whether file names and messages can be written in UTF-8."""
    good = sys.getfilesystemencoding().lower() == "utf-8"
    told = locale.getpreferredencoding(False)
    yield Finding(OK if good else BAD, "file names", f"in {sys.getfilesystemencoding()}, texts in {told}",
                  "" if good else "export LANG=C.UTF-8")


def clock(course: Path) -> Iterator[Finding]:
    """Check the machine's clock and that of the disk the course is on: late days are counted by them."""
    now = time.time()
    year = time.gmtime(now).tm_year
    yield Finding(OK if year >= 2025 else BAD, "clock", time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(now)),
                  "" if year >= 2025 else "it is wrong; late days would be wrong too: sudo timedatectl set-ntp true")
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=course) as file:
        away = abs(os.stat(file.name).st_mtime - time.time())
        if away > MINUTES:
            yield Finding(NOTE, "clock of the disk", f"{away / 60:.0f} minutes away from the machine's",
                          "set both by the same server")


def disk(course: Path) -> Iterator[Finding]:
    """Check free space, and whether the folders can be written to and locked."""
    for what, folder in (("course folder", course), ("temporary folder", Path(tempfile.gettempdir()))):
        if not folder.is_dir():
            yield Finding(BAD, what, f"{folder} is not there", f"mkdir -p '{folder}'")
            continue
        free = shutil.disk_usage(folder).free / 2**30
        try:
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
                file.write(b"x")
                file.flush()
        except OSError as error:
            yield Finding(BAD, what, f"{folder} cannot be written to ({error.strerror})", "make it yours to write to")
            continue
        yield Finding(OK if free >= DISK else BAD, what, f"{free:.1f} GiB free in {folder}",
                      "" if free >= DISK else "make room: a class of 100 takes about 0.2 GiB")
    with contextlib.suppress(FileNotFoundError):
        folder_fd = os.open(course, os.O_RDONLY)
        try:
            fcntl.flock(folder_fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield Finding(NOTE, "at work", "somebody grades in this folder at the moment")
        except OSError:
            yield Finding(NOTE, "locks", "this disk has none: see to it that one person grades at a time")
        finally:
            os.close(folder_fd)


def course_folder(course: Path) -> Iterator[Finding]:
    """Check the contents of the course folder."""
    from autograder.grade.names import shown
    from autograder.grade.record import read_record
    from autograder.gradebook.health import check_gradebook
    from autograder.gradebook.unchanged import has_gradebook, is_elsewhere
    from autograder.stages import stages

    submitted = course / "submitted"
    students = sum(entry.is_dir() for entry in os.scandir(submitted)) if submitted.is_dir() else 0
    yield Finding(OK if students else NOTE, "submitted/", f"{students} students" if students else "nothing is there yet",
                  "" if students else "make collect FROM=download.zip, or look at a sample class with make demo")
    try:
        check_gradebook(course, thorough=True)
        state = "the database that nbgrader_config.py names is well" if is_elsewhere(course) else "is well"
        yield Finding(OK, "gradebook.db", state if has_gradebook(course) else "is not there yet")
    except InfrastructureError as error:
        first, _, rest = str(error).partition("\n")
        yield Finding(BAD, "gradebook.db", first.removeprefix(str(course / "gradebook.db")).strip(), rest)
    files = [file for stage in stages() for file in (course / "results" / stage.id).glob("*.json")]
    broken = sorted(f"{file.parent.name}/{file.name}" for file in files if read_record(file) is None)
    if broken:
        again = [name for name in broken if (submitted / Path(name).stem / Path(name).parent).is_dir()]
        others = [name for name in broken if name not in again]
        advice = [f"damaged, or of another version, such as {again[0]}: make grade makes them again"] if again else []
        advice += [f"of nobody in submitted/, such as {shown(others[0])}: nothing reads them; move them away"] if others else []
        yield Finding(NOTE, "results/", f"{len(files)} records, {len(broken)} of them unusable", "\n".join(advice))
    else:
        yield Finding(OK, "results/", f"{len(files)} records")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
