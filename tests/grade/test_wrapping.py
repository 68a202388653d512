"""What an editor, a browser or a notebook puts around right code costs nothing: it is taken off aloud, or a person is asked."""

import gzip
import html
import json
import textwrap

import pytest

from autograder.checks.wrapping import advice, unwrap
from autograder.grade.submission import read_submission
from tests.classroom import SOLUTION, STAGE, STUB, notebook_bytes
from tests.grade.test_handin import submitted

PLAIN = SOLUTION.encode()
LINES = SOLUTION.splitlines()
CUT = SOLUTION.index("def forward")
ESCAPED = {"\\": "\\\\", "{": "\\{", "}": "\\}", "\n": "\\\n"}
RTF = "".join(ESCAPED.get(sign, sign if sign.isascii() else f"\\uc0\\u{ord(sign)} ") for sign in SOLUTION)
HEAD = "{\\rtf1\\ansi\\cocoartf2709\n{\\fonttbl\\f0\\fswiss Helvetica;}\n{\\*\\expandedcolortbl;;}\n\\pard\\f0\\fs24 \\cf0 "
SPACES = "<span>&nbsp; &nbsp; </span>"
PARAGRAPHS = "\n".join(f"<p class=\"p1\">{html.escape(line).replace('    ', SPACES)}</p>" for line in LINES)
COLAB = ("from google.colab import drive, files\ndrive.mount('/content/drive')\n"
         "for name in files.upload().keys():\n    print(name)\n")
# Each: the file, and what is said of it.
UNDONE = {
    "UTF-16": (SOLUTION.encode("utf-16"), "was saved as UTF-16"),
    "UTF-16, no mark": (SOLUTION.encode("utf-16-le"), "was saved as UTF-16"),
    "UTF-16, the other way": (SOLUTION.encode("utf-16-be"), "was saved as UTF-16"),
    "UTF-16, a byte too many": (SOLUTION.encode("utf-16") + b"\n", "was saved as UTF-16"),
    "UTF-32": (SOLUTION.encode("utf-32"), "was saved as UTF-32"),
    "Windows-1252": ("# gr\xf6\xdfer\n".encode("cp1252") + SOLUTION.encode("ascii", "ignore"),
                     "line 1 has a character of Windows-1252"),
    "marks of direction": (f"\u200f\u202b# \u05e9\u05dc\u05d5\u05dd\u202c\n\u2066import os\u2069\n{SOLUTION}", "word processor"),
    "wide blanks of Chinese": (SOLUTION.replace("    e = np.exp", "\u3000\u3000e\u3000= np.exp"),
                               "blanks of a web page or a word processor"),
    "no such encoding": (b"# coding: klingon\n" + PLAIN, "under the name of another encoding"),
    "named UTF-16": (b"# -*- coding: utf-16 -*-\n" + PLAIN, "under the name of another encoding"),
    "named UTF-16, a byte more": (b"# -*- coding: utf-16  -*-\n" + PLAIN, "under the name of another encoding"),
    "R Markdown": (f"---\ntitle: mine\n---\n\n```{{python, echo=FALSE}}\n{SOLUTION}\n```\n", "marks of Markdown around its code"),
    "NUL at the end": (PLAIN + b"\0" * 512, "ends with bytes that are no text"),
    "Ctrl-Z": (PLAIN + b"\x1a", "ends with bytes that are no text"),
    "fence": (f"```python\n{SOLUTION}```\n", "marks of Markdown around its code (line 1, ```python)"),
    "fence that opens alone": (f"```py\n{SOLUTION}", "marks of Markdown"),
    "fence of tildes": (f"~~~\n{SOLUTION}\n~~~", "marks of Markdown"),
    "an answer of a chat": (f"Here is the code:\n\n```python\n{SOLUTION}```\n\nIt doesn't leave anything out.\n",
                            "marks of Markdown"),
    "two blocks": (f"First:\n```python\n{SOLUTION[:CUT]}```\nThen:\n```python\n{SOLUTION[CUT:]}```\n", "marks of Markdown"),
    "indented": (textwrap.indent(SOLUTION, "    "), "is indented as a whole"),
    "prompts": ("\n".join((">>> " if line[:1].strip() else "... ") + line for line in LINES), "has prompts of Python"),
    "prompts of IPython": (f"In [1]: import numpy\n{SOLUTION}", "has prompts of Python"),
    "a quoted mail": ("".join(f"> {line}\n" for line in LINES), "in front of every line"),
    "numbers of lines": ("".join(f"{number:4d} {line}\n" for number, line in enumerate(LINES, 1)), "in front of every line"),
    "magic": (f"%matplotlib inline\n{SOLUTION}", "line 1, %matplotlib inline"),
    "load_ext": (f"%load_ext autoreload\n%autoreload 2\n{SOLUTION}", "line 1, %load_ext autoreload"),
    "pip": (f"!pip install numpy \\\n   scipy\n{SOLUTION}", "line 1, !pip install numpy"),
    "pip alone": (f"pip install numpy\n{SOLUTION}", "line 1, pip install numpy"),
    "shell, kept": (f"names = !ls\n{SOLUTION}", "line 1, names = !ls"),
    "question mark": (f"np.array?\n{SOLUTION}", "line 1, np.array?"),
    "writefile": (f"%%writefile bptt.py\n{SOLUTION}", "line 1, %%writefile bptt.py"),
    "a cell of another language": (f"# %%\n%%bash\nls -la | grep x\n# %%\n{SOLUTION}", "line 2, %%bash"),
    "timed": (f"{SOLUTION}\n%time mine = softmax(np.ones(3))\nmine[0]\n", "%time mine"),
    "get_ipython": (f"get_ipython().run_line_magic('matplotlib', 'inline')\n{SOLUTION}", "line 1, get_ipython()"),
    "colab": (COLAB + SOLUTION, "line 1, from google.colab import drive, files"),
    "IPython": (f"from IPython.display import (display,\n    clear_output)\nclear_output(); display(1)\n{SOLUTION}",
                "belongs into a notebook"),
    "display": (f"{SOLUTION}\ndisplay(softmax)\n", "display(softmax)"),
    "all at once": (f"```python\n!pip install numpy\n{COLAB}{SOLUTION}```", "!pip install numpy"),
    "blanks of a web page": (SOLUTION.replace("    ", "\u00a0\u00a0\u00a0 "), "blanks of a web page"),
    "a mark nobody sees": ("\u200b" + SOLUTION, "that cannot be seen"),
    "quotes of a word processor": (SOLUTION.replace('"W_x"', "\u201cW_x\u201d"), "quotes of a word processor"),
    "page": (f"<html><head></head><body><pre>{html.escape(SOLUTION)}</pre></body></html>",
             "is a web page; the code in it was taken"),
    "page of paragraphs": (f"<!DOCTYPE html>\n<html><head><style>p {{}}</style></head><body>\n{PARAGRAPHS}\n</body></html>",
                           "is a web page; the code in it was taken"),
    "RTF": (HEAD + RTF + "}", "is an RTF document; the code in it was taken"),
    "notebook": (json.dumps({"nbformat": 4, "cells": [
        {"cell_type": "code", "source": "%matplotlib inline"}, {"cell_type": "markdown", "source": "x"},
        {"cell_type": "code", "source": SOLUTION}]}), "is a notebook; the code in it"),
}


@pytest.mark.parametrize("name", UNDONE)
def test_a_wrapping_that_can_be_taken_off_for_certain_is(tmp_path, name):
    """What is left is what the student wrote; the page and the table say what it was."""
    data, words = UNDONE[name]
    found = submitted(tmp_path, {"bptt.py": data, "1-bptt.ipynb": notebook_bytes()})
    assert not found.needs_person and not found.problem
    assert any(note.startswith("bptt.py ") and words in note for note in found.remarks), found.remarks
    assert set(found.remarks) <= set(found.notes)
    mine: dict = {"__name__": "bptt"}
    exec(compile(found.files["bptt.py"], "bptt.py", "exec"), mine)
    assert mine["softmax"](mine["np"].zeros(4)).tolist() == [0.25] * 4 and "gradient_check" in mine


ASKED = {
    "NUL in the middle": (PLAIN[:500] + b"\0" + PLAIN[500:], "is damaged: line "),
    "PDF": (b"%PDF-1.4", "is a PDF"),
    "Word": (b"PK\x03\x04 word/document.xml", "is a Word document"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a Word document"),
    "RTF without code": ("{\\rtf1\\ansi see my mail}", "is an RTF document"),
    "page with code taken for tags": (f"<html><body><pre>if a<b and c>d: pass\n{SOLUTION}</pre></body></html>", "is a web page"),
    "page of a web site": ("<!DOCTYPE html><html><body><div>def softmax(z):</div><table><tr><td>1</td></table></body>",
                           "is a web page"),
    "notebook without code": (notebook_bytes(), "is a notebook"),
    "notebook that uses the file": (json.dumps({"nbformat": 4, "cells": [
        {"cell_type": "code", "source": "import bptt"}, {"cell_type": "code", "source": SOLUTION}]}), "is a notebook"),
    "40 MB": (PLAIN + b"#" + b"x" * (40 << 20), "was not read: it is 40 MiB"),
}


@pytest.mark.parametrize("name", ASKED)
def test_where_it_is_not_certain_a_person_is_asked(tmp_path, name):
    data, words = ASKED[name]
    found = submitted(tmp_path, {"bptt.py": data, "1-bptt.ipynb": notebook_bytes()})
    assert words in found.needs_person and found.needs_person.endswith("run make grade again") and not found.problem


ALONE = [
    PLAIN, STUB.encode(), b"\xef\xbb\xbf" + PLAIN, PLAIN.replace(b"\n", b"\r\n"), b"", b"x = (\n 5\n % 3)\n",
    b"# coding: latin-1\nx = '\xe9'\n", b"%x\ndef def f(): pass\n", b"def f(:\n  \"\"\"```\nx\n```\"\"\"\n",
    b"try:\n    get_ipython()\nexcept NameError:\n    pass\n", b"def display(x): pass\ndisplay(1)\n",
]


@pytest.mark.parametrize("name", ["bptt.docx", "bptt.pdf", "bptt.py.webloc", "bptt (1).lnk", "w/bptt.html"])
def test_a_file_of_another_kind_in_place_of_the_code_is_asked_about(tmp_path, name):
    question = submitted(tmp_path, {name: "<p>?", "1-bptt.ipynb": notebook_bytes()}).needs_person
    assert f"bptt.py is missing, and {name} may be meant for it" in question


@pytest.mark.parametrize("name", ["bptt.html", "bptt.py.html"])
def test_a_page_that_a_browser_saved_is_the_file(tmp_path, name):
    found = submitted(tmp_path, {name: f"<html><body><pre>{html.escape(SOLUTION)}</pre></body></html>"})
    assert not found.needs_person and found.files["bptt.py"].strip() == PLAIN.strip()


def test_a_compressed_file_under_the_name_of_the_code_is_opened(tmp_path):
    assert submitted(tmp_path, {"bptt.py": gzip.compress(PLAIN)}).files["bptt.py"] == PLAIN


@pytest.mark.parametrize("data", ALONE)
def test_a_file_without_wrapping_is_left_alone(data):
    """So is one with an error of its own: that is for Python to say."""
    assert unwrap(data).data == data and not unwrap(data).undone and not unwrap(data).doubt and not advice("bptt.py", data)


def test_a_module_of_the_students_own_is_unwrapped_too(tmp_path):
    found = submitted(tmp_path, {"bptt.py": f"from mine import *\n{SOLUTION}", "mine.py": "x = 1\n".encode("utf-16")})
    assert found.files["mine.py"] == b"x = 1\n" and "mine.py was saved as UTF-16, and was read as that" in found.remarks


def test_home_says_how_to_hand_it_in_without():
    assert advice("bptt.py", UNDONE["UTF-16"][0]).startswith("bptt.py was saved as UTF-16. Save it as UTF-8")
    assert "Copy your code into a text file" in advice("bptt.py", UNDONE["RTF"][0].encode())


LITTLE = {
    "empty": (b"", "bptt.py is empty"),
    "blanks": (b"\n\n  \n", "bptt.py is empty"),
    "comments": (b"# later\n", "bptt.py has no code in it"),
    "stub": (STUB.encode(), "bptt.py is as it was handed out (nothing written)"),
}


@pytest.mark.parametrize("name", LITTLE)
def test_a_file_with_nothing_in_it_says_so(tmp_path, name):
    data, words = LITTLE[name]
    found = submitted(tmp_path, {"bptt.py": data, "1-bptt.ipynb": notebook_bytes()})
    assert words in found.remarks and not found.needs_person


@pytest.mark.parametrize("files, place", [
    ({"bptt.py": bytes(4096)}, "bptt.py"), ({"BPTT (1).py": bytes(9)}, "BPTT (1).py"),
    ({"bptt.py": f"from mine import *\n{SOLUTION}", "mine.py": bytes(99)}, "mine.py"),
])
def test_a_file_of_zeros_was_torn_and_is_asked_about(tmp_path, files, place):
    """A mark of 0 would be that of the disk."""
    found = submitted(tmp_path, {**files, "1-bptt.ipynb": notebook_bytes()})
    name = "mine.py" if place == "mine.py" else "bptt.py"
    assert f"{name} has only bytes of 0 in it, as after a crash or a full disk" in found.needs_person
    assert "run make grade again" in found.needs_person
    assert advice(name, bytes(99)).startswith(f"{name} has only bytes of 0 in it")


def written(source):
    content = json.loads(notebook_bytes())
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "id": "mine"})
    return json.dumps(content).encode()


@pytest.mark.parametrize("files", [{"bptt.py": STUB}, {}, {"bptt.py": ""}])
@pytest.mark.parametrize("source, kind", [(SOLUTION, "code"), (f"%%writefile bptt.py\n{SOLUTION}", "code"),
                                          (f"My code:\n\n```python\n{SOLUTION}```\n", "markdown")])
def test_an_answer_that_lies_in_the_notebook_is_asked_about(tmp_path, files, source, kind):
    """Until a person says that the file counts as it is; in a cell of text it lies between marks of Markdown."""
    found = submitted(tmp_path, {**files, "1-bptt.ipynb": written(source).replace(
        b'{"cell_type": "code", "metadata": {}, "source": ', b'{"cell_type": "%s", "metadata": {}, "source": ' % kind.encode())})
    assert "but the notebook defines softmax, cross_entropy, forward and" in found.needs_person
    (tmp_path / "submitted/ada/1-bptt/bptt.py").write_text(files.get("bptt.py", "") + "# grade as it is\n")
    assert not read_submission(tmp_path / "submitted/ada/1-bptt", "ada", STAGE).needs_person


@pytest.mark.parametrize("files, words", [
    ({"bptt.py": STUB, ".ipynb_checkpoints/bptt-checkpoint.py": SOLUTION}, ".ipynb_checkpoints/bptt-checkpoint.py is filled in"),
    ({"w/bptt.py": STUB, "w/.ipynb_checkpoints/bptt-checkpoint.py": SOLUTION}, "w/.ipynb_checkpoints/bptt-checkpoint.py is"),
    ({"bptt.py": STUB, "bptt.rtf": HEAD + RTF + "}"}, "bptt.rtf is filled in"),
    ({"bptt.py": STUB, "bptt.py~": SOLUTION}, "bptt.py~ is filled in"),
    ({"bptt.py": STUB, "old/bptt.py.bak": SOLUTION}, "old/bptt.py.bak is filled in"),
    ({"bptt.py": STUB, "BPTT_u16.py": SOLUTION.encode("utf-16")}, "BPTT_u16.py is filled in"),
])
def test_a_filled_copy_anywhere_beside_a_stub_is_asked_about(tmp_path, files, words):
    """By a path that is there."""
    question = submitted(tmp_path, {**files, "1-bptt.ipynb": notebook_bytes()}).needs_person
    assert words in question and "bptt.py is as handed out" in question


def test_a_copy_that_jupyter_made_is_taken_where_it_is_all_there_is_and_else_left(tmp_path):
    found = submitted(tmp_path, {".ipynb_checkpoints/bptt-checkpoint.py": SOLUTION, "mine.py": "x = 1\n"})
    assert found.files == {"bptt.py": PLAIN, "mine.py": b"x = 1\n"} and not found.needs_person
    found = submitted(tmp_path / "b", {".ipynb_checkpoints/bptt-checkpoint.py": STUB, "bptt.py": SOLUTION})
    assert found.files == {"bptt.py": PLAIN} and not found.needs_person
