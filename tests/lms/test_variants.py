"""Ways in which classes really hand in: each is another layout, name or packing, and everybody is there once, with all of it."""

import unicodedata

import pytest

from autograder.errors import UsageError
from autograder.grade.classroom import find_work
from autograder.stages import RELEASE
from tests.lms.packing import (
    NB,
    STUB_CODE,
    STUB_NOTES,
    S,
    V,
    came,
    code,
    everybody_once,
    graded,
    laid_out,
    notes,
    packed,
    work,
)

A, B = work("a"), work("b")


def canvas(user, number, whose, stage_id=S, first=5000, above=""):
    """One person's two files in Canvas's flat download."""
    return {
        f"{above}{user}_{number}_{first + 10 * number + place}_{name}": data
        for place, (name, data) in enumerate(work(whose, stage_id=stage_id).items())
    }


def moodle(name, number, whose, stage_id=S, above="", divider="/"):
    return {f"{above}{name}_{number}_assignsubmission_file_{divider}{file}": data
            for file, data in work(whose, stage_id=stage_id).items()}


def each(pattern, people=("a", "b"), stage_id=S):
    """Every file of these people, by a pattern of names."""
    return {pattern.format(whose, file): data for whose in people for file, data in work(whose, stage_id=stage_id).items()}


def blackboard(user, whose, assignment="Stage 1", when="2026-10-12-10-51-22"):
    start = f"{assignment}_{user}_attempt_{when}"
    return {f"{start}_{file}": data for file, data in work(whose).items()} | {f"{start}.txt": f"Name: X Y ({user})\n".encode()}


def gradescope(people):
    lines = ["---"]
    for number, who in people.items():
        lines += [f"submission_{number}:", "  :submitters:", f"  - :name: {who}", f"    :sid: {number}", f"    :email: {who}@x.y",
                  "  :created_at: 2026-03-01 10:00:00.000000000 Z"]
    files = {f"assignment_7_export/submission_{number}/{file}": data
             for number, who in people.items() for file, data in work(who).items()}
    return {"assignment_7_export/submission_metadata.yml": "\n".join(lines).encode()} | files


LAYOUTS = {
    "canvas, later attempts": {
        "leeann_11_501_bptt-1.py": code("a"), "leeann_11_502_1-bptt-2.ipynb": notes("a"),
        "bobb_LATE_12_503_bptt-10.py": code("b"), "bobb_LATE_12_504_1-bptt-1.ipynb": notes("b"),
    },
    "canvas, anonymous": each("anon_{0}Q_500_{1}"),
    "canvas, anonymous and late": each("anon_LATE_{0}Q_500_{1}"),
    "canvas, groups with numbers": canvas("group_2_7", 10002, "a") | canvas("group_2_8", 10003, "b"),
    "canvas, LATE in a name": canvas("plateann", 11, "a") | canvas("late", 12, "b"),
    "canvas, below a folder": canvas("leeann", 11, "a", above="submissions/") | canvas("b_o_b", 12, "b", above="submissions/"),
    "canvas, zips of students": {
        "leeann_11_501_work-1.zip": packed(work("a", f"{S}/")), "bobb_LATE_12_502_abgabe (1).zip": packed(work("b", "x\\"))
    },
    "canvas, a zip and a loose notebook": {
        "leeann_11_501_work.zip": packed({"bptt.py": code("a")}), f"leeann_11_502_{NB}": notes("a"), **canvas("bob", 12, "b")
    },
    "moodle, two of one name": moodle("Ann Lee", 1, "a") | moodle("Ann Lee", 2, "b"),
    "moodle, flat": moodle("Ann Lee", 1, "a", divider="") | moodle("Bob B", 2, "b", divider=""),
    "moodle, below a folder": moodle("Ann Lee", 1, "a", above="RNN-Stage 1-77/") | moodle("Bob", 2, "b", above="RNN-Stage 1-77/"),
    "moodle, blind in German": moodle("Teilnehmer-in", 1, "a") | moodle("Teilnehmer-in", 2, "b"),
    "moodle, group and text": moodle("Group A", 17, "a") | each("Default group_assignsubmission_file_/{1}", ["b"])
    | {"Group A_17_assignsubmission_onlinetext_/onlinetext.html": b"<p>"},
    "moodle, a name and its number": moodle("Ann Lee_2", 1, "a") | moodle("Ann Lee", 21, "b"),
    "moodle, very long names": moodle("X" * 200, 1, "a") | moodle("X" * 201, 2, "b"),
    "moodle, right to left": moodle("محمد علي", 1, "a") | moodle("\u200fמשה כהן\u200f", 2, "b"),
    "moodle, composed and decomposed": moodle("José", 1, "a") | moodle(unicodedata.normalize("NFD", "José"), 2, "b"),
    "moodle, archives": {"Ann_1_assignsubmission_file_/w.zip": packed(work("a", f"{S}/")),
                         "Bob_2_assignsubmission_file_/w.tgz": packed(B, "w:gz")},
    "gradescope, ids that YAML takes for numbers": gradescope({"0123": "a", "0083": "b"}),
    "blackboard": blackboard("al", "a") | blackboard("bb_2", "b"),
    "blackboard, underscores": blackboard("al", "a", "Stage_1_RNN") | blackboard("bb", "b", "Stage_1_RNN"),
    "blackboard, in Spanish": {name: data.replace(b"Name:", b"Nombre:") for name, data in
                               (blackboard("x_y", "a") | blackboard("z_y", "b")).items()},
    "blackboard, the user first": each("{0}nn_" + S + "_attempt_2026-03-01-10-00-00_{1}"),
    "brightspace, another language": each("7-640 - {0}nn - 12 octobre, 2026 2251/{1}") | {"index.html": b"x"},
    "brightspace, one name twice": each("1-640 - Ann - Oct 12, 2026 1051 AM/{1}", ["a"])
    | each("2-640 - Ann - Oct 12, 2026 1051 AM/{1}", ["b"]),
    "ilias": each("Ex/{0}ee_Ann_{0}.lee_1{0}".replace("1{0}", "1") + "/{1}", ["a"]) | each("Ex/Lee_{0}_{0}x_2/{1}", ["b"]),
    "ilias, an exercise called as a person is": each("multi_feedback_Ex_12/Lee_{0}_{0}x_1/{1}", ["a"])
    | each("multi_feedback_Ex_12/Lee_{0}_{0}x_2/{1}", ["b"]),
    "sakai, with its table of marks": each("Stage 1/Lee, {0}nn({0}12)/Submission attachment(s)/{1}")
    | {"Stage 1/grades.csv": b"x", "Stage 1/Lee, ann(a12)/timestamp.txt": b"1"},
    "a dated folder around a class": each(S + "-10-12-2026-10-51-22/{0}-lee/{1}"),
    "google classroom": each("Stage 1/{0}nn Lee - {1}") | {"Stage 1/ann Lee - notes.txt": b"n"},
    "google forms": {f"Stage 1/{stem} - {who}nn Lee{ending}": data for who in "ab"
                     for stem, ending, data in (("bptt", ".py", code(who)), (S, ".ipynb", notes(who)))},
    "github classroom, another slug": each("rnn-x-submissions/rnn-x-{0}/{1}") | {"rnn-x-submissions/rnn-x-a/.git/y": b"y"},
    "github, repositories": each(S + "-{0}nn-main/{1}"),
    "nbgrader, other time zones": each("inbound/{0}nn+" + S + "+2026-03-01 10_00_00.000000 Europe-Berlin/{1}"),
    "a folder each": each("{0}nn/{1}") | {"ann/.DS_Store": b"x", "__MACOSX/ann/._bptt.py": b"x", "ann/Thumbs.db": b"x"},
    "a zip each": {f"{who}.lee.zip": packed(work(who)) for who in "ab"},
    "a zip each, below a folder": {f"all/{who}nn.zip": packed(work(who, "x/")) for who in "ab"},
    "a zip of submit() each": {f"{who}_handin-{S} (1).zip": packed(work(who)) for who in "ab"},
    "a zip each, the stage first": {f"{S}_{who}nn_Lee.zip": packed(work(who)) for who in "ab"},
    "a zip of submit() each, the person last": {f"handin-{S}-{who}nn.zip": packed(work(who)) for who in "ab"},
    "flat, the person last": {f"{stem}_{who}nn{ending}": data for who in "ab"
                              for stem, ending, data in (("bptt", ".py", code(who)), (S, ".ipynb", notes(who)))},
    "flat with dashes": each("{0}nn-{1}"),
    "flat with blanks": each("{0}nn - {1}".replace(" - ", " ")),
    "somebody's two files in a folder": each("{0}/{1}") | {"a/old_bptt.py": STUB_CODE, "a/new_bptt.py": STUB_CODE},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_everybody_is_there_once_with_all_of_it(tmp_path, name):
    """Two people, each with the right code and an answer: under their own names, whatever the layout."""
    outcome = came(LAYOUTS[name], tmp_path)
    everybody_once(tmp_path, "a", "b")
    assert not outcome.refused and not find_work(tmp_path, None, None, "sandbox").refused
    again = came(LAYOUTS[name], tmp_path)
    assert len(again.unchanged) == 2 and not again.new and not again.replaced


def test_blackboards_users_may_have_underscores(tmp_path):
    """Without its text files too, as long as one has none: what all names begin with is the assignment's."""
    files = {}
    for user in ("x_y", "z_y", "lee"):
        files |= {name: data for name, data in blackboard(user, "a").items() if not name.endswith("22.txt")}
    came(files, tmp_path)
    assert sorted(path.name for path in (tmp_path / "submitted").iterdir() if path.name[0] != ".") == ["lee", "x_y", "z_y"]


NAMES = [
    ["Ann", "Ann~", "Ann!", "Ann?", "ANN"],
    ["Zoë", unicodedata.normalize("NFD", "Zoë")],
    ["a\nb", "a\x1b[31mb", "a\tb"],
    ["a+b@x.y", "a-b@x.y", "a b@x.y"],
    ["🎉", "🚀", "_", "-", "#1", "(a)", "[a]"],
    ["\u202eann", "ann", "\u200eann", "ann\u200f"],
    ["0123", "123", "00123"],
    ["x" * 250, "x" * 249 + "y", "ก" * 80, "ก" * 79 + "ข"],
    ["submitted", "autograded", "release"],
]


@pytest.mark.parametrize("people", NAMES, ids=range(len(NAMES)))
def test_two_folders_are_two_people_whatever_becomes_of_their_names(tmp_path, people):
    files = {f"{name}/{file}": data for number, name in enumerate(people) for file, data in work(f"p{number}").items()}
    for _ in range(2):
        came(files, tmp_path)
        everybody_once(tmp_path, *(f"p{number}" for number, _ in enumerate(people)))
    assert not find_work(tmp_path, None, None, "sandbox").refused


def encrypted(data):
    """The same zip, each member said to be encrypted."""
    data = bytearray(data)
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(start, at + 1)) >= 0:
            data[at + offset] |= 1
    return bytes(data)


def whole_folder(around, stage_id=S):
    return {f"{around}{path.relative_to(RELEASE / stage_id).as_posix()}": path.read_bytes()
            for path in (RELEASE / stage_id).rglob("*") if path.is_file() and "__pycache__" not in path.parts}


HANDINS = {
    **{f"code: {name!r}": {name: code("a"), NB: notes("a")} for name in (
        "bptt.py ", "bptt", "bptt.py_", "bptt.pyw", "bptt.py.bak", "bptt.md", "bptt%20(1).py", "Copia de bptt.py",
        "bptt - コピー.py", "Копия bptt.py", "bptt_LATE.py", "bptt.PY.TXT", "bptt.py.crdownload", "bptt\x07.py",
        "bptt\u200f.py", "bptt\xa0(1).py", "bptt_" + "n" * 240 + ".py", "ｂｐｔｔ.py", "lösung.py", "test_bptt.py")},
    **{f"notebook: {name!r}": {"bptt.py": code("a"), name: notes("a")} for name in (
        S, f"{NB} (1)", f"{S}.IPYNB", "Untitled.ipynb", "1_bptt.ipynb", f"{NB}.htm", f"{S}-checkpoint.ipynb")},
    "archive called otherwise": {"work": packed(A)},
    "archive with a number behind it": {"work.zip (1)": packed(A)},
    "zip called rar": {"work.rar": packed(A)},
    "zip called 7z": {"work.7z": packed(A)},
    "zip called txt": {"work.zip.txt": packed(A)},
    "zip called bptt.py": {"bptt.py": packed(A)},
    "tar called gz": {"work.gz": packed(A, "w:gz")},
    "tar with a number in it": {"work.tar-1.gz": packed(A, "w:gz")},
    "xz": {"work.tar.xz": packed(A, "w:xz")},
    "each file a zip": {"bptt.py.zip": packed({"bptt.py": code("a")}), f"{NB}.zip": packed({NB: notes("a")})},
    "absolute names": {"work.zip": packed({"/home/a/bptt.py": code("a"), f"C:\\x\\{NB}": notes("a")})},
    "the same twice": {"work.zip": packed(A), "work (1).zip": packed(A)},
    "the whole folder": {f"{S}.zip": packed(whole_folder(f"{S}/") | work("a", f"{S}/"))},
    "the handout's zip beside": {f"{S}.zip": packed(whole_folder(f"{S}/")), **A},
    "an archive nobody needs": {"rest.7z": b"7z\xbc\xaf\x27\x1c", "broken.zip": packed(A)[:2000], **A},
    "a bomb beside": {"work.zip": packed({"zeros.bin": bytes(20 << 20), **A})},
    "a later stage's notebook": {**A, f"{V}.ipynb": (RELEASE / V / f"{V}.ipynb").read_bytes()},
    "a later stage's stub": {**A, "vanishing.py": (RELEASE / V / "vanishing.py").read_bytes()},
    "code and notebook apart": {"w.zip": packed({"code/bptt.py": code("a"), f"notes/{NB}": notes("a")})},
}


@pytest.mark.parametrize("way", ["canvas", "moodle"])
@pytest.mark.parametrize("name", HANDINS)
def test_a_right_answer_is_taken_however_it_is_packed(tmp_path, name, way):
    """One student's packing, in a class whose other student hands in as asked; what grading takes is all of it."""
    if way == "moodle":
        files = {f"Ann Lee_1_assignsubmission_file_/{file}": data for file, data in HANDINS[name].items()} | moodle("Bob", 2, "b")
    else:
        files = {f"leeann_11_{500 + n}_{file}": data for n, (file, data) in enumerate(HANDINS[name].items())}
        files |= canvas("bobb", 12, "b")
    came(files, tmp_path)
    everybody_once(tmp_path, "a", "b")


CLOSED = {
    "7z": ({"w.7z": b"7z\xbc\xaf\x27\x1c" + bytes(20)}, "w.7z is a 7z archive that cannot be opened here"),
    "rar": ({"w.rar": b"Rar!\x1a\x07\x00"}, "w.rar is a RAR archive that cannot be opened here"),
    "rar called zip": ({"w.zip": b"Rar!\x1a\x07\x00"}, "w.zip is a RAR archive that cannot be opened here"),
    "a password": ({"w.zip": encrypted(packed(A))}, "w.zip gave nothing: bptt.py is encrypted"),
    "cut off": ({"w.zip": packed(A)[:3000]}, "w.zip is not a zip that can be read"),
    "empty": ({"w.zip": packed({})}, "w.zip is an empty archive"),
    "too deep": ({"w.zip": packed({"x.zip": packed({"y.zip": packed(A)})})}, "y.zip in x.zip in w.zip is an archive in an"),
    "leads out": ({"w.zip": packed({"../bptt.py": code("a")})}, "w.zip gave nothing: ../bptt.py leads out of the folder"),
    "damaged": ({"w.zip": packed(A).replace(packed(A)[60:64], b"\0\0\0\0", 1)}, "in the archive it is damaged"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_cannot_be_opened_needs_a_person_and_is_no_0(tmp_path, name):
    """It lies in the folder as it came, the question says what to do; a repair there counts, and is kept."""
    files, words = CLOSED[name]
    download = {f"leeann_11_50{n}_{file}": data for n, (file, data) in enumerate(files.items())} | canvas("bobb", 12, "b")
    outcome = came(download, tmp_path)
    question = graded(tmp_path)[f"leeann_11/{S}"]
    assert words in question and "run make grade again" in question, question
    assert outcome.questions["leeann_11", S] == question and graded(tmp_path)[f"bobb_12/{S}"] == "b+b"
    laid_out(A, tmp_path / "submitted" / "leeann_11" / S)
    assert not came(download, tmp_path).replaced
    everybody_once(tmp_path, "a", "b")


def test_what_cannot_be_opened_takes_the_place_of_nothing(tmp_path):
    came(canvas("leeann", 11, "a"), tmp_path)
    outcome = came({"leeann_11_9000_w.7z": b"7z\xbc\xaf\x27\x1c", **canvas("bobb", 12, "b")}, tmp_path)
    everybody_once(tmp_path, "a", "b")
    assert any("w.7z is a 7z archive" in note and "what was there before was left" in note for note in outcome.notes)


def test_an_answered_question_is_not_asked_again(tmp_path):
    """A stub beside a filled copy: the person renames it, and the same download changes nothing."""
    download = {"leeann_11_500_bptt.py": STUB_CODE, "leeann_11_501_bptt (1).py": code("a"), f"leeann_11_502_{NB}": notes("a")}
    assert came(download, tmp_path).questions
    folder = tmp_path / "submitted" / "leeann_11" / S
    (folder / "bptt (1).py").replace(folder / "bptt.py")
    outcome = came(download, tmp_path)
    everybody_once(tmp_path, "a")
    assert not outcome.questions and outcome.unchanged


DOWNLOADS = {
    "canvas": canvas("ann", 11, "a1", above="one/") | canvas("ann", 11, "a2", V, above="two/")
    | canvas("bob", 12, "b1", above="one/") | canvas("bob", 12, "b2", V, above="two/"),
    "moodle": moodle("Ann", 1, "a1", above="one/") | moodle("Ann", 7, "a2", V, above="two/")
    | moodle("Bob", 2, "b1", above="one/") | moodle("Bob", 8, "b2", V, above="two/"),
    "zips": {"submissions.zip": packed(canvas("ann", 11, "a1") | canvas("bob", 12, "b1")),
             "submissions (1).zip": packed(canvas("ann", 11, "a2", V) | canvas("bob", 12, "b2", V))},
    "repositories of a course": each("rnn-submissions/rnn-{0}/" + S + "/{1}", ["a1", "b1"])
    | {name.replace("-a2/", "-a1/").replace("-b2/", "-b1/"): data
       for name, data in each("rnn-submissions/rnn-{0}/" + V + "/{1}", ["a2", "b2"], V).items()},
}


@pytest.mark.parametrize("name", DOWNLOADS)
def test_downloads_of_two_assignments_side_by_side_are_two(tmp_path, name):
    came(laid_out(DOWNLOADS[name], tmp_path / "downloads"), tmp_path / "course")
    everybody_once(tmp_path / "course", "a1", "a2", "b1", "b2")
    assert len(list((tmp_path / "course" / "submitted").glob("[!.]*"))) == 2


def test_files_of_another_assignment_are_named_and_cost_nobody_a_number(tmp_path):
    """Moodle: the number is that of this assignment; in the next one the same person is known by name."""
    outcome = came(moodle("Ann", 1, "a1") | moodle("Bob", 2, "b1") | moodle("Cy", 3, "c2", V), tmp_path)
    assert outcome.details["Cy", V] == [f"these are files of {V}, where most hand in {S}"]
    came(moodle("Ann", 71, "a2", V) | moodle("Bob", 72, "b2", V) | moodle("Cy", 73, "c2", V), tmp_path)
    everybody_once(tmp_path, "a1", "a2", "b1", "b2", "c2")
    assert {path.name for path in (tmp_path / "submitted").glob("[!.]*")} == {"Ann", "Bob", "Cy"}


def test_two_of_one_name_in_the_next_assignment_are_asked_about(tmp_path):
    came(moodle("Ann Lee", 1, "a1") | moodle("Ann Lee", 2, "b1"), tmp_path)
    outcome = came(moodle("Ann Lee", 81, "a2", V) | moodle("Ann Lee", 82, "b2", V), tmp_path)
    everybody_once(tmp_path, "a1", "b1", "a2", "b2")
    assert sum("people are called Ann Lee" in note for note in outcome.notes) == 2


def test_all_of_another_stage_in_one_hand_in_is_not_passed_over_in_silence(tmp_path):
    both = packed(work("a", f"{S}/") | work("a", f"{V}/", V))
    outcome = came({"leeann_11_500_all.zip": both, **canvas("bobb", 12, "b", V)}, tmp_path)
    assert graded(tmp_path)[f"leeann_11/{V}"] == "a+a"
    assert f"holds {S} too, which was not taken: STAGE={S} takes it" in outcome.details["leeann_11", V]
    came({"leeann_11_500_all.zip": both}, tmp_path, stage_id=S)
    assert graded(tmp_path)[f"leeann_11/{S}"] == "a+a"


def test_a_stub_of_a_later_stage_beside_the_work_does_not_take_it(tmp_path):
    """The course's whole repository, with an old sketch of the file in it."""
    files = {f"Ann Lee_{number}_assignsubmission_file_/rnn-main/{file}": data for number, who in enumerate("ab")
             for file, data in (work(who, f"tasks/{S}/") | whole_folder("tasks/", V) | {"old/bptt.py": b"# sketch\n"}).items()}
    came(files, tmp_path)
    everybody_once(tmp_path, "a", "b")


def test_a_person_has_one_folder_whatever_stage_the_zips_are_called_after(tmp_path):
    for stage_id, whose in ((S, "a1"), (V, "a2")):
        came({f"{stage_id}_Ann Lee.zip": packed(work(whose, stage_id=stage_id)), f"{stage_id}_Bob.zip": packed(
            work(whose.replace("a", "b"), stage_id=stage_id))}, tmp_path)
    everybody_once(tmp_path, "a1", "a2", "b1", "b2")
    assert {path.name for path in (tmp_path / "submitted").glob("[!.]*")} == {"Ann Lee", "Bob"}


def test_one_hand_in_says_whose_it_is_or_what_to_do(tmp_path):
    path = tmp_path / f"ann_handin-{S}.zip"
    path.write_bytes(packed(A))
    came(path, tmp_path / "course")
    assert graded(tmp_path / "course") == {f"ann/{S}": "a+a"}
    for files in (A, work("a", f"{S}/")):
        with pytest.raises(UsageError, match="nothing says whose"):
            came(files, tmp_path / "other")


def test_weights_that_a_browser_took_for_a_zip_are_weights(tmp_path):
    weights = packed({"tickets_rnn/data.pkl": b"x", "tickets_rnn/version": b"3"})
    files = {f"leeann_11_50{n}_{name}": data for n, (name, data) in enumerate(
        (work("a", stage_id="4-gated") | {"tickets_rnn.pt.zip": weights, "tickets_gru-1.pt": weights}).items())}
    came(files, tmp_path)
    folder = tmp_path / "submitted" / "leeann_11" / "4-gated"
    assert (folder / "tickets_rnn.pt").read_bytes() == (folder / "tickets_gru.pt").read_bytes() == weights


def test_a_stub_notebook_beside_the_answered_one_needs_a_person(tmp_path):
    came({"leeann_11_500_bptt.py": code("a"), f"leeann_11_501_{NB}": STUB_NOTES, "leeann_11_502_1-bptt (1).ipynb": notes("a")},
         tmp_path)
    assert "is as handed out" in graded(tmp_path)[f"leeann_11/{S}"]


def test_what_macos_leaves_beside_a_file_is_no_part_of_a_hand_in(tmp_path):
    """In the zip, and with Canvas's own words before it; nothing is said of a file that lay where it should."""
    files = {"w.zip": packed(work("a", "x/") | {"__MACOSX/x/._bptt.py": b"m", "x/._bptt.py": b"m"}), "._bptt.py": b"m",
             ".DS_Store": b"m"}
    outcome = came({f"leeann_11_50{n}_{name}": data for n, (name, data) in enumerate(files.items())}, tmp_path)
    everybody_once(tmp_path, "a")
    assert outcome.details == {("leeann_11", S): []}


def test_code_and_notebook_in_two_archives_are_said_to_be_from_there(tmp_path):
    files = {"code.zip": packed({"bptt.py": code("a")}), "report.zip": packed({NB: notes("a")})}
    outcome = came({f"leeann_11_50{n}_{name}": data for n, (name, data) in enumerate(files.items())}, tmp_path)
    assert outcome.details["leeann_11", S] == [f"{NB} was taken from report.zip", "bptt.py was taken from code.zip"]


def test_a_name_that_changed_in_moodle_is_said_and_once_it_is_in_the_roster_the_next_assignment_finds_it(tmp_path):
    came(moodle("Ann Lee", 1, "a"), tmp_path)
    outcome = came(moodle("Ann Smith", 1, "a"), tmp_path)
    assert any(note.startswith("Ann Lee is called Ann Smith in this download") for note in outcome.notes)
    roster = tmp_path / "roster.csv"
    roster.write_text(roster.read_text().replace("Ann Lee,Ann Lee,", "Ann Lee,Ann Smith,"))
    assert not came(moodle("Ann Smith", 1, "a") | moodle("Ann Smith", 71, "a2", V, above="two/"), tmp_path).notes
    everybody_once(tmp_path, "a", "a2")
    assert [path.name for path in (tmp_path / "submitted").glob("[!.]*")] == ["Ann Lee"]


def test_members_of_a_group_who_hand_in_apart_are_named_with_whose_work_counts(tmp_path):
    (tmp_path / "roster.csv").write_text("student,group\nann,blue\nbob,blue\ncy,blue\ndi,red\ned,red\n")
    files = {f"{whose}/{name}": data for whose in ("ann", "bob", "di") for name, data in work(whose).items()}
    files |= {f"ed/{name}": data for name, data in work("di").items()}
    expected = (f"{S}: of the group blue, ann and bob handed in, and not the same: the work of each counts for the one who "
                "handed it in, and that of ann for cy")
    assert came(files, tmp_path).notes == [expected]
    assert not came(files, tmp_path).notes
