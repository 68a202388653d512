"""An instructor's slip does not hand out the answers: the release is refused, and the last good one stays."""

from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from PIL import Image, PngImagePlugin

from autograder.errors import UsageError
from autograder.grade.diagnosis.naming import mistake_module
from autograder.publish.leaks import texts_of_picture
from autograder.publish.markers import marker_problems, mistyped
from autograder.stages import find_stage, module_from
from tests.classroom import copy_of_kit, in_kit, state

STAGE = "1-bptt"



def source(kit: Path) -> Path:
    return kit / "solutions" / STAGE / f"{STAGE}.ipynb"


def in_notebook(old: str, new: str):
    def slip(kit: Path) -> None:
        text = source(kit).read_text(encoding="utf-8")
        assert old in text
        source(kit).write_text(text.replace(old, new, 1), encoding="utf-8")
    return slip


def picture_with_the_scheme(kit: Path) -> None:
    notebook = nbformat.read(source(kit), as_version=4)
    scheme = next(cell.source for cell in notebook.cells if "BEGIN MARK SCHEME" in cell.source)
    sentence = max(scheme.partition("BEGIN MARK SCHEME ===")[2].split("\n"), key=len)
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", sentence)
    Image.new("L", (2, 2)).save(source(kit).with_name("figure.png"), pnginfo=said)


def scheme_in_the_stub(kit: Path) -> None:
    notebook = nbformat.read(source(kit), as_version=4)
    scheme = next(cell.source for cell in notebook.cells if "BEGIN MARK SCHEME" in cell.source)
    sentence = max(scheme.partition("BEGIN MARK SCHEME ===")[2].split("\n"), key=len)
    file = kit / "solutions" / STAGE / "bptt.py"
    file.write_text(file.read_text(encoding="utf-8") + f"\n# {sentence}\n", encoding="utf-8")


# Slips that are seen before anything is built are in test_material.py, but for the first two.
SLIPS = {
    "a letter missing": (in_notebook("=== BEGIN MARK SCHEME ===", "=== BEGIN MRAK SCHEME ==="), "looks like the marker"),
    "TOML that is none": (lambda kit: (kit / "autograder/stages/bptt/stage.toml").write_text("title = \n"),
                          "stage.toml, line 1: Invalid value"),
    "a picture that says it": (picture_with_the_scheme, "mark scheme in a picture"),
    "a comment in the stub that says it": (scheme_in_the_stub, "bptt.py has mark scheme"),
    "points that do not add up": (in_notebook('"points": 20', '"points": 25'), "the points add up to 105, not to 100"),
    "a test without points": (lambda kit: (kit / "autograder/stages/bptt/hidden.py").write_text(
        "import pytest\n\n\n@pytest.mark.task('1.1')\ndef test_x(student):\n    pass\n"), "hidden.py, line 4: points of test_x"),
    "a suite that cannot be imported": (lambda kit: (kit / "autograder/stages/bptt/public.py").write_text("\nimport nothing\n"),
                                        "public.py, line 2: ModuleNotFoundError"),
    "points by a name": (lambda kit: (kit / "autograder/stages/bptt/hidden.py").write_text(
        "from autograder.checks import task\n\nONE = 1\n\n\n@task('1.1', points=ONE)\ndef test_x(student):\n    pass\n"),
        "hidden.py, line 6: write out task and points of test_x"),
    "a test that is made as the file runs": (
        lambda kit: (kit / "autograder/stages/bptt/hidden.py").write_text(
            "import pytest\n\n\ndef made(student):\n    pass\n\n\ntest_x = pytest.mark.task('1.1', points=1)(made)\n"),
        "test_x is made as the file runs"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_and_the_last_good_release_stays(slip: str, tmp_path: Path) -> None:
    kit = copy_of_kit(tmp_path / "kit")
    change, words = SLIPS[slip]
    change(kit)
    before = state(kit / "assignments")
    outcome = in_kit(kit, "release", "--stage", STAGE)
    assert outcome.returncode == 2, outcome.stdout + outcome.stderr
    assert words in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert state(kit / "assignments") == before


def test_a_picture_and_a_notebook_to_read_are_handed_out(tmp_path: Path) -> None:
    kit = copy_of_kit(tmp_path / "kit")
    Image.new("L", (2, 2)).save(source(kit).with_name("figure.png"))
    source(kit).with_name("drawing.svg").write_text("<svg/>")
    to_read = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Read me.")])
    nbformat.write(to_read, source(kit).with_name("extra.ipynb"))
    outcome = in_kit(kit, "release", "--stage", STAGE)
    assert outcome.returncode == 0, outcome.stderr
    released = kit / "assignments" / STAGE
    assert (released / "figure.png").exists() and (released / "drawing.svg").exists() and (released / "extra.ipynb").exists()


def test_material_that_cannot_be_run_has_its_file_and_line() -> None:
    """A mistake that imports what is not there, and a right answer that raises."""
    stage = find_stage(STAGE)
    mistake = replace(stage.mistakes()[0], id="imports-nothing", own='"""A title."""\nimport nowhere\n')
    with pytest.raises(UsageError, match=r"mistakes/imports_nothing\.py, line 2: ModuleNotFoundError: "):
        mistake_module(stage, mistake)
    with pytest.raises(UsageError, match=r"alternatives/loops\.py, line 3: ZeroDivisionError"):
        module_from("def f():\n    pass\n1 / 0\n", "bptt", "alternatives/loops.py")


def test_prose_about_solutions_is_no_marker() -> None:
    for line in ("## The solution in one line", "### Task 1.2 Forward", "The marking scheme is not shown.", "# Begin with T = 1",
                 "=====", "### BEGIN SOLUTION", "    ### END SOLUTION", "--- end ---"):
        assert mistyped(line, "x") == [], line


def test_two_schemes_and_one_outside_a_task_are_told() -> None:
    scheme = "=== BEGIN MARK SCHEME ===\nThe recursion enters through h_{t-1}.\n=== END MARK SCHEME ==="
    task = nbformat.v4.new_markdown_cell(f"{scheme}\n{scheme}", metadata={"nbgrader": {"task": True, "grade_id": "task_1_8"}})
    outside = nbformat.v4.new_markdown_cell(scheme)
    problems = marker_problems(nbformat.v4.new_notebook(cells=[task, outside]), "n.ipynb")
    assert len(problems) == 2
    assert "this one has 2" in problems[0] and "cell 1 (task_1_8)" in problems[0]
    assert "outside a written task" in problems[1]


def test_what_a_picture_says_beside_its_pixels_is_read(tmp_path: Path) -> None:
    said = PngImagePlugin.PngInfo()
    said.add_itxt("Title", "a hidden sentence", zip=True)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=said)
    assert "a hidden sentence" in texts_of_picture((tmp_path / "a.png").read_bytes())
    assert texts_of_picture(b"no picture") == ""
