"""The second term of a course: another seed, dates and German words, from the release to the marks that go back."""

import csv
import re
from html import unescape
from pathlib import Path

import pytest

from autograder.grade.course import SEED
from autograder.lms.export import write_export
from autograder.report.class_report import write_report
from tests.classroom import SOLUTION, STAGE, copy_of_kit, grade, hand_in, in_kit, page_of, record_of

TERM = """course = "rnn-2028"
term = "Sommer 2028"
seed = 20280401
language = "de"
timezone = "Europe/Berlin"
stages = ["1-bptt"]

[1-bptt]
release = 2026-04-10T08:00:00
due = 2026-04-24T23:59:00
"""
WRONG_SIGN = next(mistake for mistake in STAGE.mistakes() if mistake.id == "softmax-jacobian-sign").source
CAME = {"anna": "2026-04-24 21:58:00 UTC", "ben": "2026-04-26 10:00:00 UTC", "chris": "2026-04-20 10:00:00 UTC",
        "dana": "on Friday"}
# Words that no German sentence has; names of Python's, of files and of tasks have none of them either.
ENGLISH = re.compile(r"\b(the|is|are|were|and|of|not|your|you|with|this|no|by|to|been|handed|points|nothing)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder that students get this term, and the class after grading: right, wrong, untouched, and of an unknown time."""
    kit, course = copy_of_kit(tmp_path_factory.mktemp("second") / "kit"), tmp_path_factory.mktemp("class")
    (course / "course.toml").write_text(TERM, encoding="utf-8")
    (course / "policy.toml").write_text("per_day = 5\n", encoding="utf-8")
    (course / "roster.csv").write_text("student,name\n" + "".join(f"{one},{one.title()}\n" for one in CAME), encoding="utf-8")
    done = in_kit(kit, "release", "--course", str(course))
    assert done.returncode == 0, done.stderr
    released = kit / "assignments" / STAGE.id
    stub = (released / STAGE.info.file).read_text(encoding="utf-8")
    notebook = (released / f"{STAGE.id}.ipynb").read_bytes()
    for student, source in {"anna": SOLUTION, "ben": WRONG_SIGN, "chris": stub, "dana": SOLUTION}.items():
        folder = hand_in(course, student, source, notebook)
        (folder / "timestamp.txt").write_text(CAME[student], encoding="utf-8")
    assert grade(course, jobs=1).failed == {}
    return released, course


def left_of_the_author(text: str) -> str:
    """The text without what is the stage's own in every language: titles, what tests say, hints."""
    texts = {STAGE.info.title, *STAGE.info.tasks.values()}
    for file in STAGE.test_files().values():
        texts |= set(re.findall(r'"""(.+?)\.?"""', " ".join(file.read_text(encoding="utf-8").split())))
    for mistake in STAGE.mistakes():
        texts |= {mistake.title, mistake.hint}
    for own in sorted((" ".join(own.split()) for own in texts), key=len, reverse=True):
        text = text.replace(own, "|").replace(own[:1].upper() + own[1:], "|")
    return text


def test_the_folder_of_the_new_term_is_german_and_its_checks_are(term: tuple[Path, Path]) -> None:
    readme = (term[0] / "README.md").read_text(encoding="utf-8")
    assert readme.startswith("# Derive BPTT\n\n*rnn-2028, Sommer 2028*\n\nSchreib die Funktionen in `bptt.py`")
    assert not ENGLISH.search(left_of_the_author(readme))


@pytest.mark.parametrize("student", CAME)
def test_no_sentence_of_the_kit_is_english_on_a_page(term: tuple[Path, Path], student: str) -> None:
    """Up to the cells of the notebook, which are the author's and the student's."""
    page = page_of(term[1], student)
    words = left_of_the_author(page[:page.index(" Dein Notebook ")])
    assert not ENGLISH.search(words), words[max(0, ENGLISH.search(words).start() - 60):][:120]  # type: ignore[union-attr]


def test_marks_dates_and_the_seed_are_those_of_the_term(term: tuple[Path, Path]) -> None:
    course = term[1]
    assert {record_of(course, student)["seed"] for student in CAME} == {20280401} != {SEED}
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: (row["score"], row["penalty"], row["total"]) for student, row in rows.items()} == {
        "anna": ("80", "0", "80"), "ben": ("77", "10", "67"), "chris": ("0", "0", "0"), "dana": ("80", "0", "80")}
    assert "2 Tage zu spät" in page_of(course, "ben") and "Tage zu spät" not in page_of(course, "anna")
    assert "Wann diese Abgabe kam, ist nicht bekannt. Es wurde nichts abgezogen." in page_of(course, "dana")
    assert "timestamp.txt is no time" in rows["dana"]["note"]


def test_its_marks_go_to_the_lms_and_its_report_names_them(term: tuple[Path, Path]) -> None:
    course = term[1]
    with open(write_export(course, "csv", partial=True).path, encoding="utf-8", newline="") as file:
        assert {row["student"]: row["1-bptt"] for row in csv.DictReader(file)} == {
            "anna": "80", "ben": "67", "chris": "0", "dana": "80"}
    report = " ".join(unescape(write_report(course).read_text(encoding="utf-8")).split())
    assert "2 days late" in report and STAGE.info.title in report  # the staff's pages are in English
