"""A course in another language: every text of the kit for students is in its catalogue, German is whole, and nothing is left out.

What was forgotten shows in a language that is German between marks: there, whatever is outside of the marks and is not the
stage's own is a text that is English in every language.
"""

import ast
import io
import json
import re
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from gettext import GNUTranslations
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autograder.checks.terminal import arriving
from autograder.checks.words import CATALOGUE, _, retold, speaking
from autograder.checks.words import language as language_in_use
from autograder.grade import language as languages
from autograder.grade.course import use_course
from autograder.grade.language import FOLDER, for_students, said, spoken, state_of, three_of
from autograder.publish.release import built
from autograder.stages import KIT
from tests.classroom import SOLUTION, STAGE, copy_of_kit, hand_in, in_kit, page_of, record_of, run, with_function

KEYWORDS = {"_": None, "_n": (1, 2), "N_": None, "said": None, "doubt": None}  # as `make words` has them
OPEN, CLOSE = "\N{LEFT DOUBLE ANGLE BRACKET}", "\N{RIGHT DOUBLE ANGLE BRACKET}"
WRONG_SIGN = next(mistake for mistake in STAGE.mistakes() if mistake.id == "softmax-jacobian-sign").source


def in_code() -> dict[object, None]:
    """The texts that are marked in the code, as `make words` finds them."""
    with open(FOLDER / "babel.ini", encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(KIT), mapping, options, KEYWORDS)
    return {message: None for _file, _line, message, _comments, _context in found}


def german() -> Catalog:
    """The texts of de.po."""
    with open(FOLDER / "de.po", "rb") as file:
        return read_po(file, locale="de")


def forms(text: object) -> list[str]:
    """One text, or the singular and the plural."""
    return [text] if isinstance(text, str) else list(text)


def kept(text: str) -> list[str]:
    """What a translation has to have too: names of values, tags, and blanks at both ends."""
    ends = [text[: len(text) - len(text.lstrip())], text[len(text.rstrip()):]]
    return sorted(set(re.findall(r"\{\w+(?::[^}]*)?\}|\$\w+|</?(?:a|span|strong)\b[^>]*>", text))) + ends


def test_german_has_every_text_and_no_other() -> None:
    """`make words`, then a translator's work."""
    there = {message.id if isinstance(message.id, str) else tuple(message.id): message for message in german() if message.id}
    code = in_code()
    assert not [text for text in code if text not in there], "make words, then translate"
    assert not [text for text in there if text not in code], "make words"
    assert not [text for text, message in there.items() if message.fuzzy or not all(forms(message.string))]


def test_a_translation_has_the_values_tags_and_blanks_of_the_text() -> None:
    """So none is lost on the way, and none raises where it is made."""
    for message in german():
        for translation in forms(message.string) if message.id else ():
            possible = [kept(form) for form in forms(message.id)]
            assert kept(translation) in possible, message.id
            quoted = re.sub(r"<[^>]*>|`[^`]*`|check\([^)]*\)", "", translation)
            assert '"' not in quoted, f"German has other quotation marks: {translation}"


def test_no_machine_decides_the_language() -> None:
    """LANG and its like are of no matter, nor is what spoke before."""
    code = ("from autograder.checks.words import _, language; print(language(), _('failed'))")
    assert run(sys.executable, "-c", code, cwd=KIT, LANG="de_DE.UTF-8", LANGUAGE="de", LC_ALL="C.UTF-8").stdout == "en failed\n"
    with speaking(GNUTranslations(io.BytesIO(for_students("de")))):
        assert (language_in_use(), _("failed")) == ("de", "nicht bestanden")
        assert _("{got:g} of {all:g} points of these public tests", got=1.5, all=2).startswith("1.5 von 2 Punkten")
    assert (language_in_use(), _("failed")) == ("en", "failed")


def test_a_text_is_read_in_english_and_said_in_german() -> None:
    """What the grader decides by never depends on the language."""
    inner = said("it is larger than {size:.0f} MiB", size=8)
    text = said("{file} was not read: {why}", file="bptt.py", why=ValueError(inner))
    assert text == spoken(text) == "bptt.py was not read: it is larger than 8 MiB"
    with speaking(GNUTranslations(io.BytesIO(marked_catalogue(False)))):
        assert text == "bptt.py was not read: it is larger than 8 MiB"
        assert spoken(text) == "bptt.py wurde nicht gelesen: sie ist größer als 8 MiB"
        assert retold("an array of shape (3, 2)", "an array of shape {shape}") == "ein Array der Form (3, 2)"
        assert retold("a text of nobody's", "an array of shape {shape}") == "a text of nobody's"


def test_the_language_of_one_thread_is_not_that_of_another() -> None:
    """Hand-ins are read in one thread while another makes a page, and either may be done first."""
    german = GNUTranslations(io.BytesIO(for_students("de")))
    with ThreadPoolExecutor(1) as beside:
        with speaking(german):
            assert language_in_use() == "de" and beside.submit(language_in_use).result() == "en"
            reading = speaking(german)
            assert beside.submit(reading.__enter__).exception() is None
        assert language_in_use() == "en" and beside.submit(language_in_use).result() == "de"


def test_of_many_names_three_are_told() -> None:
    assert [three_of("abcde"[:count]) for count in (1, 3, 4)] == ["a", "a, b, c", "a, b, c and 1 more"]


def test_a_record_in_another_language_depends_on_its_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another text in de.po, another record; one in English depends on no such file."""
    before = state_of("de")
    (tmp_path / "de.po").write_bytes((FOLDER / "de.po").read_bytes() + b"\n")
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    assert state_of("de") != before and state_of("de")[0] == before[0] == "de" and state_of("en") == []


def test_umlauts_and_quotes_arrive_on_any_terminal() -> None:
    """As all other signs do: spelled out in plain ones."""
    assert arriving("„Größe“ ist nächste", "ascii") == '"Grosse" ist nachste'
    assert arriving("„Größe“ ist nächste", "cp1252") == "„Größe“ ist nächste"


def marked_catalogue(marks: bool = True) -> bytes:
    """German, between marks that show what is translated."""
    catalogue = german()
    for message in list(catalogue):
        if message.id and marks:
            texts = tuple(f"{OPEN}{form}{CLOSE}" for form in forms(message.string))
            message.string = texts if isinstance(message.id, (list, tuple)) else texts[0]
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def outside_of_marks(text: str) -> str:
    """The text without what is translated, which may be in one another; a piece of a page may have one end of it alone."""
    left = []
    for piece in text.split(" | "):
        inside = 0
        for sign in piece:
            inside += sign == OPEN
            if not inside:
                left.append(sign)
            inside -= sign == CLOSE and inside > 0
        left.append("|")
    return "".join(left)


def of_the_stage() -> set[str]:
    """Texts of the author: titles, what tests say, hints."""
    texts = {STAGE.info.title, *STAGE.info.tasks.values()}
    for file in STAGE.test_files().values():
        source = file.read_text(encoding="utf-8")
        texts |= set(re.findall(r'"""(.+?)\.?"""', " ".join(source.split())))
        texts |= {part.value for part in ast.walk(ast.parse(source))
                  if isinstance(part, ast.Constant) and isinstance(part.value, str) and " of whole numbers, " in part.value}
    for mistake in STAGE.mistakes():
        texts |= {mistake.title, *mistake.hint.splitlines(), mistake.hint}
    return texts


def english(text: str) -> list[str]:
    """Two words of English in a row that nobody translated and that are not the author's."""
    left = " ".join(outside_of_marks(text).split())
    for own in sorted(of_the_stage(), key=len, reverse=True):
        left = left.replace(" ".join(own.split()), "|")
    return re.findall(r"[A-Za-z]{2,} [a-z]{2,}(?: [a-z]+)*", left)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stage 1 as a course in German hands it out."""
    folder = tmp_path_factory.mktemp("german")
    (folder / "course.toml").write_text('language = "de"\nterm = "Sommer 2027"\nseed = 4711\n', encoding="utf-8")
    use_course(folder)
    try:
        with built(STAGE) as made:
            return Path(shutil.copytree(made, folder / STAGE.id))
    finally:
        use_course(None)


# All a student can call, in one process.
SESSION = """
import shutil, sys
from pathlib import Path
from checks import check, submit, update
from checks.check import stage_so_far
from checks.layout import public_tests
from checks.notebook_view import view
from checks.report import public_report
from checks.session import run_here

folder, name = Path.cwd(), "bptt.py"
check("1.1"); check(1.1); check("9.9"); check("1.8")
Path(name).write_text("import numpy as np\\nimport pandas\\n" + Path(name).read_text())
submit()
for source in sys.argv[1:]:
    shutil.copyfile(source, name)
    outcome = run_here(public_tests(folder), folder, None, True)
    print(public_report(outcome), "HTML", view(outcome, stage_so_far(outcome, folder)))
submit(); update("nothing.zip")
"""
UNFINISHED = """
def softmax(z):
    print("looking at", z.shape)
    return [1.0]

def cross_entropy(y_hat, y):
    return {"a": 1}

def forward(params, x, h_0):
    x[0] = 1
    return None

def dL_dyhat(y_hat, y):
    return y_hat[0, 5, 5]

def dL_dz(y_hat, y):
    return float("nan") * y_hat

def dL_dW_x(*args):
    return set()

def dz_dh(W_y):
    return -W_y

def bptt(*args):
    while True:
        pass
"""


@pytest.fixture(scope="module")
def home(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a student after such a session, in the language with marks; what it printed lies beside it."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(release, folder / STAGE.id)
    (folder / STAGE.id / "checks" / CATALOGUE).write_bytes(marked_catalogue())
    sources = {"broken": "def def softmax(z):\n", "wrong": WRONG_SIGN + UNFINISHED, "right": SOLUTION}
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    done = run(sys.executable, "-c", SESSION, *(str(folder / f"{name}.py") for name in sources), cwd=folder / STAGE.id,
               PYTHONPATH=str(folder / STAGE.id), PYTHONIOENCODING="utf-8", LANG="C")
    assert done.returncode == 0, done.stderr
    (folder / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def test_a_release_carries_its_language(release: Path) -> None:
    """The README is in German, and so is what the checks say, whatever the machine's language is."""
    readme = (release / "README.md").read_text(encoding="utf-8")
    assert "## Abgeben" in readme and "Lade das hoch" in readme and "*Sommer 2027*" in readme
    assert not re.search(r"\b(the|and|with|your)\b", re.sub(r"\| 1\.\d \| [^|]*", "", readme))
    done = run(sys.executable, "-m", "checks", "9.9", cwd=release, LANG="en_US.UTF-8", PYTHONIOENCODING="ascii")
    assert done.stderr.startswith("Eine Aufgabe '9.9' gibt es in diesem Teil nicht.")


def test_check_and_submit_speak_german(home: Path) -> None:
    """In text and in HTML."""
    printed = re.sub(f"[{OPEN}{CLOSE}]", "", (home / "printed.txt").read_text(encoding="utf-8"))
    for words in ("noch nicht geschrieben", "nicht bestanden", "bestanden", "erwartet  ", "Aufruf    softmax", "Tipp: ",
                  "konnte nicht importiert werden", "ZU TUN: bptt.py, Zeile 2, importiert pandas", "Lade diese eine Datei hoch",
                  "ist keine Ausgabe eines Teils", "<b>Tipp.</b>", "was ausgegeben wurde", "33 von 33 Punkten"):
        assert words in printed, words
    with zipfile.ZipFile(home / STAGE.id / f"handin-{STAGE.id}.zip") as archive:
        receipt = json.loads(archive.read("receipt.json"))
    assert set(receipt["public"].values()) == {"passed"}  # for programs: the same in every language


def test_nothing_of_the_kit_is_english_at_home(home: Path) -> None:
    """Nothing outside of the marks."""
    lines = []
    for line in (home / "printed.txt").read_text(encoding="utf-8").splitlines():
        line = unescape(re.sub(r"<[^>]*>", " | ", line)).removeprefix("HTML")
        lines.append(re.sub(rf"\w+Error: [^{CLOSE}]*|Errno [^{CLOSE}]*|def def [^{CLOSE}]*|looking at.*", "", line))
    assert english("\n".join(lines)) == []
    assert english("a sentence that was forgotten") != []


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class graded in the language with marks, by a kit that has it."""
    kit = copy_of_kit(tmp_path_factory.mktemp("kit") / "kit")
    catalogue = german()
    for message in list(catalogue):
        if message.id:
            texts = tuple(f"{OPEN}{form}{CLOSE}" for form in forms(message.string))
            message.string = texts if isinstance(message.id, (list, tuple)) else texts[0]
    with open(kit / "autograder" / "locale" / "nb.po", "wb") as file:
        write_po(file, catalogue)
    folder = tmp_path_factory.mktemp("class")
    (folder / "course.toml").write_text('language = "nb"\n', encoding="utf-8")
    (folder / "policy.toml").write_text('per_day = 5\n[1-bptt]\ndue = 2026-11-02T23:59:00Z\n', encoding="utf-8")
    hand_in(folder, "right")
    hand_in(folder, "wrong", WRONG_SIGN, None)
    hand_in(folder, "odd", SOLUTION + UNFINISHED.replace("while True:\n        pass", "raise KeyError('h')"))
    hand_in(folder, "broken", "def def softmax(z):\n", b"no notebook")
    hand_in(folder, "missing", None, None)
    two = hand_in(folder, "two", with_function("def softmax(z):\n    return 1.0\n"))
    shutil.copyfile(two / "bptt.py", two / "bptt (1).py")
    (two / "bptt.py").write_text(SOLUTION, encoding="utf-8")
    (folder / "submitted" / "wrong" / STAGE.id / "timestamp.txt").write_text("2026-11-04 10:00:00 UTC", encoding="utf-8")
    (folder / "submitted" / "odd" / STAGE.id / "timestamp.txt").write_text("tomorrow", encoding="utf-8")
    done = in_kit(kit, "grade", "--course", str(folder), "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize("student", ["right", "wrong", "odd", "broken", "missing", "two"])
def test_nothing_of_the_kit_is_english_on_a_page(course: Path, student: str) -> None:
    """Up to the cells of the notebook, which are the author's and the student's."""
    html = (course / "feedback" / student / STAGE.id / f"{STAGE.id}.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in html
    head = html[: html.index("Dein Notebook")] + CLOSE
    alts = " | ".join(re.findall(r'alt="([^"]*)"', head))
    head = re.sub(r"</?(?:a|strong|span)\b[^>]*>", " ", head)  # a text may have these in it
    text = unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " | ", head, flags=re.DOTALL) + alts)
    text = re.sub(rf"\w+Error: [^{CLOSE}\n]*|def def [^{CLOSE}\n]*", "", text)
    assert english(text) == []


def test_a_page_and_a_record_are_german_and_marks_are_the_same(course: Path) -> None:
    """What is decided does not depend on the language."""
    records = {student: record_of(course, student) for student in ("right", "wrong", "odd", "broken", "missing", "two")}
    assert {student: record["status"] for student, record in records.items()} == {
        "right": "graded", "wrong": "graded", "odd": "graded", "broken": "ungradable", "missing": "ungradable",
        "two": "needs_person"}
    assert records["right"]["score"] == 80
    assert "softmax-jacobian-sign" in {test["mistake"] for test in records["wrong"]["tests"]}
    assert "Tage zu spät" in page_of(course, "wrong")
    assert "bptt.py fehlt" in records["missing"]["reason"]
    assert "make grade" not in page_of(course, "two")
