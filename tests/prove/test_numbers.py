"""Figures in a notebook's text are compared with the executed notebook."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from autograder.errors import UsageError
from autograder.prove import notebooks
from autograder.prove.notebooks import executed
from autograder.prove.numbers import number_problems, of_seeds
from autograder.stages import stages

TEXT = "The mean is <<sum(values) / len(values) | .2f>>, the least <<min(values) | tex1>>."


def problems(folder: Path, prose: str, listed: str) -> list[str]:
    """What is wrong with a notebook of one code cell and this prose."""
    cells = [nbformat.v4.new_code_cell("values = [0.002, 0.5, 1.0]", id="run"), nbformat.v4.new_markdown_cell(prose, id="read")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, folder / "stage.ipynb")
    (folder / "numbers.toml").write_text(listed, encoding="utf-8")
    stage = SimpleNamespace(suite=folder, notebook=folder / "stage.ipynb", info=SimpleNamespace(tasks={"2.6": "A task"}))
    return number_problems(stage, executed(folder / "stage.ipynb", stage))  # type: ignore[arg-type]


def stated(text: str) -> str:
    """An entry of numbers.toml."""
    return f"[[stated]]\ncell = \"read\"\ntext = '{text}'\n"


def test_a_text_with_the_figures_of_the_run_agrees(tmp_path):
    prose = r"In task 2.6, as said: The mean is 0.50, the least 2.0\cdot10^{-3}. Pascanu had 0.25."
    assert problems(tmp_path, prose, stated(TEXT) + "[given]\nread = ['0.25']\n") == []


@pytest.mark.parametrize(
    ("prose", "listed", "said"),
    [
        (r"The mean is 0.51, the least 2.0\cdot10^{-3}.", stated(TEXT), "does not say what the run gives: 'The mean is 0.50"),
        (r"The mean is 0.50, the least 2.0\cdot10^{-3}; or 7.5 %.", stated(TEXT[:-1]), "read states '7.5'"),
        ("The mean is 0.50.", stated("The mean is <<missing | .2f>>."), "NameError"),
    ],
)
def test_a_figure_that_is_wrong_or_unlisted_or_cannot_be_had_is_a_problem(tmp_path, prose, listed, said):
    found = problems(tmp_path, prose, listed)
    assert any(said in problem for problem in found), found


def test_every_stage_lists_its_figures():
    for stage in stages():
        assert (stage.suite / "numbers.toml").exists(), stage.id


def test_the_seeds_of_a_baseline_that_was_not_measured_are_an_error():
    assert len(of_seeds("tickets", "lstm", 60)) >= 2
    with pytest.raises(ValueError, match="no run"):
        of_seeds("tickets", "transformer", 60)


def test_a_run_that_hangs_is_made_once_more_and_says_so(tmp_path, monkeypatch):
    """A cell that does not end the first time, as where a message between Jupyter and its kernel is lost."""
    source = ("import pathlib, time\nseen = pathlib.Path('seen')\nif not seen.exists():\n    seen.touch()\n    time.sleep(3600)\n"
              "print('ran')")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), tmp_path / "stage.ipynb")
    monkeypatch.setattr(notebooks, "CELL_SECONDS", (3, 300))
    notebook = executed(tmp_path / "stage.ipynb")
    assert [output.text for output in notebook.cells[0].outputs] == ["ran\n"]
    assert notebook.metadata.kit_again == "once more, since a cell did not end within 3 s"
    assert "kit_again" not in executed(tmp_path / "stage.ipynb").metadata


def test_a_kernel_that_dies_gets_a_second_run_and_then_a_plain_message(tmp_path, monkeypatch):
    """Once it may be chance; twice it is the notebook, or this machine."""
    monkeypatch.setattr(notebooks, "CELL_SECONDS", (2, 300))
    dies = "import os, pathlib, time\nseen = pathlib.Path('seen')\nif not seen.exists():\n    seen.touch()\n    os._exit(1)\n"
    for last, ends in (("print('ran')", True), ("os._exit(1)", False)):
        (tmp_path / "seen").unlink(missing_ok=True)
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(dies + last)]), tmp_path / "stage.ipynb")
        if ends:
            assert executed(tmp_path / "stage.ipynb").metadata.kit_again == "once more, since there was no kernel (Kernel died)"
        else:
            with pytest.raises(UsageError, match=r"^stage.ipynb was run twice, and not to its end: there was no kernel \(Kernel "
                                                 r"died\); then there was no kernel \(Kernel died\). Run it by hand"):
                executed(tmp_path / "stage.ipynb")
