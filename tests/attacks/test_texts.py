"""Text of strangers at every place where a person or a program reads it: codes, directions and markup arrive as words."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, grade_cells, hand_in, in_kit, notebook, with_function

# Colours, a bell, the 8-bit escape, a title of the window, directions, line ends of other kinds, markup of three languages.
NASTY = "\x1b[31m\x07\x9b2J\x1b]0;owned\x07\u202eevil\u2066\u2028\u0085[/b][link=http://x]<script>alert(7)</script>&#27;\r=1+1"
CODES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def raising(text: str) -> str:
    """A right file but for a softmax that does this."""
    return with_function(f"NASTY = {NASTY!r}\n\ndef softmax(z):\n" + "".join(f"    {line}\n" for line in text.splitlines()))


SOURCES = {
    "raises-at-import": f"raise ValueError({NASTY!r})",
    "is-no-python": f"x = 1\ny = '{NASTY.replace(chr(13), '')}' '\n",
    "imports-it": f"__import__({NASTY!r})",
    "exits-with-it": f"import sys\nsys.exit({NASTY!r})",
    "raises-it": raising("raise ValueError(NASTY)"),
    "raises-a-class-of-it": raising("raise type(NASTY, (ValueError,), {'__module__': NASTY})(NASTY)"),
    "raises-a-group": raising("raise ExceptionGroup(NASTY, [KeyError(NASTY), type(NASTY, (OSError,), {})(2, NASTY, NASTY)])"),
    "a-file-is-missing": raising("open(NASTY.replace('\\0', ''))"),
    "says-the-source-is-wrong": raising("raise SyntaxError(NASTY, (NASTY, 1, 1, NASTY))"),
    "adds-notes": raising("e = KeyError(NASTY)\ne.add_note(NASTY)\nraise e from ValueError(NASTY)"),
    "warns": raising("import warnings\nwarnings.warn(NASTY, type(NASTY, (UserWarning,), {}))\nreturn NASTY"),
    "prints": raising("import sys\nprint(NASTY)\nsys.stderr.write(NASTY)\nreturn {NASTY: NASTY}"),
    "returns-an-object": raising("return type(NASTY, (), {'__repr__': lambda self: NASTY})()"),
    "returns-a-function": raising("f = lambda: 0\nf.__name__ = f.__qualname__ = NASTY\nreturn f"),
    "returns-records": raising("return np.zeros(3, [(NASTY, 'f8')])"),
    "in-a-frame": raising("import types\ncode = (lambda: 1 / 0).__code__.replace(co_name=NASTY, co_qualname=NASTY)\n"
                          "types.FunctionType(code, {})()"),
}


def nasty_notebook() -> dict:
    """The notebook with it in every place that is the student's to write in."""
    content = notebook()
    content["metadata"] |= {"title": NASTY, "kernelspec": {"name": NASTY, "display_name": NASTY, "language": NASTY},
                            "language_info": {"name": NASTY, "version": NASTY, "file_extension": NASTY}}
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": NASTY},
                               {"output_type": "error", "ename": NASTY, "evalue": NASTY, "traceback": [NASTY]},
                               {"output_type": "display_data", "metadata": {}, "data": {"text/html": NASTY, "text/plain": NASTY}}]
        if cell in grade_cells(content) or cell["cell_type"] == "markdown":
            cell["source"] = f"{NASTY}\n&#8238;evil&rlo;\n![{NASTY}](attachment:{NASTY})\n[{NASTY}](javascript:alert(7))"
            cell["attachments"] = {NASTY: {"image/png": NASTY}, "a.svg": {"image/svg+xml": NASTY}}
            cell["metadata"]["tags"] = [NASTY]
    content["cells"].append({"cell_type": "raw", "id": "x", "metadata": {NASTY: NASTY}, "source": NASTY})
    return content


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A class of such submissions, not yet graded; also files and folders of such names."""
    folder = tmp_path_factory.mktemp("texts")
    for student, source in SOURCES.items():
        hand_in(folder, student, source, None)
    hand_in(folder, "writes-it", SOLUTION, nasty_notebook())
    name = NASTY.replace("/", "-")
    there = hand_in(folder, "names-files", SOLUTION)
    for file in (f"bptt {name}.py", f"{name}.ipynb", f"{name}.png", name):
        (there / file).write_text(NASTY)
    (folder / "submitted" / name / STAGE.id).mkdir(parents=True)
    with open(folder / "people.csv", "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["student", "name", "email"], ["writes-it", NASTY, f"{NASTY}@x"]])
    (folder / "submitted" / "raises-it" / f"1-bptt {name[:20]}").mkdir()
    yield folder


@pytest.fixture(scope="module")
def words(course: Path) -> dict[str, CompletedProcess[str]]:
    """What each verb says of the class, one after the other."""
    return {" ".join(verb): in_kit(KIT, *verb, "--course", str(course)) for verb in (
        ("roster", str(course / "people.csv")), ("grade", "--jobs", "1"), ("grade", "--all"), ("feedback",), ("report",),
        ("export", "--partial", "--format", "csv"))}


def shown(text: str) -> list[str]:
    """The codes in a text, and what is around the first."""
    return [text[max(0, found.start() - 60):found.end() + 20] for found in CODES.finditer(text)][:1]


def test_no_verb_says_a_code_or_fails(words: dict[str, CompletedProcess[str]]) -> None:
    for verb, done in words.items():
        said = done.stdout + done.stderr
        assert shown(said) == [] and "Traceback" not in said and "nobody foresaw" not in said, (verb, said[-1500:])
        assert done.returncode in (0, 2), (verb, said[-1500:])
    assert "[/b]" in words["grade --jobs 1"].stdout, "what is no code is shown as it is"


def test_no_file_holds_a_code(course: Path, words: dict[str, CompletedProcess[str]]) -> None:
    """Records, tables, logs, pages, exports; the notebook for formgrader keeps the student's text, in JSON."""
    files = [file for file in course.rglob("*") if file.suffix in (".json", ".csv", ".html", ".log", ".txt", ".md", ".toml")
             and "submitted" not in file.parts and file.name != "people.csv"]
    assert len(files) > len(SOURCES) * 2
    for file in files:
        assert not CODES.search(file.name)
        text = file.read_text(encoding="utf-8")
        assert shown(text) == [], file
        assert file.suffix != ".html" or "<script>alert" not in text, file
    for table in ("grades.csv", "items.csv"):
        with open(course / table, encoding="utf-8", newline="") as stream:
            assert not [cell for row in csv.reader(stream) for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_the_marks_are_those_of_the_code(course: Path, words: dict[str, CompletedProcess[str]]) -> None:
    """What is written in a notebook, and how files are called, costs nothing; a file that cannot be imported has no points."""
    scores = {}
    for file in (course / "results" / STAGE.id).glob("*.json"):
        record = json.loads(file.read_text(encoding="utf-8"))
        scores[record["student"]] = record["score"]
    assert set(scores) == {*SOURCES, "writes-it", "names-files"}
    assert scores["writes-it"] == 80 and {scores[name] for name in list(SOURCES)[:4]} == {0}
    assert all(0 < scores[name] < 80 for name in list(SOURCES)[4:])
