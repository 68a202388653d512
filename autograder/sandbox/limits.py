"""What student code is given: time, memory, space and words."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one worker.

    Attributes
    ----------
    call_cpu : float
        CPU seconds of one call; this limit decides a mark.
    load_cpu : float
        CPU seconds of importing the student's file.
    train_cpu : float
        CPU seconds of training one model again; see `autograder.grade.retrain`.
    wall_factor : float
        How long a call may wait without computing, as a multiple of its CPU limit: catches code that sleeps. Time in which a busy
        machine, or whoever stopped the process, kept it from computing does not count.
    submission_cpu : float
        CPU seconds of all calls of a submission together; a stage may give more (`submission_seconds` in its stage.toml).
    submission_idle : float
        Seconds they may wait together.
    worker_cpu : int
        CPU seconds of a worker in all, enforced by the kernel.
    memory : int
        Bytes of address space beyond what the libraries take.
    scratch : int
        Bytes of the writable folder.
    file : int
        Bytes of one file.
    files : int
        Open files.
    message : int
        Bytes of one message either way.
    printed : int
        Characters of printed output that are kept.
    entries : int
        Files and folders it may make.
    threads : int
        Threads and processes of a sandbox.
    """

    call_cpu: float = 10.0
    load_cpu: float = 5.0
    train_cpu: float = 120.0
    wall_factor: float = 1.5
    submission_cpu: float = 90.0
    submission_idle: float = 40.0
    worker_cpu: int = 300
    memory: int = 1024 * MIB
    scratch: int = 64 * MIB
    file: int = 16 * MIB
    files: int = 64
    message: int = 64 * MIB
    printed: int = 4000
    entries: int = 2000
    threads: int = 64
