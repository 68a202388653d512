"""The leak scan: clean on what is released, and it finds a leak of every kind wherever it is put."""

import base64
import io
import json
import shutil
from html import escape
from urllib.parse import quote

import pytest
from PIL import Image, PngImagePlugin

from autograder.publish.leaks import kinds, leaks, plant, secrets
from autograder.stages import find_stage
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
    known = {"solution", "hidden test", "mistake", "wrong program", "alternative answer", "mark scheme", "stored output"}
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


def test_what_hidden_tests_share_is_as_secret_as_they_are():
    """A module beside hidden.py: its sentences and its code."""
    stage = find_stage("4-gated")
    shared = {file.name for file in stage.suite.glob("hidden_*.py")}
    assert shared and shared <= {secret.where.partition(",")[0] for secret in secrets(stage) if secret.kind == "hidden test"}


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


SENTENCE = "all $T + 1$ states are kept until the pass back has used them."


def picture(kind: str) -> bytes:
    """A picture that says the sentence beside its pixels."""
    stream, image = io.BytesIO(), Image.new("RGB", (2, 2))
    if kind in ("tEXt", "zTXt", "iTXt"):
        said = PngImagePlugin.PngInfo()
        if kind == "iTXt":
            said.add_itxt("Title", SENTENCE, zip=True)
        else:
            said.add_text("Comment", SENTENCE, zip=kind == "zTXt")
        image.save(stream, "PNG", pnginfo=said)
    elif kind == "behind the end":
        image.save(stream, "PNG")
        stream.write(SENTENCE.encode())
    elif kind == "GIF":
        image.save(stream, "GIF", comment=SENTENCE)
    else:
        exif = Image.Exif()
        if kind == "XPComment":
            exif[0x9C9C] = SENTENCE.encode("utf-16-le")
        elif kind == "UserComment":
            exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + SENTENCE.encode()
        else:
            exif[0x010E] = SENTENCE
        image.save(stream, "WEBP" if kind == "WebP" else "JPEG", exif=exif)
    return stream.getvalue()


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def attached(name: str, mime: str, data: bytes) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": f"![x](attachment:{name})",
            "attachments": {name: {mime: coded(data)}}}


SVG = f"<svg><text><tspan>{SENTENCE[:20]}</tspan><tspan>{escape(SENTENCE[20:])}</tspan></text></svg>"
PLACES = {
    "a cell": {"cell_type": "markdown", "metadata": {}, "source": f"Note that {SENTENCE}"},
    "a raw cell": {"cell_type": "raw", "metadata": {}, "source": SENTENCE},
    "a comment of code": {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": f"# {SENTENCE}"},
    "a comment of HTML": {"cell_type": "markdown", "metadata": {}, "source": f"<!--\n{SENTENCE}\n-->"},
    "an alt text": {"cell_type": "markdown", "metadata": {}, "source": f"![{SENTENCE}](a.png)"},
    "an alt text of HTML": {"cell_type": "markdown", "metadata": {}, "source": f'<img alt="{SENTENCE}" src="a.png">'},
    "nbgrader's data": {"cell_type": "markdown", "metadata": {"nbgrader": {"note": SENTENCE}}, "source": ""},
    "another case": {"cell_type": "markdown", "metadata": {}, "source": SENTENCE.upper()},
    "bold words": {"cell_type": "markdown", "metadata": {}, "source": SENTENCE.replace("kept until", "**kept** _until_")},
    "entities": {"cell_type": "markdown", "metadata": {}, "source": SENTENCE.replace("a", "&#97;")},
    "full-width letters": {"cell_type": "markdown", "metadata": {},
                           "source": SENTENCE.replace("pass", "\uff50\uff41\uff53\uff53")},
    "an attached text": attached("note.txt", "text/plain", SENTENCE.encode()),
    "an attached SVG": attached("a.svg", "image/svg+xml", SVG.encode()),
    "an attached PNG": attached("a.png", "image/png", picture("zTXt")),
    "an attached JPEG": attached("a.jpg", "image/jpeg", picture("UserComment")),
    "a picture in its address": {"cell_type": "markdown", "metadata": {},
                                 "source": f"![x](data:image/png;base64,{coded(picture('zTXt'))})"},
    "an SVG in its address": {"cell_type": "markdown", "metadata": {}, "source": f"![x](data:image/svg+xml,{quote(SVG)})"},
}


@pytest.mark.parametrize("where", PLACES)
def test_a_sentence_of_the_mark_scheme_is_found_wherever_a_notebook_has_it(folder, where):
    """In the notebook that is graded and in one to read."""
    path = folder / f"{STAGE.id}.ipynb"
    content = json.loads(path.read_text())
    content["cells"].append(PLACES[where])
    path.write_text(json.dumps(content))
    found = leaks(STAGE, folder)
    assert found and all("1-bptt.ipynb has mark scheme" in leak for leak in found)


@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt", "behind the end", "GIF", "JPEG", "XPComment", "UserComment", "WebP",
                                  "SVG"])
def test_a_sentence_of_the_mark_scheme_is_found_in_a_picture(tmp_path, kind):
    """Whatever the picture's own way to say it."""
    name = "figure.SVG" if kind == "SVG" else "figure.PNG" if kind == "zTXt" else "figure.png"
    (tmp_path / name).write_bytes(SVG.encode() if kind == "SVG" else picture(kind))
    found = leaks(STAGE, tmp_path)
    assert found and all(f"{name} has mark scheme in a picture" in leak for leak in found)
