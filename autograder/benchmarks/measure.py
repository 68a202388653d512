"""What is measured, and how: wall clock, CPU time of a command with all its children, peak memory."""

from __future__ import annotations

import ctypes
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.benchmarks import otter, plain
from autograder.checks.axes import draw_once
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.course import SEED
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.runner import Suite, collected, run_suite
from autograder.grade.schedule.slot import freeze, warm
from autograder.grade.schedule.slots import cores
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
from autograder.stages import KIT, Stage
from autograder.stages.points import task_points

PR_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """Seconds of wall clock and of CPU; peak memory in MiB, of the process that was started and of the largest one below it."""

    wall: float
    cpu: float
    peak: float = 0.0
    below: float = 0.0

    def each(self, count: int) -> Cost:
        """The cost of one out of `count`."""
        return Cost(self.wall / count, self.cpu / count, self.peak, self.below)


@contextmanager
def timed() -> Iterator[Cost]:
    """Cost of the block, children included."""
    cost = Cost(0.0, 0.0)
    before, started = os.times(), time.perf_counter()
    yield cost
    after = os.times()
    cost.wall = time.perf_counter() - started
    cost.cpu = sum(after[:4]) - sum(before[:4])


def command(*words: str) -> Cost:
    """Cost of a command of the kit, and of the sandboxes it started."""
    # Processes below this one whose parent ends become its children: what they used is not lost to the account.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before, started, peak, below = os.times(), time.perf_counter(), 0, 0
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen([sys.executable, "-m", "autograder", *words], stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, peak_kib(process.pid))
            below = max([below, *map(peak_kib, descendants(process.pid))])
            time.sleep(0.2)
        wall = time.perf_counter() - started
        if process.returncode:
            output.seek(0)
            raise RuntimeError(f"{' '.join(words)} failed:\n{output.read()[-3000:]}")
    with suppress(ChildProcessError):  # a sandbox's first process outlives bubblewrap, which started it
        while True:
            os.waitpid(-1, 0)
    after = os.times()
    return Cost(wall, sum(after[2:4]) - sum(before[2:4]), peak / 1024, below / 1024)


def descendants(pid: int) -> list[int]:
    """The running processes below a process, those in its sandboxes too."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def peak_kib(pid: int) -> int:
    """Peak memory of a running process. Not what `wait4` tells of it: that begins with the memory of whoever started it."""
    try:
        found = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0


def class_of(stage: Stage, count: int) -> dict[str, str]:
    """Sources of a class: the model answers, right answers written differently and catalogued mistakes in turn, each a file
    of its own."""
    groups = ([stage.solution.read_text(encoding="utf-8")], list(stage.alternatives().values()),
              [mistake.source for mistake in stage.mistakes()])
    sources = [group[n % len(group)] for n in range(max(map(len, groups))) for group in groups]
    return {f"student-{n:04d}": f"{sources[n % len(sources)]}\n# {n}\n" for n in range(count)}


def hand_in(course: Path, stage: Stage, answers: dict[str, str]) -> None:
    """Submissions as students hand them in: the file and the released notebook."""
    from autograder.stages import RELEASE

    released = RELEASE / stage.id / f"{stage.id}.ipynb"
    for student, source in answers.items():
        folder = course / "submitted" / student / stage.id
        folder.mkdir(parents=True)
        (folder / stage.info.file).write_text(source)
        for name, data in (stage.trained() | {released.name: released.read_bytes()}).items():
            (folder / name).write_bytes(data)


def grade(stage: Stage, count: int, jobs: int = 0) -> Cost:
    """Our whole pipeline over a class of `count`, from a cold start."""
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), stage, class_of(stage, count))
        return command("grade", "--course", folder, "--stage", stage.id, "--jobs", str(jobs or cores()))


def grade_again(stage: Stage, count: int) -> Cost:
    """A second run over an unchanged class."""
    with tempfile.TemporaryDirectory() as folder:
        hand_in(Path(folder), stage, class_of(stage, count))
        command("grade", "--course", folder, "--stage", stage.id)
        return command("grade", "--course", folder, "--stage", stage.id)


def plain_nbgrader(stage: Stage, count: int) -> Cost:
    """Plain nbgrader over the same class: as many processes as there are cores, each with its share of the students."""
    places = min(cores(), count)
    with tempfile.TemporaryDirectory() as folder:
        shares = [Path(folder, str(place)) for place in range(places)]
        answers = list(class_of(stage, count).items())
        for place, share in enumerate(shares):
            share.mkdir()
            plain.build(share, stage, dict(answers[place::places]))
        with timed() as cost:
            for words in (("autograde", stage.id), ("generate_feedback", stage.id)):
                started = [subprocess.Popen([sys.executable, "-m", "nbgrader", *words], cwd=share, env=plain.environment(share),
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for share in shares]
                for process in started:
                    process.wait()
        return cost


def otter_grader(stage: Stage, count: int) -> Cost | None:
    """otter-grader's `otter run` over the same class, as many at a time as there are cores; None where it cannot be installed."""
    if not otter.installed():
        return None
    with tempfile.TemporaryDirectory() as folder:
        answers = class_of(stage, count)
        otter.build(Path(folder), stage, answers)
        with timed() as cost:
            otter.run(Path(folder), stage, list(answers), cores())
        first = otter.points(Path(folder), min(answers))
        if first != sum(task_points(stage).values()):
            raise RuntimeError(f"{stage.id}: otter-grader gives the model answers {first} points")
        return cost


# The tests of a stage, by pytest in a process of their own, on the source that comes by standard input.
COLD = """
import sys
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import run_suite
from autograder.stages import find_stage
stage = find_stage(sys.argv[1])
run_suite(stage, InProcessBackend(stage, sys.stdin.read(), int(sys.argv[2])))
"""


def cold_pytest(stage: Stage, count: int) -> Cost:
    """The tests alone, a process a submission, as many at a time as there are cores: no sandbox, no gradebook, no page."""
    def run(source: str) -> None:
        subprocess.run([sys.executable, "-c", COLD, stage.id, str(SEED)], input=source, text=True, env=plain.environment(KIT),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)

    with timed() as cost, ThreadPoolExecutor(cores()) as pool:
        list(pool.map(run, class_of(stage, count).values()))
    return cost


@contextmanager
def warm_sandbox(stage: Stage, isolation: str = "sandbox") -> Iterator[Sandbox]:
    """A started sandbox, and this process warm for the stage."""
    sandbox = Sandbox(preload=stage.info.preload, isolation=isolation)
    sandbox.start()
    warm(stage)
    try:
        yield sandbox
    finally:
        sandbox.close()


def in_process(stage: Stage, rounds: int = 5) -> float:
    """Median CPU seconds of the bare suite, the solution in this very process."""
    source = stage.solution.read_text(encoding="utf-8")

    def once(suite: Suite) -> float:
        before = time.process_time()
        suite.run(InProcessBackend(stage, source, SEED))
        return time.process_time() - before

    return collected(stage, lambda suite: statistics.median(once(suite) for _ in range(rounds + 1)))


def naming(stage: Stage) -> dict[str, float]:
    """CPU seconds that naming takes, by mistake: all that is made again after the failed tests of its task."""
    warm(stage)
    if "matplotlib" in stage.info.preload:
        draw_once()
    freeze()
    spent = {}
    for mistake in stage.mistakes():
        diagnosis = Diagnosis(stage)
        run_suite(stage, InProcessBackend(stage, mistake.source, SEED), diagnosis, only=mistake.task)
        before = time.process_time()
        if mistake.id not in {name for name, _ in diagnosis.found.values()}:
            raise RuntimeError(f"{mistake.id} is not named")
        spent[mistake.id] = time.process_time() - before
    return spent


def per_call(sandbox: Sandbox, rounds: int = 2000) -> float:
    """Microseconds of a call that does nothing."""
    worker = sandbox.worker(Submission({"m.py": b"def f(x):\n    return x\n"}, "m"))
    try:
        worker.load()
        worker.reset(SEED)
        started = time.perf_counter()
        for _ in range(rounds):
            worker.call(["function", "f"], (1.0,), {})
        return (time.perf_counter() - started) / rounds * 1e6
    finally:
        worker.close()


def spawn(sandbox: Sandbox, rounds: int = 20) -> float:
    """Median milliseconds from asking for a worker to its first answer."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        worker = sandbox.worker(Submission({"m.py": b"def f():\n    return 1\n"}, "m"))
        worker.load()
        worker.reset(SEED)
        worker.call(["function", "f"], (), {})
        times.append(time.perf_counter() - started)
        worker.close()
    return statistics.median(times) * 1e3


def machine() -> str:
    """What it was measured on, in one line."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores()} cores ({model.group(1).strip() if model else 'unknown'}), {memory:.0f} GiB, Linux {os.uname().release}"
