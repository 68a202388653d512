"""A worker's life: what it answers, what it survives, and what one test leaves for the next."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autograder.checks.values import Other
from autograder.errors import BadMessage, Died, LimitExceeded, Raised
from autograder.grade.backends.sandboxed import is_picture
from autograder.sandbox import bubblewrap
from autograder.sandbox.client import budget as budgets
from autograder.sandbox.client.budget import LOOK, Budget
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import OutsideContract, Submission, TooLarge, is_missing
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import NewAxes
from tests.sandbox.conftest import KINDS, LIMITS, Make, WithoutWalls, call, no_answer, walled


def test_a_call_gives_its_value_and_what_it_changed(make: Make) -> None:
    worker = make("def double(x):\n    x *= 2\n    return x\n")
    value, changed = worker.call(["function", "double"], (np.arange(3.0),), {})
    assert np.array_equal(value, [0.0, 2.0, 4.0])
    assert changed == ("argument 1", "shares argument 1")


def test_a_function_that_is_not_there(make: Make) -> None:
    assert is_missing(call(make("x = 1\n"), "softmax", 1))


def test_a_python_exception_keeps_its_type_and_shows_lines_of_the_file_alone(make: Make) -> None:
    worker = make("import numpy as np\n\ndef f(x):\n    return np.linalg.inv(x)[5]\n")
    with pytest.raises(IndexError) as caught:
        call(worker, "f", np.eye(2))
    assert caught.value.student_trace == "  work.py, line 4, in f: return np.linalg.inv(x)[5]"
    with pytest.raises(ValueError) as singular:
        call(worker, "f", np.zeros((2, 2)))
    assert singular.value.type_name == "LinAlgError"


@pytest.mark.parametrize(
    "kind", ["SystemExit", "KeyboardInterrupt", "AssertionError", "GeneratorExit", "StopIteration"]
)
def test_an_exception_that_means_something_to_a_test_runner_does_not_cross(make: Make, kind: str) -> None:
    with pytest.raises(Raised) as caught:
        call(make(f"def f():\n    raise {kind}('x')\n"), "f")
    assert caught.value.type_name == kind


def test_words_of_the_worker_that_are_not_in_the_file_are_dropped(make: Make) -> None:
    source = (
        "def f(x):\n    error = type('SEC' + 'RET', (ValueError,), {})('text')\n"
        "    error.student_trace = '  work.py, line 1, in f: SEC' + 'RET\\n  other.py, line 1: SEC' + 'RET'\n"
        "    raise error\n"
    )
    with pytest.raises(ValueError, match="text") as caught:
        call(make(source), "f", 1)
    assert caught.value.type_name == "ValueError"
    assert "SECRET" not in caught.value.student_trace
    assert caught.value.student_trace == "  work.py, line 1, in f: def f(x):"


def test_too_large_a_value_costs_the_call_and_not_the_worker(make: Make) -> None:
    worker = make("import numpy as np\n\ndef f(n):\n    return np.zeros(n)\n")
    with pytest.raises(TooLarge, match="larger than 64 MiB"):
        call(worker, "f", 1 << 24)
    assert call(worker, "f", 2).shape == (2,)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import os; os.abort()", "SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
    ],
)
def test_a_worker_that_ends_says_how(make: Make, body: str, how: str) -> None:
    worker = make(f"def f():\n    {body}\n")
    with pytest.raises(Died, match=how):
        call(worker, "f")
    assert not worker.alive
    with pytest.raises(Died):
        call(worker, "f")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("while True: pass", "cpu"),
        ("import time; time.sleep(100)", "wall"),
        ("import select; select.select([], [], [], 100)", "wall"),
    ],
)
def test_time_runs_out(make: Make, body: str, kind: str) -> None:
    worker = make(f"def f():\n    {body}\n")
    started = time.monotonic()
    with pytest.raises(LimitExceeded) as caught:
        call(worker, "f")
    assert caught.value.kind == kind
    assert not worker.alive
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "sent",
    [
        "struct.pack('>II', 0, 0)",
        "struct.pack('>II', 1, 0) + b'\\xc1'",
        "b'\\xff' * 64",
        "struct.pack('>II', 3, 0) + b'\\x91\\xa1x'",
    ],
)
def test_a_broken_message_ends_the_worker(make: Make, sent: str) -> None:
    worker = make(
        "import os, struct\n\ndef f():\n    for number in range(3, 20):\n        try:\n"
        f"            os.write(number, {sent})\n        except OSError:\n            pass\n"
    )
    with pytest.raises((BadMessage, LimitExceeded)):
        call(worker, "f")
    assert not worker.alive


def test_a_replaced_function_is_answered_by_the_grader(make: Make) -> None:
    asked = []

    def answer(name: str, args: tuple, kwargs: dict) -> float:
        asked.append((name, args, kwargs))
        return 42.0

    source = "def inner(x):\n    return -1\n\ndef outer(x):\n    return inner(x, by=2) + 1\n"
    assert call(make(source, answer, replace=("inner",)), "outer", 3) == 43.0
    assert asked == [("inner", (3,), {"by": 2})]


def test_a_right_version_is_asked_once_for_the_same_arguments_in_a_test(make: Make) -> None:
    """What student code does to an answer changes no later one."""
    asked: list[float] = []

    def answer(name: str, args: tuple, kwargs: dict) -> np.ndarray:
        asked.append(args[0])
        return np.full(2, args[0])

    source = ("def inner(x):\n    return None\n\ndef outer(*numbers):\n    total = 0.0\n    for x in numbers:\n"
              "        got = inner(x)\n        total += got[0]\n        got[0] = 100.0\n    return total\n")
    worker = make(source, answer, replace=("inner",))
    assert call(worker, "outer", 1.0, 2.0, 1.0, 1.0) == 5.0
    assert asked == [1.0, 2.0]
    worker.reset(1, ("inner",))
    assert call(worker, "outer", 1.0) == 1.0
    assert asked == [1.0, 2.0, 1.0]


def test_a_call_outside_the_contract_is_the_students_own(make: Make) -> None:
    def answer(name: str, args: tuple, kwargs: dict) -> float:
        if kwargs:
            raise OutsideContract
        return 42.0

    source = "def inner(x, scale=1):\n    return -scale\n\ndef outer(x):\n    return inner(x), inner(x, scale=7)\n"
    assert call(make(source, answer, replace=("inner",)), "outer", 3) == (42.0, -7)


def test_a_right_version_stands_in_wherever_the_file_uses_the_name(make: Make) -> None:
    source = ("def inner(x):\n    return -1\n\nTABLE = {'inner': inner}\n\ndef twice(f):\n    return lambda x: f(x) + f(x)\n\n"
              "both = twice(inner)\n\ndef outer(x, f=inner):\n    return TABLE['inner'](x), both(x), f(x)\n")
    assert call(make(source, lambda *_: 5, replace=("inner",)), "outer", 3) == (5, 10, 5)
    assert call(make(source), "outer", 3) == (-1, -2, -1)


def test_only_what_may_be_asked_is_answered(make: Make) -> None:
    source = (
        "import gc\n\ndef f(name):\n    server = next(x for x in gc.get_objects() if type(x).__name__ == 'Server')\n"
        "    return server.remote('ask', name, name)(1)\n\ndef other(x):\n    return 0\n"
    )
    for name in ("f", "__class__", "missing"):
        worker = make(source, no_answer, replace=("other",))
        with pytest.raises(BadMessage):
            call(worker, "f", name)
    worker = make(source, lambda *_: 5, replace=("other",))
    assert call(worker, "f", "other") == 5


def test_an_exception_of_the_grader_is_raised_in_the_students_code(make: Make) -> None:
    def answer(*_: object) -> None:
        raise ValueError("not these arguments")

    source = (
        "def inner():\n    pass\n\ndef outer():\n    try:\n        inner()\n"
        "    except ValueError as e:\n        return str(e)\n"
    )
    assert call(make(source, answer, replace=("inner",)), "outer") == "not these arguments"


def test_an_object_of_the_students_cannot_run_inside_a_question(make: Make) -> None:
    source = (
        "class Own:\n    def __call__(self, x):\n        return 1\n\ndef inner(f):\n    pass\n\n"
        "def outer():\n    return inner(Own())\n\ndef after():\n    return 7\n"
    )
    worker = make(source, no_answer, replace=("inner",))
    assert call(worker, "outer") is None, "its own function answers"
    assert call(worker, "after") == 7
    calling = make("class Own:\n    pass\n\ndef outer(f):\n    return f(Own())\n")
    with pytest.raises(TypeError, match="takes numbers, arrays and texts, not an object of the class Own"):
        call(calling, "outer", lambda x: x)


def test_a_question_with_much_in_it_is_refused(make: Make) -> None:
    source = "import numpy as np\n\ndef inner(x):\n    pass\n\ndef outer():\n    return inner(np.zeros(1 << 21))\n"
    with pytest.raises(ValueError, match="8 MiB"):
        call(make(source, no_answer, replace=("inner",)), "outer")


def test_a_question_that_takes_the_grader_long_is_given_up(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.client.worker.ANSWER_CPU", 0.2)

    def answer(*_: object) -> None:
        while True:
            pass

    worker = make("def inner():\n    pass\n\ndef outer():\n    return inner()\n", answer, replace=("inner",))
    with pytest.raises(LimitExceeded, match="cannot handle in time"):
        call(worker, "outer")


def test_a_function_of_the_test_is_called_back(make: Make) -> None:
    worker = make("def f(g, x):\n    return g(x) + 1\n")
    assert call(worker, "f", lambda x: 10 * x, 3) == 31


def test_an_object_of_the_students_own_is_told_in_words(make: Make) -> None:
    worker = make(
        "class Counter:\n    def __init__(self):\n        self.n = 0\n\ndef counter():\n    return Counter()\n"
    )
    assert call(worker, "counter") == Other("an object of the class Counter")


def test_printed_output_is_kept_up_to_its_limit(make: Make) -> None:
    worker = make("def f(n):\n    print('x' * n)\n    return n\n")
    assert call(worker, "f", 10**7) == 10**7
    assert len(worker.printed) == LIMITS.printed
    call(worker, "f", 1)
    assert worker.printed == "x\n"


SPOILERS = {
    "patched NumPy": "np.exp = lambda x: 0 * x",
    "patched builtins": "import builtins; builtins.sum = lambda *_: 0",
    "deleted name": "del np.linalg.norm",
    "working folder": "import os; os.chdir('/')",
    "environment": "import os; os.environ['HOME'] = '/'",
    "umask": "import os; os.umask(0o777)",
    "recursion limit": "import sys; sys.setrecursionlimit(50)",
    "trace": "import sys; sys.settrace(lambda *_: None)",
    "import hook": "import sys; sys.meta_path.clear()",
    "search path": "import sys; sys.path.clear()",
    "warnings": "import warnings; warnings.simplefilter('error')",
    "collector": "import gc; gc.disable()",
    "signal handler": "import signal; signal.signal(signal.SIGUSR1, print)",
    "timer": "import signal; signal.signal(signal.SIGALRM, print); signal.setitimer(signal.ITIMER_REAL, 100)",
    "thread": "import threading, time; threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
    "buffer size": "np.setbufsize(16)",
}


@pytest.mark.parametrize("spoil", SPOILERS.values(), ids=SPOILERS)
def test_a_worker_that_is_no_longer_as_it_was_is_replaced(make: Make, spoil: str) -> None:
    worker = make(f"import numpy as np\n\ndef f():\n    {spoil}\n")
    call(worker, "f")
    worker.reset(1)
    assert not worker.alive


KEPT = {
    "random numbers": ("np.random.seed(5); random.seed(5)", "float(np.random.rand() + random.random())"),
    "error handling": ("np.seterr(all='raise')", "repr(np.geterr())"),
    "a list of its own": ("seen.append(1)", "len(seen)"),
    "a generator of its own": ("rng.random()", "float(rng.random())"),
    "a redefined function": ("globals()['f'] = None", "callable(f)"),
    "an attribute of a function": ("f.count = 1", "hasattr(f, 'count')"),
    "a default argument": ("g()", "g()"),
    "a module beside it": ("helper.state.append(1)", "len(helper.state)"),
    "standard output": ("sys.stdout = None", "sys.stdout is None"),
}


@pytest.mark.parametrize(("leave", "look"), KEPT.values(), ids=KEPT)
def test_what_one_test_leaves_does_not_reach_the_next(make: Make, leave: str, look: str) -> None:
    source = (
        "import random\nimport sys\nimport numpy as np\nimport helper\nseen = []\nrng = np.random.default_rng(0)\n\n"
        f"def f():\n    {leave}\n\ndef look():\n    return {look}\n\n"
        f"def g(grown=[]):\n    grown.append(1)\n    return len(grown)\n"
    )
    worker = make(source, files={"helper.py": b"state = []\n"})
    before = call(worker, "look")
    worker.reset(1)
    call(worker, "f")
    worker.reset(1)
    assert worker.alive, "such a thing is no reason for a new worker"
    assert call(worker, "look") == before


def test_a_file_that_is_slow_to_import_is_imported_once(make: Make) -> None:
    source = (
        "import time\nend = time.process_time() + 0.2\n"
        "while time.process_time() < end:\n    pass\nstamp = end\n\ndef f():\n    return stamp\n"
    )
    worker = make(source)
    before = call(worker, "f")
    worker.reset(1)
    assert call(worker, "f") == before


def test_torch_state_does_not_reach_the_next_test() -> None:
    sandbox = Sandbox(preload=("torch",), limits=LIMITS)
    sandbox.start()
    try:
        source = (
            b"import torch\n\ndef leave():\n"
            b"    torch.set_default_dtype(torch.float64)\n    torch.set_grad_enabled(False)\n"
            b"    torch.manual_seed(99)\n    return str(torch.rand(1))\n\ndef look():\n    x = torch.rand(2)\n"
            b"    return str(x.dtype), torch.is_grad_enabled(), x\n\ndef patch():\n"
            b"    torch.Tensor.sum = lambda self: 0\n"
        )
        worker = sandbox.worker(Submission({"work.py": source}, "work"))
        worker.load()
        worker.reset(1)
        before = call(worker, "look")
        call(worker, "leave")
        worker.reset(1)
        after = call(worker, "look")
        assert after[:2] == before[:2] == ("torch.float32", True)
        assert np.array_equal(after[2], before[2])
        call(worker, "patch")
        worker.reset(1)
        assert not worker.alive
    finally:
        worker.close()
        sandbox.close()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_matplotlib_settings_do_not_reach_the_next_test(kind: type[Sandbox]) -> None:
    sandbox = kind(preload=("matplotlib",), limits=LIMITS)
    sandbox.start()
    try:
        source = (
            b"import matplotlib\n\ndef leave():\n    matplotlib.rcParams['lines.linewidth'] = 77\n\n"
            b"def look():\n    return matplotlib.rcParams['lines.linewidth']\n\n"
            b"def draw(ax):\n    ax.plot([1, 2], [3, 4], label='L')\n"
        )
        worker = sandbox.worker(Submission({"work.py": source}, "work"))
        worker.load()
        worker.reset(1)
        before = call(worker, "look")
        call(worker, "leave")
        assert call(worker, "look") == 77
        worker.reset(1)
        assert call(worker, "look") == before
        call(worker, "draw", NewAxes("figure", 1))
        (drawn,) = worker.request("drawn", "figure", cpu=1.0)
        assert drawn["lines"][0]["label"] == "L", drawn
        assert is_picture(worker.request("picture", "figure", cpu=1.0).tobytes())
        assert worker.request("drawn", "another", cpu=1.0) is None
    finally:
        worker.close()
        sandbox.close()


@walled  # elsewhere the room is that of the whole machine
def test_a_new_worker_finds_nothing_of_the_one_before(make: Make) -> None:
    source = (
        "import os\n\ndef fill():\n    os.mkdir('closed')\n    with open('closed/filler', 'wb') as file:\n"
        "        file.write(bytes(15 << 20))\n    os.chdir('closed')\n"
        "    for _ in range(1500):\n        os.mkdir('d' * 100)\n"
        "        os.chdir('d' * 100)\n    os.chdir(os.environ['HOME'])\n    os.chmod('closed', 0)\n\n"
        "def free():\n    disk = os.statvfs('.')\n"
        "    return disk.f_bfree * disk.f_bsize, disk.f_ffree, sorted(os.listdir('.'))\n"
    )
    first = make(source)
    before = call(first, "free")
    call(first, "fill")
    first.close()
    room, entries, names = call(make(source), "free")
    assert (room, names) == (before[0], before[2])
    assert abs(entries - before[1]) < 10  # of the 1,500 folders none is left; the kernel's own count moves by one or two


@walled
def test_many_files_end_the_worker(make: Make) -> None:
    worker = make("def f():\n    n = 0\n    while True:\n        open(str(n), 'w').close()\n        n += 1\n")
    with pytest.raises(LimitExceeded, match="files"):
        call(worker, "f")
    assert call(make("def f():\n    return 1\n"), "f") == 1


@walled
def test_threads_are_counted(make: Make) -> None:
    worker = make(
        "import threading, time\n\ndef f():\n"
        "    threading.stack_size(1 << 15)\n    n = 0\n    try:\n        while n < 1000:\n"
        "            threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n            n += 1\n"
        "    except RuntimeError:\n        pass\n    return n\n"
    )
    assert call(worker, "f") < LIMITS.threads
    assert call(make("def f():\n    return 1\n"), "f") == 1


def test_memory_is_limited(make: Make) -> None:
    worker = make("import numpy as np\n\ndef f(size):\n    return np.ones(size).size\n")
    assert call(worker, "f", 1 << 20) == 1 << 20
    with pytest.raises(MemoryError):
        call(worker, "f", LIMITS.memory // 4)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_checkpoint_is_loaded_inside_and_runs_nothing(kind: type[Sandbox]) -> None:
    import io
    import os
    import pickle

    import torch

    class Payload:
        def __reduce__(self) -> tuple:
            return os.system, ("true",)

    good = io.BytesIO()
    torch.save({"weight": torch.ones(1, 1), "bias": torch.zeros(1)}, good)
    bad = io.BytesIO()
    torch.save({"weight": Payload()}, bad)
    sandbox = kind(preload=("torch",), limits=LIMITS)
    sandbox.start()
    try:
        files = {
            "work.py": b"import os\nimport torch\n\ndef model():\n    return torch.nn.Linear(1, 1)\n\n"
                       b"def lose():\n    os.remove('good.pt')\n",
            "good.pt": good.getvalue(),
            "bad.pt": bad.getvalue(),
            "pickle.pt": pickle.dumps(Payload()),
            "short.pt": good.getvalue()[:100],
            "empty.pt": b"",
        }
        worker = sandbox.worker(Submission(files, "work"))
        worker.load()
        worker.reset(1)
        model = call(worker, "model")
        said = {name: worker.call(["tool", "load_checkpoint"], (model, name), {})[0] for name in files if ".pt" in name}
        assert said.pop("good.pt") == ""
        assert len(said) == 4 and all("is no file of weights" in text for text in said.values()), said
        assert "is not there" in worker.call(["tool", "load_checkpoint"], (model, "../../x.pt"), {})[0]
        call(worker, "lose")
        assert worker.call(["tool", "load_checkpoint"], (model, "good.pt"), {})[0] == "", "each file is read once"
    finally:
        worker.close()
        sandbox.close()


def test_a_machine_that_stood_still_is_not_held_against_the_worker(monkeypatch) -> None:
    """Where nobody looked for minutes, they were not waited for; a worker that sleeps under watch runs out of time."""
    class Idle:
        pid, limits, total = 1, Limits(call_cpu=1.0, wall_factor=2.0), None

        class sandbox:
            ask = staticmethod(lambda *_, **__: {"cpu": 0.0, "queued": 0.0, "state": "S", "entries": 0})

    now = 1000.0
    monkeypatch.setattr(budgets.time, "monotonic", lambda: now)
    budget = Budget(Idle(), 1.0)
    now += 600.0
    budget.check_deadline()
    budget = Budget(Idle(), 1.0)
    with pytest.raises(LimitExceeded, match="hardly computes"):
        for _ in range(20):
            now += LOOK
            budget.check_deadline()


def test_an_exception_of_two_kinds_is_of_both(make: Make) -> None:
    """A test that asks for a ValueError takes one that is an IndexError first."""
    worker = make("class Off(IndexError, ValueError):\n    pass\n\ndef f():\n    raise Off('k')\n")
    with pytest.raises(ValueError, match="k") as caught:
        call(worker, "f")
    assert isinstance(caught.value, IndexError) and caught.value.type_name == "Off"


def test_a_module_of_an_earlier_stage_is_right_and_has_what_else_the_student_wrote(make: Make) -> None:
    worker = make(
        "import first\n\ndef f(x):\n    return first.right(x), first.tenfold(x)\n",
        earlier={"first": "def right(x):\n    return x + 1\n"},
        files={"first.py": b"def right(x):\n    return 0\n\ndef tenfold(x):\n    return 10 * right(x)\n"},
    )
    assert call(worker, "f", 1) == (2, 20)
    worker = make("import first\n\ndef f(x):\n    return first.right(x), hasattr(first, 'tenfold')\n",
                  earlier={"first": "def right(x):\n    return x + 1\n"})
    assert call(worker, "f", 1) == (2, False)


def test_without_walls_the_probe_tells_each_way_out() -> None:
    sandbox = WithoutWalls(limits=LIMITS)
    sandbox.start()
    try:
        worker = sandbox.worker(Submission({}, ""))
        escaped = worker.request("probe", bubblewrap.secrets(), cpu=10.0)
        worker.close()
    finally:
        sandbox.close()
    ways = {f"read {bubblewrap.PACKAGE / 'stages'}", "read /etc/passwd", "open a socket", "start a process",
            "signal the process above it", "own the signals of a file", "follow a link out"}
    assert ways <= {*escaped} and "read /" not in escaped
