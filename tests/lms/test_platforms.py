"""The packages of the other platforms, each unpacked and run as the platform's documents say; results by their published rules.

Sources: docs/externalGrading.md and infoQuestion.json of PrairieLearn; README and src/ of
classroom-resources/autograding-grading-reporter; classes/jobrunner.php and classes/combinator_grader_outcome.php of
trampgeek/moodle-qtype_coderunner.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml

from autograder.grade.language import languages, speaking, spoken
from autograder.grade.submission import no_notebook
from autograder.lms.platforms import pack, remarks
from tests.classroom import SOLUTION, STAGE, record_of
from tests.graded_class import mistaken_source

PLATFORMS = ("github", "prairielearn", "coderunner")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Each package, unpacked."""
    folder = tmp_path_factory.mktemp("packages")
    for platform in PLATFORMS:
        with zipfile.ZipFile(pack(STAGE, platform, folder)) as bundle:
            bundle.extractall(folder / platform)
    return folder


@pytest.mark.parametrize("language", languages())
def test_a_notebook_that_nobody_asks_for_is_not_missed_in_any_language(language):
    with speaking(language):
        notes = [spoken(no_notebook(f"{STAGE.id}.ipynb")), "another note"]
        assert remarks({"isolation": "sandbox", "notes": notes}, STAGE) == ["another note."]


def run(command, cwd, **variables):
    """A step of the platform; nothing of the environment names the kit."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COURSE")}
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300,
                          env=environment | {"GRADER_PYTHON": sys.executable} | variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def on_github(package, place, source):
    """The step Grade of the workflow, in a workspace with both checkouts; what the reporter decodes."""
    workflow = yaml.safe_load((package / "template/.github/workflows/classroom.yml").read_text())
    assert workflow["name"] == "Autograding Tests" and list(workflow["jobs"]) == ["run-autograding-tests"]
    steps = workflow["jobs"]["run-autograding-tests"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "grade"]
    assert steps[-1]["with"]["runners"] == "grade" and list(steps[-1]["env"]) == ["GRADE_RESULTS"]
    shutil.copytree(package / "grader", place / "grader")
    (place / "submission" / ".git").mkdir(parents=True)
    (place / "submission" / "bptt.py").write_text(source)
    run(["bash", "-e", "-c", step["run"]], place, GITHUB_OUTPUT=str(place / "output"),
        GITHUB_STEP_SUMMARY=str(place / "summary.md"))
    name, _, value = (place / "output").read_text().strip().partition("=")
    assert name == "result" and len(value) < 128 * 1024  # of one variable of the environment
    return json.loads(base64.b64decode(value))


def on_prairielearn(package, place, source):
    """The question's tests/ in /grade/tests, the submission in /grade/student; the entrypoint is made executable and run."""
    info = json.loads((package / "questions/1-bptt/info.json").read_text())
    assert {"uuid", "type", "title", "topic"} <= info.keys() and info["type"] == "v3"
    options = info["externalGradingOptions"]
    assert options.keys() <= {"enabled", "image", "entrypoint", "timeout", "serverFilesCourse", "enableNetworking", "environment"}
    assert options["timeout"] <= 600 and options["entrypoint"] == "/grade/tests/run.sh"
    shutil.copytree(package / "questions/1-bptt/tests", place / "tests")
    (place / "student").mkdir()
    (place / "student" / "bptt.py").write_text(source)
    script = place / "tests" / "run.sh"
    script.chmod(0o755)
    run([str(script)], "/", GRADE_ROOT=str(place))
    text = (place / "results" / "results.json").read_text()
    assert len(text) < 1_000_000
    return json.loads(text)


def on_coderunner(package, place, source):
    """The template with the answer in it, as Twig puts it there, run beside the support file; its output is the result."""
    shutil.copy(package / "kit.zip", place)
    escaped = source.replace("\\", "\\\\").replace('"', '\\"')
    program = (package / "template.py").read_text()
    program = program.replace("{{ STUDENT_ANSWER | e('py') }}", escaped).replace("{{ ATTACHMENTS | e('py') }}", "")
    assert not any(mark in program.replace(escaped, "") for mark in ("{{", "{%", "{#"))
    (place / "prog.py").write_text(program)
    done = run([sys.executable, "prog.py"], place)
    assert done.stderr == ""  # Jobe takes a word there for an error
    return json.loads(done.stdout)


RUN = {"github": on_github, "prairielearn": on_prairielearn, "coderunner": on_coderunner}


def check_github(found):
    """What the reporter reads: a status, the most points, and of each test name, status and score, which it adds up."""
    assert found["status"] in ("pass", "fail", "error") and isinstance(found["max_score"], int | float)
    for test in found["tests"]:
        assert test["status"] in ("pass", "fail", "error") and isinstance(test["score"], int | float)
        assert isinstance(test["name"], str) and isinstance(test["message"], str | None)
    return sum(test["score"] for test in found["tests"]), found["max_score"]


def check_prairielearn(found):
    """A score from 0 to 1 is the one thing that is asked for; tests as pl-external-grader-results draws them."""
    assert 0.0 <= found["score"] <= 1.0 and found["gradable"] is True
    for test in found["tests"]:
        assert test.keys() <= {"name", "description", "points", "max_points", "message", "output", "images"}
    return sum(test["points"] for test in found["tests"]), sum(test["max_points"] for test in found["tests"])


def check_coderunner(found):
    """Known fields alone, a fraction from 0 to 1, rows as long as their head, a format for each column that is shown."""
    assert found.keys() <= {"fraction", "prologuehtml", "testresults", "epiloguehtml", "feedbackhtml", "columnformats",
                            "showdifferences", "showoutputonly", "graderstate", "instructorhtml"}
    assert 0.0 <= found["fraction"] <= 1.0
    head, *rows = found["testresults"]
    assert all(len(row) == len(head) for row in rows)
    assert len(found["columnformats"]) == len([name for name in head if name not in ("iscorrect", "ishidden")])
    assert set(found["columnformats"]) <= {"%s", "%h"}
    return 80 * found["fraction"], 80


CHECK = {"github": check_github, "prairielearn": check_prairielearn, "coderunner": check_coderunner}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_model_answers_get_full_marks(packages, tmp_path, platform):
    found = RUN[platform](packages / platform, tmp_path, SOLUTION)
    assert CHECK[platform](found) == (80, 80)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_mistake_gets_the_marks_of_make_grade_and_hidden_tests_say_nothing(packages, tmp_path, platform, graded):
    """Public tests in full, with the hint; of hidden ones neither title nor message, not in the job's summary either."""
    found = RUN[platform](packages / platform, tmp_path, mistaken_source())
    record = record_of(graded, "mistaken")
    score, _ = CHECK[platform](found)
    assert score == pytest.approx(sum(test["points"] for test in record["tests"])) == 77
    said = json.dumps(found) + ((tmp_path / "summary.md").read_text() if platform == "github" else "")
    assert "The entries beside the diagonal" in said and "-0.125" in said
    hidden = [test for test in record["tests"] if test["visibility"] == "hidden"]
    assert hidden and not [test["title"] for test in hidden if test["title"] in said or json.dumps(test["title"])[1:-1] in said]
    assert "Task 1.3, Local factors: hidden tests" in said


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_file_that_cannot_be_imported_is_a_result_with_its_reason(packages, tmp_path, platform):
    found = RUN[platform](packages / platform, tmp_path, SOLUTION.replace("def ", "def def ", 1))
    assert "SyntaxError" in json.dumps(found)
    if platform == "prairielearn":  # no attempt is lost there
        assert found["gradable"] is False
    else:
        assert CHECK[platform](found)[0] == 0


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_package_is_the_same_every_time(tmp_path, platform):
    assert pack(STAGE, platform, tmp_path).read_bytes() == pack(STAGE, platform, tmp_path / "again").read_bytes()
