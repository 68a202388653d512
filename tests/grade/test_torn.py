"""What was lost on the way is told: on the student's page, in the note of grades.csv, and to whoever grades."""

import csv

import pytest

from autograder.checks.wrapping import unwrap
from autograder.grade.classroom import job_for
from autograder.grade.handin.archives import File
from autograder.grade.handin.torn import cut_off, losses
from autograder.grade.language import Doubt
from autograder.grade.notebook import repair
from autograder.grade.schedule.slot import Slots
from autograder.grade.submission import read_submission
from autograder.stages import find_stage, stages
from autograder.terminal import summary
from tests.classroom import SOLUTION, STAGE, STUB, grade, hand_in, notebook_bytes, page_of, record_of
from tests.grade.test_handin import submitted
from tests.grade.test_misplaced import ONE, TWO, after
from tests.lms.packing import came, packed

CROSS = SOLUTION[SOLUTION.index("def cross_entropy"):]
HEAD = SOLUTION[: SOLUTION.index("def softmax")]
TRY = f"try:\n    from helpers import *\nexcept ImportError:\n    pass\n{TWO}"
LATER = SOLUTION.replace("return -np.log(y_hat_t[y_t])", "from helpers import loss\n    return loss(y_hat_t, y_t)")
ATTRIBUTE = f"{HEAD}import helpers as h\n\n\ndef softmax(z):\n    return h.softmax(z)\n\n\n{CROSS}"
USERS = {"star": after("", "helpers"), "name": f"from helpers import softmax\n{TWO}", "as": ATTRIBUTE, "below a try": TRY,
         "all of it": "from helpers import *\n", "as it is called": LATER}
HELPERS = {"is empty": b"", "has no code in it": b"# mine\n", "stops in the middle of a statement (line 1)": b"def loss(",
           "is damaged: line 1 has a byte that is no text (0)": b"a = 1\0\0b\n"}


def said_of(tmp_path, files, stage=STAGE):
    """The doubts and the question of a hand-in."""
    found = submitted(tmp_path, files, stage)
    return [*(note for note in found.remarks if isinstance(note, Doubt)), *([found.needs_person] if found.needs_person else [])]


@pytest.mark.parametrize("what", HELPERS)
@pytest.mark.parametrize("user", USERS)
def test_a_module_in_use_that_gives_nothing_is_told(tmp_path, user, what):
    (note,) = said_of(tmp_path, {"bptt.py": USERS[user], "helpers.py": HELPERS[what]})
    assert note.startswith("helpers.py") and what in note


@pytest.mark.parametrize("user", ["below a try", "as it is called"])
def test_a_module_that_is_nowhere_is_told_where_its_import_ends_no_program(tmp_path, user):
    assert said_of(tmp_path, {"bptt.py": USERS[user]}) == [
        "helpers, which bptt.py imports, was not handed in, and the grader has none of that name"]


def test_nothing_is_lost_where_something_stands_in_its_place(tmp_path):
    """A package goes before a module of its name, and functions that the `except` defines are there."""
    package = {"bptt.py": f"from helpers import *\n{TWO}", "helpers.py": b"", "helpers/__init__.py": ONE}
    assert said_of(tmp_path / "a", package) == []
    instead = "".join(f"    {line}\n" for line in ONE.splitlines())
    assert said_of(tmp_path / "b", {"bptt.py": f"try:\n    from helpers import *\nexcept ImportError:\n{instead}{TWO}"}) == []


def test_data_in_use_that_is_empty_is_told(tmp_path):
    (note,) = said_of(tmp_path, {"bptt.py": f"import json\n\nX = json.load(open('w.json'))\n{SOLUTION}", "w.json": b""})
    assert note == "w.json, which bptt.py uses, is empty; the whole file is needed"


def test_an_archive_beside_the_code_that_cannot_be_opened_is_told_after_a_download_too(tmp_path):
    came({"ada_1_5_bptt.py": SOLUTION.encode(), "ada_1_6_w.zip": packed({"helpers.py": ONE.encode()})[:-150],
          "ada_1_7_1-bptt.ipynb": notebook_bytes()}, tmp_path)
    found = read_submission(tmp_path / "submitted" / "ada_1" / STAGE.id, "ada_1", STAGE)
    assert found.files["bptt.py"] == SOLUTION.encode() and not found.needs_person
    assert any(remark.startswith("w.zip is not a zip that can be read") for remark in found.remarks)


def test_a_module_that_was_refused_is_told(tmp_path):
    (note,) = said_of(tmp_path, {"bptt.py": TRY, "helpers.py": ONE.encode() + b"#" * (9 << 20)})
    assert note == "helpers.py was not read: it is 9 MiB; at most 8 MiB are read"


NAMES = [name for names in STAGE.functions.values() for name in names]
WHOLE = {
    "weights and data in use": {"bptt.py": f"OPENS = 'w.json'\n{SOLUTION}", "w.json": b"{}"},
    "one file": {"bptt.py": SOLUTION},
    "nothing filled in": {"bptt.py": STUB},
    "two files": {"bptt.py": after("", "one"), "one.py": ONE},
    "a package": {"bptt.py": "from mine import *\n", "mine/__init__.py": "from .core import *\n", "mine/core.py": SOLUTION},
    "an empty __init__": {"bptt.py": "from mine.core import *\n", "mine/__init__.py": b"", "mine/core.py": SOLUTION},
    "functions given by name": {"bptt.py": f"import core\nsoftmax = core.softmax\nfrom core import ({', '.join(NAMES[1:])})\n",
                                "core.py": SOLUTION},
    "functions given as it runs": {"bptt.py": "import core\nglobals().update(vars(core))\n", "core.py": SOLUTION},
    "an empty module that nothing uses": {"bptt.py": SOLUTION, "later.py": b""},
    "a library below a try": {"bptt.py": f"try:\n    import cupy\nexcept ImportError:\n    cupy = None\n{SOLUTION}"},
    "an import of a library": {"bptt.py": SOLUTION.replace("return -np.log", "import cycler\n    return -np.log")},
    "one left out in the middle": {"bptt.py": ONE + SOLUTION[SOLUTION.index("def dyhat_dz") :]},
    "a program that ends": {"bptt.py": f'{ONE}\n\nif __name__ == "__main__":\n    print(softmax)\n'},
    "graded as it is": {"bptt.py": f"# grade as it is\n{ONE}"},
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_not_said_to_be_cut_off(tmp_path, name):
    assert not said_of(tmp_path, WHOLE[name])


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_a_file_cut_off_anywhere_is_told(stage):
    """Between two functions, within one, and in the middle of a word; the whole file is not."""
    data = stage.solution.read_bytes()
    file = stage.info.file
    assert not losses({file: data}, {file: File(len(data), lambda: data)}, stage)
    starts = sorted(max(data.find(f"\n{kind} {name}".encode()) for kind in ("def", "class"))
                    for names in stage.functions.values() for name in names)
    for start in starts:
        (note,) = losses({file: data[:start]}, {}, stage)
        assert isinstance(note, Doubt) and note.startswith(f"{file} ") and "the whole file is needed" in note
    cuts = range(starts[1], starts[-1], 997)
    assert all(losses({file: data[:cut]}, {}, stage) for cut in cuts)


def test_an_error_of_the_student_s_own_is_not_called_a_cut():
    assert not cut_off("def f(x)\n    return x\n\n\ny = 1\n") and not cut_off("x = (1\n\n\ndef f():\n    return 2\n")
    assert cut_off("def f(") and cut_off("x = 'abc") and cut_off('def f():\n    """Text\n')


BYTES = {"only bytes of 255": b"\xff" * 3000, "only bytes of 0": bytes(3000), "is no text": SOLUTION.encode("cp037", "replace")}


@pytest.mark.parametrize("what", BYTES)
def test_what_is_no_text_is_asked_about(tmp_path, what):
    assert what in submitted(tmp_path, {"bptt.py": BYTES[what]}).needs_person


def test_text_in_an_encoding_of_its_country_is_text():
    code = "LAST = 5  # {}\n"
    assert not unwrap(code.format("größer als üblich").encode("cp1252")).doubt
    assert not unwrap(f"{code.format('взять пять последних шагов ' * 9)}\ndef f():\n    pass\n".encode("cp1251")).doubt


@pytest.mark.parametrize("end", ["größ".encode()[:-1], "# größer\n# gr".encode() + b"\xc3", "# ∂".encode()[:-1]])
def test_a_file_that_ends_within_a_character_was_cut_off(tmp_path, end):
    (note,) = said_of(tmp_path, {"bptt.py": SOLUTION.encode() + b"# " + end})
    assert note == "bptt.py ends in the middle of a character, as a file that was cut off on its way"


@pytest.mark.parametrize("end", ["café", "größer, café"])
def test_a_file_of_windows_that_ends_with_an_accent_was_not(tmp_path, end):
    found = submitted(tmp_path, {"bptt.py": SOLUTION.encode("ascii", "ignore") + f"# {end}".encode("cp1252")})
    assert any("Windows-1252" in note for note in found.remarks) and "café".encode() in found.files["bptt.py"]


@pytest.mark.parametrize("sign", ["\u200b", "\ufeff", "\u2060"])
def test_signs_that_cannot_be_seen_are_told_as_that(tmp_path, sign):
    found = submitted(tmp_path, {"bptt.py": SOLUTION.replace("\ndef forward", f"\n{sign}def forward")})
    assert found.files["bptt.py"] == SOLUTION.encode()
    assert any("that cannot be seen" in note and "left out" in note and "spaces" not in note for note in found.remarks)


@pytest.mark.parametrize(("end", "words"), [(-40, "the cells of all written tasks are there, and the last cell"),
                                            (-3000, "its end is lost, which may be that of an answer"),
                                            (len(notebook_bytes()) // 2, "the cells of 1.8 are lost: ask for the notebook")])
def test_a_notebook_that_was_cut_off_tells_whether_an_answer_may_be_lost(end, words):
    _, notes = repair(notebook_bytes()[:end], STAGE.id)
    (note,) = [note for note in notes if words in note]
    assert isinstance(note, Doubt) == (end != -40) and not any("deleted" in note for note in notes)


DECLARED = {
    "a mark of UTF-8 and another name": b"\xef\xbb\xbf# coding: latin-1\n" + SOLUTION.encode(),
    "no encoding of text": b"# coding: zlib\n" + SOLUTION.encode(), "none that is there": b"# coding: mbcs\n" + SOLUTION.encode(),
    "UTF-16": b"# coding: utf-16\n" + SOLUTION.encode(), "UTF-7": b"# coding: utf-7\n" + SOLUTION.encode("utf-7"),
    "escapes": b"# coding: unicode_escape\n#\\x0a" + SOLUTION.encode().replace(b"\\", b"\\\\").replace(b"\n", b"\\x0a"),
    "Shift-JIS": f"# coding: shift_jis\n# 表\n{SOLUTION}".encode("shift_jis", "replace"),
    "EBCDIC": b"# coding: cp037\n" + SOLUTION.encode("cp037", "replace"),
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_encoding_is_read_as_python_reads_it_or_said_or_asked_about(tmp_path, name):
    found = submitted(tmp_path, {"bptt.py": DECLARED[name]})
    compile(b"" if found.needs_person else found.files["bptt.py"], "bptt.py", "exec")
    assert found.needs_person or found.remarks or found.files["bptt.py"] == DECLARED[name]
    assert not any("cut off" in remark for remark in found.remarks)


def test_it_stands_on_the_page_in_the_table_and_in_the_summary(tmp_path):
    """In a course that is graded, an answer lost in a notebook as well."""
    content = notebook_bytes()
    cases = {
        "ada": ("from helpers import *\n", content, "helpers.py, which bptt.py uses, is empty"),
        "bob": (ONE, content, "bptt.py ends after forward, and dL_dyhat, dyhat_dz, dL_dz and 11 more"),
        "cyd": (SOLUTION[: SOLUTION.index("def dL_dyhat") + 9], content, "bptt.py stops in the middle of a statement (line 88)"),
        "dan": (SOLUTION, bytes(3000), "1-bptt.ipynb could not be read (it has only bytes of 0 in it)"),
        "eve": (SOLUTION, b"\xff" * 3000, "1-bptt.ipynb could not be read"),
        "fay": (SOLUTION, content[: len(content) // 2], "it is damaged; what could be read of it was kept"),
    }
    for student, (code, notes, _) in cases.items():
        folder = hand_in(tmp_path, student, code, notes)
        if student == "ada":
            (folder / "helpers.py").write_bytes(b"")
    outcome = grade(tmp_path)
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        noted = {row["student"]: row["note"] for row in csv.DictReader(file)}
    shown = " ".join(summary(outcome, tmp_path, everything=True).partition("Worth a look")[2].split())
    for student, (_, _, words) in cases.items():
        assert words in noted[student], student
        assert words in page_of(tmp_path, student), student
        assert record_of(tmp_path, student)["doubts"], student
        assert student == "cyd" or words in shown, student


@pytest.mark.parametrize("size", [9 << 20, 70 << 20], ids=["9 MiB", "70 MiB"])
def test_weights_that_were_refused_are_told_alike_in_all_places(tmp_path, size):
    """The page does not say that they are not there."""
    stage = find_stage("4-gated")
    folder = tmp_path / "submitted" / "ada" / stage.id
    folder.mkdir(parents=True)
    (folder / stage.info.file).write_bytes(stage.solution.read_bytes())
    for name in stage.info.submission_files:
        (folder / name).write_bytes((stage.suite / "checkpoints" / name).read_bytes())
    first = stage.info.submission_files[0]
    with (folder / first).open("r+b") as file:
        file.truncate(size)
    why = f"was not read: it is {size >> 20} MiB; at most 8 MiB are read"
    found = read_submission(folder, "ada", stage)
    assert f"{first} {why}" in found.remarks and not any("not handed in" in remark for remark in found.remarks if ".pt" in remark)
    slot = Slots()
    try:
        record = slot.grade(job_for(tmp_path, stage.id, "ada", "sandbox"))
    finally:
        slot.close()
    messages = [test["message"] for test in record["tests"] if test["outcome"] != "passed" and first in test["message"]]
    assert messages and all(f"the file {why}" in message and "is not there" not in message for message in messages)
    assert f"{first} {why}" in record["remarks"] and f"{first} {why}" in record["doubts"]


@pytest.mark.parametrize("last", ["print 'done'", "x = 1 2"])
def test_an_error_within_the_last_line_is_no_end_that_was_cut_off(last):
    assert cut_off(f"{SOLUTION}\n{last}\n") == ""


@pytest.mark.parametrize("last", ["print('done'", "x = [1, 2", "for i in ran", "x = 'ab", "def g", "if x", "x = y +", "import"])
def test_an_end_that_was_cut_off_is_seen(last):
    assert "stops in the middle of a statement" in cut_off(f"{SOLUTION}\n{last}")
