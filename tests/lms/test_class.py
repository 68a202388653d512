"""A class of sixty as it really comes: Canvas, zips of students, names in six scripts, collected twice with a repair between."""

import io
import unicodedata
import zipfile

from autograder.lms.collect import collect
from tests.classroom import SOLUTION, STAGE, STUB, grade, notebook_bytes, record_of
from tests.lms.downloads import archive, handed_in

S = STAGE.id
NB = f"{S}.ipynb"
FAMILIES = ["lovelace", "müller", "नमस्ते", "เกียรติ", "כהן", "علي", "田中", "ñandú", "oneill", "full"]
GIVEN = ["ada", "zoë", "विश्व", "ก้อง", "שָׁלוֹם", "محمد"]
# The ways in which a student may pack the two files; `code` and `nb` stand for what they hold.
WAYS = [
    {"bptt.py": "code", NB: "nb"},
    {"bptt-1.py": "code", f"{S}-1.ipynb": "nb"},
    {"bptt (1).py": "code", f"{S} (1).ipynb": "nb"},
    {"work.zip": {f"{S}/bptt.py": "code", f"{S}/{NB}": "nb"}},
    {"work.zip": {"bptt.py": "code", NB: "nb", "__MACOSX/._bptt.py": "junk"}},
    {"bptt_final.py": "code", f"Copy of {NB}": "nb"},
    {"abgabe.zip": {"abgabe\\bptt.py": "code", f"abgabe\\{NB}": "nb"}},
    {"bptt.py": "code", NB: "nb", "film.mov": "junk"},
    {"BPTT.py": "code", f"{S}-Copy1.ipynb": "nb"},
    {"bptt.py": "code", f"{NB}.txt": "nb"},
]


def packed(files, contents):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name, what in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = name
            bundle.writestr(info, contents[what])
    return out.getvalue()


def download(path, contents):
    """Sixty students, each with a name of their own and one of ten ways to hand in."""
    files = {}
    for number in range(60):
        name = unicodedata.normalize("NFD" if number % 2 else "NFC", FAMILIES[number % 10] + GIVEN[number // 10])
        way = WAYS[number % len(WAYS)]
        for at, (file, what) in enumerate(way.items()):
            data = packed(what, contents) if isinstance(what, dict) else contents[what]
            files[f"{name}_{'LATE_' if number % 7 == 0 else ''}{10_000 + number}_{50_000 + 10 * number + at}_{file}"] = data
    return archive(path, files)


def test_every_person_of_a_class_is_there_once_with_every_point(tmp_path):
    """All sixty have the right file and the right notebook under their own name; a repair is kept; the grader gives 80 of 80."""
    contents = {"code": SOLUTION.encode(), "nb": notebook_bytes(), "junk": b"x"}
    course, path = tmp_path / "course", download(tmp_path / "submissions.zip", contents)
    outcome = collect(path, course)
    assert len(outcome.new) == 60 and not outcome.refused and not outcome.questions and not outcome.unknown
    repaired = course / "submitted" / outcome.new[3][0] / S / "bptt.py"
    repaired.write_text(SOLUTION + "# put right by a person\n")
    again = collect(path, course)
    assert len(again.unchanged) == 60 and not again.new and not again.replaced
    files = handed_in(course)
    folders = {name.partition("/")[0] for name in files}
    assert len(folders) == 60 and {folder.rpartition("_")[2] for folder in folders} == {
        str(10_000 + number) for number in range(60)
    }
    for folder in folders:
        assert files[f"{folder}/{S}/bptt.py"].startswith(SOLUTION) and files[f"{folder}/{S}/{NB}"].encode() == contents["nb"]
    assert repaired.read_text().endswith("put right by a person\n")
    chosen = [folder for folder in sorted(folders) if folder.endswith(("_10002", "_10013", "_10025", "_10034"))]
    for student in chosen:
        assert not grade(course, student=student).failed
        assert (record_of(course, student)["score"], record_of(course, student)["status"]) == (80, "graded")
    assert STUB not in files.values()
