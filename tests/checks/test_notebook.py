"""In a real kernel: from stub to green without a restart, an endless loop, the view, and nbgrader's Validate button."""

import json
import shutil

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from tests.classroom import SOLUTION, STUB


@pytest.fixture
def folder(handout, tmp_path):
    """The released folder in an empty place."""
    return shutil.copytree(handout, tmp_path / "1-bptt")


def executed(folder, *cells):
    """The cells' outputs after they ran one after the other in one kernel."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    transport = Config({"KernelManager": {"transport": "ipc", "ip": str(folder.parent / "kernel")}})
    NotebookClient(notebook, timeout=200, kernel_name="python3", allow_errors=True, config=transport,
                   resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


def write(source, name="bptt.py"):
    """A cell that saves a file, as an editor would."""
    return f"from pathlib import Path; _ = Path({name!r}).write_text({source!r}, encoding='utf-8')"


def html(outputs):
    """The view of the one check in a cell."""
    (output,) = [output for output in outputs if output.output_type == "display_data"]
    return output.data["text/html"]


def test_from_stub_to_green_without_a_restart(folder):
    """The check, and the notebook's own copy of the module, see each saved change; lines of tracebacks are those of the file."""
    wrong = STUB.replace('raise NotImplementedError("Task 1.1: softmax is yours to write")', "return z + 0.2")
    broken = "# one\n# two\n# three\n" + SOLUTION + "\n\ndef late():\n    raise KeyError('here')\n"
    cells = executed(
        folder, "import bptt\nfrom checks import check, prepare\nprepare()", "check('1.1')", write(wrong), "check('1.1')",
        write(SOLUTION), "check('1.1')", "bptt.cross_entropy([0.5, 0.5], 1)", write(broken), "bptt.late()",
        write("def f(:\n"), "check('1.1')", write("def g(:\n"), "1 + 1")
    assert "not yet written" in html(cells[1])
    assert "failed" in html(cells[3]) and "softmax(z=[0., 0., 0., 0.])" in html(cells[3])
    assert "\N{CHECK MARK} passed" in html(cells[5]) and "of 80 points are tested here" in html(cells[5])
    assert cells[6][0].data["text/plain"].startswith(("0.69", "np.float64(0.69"))
    line = broken[: broken.index("raise KeyError('here')")].count("\n") + 1
    assert any(f"{line}" in row and "KeyError" in row for row in "".join(cells[8][-1].traceback).splitlines())
    assert html(cells[10]).count("SyntaxError") == 1 and len(cells[10]) == 1
    assert "".join(output.text for output in cells[12] if output.output_type == "stream") == (
        "bptt.py cannot be imported as it is saved, so this notebook goes on with what it had: "
        "SyntaxError: invalid syntax (line 1)\n")


def test_what_a_student_prints_or_raises_cannot_become_part_of_the_page(folder):
    """Every text in the view is escaped."""
    source = SOLUTION + "\n\ndef softmax(z):\n    print('<script>1</script>')\n    raise ValueError('<b>')\n"
    cells = executed(folder, write(source), "from checks import check\ncheck('1.1', show=True)")
    assert "<script>" not in html(cells[1]) and "&lt;script&gt;" in html(cells[1]) and "ValueError: &lt;b&gt;" in html(cells[1])
    assert "z = array([0., 0., 0., 0.])" in html(cells[1])


def test_the_validate_button_does_not_pass_a_stub(folder):
    """nbgrader's own validator, on the released notebook cut down to its first check."""
    from nbgrader.validator import Validator

    file = folder / "1-bptt.ipynb"
    notebook = json.loads(file.read_text(encoding="utf-8"))
    checks = [cell for cell in notebook["cells"] if "".join(cell["source"]).startswith("check(")][:1]
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    notebook["cells"] = [first, *checks]
    file.write_text(json.dumps(notebook), encoding="utf-8")
    validator = Validator()
    assert len(validator.validate(str(file)).get("failed", [])) == 1
    (folder / "bptt.py").write_text(SOLUTION, encoding="utf-8")
    assert "failed" not in validator.validate(str(file))


def test_a_figure_has_a_caption_and_words_for_who_cannot_see_it(folder):
    """And no second copy of it is shown at the end of the cell."""
    cells = executed(folder, "import matplotlib.pyplot as plt\nfrom checks import show_figure\n"
                             "fig, ax = plt.subplots()\nshow_figure('A <caption>.', alt='An \"empty\" frame.')")
    (output,) = cells[0]
    assert 'alt="An &quot;empty&quot; frame."' in output.data["text/html"]
    assert "<figcaption>A &lt;caption&gt;.</figcaption>" in output.data["text/html"]
