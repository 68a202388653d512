"""A slot: a warm, trusted process per core that grades one submission at a time.

`python -m autograder.grade.schedule.slot` exchanges length-prefixed msgpack messages on standard input and output. Each job runs
in a forked process, so that no state of a suite carries over to the next submission; the sandbox's zygote is started once and
forks a new worker for each.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

import msgspec

from autograder.errors import InfrastructureError, Killed, KitError, SandboxError
from autograder.sandbox.limits import Limits
from autograder.sandbox.walls import close_memory, die_with_parent, limit_memory, stay_on
from autograder.stages import KIT
from autograder.text import one_line

# Seconds. Only a hang on the grader's side takes this long: the limits of the sandbox are far lower.
DEADLINE = 1800.0
# CPU seconds that the tests of one submission may use on this side, and how many more before the kernel kills them.
TESTING_CPU, AND_NO_MORE = 30, 10
# How often a submission is restarted at once when its worker is killed from outside.
KILLED_TRIES = 6
# Factor on the deadline when models are retrained.
RETRAINING = 4
# Bytes the tests of one submission may use besides the libraries: values are limited in size, what is computed from them is not.
MEMORY = 2 << 30
# Niceness of a slot: the one process that writes the gradebook goes first, as all results go through it.
YIELD = 5
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
    """The client side of a slot process, which is started on first use and replaced if it dies.

    Parameters
    ----------
    isolation : str
    limits : Limits, optional
    core : int, optional
        Pin the slot and its sandbox to this core. Grader and worker take turns, and on two cores each turn would have to wake
        one.
    """

    def __init__(self, isolation: str = "sandbox", limits: Limits | None = None, core: int | None = None) -> None:
        self.isolation, self.limits, self.core = isolation, limits or Limits(), core
        self._process: subprocess.Popen[bytes] | None = None

    def grade(self, job: dict[str, Any]) -> dict[str, Any]:
        """Return the record of one submission.

        Raises
        ------
        SandboxError
            The sandbox cannot be set up here.
        InfrastructureError
            The slot died or reported a failure of the grader.
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
        raise (Killed if answer["kind"] == "Killed" else InfrastructureError)(answer["message"], answer.get("details", ""))

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                                        "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}
            self._process = subprocess.Popen([sys.executable, "-m", "autograder.grade.schedule.slot", self.isolation,
                                              json.dumps(asdict(self.limits)), json.dumps(self.core)],
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                                             cwd=KIT, process_group=0)  # nbgrader changes the working folder of this process
        return self._process

    def kill(self) -> None:
        """Kill it at once, from another thread, together with all that it started; what it was grading is lost."""
        process = self._process
        if process is not None:
            process.kill()

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


class Server:
    """The process side: serves jobs until the stream of requests ends.

    pytest collects a stage's tests on its first job, and all further jobs are served from inside that session: each submission's
    process is forked from one with everything imported and collected. The reference run is recorded only on a stage's second job,
    so that a single submission need not wait for it.
    """

    def __init__(self, requests: IO[bytes], answers: IO[bytes], isolation: str, limits: Limits) -> None:
        self.requests, self.answers, self.isolation, self.limits = requests, answers, isolation, limits
        self.sandboxes: dict[tuple[str, ...], Any] = {}
        self.started: set[tuple[str, ...]] = set()
        self.suites: dict[str, Any] = {}
        self.reference_run: dict[tuple[str, int], Any] = {}

    def serve(self, job: dict[str, Any] | None = None) -> None:
        """Serve jobs one by one, starting with `job` if given."""
        from autograder.stages import find_stage

        while job := job or receive(self.requests):
            try:
                stage = find_stage(job["stage"])
                if stage.id not in self.suites:
                    return self._enter(stage, job)
                answer = self._answer(stage, job)
            except KitError as error:
                answer = {"ok": False, "kind": type(error).__name__, "message": str(error)}
            send(self.answers, answer)
            job = None

    def _enter(self, stage: Any, job: dict[str, Any]) -> None:
        """Prepare for a stage; serve this job and all that follow."""
        from autograder.grade.runner import Suite, collected

        def go_on(suite: Suite) -> None:
            self.suites[stage.id] = suite
            freeze()
            self.serve(job)

        self._launched(stage)  # its imports run in parallel
        warm(stage)
        collected(stage, go_on)

    def _answer(self, stage: Any, job: dict[str, Any]) -> dict[str, Any]:
        from autograder.grade.submission_grader import record_reference_run

        sandbox, suite, course = self._sandbox(stage), self.suites[stage.id], (stage.id, job["seed"])
        if course not in self.reference_run:
            self.reference_run[course] = None
        elif self.reference_run[course] is None:
            self.reference_run[course] = record_reference_run(stage, sandbox, suite, job["seed"])
            freeze()
        deadline = DEADLINE * (RETRAINING if job.get("retrain") else 1)
        for _ in range(KILLED_TRIES):
            answer = _in_child(lambda: _graded(job, sandbox, suite, self.reference_run[course]), deadline)
            sandbox.sweep()
            if answer.get("kind") != "Killed":
                break
        return answer

    def _launched(self, stage: Any) -> Any:
        from autograder.sandbox.client.sandbox import Sandbox

        preload = stage.info.preload
        if preload not in self.sandboxes:
            sandbox = Sandbox(preload=preload, isolation=self.isolation, limits=self.limits)
            sandbox.launch()
            self.sandboxes[preload] = sandbox
        return self.sandboxes[preload]

    def _sandbox(self, stage: Any) -> Any:
        sandbox, preload = self._launched(stage), stage.info.preload
        if preload not in self.started:
            try:
                sandbox.start()
            except BaseException:
                self.sandboxes.pop(preload).close()
                raise
            self.started.add(preload)
        return sandbox

    def close(self) -> None:
        """End the sandboxes."""
        for sandbox in self.sandboxes.values():
            sandbox.close()


def freeze() -> None:
    """Exempt all current objects from garbage collection: a collection in a forked child would copy their pages."""
    gc.collect()
    gc.freeze()


def main(isolation: str, limits: Limits, core: int | None) -> None:
    """Serve jobs until standard input ends or the parent dies, which also ends the job in progress."""
    die_with_parent()
    if core is not None:
        stay_on(core)
    os.nice(YIELD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the main process
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # other output must not get into the stream of answers
    server = Server(requests, answers, isolation, limits)
    try:
        server.serve()
    finally:
        server.close()


def warm(stage: Any) -> None:
    """Import what every submission of the stage needs, once, before forking."""
    import importlib

    import numpy.testing  # noqa: F401

    from autograder.grade.diagnosis.naming import mistake_module
    from autograder.grade.record import versions

    versions(stage)
    for name in stage.info.preload:
        importlib.import_module(name)
    stage.reference()
    for visibility in stage.test_files():
        importlib.import_module(f"autograder.stages.{stage.name}.{visibility}")
    for mistake in stage.mistakes():
        mistake_module(stage, mistake)


def _in_child(grade: Callable[[], dict[str, Any]], deadline: float = DEADLINE) -> dict[str, Any]:
    """Grade in a forked process and return its answer."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            die_with_parent()
            close_memory()
            limit_memory(MEMORY)
            resource.setrlimit(resource.RLIMIT_CPU, (TESTING_CPU, TESTING_CPU + AND_NO_MORE))
            with os.fdopen(writer, "wb") as stream:
                stream.write(msgspec.msgpack.encode(grade()))
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    try:
        data = _read_until(reader, time.monotonic() + deadline)
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, _, usage = os.wait4(child, 0)
    if not data:
        busy = usage.ru_utime + usage.ru_stime >= TESTING_CPU
        raise InfrastructureError("what it returns kept the tests busy for more than "
                                  f"{TESTING_CPU + AND_NO_MORE} seconds of CPU time" if busy else
                                  "the process that ran the tests ended without a result")
    return msgspec.msgpack.decode(data)


def _graded(job: dict[str, Any], sandbox: Any, suite: Any, memory: Any) -> dict[str, Any]:
    from autograder.grade.submission_grader import grade_one

    try:
        return {"ok": True, "record": grade_one(job, sandbox, suite, memory)}
    except KitError as error:
        error = sandbox.trouble or error  # pytest's re-raised error has lost its type
        return {"ok": False, "kind": type(error).__name__, "message": str(error), "details": getattr(error, "details", "")}
    except BaseException as error:
        return {"ok": False, "kind": "InfrastructureError", "message": one_line(f"{type(error).__name__}: {error}"),
                "details": traceback.format_exc()[-20_000:]}


def _read_until(reader: int, deadline: float) -> bytes:
    """Return all data until the other end closes; empty if the deadline passes first."""
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
    main(sys.argv[1], Limits(**json.loads(sys.argv[2])), json.loads(sys.argv[3]))
