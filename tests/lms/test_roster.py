"""Who is who: by the LMS's id, never by a name alone; roster.csv is a person's to edit."""

import csv
import itertools
import re

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import UsageError
from autograder.gradebook.class_list import read_class
from autograder.lms.collect import collect
from autograder.lms.lists import take_list
from autograder.lms.people import people
from autograder.lms.roster import LmsIdentity, Roster
from autograder.lms.target import REPLACED_DAYS
from tests.classroom import SOLUTION, STAGE, notebook_bytes
from tests.lms.downloads import archive, handed_in

S = STAGE.id
NB = f"{S}.ipynb"


def rows(course, table="roster"):
    """A table as a spreadsheet would read it."""
    with open(course / f"{table}.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


NUMBERS = itertools.count()


def moodle(course, name, files):
    path = archive(
        course.parent / f"moodle-{next(NUMBERS)}.zip",
        {f"{who}_assignsubmission_file_/{name}": text for who, text in files.items()},
    )
    return collect(path, course)


def test_one_id_has_one_folder_whatever_the_person_is_called(tmp_path):
    """Canvas, a changed name: the work lands where it did before."""
    course = tmp_path / "course"
    collect(archive(tmp_path / "a.zip", {"leeann_10001_50_bptt.py": "one"}), course)
    outcome = collect(
        archive(tmp_path / "b.zip", {"smithann_10001_60_bptt.py": "two", "leeann_10002_61_bptt.py": "three"}), course
    )
    assert handed_in(course) == {f"leeann_10001/{S}/bptt.py": "two", f"leeann_10002/{S}/bptt.py": "three"}
    assert outcome.replaced == [("leeann_10001", S)]


def test_two_participants_of_one_name_in_two_downloads_stay_two(tmp_path):
    """Moodle, groups downloaded one by one: the second does not take the place of the first."""
    course = tmp_path / "course"
    moodle(course, "bptt.py", {"Full Name_100": "one"})
    moodle(course, "bptt.py", {"Full Name_200": "two"})
    assert sorted(handed_in(course).values()) == ["one", "two"]
    assert {row["student"]: row["moodle_id"] for row in rows(course)} == {"Full Name": f"{S}:100", "Full Name_200": f"{S}:200"}


def test_a_moodle_participant_is_known_by_name_in_the_next_assignment(tmp_path):
    course = tmp_path / "course"
    moodle(course, "bptt.py", {"Ada Lovelace_100": "one"})
    moodle(course, "vanishing.py", {"Ada Lovelace_731": "two"})
    assert handed_in(course) == {f"Ada Lovelace/{S}/bptt.py": "one", "Ada Lovelace/2-vanishing/vanishing.py": "two"}
    assert rows(course)[0]["moodle_id"] == f"{S}:100 | 2-vanishing:731"


def test_where_a_name_is_two_peoples_nobody_is_guessed(tmp_path):
    """The new number has a folder of its own, and the note says how to bring it to the right one."""
    course = tmp_path / "course"
    moodle(course, "bptt.py", {"Full Name_100": "one", "Full Name_200": "two"})
    outcome = moodle(course, "vanishing.py", {"Full Name_300": "three"})
    assert [student for student, _ in outcome.new] == ["Full Name"] or len({row["student"] for row in rows(course)}) == 3
    assert any("2 people are called Full Name" in note and "2-vanishing:300" in note for note in outcome.notes)


SCRIPTS = [
    "Ada Lovelace",
    "Zoë Müller",
    "नमस्ते विश्व",
    "नमस्ता विश्व",
    "ก้องเกียรติ",
    "กองเกียรติ",
    "שָׁלוֹם כהן",
    "שלום כהן",
    "محمد علي",
    "名前 太郎",
    "Full Name",
    "Full Name~",
    "Ann",
    "ANN",
    "José",
    "Jose",
]


def test_names_in_every_script_are_as_many_folders(tmp_path):
    """Names that differ in a vowel sign, an accent, a capital or a mark that no folder may have."""
    course = tmp_path / "course"
    outcome = moodle(course, "bptt.py", {f"{who}_{number}": str(number) for number, who in enumerate(SCRIPTS, 100)})
    files = handed_in(course)
    assert sorted(files.values()) == [str(number) for number, _ in enumerate(SCRIPTS, 100)] and not outcome.refused
    for who in SCRIPTS[:10]:
        assert any(name.startswith(f"{who}/") for name in files), who
    folders = {name.partition("/")[0] for name in files}
    assert len({name.casefold() for name in folders}) == len(folders)


def test_a_roster_that_a_person_edited_is_kept(tmp_path):
    """Other columns, other order, semicolons, a mark of Excel's: rows are added, empty cells filled, nothing else changed."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "roster.csv").write_bytes("\ufeffremark;student;canvas_id;extension\nkeeps a dog;ada;10001;3,5\n;bob;;\n".encode())
    outcome = collect(archive(tmp_path / "a.zip", {"lovelaceada_10001_50_bptt.py": "one", "new_10003_51_bptt.py": "x"}), course)
    assert handed_in(course) == {f"ada/{S}/bptt.py": "one", f"new_10003/{S}/bptt.py": "x"}
    text = (course / "roster.csv").read_bytes().decode()
    assert text.startswith("\ufeffremark;student;canvas_id;extension;name;email;group\nkeeps a dog;ada;10001;3,5;lovelaceada;;\n")
    assert outcome.missing == [("bob", S)] and "bob" in outcome.summary(course)
    before = (course / "roster.csv").stat().st_ino
    collect(tmp_path / "a.zip", course)
    assert (course / "roster.csv").stat().st_ino == before


def test_a_roster_that_cannot_be_used_says_where(tmp_path):
    (tmp_path / "roster.csv").write_text("student,name\nada,Ada\nAda,Other\n")
    with pytest.raises(UsageError, match="line 2 and in line 3"):
        Roster.read(tmp_path)
    (tmp_path / "roster.csv").write_text("name\nAda\n")
    with pytest.raises(UsageError, match="no column student"):
        Roster.read(tmp_path)


def test_a_name_that_is_a_formula_is_no_formula_in_the_file(tmp_path):
    moodle(tmp_path / "course", "bptt.py", {"=SUM(A1)_100": "x"})
    assert (
        "\n=" not in (tmp_path / "course" / "roster.csv").read_text()
        and ",=" not in (tmp_path / "course" / "roster.csv").read_text()
    )
    assert Roster.read(tmp_path / "course").people[0].name == "=SUM(A1)"


LISTS = {
    "canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,Stage 1\n,,,,,Manual Posting\n    Points Possible,,,,,100\n"
        '"Lee, Ann",10001,s1,al@x.y,01,\n"Student, Test",9,,,01,\n',
        {"leeann_10001": {"name": "Lee, Ann", "canvas_id": "10001", "sis_id": "s1", "login_id": "al@x.y"}},
    ),
    "moodle participants": (
        '"First name","Last name","Email address",Groups\nAnn,Lee,ann@x.y,"Team 1"\n',
        {"Ann Lee": {"email": "ann@x.y", "group": "Team 1"}},
    ),
    "moodle worksheet": (
        "Identifier,Full name,Email address,Status,Grade\nParticipant 905,Ann Lee,ann@x.y,,\n",
        {"Ann Lee": {"email": "ann@x.y", "moodle_id": f"{S}:905"}},
    ),
    "moodle in German": ("Vorname;Nachname;E-Mail-Adresse;Gruppen\nZoë;Müller;z@x.y;\n", {"Zoë Müller": {"email": "z@x.y"}}),
    "gradescope": (
        "First Name,Last Name,SID,Email,Role\nAnn,Lee,123,ann@x.y,Student\nT,A,9,ta@x.y,TA\n",
        {"123": {"name": "Ann Lee", "gradescope_id": "123", "email": "ann@x.y"}},
    ),
    "brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n#77,#al,Lee,Ann,ann@x.y,#\n",
        {"Ann Lee": {"email": "ann@x.y"}},
    ),
    "blackboard": (
        "Last Name,First Name,Username,Student ID,Last Access,Availability\nLee,Ann,al123,77,,Yes\n"
        "Byron_PreviewUser,Ada,ada_previewuser,,,Yes\n",
        {"al123": {"name": "Ann Lee", "blackboard_id": "al123"}},
    ),
    "github classroom": (
        '"identifier","github_username","github_id","name"\n"Ann Lee","al","1",""\n"Bob B","","",""\n',
        {"al": {"name": "Ann Lee", "github_id": "al"}, "Bob B": {"name": "Bob B"}},
    ),
    "moodle worksheet in Spanish": (
        'Identificador,"Nombre completo","Dirección de correo",Estado\nParticipante905,"Ann Lee",ann@x.y,\n',
        {"Ann Lee": {"email": "ann@x.y", "moodle_id": f"{S}:905"}},
    ),
    "moodle worksheet whose columns have other names": (
        "Nr,Full name,Email address,Status\nTeilnehmer/in905,Ann Lee,ann@x.y,\n", {"Ann Lee": {"moodle_id": f"{S}:905"}},
    ),
    "two people with one address": (
        "name,email,id\nZoë M,a@x.y,1\nAnn Lee,a@x.y,2\nAnn Lee,a@x.y,2\n", {"1": {"name": "Zoë M"}, "2": {"name": "Ann Lee"}},
    ),
    "two people with one address and no id": (
        "name,email\nZoë M,a@x.y\nAnn Lee,a@x.y\n", {"Zoë M": {"email": "a@x.y"}, "Ann Lee": {"email": "a@x.y"}},
    ),
    "what a spreadsheet puts into cells": (
        'name|email|id\nZoë\xa0Müller|\xa0z@x.y|"=""0012"""\n', {"0012": {"name": "Zoë Müller", "email": "z@x.y"}},
    ),
    **{f"in {language}": (f"{columns}\nZoë,Müller,z@x.y\n", {"Zoë Müller": {"name": "Zoë Müller", "email": "z@x.y"}})
       for language, columns in {
           "Italian": "Nome,Cognome,Indirizzo email", "Dutch": "Voornaam,Achternaam,E-mailadres", "French":
           "Prénom,Nom de famille,Adresse de courriel", "Portuguese": "Nome,Sobrenome,Endereço de email", "Polish":
           "Imię,Nazwisko,Adres e-mail", "Czech": "Křestní jméno,Příjmení,E-mailová adresa", "Chinese":
           "名,姓,电子邮件地址"}.items()},
    "another roster": (
        "student;name;email;extension;canvas_id;tutor\nanna;Ann Lee;mailto:ann@x.y;3;10001.0;Eve\nbob;;Bob B <b@x.y>;;;\n",
        {"anna": {"name": "Ann Lee", "email": "ann@x.y", "extension": "3", "canvas_id": "10001", "tutor": "Eve"},
         "bob": {"name": "", "email": "b@x.y"}},
    ),
    "a list of CAMPUSonline": (
        "REGISTRATION_NUMBER;FAMILY_NAME_OF_STUDENT;FIRST_NAME_OF_STUDENT;EMAIL_ADDRESS\n01234567;Müller;Jörg;j@x.y\n",
        {"01234567": {"name": "Jörg Müller", "email": "j@x.y"}},
    ),
    "name and first name": ("Name;Vorname\nMüller;Jörg\nJörg Groß;Jörg\n", {"Jörg Müller": {}, "Jörg Groß": {}}),
    "no ids": ("name,student id\nAnn,N/A\nBob,n/a\nCy,-\n", {"Ann": {}, "Bob": {}, "Cy": {}}),
    "nothing elsewhere": ("id,name,email,group,extension\n7,Ann Null,-,N/A,none\n8,Nan,n/a,-,--\n",
                          {"7": {"name": "Ann Null", "email": "", "group": "", "extension": ""},
                           "8": {"name": "Nan", "email": "", "group": ""}}),
    "last and first name in one": ("Matrikelnr.;Name, Vorname\n0123;Müller, Jörg\n", {"0123": {"name": "Müller, Jörg"}}),
    "any list": (
        "matrikelnummer,name,e-mail,extension\n4711,Ann Lee,ann@x.y,2\n",
        {"4711": {"name": "Ann Lee", "extension": "2"}},
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_lms_own_list_makes_a_roster(tmp_path, name):
    """Once or twice: the second time nobody is new."""
    text, wanted = LISTS[name]
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    for _ in range(2):
        take_list(tmp_path / "list.csv", tmp_path, S if "worksheet" in name else None)
        found = {row["student"]: row for row in rows(tmp_path)}
        assert set(found) == set(wanted)
        for student, cells in wanted.items():
            assert {column: found[student][column] for column in cells} == cells


@pytest.mark.parametrize("text, words", [
    ("Student,ID,Section\nAnn,1.23457E+11,1\nBob,1.23457E+11,1\n", "line 2: 1.23457E\\+11 in the column id is an id"),
    ("name,id\nAnn,17\nBob,17\n", "lines 2 and 3: Ann and Bob have one id, 17"),
    ("student,name\nanna,Ann\nanna,Bob\n", "lines 2 and 3: Ann and Bob have one id, anna"),
])
def test_a_list_in_which_two_people_would_become_one_is_refused(tmp_path, text, words):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(UsageError, match=words):
        take_list(tmp_path / "list.csv", tmp_path)
    assert not (tmp_path / "roster.csv").exists()


def test_an_id_in_the_roster_that_a_spreadsheet_changed(tmp_path):
    """A zero that was added is taken off; digits that are lost are asked for."""
    (tmp_path / "roster.csv").write_text("student,name,canvas_id\nada,Ada,101.0\n")
    collect(archive(tmp_path / "c.zip", {"lovelaceada_101_60_bptt.py": "one"}), tmp_path)
    assert list(handed_in(tmp_path)) == [f"ada/{S}/bptt.py"]
    (tmp_path / "roster.csv").write_text("student,name,canvas_id\nada,Ada,1.01E+05\n")
    with pytest.raises(UsageError, match=r"roster.csv, line 2: 1.01E\+05 in the column canvas_id"):
        Roster.read(tmp_path)


def test_a_list_with_folders_finds_people_by_id_and_folder(tmp_path):
    (tmp_path / "roster.csv").write_text("student,name,canvas_id\nada,Ada,101\nbob,,\n")
    (tmp_path / "list.csv").write_text("student,name,extension,canvas_id\nlovelace,A. Lovelace,2,101\nbob,Bob,1,\n")
    take_list(tmp_path / "list.csv", tmp_path)
    assert [(row["student"], row["extension"]) for row in rows(tmp_path)] == [("ada", "2"), ("bob", "1")]


def test_a_list_and_a_download_meet_in_one_row(tmp_path):
    """By the id where both have it, else by the name."""
    course = tmp_path / "course"
    course.mkdir()
    (tmp_path / "list.csv").write_text("login,name,email\nal,Ann Lee,ann@x.y\nbb,Bob Bobby,bob@x.y\n")
    take_list(tmp_path / "list.csv", course)
    moodle(course, "bptt.py", {"Ann Lee_100": "one"})
    collect(archive(tmp_path / "c.zip", {"bobbybob_10002_60_bptt.py": "two"}), course)
    assert handed_in(course) == {f"al/{S}/bptt.py": "one", f"bb/{S}/bptt.py": "two"} and len(rows(course)) == 2


def test_a_quotation_mark_that_is_not_closed_loses_nobody(tmp_path):
    (tmp_path / "list.csv").write_text('name,email\n"Ann Lee,a@x.y\nBob,b@x.y\n')
    with pytest.raises(UsageError, match="a quotation mark not closed"):
        take_list(tmp_path / "list.csv", tmp_path)


def test_a_list_without_a_known_column_is_refused(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no column"):
        take_list(tmp_path / "list.csv", tmp_path)
    (tmp_path / "list.csv").write_bytes(b"PK\x03\x04 a workbook")
    with pytest.raises(UsageError, match="save it as CSV"):
        take_list(tmp_path / "list.csv", tmp_path)


def test_a_repair_is_not_undone_by_the_same_download(tmp_path):
    """Compared is what was last collected; a newer hand-in still takes its place, and the repair is kept aside."""
    course = tmp_path / "course"
    first = archive(tmp_path / "a.zip", {"leeann_1_2_bptt.py": "broken", f"leeann_1_3_{NB}": notebook_bytes()})
    collect(first, course)
    (course / "submitted" / "leeann_1" / S / "bptt.py").write_text("repaired")
    again = collect(first, course)
    assert again.unchanged and handed_in(course)[f"leeann_1/{S}/bptt.py"] == "repaired"
    assert "changed by hand" in rows(course, "collected")[0]["note"]
    newer = collect(archive(tmp_path / "b.zip", {"leeann_1_9_bptt.py": "newer"}), course)
    assert newer.replaced and handed_in(course)[f"leeann_1/{S}/bptt.py"] == "newer"
    assert (course / "submitted" / ".replaced" / S / "leeann_1" / "1" / "bptt.py").read_text() == "repaired"
    assert any("had been changed by hand" in note for note in newer.notes)


def test_a_file_that_is_not_handed_in_again_is_kept(tmp_path):
    """The notebook, weights and the modules that the code imports, with a note; what nobody needs goes."""
    course = tmp_path / "course"
    collect(
        archive(
            tmp_path / "a.zip",
            {
                "leeann_1_2_bptt.py": "import mine\n",
                f"leeann_1_3_{NB}": notebook_bytes(),
                "leeann_1_4_mine.py": "m = 1\n",
                "leeann_1_5_old.py": "o = 1\n",
            },
        ),
        course,
    )
    second = archive(tmp_path / "b.zip", {"leeann_1_6_bptt-1.py": "import mine\nx = 2\n"})
    outcome = collect(second, course)
    assert set(handed_in(course)) == {f"leeann_1/{S}/{name}" for name in ("bptt.py", NB, "mine.py")}
    assert any(f"{NB} was not handed in again" in note for note in outcome.details["leeann_1", S])
    assert collect(second, course).unchanged


def test_an_older_download_does_not_take_the_place_of_a_newer_one(tmp_path):
    course = tmp_path / "course"
    old = archive(tmp_path / "a.zip", {"leeann_1_52_bptt.py": "old"})
    collect(old, course)
    collect(archive(tmp_path / "b.zip", {"leeann_1_61_bptt-1.py": "new"}), course)
    outcome = collect(old, course)
    assert handed_in(course)[f"leeann_1/{S}/bptt.py"] == "new" and any("older hand-in" in note for note in outcome.notes)
    assert [row["attempt"] for row in rows(course, "collected")] == ["2"]


def test_who_is_missing_is_told_of_the_stages_that_were_collected_now(tmp_path):
    """In the table they are missing of every stage that was ever collected."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "roster.csv").write_text("student,name,canvas_id\nann,Ann,1\nbob,Bob,2\n")
    assert collect(archive(tmp_path / "a.zip", {"ann_1_2_bptt.py": "x"}), course).missing == [("bob", S)]
    assert collect(archive(tmp_path / "b.zip", {"ann_1_3_vanishing.py": "x"}), course).missing == [("bob", "2-vanishing")]
    assert [(row["stage"], row["note"]) for row in rows(course, "collected") if row["student"] == "bob"] == [
        (S, "missing"), ("2-vanishing", "missing")]


def test_the_time_of_a_hand_in_and_what_it_came_in_are_in_the_table(tmp_path):
    """Late policies read it there."""
    course = tmp_path / "course"
    files = {f"Stage 1_{who}_attempt_2026-10-12-10-51-{second}_bptt.py": "x" for who, second in (("al1", "22"), ("bb2", "23"))}
    collect(archive(tmp_path / "blackboard.zip", files), course)
    assert [(row["when"], row["source"], row["files"]) for row in rows(course, "collected")] == [
        (f"2026-10-12T10:51:{second}", "blackboard.zip", "1") for second in ("22", "23")]


def test_what_an_lms_tells_later_of_somebody_known_is_written(tmp_path):
    """An address, though the id is no news."""
    (tmp_path / "roster.csv").write_text("student,name,email,group,extension,canvas_id\nann,Ann,,,,1\n")
    roster = Roster.read(tmp_path)
    roster.enrol(LmsIdentity("canvas", "1", "Ann", "ann@x.y"), "ann")
    roster.write()
    assert rows(tmp_path)[0]["email"] == "ann@x.y"


def test_an_address_of_two_people_is_nobodys(tmp_path):
    """Such as that of a family, or of a test account."""
    (tmp_path / "roster.csv").write_text("student,name,email\nann,Ann,us@x.y\nben,Ben,us@x.y\ncy,Cy,cy@x.y\n")
    roster = Roster.read(tmp_path)
    assert roster.enrol(LmsIdentity("canvas", "7", "Dora", "us@x.y"), "dora").student == "dora"
    assert roster.enrol(LmsIdentity("canvas", "8", "Cyrus", "CY@x.y"), "cyrus").student == "cy"


def test_what_was_replaced_is_kept_for_the_stated_time(tmp_path):
    import os
    import time

    course = tmp_path / "course"
    for text in ("one", "two", "three"):
        collect(
            archive(tmp_path / "a.zip", {f"leeann_1_{len(text)}{ord(text[0])}_bptt.py": text, "chanbo_3_4_bptt.py": "same"}),
            course,
        )
    aside = course / "submitted" / ".replaced" / S / "leeann_1"
    assert len(list(aside.iterdir())) >= 1
    for name, days in (("1", REPLACED_DAYS + 1), ("2", REPLACED_DAYS - 1)):
        when = time.time() - days * 86400
        os.utime(aside / name, (when, when))
    collect(tmp_path / "a.zip", course)
    assert not (aside / "1").exists() and (aside / "2").exists()


def test_the_table_says_who_is_missing_late_unreadable_and_without_a_notebook(tmp_path):
    """At most 80 columns, whatever is in it; the same stands in collected.csv."""
    course = tmp_path / "course"
    course.mkdir()
    (course / "roster.csv").write_text("student,name,canvas_id\n" + "".join(f"nobody{n},Nobody {n},{n}\n" for n in range(30)))
    data = {f"person{n}_{n}_5_bptt.py": SOLUTION for n in range(5)} | {
        "late_LATE_99_6_bptt.py": SOLUTION,
        "rar_98_7_all.rar": "Rar!",
        "movie_97_8_film.mp4": b"\0" * 100,
    }
    done = CliRunner().invoke(main, ["collect", str(archive(tmp_path / "a.zip", data)), "--course", str(course)])
    assert max(map(len, done.output.splitlines())) <= 80, done.output
    text = " ".join(done.output.split())
    assert "(late)" in text and "25 of roster.csv missing" in text and "no notebook" in text and "cannot be opened here" in text
    table = {row["student"]: row for row in rows(course, "collected")}
    assert table["nobody29"]["note"] == "missing" and table["nobody29"]["files"] == "0"
    assert table["rar_98"]["note"].startswith("needs a person: bptt.py is missing, and all.rar is an archive that cannot")
    assert table["late_99"]["late"] == "yes" and "no notebook" in table["late_99"]["note"]


def test_a_video_costs_nothing_and_the_exit_status_is_0(tmp_path):
    data = {"leeann_1_2_bptt.py": SOLUTION, "leeann_1_3_film.mp4": b"\0" * (70 << 20)}
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        for name, content in data.items():
            bundle.writestr(name, content)
    done = CliRunner().invoke(main, ["collect", "--from", str(tmp_path / "a.zip"), "--course", str(tmp_path / "course")])
    assert done.exit_code == 0 and "Left out, not needed: leeann_1_3_film.mp4: it is 70 MiB" in " ".join(done.output.split())


def test_a_group_is_no_person_and_its_members_are_not_missing(tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "roster.csv").write_text("student,name,group\nann,Ann,Group A\nbob,Bob,Group A\ncy,Cy,Group B\n")
    outcome = moodle(course, "bptt.py", {"Group A_17": "x"})
    assert outcome.missing == [("cy", S)]
    group = next(row for row in rows(course) if row["student"] == "Group A")
    assert group["group"] == "Group A"


def test_clean_class_asks_and_forgets_all_of_a_class(tmp_path):
    """What is about people goes; what was written about the course stays; a link is removed, not followed."""
    course, elsewhere = tmp_path / "course", tmp_path / "elsewhere"
    collect(archive(tmp_path / "a.zip", {"leeann_1_2_bptt.py": "x"}), course)
    (elsewhere / "kept").mkdir(parents=True)
    (course / "exports").symlink_to(elsewhere)
    for name in ("grades.csv", "gradebook.db", "policy.toml", "course.toml"):
        (course / name).write_text("x")
    command = ["clean-class", "--course", str(course)]
    refused = CliRunner().invoke(main, command, input="no\n")
    assert refused.exit_code == 2 and (course / "submitted").exists() and "1 person" in refused.output
    done = CliRunner().invoke(main, [*command, "--yes"])
    assert done.exit_code == 0 and sorted(path.name for path in course.iterdir()) == ["course.toml", "policy.toml"]
    assert (elsewhere / "kept").exists()
    assert "nothing of a class" in CliRunner().invoke(main, command).output


def test_what_is_collected_is_its_owners_alone(tmp_path):
    """Folders, files and tables: nobody else on the machine can read them."""
    import os

    course = tmp_path / "course"
    before = os.umask(0o022)
    try:
        CliRunner().invoke(
            main, ["collect", str(archive(tmp_path / "a.zip", {"leeann_1_2_bptt.py": "x"})), "--course", str(course)]
        )
    finally:
        os.umask(before)
    made = list(course.rglob("*"))
    assert made and not [path for path in made if path.stat().st_mode & 0o077]


GROUPS = "student,group\nann,Team B | 1-bptt:Team A\nben,Team A\ncy,Team B\ndan,1-bptt:Team A\nTeam A,Team A\n"


def test_who_changes_groups_in_mid_term_keeps_the_mark_of_the_earlier_one(tmp_path):
    """A group may be that of one stage; who has none in a stage is missing there."""
    (tmp_path / "roster.csv").write_text(GROUPS)
    listed = read_class(tmp_path)
    present = [("1-bptt", "Team A"), ("1-bptt", "Team B"), ("2-vanishing", "Team A"), ("2-vanishing", "Team B")]
    found = {person.student: person.folders for person in people(tmp_path, listed, present, ["1-bptt", "2-vanishing"])}
    assert found == {"ann": {"1-bptt": "Team A", "2-vanishing": "Team B"}, "ben": {"1-bptt": "Team A", "2-vanishing": "Team A"},
                     "cy": {"1-bptt": "Team B", "2-vanishing": "Team B"}, "dan": {"1-bptt": "Team A"}}
    assert listed.missing("1-bptt", present) == [] and listed.missing("2-vanishing", present) == ["dan"]
    assert {person.student for person in people(tmp_path, listed, present, ["2-vanishing"])} == {"ann", "ben", "cy", "dan"}


@pytest.mark.parametrize("group, words", [
    ("Team A | Team B", "has two groups for every stage; write Team B | 1-bptt:Team A"),
    ("1:A | 1-bptt:B", "has two groups for 1-bptt"), ("7-bptt:A", "there is no stage '7-bptt'"),
])
def test_a_group_that_is_not_clear_is_told_with_the_student(tmp_path, group, words):
    (tmp_path / "roster.csv").write_text(f"student,group\nann,{group}\n")
    with pytest.raises(UsageError, match=re.escape(words)) as refused:
        read_class(tmp_path).groups("1-bptt")
    assert "roster.csv: ann: group" in str(refused.value)


def test_a_colon_in_a_groups_name_is_none_of_a_stage(tmp_path):
    """Nor is a number before it, as platforms name groups."""
    (tmp_path / "roster.csv").write_text("student,group\nann,Team: A\nben,2: Turing\ncy,12: Hopper\n")
    assert read_class(tmp_path).groups("1-bptt") == {"Team: A": ["ann"], "2: Turing": ["ben"], "12: Hopper": ["cy"]}


def test_groups_of_a_list_are_told_since_they_share_marks(tmp_path):
    """Moodle calls teams and tutorials groups alike; who hands in nothing would have another's mark."""
    table = tmp_path / "people.csv"
    table.write_text("First name,Last name,Email address,Groups\nAda,Lee,a@x.y,Tutorial 1\nBo,Lee,b@x.y,Tutorial 1\n"
                     "Cy,Lee,c@x.y,\n")
    said = take_list(table, tmp_path)
    assert "the list has groups: Tutorial 1 (2). Who hands in nothing gets the mark of the first hand-in of the group." in said
    table.write_text("First name,Last name,Email address\nDan,Lee,d@x.y\n")
    assert "groups" not in take_list(table, tmp_path)


def test_moodles_number_is_found_in_whatever_column_it_stands(tmp_path):
    """A worksheet in German whose columns were put in another order."""
    table = tmp_path / "worksheet.csv"
    table.write_text('"Vollständiger Name",E-Mail-Adresse,ID,Bewertung\nAda Lee,a@x.y,Teilnehmer/in905,\n', encoding="utf-8")
    take_list(table, tmp_path, "1-bptt")
    assert (tmp_path / "roster.csv").read_text().splitlines()[1] == "Ada Lee,Ada Lee,a@x.y,,,1-bptt:905"
