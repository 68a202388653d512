"""The student's page: what it says, that anyone can read it, and that nothing a student wrote runs on it."""

import base64
import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from autograder.checks.layout import read_stage
from autograder.gradebook.pipeline import Pipeline
from autograder.report.feedback import style_sheet
from autograder.report.remake import remake
from tests.classroom import STAGE, Silent, record_of
from tests.graded_class import OWNED, dump, needs_browser, png
from tests.reading import Page, html_of

STUDENTS = ("solution", "mistaken", "half", "broken", "hostile")


@pytest.mark.parametrize("student", STUDENTS)
def test_a_page_is_small_whole_and_has_nothing_that_can_run(graded, student):
    """One file under 60 kB without scripts, frames, forms or addresses it would load from."""
    html = html_of(graded, student)
    assert len(html.encode()) < 60_000
    assert Page(html).active() == []
    assert [path.name for path in (graded / "feedback" / student / STAGE.id).iterdir()] == [f"{STAGE.id}.html"]


@pytest.mark.parametrize("student", STUDENTS)
def test_a_page_can_be_read_by_anyone(graded, student):
    """A language, one h1, headings that skip no level, words for every picture, columns that are named."""
    page = Page(html_of(graded, student))
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("meta")[2]["content"] == "width=device-width, initial-scale=1"
    levels = page.headings()
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(picture["alt"] for picture in page.all("img"))
    assert all(head["scope"] == "col" for head in page.all("th") if "scope" in head) and page.all("th")
    targets = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    inside = [link["href"] for link in page.all("a") if link.get("href", "").startswith("#")]
    assert inside and all(link[1:] in targets for link in inside)


def test_colours_have_contrast():
    """WCAG AA: 4.5 to 1 for every colour of text on every ground it is shown on."""
    css = str(style_sheet())
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))
    colours["white"] = "#ffffff"
    code_colours = re.findall(r"^\.[a-z].*\{ color: (#[0-9a-f]{6})", css, re.M)
    assert len(code_colours) >= 4

    def luminance(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one, other):
        light, dark = sorted((luminance(one), luminance(other)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for text in [*(colours[name] for name in ("ink", "soft", "blue", "green", "rust")), *code_colours]:
        for ground in ("white", "pale", "blue-pale", "rust-pale"):
            assert contrast(text, colours[ground]) >= 4.5, (text, ground)


def test_a_mistake_is_named_at_the_top_and_in_its_task(graded):
    """The hint comes first; a public failure shows call, got and expected; a hidden one its first line alone."""
    html, record = html_of(graded, "mistaken"), record_of(graded, "mistaken")
    words = Page(html).words()
    failed = {test["visibility"]: test for test in record["tests"] if test["outcome"] == "failed"}
    title = failed["public"]["hint"].partition("\n")[0]
    top = words[words.index("Worth doing next"):words.index("Task by task")]
    assert title in top and words.count(title) == 2
    assert " ".join(failed["public"]["call"].split()) in words
    assert " ".join(failed["public"]["message"].split()) in words
    assert failed["hidden"]["title"] in words
    assert " ".join(failed["hidden"]["call"].split()) not in words
    value = failed["hidden"]["message"].splitlines()[-1].split()[-1]
    assert value not in words


def test_marks_by_task_add_up_and_the_written_task_waits(graded):
    """The table has every task; what a person has still to give is said, not counted as lost."""
    html = html_of(graded, "half")
    rows = re.findall(
        r"<tr><td><a[^>]*>([\d.]+)</a></td>.*?<td class=\"number\">(\S+) of (\S+)</td><td[^>]*>(.*?)</td>", html
    )
    assert [row[0] for row in rows] == list(STAGE.info.tasks)
    assert sum(float(got) for _, got, *_ in rows[:-1]) == record_of(graded, "half")["score"]
    assert sum(float(worth) for _, _, worth, _ in rows) == 100
    assert rows[-1][1] == "–" and "by a person" in rows[-1][3]
    assert "20 points are still to be given by a person" in Page(html).words()
    assert "not yet written" in {row[3] for row in rows}


def test_an_ungradable_file_says_what_to_mend(graded):
    """Why it could not be imported comes first; no task is called wrong."""
    words = Page(html_of(graded, "broken")).words()
    top = words[words.index("Worth doing next"):words.index("Task by task")]
    assert "Make the file load first" in top and "SyntaxError" in top and "def def" in top
    assert words.count("could not be checked") >= 7 and "fails" not in top


def test_written_answers_are_shown_with_formulas_and_pictures(graded):
    """Formulas are MathML, a pasted photograph is in the page, what was handed out is not shown again."""
    html = html_of(graded, "solution")
    page = Page(html)
    assert '<math display="block">' in html and "<munderover><mo>∑</mo>" in html and "$" not in page.words()
    assert base64.b64encode(png()).decode() in html
    assert {"alt": "my photo"}.items() <= page.all("img")[0].items()
    assert "My derivation" in page.words() and "cells are as handed out" in page.words()
    assert "The sentence as a problem" not in html
    assert "MARK SCHEME" not in html and "Model answer" not in html


def test_comment_and_mark_given_by_hand_are_on_the_page(course):
    """`make feedback` brings them in; nothing is graded again."""
    before = record_of(course, "solution")
    with Pipeline(course).gradebook() as gradebook:
        grade = gradebook.find_grade("task_1_8", STAGE.id, STAGE.id, "solution")
        grade.manual_score, grade.needs_manual_grade = 17, False
        gradebook.find_comment(
            "task_1_8", STAGE.id, STAGE.id, "solution"
        ).manual_comment = "Good. See $h_k$ <script>x</script>"
        late = gradebook.find_grade("task_1_1", STAGE.id, STAGE.id, "half")
        late.manual_score, late.needs_manual_grade = 300, False
        gradebook.db.commit()
    outcome = remake(course, Silent())
    html = html_of(course, "solution")
    words = Page(html).words()
    assert "97 of 100 points." in words and "Marked by a person, 17 of 20 points." in words
    assert "Comment Good. See" in words and "<msub><mi>h</mi><mi>k</mi></msub>" in html and Page(html).active() == []
    assert outcome.pages == len(STUDENTS) and record_of(course, "solution") == before
    assert outcome.warnings == [f"half, {STAGE.id}: task_1_1 has 300 of 5 points"]
    assert "mark set by hand, the tests gave 5" in Page(html_of(course, "half")).words()
    assert f"solution,{STAGE.id},graded,97,100,0,0,97," in (course / "grades.csv").read_text().splitlines()
    assert [(change.task, change.before, change.after, change.why) for change in outcome.changes if change.student == "solution"
            ] == [("1.8", "", "17", "hand")]
    note = next(line for line in (course / "grades.csv").read_text().splitlines() if line.startswith("half,"))
    assert "1.1 has 300 of 5 points" in note


def test_figures_and_a_missing_sandbox_are_shown(course):
    """What the student's code drew, with words; a weaker isolation in plain sight; nothing that is no picture."""
    path = course / "results" / STAGE.id / "half.json"
    record = json.loads(path.read_text())
    drawn = base64.b64encode(png()).decode()
    record |= {"isolation": "process", "pictures": {"1.2": [drawn, '"><script>x</script>']}}
    path.write_text(json.dumps(record))
    Pipeline(course).feedback(STAGE.id, "half")
    html = html_of(course, "half")
    page = Page(html)
    assert page.active() == [] and f'src="data:image/png;base64,{drawn}"' in html
    assert [picture["alt"] for picture in page.all("img")] == [
        f"Figure 1 drawn by your code in task 1.2, {STAGE.info.tasks['1.2']}"]
    words = page.words()
    assert words.index("Graded without a sandbox") < words.index("Marks by task")


def test_what_instructors_let_students_see_of_hidden_tests(course, monkeypatch):
    """Three levels: everything, a hint, the outcome alone."""
    record = record_of(course, "mistaken")
    hidden = next(test for test in record["tests"] if test["outcome"] == "failed" and test["visibility"] == "hidden")
    seen = {}
    for level in ("full", "hint", "verdict"):
        pipeline = Pipeline(course)
        monkeypatch.setattr("autograder.stages.read_stage",
                            lambda folder, level=level: replace(read_stage(folder), hidden=level))
        pipeline.feedback(STAGE.id, "mistaken")
        words = Page(html_of(course, "mistaken")).words()
        first = " ".join((hidden["brief"] if level == "hint" else hidden["message"].splitlines()[0]).split())
        seen[level] = [" ".join(hidden["call"].split()) in words, first in words, hidden["title"] in words]
    assert seen == {"full": [True, True, True], "hint": [False, True, True], "verdict": [False, False, True]}


def test_an_error_of_a_hidden_test_tells_no_inputs(graded):
    """The text of an exception is the student's own: on a hidden test only its type is shown."""
    record = record_of(graded, "hostile")
    hidden = [test for test in record["tests"] if test["outcome"] == "error" and test["visibility"] == "hidden"]
    assert hidden
    words = Page(html_of(graded, "hostile")).words()
    for test in hidden:
        inputs = test["message"].partition("onerror=")[2].partition(">")[2].strip()
        assert inputs and " ".join(inputs.split()) not in words


def test_the_same_submission_gives_the_same_page(course):
    """No date, no random id."""
    before = {student: html_of(course, student) for student in STUDENTS}
    remake(course, Silent())
    assert {student: html_of(course, student) for student in STUDENTS} == before


def test_pages_that_are_not_ready_are_left_alone(course):
    """A record the gradebook does not have yet is to be graded first, and is not called current."""
    path = course / "results" / STAGE.id / "half.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"key": "another"}))
    outcome = remake(course, Silent())
    assert outcome.stale == [(STAGE.id, "half")] and outcome.pages == len(STUDENTS) - 1
    assert not Pipeline(course).up_to_date(STAGE.id, "half")


@needs_browser
def test_no_script_runs_in_a_browser(graded, tmp_path):
    """A browser shows the hostile page with its title unchanged; the same script on a bare page does change it."""
    page = graded / "feedback" / "hostile" / STAGE.id / f"{STAGE.id}.html"
    shown = dump(page.as_uri(), tmp_path / "profile")
    assert "<title>Derive BPTT: feedback for hostile</title>" in shown
    assert "after all that" in shown
    bare = tmp_path / "bare.html"
    bare.write_text(f"<html><title>quiet</title><body><script>{OWNED}</script></body></html>")
    assert "<title>owned</title>" in dump(bare.as_uri(), tmp_path / "profile")


@needs_browser
def test_even_a_script_that_slips_through_does_not_run(graded, tmp_path):
    """The content policy stops a script, an event handler and a link that are put into the finished page by force."""
    html = html_of(graded, "solution")
    forced = tmp_path / "forced.html"
    forced.write_text(html.replace("<main>", f"<main><script>{OWNED}</script><img src='x' onerror=\"{OWNED}\">"))
    assert "<title>Derive BPTT: feedback for solution</title>" in dump(forced.as_uri(), tmp_path / "profile")


@needs_browser
@pytest.mark.parametrize("student", ["mistaken", "solution", "hostile"])
def test_a_page_fits_a_phone(graded, tmp_path, student):
    """At 390 pixels the page itself never scrolls sideways; long lines of code do, in their own box."""
    page = (graded / "feedback" / student / STAGE.id / f"{STAGE.id}.html").read_text()
    measure = (
        "<script>var page = document.documentElement; "
        "document.title = page.scrollWidth + ' in ' + page.clientWidth</script>"
    )
    allowed = page.replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    (tmp_path / "page.html").write_text(allowed.replace("</body>", f"{measure}</body>"))
    frame = tmp_path / "frame.html"  # no window of the browser is as narrow as a phone
    frame.write_text("<html><body><iframe width=390 height=800 src='page.html'></iframe>"
                     "<script>onload = () => document.title = frames[0].document.title</script></body></html>")
    shown = dump(frame.as_uri(), tmp_path / "profile", "--allow-file-access-from-files")
    width, inside = map(int, re.search(r"<title>(\d+) in (\d+)</title>", shown).groups())
    assert width <= inside <= 390
