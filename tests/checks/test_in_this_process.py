"""check() runs in the notebook's own process: it leaves nothing behind, and says what a fresh one says."""

import json
import os
import py_compile
import re
import shutil

import pytest

from autograder.stages import find_stage
from tests.classroom import SOLUTION, STUB, run, with_function

# Everything a check may touch, before and after; the student's file does its worst.
NOSY = '''
import os, random, sys, warnings
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import bptt
from checks import check, prepare

prepare()
figure = plt.figure()
mpl.rcParams["lines.linewidth"] = 7.5
np.seterr(over="ignore")
random.seed(3), np.random.seed(3)


def state():
    return {
        "cwd": os.getcwd(), "path": list(sys.path), "environment": dict(os.environ), "modules": bptt is sys.modules["bptt"],
        "names": sorted(name for name in sys.modules if name in ("bptt", "helper", "test_public", "conftest")),
        "rc": {key: str(value) for key, value in dict.items(mpl.rcParams)}, "random": repr(random.getstate()),
        "numpy": repr(np.random.get_state()), "errors": np.geterr(), "print": np.get_printoptions(),
        "warnings": [str(entry) for entry in warnings.filters], "figures": plt.get_fignums(), "stdin": sys.stdin is STDIN,
        "arguments": sys.argv, "depth": sys.getrecursionlimit(), "finders": len(sys.meta_path),
        "hooks": len(sys.path_hooks), "loaders": {
            loader for finder in sys.path_importer_cache.values() for _, loader in getattr(finder, "_loaders", ())},
        "bytecode": sys.dont_write_bytecode, "prefix": sys.pycache_prefix, "input": input is INPUT,
        "stdout": sys.stdout is STDOUT,
    }


STDIN, STDOUT, INPUT = sys.stdin, sys.stdout, input
before = state()
old = bptt.softmax
check("1.1")
after = state()
assert before == after, {key: (before[key], after[key]) for key in before if before[key] != after[key]}
assert bptt.softmax is old and plt.fignum_exists(figure.number)
'''
DOES_ITS_WORST = '''
import os, random, sys, warnings
import matplotlib as mpl
import matplotlib.pyplot as plt
import helper
print("imported")
def softmax(z):
    os.environ["HOME"] = "/nowhere"
    os.chdir("/")
    sys.path.insert(0, "/nowhere")
    sys.argv.append("x")
    sys.setrecursionlimit(5000)
    random.random(), np.random.rand()
    np.seterr(all="raise")
    np.set_printoptions(precision=2)
    warnings.simplefilter("error")
    mpl.rcParams["lines.linewidth"] = 1
    plt.figure()
    print("inside")
    return z
'''


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place."""
    return shutil.copytree(handout, tmp_path / "1-bptt")


def test_all_that_was_changed_is_put_back(bare_python, folder):
    """Modules, folder, path, environment, settings, generators, figures, streams: the cell after a check finds its own."""
    (folder / "helper.py").write_text("X = 1\n")
    (folder / "bptt.py").write_text(with_function(DOES_ITS_WORST))
    (folder / "cell.py").write_text(NOSY)
    done = run(bare_python, "cell.py", cwd=folder, MPLBACKEND="Agg")
    assert done.stderr == ""
    assert "1.1 The loss                 failed" in done.stdout
    assert "bptt.py printed while it was imported:\n    imported" in done.stdout


def test_a_fresh_process_says_the_same(bare_python, folder):
    """Word for word, but for the line on what was checked so far."""
    (folder / "bptt.py").write_text(with_function(
        "def softmax(z):\n    print('I am here')\n    return np.exp(z)\n\n\ndef dh_dh(h, W_h, t, k):\n    return None\n"))
    (folder / "cell.py").write_text("from checks import check\nfor fresh in (False, True):\n    check(show=True, fresh=fresh)\n"
                                    "    print('=====')\n")
    done = run(bare_python, "cell.py", cwd=folder)
    here, fresh, _ = done.stdout.split("=====\n")
    assert here == fresh and "printed\n          I am here" in here
    assert "with\n          z = array([0., 0., 0., 0.])  # shape (4,)" in here


def test_a_file_that_checks_itself_when_it_is_imported_is_checked_once(bare_python, folder):
    """`check()` in the student's file does nothing while the file is under test, and what it should do else."""
    (folder / "bptt.py").write_text(SOLUTION + '\nfrom checks import check\n\ncheck("1.1")\ncheck("1.1", fresh=True)\n')
    (folder / "cell.py").write_text("from checks import check\ncheck('1.3')\nprint('=====')\nimport bptt\n")
    done = run(bare_python, "cell.py", cwd=folder)
    first, second = done.stdout.split("=====\n")
    assert first.count("Public tests of") == 1 and "1.3 Local factors            passed" in first
    assert second.count("Public tests of") == 2 and second.count("1.1 The loss                 passed") == 2
    assert done.stderr == ""


def test_an_edit_of_the_same_size_in_the_same_second_is_seen(bare_python, folder):
    """Python takes a compiled file for fresh when second and size agree; no compiled file of the student's is used."""
    (folder / "helper.py").write_text("SIGN = +1\n")
    (folder / "bptt.py").write_text(with_function(
        "import helper\ndef cross_entropy(y_hat_t, y_t):\n    return -helper.SIGN * np.log(y_hat_t[y_t])\n"))
    (folder / "cell.py").write_text(
        "import os, helper\nfrom pathlib import Path\nfrom checks import check\nos.utime('helper.py', (10**9, 10**9))\n"
        "import importlib; importlib.reload(helper)\ncheck('1.1')\n"
        "Path('helper.py').write_text('SIGN = -1\\n')\nos.utime('helper.py', (10**9, 10**9))\ncheck('1.1')\n")
    done = run(bare_python, "cell.py", cwd=folder)
    first, second = done.stdout.split("Public tests of")[1:]
    assert "1.1 The loss                 passed" in first and "1.1 The loss                 failed" in second


def test_compiled_files_of_libraries_are_read_and_those_of_the_students_are_not(bare_python, folder):
    """A library that is first imported inside a check, such as torch, is there as quickly as anywhere else."""
    places = {"helper": folder, "parts.inner": folder / "parts", "library": folder.parent / "elsewhere",
              "installed": folder / ".venv" / "site-packages"}
    for name, place in places.items():
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"{name.rpartition('.')[2]}.py"
        for text in ("FROM = 'compiled'\n", "FROM = 'textfile'\n"):  # of one size
            file.write_text(text)
            os.utime(file, (10**9, 10**9))
            if "compiled" in text:
                py_compile.compile(str(file), doraise=True)
    (folder / "bptt.py").write_text(with_function(
        "".join(f"import {name}\nprint({name!r}, {name}.FROM)\n" for name in places)))
    (folder / "cell.py").write_text(f"import sys\nsys.path += {[str(places['library']), str(places['installed'])]!r}\n"
                                    "from checks import check\ncheck('1.1')\n")
    done = run(bare_python, "cell.py", cwd=folder)
    assert re.findall(r"(\S+) (compiled|textfile)$", done.stdout, re.MULTILINE) == [
        ("helper", "textfile"), ("parts.inner", "textfile"), ("library", "compiled"), ("installed", "compiled")]


def test_an_endless_loop_is_ended_and_its_line_named(bare_python, folder):
    """The next check is not disturbed by the one before."""
    source = SOLUTION.replace("def softmax(z):", "def softmax(z):\n    while z is not None:\n        pass\n\n\ndef unused(z):", 1)
    (folder / "bptt.py").write_text(source)
    (folder / "cell.py").write_text(
        "from pathlib import Path\nfrom checks import check, timelimit\ntimelimit.CALL_CPU = 0.3\n"
        "import checks.home; checks.home.CALL_CPU = 0.3\n"
        f"check('1.1')\nPath('bptt.py').write_text({SOLUTION!r}, encoding='utf-8')\ncheck('1.1')\n")
    done = run(bare_python, "cell.py", cwd=folder)
    first, second = done.stdout.split("Public tests of")[1:]
    assert "timeout: softmax" in first and "more than 0.3 seconds of CPU time" in first
    assert re.search(r"bptt\.py, line \d+, in softmax: (while z is not None:|pass)", first)
    assert "1.1 The loss                 passed" in second and done.stderr == ""


@pytest.mark.parametrize("asked, words", [
    ("1.1", 'check() wants a task\'s number in quotation marks: check("1.1")'),
    ("1", 'check() wants a task\'s number in quotation marks: check("1.1")'),
    ("'9.9'", "There is no task '9.9' in this stage. Its tasks: \"1.1\", \"1.2\","),
    ("'1.8'", "Task 1.8 is a written one: there is nothing to run."),
])
def test_a_task_that_is_none_gets_a_sentence(bare_python, folder, asked, words):
    """A number for a text is the commonest slip."""
    done = run(bare_python, "-c", f"from checks import check; check({asked})", cwd=folder)
    assert done.stdout.startswith(words) and done.stderr == ""


def test_one_of_two_functions_is_in_part_and_what_waits_says_for_what(bare_python, folder):
    """A task is `failed` only when something is wrong; one that calls what is not yet written waits for it."""
    source = STUB.replace('raise NotImplementedError("Task 1.4: dh_dh is yours to write")', "return dh_dh_prev(h[t], W_h)")
    source = source.replace('raise NotImplementedError("Task 1.3: dz_dh is yours to write")', "return W_y.copy()")
    (folder / "bptt.py").write_text(source)
    done = run(bare_python, "-m", "checks", cwd=folder)
    assert "1.3 Local factors            in part" in done.stdout
    assert "not yet written: dL_dyhat is the derivative" in done.stdout
    assert "Task 1.3: dL_dyhat is yours to write" in done.stdout
    assert "1.4 The long factor          waiting" in done.stdout
    assert "it calls dh_dh_prev (task 1.3), which is not yet written" in done.stdout
    assert "1.1 The loss                 not yet written" in done.stdout and " failed " not in done.stdout


def test_inputs_are_never_asked_of_the_keyboard(bare_python, folder):
    """As in the sandbox, where there is none."""
    (folder / "bptt.py").write_text(with_function("def softmax(z):\n    return input('z? ')\n"))
    (folder / "cell.py").write_text("from checks import check\ncheck('1.1')\n")
    done = run(bare_python, "cell.py", cwd=folder)
    assert "EOFError" in done.stdout and "in softmax: return input('z? ')" in done.stdout


def test_tests_that_were_damaged_are_named_with_the_remedy(bare_python, folder):
    """Not a traceback through pytest."""
    (folder / "test_public.py").write_text("import no_such_library\n")
    done = run(bare_python, "-m", "checks", "1.1", cwd=folder)
    assert done.returncode == 1
    assert "The public tests could not be run: ModuleNotFoundError: No module named 'no_such_library'" in done.stdout
    assert "python -m checks update <the zip>" in done.stdout


@pytest.mark.parametrize("execution", [{"NBGRADER_EXECUTION": "validate", "NBGRADER_VALIDATING": "1"},
                                       {"NBGRADER_EXECUTION": "autograde"}], ids=["validate", "autograde"])
def test_nbgrader_hears_of_a_check_that_does_not_pass(bare_python, folder, execution):
    """Its Validate button takes a cell without an exception for one that passed."""
    (folder / "cell.py").write_text("from checks import check\ncheck('1.1')\n")
    done = run(bare_python, "cell.py", cwd=folder, **execution)
    assert done.returncode == 1 and "CheckFailed: the public tests of task 1.1 do not all pass" in done.stderr
    (folder / "bptt.py").write_text(SOLUTION)
    assert run(bare_python, "cell.py", cwd=folder, **execution).returncode == 0


def test_a_wrong_earlier_stage_is_named_as_the_culprit(bare_python, tmp_path):
    """Stage 2 over a stage 1 that fails, that is not written, that cannot be imported, and that is right."""
    from autograder.publish.release import built

    stage = find_stage("2-vanishing")
    with built(stage) as made:
        folder = shutil.copytree(made, tmp_path / stage.id)
    shutil.copyfile(stage.solution, folder / "vanishing.py")
    (tmp_path / "1-bptt").mkdir()
    graded = "this stage is graded with a right one."
    for source, words in [
        (with_function("def dh_dh_prev(h_t, W_h):\n    return W_h\n"), f"Your bptt.py fails 1.3, 1.4, 1.5; {graded}"),
        (STUB, f"In your bptt.py, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7 are not yet written; {graded}"),
        ("def f(:\n", f"Your bptt.py cannot be imported (SyntaxError: invalid syntax (bptt.py, line 1)); {graded}"),
        (SOLUTION, ""),
    ]:
        (tmp_path / "1-bptt" / "bptt.py").write_text(source)
        done = run(bare_python, "-m", "checks", "2.1", "--json", "outcome.json", cwd=folder)
        outcome = json.loads((folder / "outcome.json").read_text())
        assert outcome["earlier"] == ([words] if words else []), done.stderr


def test_a_check_loads_no_library_that_nobody_uses_and_leaves_the_settings_of_one_it_loads(bare_python, folder):
    """Matplotlib takes a third of the first check. If the student's file imports it, its settings are those of a fresh import."""
    (folder / "bptt.py").write_text(SOLUTION)
    (folder / "cell.py").write_text("import sys\nfrom checks import check\ncheck('1.1')\n"
                                    "assert 'matplotlib' not in sys.modules\n")
    assert run(bare_python, "cell.py", cwd=folder).stderr == ""
    (folder / "bptt.py").write_text(with_function(
        "import matplotlib as mpl\nmpl.rcParams['lines.linewidth'] = 9\nimport matplotlib.pyplot as plt\nplt.figure()\n"))
    (folder / "cell.py").write_text(
        "import os, sys\nfrom checks import check\ncheck('1.1')\nassert os.environ['MPLBACKEND'] == 'svg'\n"
        "mpl = sys.modules['matplotlib']\nassert mpl.rcParams['backend'] == 'svg', mpl.rcParams['backend']\n"
        "assert mpl.rcParams['lines.linewidth'] == mpl.rcParamsDefault['lines.linewidth'] != 9\n"
        "import matplotlib.pyplot as plt\nassert plt.get_fignums() == [] and plt.get_backend() == 'svg'\n")
    assert run(bare_python, "cell.py", cwd=folder, MPLBACKEND="svg").stderr == ""
