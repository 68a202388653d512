"""Any set-up: old Pythons, odd folders, pytest started further up, and nothing of one operating system."""

import ast
import os
import shutil
from pathlib import Path

import pytest

from autograder.checks import needs
from autograder.publish.handout import CHECKS, TEMPLATES
from autograder.stages import points
from tests.classroom import SOLUTION, STAGE, run

# Points of the public tests.
PUBLIC = sum(worth for visibility, *_, worth in points.test_list(STAGE) if visibility == "public")

# Of the standard library, what is not there on Windows, or is there and does something else.
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"}
POSIX_NAMES = {
    "fork", "forkpty", "getuid", "geteuid", "getgid", "setsid", "killpg", "getpgid", "mkfifo", "chown", "chroot", "nice",
    "getloadavg", "sched_getaffinity", "sched_setaffinity", "wait3", "wait4", "waitid", "openpty", "statvfs", "sendfile",
    "set_blocking", "setitimer", "alarm", "pause", "SIGALRM", "SIGKILL", "SIGPROF", "SIGHUP", "SIGUSR1", "preexec_fn",
    "O_NOFOLLOW", "O_DIRECTORY", "tzset", "uname",
}


@pytest.mark.parametrize("file", sorted([*CHECKS.glob("*.py"), TEMPLATES / "conftest.py"]), ids=lambda file: file.name)
def test_nothing_belongs_to_one_operating_system(file):
    """No import and no name that Windows does not have, and no text file opened without its encoding."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not POSIX_MODULES & {name.partition(".")[0] for name in names}, f"{file.name}:{node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in POSIX_NAMES, f"{file.name}:{node.lineno}: {node.attr}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not node.value.startswith(("/tmp", "/dev/", "/proc", "/usr")), f"{file.name}:{node.lineno}"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = {keyword.arg for keyword in node.keywords}
            assert name not in ("read_text", "write_text") or "encoding" in words, f"{file.name}:{node.lineno}: {name}"


@pytest.mark.parametrize("version", [(3, 6), (3, 8), (3, 10)])
def test_what_an_old_python_reads_first_is_python_to_it(version):
    """The guard is of no use where it is a syntax error itself."""
    for file in (CHECKS / "__init__.py", CHECKS / "needs.py", CHECKS / "words.py", TEMPLATES / "conftest.py"):
        ast.parse(file.read_text(encoding="utf-8"), feature_version=version)


OLD = list(Path.home().glob(".pyenv/versions/3.[6-9]*/bin/python3"))


@pytest.mark.parametrize("code", ["from checks import check", "import runpy; runpy.run_path('conftest.py')"],
                         ids=["notebook", "pytest"])
def test_an_old_python_gets_one_sentence(bare_python, handout, tmp_path, code, monkeypatch):
    """With a Python that says it is 3.8; the real ones below are tried where they are installed."""
    folder = shutil.copytree(handout, tmp_path / "1-bptt")
    pretend = "import sys; V = type('V', (tuple,), {}); sys.version_info = V((3, 8, 18)); "
    done = run(bare_python, "-c", pretend + code, cwd=folder)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "These assignments need Python 3.11 or newer, and this is Python 3.8 (" in last
    for python in OLD:
        done = run(str(python), "-c", code, cwd=folder)
        assert "These assignments need Python 3.11 or newer, and this is Python 3." in done.stderr.strip().splitlines()[-1]


def test_an_old_pytest_gets_one_sentence(monkeypatch):
    """So does one that is not there."""
    monkeypatch.setattr(pytest, "__version__", "7.4.4")
    floor = needs.FLOORS["pytest"]
    assert needs.problem().startswith(f"These assignments need pytest {floor} or newer, and this is pytest 7.4.4. "
                                      "Type in a terminal, in this folder:  python -m pip install -r requirements.txt")
    assert needs.library_problem("no_such_library").startswith("no_such_library is not installed in the Python that runs here")


@pytest.mark.parametrize("name", ["with spaces", "brackets [1] (2)", "dollar $HOME", "colons :: and ' quotes", "Übung öäß",
                                  "100%", "-dash", "a.b"])
def test_folders_of_any_name(bare_python, handout, tmp_path, name):
    """Tests run and pass, by pytest, in a notebook, and in a fresh process."""
    folder = shutil.copytree(handout, tmp_path / name / name)
    (folder / "bptt.py").write_text(SOLUTION, encoding="utf-8")
    (folder / "cell.py").write_text("from checks import check\ncheck('1.2')\ncheck('1.2', fresh=True)\n")
    for command in (("-m", "pytest"), ("-m", "pytest", "--task", "1.2"), ("cell.py",)):
        done = run(bare_python, *command, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1.2 The forward pass         passed " in done.stdout


def test_all_stages_side_by_side(bare_python, handout, tmp_path):
    """pytest in the folder above: each stage is reported by its own checks, though their test files share a name."""
    for name in ("1-bptt", "1-bptt copy"):
        shutil.copytree(handout, tmp_path / name)
    (tmp_path / "1-bptt" / "bptt.py").write_text(SOLUTION, encoding="utf-8")
    for command in ((), ("1-bptt", "1-bptt copy"), (f"1-bptt{os.sep}test_public.py", f"1-bptt copy{os.sep}test_public.py")):
        done = run(bare_python, "-m", "pytest", *command, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout.count('Public tests of "Derive BPTT"') == 2
        assert f"{PUBLIC:g} of {PUBLIC:g} points" in done.stdout and f"0 of {PUBLIC:g} points" in done.stdout
        assert "Traceback" not in done.stdout and "mismatch" not in done.stdout and done.stderr == ""
    done = run(bare_python, "-m", "pytest", f"1-bptt{os.sep}test_public.py", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.count("Public tests of") == 1
