"""A sample of every layout of docs/ta.md: whose work it is, where it lands, when it was handed in."""

import csv
import shutil
import tarfile

import pytest

from autograder.errors import UsageError
from autograder.lms.collect import collect, paths_of
from autograder.lms.people import lms_facts
from tests.classroom import STAGE, STUB
from tests.lms.downloads import archive, handed_in

S = STAGE.id
NB = f"{S}.ipynb"
BLACKBOARD_TEXT = """Name: Ada Lovelace (al123)
Assignment: Stage 1
Date Submitted: Monday, October 12, 2026 10:51:22 AM CEST
Current Grade: Not Yet Graded

Submission Field:
There is no student submission text data for this assignment.

Files:
\tOriginal filename: bptt.py
\tFilename: Stage 1_al123_attempt_2026-10-12-10-51-22_bptt.py
"""
# Each: the files of a download, and where they come to lie; T stands for the text of the file.
LAYOUTS = {
    "canvas": (
        {"lovelaceada_101_5001_bptt.py": "T", f"lovelaceada_101_5002_{NB}": "N", "bobbybob_LATE_102_5003_bptt-1.py": "T"},
        {f"lovelaceada_101/{S}/bptt.py": "T", f"lovelaceada_101/{S}/{NB}": "N", f"bobbybob_102/{S}/bptt.py": "T"},
    ),
    "canvas, names hidden": (
        {"anon_aB3xQ_5001_bptt.py": "T", "LATE_anon_Zz9yY_5002_bptt.py": "T"},
        {f"anon_aB3xQ/{S}/bptt.py": "T", f"anon_Zz9yY/{S}/bptt.py": "T"},
    ),
    "canvas, a group with a number": (
        {
            "projectteam_7_10002_50031_bptt.py": "T",
            "projectteam_7_10002_50032_my_utils.py": "U",
            "projectteam_8_LATE_10003_50033_bptt.py": "T",
        },
        {
            f"projectteam_7_10002/{S}/bptt.py": "T",
            f"projectteam_7_10002/{S}/my_utils.py": "U",
            f"projectteam_8_10003/{S}/bptt.py": "T",
        },
    ),
    "canvas, a file with numbers": (
        {"leeann_10005_67890_2024_12_notes.txt": "n", "leeann_10005_67891_bptt.py": "T"},
        {f"leeann_10005/{S}/2024_12_notes.txt": "n", f"leeann_10005/{S}/bptt.py": "T"},
    ),
    "canvas, a text typed in": (
        {"leeann_10005_67891_bptt.py": "T", "bobbybob_10006_text.html": "<p>"},
        {f"leeann_10005/{S}/bptt.py": "T", f"bobbybob_10006/{S}/text.html": "<p>"},
    ),
    "canvas, one name and two ids": (
        {"leeann_1_5_bptt.py": "T", "leeann_2_6_bptt.py": "V"},
        {f"leeann_1/{S}/bptt.py": "T", f"leeann_2/{S}/bptt.py": "V"},
    ),
    "moodle, folders": (
        {"Ada Lovelace_901_assignsubmission_file_/bptt.py": "T", "Last, First_902_assignsubmission_file_/a/bptt.py": "T"},
        {f"Ada Lovelace/{S}/bptt.py": "T", f"Last, First/{S}/bptt.py": "T"},
    ),
    "moodle, flat": ({"Ada Lovelace_901_assignsubmission_file_bptt.py": "T"}, {f"Ada Lovelace/{S}/bptt.py": "T"}),
    "moodle, blind": (
        {"Participant_901_assignsubmission_file_/bptt.py": "T", "Participant_902_assignsubmission_file_/bptt.py": "V"},
        {f"Participant_901/{S}/bptt.py": "T", f"Participant_902/{S}/bptt.py": "V"},
    ),
    "moodle, teams": (
        {"Group A_17_assignsubmission_file_/bptt.py": "T", "Default group_assignsubmission_file_/bptt.py": "V"},
        {f"Group A/{S}/bptt.py": "T", f"Default group/{S}/bptt.py": "V"},
    ),
    "blackboard": (
        {
            "Stage 1_al123_attempt_2026-10-12-10-51-22_bptt.py": "T",
            "Stage 1_al123_attempt_2026-10-12-10-51-22.txt": BLACKBOARD_TEXT,
            "Stage 1_al123_attempt_2026-10-11-10-51-22_bptt.py": "old",
            "Stage 1_bb_attempt_2026-10-12-11-00-00_bptt.py": "V",
        },
        {f"al123/{S}/bptt.py": "T", f"bb/{S}/bptt.py": "V"},
    ),
    "brightspace": (
        {
            "Stage 1/39786-640693 - Ada Lovelace - Oct 12, 2026 1051 AM/bptt.py": "T",
            "Stage 1/index.html": "<html>",
            "Stage 1/39786-640693 - Ada Lovelace - Oct 11, 2026 900 PM/bptt.py": "old",
            "Stage 1/39787-640693 - Bob-Lee O'Neil - Oct 12, 2026 1051 PM/bptt.py": "V",
        },
        {f"Ada Lovelace/{S}/bptt.py": "T", f"Bob-Lee O'Neil/{S}/bptt.py": "V"},
    ),
    "brightspace, flat": (
        {
            f"39786-640693 - Ada Lovelace - Oct 12, 2026 1051 AM - {NB}": "N",
            "39786-640693 - Ada Lovelace - Oct 12, 2026 1051 AM - bptt.py": "T",
        },
        {f"Ada Lovelace/{S}/{NB}": "N", f"Ada Lovelace/{S}/bptt.py": "T"},
    ),
    "ilias": (
        {"Exercise 1/Lovelace_Ada_al123_4711/bptt.py": "T", "Exercise 1/Bobby_Bob_bb_4712/Late submission - bptt.py": "V"},
        {f"al123/{S}/bptt.py": "T", f"bb/{S}/bptt.py": "V"},
    ),
    "ilias, teams": ({"Exercise 1/Team 17/Lovelace_Ada_al123_4711/bptt.py": "T"}, {f"al123/{S}/bptt.py": "T"}),
    "google classroom": (
        {"Stage 1/Ada Lovelace - bptt.py": "T", f"Stage 1/Ada Lovelace - {NB}": "N", "Stage 1/Bob Bobby - bptt.py": "V"},
        {f"Ada Lovelace/{S}/bptt.py": "T", f"Ada Lovelace/{S}/{NB}": "N", f"Bob Bobby/{S}/bptt.py": "V"},
    ),
    "github classroom": (
        {
            f"{S}-submissions/{S}-ada-l/bptt.py": "T",
            f"{S}-submissions/{S}-ada-l/.git/config": "[core]",
            f"{S}-submissions/{S}-bob/bptt.py": "V",
        },
        {f"ada-l/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"},
    ),
    "nbgrader's exchange": (
        {
            f"inbound/ada+{S}+2026-03-01 10:00:00.000000 UTC+abc/bptt.py": "T",
            f"inbound/ada+{S}+2026-02-01 10:00:00.000000 UTC+abc/bptt.py": "old",
            f"inbound/bob+{S}+2026-03-01 10:00:00 UTC/bptt.py": "V",
        },
        {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"},
    ),
    "student and stage": ({f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"}, {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"}),
    "class, student and stage": (
        {f"class/ada/{S}/bptt.py": "T", f"class/bob/{S}/bptt.py": "V"},
        {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"},
    ),
    "student, a folder and stage": (
        {f"ada/work/{S}/bptt.py": "T", f"bob/work/{S}/bptt.py": "V"},
        {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"},
    ),
    "stage and student": ({f"{S}/ada/bptt.py": "T", f"{S}/bob/bptt.py": "V"}, {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"}),
    "student": ({"ada/bptt.py": "T", "bob/src/bptt.py": "V"}, {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"}),
    "class and student": (
        {"class/ada/bptt.py": "T", "class/bob/bptt.py": "V"},
        {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"},
    ),
    "flat": (
        {"ada_bptt.py": "T", f"ada_{NB}": "N", "ada_my_utils.py": "U", "bob_b_bptt.py": "V"},
        {f"ada/{S}/bptt.py": "T", f"ada/{S}/{NB}": "N", f"ada/{S}/my_utils.py": "U", f"bob_b/{S}/bptt.py": "V"},
    ),
    "flat in a folder": ({"all/ada_bptt.py": "T", "all/bob_bptt.py": "V"}, {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_recognised(tmp_path, name):
    """Each file under its person, and nothing of it under another."""
    files, wanted = LAYOUTS[name]
    outcome = collect(archive(tmp_path / "download.zip", files), tmp_path / "course")
    assert handed_in(tmp_path / "course") == wanted
    assert not outcome.refused


@pytest.mark.parametrize("name", ["moodle, folders", "student and stage", "github classroom", "canvas"])
@pytest.mark.parametrize("kind", ["folder", "w", "w:gz", "w:xz"])
def test_a_tar_or_a_folder_does_as_well_as_a_zip(tmp_path, name, kind):
    files, wanted = LAYOUTS[name]
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(archive(tmp_path / "download.zip", files), unpacked)
    source = unpacked
    if kind != "folder":
        source = tmp_path / f"download.tar{kind[1:].replace(':', '.')}"
        with tarfile.open(source, kind) as tar:
            tar.add(unpacked, arcname=".")
    collect(source, tmp_path / "course")
    assert handed_in(tmp_path / "course") == wanted


def times(course):
    """`when` and `late` by student, from collected.csv."""
    with open(course / "collected.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: (row["when"], row["late"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("canvas", {"lovelaceada_101": ("", ""), "bobbybob_102": ("", "yes")}),
        ("canvas, names hidden", {"anon_aB3xQ": ("", ""), "anon_Zz9yY": ("", "yes")}),
        ("canvas, a group with a number", {"projectteam_7_10002": ("", ""), "projectteam_8_10003": ("", "yes")}),
        ("blackboard", {"al123": ("2026-10-12T10:51:22", ""), "bb": ("2026-10-12T11:00:00", "")}),
        ("brightspace", {"Ada Lovelace": ("2026-10-12T10:51:00", ""), "Bob-Lee O'Neil": ("2026-10-12T22:51:00", "")}),
        ("ilias", {"al123": ("", ""), "bb": ("", "yes")}),
        ("nbgrader's exchange", {"ada": ("2026-03-01T10:00:00+00:00", ""), "bob": ("2026-03-01T10:00:00+00:00", "")}),
    ],
)
def test_the_time_of_a_handin_is_the_lms_word_for_it(tmp_path, name, wanted):
    """In ISO 8601, empty where the LMS does not say it: late policies read it."""
    collect(archive(tmp_path / "download.zip", LAYOUTS[name][0]), tmp_path / "course")
    assert times(tmp_path / "course") == wanted


GRADESCOPE = """---
submission_11:
  :submitters:
  - :name: Ann Lee
    :sid: '123'
    :email: ann@x.y
  :created_at: 2026-03-01 10:00:00.000000000 Z
submission_12:
  :submitters:
  - :name: Bo Chan
    :sid: '123'
    :email: bo@x.y
  :created_at: 2026-03-01 11:00:00.000000000 Z
submission_13:
  :submitters:
  - :name: Cy Dee
    :sid: '125'
    :email: cy@x.y
  :created_at: 2026-03-02 10:00:00.000000000 Z
"""


@pytest.mark.parametrize("earlier, later", [
    ("30 novembre, 2026 2251", "1 décembre, 2026 0851"), ("9 März 2026 2251", "10 März 2026 851"),
    ("30 listopada 2026 1051", "1 grudnia 2026 1051"), ("2026年9月30日 1051", "2026年10月1日 1051"),
    ("30.11.2026 1051", "01.12.2026 1051"), ("Dec 1, 2026 1210 AM", "Dec 1, 2026 1105 a.m.")])
def test_the_later_of_two_hand_ins_counts_in_whatever_language_the_lms_writes_dates(tmp_path, earlier, later):
    files = {f"7-640 - Ann Lee - {earlier}/bptt.py": "old", f"7-640 - Ann Lee - {later}/bptt.py": "new",
             f"8-640 - Bob B - {later}/bptt.py": "b"}
    collect(archive(tmp_path / "d.zip", files), tmp_path / "course")
    assert handed_in(tmp_path / "course")[f"Ann Lee/{S}/bptt.py"] == "new"


def test_two_people_with_one_sid_have_a_folder_each_and_who_has_no_files_is_named(tmp_path):
    """Their addresses and names differ; nobody is left out in silence."""
    outcome = collect(
        archive(
            tmp_path / "gs.zip",
            {"submission_metadata.yml": GRADESCOPE, "submission_11/bptt.py": "T", "submission_12/bptt.py": "V"},
        ),
        tmp_path,
    )
    assert sorted(handed_in(tmp_path).values()) == ["T", "V"] and len(outcome.new) == 2
    assert any("Cy Dee handed in submission_13 without a file" in note for note in outcome.notes)
    assert any("have one id, 123" in note for note in outcome.notes)
    assert {when[:13] for when, _ in times(tmp_path).values()} == {"2026-03-01T10", "2026-03-01T11", "2026-03-02T10"}
    again = collect(tmp_path / "gs.zip", tmp_path)
    assert len(again.unchanged) == 2 and not again.new


@pytest.mark.parametrize(
    "pattern", [r"(?P<stage>[^/]+)/\d+-(?P<student>[^/]+)/", r"(?<stage>1-bptt)/\d+-(?<student>\w+)/(?<file>.+)"]
)
def test_any_other_layout_by_a_pattern(tmp_path, pattern):
    path = archive(tmp_path / "odd.zip", {f"x/{S}/17-ada/bptt.py": "T", f"x/{S}/18-bob/bptt.py": "V", "readme": "?"})
    outcome = collect(path, tmp_path / "course", pattern=pattern)
    assert handed_in(tmp_path / "course") == {f"ada/{S}/bptt.py": "T", f"bob/{S}/bptt.py": "V"} and outcome.unknown == ["readme"]


@pytest.mark.parametrize("pattern, words", [("(", "no regular expression"), ("(?P<who>.)", "needs a group named student")])
def test_a_pattern_that_cannot_be_used_says_what_is_missing(tmp_path, pattern, words):
    with pytest.raises(UsageError, match=words):
        collect(archive(tmp_path / "odd.zip", {"a/b.py": "x"}), tmp_path / "course", pattern=pattern)


@pytest.mark.parametrize("page", ["utf-8", "cp437", "cp1252", "cp850"])
def test_names_without_a_mark_of_their_encoding_keep_their_letters(tmp_path, page):
    """Two people who differ in one accent stay two."""
    path = archive(
        tmp_path / "moodle.zip",
        {
            f"{who}_90{n}_assignsubmission_file_/bptt.py": str(n)
            for n, who in enumerate(["Zoe Mueller#1", "Jose Nandu#22", "Andre Noel#333"])
        },
    )
    data = path.read_bytes()
    for plain, name in (("Zoe Mueller#1", "Zoë Müller"), ("Jose Nandu#22", "José Ñandú"), ("Andre Noel#333", "André Noël")):
        raw = name.encode(page)
        raw += b" " * (len(plain) - len(raw)) if len(raw) <= len(plain) else b""
        data = data.replace(plain.encode(), raw[: len(plain)])
    path.write_bytes(data)
    collect(path, tmp_path / "course")
    assert {name.partition("/")[0] for name in handed_in(tmp_path / "course")} == {"Zoë Müller", "José Ñandú", "André Noël"}


def test_several_downloads_at_a_time(tmp_path):
    """Paths as in a shell: spaces inside quotation marks, stars, one that is a path as it stands."""
    one = archive(tmp_path / "down load.zip", {"leeann_1_2_bptt.py": "T"})
    two = archive(tmp_path / "b.zip", {"chanbo_3_4_vanishing.py": "V"})
    assert paths_of(str(one)) == [one] and paths_of(f"'{one}' {two}") == [one, two]
    assert paths_of(f"{tmp_path}/*.zip") == [two, one]
    with pytest.raises(UsageError, match="there is no file"):
        paths_of(f"{two} {tmp_path}/gone.zip")
    outcome = collect([one, two], tmp_path / "course")
    assert outcome.new == [("leeann_1", S), ("chanbo_3", "2-vanishing")]


def test_what_an_lms_calls_people_is_kept_for_the_way_back(tmp_path):
    collect(archive(tmp_path / "m.zip", {"Group A_17_assignsubmission_file_/bptt.py": STUB}), tmp_path)
    facts = lms_facts(tmp_path, S)["Group A"]
    assert (facts["lms"], facts["id"], facts["name"]) == ("moodle", "17", "Group A")
