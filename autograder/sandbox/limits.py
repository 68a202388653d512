"""Limits on what student code may use: time, memory, disk and output."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.checks.timelimit import CALL_CPU, LOAD_CPU, WALL_FACTOR

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one worker.

    Attributes
    ----------
    call_cpu : float
        CPU seconds of one call. This limit affects marks.
    load_cpu : float
        CPU seconds of importing the student's file.
    train_cpu : float
        CPU seconds of retraining one model; see `autograder.grade.retrain`.
    wall_factor : float
        How long a call may be idle, as a multiple of its CPU limit: stops code that sleeps. Time in which a busy machine, or a
        signal from outside, kept it from computing does not count.
    submission_cpu : float
        CPU seconds of all calls of a submission together; a stage may allow more (`submission_seconds` in its stage.toml).
    submission_idle : float
        Seconds that all calls of a submission may be idle together.
    worker_cpu : int
        CPU seconds of a worker over its whole life, enforced by the kernel.
    memory : int
        Bytes of address space beyond that of the libraries.
    scratch : int
        Bytes of the writable folder.
    file : int
        Bytes of one file.
    files : int
        Open files.
    message : int
        Bytes of one message in either direction.
    printed : int
        Characters of printed output that are kept.
    entries : int
        Files and folders that may be created.
    threads : int
        Threads and processes of a sandbox.
    """

    call_cpu: float = CALL_CPU
    load_cpu: float = LOAD_CPU
    train_cpu: float = 120.0
    wall_factor: float = WALL_FACTOR
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
