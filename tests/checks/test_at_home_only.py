"""What works at home and not in the grader is said before it costs points, and where it did cost points."""

import shutil

import pytest

from autograder.checks import at_home_only
from autograder.checks.suite import Verdict
from autograder.grade.runner import Result
from autograder.grade.submission_grader import explain_refusals
from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, run, with_function
from tests.grade.test_import_advice import record
from tests.grade.test_import_advice import slot as slot

POOL = """
def _same(x):
    return x


_one_after_the_other = numerical_gradient


def numerical_gradient(f, theta, eps=1e-5):
    import multiprocessing as mp

    with mp.Pool(2) as pool:
        pool.map(_same, [1, 2])
    return _one_after_the_other(f, theta, eps)
"""
USED = {
    "import multiprocessing as mp\ndef f():\n    with mp.Pool(2) as pool: ...": ("multiprocessing.Pool", at_home_only.PROCESSES),
    "from concurrent.futures import ProcessPoolExecutor as P\nwith P() as p: ...": (
        "concurrent.futures.ProcessPoolExecutor", at_home_only.PROCESSES),
    "import subprocess\nsubprocess.run(['true'])": ("subprocess.run", at_home_only.PROCESSES),
    "import os\nos.system('true')": ("os.system", at_home_only.PROCESSES),
    "import os\nos.posix_spawnp('true', [], {})": ("os.posix_spawnp", at_home_only.PROCESSES),
    "from multiprocessing.dummy import Pool\nPool()": ("multiprocessing.dummy.Pool", at_home_only.PROCESSES),
    "DataLoader(corpus, num_workers=2)": ("num_workers=2", at_home_only.PROCESSES),
    "import urllib.request\nurllib.request.urlopen('http://a.org')": ("urllib.request.urlopen", at_home_only.NETWORK),
    "import socket as s\ns.socket()": ("socket.socket", at_home_only.NETWORK),
    "import asyncio\nasyncio.run(f())": ("asyncio.run", at_home_only.EVENTS),
    "x = input('which?')": ("input", at_home_only.INPUT),
    "open('/home/ada/numbers.csv')": ("'/home/ada/numbers.csv'", at_home_only.ELSEWHERE),
    "open('~/numbers.csv')": ("'~/numbers.csv'", at_home_only.ELSEWHERE),
    "open('../numbers.csv')": ("'../numbers.csv'", at_home_only.ELSEWHERE),
    "open(r'C:\\work\\numbers.csv')": ("'C:\\\\work\\\\numbers.csv'", at_home_only.ELSEWHERE),
    "import os\ntry:\n    os.fork()\nfinally:\n    pass": ("os.fork", at_home_only.PROCESSES),
    "import os\ntry:\n    os.fork()\nexcept KeyError:\n    pass": ("os.fork", at_home_only.PROCESSES),
}
# The line that is refused, of code that gives what it uses another name; `f` is also a parameter elsewhere in the file.
RENAMED = {
    "import subprocess\nrun = subprocess.run\ndef f(): run(['true'])": (3, "subprocess.run"),
    "from os import fork as f\ndef g(f): return f(1)\ndef h():\n    return f()": (4, "os.fork"),
    "sp = __import__('subprocess')\nsp.run(['true'])": (2, "subprocess.run"),
    "import importlib as i\nsp = i.import_module('subprocess')\nsp.call('true')": (3, "subprocess.call"),
    "import os\ngetattr(os, 'fork')()": (2, "os.fork"),
    "import functools, os\ngo = functools.partial(os.system, 'true')\ngo()": (3, "os.system"),
    "import subprocess\ndef f(x, run=subprocess.run):\n    run(x)": (3, "subprocess.run"),
    "from subprocess import *\nprint(run(['true']))": (2, "subprocess.run"),
    "ask = input\nask('which?')": (2, "input"),
    "import builtins\nbuiltins.input()": (2, "input"),
    "from multiprocessing import Process\np = Process(target=print)\np.start()": (3, "multiprocessing.Process"),
    "import multiprocessing as mp\nwith_fork = mp.get_context('fork')\nwith_fork.Pool()": (3, "multiprocessing.get_context"),
    "def f():\n    import socket as s\n    make = s.socket\n    make()": (4, "socket.socket"),
    "import os\nif (go := os.popen):\n    go('true')": (3, "os.popen"),
    "b = a\nimport os\na = os.fork\nb()": (4, "os.fork"),
    "import os\ntry:\n    os.fork()\nexcept OSError as e:\n    raise ValueError('no') from e": (3, "os.fork"),
    "import tools\ntools.go(['true'])": (2, "subprocess.run"),
    "from tools import go as on\non(['true'])": (2, "subprocess.run"),
}
TOOLS = "import subprocess\nfrom bptt import twice\ngo = subprocess.run\nn = 3\n"
# Lines of code like that which are refused nothing.
OTHERWISE = (
    "import subprocess\nrun = subprocess.run\ndef f(z):\n    run = z.item\n    run(9)",
    "import subprocess\nrun = subprocess.run\nrun = print\nrun(9)",
    "import os\ndef f(fork):\n    return os\nz = 3\nf(z)",
    "import subprocess\nrun = subprocess.run\nclass Loop:\n    def run(self): ...\nLoop().run()",
    "from os import *\nfrom subprocess import *\nx = 3\ny = x\nrun(y)",
    "from subprocess import *\nx = 3\ny = x\nz = y\nprint(len(range(z)))",
    "import multiprocessing as mp\nn = mp.cpu_count()\nx = 3\ny = 2\nz = n.bit_length() + n",
    "import os\ngo = getattr(os, 'se' + 'p')\nx = 3\ny = 2\ngo.fork()",
    "import tools\nx = 3\ny = 2\nz = 1\ntools.n.run(tools.other())",
)


UNUSED = (
    "import multiprocessing, subprocess, socket, asyncio, os.path",
    "import multiprocessing as mp\nn = mp.cpu_count()",
    "import subprocess\ndef f(e): return isinstance(e, subprocess.CalledProcessError)",
    "import os\ntry:\n    os.fork()\nexcept Exception:\n    pass",
    "import os\ntry:\n    os.fork()\nexcept (KeyError, OSError):\n    pass",
    "import subprocess\nif __name__ == '__main__':\n    subprocess.run(['true'])",
    "def forward(input): return input\ninput = 3\nprint(input)",
    "from threading import Thread\nThread().start()",
    "class socket:\n    pass\nsocket.socket = 1",
    "'''Read /home/ada/numbers.csv.'''\nx = '/'\ny = 'a / b'\nz = '/dev/null'",
    "import tempfile, pathlib\nopen('numbers.csv')\ntempfile.mkdtemp()\npathlib.Path.home()",
    "def def",
)


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder, with right answers that start processes."""
    folder = shutil.copytree(handout, tmp_path / STAGE.id)
    (folder / STAGE.info.file).write_text(SOLUTION + POOL, encoding="utf-8")
    return folder


@pytest.mark.parametrize("source", USED)
def test_each_kind_of_use_is_found(source):
    """With the name in full and the kind."""
    name, why = USED[source]
    assert [(use.name, use.why) for use in at_home_only.uses({"bptt.py": source})] == [(name, why)]


@pytest.mark.parametrize("source", UNUSED)
def test_what_starts_nothing_or_may_fail_is_left_alone(source):
    """Imports alone, harmless names, handled failures, a name of one's own, texts, threads."""
    assert at_home_only.uses({"bptt.py": source}) == []


@pytest.mark.parametrize("source", RENAMED)
def test_a_use_under_another_name_is_the_cause_at_its_own_line(source):
    """And only the file's own line: the one that gives the name is refused nothing."""
    line, name = RENAMED[source]
    found = at_home_only.all_uses({"bptt.py": source, "tools.py": TOOLS})
    trace = f"bptt.py, line {line}, in f: "
    assert {use.name for use in at_home_only.causes(found, "PermissionError: no", trace)} == {name}


@pytest.mark.parametrize("source", OTHERWISE)
def test_a_name_that_stands_for_something_else_there_is_no_cause(source):
    """Bound twice, in an inner scope, of one's own, built in, or not known."""
    found = at_home_only.all_uses({"bptt.py": source, "tools.py": TOOLS})
    assert at_home_only.causes(found, "PermissionError: no", "bptt.py, line 5, in f: ") == []


@pytest.mark.parametrize("deep", ["+".join(["a"] * 1500), "-" * 1500 + "1", "os.popen" + "()" * 1500])
def test_an_expression_of_any_depth_ends_nothing(deep):
    """It set the submission aside; what other files use is still found."""
    sources = {"bptt.py": f"import os\nx = {deep}\n", "tools.py": TOOLS}
    assert [use.file for use in at_home_only.uses(sources) if use.file != "bptt.py"] == ["tools.py"]


def test_threads_count_where_there_are_none():
    """In WebAssembly."""
    found = at_home_only.uses({"bptt.py": "import threading as t\nt.Thread()"}, threads=True)
    assert [use.why for use in found] == [at_home_only.THREADS]


def test_a_path_counts_at_home_only_if_it_leads_out_to_a_folder_that_exists(tmp_path):
    """A path of another machine cannot be told from a text; one inside the folder is no loss."""
    (tmp_path / "mine").mkdir()
    inside, outside, nowhere = tmp_path / "mine" / "a.csv", tmp_path / "a.csv", tmp_path / "none" / "a.csv"
    source = "\n".join(f"open({str(path)!r})" for path in (nowhere, inside, outside))
    assert [use.line for use in at_home_only.uses({"bptt.py": source}, tmp_path / "mine")] == [3]


def test_the_kits_own_submissions_use_nothing_of_it():
    """No right way of writing is warned of."""
    files = [*KIT.glob("autograder/stages/*/alternatives/*.py"), *KIT.glob("solutions/*/*.py")]
    assert len(files) > 80
    assert [str(use) for file in files for use in at_home_only.uses({file.name: file.read_text(encoding="utf-8")})] == []


def test_check_and_submit_say_it_beforehand(bare_python, folder):
    """All public tests pass; the name, the line and what to do are said all the same."""
    line = (SOLUTION + POOL).splitlines().index("    with mp.Pool(2) as pool:") + 1
    sentence = f"bptt.py, line {line}, uses multiprocessing.Pool: the grader's sandbox starts no processes. Compute in the one"
    for command in (("checks", "1.7"), ("pytest", "-q"), ("checks", "submit")):
        said = run(bare_python, "-m", *command, cwd=folder).stdout
        assert sentence in said and " failed" not in said
        assert ("TO FIX: " + sentence in said) == (command[-1] == "submit")


def test_a_module_beside_the_file_is_looked_at(bare_python, folder):
    """A use in the student's own helper counts as well."""
    (folder / STAGE.info.file).write_text("import fast\n" + SOLUTION, encoding="utf-8")
    (folder / "fast.py").write_text("import os\n\n\ndef cores():\n    return os.popen('nproc').read()\n", encoding="utf-8")
    assert "fast.py, line 5, uses os.popen" in run(bare_python, "-m", "checks", "1.7", cwd=folder).stdout


def test_the_record_names_the_cause_and_what_to_do(slot, tmp_path):
    """At each test that failed for it, in the notes, and for the TA in the remarks; a right file has no such words."""
    found = record(slot, tmp_path, with_function(POOL))
    failed = [test for test in found["tests"] if test["outcome"] != "passed"]
    assert failed and all(test["outcome"] == "error" for test in failed)
    for test in failed:
        assert "uses multiprocessing.Pool: the grader's sandbox starts no processes" in test["hint"] and not test["mistake"]
    assert "multiprocessing.Pool" in found["notes"][0] and "multiprocessing.Pool" in found["remarks"][-1]


def test_a_use_that_cost_nothing_is_not_mentioned(slot, tmp_path):
    """The hint belongs to tests that were refused something: a wrong value or another exception has other causes."""
    wrong = "def softmax(z):\n    return z\n\n\ndef relative_error(a, b):\n    raise KeyError(a)\n"
    never = "def never():\n    import subprocess\n    subprocess.run(['true'])\n"
    found = record(slot, tmp_path, with_function(wrong + "\n\n" + never))
    assert not any("sandbox" in test["hint"] for test in found["tests"]) and "subprocess" not in "".join(found["notes"])


def test_an_exception_of_another_line_is_not_laid_to_it(slot, tmp_path):
    """Of a kind that the sandbox raises too, but from code of the student's that is refused nothing."""
    wrong = "PLACE = 'C:/a text'\n\n\ndef relative_error(a, b):\n    raise OSError('of another kind')\n"
    never = "import subprocess\nrun = subprocess.run\n\n\ndef never():\n    run(['true'])\n"
    found = record(slot, tmp_path, with_function(wrong + "\n\n" + never))
    assert any(test["outcome"] == "error" for test in found["tests"])
    assert not any(test["hint"] for test in found["tests"]) and not any("grader" in note for note in found["notes"])


def test_a_deep_expression_costs_nobody_anything(slot, tmp_path):
    """Python runs it, so the submission is graded as any other."""
    deep = SOLUTION + "\na = 1\nx = " + "+".join(["a"] * 1500) + "\n"
    found = record(slot, tmp_path, deep)
    assert found["status"] == "graded" and all(test["outcome"] == "passed" for test in found["tests"])
    found = record(slot, tmp_path, deep + "\ndef softmax(z):\n    return z\n")  # a right one stands in for it
    assert {test["task"] for test in found["tests"] if test["outcome"] != "passed"} == {"1.1"}


def test_an_import_that_starts_processes_says_so(slot, tmp_path):
    """Instead of `OSError: Read-only file system` alone."""
    found = record(slot, tmp_path, SOLUTION + "\nimport multiprocessing\nPOOL = multiprocessing.Pool(2)\n")
    assert found["status"] == "ungradable" and "uses multiprocessing.Pool: the grader's sandbox" in found["reason"]


@pytest.mark.parametrize("source, message, trace", [
    ("import subprocess\ndef f(z):\n    return subprocess.run([g(z)])\n", "PermissionError: mine",
     "  bptt.py, line 3, in f: \n  bptt.py, line 9, in g: "),
    ("import socket\ndef f(z):\n    return socket.conect(z)\n", "AttributeError: module 'socket' has no attribute 'conect'",
     "  bptt.py, line 3, in f: "),
    ("import socket\ndef f(z):\n    return socket.inet_aton(z)\n", "OSError: illegal IP address", "  bptt.py, line 3, in f: "),
    ("import socket\ndef f(z):\n    raise socket.timeout(z)\n", "TimeoutError: mine", "  bptt.py, line 3, in f: "),
])
def test_an_exception_of_ones_own_has_no_such_cause(source, message, trace):
    """Raised further down, by a name that does not exist, or by one that needs no network."""
    assert at_home_only.causes(at_home_only.all_uses({"bptt.py": source}), message, trace) == []


def test_a_cause_is_told_where_no_mistake_could_be_looked_for():
    """As after a result too large to analyse: there is no table of hints yet."""
    source = "import subprocess\n\ndef softmax(z):\n    return subprocess.run([z])\n"
    verdict = Verdict("1.1", "test_it", "It", "error", 2.0, message="PermissionError: [Errno 1] Operation not permitted",
                      trace="  bptt.py, line 4, in softmax: return subprocess.run([z])")
    found = {"isolation": "sandbox", "notes": [], "remarks": []}
    explain_refusals(found, {"bptt.py": source.encode()}, [Result("public", verdict)])
    assert "subprocess.run" in found["hints"]["test_it"][1] and found["notes"] == found["remarks"]
