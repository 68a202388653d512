"""What a student has: the released folder alone, on a machine without the kit."""

import re
import shutil
from collections import Counter

import pytest

from autograder.stages import points
from tests.classroom import SOLUTION, STAGE, STUB, run, with_function

# Public tests by task.
COUNT = Counter(task for visibility, task, *_ in points.test_list(STAGE) if visibility == "public")
TASKS = tuple(sorted(COUNT))
PUBLIC = sum(worth for visibility, *_, worth in points.test_list(STAGE) if visibility == "public")


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place."""
    return shutil.copytree(handout, tmp_path / "1-bptt")


def lines_of(text: str, task: str) -> str:
    """The line of the report that sums up a task."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {task} ")]
    return " ".join(line.split())


def test_the_kit_is_not_there(bare_python, tmp_path):
    """The tests below would show nothing if it were."""
    done = run(bare_python, "-c", "import numpy, pytest; import autograder", cwd=tmp_path)
    assert "No module named 'autograder'" in done.stderr


def test_the_stub_is_not_yet_written(bare_python, folder):
    """Every task is told so, none has failed, and it says that these are the public tests."""
    done = run(bare_python, "-m", "pytest", cwd=folder)
    title = 'Public tests of "Derive BPTT", bptt.py (hidden tests are part of the grade too)'
    assert done.stdout.strip().startswith(title)
    for task in TASKS:
        assert " not yet written 0 of " in lines_of(done.stdout, task)
    assert "failed" not in done.stdout and "Error" not in done.stdout
    assert done.stderr == ""


def test_the_model_answers_pass(bare_python, folder):
    """Every public test, and nothing but the head, the table and the points is printed."""
    (folder / "bptt.py").write_text(SOLUTION)
    done = run(bare_python, "-m", "pytest", cwd=folder)
    assert done.returncode == 0
    for task in TASKS:
        assert " passed " in lines_of(done.stdout, task)
    lines = done.stdout.strip().splitlines()
    assert len(lines) == 3 + len(TASKS) + 2
    assert re.fullmatch(rf"bptt\.py as saved at \d\d:\d\d, release {STAGE.info.release}, {PUBLIC:g} of 80 points are tested here",
                        lines[1])
    assert lines[-1] == f"{PUBLIC:g} of {PUBLIC:g} points of these public tests"


def test_a_failure_has_call_got_expected_and_the_first_bad_entry(bare_python, folder):
    """Failed, not yet written and passed stand side by side; a later task is told what it may come from."""
    source = STUB.replace('raise NotImplementedError("Task 1.1: softmax is yours to write")', "return z + 0.2")
    source = source.replace('raise NotImplementedError("Task 1.4: dh_dh is yours to write")', "return 1 / 0")
    (folder / "bptt.py").write_text(source)
    done = run(bare_python, "-m", "pytest", cwd=folder)
    assert done.returncode == 1
    assert lines_of(done.stdout, "1.1") == f"1.1 The loss failed 0 of {COUNT['1.1']} tests"
    assert ("minus the natural log of the right class\n"
            "        call      softmax(z=[0., 0., 0., 0.])\n"
            "        softmax(z)[0] has the wrong value (4 of 4 entries are off): it is 0.8 times the right one\n"
            "          got       0.2\n"
            "          expected  0.25\n") in done.stdout
    assert lines_of(done.stdout, "1.2") == f"1.2 The forward pass not yet written 0 of {COUNT['1.2']} tests"
    line = source[: source.index("return 1 / 0")].count("\n") + 1
    assert ("        ZeroDivisionError: division by zero\n"
            f"          bptt.py, line {line}, in dh_dh: return 1 / 0\n") in done.stdout
    assert "Task 1.1 fails too. If your code calls it, fix it first" in done.stdout


def test_no_frame_but_the_students_is_shown(bare_python, folder):
    """Neither checks, nor the test file, nor pytest or NumPy."""
    (folder / "bptt.py").write_text(with_function("def softmax(z):\n    np.log(np.zeros(1))\n    return np.linalg.inv(z)\n"))
    done = run(bare_python, "-m", "pytest", cwd=folder)
    assert "LinAlgError" in done.stdout and ", in softmax: return np.linalg.inv(z)" in done.stdout
    for word in ("Traceback", "warnings summary", "test_public", "checks/", "plugin", "site-packages", "File \"",
                 "compare", str(folder)):
        assert word not in done.stdout + done.stderr


@pytest.mark.parametrize("source, words", [
    ("def softmax(z:\n    return z\n", ["SyntaxError: '(' was never closed", "bptt.py, line 1: def softmax(z:"]),
    ("import numpy\n\nimport jax_of_tomorrow\n", ["ModuleNotFoundError: No module named 'jax_of_tomorrow'",
                                                   "bptt.py, line 3, in <module>: import jax_of_tomorrow"]),
    ("raise SystemExit(3)\n", ["SystemExit: 3"]),
], ids=["syntax", "import", "exit"])
def test_a_file_that_cannot_be_imported_is_told_once(bare_python, folder, source, words):
    """The reason and the student's line, in place of fifty failures."""
    (folder / "bptt.py").write_text(source)
    done = run(bare_python, "-m", "pytest", cwd=folder)
    assert done.returncode == 1
    assert "bptt.py could not be imported, so nothing could be checked:" in done.stdout
    for text in words:
        assert text in done.stdout
    assert done.stdout.count("could not be imported") == 1
    assert "Traceback" not in done.stdout + done.stderr and "not yet written" not in done.stdout


def test_one_task_alone(bare_python, folder):
    """`--task` runs the tests of one task; one that is not there names those that are."""
    done = run(bare_python, "-m", "pytest", "--task", "1.3", cwd=folder)
    assert lines_of(done.stdout, "1.3").endswith(f"0 of {COUNT['1.3']} tests")
    assert " 1.1 " not in done.stdout
    done = run(bare_python, "-m", "pytest", "--task", "9.9", cwd=folder)
    assert done.returncode == 4
    assert "there is no task 9.9 with public tests here; there are: 1.1, 1.2," in done.stdout + done.stderr


def test_check_sees_the_file_as_it_is_saved(bare_python, folder):
    """A cell's `check("1.3")` imports the file again each time: an edit between two calls counts, one of the same size
    in the same second too.
    """
    (folder / "cell.py").write_text(
        "from pathlib import Path\nfrom checks import check, prepare\nprepare()\ncheck('1.3')\n"
        f"Path('bptt.py').write_text(Path({str(STAGE.solution)!r}).read_text())\ncheck('1.3')\ncheck()\n")
    done = run(bare_python, "cell.py", cwd=folder)
    assert done.stderr == ""
    first, second, every = done.stdout.split("Public tests of")[1:]
    assert lines_of(first, "1.3") == f"1.3 Local factors not yet written 0 of {COUNT['1.3']} tests"
    assert lines_of(second, "1.3") == f"1.3 Local factors passed {COUNT['1.3']} of {COUNT['1.3']} tests"
    assert all(" passed " in lines_of(every, task) for task in TASKS)
    assert " 1.1 " not in first + second


def test_check_elsewhere_says_where_to_go(bare_python, folder, tmp_path):
    """In a folder that is no assignment's, the message names the remedy."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from checks import check; check('1.3')"
    done = run(bare_python, "-c", code, cwd=tmp_path)
    assert "open the notebook, or the terminal, in the assignment's folder" in done.stderr


def test_what_lies_further_up_does_not_matter(bare_python, folder):
    """A pyproject.toml of the student's with options of its own, and a name from the environment."""
    (folder.parent / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--no-such-option"\n'
                                                  'filterwarnings = ["error"]\n')
    (folder / "bptt.py").write_text(with_function(
        "def softmax(z):\n    import warnings\n    warnings.warn('slow', stacklevel=1)\n"
        "    e = np.exp(z - z.max(-1, keepdims=True))\n    return e / e.sum(-1, keepdims=True)\n"))
    done = run(bare_python, "-m", "pytest", "--task", "1.1", cwd=folder)
    assert lines_of(done.stdout, "1.1") == f"1.1 The loss passed {COUNT['1.1']} of {COUNT['1.1']} tests"
