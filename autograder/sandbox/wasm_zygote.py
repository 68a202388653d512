"""The zygote for ISOLATION=wasm: holds the memory image of a prepared interpreter and forks workers that start from it.

Student code runs only in the interpreter. The process around it runs this module: it has the worker's socket, one folder and
kernel limits, and is confined by Landlock and seccomp too where the kernel has them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.errors import SandboxError
from autograder.sandbox import walls
from autograder.sandbox.bubblewrap import INSIDE, PACKAGE, readable_inside
from autograder.sandbox.control import say
from autograder.sandbox.limits import Limits
from autograder.sandbox.wasm import Machine, Program, ended_by, lay_out
from autograder.sandbox.zygote import Zygote

HOME, KIT = "/scratch/submission", "/kit"
SEND, RECEIVE = b"s"[0], b"r"[0]
CHUNK = 1 << 18
# Bytes of memory for the interpreter while it imports libraries.
WARM_MEMORY = 1 << 30
ENVIRONMENT = {"HOME": HOME, "TMPDIR": HOME, "MPLCONFIGDIR": HOME, "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0", "PYTHONTZPATH": "",
               "USER": "student", "LOGNAME": "student", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
WARM = """
import sys
sys.path.insert(0, {kit!r})
from autograder.sandbox import inside_wasm
surroundings = inside_wasm.warm({preload!r})
"""
SERVE = "inside_wasm.serve({limits!r}, {home!r}, surroundings)"


class WasmZygote(Zygote):
    """Forks workers that are WebAssembly interpreters; see `autograder.sandbox.zygote.Zygote`.

    Parameters
    ----------
    control, limits, scratch
        As for `Zygote`.
    machine : Machine
    kit : Path
        The part of the kit that is visible inside.
    image : bytearray
        Initial memory of each worker.
    """

    def __init__(self, control: socket.socket, limits: Limits, scratch: Path, machine: Machine, kit: Path,
                 image: bytearray) -> None:
        readable = [machine.program.library, machine.program.data, kit, *map(Path, readable_inside())]
        super().__init__(control, limits, scratch, readable, locked=True)
        self.machine, self.kit, self.image = machine, kit, image

    def shut_in(self, home: Path) -> None:
        """In the child: add the kernel's restrictions to those of WebAssembly, where available."""
        walls.limit_resources(self.limits, address_space=False)
        with contextlib.suppress(OSError):
            walls.restrict_files(self.readable, [home])
        with contextlib.suppress(OSError):
            walls.restrict_calls()

    def serve(self, stream: socket.socket, home: Path) -> None:
        """In the child: run the worker of one submission."""
        status = ended_by(lambda: self._run(stream, home))
        if status < 0:
            os.kill(os.getpid(), signal.SIGSEGV)  # as a native program ends on a stack overflow
        os._exit(status & 0xFF)

    def _run(self, stream: socket.socket, home: Path) -> None:
        memory = len(self.image) + self.limits.memory
        instance = self.machine.instance(_door(stream), [(self.kit, KIT, False), (home, HOME, True)], memory, ENVIRONMENT)
        instance.restore(self.image)
        instance.run(SERVE.format(limits=asdict(self.limits), home=HOME))

    def entries(self) -> int:
        """Return the number of files and folders a worker made, or one above the limit if their total size exceeds the folder's.
        """
        count, size, todo = 0, 0, [str(self.scratch)]
        while todo and count <= self.limits.entries:
            with contextlib.suppress(OSError), os.scandir(todo.pop()) as found:
                for entry in found:
                    count += 1
                    size += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
        return count if size <= self.limits.scratch else self.limits.entries + count + 1


def _door(stream: socket.socket) -> Any:
    """Return the host function of an interpreter: it can send to and receive from the worker's socket, and nothing else."""
    def answer(question: bytes) -> bytes:
        try:
            if question[:1] == b"s":
                stream.sendall(memoryview(question)[1:])
                return b"\0"
            return stream.recv(max(1, min(int.from_bytes(question[1:5], "little"), CHUNK)))
        except OSError:
            return b""

    return answer


def ready_image(machine: Machine, kit: Path, scratch: Path, preload: list[str]) -> bytearray:
    """Return the memory of an interpreter with all libraries imported, cached for this version of the kit and libraries."""
    digest = hashlib.sha256(repr([preload, ENVIRONMENT, WARM]).encode())
    for file in sorted(kit.rglob("*.py")):
        digest.update(f"{file.relative_to(kit)} {file.stat().st_size} ".encode() + file.read_bytes())
    start = "image-" + "-".join(preload)
    folder = machine.program.folder
    kept = folder / f"{start}-{digest.hexdigest()[:32]}"
    if not kept.exists():
        for old in folder.glob(f"{start}-{'?' * 32}"):
            old.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            os._exit(ended_by(lambda: _make_image(machine, kit, scratch, preload, kept)) and 1)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise SandboxError("Python in WebAssembly did not start (the reason stands above)")
    return bytearray(kept.read_bytes())


def _make_image(machine: Machine, kit: Path, scratch: Path, preload: list[str], kept: Path) -> None:
    home = scratch / "submission"
    home.mkdir()
    instance = machine.instance(lambda question: b"", [(kit, KIT, False), (home, HOME, True)], WARM_MEMORY, ENVIRONMENT)
    if not instance.run(WARM.format(kit=KIT, preload=preload)):
        raise SystemExit(1)
    own = kept.with_name(f"{kept.name}.{os.getpid()}")
    own.write_bytes(instance.image())
    own.replace(kept)


def main(descriptor: int, settings: dict[str, Any]) -> None:
    """Prepare an interpreter, report ready, and serve."""
    control = socket.socket(fileno=descriptor)
    scratch = Path(settings["scratch"])
    sys.dont_write_bytecode = True
    machine = Machine(Program(Path(settings["program"])))
    kit = lay_out(scratch.parent, PACKAGE, INSIDE)
    zygote = WasmZygote(control, Limits(**settings["limits"]), scratch, machine, kit,
                        ready_image(machine, kit, scratch, settings["preload"]))
    zygote.empty()
    say(control, {"ready": True, "landlock": walls.landlock_version()})
    zygote.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
