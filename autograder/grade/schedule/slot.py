"""Slots, one a core: each grades one submission at a time. One warm, trusted process serves them all.

`python -m autograder.grade.schedule.slot` exchanges length-prefixed msgpack messages over a socket for each slot. Each job runs
in a forked process, so that no state of a suite carries over to the next submission. Each slot has sandboxes of its own, whose
zygotes are started once and fork a new worker for each submission.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import msgspec

from autograder.errors import InfrastructureError, Killed, KitError, SandboxError
from autograder.sandbox.limits import Limits
from autograder.sandbox.walls import close_memory, die_with_parent, limit_memory, stay_on, staying_on
from autograder.stages import KIT, Stage, find_stage
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
# Niceness of what grades: the one process that writes the gradebook goes first, as all results go through it.
YIELD = 5
_PREFIX = struct.Struct(">I")


def send(connection: socket.socket, value: Any) -> None:
    """Send one message."""
    data = msgspec.msgpack.encode(value)
    connection.sendall(_PREFIX.pack(len(data)) + data)


def receive(connection: socket.socket) -> Any:
    """Receive one message, after which nothing follows until it is answered; None if the other side has closed."""
    with connection.makefile("rb") as stream:
        head = stream.read(_PREFIX.size)
        if len(head) < _PREFIX.size:
            return None
        (length,) = _PREFIX.unpack(head)
        data = stream.read(length)
    return msgspec.msgpack.decode(data) if len(data) == length else None


class Slots:
    """The client side of a grading process, which is started on first use and replaced if it dies.

    It imports the libraries, collects the tests and makes the reference run once for all its slots.

    Parameters
    ----------
    isolation : str
    limits : Limits, optional
    cores : sequence of int or None
        One slot each; the core to pin it and its sandbox to. Grader and worker take turns, and on two cores each turn would have
        to wake one.
    """

    def __init__(self, isolation: str = "sandbox", limits: Limits | None = None, cores: Sequence[int | None] = (None,)) -> None:
        self.isolation, self.limits, self.cores = isolation, limits or Limits(), tuple(cores)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connections: list[socket.socket] = []

    def grade(self, job: dict[str, Any], slot: int = 0) -> dict[str, Any]:
        """Return the record of one submission. Each slot takes one at a time, from a thread of its own.

        Raises
        ------
        SandboxError
            The sandbox cannot be set up here.
        InfrastructureError
            The process died or reported a failure of the grader.
        """
        connection = self._started()[slot]
        try:
            send(connection, job)
            answer = receive(connection)
        except (BrokenPipeError, OSError, msgspec.DecodeError):
            answer = None
        if answer is None:
            with self._lock:
                if connection in self._connections:  # else another slot has done it
                    self._end()
            raise InfrastructureError("the grading process ended before it answered")
        if answer["ok"]:
            return answer["record"]
        if answer["kind"] == "SandboxError":
            raise SandboxError(answer["message"])
        raise (Killed if answer["kind"] == "Killed" else InfrastructureError)(answer["message"], answer.get("details", ""))

    def _started(self) -> list[socket.socket]:
        """Return the connections of all slots to a process that runs. It dies with the thread that started it."""
        with self._lock:
            if self._process is None:
                environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
                                            "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"}
                pairs = [socket.socketpair() for _ in self.cores]
                self._connections, others = ([*side] for side in zip(*pairs, strict=True))
                theirs = [other.fileno() for other in others]
                slots = json.dumps([*zip(theirs, self.cores, strict=True)])
                self._process = subprocess.Popen([sys.executable, "-m", "autograder.grade.schedule.slot", self.isolation,
                                                  json.dumps(asdict(self.limits)), slots],
                                                 stdin=subprocess.DEVNULL, pass_fds=theirs, env=environment,
                                                 cwd=KIT, process_group=0)  # nbgrader changes the working folder of this process
                for other in others:
                    other.close()
            return self._connections

    def kill(self) -> None:
        """Kill it at once, from another thread, together with all that it started; what it was grading is lost."""
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process and all that it started."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            if self._process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(timeout=5)
                self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        for connection in self._connections:
            connection.close()
        self._process, self._connections = None, []


class Lane:
    """The process side of a slot: its connection, its sandboxes, and the process of the submission it is grading."""

    def __init__(self, connection: socket.socket, core: int | None, isolation: str, limits: Limits) -> None:
        self.connection, self.core, self.isolation, self.limits = connection, core, isolation, limits
        self.sandboxes: dict[tuple[str, ...], Any] = {}
        self.started: set[tuple[str, ...]] = set()
        self.job: dict[str, Any] | None = None
        self.tries = 0
        self.child, self.reader, self.until = 0, -1, 0.0
        self.parts: list[bytes] = []

    def launched(self, stage: Any) -> Any:
        """Return the sandbox with the stage's libraries, launching it if necessary."""
        from autograder.sandbox.client.sandbox import Sandbox

        preload = stage.info.preload
        if preload not in self.sandboxes:
            sandbox = Sandbox(preload=preload, isolation=self.isolation, limits=self.limits)
            with staying_on(self.core):
                sandbox.launch()
            self.sandboxes[preload] = sandbox
        return self.sandboxes[preload]

    def sandbox(self, stage: Any) -> Any:
        """Return the sandbox with the stage's libraries, ready."""
        sandbox, preload = self.launched(stage), stage.info.preload
        if preload not in self.started:
            try:
                sandbox.start()
            except BaseException:
                self.sandboxes.pop(preload).close()
                raise
            self.started.add(preload)
        return sandbox

    def fork(self, grade: Callable[[], dict[str, Any]], deadline: float) -> None:
        """Grade in a forked process."""
        self.reader, writer = os.pipe()
        self.until, self.parts = time.monotonic() + deadline, []
        self.child = os.fork()
        if self.child == 0:
            status = 1
            try:
                die_with_parent()
                close_memory()
                limit_memory(MEMORY)
                if self.core is not None:
                    stay_on(self.core)
                resource.setrlimit(resource.RLIMIT_CPU, (TESTING_CPU, TESTING_CPU + AND_NO_MORE))
                with os.fdopen(writer, "wb") as stream:
                    stream.write(msgspec.msgpack.encode(grade()))
                status = 0
            finally:
                os._exit(status)
        os.close(writer)

    def has_ended(self) -> bool:
        """Read what the forked process has written; return whether that was all, or its time is over."""
        if time.monotonic() > self.until:
            self.parts = []
            return True
        self.parts.append(os.read(self.reader, 1 << 20))
        return not self.parts[-1]

    def answer(self) -> dict[str, Any]:
        """Return the answer of the forked process, which has ended or is ended."""
        os.close(self.reader)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        _, _, usage = os.wait4(self.child, 0)
        self.child = 0
        try:
            return msgspec.msgpack.decode(b"".join(self.parts))
        except msgspec.DecodeError as error:
            busy = usage.ru_utime + usage.ru_stime >= TESTING_CPU
            raise InfrastructureError("what it returns kept the tests busy for more than "
                                      f"{TESTING_CPU + AND_NO_MORE} seconds of CPU time" if busy else
                                      "the process that ran the tests ended without a result") from error

    def close(self) -> None:
        """End the sandboxes; the next job gets new ones."""
        while self.sandboxes:
            self.sandboxes.popitem()[1].close()
        self.started.clear()


class Server:
    """The process side: serves jobs until all slots are closed.

    pytest collects a stage's tests on its first job, and all further jobs are served from inside that session: each submission's
    process is forked from one with everything imported and collected. The reference run is recorded only on a stage's second job,
    so that a single submission need not wait for it.
    """

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self.lanes = list(lanes)
        self.suites: dict[str, Any] = {}
        self.reference_run: dict[tuple[str, int], Any] = {}

    def serve(self) -> None:
        """Serve the slots until all are closed, or until a job needs another stage: then from inside that stage's session."""
        while self.lanes:
            for lane in self.lanes:
                if lane.job is not None and not lane.child and not self._begin(lane):
                    return
            for lane in self._ready():
                if lane.child:
                    if lane.has_ended():
                        self._conclude(lane)
                elif (job := receive(lane.connection)) is None:
                    lane.close()
                    self.lanes.remove(lane)
                else:
                    lane.job, lane.tries = job, 0

    def _ready(self) -> list[Lane]:
        """Wait until a slot has a job, a forked process has written, or its time is over."""
        waiting: dict[Any, Lane] = {lane.reader if lane.child else lane.connection: lane for lane in self.lanes}
        until = min((lane.until for lane in self.lanes if lane.child), default=None)
        left = None if until is None else max(until - time.monotonic(), 0.0)
        ready = [waiting[one] for one in select.select(waiting, [], [], left)[0]]
        return ready or [lane for lane in self.lanes if lane.child and time.monotonic() > lane.until]

    def _begin(self, lane: Lane) -> bool:
        """Begin with a slot's job; return False if it was done with all others, after entering its stage."""
        assert lane.job is not None
        stage, course = find_stage(lane.job["stage"]), (lane.job["stage"], lane.job["seed"])
        try:
            if stage.id not in self.suites:
                self._enter(stage)
                return False
            self._fork(lane, stage, course)
        except KitError as error:
            self.suites.pop(stage.id, None)  # what ended early must not be run again
            self.reference_run.pop(course, None)
            self._tell(lane, failure(error))
        return True

    def _enter(self, stage: Stage) -> None:
        """Prepare for a stage; serve all jobs that follow."""
        from autograder.grade.runner import Suite, collected

        def go_on(suite: Suite) -> None:
            self.suites[stage.id] = suite
            freeze()
            self.serve()

        for lane in self.lanes:
            lane.launched(stage)  # its imports run in parallel
        warm(stage)
        collected(stage, go_on)

    def _fork(self, lane: Lane, stage: Stage, course: tuple[str, int]) -> None:
        from autograder.grade.submission_grader import record_reference_run

        job, sandbox, suite = lane.job, lane.sandbox(stage), self.suites[stage.id]
        assert job is not None
        if course not in self.reference_run:
            self.reference_run[course] = None
        elif self.reference_run[course] is None and not lane.tries:  # the first submission begins again without
            self.reference_run[course] = record_reference_run(stage, sandbox, suite, job["seed"])
            freeze()
        lane.tries += 1
        lane.fork(lambda: _graded(job, sandbox, suite, self.reference_run[course]),
                  DEADLINE * (RETRAINING if job.get("retrain") else 1))

    def _conclude(self, lane: Lane) -> None:
        """Answer with what the forked process found; begin again if its worker was killed from outside."""
        assert lane.job is not None
        try:
            answer = lane.answer()
            lane.launched(find_stage(lane.job["stage"])).sweep()
        except KitError as error:
            answer = failure(error)
        if answer.get("kind") != "Killed" or lane.tries >= KILLED_TRIES:
            self._tell(lane, answer)

    def _tell(self, lane: Lane, answer: dict[str, Any]) -> None:
        lane.job = None
        if answer.get("kind") == "InfrastructureError":
            lane.close()  # the next try begins with sandboxes of its own
        with contextlib.suppress(OSError):  # whoever asked is gone
            send(lane.connection, answer)

    def close(self) -> None:
        """End the sandboxes."""
        for lane in self.lanes:
            lane.close()


def freeze() -> None:
    """Exempt all current objects from garbage collection: a collection in a forked child would copy their pages."""
    gc.collect()
    gc.freeze()


def main(isolation: str, limits: Limits, slots: list[tuple[int, int | None]]) -> None:
    """Serve jobs until all connections are closed or the parent dies, which also ends the jobs in progress.

    Parameters
    ----------
    slots : list of (int, int or None)
        Descriptor and core of each.
    """
    die_with_parent()
    os.nice(YIELD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the main process
    server = Server(Lane(socket.socket(fileno=descriptor), core, isolation, limits) for descriptor, core in slots)
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


def failure(error: KitError) -> dict[str, Any]:
    """Return the answer that says what the grader failed on."""
    return {"ok": False, "kind": type(error).__name__, "message": str(error), "details": getattr(error, "details", "")}


def _graded(job: dict[str, Any], sandbox: Any, suite: Any, memory: Any) -> dict[str, Any]:
    from autograder.grade.submission_grader import grade_one

    try:
        return {"ok": True, "record": grade_one(job, sandbox, suite, memory)}
    except KitError as error:
        return failure(sandbox.trouble or error)  # pytest's re-raised error has lost its type
    except BaseException as error:
        return {"ok": False, "kind": "InfrastructureError", "message": one_line(f"{type(error).__name__}: {error}"),
                "details": traceback.format_exc()[-20_000:]}


if __name__ == "__main__":
    main(sys.argv[1], Limits(**json.loads(sys.argv[2])), json.loads(sys.argv[3]))
