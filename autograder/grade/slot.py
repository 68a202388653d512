"""A slot: one trusted process a core, warm, that grades one submission at a time.

`python -m autograder.grade.slot` speaks length-prefixed msgpack on its standard input and output. Each
job is run in a process forked for it, so that nothing a suite leaves behind reaches the next submission;
the jail's zygote is started once and lends a fresh worker to each.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from dataclasses import asdict
from typing import IO, Any

import msgspec

from autograder.errors import InfrastructureError, KitError, SandboxError
from autograder.jail.limits import Limits
from autograder.jail.walls import die_with_parent, limit_memory
from autograder.stages import KIT

# No suite takes this long unless something on the grader's side hangs: the limits of the jail are far below.
DEADLINE = 1800.0
# Where models are trained afresh it may take this many times as long.
RETRAINING = 4
# What the tests of one submission may take beside the libraries: its values are limited, what is computed of them is not.
MEMORY = 2 << 30
_PREFIX = struct.Struct(">I")


def send(stream: IO[bytes], value: Any) -> None:
    """Write one message."""
    data = msgspec.msgpack.encode(value)
    stream.write(_PREFIX.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; None at the end of the stream."""
    head = stream.read(_PREFIX.size)
    if len(head) < _PREFIX.size:
        return None
    (length,) = _PREFIX.unpack(head)
    data = stream.read(length)
    return msgspec.msgpack.decode(data) if len(data) == length else None


class Slot:
    """The near end of a slot process; started when first used, replaced when it dies."""

    def __init__(self, isolation: str = "sandbox", limits: Limits | None = None) -> None:
        self.isolation, self.limits = isolation, limits or Limits()
        self._process: subprocess.Popen | None = None

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """The record of one submission.

        Raises
        ------
        SandboxError
            The jail cannot be set up here.
        InfrastructureError
            The slot died or reported its own trouble.
        """
        process = self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            send(process.stdin, job)
            answer = receive(process.stdout)
        except (BrokenPipeError, OSError, msgspec.DecodeError):
            answer = None
        if answer is None:
            self.close()
            raise InfrastructureError("the grading process ended before it answered")
        if answer["ok"]:
            return answer["record"]
        if answer["kind"] == "SandboxError":
            raise SandboxError(answer["message"])
        raise InfrastructureError(answer["message"])

    def _start(self) -> subprocess.Popen:
        if self._process is None or self._process.poll() is not None:
            environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                                        "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}
            self._process = subprocess.Popen([sys.executable, "-m", "autograder.grade.slot", self.isolation,
                                              json.dumps(asdict(self.limits))],
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                                             cwd=KIT, start_new_session=True)  # nbgrader changes ours meanwhile
        return self._process

    def close(self) -> None:
        """End the slot and all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main(isolation: str, limits: Limits) -> None:
    """Serve jobs until standard input ends."""
    from autograder.jail.client import Jail
    from autograder.stages import find_stage

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the stream of answers
    jails: dict[tuple[str, ...], Jail] = {}
    warmed: set[str] = set()
    try:
        while (job := receive(requests)) is not None:
            try:
                stage = find_stage(job["stage"])
                if stage.id not in warmed:
                    warm(stage)
                    warmed.add(stage.id)
                if stage.info.preload not in jails:
                    jails[stage.info.preload] = Jail(preload=stage.info.preload, isolation=isolation, limits=limits)
                    jails[stage.info.preload].start()
                answer = _in_child(job, jails[stage.info.preload])
                jails[stage.info.preload].sweep()
                send(answers, answer)
            except KitError as error:
                send(answers, {"ok": False, "kind": type(error).__name__, "message": str(error)})
    finally:
        for jail in jails.values():
            jail.close()


def warm(stage: Any) -> None:
    """Import what every submission of the stage needs, once, before the forks."""
    import importlib

    import numpy.testing  # noqa: F401
    import pytest  # noqa: F401

    from autograder.grade.diagnosis import mistake_module

    for name in stage.info.preload:
        importlib.import_module(name)
    stage.reference()
    for visibility in ("public", "hidden"):
        importlib.import_module(f"autograder.stages.{stage.name}.{visibility}")
    for mistake in stage.mistakes():
        mistake_module(stage, mistake)
    gc.collect()
    gc.freeze()


def _in_child(job: dict[str, Any], jail: Any) -> dict[str, Any]:
    """Grade in a process of the submission's own and hand over what it writes."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            _grade_into(writer, job, jail)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    try:
        data = _read_until(reader, time.monotonic() + DEADLINE * (RETRAINING if job.get("retrain") else 1))
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not data:
        raise InfrastructureError("the process that ran the tests ended without a result")
    return msgspec.msgpack.decode(data)


def _grade_into(writer: int, job: dict[str, Any], jail: Any) -> None:
    from autograder.grade.one import grade_one

    die_with_parent()
    limit_memory(MEMORY)
    try:
        answer = {"ok": True, "record": grade_one(job, jail)}
    except KitError as error:
        answer = {"ok": False, "kind": type(error).__name__, "message": str(error)}
    except BaseException as error:
        import traceback

        answer = {"ok": False, "kind": "InfrastructureError",
                  "message": f"{type(error).__name__}: {error}\n{traceback.format_exc()[-3000:]}"}
    with os.fdopen(writer, "wb") as stream:
        stream.write(msgspec.msgpack.encode(answer))


def _read_until(reader: int, deadline: float) -> bytes:
    """All that is written until the other end closes, or nothing when the deadline passes first."""
    parts: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        ready, _, _ = select.select([reader], [], [], max(left, 0.0))
        if not ready:
            return b""
        part = os.read(reader, 1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


if __name__ == "__main__":
    main(sys.argv[1], Limits(**json.loads(sys.argv[2])))
