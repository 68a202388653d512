"""Second attempts, and what is not a file: no work is lost without a word, and every path that is told is there."""

import csv
import re

import pytest

from autograder.grade.classroom import job_for
from autograder.grade.language import Doubt, speaking, spoken
from autograder.grade.submission import read_submission
from autograder.terminal import _doubtful as summary_of_doubts
from tests.classroom import STAGE
from tests.lms.packing import NB, STUB_CODE, STUB_NOTES, S, came, code, graded, notes, packed

FOLDER = f"leeann_11/{S}"
MAC = b"\0\5\x16\7" + bytes(40)


def canvas(first, **files):
    """One person's upload; names by `__` for a dot."""
    return {f"leeann_11_{first + place}_{name.replace('__', '.')}": data for place, (name, data) in enumerate(files.items())}


def row(course, student="leeann_11"):
    with open(course / "collected.csv", encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def remarks(course):
    return read_submission(course / "submitted" / FOLDER, "leeann_11", STAGE).remarks


def paths_are_there(course, text):
    """Every path of submitted/ in a text leads to something."""
    found = re.findall(r"submitted/[^ ]+?(?=[.,:;]? |[.,:;]?$)", " ".join(text.split()))
    assert found and all((course / path).exists() for path in found), found


LITTLE = {
    "empty": (b"", "is empty"),
    "zeros": (b"\0" * 99, "has only bytes of 0 in it, as after a crash or a full disk while it was saved"),
    "stub": (STUB_CODE, "is as it was handed out (nothing written)"),
}


@pytest.mark.parametrize("name", LITTLE)
def test_a_newer_hand_in_with_nothing_in_it_is_asked_about(tmp_path, name):
    """The earlier one is named by where it lies; a person's word settles it, and collecting again changes nothing."""
    data, words = LITTLE[name]
    came(canvas(500, bptt__py=code("a")), tmp_path)
    newer = canvas(900, **{"bptt-1__py": data})
    for _ in range(2):
        outcome = came(newer, tmp_path)
        question = graded(tmp_path)[FOLDER]
        with speaking("de"):
            told = spoken(read_submission(tmp_path / "submitted" / FOLDER, "leeann_11", STAGE).needs_person)
        assert "und in der Abgabe davor stand mehr: Jene liegt in" in told and words not in told
        assert f"bptt.py {words}" in question and "run make grade again" in question
        assert question in outcome.questions.values() and question in row(tmp_path)["note"] and words in row(tmp_path)["note"]
        paths_are_there(tmp_path, outcome.summary(tmp_path).partition("What was there")[0])
        assert (tmp_path / "submitted/.replaced" / S / "leeann_11/1/bptt.py").read_bytes() == code("a")
    with open(tmp_path / "submitted" / FOLDER / "bptt.py", "ab") as file:
        file.write(b"# counts\n")
    assert graded(tmp_path)[FOLDER] == "nobody+nobody" and not came(newer, tmp_path).questions
    assert any("bptt.py " in note for note in remarks(tmp_path))


def test_the_earlier_work_is_still_named_after_a_second_empty_hand_in_and_no_longer_after_a_right_one(tmp_path):
    for number, data in enumerate((code("a"), b"", STUB_CODE)):
        came(canvas(500 + number, bptt__py=data), tmp_path)
    assert "leeann_11/1/bptt.py" in graded(tmp_path)[FOLDER]
    came(canvas(900, bptt__py=code("b")), tmp_path)
    assert graded(tmp_path)[FOLDER] == "b+nobody" and not row(tmp_path)["note"].startswith("needs")


def test_two_attempts_in_one_download_are_held_against_each_other(tmp_path):
    """Brightspace and others give all attempts; the earlier one is kept where it can be taken from."""
    start = "39786-640693 - Ann - Oct {}, 2026 1051 AM/{}"
    outcome = came({start.format(11, "bptt.py"): code("a"), start.format(12, "bptt.py"): STUB_CODE}, tmp_path)
    (question,) = outcome.questions.values()
    paths_are_there(tmp_path, question)
    assert question in graded(tmp_path).values()


UNREADABLE = {"closed": {"w.rar": b"Rar!\x1a\x07"}, "a leftover": {"._bptt.py": MAC}}


@pytest.mark.parametrize("what", UNREADABLE)
def test_of_two_attempts_in_one_download_the_one_that_can_be_read_is_there(tmp_path, what):
    """Whichever way the newer one cannot be; that there is one is told, and nothing is lost when the same is collected again."""
    start = "39786-640693 - Ann - Oct {}, 2026 1051 AM/{}"
    files = {start.format(11, "bptt.py"): code("a")} | {start.format(12, name): data for name, data in UNREADABLE[what].items()}
    for _ in range(2):
        came(files, tmp_path)
        (folder,) = [path for path in (tmp_path / "submitted").iterdir() if not path.name.startswith(".")]
        assert graded(tmp_path) == {f"{folder.name}/{S}": "a+nobody"}
        (note,) = read_submission(folder / S, folder.name, STAGE).remarks
        assert isinstance(note, Doubt) and "a newer hand-in" in note and "could not be read" in note


def test_answers_that_a_newer_notebook_lacks_are_asked_about(tmp_path):
    came(canvas(500, bptt__py=code("a"), **{NB.replace(".", "__"): notes("a")}), tmp_path)
    came(canvas(900, bptt__py=code("b"), **{NB.replace(".", "__"): STUB_NOTES}), tmp_path)
    question = graded(tmp_path)[FOLDER]
    assert f"{NB} is as it was handed out (no answer written)" in question
    paths_are_there(tmp_path, question)


HELPER = b"def loss(p, i):\n    return -p[i]\n"
TORN = {
    "a notebook": (NB, notes("a"), b"", "is empty"), "a damaged notebook": (NB, notes("a"), b"{", "cannot be read"),
    "a notebook of zeros": (NB, notes("a"), bytes(99), "has only bytes of 0 in it"),
    "a module": ("helpers.py", HELPER, b"", "is empty"),
    "a module that stops": ("helpers.py", HELPER, HELPER[:13], "stops in the middle of a statement (line 1)"),
}


@pytest.mark.parametrize("what", TORN)
def test_any_file_that_a_newer_hand_in_has_torn_is_asked_about(tmp_path, what):
    name, whole, torn, words = TORN[what]
    user = code("a") + b"\nimport helpers\n"
    came(canvas(500, bptt__py=user, **{name.replace(".", "__"): whole}), tmp_path)
    came(canvas(900, bptt__py=user + b"#\n", **{name.replace(".", "__"): torn}), tmp_path)
    question = graded(tmp_path)[FOLDER]
    assert f"{name} {words}" in question and "the hand-in before had more in it" in question
    paths_are_there(tmp_path, question)
    came(canvas(950, bptt__py=user, **{name.replace(".", "__"): whole}), tmp_path)
    assert graded(tmp_path)[FOLDER].startswith("a+")


@pytest.mark.parametrize("newer", [{"w__zip": packed({"bptt.py": code("b")})[:-150]}, {"w__rar": b"Rar!\x1a\x07"}])
def test_a_newer_hand_in_that_cannot_be_read_is_told_with_the_older_one(tmp_path, newer):
    """In collected.csv, and in the remarks that the tables have; until one that can be read comes."""
    older = canvas(500, bptt__py=code("a"))
    came(older, tmp_path)
    came(canvas(900, **newer) | {"bobb_12_990_bptt.py": code("b")}, tmp_path)
    came(older, tmp_path)
    assert graded(tmp_path)[FOLDER] == "a+nobody"
    assert "a newer hand-in, in download.zip, could not be read" in row(tmp_path)["note"]
    (note,) = remarks(tmp_path)
    assert isinstance(note, Doubt) and "could not be read" in note
    with speaking("de"):
        assert spoken(note).startswith("eine neuere Abgabe, in download.zip, konnte nicht gelesen werden (")
        assert "read" not in spoken(note) and "open" not in spoken(note)
        told = spoken(note)
    (tmp_path / "course.toml").write_text('language = "de"\n')
    job = job_for(tmp_path, S, "leeann_11", "sandbox")
    assert summary_of_doubts({**job, "score": 80}) == job["doubts"] == [told]
    (tmp_path / "course.toml").unlink()
    came(canvas(950, bptt__py=code("c")), tmp_path)
    assert "could not be read" not in row(tmp_path)["note"] and not remarks(tmp_path)


def test_an_archive_is_named_as_it_lies_there(tmp_path):
    """Of what collect unpacked, the files; of what a person put there, the file in the archive."""
    both = packed({"x/a/bptt.py": STUB_CODE, "x/b/mine.py": code("a")})
    outcome = came(canvas(500, work__zip=both), tmp_path)
    (question,) = outcome.questions.values()
    for path in ("a/bptt.py", "b/mine.py"):
        assert f"{path} is" in question and (tmp_path / "submitted" / FOLDER / path).is_file()
    by_hand = tmp_path / "submitted" / "bob" / S
    by_hand.mkdir(parents=True)
    (by_hand / "work.zip").write_bytes(both)
    assert "x/b/mine.py in work.zip is filled in" in graded(tmp_path)[f"bob/{S}"]


def moodle(name, number, kind, file, data):
    return {f"{name}_{number}_assignsubmission_{kind}_/{file}": data}


def test_who_only_typed_a_text_is_listed_and_the_text_is_kept(tmp_path):
    """With code in it, it is the file; else a person is asked. Beside a file it comes along."""
    typed = {("Ann", 1): b"<p>see file</p>", ("Bob", 2): b"<p>I was ill.</p>",
             ("Cy", 3): b"<pre>" + code("c").replace(b"<", b"&lt;") + b"</pre>"}
    files = moodle("Ann", 1, "file", "bptt.py", code("a"))
    for (name, number), text in typed.items():
        files |= moodle(name, number, "onlinetext", "onlinetext.html", text)
    outcome = came(files, tmp_path)
    found = graded(tmp_path)
    assert found[f"Ann/{S}"] == "a+nobody" and "a text that was typed into the LMS (onlinetext.html)" in found[f"Bob/{S}"]
    assert found[f"Cy/{S}"] == "c+nobody"
    assert (tmp_path / f"submitted/Bob/{S}/onlinetext.html").read_bytes() == b"<p>I was ill.</p>"
    assert "only online text" in row(tmp_path, "Bob")["note"] and "only online text" not in row(tmp_path, "Ann")["note"]
    assert "only online text: Bob, Cy" in outcome.summary(tmp_path)


def test_in_canvas_too(tmp_path):
    came(canvas(500, bptt__py=code("a")) | {"bobb_12_text.html": b"<p>later</p>"}, tmp_path)
    assert row(tmp_path, "bobb_12")["note"].endswith("only online text")
    assert "typed into the LMS" in graded(tmp_path)[f"bobb_12/{S}"]




def test_what_macos_keeps_about_a_file_is_none_and_a_name_of_signs_is_a_name(tmp_path):
    """Whose Canvas name is a sign has files that begin as macOS's do; what is in them tells, and nothing goes without a word."""
    outcome = came({"ada_1_7_bptt.py": code("a"), "._927_7027_bptt.py": code("s"), "bob_2_9_._bptt.py": code("b"),
                    "cy_3_9_._bptt.py": MAC, "._928_7028_bptt.py": MAC, "._ada_1_7_bptt.py": MAC, "dee_4_7_bptt.py": code("d"),
                    "dee_4_8_._bptt.py": MAC}, tmp_path)
    found = graded(tmp_path)
    assert sorted(found) == [f"{who}/{S}" for who in ("927", "ada_1", "bob_2", "cy_3", "dee_4")]
    asked = found.pop(f"cy_3/{S}")
    assert "bptt.py is missing: in its place the hand-in has only ._bptt.py, what macOS keeps about bptt.py" in asked
    assert sorted(value[0] for value in found.values()) == ["a", "b", "d", "s"]
    words = " ".join(outcome.summary(tmp_path).split())
    assert f"Needs a person: submitted/cy_3/{S}: {asked.removeprefix('? ')}" in words
    assert "Left out, not needed: ._928_7028_bptt.py: it is what macOS keeps" in words
    assert words.count("macOS") == 2


def test_names_that_lose_different_signs_are_not_said_to_differ_in_capitals(tmp_path):
    outcome = came({"ada+x/bptt.py": code("a"), "ada&x/bptt.py": code("b"), "bob/bptt.py": code("c"), "Bob/bptt.py": code("d")},
                   tmp_path)
    notes = " ".join(outcome.notes)
    assert '"ada+x" and "ada-x" would have one folder, since not every sign of a name can be kept: "ada+x" has the' in notes
    assert '"bob" and "Bob" differ in capitals only' in notes
    assert len(graded(tmp_path)) == 4


def test_a_flat_download_takes_whom_it_can_and_says_what_to_do_about_the_rest(tmp_path):
    flat = {"ada_bptt.py": code("a"), f"ada_{NB}": notes("a"), "gina.zip": packed({"bptt.py": code("g")}),
            "Gina.zip": packed({"bptt.py": code("G")}), "jo_bptt_final.py": code("j"), "bptt_carl.py": code("c"),
            "bptt.py": code("x"), "readme.txt": b"?"}
    outcome = came(flat, tmp_path)
    found = graded(tmp_path)
    assert sorted(found.values()) == ["G+nobody", "a+a", "g+nobody", "j+nobody"]
    assert outcome.strays == ["bptt.py", "bptt_carl.py"] and "say it with MAP=" in outcome.summary(tmp_path)
    assert any("differ in capitals only" in note for note in outcome.notes)
    assert not came(flat, tmp_path).new and sorted(graded(tmp_path).values()) == sorted(found.values())


def test_a_checkpoint_of_jupyter_reaches_the_person_who_is_asked(tmp_path):
    inside = {"w/bptt.py": STUB_CODE, "w/.ipynb_checkpoints/bptt-checkpoint.py": code("a"), "w/.ipynb_checkpoints/x.pyc": b""}
    came(canvas(500, work__zip=packed(inside)), tmp_path)
    assert ".ipynb_checkpoints/bptt-checkpoint.py is filled in" in graded(tmp_path)[FOLDER]
    assert (tmp_path / "submitted" / FOLDER / ".ipynb_checkpoints/bptt-checkpoint.py").is_file()
