"""A term: course.toml says the seed, the stages in use and the dates; release, grading and model answers follow it."""

import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grade.course import SEED, Course, read_course, use_course
from autograder.gradebook.policy import read_policy
from autograder.prove.gate_result import seed_of_term
from autograder.publish.handing_out import solutions_from
from autograder.stages import KIT, find_stage
from tests.classroom import copy_of_kit, hand_in, in_kit, record_of

PAST, FUTURE = "2001-01-01T08:00:00Z", "2999-01-01T08:00:00Z"


def term(folder: Path, text: str) -> Path:
    """A course.toml."""
    (folder / "course.toml").write_text(text, encoding="utf-8")
    return folder


WRONG = {
    "no TOML": ("seed = 1\nterm = \n", "course.toml, line 2: "),
    "a merge conflict": ("seed = 1\n<<<<<<< mine\nterm = \"a\"\n", "course.toml, line 2: a merge conflict"),
    "an unknown key": ("\nsead = 1\n", "course.toml, line 2: there is no key 'sead' (did you mean seed?)"),
    "an unknown table": ("seed = 1\n[1-bpt]\n", "course.toml, line 2: there is no stage '1-bpt' (did you mean 1-bptt?)"),
    "an unknown key of a stage": ("[1-bptt]\ndew = 2027-01-01T08:00:00Z\n", "course.toml, line 2: there is no key 'dew' "
                                                                             "(did you mean due?)"),
    "a seed in quotes": ("seed = \"1\"\n", "course.toml, line 1: seed is a whole number from 0 to 9223372036854775807; got '1'"),
    "a seed below zero": ("seed = -1\n", "line 1: seed is a whole number"),
    "a seed of true": ("seed = true\n", "line 1: seed is a whole number"),
    "an id with spaces": ("course = \"my course\"\n", "line 1: course is made of letters"),
    "an unknown stage in use": ("stages = [\"1-bptt\", \"2-vanish\"]\n",
                              "line 1: there is no stage '2-vanish' (did you mean 2-vanishing?)"),
    "a stage without the one it needs": ("stages = [\"3-clipping\"]\n", "line 1: 3-clipping builds on 1-bptt"),
    "no stage in use": ("stages = []\n", "line 1: no stage is in use"),
    "dates of a stage not in use": ("stages = [\"1-bptt\"]\n[2-vanishing]\ndue = 2027-01-01T08:00:00Z\n",
                                     "line 2: 2-vanishing has dates"),
    "due before the release": ("[1-bptt]\nrelease = 2027-02-01T08:00:00Z\ndue = 2027-01-01T08:00:00Z\n",
                               "line 3: [1-bptt] due is not after release"),
    "no date": ("[1-bptt]\n\ndue = \"soon\"\n", "line 3: [1-bptt] due: 'soon' is no date"),
    "no time zone": ("[1-bptt]\ndue = 2027-01-01T08:00:00\n", "line 2: [1-bptt] due: in which time zone?"),
    "an unknown language": ("\nlanguage = \"deu\"\n", "line 2: there is no language 'deu' (did you mean de?); there are: en, de"),
    "an unknown time zone": ("timezone = \"Berlin\"\n", "line 1: 'Berlin' is no time zone"),
    "a time zone that is a path": ("timezone = \"../../etc/passwd\"\n", "line 1: '../../etc/passwd' is no time zone"),
    "a key twice": ("seed = 1\nterm = \"a\"\nseed = 2\n", "line 3: Cannot overwrite a value. It is there twice: keep one"),
    "a table twice": ("[1-bptt]\n[2-vanishing]\n[1-bptt]\n", "line 3: Cannot declare ('1-bptt',) twice. It is there"),
    "quotes of a word processor": ("term = \u201cSommer\u201d\n", "line 1: Invalid value. Its quotes are those of a word"),
    "a blank of a web page": ("seed\u00a0= 1\n", "It has a blank that is no space"),
    "a table in the place of a value": ("[course]\nseed = 1\n", "line 1: course is a text, not a table: write course = ..."),
    "a value in the place of a table": ("1-bptt = 5\n", "line 1: 1-bptt is a table: write the line [1-bptt], and below"),
    "a list of tables": ("[[1-bptt]]\ndue = 2027-01-01T08:00:00Z\n", "line 1: 1-bptt is a table: write the line [1-bptt]"),
    "a table in one line": ("seed = 1\n1-bptt = {dew = 2027-01-01T08:00:00Z}\n", "line 2: there is no key 'dew'"),
    "a key with its table's name": ("seed = 1\n1-bptt.dew = 2027-01-01T08:00:00Z\n", "line 2: there is no key 'dew'"),
    "brackets without an end": ("seed = " + "[" * 5000, "course.toml: brackets in brackets without an end"),
    "a seed of six thousand digits": ("seed = " + "9" * 6000, "course.toml: a number has too many digits"),
    "a seed of twenty digits": ("seed = 99999999999999999999", "line 1: seed is a whole number from 0 to 9223372036854775807"),
    "a year of three digits": ("[1-bptt]\ndue = 0227-01-01T08:00:00Z\n", "line 2: [1-bptt] due: is this the year 227?"),
    "a year that no clock reaches": ("[1-bptt]\ndue = 9999-12-31T23:59:59-12:00\n", "is this the year 9999?"),
    "a stage in capitals": ("stages = [\"1-BPTT\"]\n", "line 1: there is no stage '1-BPTT' (did you mean 1-bptt?)"),
    "a language in capitals": ("language = \"DE\"\n", "line 1: there is no language 'DE' (did you mean de?); there are: en, de"),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_in_it_is_refused_with_its_line(slip: str, tmp_path: Path) -> None:
    text, words = WRONG[slip]
    with pytest.raises(UsageError, match=re.escape(words)):
        read_course(term(tmp_path, text))


def test_a_file_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "course.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"course\.toml cannot be read: No such file"):
        read_course(tmp_path)
    (tmp_path / "course.toml").unlink()
    (tmp_path / "course.toml").mkdir()
    with pytest.raises(UsageError, match=r"course\.toml cannot be read: Is a directory"):
        read_course(tmp_path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_is_read_with_the_line_ends_of_any_system(end: str, tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes(f"seed = 0{end}\tterm = \"a\"{end}".encode())
    assert (read_course(tmp_path).seed, read_course(tmp_path).term) == (0, "a")
    (tmp_path / "course.toml").write_bytes(f"seed = 0{end}sead = 1{end}".encode())
    with pytest.raises(UsageError, match=r"course\.toml, line 2: there is no key 'sead'"):
        read_course(tmp_path)


def test_it_is_read_however_an_editor_saved_it(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes("\ufeffcourse = \"rnn-2027\"\r\nseed = 5\r\n[1-bptt]\r\ndue = 2027-01-01T08:00:00Z\r\n"
                                           .encode())
    course = read_course(tmp_path)
    assert (course.id, course.seed, course.dates_of("1-bptt").due) == ("rnn-2027", 5, datetime(2027, 1, 1, 8, tzinfo=UTC))
    assert len(course.stages()) == len(Course().stages())


def test_the_gates_use_the_seed_of_the_term(tmp_path: Path) -> None:
    use_course(term(tmp_path, "seed = 5\n"))
    try:
        assert seed_of_term() == 5
        term(tmp_path, "seed = 66\n")
        assert seed_of_term() == 66
    finally:
        use_course(None)
    assert seed_of_term() == SEED


def test_a_due_date_stands_in_one_file(tmp_path: Path) -> None:
    """What it costs to be late stays in policy.toml, and holds for the date in course.toml."""
    term(tmp_path, "timezone = \"Europe/Berlin\"\n[1-bptt]\ndue = 2027-01-01T08:00:00\n")
    assert read_policy(tmp_path).rules["1-bptt"].per_day.value == 0
    (tmp_path / "policy.toml").write_text("per_day = 5\n", encoding="utf-8")
    rule = read_policy(tmp_path).rules["1-bptt"]
    assert (rule.per_day.value, rule.due.isoformat()) == (5, "2027-01-01T08:00:00+01:00")
    (tmp_path / "policy.toml").write_text("[1-bptt]\ndue = 2027-01-02T08:00:00Z\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"policy\.toml: \[1-bptt\] due: .*course\.toml says too when 1-bptt is due; take one"):
        read_policy(tmp_path)
    (tmp_path / "policy.toml").write_text("timezone = \"UTC\"\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"policy\.toml: timezone: .*course\.toml has another one, Europe/Berlin"):
        read_policy(tmp_path)


def test_another_seed_makes_every_record_stale_and_says_so(tmp_path: Path) -> None:
    """By `make grade`, and in grades.csv before that."""
    hand_in(tmp_path, "ada")
    term(tmp_path, "seed = 1\n")
    settings = ("--course", str(tmp_path), "--isolation", "process")
    first = in_kit(KIT, "grade", *settings)
    assert first.returncode == 0 and "seed of the term" not in first.stdout, first.stdout + first.stderr
    assert record_of(tmp_path, "ada")["seed"] == 1
    term(tmp_path, "seed = 2\n")
    pages = in_kit(KIT, "feedback", "--course", str(tmp_path))
    assert pages.returncode == 0, pages.stderr
    assert "the seed of the term changed from 1 to 2; run make grade" in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    again = in_kit(KIT, "grade", *settings)
    said = " ".join(again.stdout.split())
    assert "The seed of the term changed from 1 to 2: 1 record was of the former and graded again" in said
    assert record_of(tmp_path, "ada")["seed"] == 2
    assert "seed of the term" not in (tmp_path / "grades.csv").read_text(encoding="utf-8")
    assert "1 unchanged" in in_kit(KIT, "grade", *settings).stdout


def test_what_was_handed_in_to_a_stage_out_of_use_is_named(tmp_path: Path) -> None:
    hand_in(tmp_path, "ada")
    (tmp_path / "submitted" / "ada" / "4-gated").mkdir()
    term(tmp_path, "stages = [\"1-bptt\"]\n")
    outcome = in_kit(KIT, "grade", "--course", str(tmp_path), "--isolation", "process")
    assert outcome.returncode == 2
    assert "4-gated is not in use this term" in " ".join((outcome.stdout + outcome.stderr).split())
    assert record_of(tmp_path, "ada")["status"] == "graded"
    asked = in_kit(KIT, "grade", "--course", str(tmp_path), "--stage", "4")
    assert asked.returncode == 2 and "In use: 1-bptt" in asked.stderr


def test_release_hands_out_what_is_due(tmp_path: Path) -> None:
    """The others wait, with their day; a zip of an earlier term is taken back."""
    kit = copy_of_kit(tmp_path / "kit")
    (kit / "dist").mkdir()
    (kit / "dist" / "2-vanishing.zip").write_bytes(b"last year's")
    (kit / "dist" / "gradescope-2-vanishing.zip").write_bytes(b"the instructor's own")
    text = (f"course = \"rnn-2027\"\nterm = \"Summer 2027\"\nstages = [\"1-bptt\", \"2-vanishing\"]\n[1-bptt]\nrelease = {PAST}\n"
            f"[2-vanishing]\nrelease = {FUTURE}\n")
    term(kit, text)
    outcome = in_kit(kit, "release")
    assert outcome.returncode == 0, outcome.stderr
    assert "2-vanishing is handed out from 2999-01-01 08:00 UTC on" in outcome.stdout
    assert "dist/2-vanishing.zip was of an earlier release and is removed" in outcome.stdout
    assert sorted(path.name for path in (kit / "dist").iterdir()) == ["1-bptt.zip", "gradescope-2-vanishing.zip"]
    page = (kit / "assignments" / "1-bptt" / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# Derive BPTT\n\n*rnn-2027, Summer 2027*\n\nWrite the functions")
    for stage, words in (("2-vanishing", "handed out from 2999-01-01"), ("4-gated", "not in use this term")):
        early = in_kit(kit, "release", "--stage", stage)
        assert early.returncode == 2 and words in early.stderr


def test_model_answers_wait_for_whoever_has_time(tmp_path: Path) -> None:
    """Due date, grace, free late days, and the longest extension of anybody."""
    stage = find_stage("1-bptt")
    with pytest.raises(UsageError, match="nothing says when 1-bptt is due"):
        solutions_from(tmp_path, stage)
    term(tmp_path, "[1-bptt]\ndue = 2027-01-01T08:00:00Z\n")
    assert solutions_from(tmp_path, stage)[0] == datetime(2027, 1, 1, 8, tzinfo=UTC)
    (tmp_path / "policy.toml").write_text("late_days = 2\ngrace = \"1 h\"\n", encoding="utf-8")
    assert solutions_from(tmp_path, stage)[0] == datetime(2027, 1, 3, 9, tzinfo=UTC)
    (tmp_path / "roster.csv").write_text("student,extension\nada,\nbob,3\n", encoding="utf-8")
    day, why = solutions_from(tmp_path, stage)
    assert day == datetime(2027, 1, 6, 9, tzinfo=UTC) and "bob has 3 days more" in why
    term(tmp_path, "[1-bptt]\ndue = 2027-01-01T08:00:00Z\nsolutions = 2027-01-02T08:00:00Z\n")
    assert solutions_from(tmp_path, stage)[0] == datetime(2027, 1, 2, 8, tzinfo=UTC)


def test_model_answers_are_refused_before_the_deadline_and_made_after_it(tmp_path: Path) -> None:
    """With the answers to written tasks, and without mark schemes, hidden tests and markers."""
    kit = copy_of_kit(tmp_path / "kit")
    term(kit, f"[1-bptt]\ndue = {FUTURE}\n")
    early = in_kit(kit, "solutions", "--stage", "1")
    assert early.returncode == 2 and "may be seen from 2999-01-01 08:00 UTC on, not yet" in early.stderr
    assert not (kit / "dist").exists() or not list((kit / "dist").glob("solutions*"))
    term(kit, f"[1-bptt]\ndue = {PAST}\n")
    late = in_kit(kit, "solutions", "--stage", "1")
    assert late.returncode == 0, late.stderr
    with zipfile.ZipFile(kit / "dist" / "solutions-1-bptt.zip") as bundle:
        found = {name.rpartition("/")[2]: bundle.read(name).decode("utf-8") for name in bundle.namelist()}
    assert set(found) == {"bptt.py", "1-bptt.ipynb"}
    assert "SOLUTION" not in found["bptt.py"] and "np.tanh(" in found["bptt.py"]
    compile(found["bptt.py"], "bptt.py", "exec")
    cells = ["".join(cell["source"]) for cell in json.loads(found["1-bptt.ipynb"])["cells"]]
    (answer,) = [cell for cell in cells if cell.startswith("**Model answer**")]
    assert "product rule gives" in answer and "SCHEME" not in "".join(cells) and "Give points" not in "".join(cells)
    assert "autograder" not in "".join(cells)
    assert in_kit(kit, "release", "--stage", "1").returncode == 0  # the zip of model answers is no left-over


def test_no_stage_is_no_question_for_all_model_answers() -> None:
    outcome = in_kit(KIT, "solutions")
    assert outcome.returncode == 2 and "which stage?" in outcome.stderr
