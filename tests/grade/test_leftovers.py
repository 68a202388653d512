"""What systems, editors and Python leave beside a file is no hand-in: it is told for what it is, and the file is asked for."""

import pytest

from autograder.grade.handin.leftovers import subject
from autograder.grade.language import Doubt, restored, speaking, spoken, stored
from autograder.grade.submission import read_submission
from autograder.stages import RELEASE, find_stage, stages
from tests.classroom import notebook_bytes
from tests.grade.test_handin import submitted
from tests.lms.packing import came, packed

CODE = find_stage("1-bptt").solution.read_bytes()
MAC = b"\0\5\x16\7" + bytes(40)
# By their names, {0} being the module's: what they hold, and what is said of them.
OF_THE_FILE = {
    "._{0}.py": (MAC, "what macOS keeps about {0}.py"), "__MACOSX/._{0}.py": (MAC, "what macOS keeps about {0}.py"),
    "{0}.pyc": (b"\xa7\r\r\n", "what Python makes of the module {0}"),
    "__pycache__/{0}.cpython-311.pyc": (b"\xa7\r\r\n", "what Python makes of the module {0}"),
    "~${0}.docx": (b"\0", "what an office program keeps while {0}.docx is open"),
    ".{0}.py.swp": (b"b0VIM 8.2" + bytes(99), "what an editor keeps while {0}.py is open"),
    "{0}.py:Zone.Identifier": (b"[ZoneTransfer]\nZoneId=3\n" + b"HostUrl=about:internet\n", "what Windows keeps about {0}.py"),
    ".#{0}.py": (b"ada@host.4711:1764324000", "what an editor keeps while {0}.py is open"),
    ".~lock.{0}.py#": (b",ada,host,28.11.2026 10:00,file:///home/ada;", "what an office program keeps while {0}.py is open"),
    "~${0}.py": (b"\3Ada" + bytes(158), "what an office program keeps while {0}.py is open"),
    "{0}.py~": (b"", "what an editor keeps of an earlier state of {0}.py"),
    "#{0}.py#": (b"\n", "what an editor keeps of an earlier state of {0}.py"),
}
OF_ANY = (".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/notes.txt", ".idea/workspace.xml", ".git/HEAD")
# By their names, whatever a program keeps under them: with code in them they are somebody's.
NAMED_SO = [name for name in OF_THE_FILE if "/" not in name] + [".DS_Store", "4913"]
REAL = ("{0}.py.bak", "{0}.py~", "#{0}.py#", ".ipynb_checkpoints/{0}-checkpoint.py")


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
@pytest.mark.parametrize("name", OF_THE_FILE)
def test_what_is_left_of_a_file_is_told_and_the_file_is_asked_for(tmp_path, stage, name):
    """Alone, and beside a notebook; in a folder, and in an archive of the student's."""
    data, what = OF_THE_FILE[name]
    name, what = name.format(stage.module), what.format(stage.module)
    notebook = {f"{stage.id}.ipynb": (RELEASE / stage.id / f"{stage.id}.ipynb").read_bytes()}
    asked = f"{stage.info.file} is missing: in its place the hand-in has only {name}"
    assert submitted(tmp_path / "a", {name: data}, stage).needs_person.startswith(f"{asked}, {what}. Ask for the file")
    assert submitted(tmp_path / "b", {name: data, **notebook}, stage).needs_person.startswith(f"{asked}, {what}.")
    question = submitted(tmp_path / "c", {"work.zip": packed({name: data})}, stage).needs_person
    assert name in question and ("only leftovers" in question or what in question)
    assert what in submitted(tmp_path / "d", {"work.zip": packed({name: data, **notebook})}, stage).needs_person


@pytest.mark.parametrize("name", OF_ANY)
def test_a_hand_in_of_nothing_but_leftovers_is_no_empty_folder(tmp_path, name):
    """Beside a notebook they say nothing: then the file is missing."""
    question = submitted(tmp_path / "a", {name: b"x"}).needs_person
    assert f"has only {name}, what a system or an editor keeps about a folder" in question
    assert f"has only leftovers of a system or an editor in it, such as {name}" in submitted(
        tmp_path / "b", {"work.zip": packed({name: b"x"})}).needs_person
    beside = submitted(tmp_path / "c", {name: b"x", "1-bptt.ipynb": notebook_bytes()})
    assert not beside.needs_person and beside.problem == "bptt.py is missing"


@pytest.mark.parametrize("name", REAL)
def test_a_copy_that_an_editor_made_is_work(tmp_path, name):
    stage = find_stage("1-bptt")
    found = submitted(tmp_path, {name.format("bptt"): stage.solution.read_bytes()})
    assert not found.needs_person and not found.problem and found.files["bptt.py"]


def test_a_file_that_is_only_called_as_those_of_macos_is_somebodys(tmp_path):
    stage = find_stage("1-bptt")
    found = submitted(tmp_path, {"._bptt.py": stage.solution.read_bytes()})
    assert not found.needs_person and found.files["bptt.py"]


def test_a_leftover_beside_its_file_is_not_worth_a_word(tmp_path):
    stage = find_stage("1-bptt")
    files = {name.format("bptt"): data for name, (data, _) in OF_THE_FILE.items()} | {"bptt.py": stage.solution.read_bytes()}
    found = submitted(tmp_path, files)
    assert not found.needs_person and not found.problem and not found.remarks
    assert subject("bptt.py") == subject("rnn.pt") == subject("notes.txt") == ("", "")


def test_a_download_with_a_leftover_in_the_place_of_a_file_names_it(tmp_path):
    """Whoever handed in nothing else has a folder and a row all the same."""
    code = find_stage("1-bptt").solution.read_bytes()
    start = "{} Lovelace_{}_assignsubmission_file_/{}"
    outcome = came({start.format("Ada", 12, "._bptt.py"): MAC, start.format("Bob", 13, "bptt.py"): code,
                    start.format("Bob", 13, "._bptt.py"): MAC}, tmp_path)
    words = " ".join(outcome.summary(tmp_path).split())
    assert "Needs a person: submitted/Ada Lovelace/1-bptt: bptt.py is missing: in its place the hand-in has only ._bptt.py, " \
           "what macOS keeps about bptt.py. Ask for the file" in words
    assert words.count("macOS") == 1


CANVAS = "ada_10001_500001_{}"


def left(tmp_path, files):
    """What is asked about a hand-in that came by Canvas, and the notes on it."""
    came({CANVAS.format(name): data for name, data in files.items()} | {"bob_10002_500002_bptt.py": CODE}, tmp_path)
    found = read_submission(tmp_path / "submitted" / "ada_10001" / "1-bptt", "ada_10001", find_stage("1-bptt"))
    return found.needs_person, found.remarks, found.files


@pytest.mark.parametrize("beside", [True, False], ids=["beside a notebook", "alone"])
@pytest.mark.parametrize("name", [name for name in OF_THE_FILE if "/" not in name])
def test_what_is_left_of_a_file_has_a_row_after_a_download_too(tmp_path, name, beside):
    data, what = OF_THE_FILE[name]
    notebook = {"1-bptt.ipynb": notebook_bytes()} if beside else {}
    question, _, _ = left(tmp_path, {name.format("bptt"): data, **notebook})
    assert f"in its place the hand-in has only {name.format('bptt')}, {what.format('bptt')}. Ask for the file" in question


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "4913"])
def test_what_is_kept_about_a_folder_is_told_too(tmp_path, name):
    question, _, _ = left(tmp_path / "a", {name: b"x"})
    assert f"has only {name}, what a system or an editor keeps about a folder" in question
    for place, notes in (("b", left(tmp_path / "b", {name: b"x", "1-bptt.ipynb": notebook_bytes()})[1]),
                         ("c", submitted(tmp_path / "c", {name: b"x", "1-bptt.ipynb": notebook_bytes()}).remarks)):
        assert notes[-1] == f"{name} is what a system or an editor keeps about a folder, and not bptt.py: the file itself has " \
                            "to be handed in", place


@pytest.mark.parametrize("name", NAMED_SO)
def test_code_under_the_name_of_a_leftover_is_somebodys(tmp_path, name):
    """In a folder filled by hand, and in a download."""
    name = name.format("bptt")
    by_hand = submitted(tmp_path / "a", {name: CODE})
    question, notes, files = left(tmp_path / "b", {name: CODE})
    if name.endswith((".pyc", ".docx")):  # no source is called so, and what it is has to be asked
        assert name in question and name in by_hand.needs_person and "what " not in question
    else:
        assert by_hand.files["bptt.py"] == files["bptt.py"] == CODE
        assert not question and f"{name} was taken as bptt.py" in notes


def test_a_leftover_takes_nothing_away_that_was_handed_in_before(tmp_path):
    course = tmp_path / "course"
    came({CANVAS.format("bptt.py"): CODE}, course)
    came({CANVAS.format("._bptt.py").replace("500001", "500009"): MAC, "bob_10002_500002_bptt.py": CODE}, course)
    folder = course / "submitted" / "ada_10001" / "1-bptt"
    assert (folder / "bptt.py").read_bytes() == CODE
    (note,) = read_submission(folder, "ada_10001", find_stage("1-bptt")).remarks
    assert "a newer hand-in" in note and "could not be read" in note


def test_a_folder_called_as_what_an_editor_keeps_is_a_student_s(tmp_path):
    came({"4913/1-bptt/bptt.py": CODE}, tmp_path)
    assert (tmp_path / "submitted" / "4913" / "1-bptt" / "bptt.py").read_bytes() == CODE


@pytest.mark.parametrize("data", [b"", bytes(5000), b"PK\x03\x04" + bytes(500)], ids=["empty", "zeros", "cut off"])
def test_torn_weights_are_a_doubt(tmp_path, data):
    stage = find_stage("4-gated")
    models = {name: (stage.suite / "checkpoints" / name).read_bytes() for name in stage.info.submission_files}
    first, *_ = models
    code = {stage.info.file: stage.solution.read_bytes()}
    assert not submitted(tmp_path / "a", {**code, **models}, stage).remarks
    (note,) = submitted(tmp_path / "b", {**code, **models, first: data}, stage).remarks
    assert isinstance(note, Doubt) and f"{first}; ask for them" in note


SIMILAR = ("{0}.pth", "{0}_final.pt", "my_{0}.pt", "weights/{0}.bin", "{0}.zip", "{1}-{2}.pt", "{1} {2} (2).pt",
           "old/{1}{2}.ckpt")


@pytest.mark.parametrize("name", SIMILAR)
def test_weights_under_a_name_of_their_own_are_taken_and_told(tmp_path, name):
    stage = find_stage("4-gated")
    models = {name: (stage.suite / "checkpoints" / name).read_bytes() for name in stage.info.submission_files}
    data = models.pop("tickets_rnn.pt")
    name = name.format("tickets_rnn", "Tickets", "RNN")
    found = submitted(tmp_path, {stage.info.file: stage.solution.read_bytes(), **models, name: data}, stage)
    assert found.files["tickets_rnn.pt"] == data and not found.needs_person
    assert found.remarks == (f"{name.rpartition('/')[2]} was taken as tickets_rnn.pt",)


def test_weights_that_could_each_be_the_one_are_asked_about_and_other_files_are_none(tmp_path):
    stage = find_stage("4-gated")
    models = {name: (stage.suite / "checkpoints" / name).read_bytes() for name in stage.info.submission_files}
    data = models.pop("tickets_rnn.pt")
    code = {stage.info.file: stage.solution.read_bytes()}
    two = {"tickets_rnn_best.pt": data, "tickets_rnn_last.pt": models["tickets_gru.pt"]}
    question = submitted(tmp_path / "a", {**code, **models, **two}, stage).needs_person
    assert question.startswith("tickets_rnn_best.pt and tickets_rnn_last.pt could each be tickets_rnn.pt, and they differ")
    assert not submitted(tmp_path / "b", {**code, **models, **two, "tickets_rnn.pt": data}, stage).needs_person
    (note,) = submitted(tmp_path / "c", {**code, **models, "tickets_rnn.csv": b"PK\x03\x04", "rnn.pt": data}, stage).remarks
    assert note == "trained models not handed in: tickets_rnn.pt"


@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.id)
def test_code_under_the_name_of_the_notebook_is_asked_about(tmp_path, stage):
    found = submitted(tmp_path, {f"{stage.id}.ipynb": stage.solution.read_bytes()}, stage)
    assert f"{stage.info.file} is missing, and {stage.id}.ipynb holds code and is no notebook" in found.needs_person


def test_a_question_that_was_kept_in_a_file_can_still_be_translated(tmp_path):
    question = submitted(tmp_path, {"._bptt.py": MAC}).needs_person
    again = restored(stored(question))
    assert again == question and restored(question + "") == question and restored(None) == ""
    with speaking("de"):
        assert spoken(again) == spoken(question) and "was macOS sich über bptt.py merkt" in spoken(again)


def test_a_folder_of_python_s_alone_has_a_row(tmp_path):
    """Whatever else a download has; with files beside it, it is not worth a word."""
    outcome = came({"ada/1-bptt/__pycache__/bptt.cpython-311.pyc": b"\xa7\r\r\n" + bytes(90), "bob/1-bptt/bptt.py": CODE,
                    "bob/1-bptt/__pycache__/bptt.cpython-311.pyc": b"\xa7\r\r\n", "cyd/1-bptt/.git/HEAD": b"ref: main"}, tmp_path)
    words = " ".join(outcome.summary(tmp_path).split())
    assert words.count("what Python makes of the module bptt") == 1 and sorted(
        path.name for path in (tmp_path / "submitted").glob("[!.]*")) == ["ada", "bob", "cyd"]
    asked = {student: read_submission(tmp_path / "submitted" / student / "1-bptt", student, find_stage("1-bptt")).needs_person
             for student in ("ada", "bob", "cyd")}
    assert "has only __pycache__/bptt.cpython-311.pyc, what Python makes of" in asked["ada"] and not asked["bob"]
    assert "has only .git/HEAD, what a system or an editor keeps about a folder" in asked["cyd"]


@pytest.mark.parametrize("name", ["__MACOSX/._bptt.py", "__pycache__/bptt.cpython-311.pyc", "~$bptt.py", ".bptt.py.swp"])
def test_a_leftover_in_a_student_s_archive_is_asked_about_after_a_download_too(tmp_path, name):
    """As it is when it is collected."""
    data = b"\xa7\r\r\n" if name.endswith("pyc") else MAC
    question, _, _ = left(tmp_path, {"w.zip": packed({name: data, "1-bptt.ipynb": notebook_bytes()})})
    assert "bptt.py is missing: in its place the hand-in has only " in question


STUB = (RELEASE / "1-bptt" / "bptt.py").read_bytes()


@pytest.mark.parametrize("beside", [STUB, b""], ids=["a stub", "an empty file"])
def test_a_swap_file_with_the_code_in_it_is_asked_about(tmp_path, beside):
    """Editors write it as pages; that of a file as it was handed out has nothing in it."""
    lines = b"b0VIM 8.2\0\0" + bytes(99) + b"\0".join(reversed(CODE.splitlines()))
    question = submitted(tmp_path / "a", {"bptt.py": beside, ".bptt.py.swp": lines}).needs_person
    assert "and .bptt.py.swp has its code: it is what an editor keeps while bptt.py is open. Put that code into" in question
    stub = b"b0VIM 8.2\0\0" + b"\0".join(reversed(STUB.splitlines()))
    assert not submitted(tmp_path / "b", {"bptt.py": beside, ".bptt.py.swp": stub}).needs_person
