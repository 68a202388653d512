"""The leak scan: clean on what is released, and it finds a leak of every kind wherever it is put."""

import json
import shutil

import pytest

from autograder.publish.leaks import kinds, leaks, plant, secrets
from tests.classroom import SOLUTION, STAGE, STUB


@pytest.fixture
def folder(handout, tmp_path):
    """A copy of the released folder, to plant leaks in."""
    return shutil.copytree(handout, tmp_path / STAGE.id)


def add(path, text: str) -> None:
    """Append to a file."""
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_released_folder_has_no_leak(handout):
    """Of this stage's secrets."""
    assert leaks(STAGE, handout) == []


@pytest.mark.parametrize("kind", kinds(STAGE))
def test_a_planted_leak_of_each_kind_is_found(folder, kind):
    """By its kind, and in the file it was put in; nothing else is found."""
    plant(STAGE, kind, folder)
    found = leaks(STAGE, folder)
    assert found and all(kind in leak for leak in found)


def test_every_kind_of_secret_is_known():
    """Model answers, hidden tests, mistakes, alternatives, mark scheme, outputs."""
    known = {"solution", "hidden test", "mistake", "alternative answer", "mark scheme", "stored output"}
    assert known <= set(kinds(STAGE))
    for kind, least in (("solution", 20), ("hidden test", 100), ("mistake", 100), ("mark scheme", 1)):
        assert sum(secret.kind == kind for secret in secrets(STAGE)) >= least


def test_every_function_of_the_model_answers_is_guarded(folder):
    """The body of each function of more than a trivial line is found when it is put into the stub."""
    blocks = SOLUTION.split("    ### BEGIN SOLUTION\n")[1:]
    bodies = [block.split("    ### END SOLUTION")[0] for block in blocks]
    stub = (folder / STAGE.info.file).read_text(encoding="utf-8")
    silent = []
    for body in bodies:
        (folder / STAGE.info.file).write_text(stub + body, encoding="utf-8")
        if not leaks(STAGE, folder):
            silent.append(body.strip())
    assert all(len(body.splitlines()) == 1 and len(body.partition("#")[0].strip()) < 24 for body in silent), silent


@pytest.mark.parametrize("dressed", [
    lambda line: f"        {line}   # the answer",
    lambda line: line.replace(" ", ""),
    lambda line: line.replace("(", "(\n    "),
    lambda line: f"Use `{line}` here.",
], ids=["indented, with a comment", "without spaces", "over two lines", "in prose"])
def test_white_space_and_comments_hide_nothing(folder, dressed):
    """A line of the solution is found however it is set."""
    line = "h[t] = np.tanh(params[\"W_h\"] @ h[t - 1] + params[\"W_x\"] @ x[t - 1] + params[\"b\"])"
    assert line in SOLUTION
    add(folder / "README.md", "\n" + dressed(line) + "\n")
    (found,) = leaks(STAGE, folder)
    assert found.startswith("README.md has solution (bptt.py, line ")


def test_a_leak_in_a_notebook_cell_is_found(folder):
    """JSON's own escapes hide nothing."""
    path = folder / f"{STAGE.id}.ipynb"
    content = json.loads(path.read_text())
    line = "h[t] = np.tanh(params[\"W_h\"] @ h[t - 1] + params[\"W_x\"] @ x[t - 1] + params[\"b\"])"
    content["cells"][1]["source"] = ["def forward():\n", f"    {line}\n"]
    path.write_text(json.dumps(content))
    (found,) = leaks(STAGE, folder)
    assert found.startswith("1-bptt.ipynb has solution")


def test_a_docstring_of_a_hidden_test_is_found_over_two_lines(folder):
    """A sentence is the same however it is wrapped."""
    secret = next(secret for secret in secrets(STAGE) if secret.kind == "hidden test" and not secret.name)
    add(folder / "test_public.py", f'\n"""{secret.text[:10]}\n    {secret.text[10:]}"""\n')
    assert leaks(STAGE, folder)


@pytest.mark.parametrize("marker", ["### BEGIN SOLUTION", "### END SOLUTION", "=== BEGIN MARK SCHEME ==="])
def test_a_marker_that_was_left_is_a_leak(folder, marker):
    """What it enclosed may have been left too."""
    add(folder / STAGE.info.file, f"\n# {marker}\n")
    assert leaks(STAGE, folder) == [f"bptt.py has the marker {marker!r}"]


def test_the_model_answers_themselves_are_many_leaks(folder):
    """What nbgrader's generate_assignment would copy as it is."""
    shutil.copyfile(STAGE.solution, folder / STAGE.info.file)
    found = leaks(STAGE, folder)
    assert len(found) > 20 and all(leak.startswith("bptt.py has ") for leak in found)


def test_what_students_are_given_is_no_secret():
    """Lines outside the markers, and lines that say nothing."""
    texts = {secret.text for secret in secrets(STAGE)}
    assert not [text for text in texts if text in "".join(STUB.split())]
    assert not {"return", "else:", "importnumpyasnp", "gradients={}"} & texts
