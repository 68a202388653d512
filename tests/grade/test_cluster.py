"""Grading on a real Dask cluster of two workers on this machine gives what grading here gives."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from distributed import Client

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.schedule import cluster
from autograder.grade.schedule.cluster import over_cluster
from tests.classroom import grade, hand_in, with_function

BIN = Path(sys.executable).parent
SLOW = with_function("import time\n_until = time.process_time() + 3.0\nwhile time.process_time() < _until:\n    pass\n")
RIGHT = {"ada": with_function(""), "ben": with_function("def softmax(z):\n    return z\n"), "cy": "def broken(:\n"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler and two workers, started as docs/ta.md says."""
    folder = tmp_path_factory.mktemp("cluster")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        where = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    common = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    started = [subprocess.Popen([BIN / "dask", "scheduler", "--host", where, "--no-dashboard"], **common),
               subprocess.Popen([BIN / "dask", "worker", where, "--nworkers", "2", "--nthreads", "1", "--no-dashboard"],
                                **common)]
    with Client(where, timeout=60) as client:
        client.wait_for_workers(2, timeout=60)
    yield where
    for process in reversed(started):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def fill(course: Path) -> Path:
    for student, source in RIGHT.items():
        hand_in(course, student, source)
    return course


def results(course: Path) -> dict[str, bytes]:
    names = [*(course / "results").rglob("*.json"), course / "grades.csv", course / "items.csv"]
    return {str(path.relative_to(course)): path.read_bytes() for path in names}


def test_marks_are_the_same_to_the_byte(address, tmp_path):
    here, there = fill(tmp_path / "here"), fill(tmp_path / "there")
    assert not grade(here).failed
    assert not grade(there, cluster=address).failed
    assert len(results(here)) == len(RIGHT) + 2
    assert results(here) == results(there)


def test_a_worker_killed_in_the_middle_costs_a_retry(address, tmp_path):
    hand_in(tmp_path, "dee", SLOW)

    def kill_the_busy_one() -> None:
        with Client(address) as client:
            while not (busy := [where for where, tasks in client.processing().items() if tasks]):
                time.sleep(0.05)
            time.sleep(1.0)
            client.run(lambda: os.kill(os.getpid(), signal.SIGKILL), workers=busy[:1], on_error="ignore")

    killer = threading.Thread(target=kill_the_busy_one)
    killer.start()
    outcome = grade(tmp_path, cluster=address)
    killer.join()
    assert not outcome.failed
    assert [row["score"] for row in outcome.rows] == ["80"]


def test_a_job_on_which_workers_die_is_set_aside_and_the_next_goes_on(address, monkeypatch):
    def die_or_answer(job, isolation, limits=None):  # inside the test, so that it travels by value
        if job["student"] == "killer":
            os._exit(1)
        return {"fine": True}

    jobs = [{"student": name, "stage": "1-bptt", "key": name} for name in ("killer", "harmless")]
    monkeypatch.setattr(cluster, "grade_here", die_or_answer)
    outcomes = {job["student"]: outcome for job, outcome in over_cluster(iter(jobs), 1, address, "sandbox")}
    assert isinstance(outcomes["killer"], InfrastructureError)
    assert "set aside for a person" in str(outcomes["killer"])
    assert outcomes["harmless"] == {"fine": True}


def test_a_worker_with_another_kit_is_refused(address):
    job = {"student": "x", "stage": "1-bptt", "key": "k", "suite": "another"}
    ((_, outcome),) = over_cluster(iter([job]), 1, address, "sandbox")
    assert isinstance(outcome, InfrastructureError)
    assert "another version of the kit" in str(outcome)


def test_nobody_at_the_address_is_wrong_usage(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    with pytest.raises(UsageError, match=r"docs/ta\.md"):
        list(over_cluster(iter([]), 1, "tcp://127.0.0.1:9", "sandbox"))
