"""Formgrader on a graded class: up, in a browser, with nothing of a student's running."""

import base64
import html
import io
import json
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from autograder.errors import UsageError
from autograder.gradebook.config import LOCK_WAIT, READING, load_config
from autograder.gradebook.config_file import CONFIG, CONFIG_TEXT
from autograder.gradebook.formgrader import FormGrader, ensure_config
from autograder.gradebook.pipeline import Pipeline
from tests.classroom import SOLUTION, STAGE, STUB, grade, hand_in
from tests.gradebook.test_hand_marks import answered, cells_of, give
from tests.graded_class import dump, needs_browser
from tests.reading import Page


@pytest.fixture(scope="module")
def served(graded, tmp_path_factory):
    """A server for a copy of the class."""
    course = tmp_path_factory.mktemp("served") / "course"
    shutil.copytree(graded, course)
    with FormGrader(course) as server:
        yield server


def submission_id(server, student):
    """nbgrader's id of a student's notebook."""
    with Pipeline(server.course).gradebook() as gradebook:
        return gradebook.find_submission_notebook(STAGE.id, STAGE.id, student).id


def fetch(server, page):
    """A page as it is sent."""
    with urllib.request.urlopen(server.address(page), timeout=60) as answer:
        return answer.read().decode()


def test_the_pages_are_there(served):
    """The list of assignments, the list of submissions and its data."""
    assert "Manage Assignments" in fetch(served, "formgrader/manage_assignments")
    assert STAGE.id in fetch(served, f"formgrader/gradebook/{STAGE.id}/{STAGE.id}")
    rows = json.loads(fetch(served, f"formgrader/api/submitted_notebooks/{STAGE.id}/{STAGE.id}"))
    assert {row["student"]: row["code_score"] for row in rows}["solution"] == 80


def test_what_a_student_wrote_is_clean_when_it_is_sent(served):
    """The page of a hostile submission has formgrader's own scripts and no other."""
    def scripts(student):
        page = Page(fetch(served, f"formgrader/submissions/{submission_id(served, student)}/"), ours=False)
        return page.all("script"), [
            name for name in page.active() if not name.startswith(("script", "link", "span onclick"))
        ]

    hostile, quiet = scripts("hostile"), scripts("solution")
    assert len(hostile[0]) == len(quiet[0]) and hostile[1] == quiet[1]


def test_a_page_handed_in_is_not_served(served):
    """Files beside the notebook are, pages are not."""
    number = submission_id(served, "hostile")
    assert fetch(served, f"formgrader/submissions/{number}/notes.txt") == "mine"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(served, f"formgrader/submissions/{number}/evil.HTML")


@needs_browser
def test_formgrader_works_in_a_browser_and_no_script_of_a_student_runs(served, tmp_path):
    """The list fills itself; the hostile notebook leaves the page's title as it was."""
    listed = dump(served.address("formgrader/manage_assignments"), tmp_path / "profile")
    assert STAGE.id in listed
    shown = dump(served.address(f"formgrader/submissions/{submission_id(served, 'hostile')}/"), tmp_path / "profile")
    assert f"<title>{STAGE.id}</title>" in shown and "after all that" in shown


MEASURE = """<script>window.addEventListener("load", function () { setTimeout(function () {
  var seen = function (name) {
    var box = document.querySelector(name).getBoundingClientRect();
    return box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth && box.width > 20
      && box.height > 10;
  };
  var box = document.querySelector("input.score");
  box.value = "300"; box.dispatchEvent(new Event("change", {bubbles: true}));
  document.title = JSON.stringify({answer: seen(".desk-answer h3"), score: seen("input.score"), scheme: seen(".desk-scheme p"),
    figure: seen(".desk-work img"), module: seen(".desk-work summary"), scrolled: scrollY, size: innerWidth + "x" + innerHeight,
    warning: document.querySelector(".desk-score .desk-warning").textContent, value: box.value,
    outside: performance.getEntriesByType("resource").map(function (entry) { return new URL(entry.name).host; })
      .filter(function (host) { return host && host !== location.host; }).length});
}, 1500); });</script>"""


@needs_browser
def test_answer_score_scheme_and_figure_are_on_one_screen(graded, tmp_path_factory, tmp_path):
    """At 1400 by 900, unscrolled; nothing comes from another host; 300 of 20 points are said, and not saved."""
    course = tmp_path_factory.mktemp("desk") / "course"
    shutil.copytree(graded, course)
    path = course / "results" / STAGE.id / "half.json"
    record = json.loads(path.read_text())
    record["pictures"] = {"1.2": [base64.b64encode(picture()).decode()]}
    path.write_text(json.dumps(record))
    (course / CONFIG).write_text(CONFIG_TEXT)
    template = tmp_path / "templates" / "reading"
    shutil.copytree(READING / "reading", template)
    above, _, below = (template / "index.html.j2").read_text().rpartition("</body>")
    (template / "index.html.j2").write_text(f"{above}{MEASURE}</body>{below}")
    with open(course / CONFIG, "a") as file:
        file.write(f"c = get_config()\nc.HTMLExporter.extra_template_basedirs = [{str(template.parent)!r}, "
                   "*c.HTMLExporter.extra_template_basedirs]\n")
    with FormGrader(course) as server:
        shown = dump(server.address(f"formgrader/submissions/{submission_id(server, 'half')}/"), tmp_path / "profile",
                     "--window-size=1400,900")
        with Pipeline(course).gradebook() as book:
            assert book.find_grade("task_1_8", STAGE.id, STAGE.id, "half").manual_score is None
    found = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", shown)[1]))
    assert found["warning"] == "Not saved: 300 of 20 points. There are 0 to 20." and found["value"] == "300"
    assert {name: found[name] for name in ("answer", "score", "scheme", "figure", "module")} == dict.fromkeys(
        ("answer", "score", "scheme", "figure", "module"), True), found
    assert found["scrolled"] == 0 and found["outside"] == 0


SAVE = """<script>window.addEventListener("load", function () { $.ajax({url: "%s", type: "PUT", data: "{}"}); });</script>"""


@needs_browser
def test_a_mark_for_an_answer_that_is_no_longer_there_is_not_saved_and_told(tmp_path_factory, tmp_path):
    """The page is open while a newer hand-in is graded: what is saved for the old answer reaches neither the new one nor nothing.

    Opened again, the page has the marks as they are now, although the server has read them before.
    """
    course = tmp_path_factory.mktemp("open") / "course"
    hand_in(course, "ada", STUB, answered("The old answer."))
    grade(course)
    give(course, "ada", 12, "Well.")
    with FormGrader(course) as server:
        page = f"formgrader/submissions/{submission_id(server, 'ada')}/"
        rows = f"?submission_id={submission_id(server, 'ada')}"

        def marked(kind):
            return next(row for row in json.loads(ask(server, f"{kind}s{rows}")) if row["name"] == "task_1_8")

        fetch(server, page)
        old = {kind: marked(kind)["id"] for kind in ("grade", "comment")}
        hand_in(course, "ada", SOLUTION, answered("The old answer."))
        grade(course)
        assert json.loads(ask(server, f"grade/{old['grade']}", {"manual_score": 13}))["manual_score"] == 13  # the same answer
        assert marked("grade")["manual_score"] == 13
        hand_in(course, "ada", SOLUTION, answered("Another answer."))
        grade(course)
        for kind, data in (("grade", {"manual_score": 13}), ("comment", {"manual_comment": "Well."})):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                ask(server, f"{kind}/{old[kind]}", data)
        mark = cells_of(course, "ada")
        assert (mark.changed, mark.before, mark.given) == (True, 13, False)
        fetch(server, page)
        assert (marked("grade")["manual_score"], marked("grade")["needs_manual_grade"]) == (None, True)
        ask(server, f"grade/{marked('grade')['id']}", {"manual_score": 13})
        assert cells_of(course, "ada").by_hand
        template = tmp_path / "templates" / "reading"
        shutil.copytree(READING / "reading", template)
        above, _, below = (template / "index.html.j2").read_text().rpartition("</body>")
        (course / CONFIG).write_text(f"{CONFIG_TEXT}c = get_config()\nc.HTMLExporter.extra_template_basedirs = "
                                     f"[{str(template.parent)!r}, *c.HTMLExporter.extra_template_basedirs]\n")
    with FormGrader(course) as server:
        save = SAVE % f"/formgrader/api/grade/{old['grade']}?token={server.token}"
        (template / "index.html.j2").write_text(f"{above}{save}</body>{below}")
        shown = dump(server.address(page), tmp_path / "profile")
    assert "Not saved: a newer hand-in has been graded since this page was opened. Reload the page to see it." in shown


def test_a_gradebook_that_is_locked_delays_a_mark_and_loses_none(course):
    """Every page of formgrader is an error after a longer lock; the 5 s of SQLite are soon over in a backup or on a share."""
    config = load_config(course)
    with Gradebook(config.CourseDirectory.db_url) as book:
        waits = book.db.execute(text("PRAGMA busy_timeout")).scalar()
    assert waits == 1000 * LOCK_WAIT >= 60_000


def ask(server, what, data=None):
    """The answer of formgrader to a question of its page, or to something to save."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/formgrader/api/{what}",
                                     data and json.dumps(data).encode(), {"Authorization": f"token {server.token}"},
                                     method="PUT" if data else "GET")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def picture():
    """A figure as large as the worker makes one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2))
    figure.subplots().plot([1, 2])
    data = io.BytesIO()
    FigureCanvasAgg(figure).print_png(data)
    return data.getvalue()


def test_comments_are_offered_again_and_an_old_mark_is_a_proposal(served):
    """What was written about the task before, the most frequent first; student's and others' words are text on the page."""
    with Pipeline(served.course).gradebook() as book:
        for student, words in {"solution": "Say why <b>.", "half": "Say why <b>.", "mistaken": "Once."}.items():
            book.find_comment("task_1_8", STAGE.id, STAGE.id, student).manual_comment = words
        book.db.commit()
    page = fetch(served, f"formgrader/submissions/{submission_id(served, 'hostile')}/")
    assert page.index("Say why &lt;b&gt;.") < page.index('data-comment="Once."') and "Say why <b>." not in page


def test_a_folder_without_marks_and_a_configuration_of_its_own_are_refused(tmp_path):
    """An nbgrader_config.py that lets scripts through is not started with; ours is made where there is none."""
    with pytest.raises(UsageError, match="make grade"):
        FormGrader(tmp_path)
    ensure_config(tmp_path)
    assert "configure" in (tmp_path / CONFIG).read_text()
    ensure_config(tmp_path)
    (tmp_path / CONFIG).write_text("c = get_config()\nc.CourseDirectory.course_id = 'mine'\n")
    with pytest.raises(UsageError, match="scripts in students' notebooks"):
        ensure_config(tmp_path)


def test_the_server_ends_with_the_command(course):
    """The address is printed, and nothing is left listening after the command is told to end."""
    command = subprocess.Popen(
        [sys.executable, "-m", "autograder", "formgrader", "--course", str(course)], stdout=subprocess.PIPE, text=True
    )
    try:
        address = next(line.strip() for line in command.stdout if "http://127.0.0.1:" in line)
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
    finally:
        command.terminate()
        assert command.wait(timeout=30) == 0
        command.stdout.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=10)
    assert not (course / ".kit" / "formgrader.log").exists()
