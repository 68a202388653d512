"""ISOLATION=wasm: student code in WebAssembly ends as in the sandbox, reaches nothing, and needs nothing that only Linux has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.errors import BadMessage, Died, LimitExceeded, SandboxError, UsageError
from autograder.grade.classroom import find_work
from autograder.grade.runner import Suite, collected
from autograder.grade.submission_grader import note_on_silent_numbers, record_reference_run
from autograder.prove.gate_result import seed_of_term
from autograder.sandbox import bubblewrap, wasm
from autograder.sandbox.client.choice import choose
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission, Worker
from autograder.sandbox.limits import Limits
from autograder.stages import KIT
from tests.attacks.catalogue import Place, attacks
from tests.classroom import SOLUTION, STAGE, STUB, copy_of_kit, grade, hand_in
from tests.sandbox.compare_wasm import ending
from tests.sandbox.conftest import call, no_answer

needs_the_extra = pytest.mark.skipif(bool(wasm.what_is_missing()), reason="make WASM=yes test runs it, and so does CI")
LIMITS = Limits(call_cpu=1.5, load_cpu=5.0, wall_factor=2.0)
HOST = "import _host\n"
# What only Linux has, taken away from every process of the kit, also from those that look at no variable of the environment.
LIKE_A_MAC = '''
import builtins, ctypes, io, os, pathlib, resource, socket

for name in [name for name in dir(os) if name.startswith("sched_")]:
    delattr(os, name)
for name in ("RLIMIT_MSGQUEUE", "RLIMIT_RTPRIO", "RLIMIT_NICE", "RLIMIT_SIGPENDING"):
    if hasattr(resource, name):
        delattr(resource, name)
if hasattr(socket, "SOCK_SEQPACKET"):
    del socket.SOCK_SEQPACKET

def without(function):
    def open_unless_proc(path, *args, **kwargs):
        if isinstance(path, (str, os.PathLike)) and str(path).startswith(("/proc", "/sys")):
            raise FileNotFoundError(2, "there is no /proc here", str(path))
        return function(path, *args, **kwargs)
    return open_unless_proc

builtins.open, io.open, os.open = without(builtins.open), without(io.open), without(os.open)
os.listdir, os.stat = without(os.listdir), without(os.stat)

class Library(ctypes.CDLL):
    def __getattr__(self, name):
        if name in ("prctl", "unshare"):
            raise AttributeError(name)
        return super().__getattr__(name)

ctypes.CDLL = Library
'''


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """Interpreters with the libraries of the first stages."""
    made = Sandbox(preload=STAGE.info.preload, isolation="wasm", limits=LIMITS)
    made.start()
    yield made
    made.close()


@pytest.fixture
def make(box: Sandbox) -> Iterator[Callable[..., Worker]]:
    """``make(source)`` gives a worker that has imported the source as module ``work`` and was reset."""
    made: list[Worker] = []

    def worker(source: str, answer: Callable[..., Any] = no_answer, replace: tuple[str, ...] = ()) -> Worker:
        one = box.worker(Submission({"work.py": source.encode()}, "work"), answer)
        made.append(one)
        one.load()
        one.reset(1, replace)
        return one

    yield worker
    for one in made:
        one.close()
    box.sweep()


def test_without_the_extra_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "WANTED", {"a-package-that-nobody-has": "1"})
    with pytest.raises(SandboxError, match=r"not installed here .*\n  make WASM=yes grade ISOLATION=wasm"):
        Sandbox(isolation="wasm").start()
    assert choose(None) == ("sandbox", "")
    assert choose("wasm") == ("wasm", "")


def test_another_release_than_was_tried_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "WANTED", {"numpy": "0.1"})
    assert wasm.what_is_missing() == f"numpy is {np.__version__}, and 0.1 was tried"


def test_a_stage_with_pytorch_is_left_out_and_says_where_it_can_be_graded(tmp_path: Path) -> None:
    hand_in(tmp_path, "anna")
    (tmp_path / "submitted" / "anna" / "4-gated").mkdir()
    work = find_work(tmp_path, None, None, "wasm")
    assert work.todo == [("1-bptt", "anna")]
    assert "make grade STAGE=4-gated ISOLATION=process" in work.left_out["4-gated"]
    with pytest.raises(UsageError, match="needs torch, which cannot run in WebAssembly"):
        find_work(tmp_path, "4-gated", None, "wasm")
    assert find_work(tmp_path, "4-gated", None, "process").left_out == {}


def test_webassembly_is_chosen_where_there_can_be_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wasm, "what_is_missing", lambda: "")
    assert choose(None) == ("sandbox", "")

    def nowhere() -> str:
        raise SandboxError("there is no bubblewrap")

    monkeypatch.setattr(bubblewrap, "program", nowhere)
    assert choose(None) == ("wasm", "there is no bubblewrap")
    assert choose("process") == ("process", "")


@needs_the_extra
def test_submissions_end_as_in_the_sandbox(box: Sandbox) -> None:
    mistakes = {mistake.id: mistake.source for mistake in STAGE.mistakes()}
    listed = {"model answers": SOLUTION, "stub": STUB, **dict(list(STAGE.alternatives().items())[:2]),
              **dict(list(mistakes.items())[:3])}

    def compare(suite: Suite) -> None:
        with_walls = Sandbox(preload=STAGE.info.preload, limits=LIMITS)
        with_walls.start()
        try:
            runs = record_reference_run(STAGE, box, suite, seed_of_term())
            for name, source in listed.items():
                here, there = (ending(STAGE, suite, one, source, known) for one, known in ((box, runs), (with_walls, None)))
                assert {test: (name, *found[:3]) for test, found in here.items()} == {
                    test: (name, *found[:3]) for test, found in there.items()}
        finally:
            with_walls.close()

    collected(STAGE, compare)


@needs_the_extra
@pytest.mark.parametrize("attempt", [
    "open('/etc/passwd').read()", "__import__('os').listdir('/')", "open('/kit/autograder/stages/bptt/hidden.py').read()",
    "open('/kit/autograder/errors.py', 'w')", "open('../outside', 'w')", "__import__('os').symlink('/etc', 'etc')",
    "__import__('os').symlink('../../../../../etc/passwd', 'up') or open('up').read()", "__import__('subprocess').run(['ls'])",
    "__import__('socket').create_connection(('127.0.0.1', 22), 1)", "__import__('urllib.request').request.urlopen('http://127.0.0.1')",
    "__import__('os').fork()", "__import__('os').kill(1, 9)", "__import__('threading').Thread(target=print).start()",
    "__import__('ctypes').CDLL(None)", "open('/proc/self/maps').read()", "open('/dev/null')"])
def test_it_reaches_nothing_outside(make: Callable[..., Worker], attempt: str) -> None:
    worker = make(f"def f():\n    try:\n        return repr({attempt})[:200]\n    except Exception:\n        return ''\n")
    assert call(worker, "f") == ""


@needs_the_extra
def test_it_reads_no_variable_and_no_name_of_the_machine(make: Callable[..., Worker]) -> None:
    worker = make("import os, sys\ndef f():\n    return repr(dict(os.environ)) + os.getcwd() + sys.executable + __file__\n")
    said = call(worker, "f")
    assert not any(word in said for word in (str(Path.home()), os.environ["PATH"], "autograder"))
    assert "/scratch/submission/work.py" in said


@needs_the_extra
@pytest.mark.parametrize(("body", "error"), [
    ("while True: pass", LimitExceeded), ("x = []\n    while True: x.append(bytes(1 << 24))", MemoryError),
    ("return f()", RecursionError), ("return 'x' * (1 << 27)", LimitExceeded), ("import os; os._exit(3)", Died),
    ("raise SystemExit", Exception), ("for n in range(3000): open(str(n), 'w')\n    while True: pass", LimitExceeded),
    ("_host.call(b's' + b'?' * 40)", BadMessage), ("_host.call(b's' + bytes(8))\n    return 1", BadMessage),
    ("_host.call(b'r')", LimitExceeded)])
def test_a_limit_that_is_passed_and_a_protocol_that_is_broken_cost_the_call_alone(
        make: Callable[..., Worker], body: str, error: type[Exception]) -> None:
    worker = make(f"{HOST}def f():\n    {body}\n")
    with pytest.raises(error):  # to fill the memory takes a busy machine more CPU time than a call has here
        worker.call(["function", "f"], (), {}, cpu=20.0 if error is MemoryError else None)
    assert call(make("def g():\n    return 1\n"), "g") == 1


@needs_the_extra
def test_each_test_meets_a_fresh_module_and_a_patched_library_ends_the_worker(make: Callable[..., Worker]) -> None:
    worker = make("import numpy as np\nseen = []\ndef f():\n    seen.append(1)\n    return len(seen)\n"
                  "def patch():\n    np.tanh = np.sin\n")
    assert [call(worker, "f"), call(worker, "f")] == [1, 2]
    worker.reset(1)
    assert worker.alive and call(worker, "f") == 1
    call(worker, "patch")
    worker.reset(1)
    assert not worker.alive


@needs_the_extra
def test_code_that_counts_on_an_error_that_never_comes_is_listed_for_the_ta(make: Callable[..., Worker]) -> None:
    """NumPy has no floating-point errors there: once it has, the note may go."""
    source = ("import numpy as np\ndef f(x):\n    try:\n        with np.errstate(all='raise'):\n            return 1 / x\n"
              "    except FloatingPointError:\n        return x\n")
    assert call(make(source), "f", np.zeros(1)).tolist() == [np.inf]
    assert "work.py names FloatingPointError: NumPy in WebAssembly" in note_on_silent_numbers({"work.py": source.encode()})[0]
    assert note_on_silent_numbers({"work.py": SOLUTION.encode(), "notes.txt": b"FloatingPointError"}) == []


@needs_the_extra
def test_right_versions_and_functions_of_a_test_answer_from_outside(make: Callable[..., Worker]) -> None:
    worker = make("def g(x):\n    return -x\ndef f(x, h):\n    return h(g(x))\n",
                  answer=lambda name, args, kwargs: 10 * args[0], replace=("g",))
    assert call(worker, "f", np.arange(3.0), lambda x: x + 1).tolist() == [1.0, 11.0, 21.0]
    assert worker.asked == {"g": 1}


@needs_the_extra
def test_large_arrays_and_figures_cross(make: Callable[..., Worker]) -> None:
    worker = make("import matplotlib.pyplot as plt\ndef f(x):\n    return 2 * x\ndef draw(x):\n    fig, ax = plt.subplots()\n"
                  "    ax.plot(x)\n    ax.set_title('é')\n    return len(ax.lines)\n")
    big = np.arange(2_000_000.0)
    assert (call(worker, "f", big) == 2 * big).all()
    assert call(worker, "draw", np.arange(3.0)) == 1


ATTEMPTS = ("exhausting-fork-bomb", "exhausting-import-loop", "exhausting-disk-behind-modes", "waiting-thread", "waiting-state",
            "files-names-of-the-graders-modules", "files-link-to-a-file-outside")


@needs_the_extra
def test_an_attempt_gets_no_more_than_it_deserves_and_the_next_submission_is_unharmed(tmp_path: Path) -> None:
    """A few of each other kind of the catalogue; all of them by hand, see docs/security.md."""
    outside = tmp_path / "outside"
    outside.mkdir()
    attempts = {attack.name: attack for attack in attacks() if attack.name in ATTEMPTS}
    assert len(attempts) == len(ATTEMPTS)
    for attack in attempts.values():
        folder = tmp_path / "course" / "submitted" / attack.name / STAGE.id
        folder.mkdir(parents=True)
        attack.build(folder, Place(tmp_path / "course", outside, os.getpid()))
    hand_in(tmp_path / "course", "zoe")
    planted = {path.name for path in outside.iterdir()}
    outcome = grade(tmp_path / "course", jobs=1, limits=LIMITS, isolation="wasm")
    assert outcome.failed == {}
    scores = {record["student"]: record["score"] for record in outcome.records}
    assert scores.pop("zoe") == 80
    assert scores.keys() == attempts.keys()
    assert {name: score for name, score in scores.items() if score > attempts[name].marks} == {}
    assert {path.name for path in outside.iterdir()} == planted


@pytest.fixture
def mac(tmp_path: Path) -> Callable[..., str]:
    """``mac(word, ...)`` runs Python as on a machine that has nothing of what only Linux has, bubblewrap included."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "mac")], check=True)
    (own,) = (tmp_path / "mac" / "lib").glob("python*/site-packages")
    (own / "kit.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    (own / "sitecustomize.py").write_text(LIKE_A_MAC)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("ps", "alembic"):
        found = shutil.which(name, path=f"{sysconfig.get_path('scripts')}:{os.defpath}")
        assert found is not None
        (programs / name).symlink_to(found)

    def run(*words: str, kit: Path = KIT) -> str:
        done = subprocess.run([str(tmp_path / "mac" / "bin" / "python"), *words], capture_output=True, text=True, cwd=kit,
                              env=os.environ | {"PATH": str(programs)})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_a_process_is_looked_at_by_ps_where_there_is_no_proc(mac: Callable[..., str]) -> None:
    said = mac("-c", "import os, time; from autograder.sandbox.zygote import cpu_and_state\n"
               "while time.process_time() < 1.2: pass\nprint(*cpu_and_state(os.getpid()), cpu_and_state(4194303))")
    cpu, state, *gone = said.split()
    assert 1 <= float(cpu) < 60 and state in "RSI" and gone == ["(None,", "'')"]


def test_a_release_is_made_where_nothing_is_that_only_linux_has(mac: Callable[..., str], tmp_path: Path) -> None:
    kit = copy_of_kit(tmp_path / "kit")
    shutil.rmtree(kit / "assignments" / STAGE.id)
    assert "1-bptt: re-released" in mac("-m", "autograder", "release", "--stage", STAGE.id, kit=kit)
    assert (kit / "assignments" / STAGE.id / "checks" / "check.py").exists() and (kit / "dist" / "1-bptt.zip").exists()


@needs_the_extra
def test_a_class_is_graded_where_nothing_is_that_only_linux_has(mac: Callable[..., str], tmp_path: Path) -> None:
    """collect, grade, feedback, report: with prctl, affinity, /proc, Landlock and packets between processes taken away."""
    course, downloaded = tmp_path / "course", tmp_path / "downloaded"
    course.mkdir()
    for student, source in (("anna", SOLUTION), ("ben", STUB)):
        hand_in(downloaded, student, source)

    def kit(*words: str) -> str:
        return mac("-m", "autograder", *words, "--course", str(course))

    kit("collect", str(downloaded / "submitted"))
    said = " ".join(kit("grade", "--jobs", "1").split())
    assert "NO SANDBOX HERE" in said and "--isolation=wasm: in WebAssembly." in said
    grades = (course / "grades.csv").read_text(encoding="utf-8")
    assert "anna,1-bptt,graded,80" in grades and "ben,1-bptt,graded,0" in grades and grades.count("graded in WebAssembly") == 2
    page = (course / "feedback" / "anna" / "1-bptt" / "1-bptt.html").read_text(encoding="utf-8")
    assert "Graded in WebAssembly" in page
    kit("feedback")
    kit("report")
    assert "--isolation=wasm" in (course / "report" / "index.html").read_text(encoding="utf-8")
