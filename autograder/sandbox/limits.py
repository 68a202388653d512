"""Limits on what student code may use: time, memory, disk and output."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one worker.

    call_cpu: CPU seconds of one call. This limit affects marks.
    load_cpu: CPU seconds of importing the student's file.
    train_cpu: CPU seconds of retraining one model; see `autograder.grade.retrain`.
    wall_factor: How long a call may be idle, as a multiple of its CPU limit: stops code that sleeps. Time in which a busy
        machine, or a signal from outside, kept it from computing does not count.
    submission_cpu: CPU seconds of all calls of a submission together; a stage may allow more (`submission_seconds` in its
        stage.toml).
    submission_idle: Seconds that all calls of a submission may be idle together.
    worker_cpu: CPU seconds of a worker over its whole life, enforced by the kernel.
    memory: Bytes of address space beyond that of the libraries.
    scratch: Bytes of the writable folder.
    file: Bytes of one file.
    files: Open files.
    message: Bytes of one message in either direction.
    printed: Characters of printed output that are kept.
    entries: Files and folders that may be created.
    threads: Threads and processes of a sandbox.
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
