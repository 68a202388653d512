"""What students really hand in, by whatever names: found by one rule, renamed aloud, never guessed."""

import io
import json
import tarfile
import zipfile
from contextlib import ExitStack

import pytest

from autograder.checks.suffixes import forms, plain_name
from autograder.demo import half_done
from autograder.grade.handin.archives import File
from autograder.grade.handin.content import code_state, lack_of_code
from autograder.grade.handin.normalise import normalise
from autograder.grade.handin.state import read_state, state_path
from autograder.grade.names import MAX_BYTES, is_usable, usable
from autograder.grade.submission import read_submission
from autograder.lms.collect import collect
from autograder.stages import RELEASE, find_stage, stages
from autograder.stages.strip import strip
from tests.classroom import SOLUTION, STAGE, STUB, notebook, notebook_bytes
from tests.graded_class import with_cells
from tests.lms.downloads import archive

NB = f"{STAGE.id}.ipynb"


def with_answer(text):
    """The notebook with an answer in a cell of its own."""
    return json.dumps(with_cells({"cell_type": "markdown", "metadata": {}, "id": "mine", "source": text})).encode()


FILLED = with_answer("The chain rule, and a sum.")
OTHER = half_done(STAGE, SOLUTION)


def packed(kind="zip", **files):
    """An archive of files, in memory."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, data in files.items():
                bundle.writestr(name, data)
    else:
        with tarfile.open(fileobj=out, mode=kind) as tar:
            for name, data in files.items():
                data = data.encode() if isinstance(data, str) else data
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def submitted(tmp_path, files, stage=STAGE):
    """A folder filled by hand, as grading reads it; what lies in it is as it was."""
    folder = tmp_path / "submitted" / "ada" / stage.id
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = read_submission(folder, "ada", stage)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return found


NAMES = [
    "bptt-1.py",
    "bptt (1).py",
    "bptt_1.py",
    "bptt copy.py",
    "bptt copy 2.py",
    "bptt - Copy.py",
    "bptt - Kopie (2).py",
    "Kopie von bptt.py",
    "Copy of bptt.py",
    "Copy of Kopie von bptt-1.py",
    "bptt-1-1.py",
    "BPTT.py",
    "Bptt.PY",
    "bptt.py.txt",
    "bptt (2).py.txt",
    "bptt.txt",
    "Copy%20of%20bptt.py",
    "bptt_final.py",
    "bptt_ada_lovelace.py",
    "final.py",
    "aufgabe1.py",
    "abgabe/bptt.py",
    "abgabe/1-bptt/bptt.py",
    "a/b/c/d/bptt_final.py",
    "2-vanishing/bptt.py",
    "bptt-Copy1.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_code_under_another_name_is_taken_where_nothing_else_fits(tmp_path, name):
    """And it is said: whoever reads the page or the table knows which file was graded."""
    found = submitted(tmp_path, {name: SOLUTION, NB: notebook_bytes(), "notes.txt": "mine"})
    assert found.files["bptt.py"] == SOLUTION.encode() and not found.problem and not found.needs_person
    assert any("was taken" in note for note in found.notes)


FUNCTIONS = [name for names in find_stage("1-bptt").functions.values() for name in names]
FROM_OLD = f"from old_bptt import {', '.join(FUNCTIONS)}\n"


@pytest.mark.parametrize(
    "code",
    [
        "from old_bptt import *\n",
        f"{FROM_OLD}\ndef softmax(z):\n    return 0 * z\n",
        "import old_bptt as old\n" + "".join(f"{name} = old.{name}\n" for name in FUNCTIONS),
        f"try:\n    {FROM_OLD}except ImportError:\n    raise\n",
        "import old_bptt\nfor name in dir(old_bptt):\n    globals()[name] = getattr(old_bptt, name)\n",
        f"{STUB}\nfrom old_bptt import *  # the corrected ones\n",
        f"{SOLUTION}\nfrom old_bptt import softmax\n",
    ],
)
def test_a_file_of_the_right_name_counts_also_where_it_takes_its_functions_from_a_module_beside_it(tmp_path, code):
    """The module comes along, and is never graded in its place; nobody is told that nothing was written."""
    found = submitted(tmp_path, {"bptt.py": code, "old_bptt.py": SOLUTION, NB: FILLED})
    assert found.files["bptt.py"] == code.encode() and found.files["old_bptt.py"] == SOLUTION.encode()
    assert not found.needs_person and not found.notes


def test_a_name_with_in_is_no_archive(tmp_path):
    found = submitted(tmp_path, {"bptt in folder.py": SOLUTION, NB: FILLED})
    note = "bptt in folder.py was taken as bptt.py"
    assert [*found.notes] == [note]
    download = archive(tmp_path / "download.zip", {"leeann_11_5_bptt in folder.py": SOLUTION, f"leeann_11_6_{NB}": FILLED})
    assert note in collect(download, tmp_path / "course").summary(tmp_path)
    assert read_submission(tmp_path / "course" / "submitted" / "leeann_11" / STAGE.id, "leeann_11", STAGE).remarks == (note,)


@pytest.mark.parametrize("names", [("bptt-1.py", "mine-1.py"), ("bptt (1).py", "mine (1).py"), ("bptt-2.py", "mine.py")])
def test_a_numbered_file_that_imports_another_is_no_riddle(tmp_path, names):
    """As an LMS numbers what is handed in a second time: the module comes along by its own name."""
    code, module = names
    found = submitted(tmp_path, {code: "from mine import *\n", module: SOLUTION, NB: FILLED})
    assert not found.needs_person and found.files["bptt.py"] == b"from mine import *\n"
    assert found.files["mine.py"] == SOLUTION.encode()


def test_a_script_that_only_tries_the_functions_is_not_taken_for_them(tmp_path):
    found = submitted(tmp_path, {"mine.py": SOLUTION, "try_it.py": "from mine import *\nprint(softmax)\n", NB: FILLED})
    assert found.files["bptt.py"] == SOLUTION.encode() and not found.needs_person


def test_a_script_beside_a_stub_is_no_filled_in_copy_of_it(tmp_path):
    found = submitted(tmp_path, {"bptt.py": STUB, "try_it.py": f"from bptt import {', '.join(FUNCTIONS)}\n", NB: FILLED})
    assert not found.needs_person and any("is as it was handed out" in note for note in found.notes)


NOTEBOOKS = [
    "Copy of 1-bptt.ipynb",
    "Kopie von 1-bptt.ipynb",
    "1-bptt-Copy1.ipynb",
    "1-bptt (1).ipynb",
    "1-bptt-1.ipynb",
    "1-BPTT.ipynb",
    "1-bptt_Full_Name.ipynb",
    "1-bptt.ipynb.txt",
    "1-bptt.ipynb.json",
    "1-bptt.json",
    "ada.ipynb",
    "abgabe/1-bptt.ipynb",
    "Copy_of_1-bptt.ipynb",
    "1-bptt (1).ipynb.txt",
]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_under_another_name_is_taken_where_nothing_else_fits(tmp_path, name):
    found = submitted(tmp_path, {"bptt.py": SOLUTION, name: FILLED})
    assert found.notebook == FILLED and not found.needs_person
    assert not any("was not handed in" in note for note in found.notes) and any("was taken" in note for note in found.notes)


@pytest.mark.parametrize(
    "files, words",
    [
        ({"bptt.py": STUB, "bptt_final.py": SOLUTION}, ["bptt.py is as handed out", "bptt_final.py is filled in"]),
        ({"bptt.py": STUB, "bptt (1).py": SOLUTION}, ["bptt.py is as handed out", "bptt (1).py is filled in"]),
        ({"bptt.py": SOLUTION, "bptt (1).py": OTHER}, ["bptt.py and bptt (1).py could each be bptt.py"]),
        ({"bptt.py": STUB, "abgabe/bptt.py": SOLUTION}, ["abgabe/bptt.py is filled in"]),
        ({"bptt_a.py": SOLUTION, "bptt_b.py": OTHER}, ["bptt_a.py and bptt_b.py could each be bptt.py"]),
        ({"a/bptt.py": SOLUTION, "b/bptt.py": OTHER}, ["a/bptt.py and b/bptt.py could each be bptt.py"]),
        (
            {"bptt.py": SOLUTION, NB: notebook_bytes(), "Copy of 1-bptt.ipynb": FILLED},
            [f"{NB} is as handed out", "Copy of 1-bptt.ipynb is filled in"],
        ),
    ],
)
def test_where_several_fit_a_person_is_asked(tmp_path, files, words):
    """The files are named, and what to do; nothing is graded in the meantime."""
    found = submitted(tmp_path, files)
    assert all(word in found.needs_person for word in words), found.needs_person
    assert "run make grade again" in found.needs_person and not found.problem


@pytest.mark.parametrize(
    "files",
    [
        {"bptt.py": SOLUTION, "bptt_old.py": OTHER},
        {"bptt.py": SOLUTION, "old/bptt.py": STUB},
        {"bptt.py": SOLUTION, "bptt copy.py": OTHER},
        {"bptt.py": SOLUTION, "bptt (1).py": SOLUTION},
        {"bptt.py": SOLUTION, "bptt (1).py": SOLUTION.replace("\n", "\r\n")},
        {"bptt.py": SOLUTION, "bptt (1).py": STUB},
        {"bptt.py": SOLUTION, "BPTT.py": "x = 1\n"},
        {"bptt_final.py": SOLUTION, "notes.py": "x = 1\n"},
        {"bptt.py": "", "bptt_final.py": SOLUTION},
        {"bptt.py": SOLUTION, "2-vanishing/bptt.py": OTHER},
        {"1-bptt/bptt.py": SOLUTION, "2-vanishing/bptt.py": STUB},
        {"bptt_final.py": SOLUTION, "bptt.py.bak": STUB},
        {"a/bptt.py": SOLUTION, "b/bptt.py": SOLUTION},
    ],
)
def test_where_one_fits_nobody_is_asked(tmp_path, files):
    """A copy that is the same, an older one under another name, a stub beside the right name: the file that counts is clear."""
    found = submitted(tmp_path, files)
    assert not found.needs_person and found.files["bptt.py"].replace(b"\r\n", b"\n") == SOLUTION.encode()


@pytest.mark.parametrize(
    "name, data",
    [
        ("1-bptt.zip", packed(**{"1-bptt/bptt.py": SOLUTION, f"1-bptt/{NB}": FILLED, "1-bptt/my_utils.py": "u = 1\n"})),
        ("work.tar.gz", packed("w:gz", **{"bptt.py": SOLUTION, NB: FILLED, "my_utils.py": "u = 1\n"})),
        (
            "all.zip",
            packed(**{"inner.zip": packed(**{"x/bptt-1.py": SOLUTION, f"x/Copy of {NB}": FILLED, "x/my_utils-1.py": "u = 1\n"})}),
        ),
        ("win.zip", packed(**{"sub\\bptt.py": SOLUTION, f"sub\\{NB}": FILLED, "sub\\my_utils.py": "u = 1\n"})),
    ],
)
def test_archives_in_a_folder_filled_by_hand_are_opened(tmp_path, name, data):
    """Two levels deep; nothing is unpacked into submitted/."""
    found = submitted(tmp_path, {name: data})
    assert found.files["bptt.py"] == SOLUTION.encode() and found.notebook == FILLED and found.files["my_utils.py"] == b"u = 1\n"


DISGUISED = {
    "bptt.py": (packed(**{"bptt.py": SOLUTION, NB: FILLED}), "bptt.py in it was taken as bptt.py"),
    NB: (packed(**{"x/bptt-1.py": SOLUTION, f"x/{NB}": FILLED}), "x/bptt-1.py in it was taken as bptt.py"),
    "bptt.pyw": (packed("w:gz", **{"bptt.py": SOLUTION, NB: FILLED}), f"{NB} in it was taken as {NB}"),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_an_archive_under_the_name_of_another_file_is_opened_and_that_is_said(tmp_path, name):
    """When it is collected, in the table and on the page: nothing changes a mark in silence."""
    data, words = DISGUISED[name]
    note = f"{name} is an archive; {words}"
    found = submitted(tmp_path, {name: data})
    assert found.files["bptt.py"] == SOLUTION.encode() and found.notebook == FILLED and note in found.remarks
    download = archive(tmp_path / "download.zip", {f"leeann_11_5_{name}": data})
    outcome = collect(download, tmp_path / "course")
    assert note in " ".join(outcome.summary(tmp_path).split())
    assert note in (tmp_path / "course" / "collected.csv").read_text()
    folder = tmp_path / "course" / "submitted" / "leeann_11" / STAGE.id
    assert note in read_submission(folder, "leeann_11", STAGE).remarks


def test_each_file_that_goes_by_another_name_or_is_passed_over_is_said(tmp_path):
    """A student's own module too; and a second filled file beside the one that counts by its name, unless it is an earlier state
    of that."""
    files = {"bptt.py": f"import my_utils\n{SOLUTION}", "my_utils-1.py": "u = 1\n", "bptt_old.py": OTHER,
             "again.py": SOLUTION, "bptt_v2.py": SOLUTION.replace("axis=-1", "axis=0"),
             NB: FILLED, "notes.ipynb": with_answer("Another answer.")}
    expected = ["my_utils-1.py was taken as my_utils.py", "bptt.py counts by its name; again.py and bptt_v2.py could be it too",
                f"{NB} counts by its name; notes.ipynb could be it too"]
    assert sorted(submitted(tmp_path, files).remarks) == sorted(expected)
    collect(archive(tmp_path / "download.zip", {f"leeann_11_{n}_{name}": files[name] for n, name in enumerate(files)}),
            tmp_path / "course")
    folder = tmp_path / "course" / "submitted" / "leeann_11" / STAGE.id
    assert sorted(read_submission(folder, "leeann_11", STAGE).remarks) == sorted(expected)


def test_the_file_of_another_stage_under_this_one_s_name_is_called_that(tmp_path):
    other = find_stage("2-vanishing")
    found = submitted(tmp_path, {"bptt.py": other.solution.read_text(), NB: FILLED})
    assert "bptt.py is the file of 2-vanishing, not of 1-bptt" in found.remarks and not found.needs_person


@pytest.mark.parametrize("name", ["1-bptt.html", "answers.md", "notes/onlinetext.html"])
def test_an_answer_in_another_format_is_pointed_out(tmp_path, name):
    """A page exported from the notebook, or a text typed into the LMS, may hold what the notebook lacks."""
    found = submitted(tmp_path, {"bptt.py": SOLUTION, NB: FILLED, name: "<p>The chain rule.</p>", "README.md": "x"})
    assert found.beside == (name,) and found.files["bptt.py"] == SOLUTION.encode()


def test_an_archive_that_cannot_be_opened_is_named_and_the_file_beside_it_counts(tmp_path):
    found = submitted(tmp_path, {"bptt.py": SOLUTION, "rest.rar": "Rar!", "broken.zip": "PK\x03\x04 no more"})
    assert found.files["bptt.py"] == SOLUTION.encode() and not found.problem
    assert any(note.startswith("rest.rar is an archive that cannot be opened here") for note in found.notes)
    assert any(note.startswith("broken.zip ") for note in found.notes)


def test_modules_packages_and_data_come_along(tmp_path):
    """Beside the file, as far below it as they were; with numbers of an LMS where the code knows them without."""
    source = f"import my_utils\nfrom helpers import nested\n{SOLUTION}\nopen('table.csv')\n"
    found = submitted(
        tmp_path,
        {
            "work/bptt.py": source,
            "work/my_utils-1.py": "u = 1\n",
            "work/helpers/__init__.py": "",
            "work/helpers/nested.py": "n = 1\n",
            "work/table-1.csv": "1,2\n",
            "work/not a module.py": "x",
            "work/checks/plugin.py": "x",
            "work/test_public.py": "x",
        },
    )
    assert set(found.files) == {"bptt.py", "my_utils.py", "helpers/__init__.py", "helpers/nested.py", "table.csv"}


def test_weights_keep_no_number_of_the_lms(tmp_path):
    stage = find_stage("4-gated")
    names = stage.info.submission_files
    files = {f"{name.removesuffix('.pt')}-1.pt": name for name in names[:3]} | {
        name.replace(".pt", " (1).pt"): name for name in names[3:]
    }
    found = submitted(tmp_path, {"gated-1.py": stage.solution.read_text(), **files}, stage)
    assert {name: found.files[name].decode() for name in names} == {name: name for name in names}
    assert "gated.py" in found.files


def test_trained_models_that_were_not_handed_in_are_named(tmp_path):
    """In the tables too: the code alone is worth much less, and looks complete."""
    stage = find_stage("4-gated")
    code, weights = {"gated.py": stage.solution.read_text()}, dict.fromkeys(stage.info.submission_files, "x")
    for number, left, words in ((0, 0, "tickets_rnn.pt, tickets_lstm.pt, tickets_gru.pt and 3 more"), (1, 5, "agreement_gru.pt")):
        found = submitted(tmp_path / str(number), code | dict([*weights.items()][:left]), stage)
        assert f"trained models not handed in: {words}" in found.remarks
    assert not [note for note in submitted(tmp_path / "all", code | weights, stage).notes if "trained models" in note]


def test_code_whose_download_was_cut_off_is_asked_about(tmp_path):
    """It is nobody's mistake in Python; whole code under such a name counts."""
    asked = submitted(tmp_path, {"bptt.py.part": SOLUTION[:2000]}).needs_person
    assert asked.startswith("bptt.py came as bptt.py.part, a download that had not ended")
    whole = submitted(tmp_path / "whole", {"bptt.py (1).crdownload": SOLUTION})
    assert (whole.needs_person, whole.files["bptt.py"].decode()) == ("", SOLUTION)


@pytest.mark.parametrize("tail", ["crdownload", "part", "partial", "opdownload", "download"])
def test_half_a_file_of_weights_is_not_taken_for_an_archive(tmp_path, tail):
    """What a browser leaves of a download that was cut off has a mark of its own: weights begin as a zip does."""
    stage = find_stage("4-gated")
    cut_off = {f"tickets_gru.pt.{tail}": b"PK\x03\x04" + bytes(2000)}
    found = submitted(tmp_path, {"gated.py": stage.solution.read_text(), **cut_off}, stage)
    assert found.files["tickets_gru.pt"].startswith(b"PK") and not [note for note in found.notes if "zip" in note]


def test_a_module_that_the_code_imports_by_its_number_keeps_it(tmp_path):
    found = submitted(tmp_path, {"bptt.py": f"import utils_1, utils\n{SOLUTION}", "utils_1.py": "a = 1\n", "utils.py": "b = 1\n"})
    assert {"utils_1.py", "utils.py"} <= set(found.files)


def test_documents_and_texts_are_pointed_out_to_whoever_reads_the_answers(tmp_path):
    """Not what the code reads, nor what nbgrader or the kit adds."""
    files = {"bptt.py": f"{SOLUTION}\n# open('data.txt')\n", "answer.txt": "1.8: a sum", "photos/scan.pdf": "%PDF",
             "page.mhtml": "x", "data.txt": "1 2", "timestamp.txt": "2026-11-01 10:00:00 UTC", "requirements.txt": "numpy",
             "1-bptt.py": "# 1.8: a sum\n"}
    assert submitted(tmp_path, files).beside == ("1-bptt.py", "answer.txt", "page.mhtml", "photos/scan.pdf")
    assert submitted(tmp_path / "b", {**files, NB: FILLED}).beside == ("answer.txt", "page.mhtml", "photos/scan.pdf")


LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 12345\n"


@pytest.mark.parametrize("stage, files, words", [
    ("1-bptt", {"bptt.py": LFS}, "bptt.py is a pointer of Git LFS"),
    ("1-bptt", {"bptt.py": SOLUTION, NB: LFS}, f"{NB} is a pointer of Git LFS"),
    ("4-gated", {"gated.py": "def x(): pass\n", "tickets_rnn.pt": LFS}, "tickets_rnn.pt is a pointer of Git LFS"),
    ("1-bptt", {".bptt.py.icloud": "bplist00", NB: FILLED}, "only what iCloud leaves in its place (.bptt.py.icloud)"),
    ("1-bptt", {".work.zip.icloud": "bplist00"}, "only what iCloud leaves in its place (.work.zip.icloud)"),
    ("1-bptt", {"colab.url": "[InternetShortcut]\r\nURL=https://colab.example/x\r\n"},
     "bptt.py is missing: the hand-in has only a link"),
    ("1-bptt", {"mine.webloc": "<plist>x</plist>", NB: FILLED}, "bptt.py is missing: the hand-in has only a link (mine.webloc)"),
    ("1-bptt", {"link.txt": "https://colab.example/drive/abc\n"}, "only a link (link.txt)"),
    ("1-bptt", {"bptt.py": "https://host.example/bptt.py\n", NB: FILLED}, "only a link (bptt.py)"),
    ("1-bptt", {"bptt.py": SOLUTION, NB: "https://colab.example/drive/abc"},
     f"{NB} is missing: the hand-in has only a link ({NB})"),
    ("1-bptt", {"bptt.py": SOLUTION, f"{NB}.gdoc": "{}"},
     f"{NB} is missing: the hand-in has only a link ({NB}.gdoc)"),
    ("1-bptt", {"1-bptt.pdf": "%PDF-1.4"}, "bptt.py is missing, and 1-bptt.pdf may be meant for it"),
    ("1-bptt", {"IMG_1.jpg": b"\xff\xd8"}, "bptt.py is missing, and IMG_1.jpg may be meant for it"),
    ("1-bptt", {"bptt.py": SOLUTION, "work.7z": b"7z\xbc\xaf\x27\x1c00"}, f"{NB} is missing, and work.7z is a 7z archive"),
])
def test_a_pointer_in_the_place_of_a_file_is_asked_about(tmp_path, stage, files, words):
    """What was handed in lies with Git or in a cloud: nobody loses points for it unasked."""
    assert words in submitted(tmp_path, files, find_stage(stage)).needs_person


@pytest.mark.parametrize("files", [
    {"bptt.py": SOLUTION, "paper.url": "[InternetShortcut]\r\nURL=https://host.example/paper\r\n"},
    {"bptt.py": SOLUTION, NB: FILLED, "work.7z": b"7z\xbc\xaf\x27\x1c00", ".work.zip.icloud": "bplist00", "x.gdoc": "{}"},
    {"bptt.py": SOLUTION, "1-bptt.pdf": "%PDF-1.4"},
    {NB: FILLED, "scan.pdf": "%PDF-1.4"},
])
def test_a_link_or_a_document_beside_what_counts_is_no_question(tmp_path, files):
    assert not submitted(tmp_path, files).needs_person


def test_a_closed_archive_that_may_hold_the_notebook_is_collected_and_asked_about(tmp_path):
    """It is put beside the code, where the question says that it is."""
    files = {"Ada_900_assignsubmission_file_/bptt.py": SOLUTION, "Ada_900_assignsubmission_file_/nb.rar": b"Rar!\x1a\x07\x01\x00"}
    collect(archive(tmp_path / "d.zip", files), tmp_path / "c")
    folder = tmp_path / "c/submitted/Ada/1-bptt"
    assert sorted(path.name for path in folder.iterdir()) == ["bptt.py", "nb.rar"]
    assert "nb.rar is a RAR archive" in read_submission(folder, "Ada", STAGE).needs_person


def twins(first, second):
    """A download of one student with two zips of different code, from 10 and from 11 o'clock."""
    def inner(code, hour):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as bundle:
            bundle.writestr(zipfile.ZipInfo("bptt.py", (2026, 11, 2, hour, 5, 0)), code)
            bundle.writestr(zipfile.ZipInfo(NB, (2026, 11, 2, hour, 5, 0)), FILLED)
        return out.getvalue()
    folder = "Ada_900_assignsubmission_file_"
    return {f"{folder}/{first}": inner(SOLUTION, 10), f"{folder}/{second}": inner(OTHER, 11)}


@pytest.mark.parametrize("first, second", [("work.zip", "work (1).zip"), ("1-bptt.zip", "1-bptt(1).zip"),
                                           ("1-bptt.zip", "1-bptt-1.zip"), ("1-bptt (1).zip", "1-bptt.zip")])
def test_two_archives_of_one_name_are_asked_about_and_the_newest_is_said(tmp_path, first, second):
    """Neither name is better; nothing is lost."""
    outcome = collect(archive(tmp_path / "d.zip", twins(first, second)), tmp_path / "c")
    where = f"{second.removesuffix('.zip')}/bptt.py"
    question = outcome.questions[("Ada", "1-bptt")]
    assert "could each be bptt.py, and they differ" in question and where in question
    assert outcome.details[("Ada", "1-bptt")][-1:] == [
        f"of the files that could be bptt.py the newest is bptt.py in {second}, of 2026-11-02 11:05"]
    folder = tmp_path / "c/submitted/Ada/1-bptt"
    assert {(folder / one.removesuffix(".zip") / "bptt.py").read_text() for one in (first, second)} == {SOLUTION, OTHER}


def test_an_answer_in_a_comment_or_the_readme_is_pointed_out_where_the_notebook_has_none(tmp_path):
    commented = f"{SOLUTION}\n# Task 1.8: the sum over all steps,\n# by the chain rule.\n"
    readme = (RELEASE / STAGE.id / "README.md").read_text()
    blank = (RELEASE / STAGE.id / NB).read_bytes()
    assert submitted(tmp_path / "a", {"bptt.py": commented, NB: blank}).beside == ("bptt.py",)
    assert submitted(tmp_path / "b", {"bptt.py": commented}).beside == ("bptt.py",)
    assert submitted(tmp_path / "c", {"bptt.py": f'{SOLUTION}\n"""1.8 The sum."""\n'}).beside == ("bptt.py",)
    longer = f"{readme}\nMy answer: a sum.\n"
    assert submitted(tmp_path / "d", {"bptt.py": SOLUTION, "README.md": longer}).beside == ("README.md",)
    assert submitted(tmp_path / "e", {"bptt.py": SOLUTION, "README.md": "My answer: a sum.\n"}).beside == ("README.md",)
    for number, files in enumerate(({"bptt.py": commented, NB: FILLED},
                                    {"bptt.py": f"{SOLUTION}\nx = 1.8\n", "README.md": readme},
                                    {"bptt.py": f"{SOLUTION}\nx = 1  # version 11.8 of 1.81\n"},
                                    {"bptt.py": SOLUTION, "README.md": readme.replace("Check", "Try")})):
        assert submitted(tmp_path / str(number), files).beside == ()


def test_normalising_twice_changes_nothing():
    """What collect puts into a folder is what grading finds there."""
    files = {
        name: File(len(data), lambda data=data: data)
        for name, data in {
            "x/bptt (1).py": SOLUTION.encode(),
            f"x/Copy of {NB}": FILLED,
            "x/my_utils-1.py": b"u = 1\n",
            "x/a/b.csv": b"1",
        }.items()
    }
    with ExitStack() as stack:
        once = normalise(files, STAGE, stack)
        twice = normalise(once.files, STAGE, stack)
    assert set(once.files) == set(twice.files) == {"bptt.py", NB, "my_utils.py", "a/b.csv"} and not twice.renamed


@pytest.mark.parametrize(
    "name, known",
    [
        ("bptt-1.py", "bptt.py"),
        ("1-bptt-Copy2.ipynb", NB),
        ("tickets_rnn (3).pt", "tickets_rnn.pt"),
        ("vanishing_2.py", "vanishing.py"),
        ("bptt.py.json", "bptt.py"),
        ("Copy of bptt-1 (2).py.txt", "bptt.py"),
    ],
)
def test_additions_are_taken_off_a_name(name, known):
    assert plain_name(name, {known, "other.py"}) == known and forms(name)[0] == name


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Last, First",
        "O’Hara",
        "नमस्ते विश्व",
        "ก้องเกียรติ",
        "தமிழ்",
        "שָׁלוֹם",
        "مُحَمَّد",
        "Nguyễn Thị",
        "名前 太郎",
        "Zoë",
        "Zoe\u0308",
        "علی\u200cرضا",
        "a@x.y",
    ],
)
def test_names_of_every_script_are_ids_as_they_are(name):
    """Letters and marks are kept; a decomposed name may stand in a folder made by hand."""
    assert is_usable(name)
    assert is_usable(usable(name)) and len(usable(name)) >= len(name) - 1


@pytest.mark.parametrize(
    "name",
    [
        "a+b@x.y",
        "x" * 300,
        "ก" * 100,
        "a\nb",
        "a\x1b]0;x\x07",
        "../..",
        "=1+1",
        "*",
        "a/b",
        "\u202eevil",
        ".",
        "-rf",
        "a..b",
        "\ud800x",
    ],
)
def test_every_other_name_has_a_usable_one_or_none(name):
    assert not is_usable(name)
    made = usable(name)
    assert made == "" or (is_usable(made) and len(made.encode()) <= MAX_BYTES)


def test_an_untouched_folder_of_the_whole_assignment_is_no_riddle(tmp_path):
    """Students hand in all they were given: the kit's files in it are nobody's answer."""
    released = notebook()
    found = submitted(
        tmp_path,
        {
            "1-bptt/bptt.py": SOLUTION,
            f"1-bptt/{NB}": json.dumps(released),
            "1-bptt/test_public.py": "x",
            "1-bptt/conftest.py": "x",
            "1-bptt/checks/plugin.py": STUB,
            "1-bptt/requirements.txt": "numpy",
            "1-bptt/README.md": "read",
        },
    )
    assert not found.needs_person and set(found.files) == {"bptt.py"}


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_state_of_a_hand_in_is_none(tmp_path, data):
    """Whoever wrote the file: grading goes on by what lies in the folder."""
    path = state_path(tmp_path, STAGE.id, "ada")
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    assert read_state(tmp_path, STAGE.id, "ada") == {} == read_state(tmp_path, STAGE.id, "bob")


def test_two_copies_that_differ_in_the_ends_of_lines_are_one(tmp_path):
    """Windows made the other: nobody is asked."""
    found = submitted(tmp_path, {"bptt.py": SOLUTION, "bptt (1).py": SOLUTION.replace("\n", "\r\n") + "\n"})
    assert not found.needs_person and found.files["bptt.py"]


def test_of_folders_for_each_version_the_highest_counts_and_the_others_are_said(tmp_path):
    found = submitted(tmp_path, {f"Version {number}/{name}": data for number, code in ((9, STUB), (10, SOLUTION), (2, OTHER))
                                 for name, data in (("bptt.py", code), (NB, FILLED), ("helper.py", f"NUMBER = {number}"))})
    assert found.files["bptt.py"] == SOLUTION.encode() and found.files["helper.py"] == b"NUMBER = 10" and not found.needs_person
    assert "bptt.py was taken from the folder Version 10" in found.remarks


@pytest.mark.parametrize("name", ["bptt.py.txt", "bptt.txt", "bptt (1).py.txt"])
def test_a_copy_of_the_code_is_no_answer_to_a_written_task(tmp_path, name):
    assert not submitted(tmp_path / "a", {"bptt.py": SOLUTION, name: SOLUTION.replace("\n", "\r\n"), NB: FILLED}).beside
    assert submitted(tmp_path / "b", {"bptt.py": SOLUTION, "answers.txt": "By the chain rule.", NB: FILLED}).beside


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_a_stub_is_a_stub_in_every_stage(tmp_path, stage):
    """Lines that were given above what is to be written are none of the student's."""
    code = stage.solution.read_text(encoding="utf-8")
    stub = strip(code, stage.info.file)
    assert code_state(stub.encode(), stage) == "stub" and code_state(code.encode(), stage) == "written"
    assert lack_of_code(stub.encode(), stage) == "is as it was handed out (nothing written)"
    assert not lack_of_code(code.encode(), stage)
    swap = b"b0VIM 8.2\0\0" + b"\0".join(reversed(code.encode().splitlines()))
    question = submitted(tmp_path / "a", {stage.info.file: stub, f".{stage.info.file}.swp": swap}, stage).needs_person
    assert "has its code" in question
    question = submitted(tmp_path / "b", {stage.info.file: stub, "final.py": code}, stage).needs_person
    assert f"{stage.info.file} is as handed out, and final.py is filled in" in question
