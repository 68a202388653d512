"""The attacks: sources in `sources/`, and folders that are hostile before any code runs.

A source is appended to the model answers (or to what was handed out), as a student would who has solved the stage and
wants more. Its docstring says what it tries, and ends with lines ``name: value``:

======= ====================================================================================================
base    ``solution`` (when not said) or ``stub``
marks   what it deserves, of the suite's 80; in its place
loses   parts of the names of the tests it is to fail, with commas between
tells   words that one of its messages must hold, so that student and staff learn what happened
hides   a word that must be on no page the student sees
outside ``escapes`` when the attempt succeeds where there is no sandbox, which shows that it is a real attempt
======= ====================================================================================================

A source may define ``attempt()``, which returns what it got hold of. It is called in every call of `softmax`, which
then raises: so whatever is got costs marks.
"""

from __future__ import annotations

import ast
import json
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.stages import RELEASE, find_stage
from autograder.stages.points import test_list
from autograder.stages.strip import strip

STAGE = find_stage("1-bptt")
FOLDER = Path(__file__).parent / "sources"
FULL = 80.0
GUARD = """

def _guarded(own, attempt):
    def softmax(z):
        got = attempt()
        if got:
            raise RuntimeError(f"ESCAPED {got!r}")
        return own(z)
    return softmax


softmax = _guarded(softmax, attempt)
"""


@dataclass(frozen=True)
class Place:
    """What an attacker may know of the machine."""

    course: Path
    outside: Path
    grader: int


@dataclass(frozen=True)
class Attack:
    """One hostile or broken submission.

    Attributes
    ----------
    name, says : str
        File name with dashes; what it tries.
    marks : float
        What it deserves.
    tells, hides : str
        Words that must, and must not, reach the student.
    build : callable
        ``build(folder, place)`` makes the submission.
    source : str or None
        What is appended, if it is an attack by source.
    """

    name: str
    says: str
    marks: float
    tells: str
    hides: str
    escapes: bool
    build: Callable[[Path, Place], None]
    source: str | None = None


def model() -> str:
    """The model answers."""
    return STAGE.solution.read_text(encoding="utf-8")


def notebook() -> bytes:
    """The notebook as released."""
    return (RELEASE / STAGE.id / f"{STAGE.id}.ipynb").read_bytes()


def knowledge(place: Place) -> str:
    """The addresses an attacker is given, as source."""
    return (
        f"\n\nCOURSE, KIT, OUTSIDE, GRADER = {str(place.course)!r}, {str(STAGE.source.parents[1])!r}, "
        f"{str(place.outside)!r}, {place.grader}\n"
    )


def deserved(loses: str) -> float:
    """The marks of one who fails the tests with these parts in their names, and no other."""
    parts = loses.split(", ")
    lost = [points for _, _, test, _, points in test_list(STAGE) if any(part in test for part in parts)]
    assert all(any(part in test for _, _, test, _, _ in test_list(STAGE)) for part in parts), loses
    return FULL - sum(lost)


def from_source(path: Path) -> Attack:
    """An attack from its file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    says, _, rest = (ast.get_docstring(tree) or "").partition("\n\n")
    about = dict(line.split(": ", 1) for line in rest.splitlines())
    unknown = set(about) - {"base", "marks", "loses", "tells", "hides", "outside"}
    if not says or unknown or ("marks" in about) == ("loses" in about):
        raise ValueError(f"{path.name}: its docstring is not that of an attack")
    guarded = any(isinstance(node, ast.FunctionDef) and node.name == "attempt" for node in tree.body)
    code = "\n".join(text.splitlines()[tree.body[0].end_lineno :])  # what it says of itself is not handed in
    body = code + (GUARD if guarded else "")

    def build(folder: Path, place: Place) -> None:
        base = strip(model(), STAGE.info.file) if about.get("base") == "stub" else model()
        (folder / STAGE.info.file).write_text(base + knowledge(place) + body, encoding="utf-8")
        (folder / f"{STAGE.id}.ipynb").write_bytes(notebook())

    return Attack(
        path.stem.replace("_", "-"),
        says,
        float(about["marks"]) if "marks" in about else deserved(about["loses"]),
        about.get("tells", ""),
        about.get("hides", ""),
        about.get("outside") == "escapes",
        build,
        body,
    )


FILES: list[Attack] = []


def files(marks: float, tells: str = "", hides: str = "") -> Callable:
    """Register a function that makes a hostile folder; the folder already holds the model answers and the notebook."""

    def register(function: Callable[[Path, Place], None]) -> Callable:
        def build(folder: Path, place: Place) -> None:
            (folder / STAGE.info.file).write_text(model(), encoding="utf-8")
            (folder / f"{STAGE.id}.ipynb").write_bytes(notebook())
            function(folder, place)

        FILES.append(
            Attack(
                "files-" + function.__name__.replace("_", "-"),
                function.__doc__ or "",
                marks,
                tells,
                hides,
                False,
                build,
            )
        )
        return function

    return register


def attacks() -> list[Attack]:
    """The whole catalogue, in order of the names."""
    return sorted([from_source(path) for path in FOLDER.glob("*.py")] + FILES, key=lambda attack: attack.name)


def source_file(folder: Path) -> Path:
    """The student's file."""
    return folder / STAGE.info.file


def notebook_file(folder: Path) -> Path:
    """The student's notebook."""
    return folder / f"{STAGE.id}.ipynb"


@files(0, tells="links are not followed")
def link_to_a_file_outside(folder: Path, place: Place) -> None:
    """The source is a link to another student's right answers."""
    (place.outside / "theirs.py").write_text(model())
    source_file(folder).unlink()
    source_file(folder).symlink_to(place.outside / "theirs.py")


@files(0, tells="links are not followed")
def link_to_itself(folder: Path, place: Place) -> None:
    """The source is a link to itself."""
    source_file(folder).unlink()
    source_file(folder).symlink_to(source_file(folder))


@files(0, tells="links are not followed")
def link_in_place_of_the_folder(folder: Path, place: Place) -> None:
    """The folder of the submission is a link to a folder with right answers."""
    elsewhere = place.outside / "folder"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)


@files(FULL, tells="helper.py was not read")
def link_beside_the_source(folder: Path, place: Place) -> None:
    """A module beside the source is a link to a file of the machine."""
    (folder / "helper.py").symlink_to("/etc/passwd")


@files(FULL)
def link_named_like_a_pattern(folder: Path, place: Place) -> None:
    """Links and large files whose names are patterns that match everything else in the folder."""
    (folder / "*").symlink_to("/etc/passwd")
    (folder / "[!a]*").symlink_to(place.course)
    (folder / "?").symlink_to(folder)


@files(FULL)
def link_to_the_folder_above(folder: Path, place: Place) -> None:
    """A folder inside the submission is a link to the folder above: walking into it never ends."""
    (folder / "inner").mkdir()
    (folder / "inner" / "up").symlink_to(folder)


@files(0, tells="second name of somebody else's file")
def hard_link(folder: Path, place: Place) -> None:
    """The source is a second name of a file that belongs to somebody else."""
    theirs = place.outside / "hard.py"
    theirs.write_text(model())
    os.chown(theirs, 12345, 12345)
    source_file(folder).unlink()
    os.link(theirs, source_file(folder))


@files(0, tells="not a regular file")
def pipe_in_place_of_the_source(folder: Path, place: Place) -> None:
    """The source is a named pipe: opening it would wait forever."""
    source_file(folder).unlink()
    os.mkfifo(source_file(folder))


@files(0, tells="not a regular file")
def device_in_place_of_the_source(folder: Path, place: Place) -> None:
    """The source is a device that never ends."""
    source_file(folder).unlink()
    os.mknod(source_file(folder), stat.S_IFCHR | 0o666, os.makedev(1, 5))


@files(0, tells="not a regular file")
def socket_in_place_of_the_source(folder: Path, place: Place) -> None:
    """The source is a socket."""
    source_file(folder).unlink()
    before = os.getcwd()
    os.chdir(folder)  # an address of a socket is at most 107 bytes long
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(STAGE.info.file)
    finally:
        os.chdir(before)


@files(FULL, tells="__init__.py was taken as bptt.py")
def folder_in_place_of_the_source(folder: Path, place: Place) -> None:
    """The source is a folder."""
    source_file(folder).unlink()
    source_file(folder).mkdir()
    (source_file(folder) / "__init__.py").write_text(model())


@files(FULL, tells="not a regular file")
def pipe_in_place_of_the_notebook(folder: Path, place: Place) -> None:
    """The notebook is a named pipe."""
    notebook_file(folder).unlink()
    os.mkfifo(notebook_file(folder))


@files(FULL, tells="was not handed in")
def folder_in_place_of_the_notebook(folder: Path, place: Place) -> None:
    """The notebook is a folder with a file in it."""
    notebook_file(folder).unlink()
    notebook_file(folder).mkdir()
    (notebook_file(folder) / "x").write_text("x")


@files(FULL, tells="links are not followed")
def link_in_place_of_the_notebook(folder: Path, place: Place) -> None:
    """The notebook is a link to a file of the machine."""
    notebook_file(folder).unlink()
    notebook_file(folder).symlink_to("/etc/passwd")


@files(FULL)
def not_utf8(folder: Path, place: Place) -> None:
    """The source holds a text that is no UTF-8, and does not say in which code it is written."""
    source_file(folder).write_bytes(model().encode() + "\nname = 'Größe'\n".encode("latin-1"))


@files(FULL)
def other_code_declared(folder: Path, place: Place) -> None:
    """The source says that it is written in Latin-1, and is."""
    source_file(folder).write_bytes(b"# -*- coding: latin-1 -*-\n" + ascii_model() + "\n# Größe\n".encode("latin-1"))


def ascii_model() -> bytes:
    """The model answers without what ASCII does not have."""
    return model().encode("ascii", "replace")


@files(FULL)
def byte_order_mark(folder: Path, place: Place) -> None:
    """The source begins with the byte order mark of UTF-8, as some editors write it."""
    source_file(folder).write_bytes(b"\xef\xbb\xbf" + model().encode())


@files(FULL)
def line_ends_of_windows(folder: Path, place: Place) -> None:
    """Source and notebook have the line ends of Windows."""
    source_file(folder).write_bytes(model().replace("\n", "\r\n").encode())
    notebook_file(folder).write_bytes(notebook().replace(b"\n", b"\r\n"))


@files(FULL)
def utf16(folder: Path, place: Place) -> None:
    """The source is written in UTF-16."""
    source_file(folder).write_bytes(model().encode("utf-16"))


@files(FULL)
def null_byte(folder: Path, place: Place) -> None:
    """The source ends with a null byte."""
    source_file(folder).write_bytes(model().encode() + b"\n# \0\n")


@files(0)
def empty(folder: Path, place: Place) -> None:
    """The source is empty."""
    source_file(folder).write_bytes(b"")


@files(0, tells="bptt.py")
def program_in_place_of_the_source(folder: Path, place: Place) -> None:
    """The source is a compiled program."""
    source_file(folder).write_bytes(Path(os.path.realpath("/proc/self/exe")).read_bytes()[: 1 << 20])


@files(0, tells="could not be imported")
def nested_brackets(folder: Path, place: Place) -> None:
    """The source nests brackets and blocks so deep that a compiler runs out of stack."""
    source_file(folder).write_text(model() + "\nx = " + "(" * 100_000 + ")" * 100_000 + "\n")


@files(0, tells="MiB")
def huge(folder: Path, place: Place) -> None:
    """The source claims to be ten gigabytes long."""
    with open(source_file(folder), "ab") as file:
        file.truncate(10 << 30)


@files(FULL, tells="MiB")
def huge_notebook(folder: Path, place: Place) -> None:
    """The notebook claims to be ten gigabytes long."""
    with open(notebook_file(folder), "ab") as file:
        file.truncate(10 << 30)


@files(FULL)
def many_files(folder: Path, place: Place) -> None:
    """A thousand modules and a folder of two thousand more beside the source."""
    for number in range(1000):
        (folder / f"module_{number}.py").write_text("x = 1\n")
    (folder / "more").mkdir()
    for number in range(2000):
        (folder / "more" / f"{number}").write_bytes(b"")


@files(FULL)
def names_that_are_no_text(folder: Path, place: Place) -> None:
    """Files whose names are no UTF-8, hold line ends and terminal codes, or begin with a dash."""
    for name in (
        b"\xff\xfe.py",
        b"a\nb.py",
        b"\x1b]0;80\x07.py",
        b"-rf.py",
        b"--help",
        b" .py",
        b".hidden.py",
        b"$(touch x).py",
        b"<script>alert(1)</script>.py",
        "é.py".encode("latin-1"),
        b"*.py",
        b"sys.py.py",
    ):
        with open(os.path.join(os.fsencode(folder), name.replace(b"/", b"_")), "wb") as file:
            file.write(b"raise SystemExit\n")


@files(FULL)
def deep_folders(folder: Path, place: Place) -> None:
    """Folders nested deeper than a path can be long."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(60):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(before)


@files(FULL)
def names_of_the_graders_modules(folder: Path, place: Place) -> None:
    """Modules named like pytest, the kit and the standard library, start files and settings for pytest."""
    for name in (
        "pytest",
        "_pytest",
        "conftest",
        "sitecustomize",
        "usercustomize",
        "autograder",
        "msgspec",
        "test_public",
        "gc",
        "json",
        "traceback",
        "warnings",
        "checks",
        "hidden",
        "public",
        "plugin",
    ):
        (folder / f"{name}.py").write_text(f"open({str(place.outside / name)!r}, 'w')\nraise SystemExit(0)\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--collect-only'\n")
    (folder / "evil.pth").write_text(f"import os; os.mkdir({str(place.outside / 'pth')!r})\n")
    (folder / "nbgrader_config.py").write_text(f"open({str(place.outside / 'config')!r}, 'w')\n")


@files(0, tells="could not be imported")
def checkpoint_with_a_command(folder: Path, place: Place) -> None:
    """The source unpickles a file beside it that runs a command."""

    class Payload:
        def __reduce__(self) -> tuple:
            return os.system, (f"touch {place.outside / 'checkpoint'}",)

    import pickle

    (folder / "weights.py").write_bytes(pickle.dumps(Payload()))
    source_file(folder).write_text(
        model() + "\nimport pickle\nif pickle.load(open('weights.py', 'rb')) != 0:\n    raise OSError('refused')\n"
    )


def changed_notebook(folder: Path, change: Callable[[dict], None]) -> None:
    """Write the notebook with a change made to it."""
    content = json.loads(notebook())
    change(content)
    notebook_file(folder).write_text(json.dumps(content))


@files(0)
def notebook_with_marks(folder: Path, place: Place) -> None:
    """The notebook claims marks: in metadata, outputs, points and doubled grade cells. No code is solved."""
    source_file(folder).write_text(strip(model(), STAGE.info.file))

    def change(content: dict) -> None:
        content["metadata"]["nbgrader"] = {"score": 100, "max_score": 100}
        for cell in list(content["cells"]):
            plan = cell["metadata"].get("nbgrader")
            if not plan:
                continue
            plan.update(points=1000, score=1000, manual_score=1000, auto_score=1000, locked=False, grade=True)
            cell["metadata"]["tags"] = ["skip-execution"]
            cell["source"] = "100.0"
            if cell["cell_type"] == "code":
                cell["outputs"] = [
                    {
                        "output_type": "execute_result",
                        "execution_count": 1,
                        "metadata": {},
                        "data": {"text/plain": "100.0"},
                    }
                ]
            content["cells"].append(json.loads(json.dumps(cell)))

    changed_notebook(folder, change)


SCRIPT = "<script>alert('PWNED')</script><img src=x onerror=alert('PWNED')><svg onload=alert('PWNED')>"


@files(
    deserved("test_relative_error_by_hand, test_relative_error_is_relative, test_gradient_check_of_each_name"),
    tells="PWNED",
    hides="<script>alert('PWNED')",
)
def script_in_texts(folder: Path, place: Place) -> None:
    """Scripts in the written answers, outputs, a docstring, an exception's text and the keys of a dict."""
    broken = (
        "\n\ndef relative_error(a, b):\n    " + repr(SCRIPT) + "\n    if not a.any():\n"
        f"        raise ValueError({SCRIPT!r})  # {SCRIPT}\n"
        "    scale = np.linalg.norm(a) + np.linalg.norm(b)\n"
        "    return 0.0 if scale == 0 else float(np.linalg.norm(a - b) / scale)\n"
    )
    source_file(folder).write_text(model() + broken)

    def change(content: dict) -> None:
        content["metadata"]["title"] = SCRIPT
        for cell in content["cells"]:
            cell["source"] = [SCRIPT + "\n\n", "[link](javascript:alert('PWNED'))\n", f"$x{SCRIPT}$\n"]
            if cell["cell_type"] == "code":
                cell["outputs"] = [
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {
                            "text/html": SCRIPT,
                            "application/javascript": "alert('PWNED')",
                            "image/svg+xml": SCRIPT,
                        },
                    }
                ]

    changed_notebook(folder, change)


@files(FULL, tells="could not be read")
def notebook_nested_deep(folder: Path, place: Place) -> None:
    """The notebook is a list of lists, nested a million deep."""
    notebook_file(folder).write_bytes(b"[" * 1_000_000)


@files(FULL)
def notebook_with_a_million_outputs(folder: Path, place: Place) -> None:
    """The notebook has a cell with a million outputs, and one whose text is megabytes of brackets."""

    def change(content: dict) -> None:
        content["cells"].append(
            {
                "cell_type": "code",
                "metadata": {},
                "source": "",
                "execution_count": 1,
                "id": "a",
                "outputs": [{}] * 1_000_000,
            }
        )
        content["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "[" * 2_000_000 + "*_`" * 500_000})

    changed_notebook(folder, change)


@files(FULL)
def notebook_of_odd_values(folder: Path, place: Place) -> None:
    """The notebook's cells are numbers, texts and dicts of the wrong shape; some hold characters no page may have."""

    def change(content: dict) -> None:
        content["cells"] = [
            1,
            None,
            "x",
            [],
            {},
            {"cell_type": 3, "source": 4, "metadata": 5},
            {"cell_type": "raw", "source": ["a", 2, None], "metadata": {"nbgrader": []}},
            {
                "cell_type": "markdown",
                "source": "\0\x01\x1b[31m\ud800\uffff",
                "metadata": {"nbgrader": {"grade_id": {}}},
            },
            *content["cells"],
        ]
        content["nbformat_minor"] = 99
        content["metadata"] = []

    changed_notebook(folder, change)
