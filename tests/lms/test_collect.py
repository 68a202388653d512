"""Downloads of an LMS into submitted/: who came, what was kept aside, what was refused."""

import io
import stat
import struct
import tarfile
import zipfile

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import UsageError
from autograder.grade.classroom import find_work
from autograder.grade.handin import archives
from autograder.lms.collect import collect
from autograder.lms.people import lms_facts
from tests.classroom import STAGE
from tests.lms.downloads import archive, handed_in

NOTEBOOK = f"{STAGE.id}.ipynb"


METADATA = """---
submission_11:
  :submitters:
  - :name: Ann Lee
    :sid: '123'
    :email: ann@x.y
  :created_at: 2026-03-01 10:00:00.000000000 Z
submission_12:
  :submitters:
  - :name: Bo Chan
    :sid:
    :email: bo@x.y
  - :name: Cy Dee
    :sid: '125'
    :email: cy@x.y
  :created_at: 2026-03-01 11:00:00.000000000 Z
submission_13:
  :submitters:
  - :name: Ann Lee
    :sid: '123'
    :email: ann@x.y
  :created_at: 2026-03-02 10:00:00.000000000 Z
"""


def test_canvas(tmp_path):
    """One folder of files with names and ids; `LATE` is told, `-1` of a file handed in again is taken off."""
    path = archive(
        tmp_path / "canvas.zip",
        {
            "leeann_12345_67890_bptt.py": "a",
            f"leeann_12345_67891_{NOTEBOOK}": "n",
            "chanbo_LATE_222_67892_bptt-1.py": "b",
            "o'neilcy_333_67893_bptt-12.py": "c",
            "o'neilcy_333_67893_my_helper.py": "h",
            "submissions.txt": "?",
        },
    )
    outcome = collect(path, tmp_path)
    assert handed_in(tmp_path) == {
        f"leeann_12345/{STAGE.id}/bptt.py": "a",
        f"leeann_12345/{STAGE.id}/{NOTEBOOK}": "n",
        f"chanbo_222/{STAGE.id}/bptt.py": "b",
        f"o'neilcy_333/{STAGE.id}/bptt.py": "c",
        f"o'neilcy_333/{STAGE.id}/my_helper.py": "h",
    }
    assert outcome.late == {("chanbo_222", STAGE.id)} and outcome.unknown == ["submissions.txt"]
    facts = lms_facts(tmp_path, STAGE.id)["leeann_12345"]
    assert [facts[key] for key in ("lms", "id", "name", "late")] == ["canvas", "12345", "leeann", False]
    summary = outcome.summary(tmp_path)
    assert "chanbo_222 (late)" in summary and "3 new" in summary and "submissions.txt" in summary


def test_moodle(tmp_path):
    """A folder a participant, or names that begin so; two of one name are told apart; text typed in comes along."""
    path = archive(
        tmp_path / "moodle.zip",
        {
            "Ann Lee_901_assignsubmission_file_/bptt.py": "a",
            f"Ann Lee_901_assignsubmission_file_/{NOTEBOOK}": "n",
            "José Ñandú_902_assignsubmission_file_/handin/bptt (2).py": "b",
            "Cy Dee_903_assignsubmission_file_bptt.py": "c",
            "Bo (B.) Chan_904_assignsubmission_file_/bptt.py": "d",
            "Bo (B.) Chan_905_assignsubmission_file_/bptt.py": "e",
            "Ann Lee_901_assignsubmission_onlinetext_/onlinetext.html": "t",
        },
    )
    outcome = collect(path, tmp_path)
    assert handed_in(tmp_path) == {
        f"Ann Lee/{STAGE.id}/bptt.py": "a",
        f"Ann Lee/{STAGE.id}/{NOTEBOOK}": "n",
        f"Ann Lee/{STAGE.id}/onlinetext.html": "t",
        f"José Ñandú/{STAGE.id}/bptt.py": "b",
        f"Cy Dee/{STAGE.id}/bptt.py": "c",
        f"Bo -B.- Chan_904/{STAGE.id}/bptt.py": "d",
        f"Bo -B.- Chan_905/{STAGE.id}/bptt.py": "e",
    }
    assert not outcome.unknown and not outcome.questions
    assert lms_facts(tmp_path, STAGE.id)["Ann Lee"]["id"] == "901"


def test_gradescope(tmp_path):
    """Submitters come from the metadata: each of a group gets the files, the latest submission of a person counts."""
    top = "assignment_7_export/"
    path = archive(
        tmp_path / "gs.zip",
        {
            f"{top}submission_metadata.yml": METADATA,
            f"{top}submission_11/bptt.py": "old",
            f"{top}submission_12/bptt.py": "both",
            f"{top}submission_13/bptt.py": "new",
            f"{top}submission_99/bptt.py": "whose",
        },
    )
    outcome = collect(path, tmp_path)
    assert handed_in(tmp_path) == {f"123/{STAGE.id}/bptt.py": "new", f"bo@x.y/{STAGE.id}/bptt.py": "both",
                                   f"125/{STAGE.id}/bptt.py": "both"}
    assert outcome.unknown == [f"{top}submission_99/bptt.py"]
    assert lms_facts(tmp_path, STAGE.id)["123"]["email"] == "ann@x.y"


def test_every_name_collected_can_be_graded(tmp_path):
    """The ids that come out are ids that grading takes."""
    path = archive(
        tmp_path / "a.zip",
        {
            f"{name}_{number}_assignsubmission_file_/bptt.py": "x"
            for number, name in enumerate(
                ["Ann", "..", "-x", "O'Hara, Pat (Sci) Jr.", "_", "=SUM(A1)", "名前", "a..b", "@", "x" * 50], 1
            )
        },
    )
    collect(path, tmp_path)
    work = find_work(tmp_path, STAGE.id, None, "sandbox")
    assert not work.refused and len(work.todo) == len({name.partition("/")[0] for name in handed_in(tmp_path)}) >= 6


def test_a_newer_one_replaces_and_the_older_is_kept(tmp_path):
    """Same content is left alone, to the inode; other content goes in and the old one aside, each time."""
    def came(text):
        return collect(
            archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": text, "chanbo_3_4_bptt.py": "same"}), tmp_path
        )

    assert len(came("one").new) == 2
    same = tmp_path / "submitted" / "chanbo_3" / STAGE.id / "bptt.py"
    inode = same.stat().st_ino
    assert len(came("one").unchanged) == 2
    assert came("two").replaced == [("leeann_1", STAGE.id)] and came("three").replaced == [("leeann_1", STAGE.id)]
    assert same.stat().st_ino == inode
    aside = tmp_path / "submitted" / ".replaced" / STAGE.id / "leeann_1"
    assert [(aside / number / "bptt.py").read_text() for number in "12"] == ["one", "two"]
    assert handed_in(tmp_path)[f"leeann_1/{STAGE.id}/bptt.py"] == "three"
    assert not list((tmp_path / "submitted").glob(".incoming*"))


def test_archives_of_students_are_opened_and_litter_is_left(tmp_path):
    """Two levels deep; what no program here can open is named, and costs that file alone."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as bundle:
        bundle.writestr("my work/bptt.py", "deep")
    with tarfile.open(fileobj=outer, mode="w:gz") as tar:
        info = tarfile.TarInfo("all.zip")
        info.size = len(inner.getvalue())
        tar.addfile(info, io.BytesIO(inner.getvalue()))
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x", "chanbo_3_4_all.tar.gz": outer.getvalue(),
                                        "deecy_5_6_all.rar": "Rar!", "__MACOSX/._leeann_1_2_bptt.py": "m"})
    outcome = collect(path, tmp_path)
    assert handed_in(tmp_path) == {
        f"leeann_1/{STAGE.id}/bptt.py": "x",
        f"chanbo_3/{STAGE.id}/bptt.py": "deep",
        f"deecy_5/{STAGE.id}/all.rar": "Rar!",
    }
    assert "all.rar is an archive that cannot be opened here" in outcome.questions["deecy_5", STAGE.id]
    assert "cannot be opened here" in outcome.refused[f"deecy_5/{STAGE.id}: all.rar"] and outcome.unknown == []


def test_a_file_under_another_name_is_put_in_with_the_others(tmp_path):
    """The stage is that of the others; what is missing is told now, and again in the student's feedback."""
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x", "chanbo_3_4_homework.py": "y"})
    outcome = collect(path, tmp_path)
    assert f"chanbo_3/{STAGE.id}/homework.py" in handed_in(tmp_path)
    assert outcome.details["chanbo_3", STAGE.id] == ["bptt.py is missing", "no notebook"]
    with pytest.raises(UsageError, match="STAGE="):
        collect(archive(tmp_path / "d.zip", {"leeann_1_2_homework.py": "x"}), tmp_path / "other")
    given = collect(archive(tmp_path / "d.zip", {"leeann_1_2_homework.py": "x"}), tmp_path / "other", "2-vanishing")
    assert given.new == [("leeann_1", "2-vanishing")]


def link(name, target):
    """A symbolic link in a zip."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info, target


def device(name):
    """A device in a zip."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
    return info, ""


UNSAFE = [
    ({"../evil_1_2_bptt.py": "x"}, [], "leads out"),
    ({"/etc/evil_1_2_bptt.py": "x"}, [], "leads out"),
    ({"a/../../b_1_2_bptt.py": "x"}, [], "leads out"),
    ({"C:/evil_1_2_bptt.py": "x"}, [], "leads out"),
    ({"a\\..\\b_1_2_bptt.py": "x"}, [], "leads out"),
    ({}, [link("leeann_1_2_bptt.py", "/etc/passwd")], "is a link"),
    ({}, [device("leeann_1_2_bptt.py")], "not a regular file"),
]


@pytest.mark.parametrize("files, special, why", UNSAFE)
def test_an_unsafe_member_is_left_out_and_the_class_comes_in(tmp_path, files, special, why):
    """It is named, the exit status says that something was not taken, and nothing lies outside the course."""
    path = archive(tmp_path / "bad.zip", {"good_9_9_bptt.py": "g", **files}, special=special)
    done = CliRunner().invoke(main, ["collect", str(path), "--course", str(tmp_path / "course")])
    assert done.exit_code == 2 and why in " ".join(done.output.split())
    assert handed_in(tmp_path / "course") == {f"good_9/{STAGE.id}/bptt.py": "g"}
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["bad.zip", "course"]


ODD = {"control": "bo\x01_1_2_bptt.py", "long": "x" * 250 + "_1_2_bptt.py", "longer": "y" * 4000 + "_1_2_bptt.py",
       "comma": "Lee, Ann_1_2_bptt.py", "plus": "ann+lee@x.y_1_2_bptt.py", "direction": "ann\u202egnp_1_2_bptt.py"}


@pytest.mark.parametrize("name", [*list(ODD.values())[:2], *list(ODD.values())[3:]], ids=[key for key in ODD if key != "longer"])
def test_an_odd_name_is_made_usable(tmp_path, name):
    """Whatever stands in it, there is a folder with a name that grading takes."""
    outcome = collect(archive(tmp_path / "odd.zip", {"good_9_9_bptt.py": "g", name: "x"}), tmp_path)
    assert len(outcome.new) == 2 and not outcome.refused
    assert not find_work(tmp_path, STAGE.id, None, "sandbox").refused


def test_an_encrypted_member_costs_that_member_alone(tmp_path):
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x", "zoe_3_4_bptt.py": "y"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    outcome = collect(path, tmp_path / "course")
    assert "is encrypted" in outcome.refused["leeann_1_2_bptt.py"] and outcome.new == [("zoe_3", STAGE.id)]


def test_too_many_files_and_too_many_bytes_are_refused(tmp_path, monkeypatch):
    path = archive(tmp_path / "c.zip", {f"lee{n}_{n}_2_bptt.py": "x" * 10 for n in range(1, 12)})
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    with pytest.raises(UsageError, match="11 files; at most 10"):
        collect(path, tmp_path / "course")
    monkeypatch.setattr(archives, "MAX_MEMBERS", 100)
    monkeypatch.setattr(archives, "MAX_TOTAL", 100)
    with pytest.raises(UsageError, match="unpack to more than"):
        collect(path, tmp_path / "course")


def test_a_bomb_of_one_student_does_not_cost_the_others(tmp_path):
    """It stays where it is, it is named, the rest comes in, and the exit status says that something was refused."""
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x", "evil_3_4_bptt.py": b"\0" * (9 << 20),
                                        "huge_5_6_bptt.py": b"\0" * ((64 << 20) + 1)})
    done = CliRunner().invoke(main, ["collect", str(path), "--course", str(tmp_path / "course")])
    assert done.exit_code == 2
    text = " ".join(done.output.split())
    assert "evil_3_4_bptt.py: it is packed" in text and "huge_5_6_bptt.py: it is packed" in text
    assert list(handed_in(tmp_path / "course")) == [f"leeann_1/{STAGE.id}/bptt.py"]


def test_a_size_that_lies_is_not_believed(tmp_path):
    """The directory says one byte, the data unpacks to more: no more than was said is read, and it is told."""
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x" * 5000})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 1)
    path.write_bytes(data)
    assert "damaged" in collect(path, tmp_path / "course").refused[f"leeann_1/{STAGE.id}: leeann_1_2_bptt.py"]
    assert not handed_in(tmp_path / "course")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 but no more"])
def test_what_is_no_zip_is_told_with_status_2(tmp_path, content):
    path = tmp_path / "c.zip"
    path.write_bytes(content)
    done = CliRunner().invoke(main, ["collect", str(path), "--course", str(tmp_path / "course")])
    assert done.exit_code == 2 and "not a zip that can be read" in done.output
    done = CliRunner().invoke(main, ["collect", str(tmp_path / "gone.zip"), "--course", str(tmp_path / "course")])
    assert done.exit_code == 2 and "there is no file" in done.output


def test_a_damaged_member_leaves_what_was_there(tmp_path):
    """A download that broke off does not take the place of a good submission, and costs no other."""
    good = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "good"})
    collect(good, tmp_path)
    bad = archive(tmp_path / "d.zip", {"leeann_1_2_bptt.py": "worse" * 100, "chanbo_3_4_bptt.py": "fine"})
    data = bytearray(bad.read_bytes())
    data[data.index(b"bptt.py") + 9] ^= 0xFF
    bad.write_bytes(data)
    done = CliRunner().invoke(main, ["collect", str(bad), "--course", str(tmp_path)])
    assert done.exit_code == 2 and "bptt.py: is damaged" in " ".join(done.output.split())
    assert handed_in(tmp_path) == {f"leeann_1/{STAGE.id}/bptt.py": "good", f"chanbo_3/{STAGE.id}/bptt.py": "fine"}


def test_links_in_the_course_folder_are_not_followed(tmp_path):
    """Neither submitted/ nor a student's folder in it."""
    path = archive(tmp_path / "c.zip", {"leeann_1_2_bptt.py": "x", "chanbo_3_4_bptt.py": "y"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    course = tmp_path / "course"
    (course / "submitted").mkdir(parents=True)
    (course / "submitted" / "leeann_1").symlink_to(elsewhere)
    outcome = collect(path, course)
    assert list(outcome.refused) == [f"leeann_1/{STAGE.id}"] and outcome.new == [("chanbo_3", STAGE.id)]
    other = tmp_path / "other"
    other.mkdir()
    (other / "submitted").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="is a link"):
        collect(path, other)
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["a: &a [x]\nb: [*a, *a]\n", "- [", "!!python/object/apply:os.system [touch x]", "just text", "1: 2"]
)
def test_metadata_that_is_not_gradescopes_is_refused_or_unknown(tmp_path, text):
    """No alias, no object, no crash."""
    path = archive(tmp_path / "gs.zip", {"submission_metadata.yml": text, "submission_1/bptt.py": "x"})
    with pytest.raises(UsageError):
        collect(path, tmp_path / "course")
    assert not (tmp_path / "course" / "submitted" / "x").exists() and not handed_in(tmp_path / "course")
