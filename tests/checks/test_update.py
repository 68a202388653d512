"""A new release unpacked over old work: tests and checks are taken over, what a student wrote is not touched."""

import json
import shutil
import zipfile

import pytest

from autograder.checks.update import MANIFEST, hash_of_cell, manifest, manifest_of, merged
from autograder.publish.release import files, pack
from tests.classroom import SOLUTION, STAGE, contents, run

NOTEBOOK = f"{STAGE.id}.ipynb"


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place, with work in it."""
    folder = shutil.copytree(handout, tmp_path / STAGE.id)
    (folder / STAGE.info.file).write_text(SOLUTION, encoding="utf-8")
    return folder


@pytest.fixture
def release(handout, tmp_path):
    """The zip of a later release: another test, another text, a new cell, a file of the checks less."""
    later = shutil.copytree(handout, tmp_path / "later" / STAGE.id)
    replace(later / "stage.toml", STAGE.info.release, "2999-01-01")
    replace(later / "test_public.py", "softmax gives exp(z)", "softmax gives the exponentials")
    replace(later / STAGE.info.file, "import numpy", "\nimport numpy")
    (later / "checks" / "figures.py").unlink()
    notebook = json.loads((later / NOTEBOOK).read_text(encoding="utf-8"))
    notebook["cells"][0]["source"] = "# A corrected text"
    notebook["cells"][2]["source"] = "## Corrected too"
    notebook["cells"].insert(1, {"cell_type": "markdown", "id": "new-cell", "metadata": {}, "source": "New."})
    (later / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    (later / MANIFEST).unlink()
    text = manifest_of(files(later), NOTEBOOK, handout)
    (later / MANIFEST).write_text(text, encoding="utf-8")
    pack(later, tmp_path / f"{STAGE.id}.zip")
    return tmp_path / f"{STAGE.id}.zip"


def replace(file, old, new):
    """Put one text in the place of another."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def update(python, folder, archive):
    """`python -m checks update`: what it says, and its exit status."""
    done = run(python, "-m", "checks", "update", str(archive), cwd=folder)
    assert "Traceback" not in done.stderr
    return done.stdout, done.returncode


def cells_of(folder):
    """The notebook's cells by id."""
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))["cells"]}


def test_work_stays_and_the_rest_is_new(bare_python, folder, release):
    """Code, answers and own files as they were; tests, checks and texts as released; the folder knows its release."""
    notebook = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))
    notebook["cells"][2]["source"] = "My own remark"
    mine = next(cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("*Your answer"))
    mine["source"] = "My answer"
    (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    said, status = update(bare_python, folder, release)
    assert status == 0
    assert said.startswith(f"This folder is now release 2999-01-01 (it was {STAGE.info.release}). bptt.py and all other files")
    assert (folder / STAGE.info.file).read_text(encoding="utf-8") == SOLUTION
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    cells = cells_of(folder)
    assert cells["cell-0"] == "# A corrected text" and cells["new-cell"] == "New." and list(cells)[1] == "new-cell"
    assert cells[notebook["cells"][2]["id"]] == "My own remark" and cells[mine["id"]] == "My answer"
    assert "1 cells of the notebook that you had changed stay as you left them" in said
    assert "had other texts" not in said, "the release's own list is no text of the student's"
    assert "bptt.new.py" in said and not (folder / "checks" / "figures.py").exists()
    done = run(bare_python, "-m", "checks", "1.1", cwd=folder)
    assert "release 2999-01-01" in done.stdout and "1.1 The loss                 passed" in done.stdout


def test_what_a_student_changed_of_the_releases_files_is_kept(bare_python, folder, release):
    """It lies aside, under the release it was of."""
    replace(folder / "test_public.py", "softmax gives exp(z)", "my own test")
    said, _ = update(bare_python, folder, release)
    kept = folder / "replaced" / STAGE.info.release
    assert "my own test" in (kept / "test_public.py").read_text(encoding="utf-8")
    assert "test_public.py had other texts than the release this folder was of; they lie in replaced/" in said
    assert (kept / NOTEBOOK).exists()


def test_the_same_release_twice_changes_nothing(bare_python, folder, handout, tmp_path):
    """No file is written, and it is said."""
    pack(handout, tmp_path / "same.zip")
    before = contents(folder)
    said, status = update(bare_python, folder, tmp_path / "same.zip")
    assert status == 0 and "Nothing in it was older." in said
    after = {name: data for name, data in contents(folder).items() if "__pycache__" not in name}
    assert after == {name: data for name, data in before.items() if "__pycache__" not in name}


def test_a_notebook_of_unknown_cells_is_left_alone(bare_python, folder, release):
    """Such as one that another program saved; the new one lies beside it."""
    notebook = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"colab{number}"
    text = json.dumps(notebook)
    (folder / NOTEBOOK).write_text(text, encoding="utf-8")
    said, _ = update(bare_python, folder, release)
    assert (folder / NOTEBOOK).read_text(encoding="utf-8") == text
    assert f"{STAGE.id}.new.ipynb" in said and (folder / f"{STAGE.id}.new.ipynb").exists()


@pytest.mark.parametrize("name, data, words", [
    ("stage.toml", b"title = 'Other'\nfile = 'other.py'\n[tasks]\n", "nothing was changed"),
    ("readme.txt", b"hello", "there is no stage.toml in it"),
    ("stage.toml", b"title = 'x'\nfile = 'bptt.py'\n", "it has a file that would lie outside the folder"),
], ids=["another stage", "no release", "leads out"])
def test_what_is_no_release_of_this_stage_changes_nothing(bare_python, folder, tmp_path, name, data, words):
    """And no file is written outside the folder."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as bundle:
        bundle.writestr(name, data)
        if words != "nothing was changed":
            bundle.writestr("../../evil.py", b"x")
    before = {name: data for name, data in contents(folder).items() if "__pycache__" not in name}
    said, status = update(bare_python, folder, tmp_path / "x.zip")
    assert status == 1 and words in said
    assert {name: data for name, data in contents(folder).items() if "__pycache__" not in name} == before
    assert not list(tmp_path.rglob("evil.py"))


def test_an_older_release_is_refused(bare_python, folder, handout, tmp_path):
    """Its days are compared."""
    older = shutil.copytree(handout, tmp_path / "older" / STAGE.id)
    replace(older / "stage.toml", STAGE.info.release, "2001-01-01")
    pack(older, tmp_path / "older.zip")
    said, status = update(bare_python, folder, tmp_path / "older.zip")
    assert status == 1 and f"older than this folder's {STAGE.info.release}: nothing was changed" in said


def cell(name, text, kind="code", **more):
    """A cell of a notebook."""
    return {"id": name, "cell_type": kind, "source": text, "metadata": {}} | more


def test_a_release_remembers_the_cells_of_those_before_it(handout, release, tmp_path):
    """So that a notebook of one of them is known without any metadata; a cell that is there again is no earlier one."""
    was = {hash_of_cell(cell) for cell in json.loads((handout / NOTEBOOK).read_bytes())["cells"]}
    before = set(manifest(handout)["earlier"])
    later = tmp_path / "later" / STAGE.id
    told = manifest(later)
    assert set(told["earlier"]) == (was | before) - set(told["cells"].values()) and len(set(told["earlier"]) - before) == 2
    text = (later / MANIFEST).read_text(encoding="utf-8")
    assert manifest_of(files(later), NOTEBOOK, later) == manifest_of(files(later), NOTEBOOK, handout)
    back = json.loads(manifest_of(files(handout), NOTEBOOK, later))["earlier"]
    assert set(back) - before == set(told["cells"].values()) - was and text


def test_what_an_editor_changed_is_no_change_of_the_students():
    """Blanks at the ends of lines, the width of a table, letters composed in another way."""
    def cell(text):
        return hash_of_cell({"cell_type": "markdown", "source": text})

    table = "A table:\n\n| task | points |\n|---|---|\n| 1.1 | 5 |\n\nAfter it $|x|$ is \u00fcber."
    edited = "A table:  \r\n\r\n|task  |points|\r\n| ----- | ------ |\r\n|1.1|5|\n\nAfter it $|x|$ is u\u0308ber.\n"
    assert cell(table) == cell(edited)
    assert cell(table) != cell(table.replace("5", "6")) and cell(table) != cell(table.replace("$|x|$", "$x$"))


def test_cells_that_a_student_left_alone_are_those_of_the_release():
    """What they show stays; what the student changed stays as it is, and is counted where the release has another text."""
    was = [cell("a", "1"), cell("b", "text", "markdown"), cell("c", "1"), cell("d", "1")]
    ran = {"outputs": ["two"], "execution_count": 7}
    mine = [cell("a", "1", **ran), was[1], cell("own", "mine"), cell("c", "my own"), cell("d", "my own")]
    new = [cell("a", "2", outputs=[], execution_count=None), cell("b", "other", "markdown"), cell("e", "new"), cell("c", "2"),
           cell("d", "1")]
    cells, changed, kept = merged(mine, new, {one["id"]: hash_of_cell(one) for one in was})
    assert cells == [cell("a", "2", **ran), new[1], new[2], *mine[2:]] and (changed, kept) == (3, 1)
