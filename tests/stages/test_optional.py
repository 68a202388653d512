"""The optional tasks: their model answers pass their checks, students get stubs, and a stage stands without them."""

import contextlib
import io
import sys

import matplotlib.pyplot as plt
import nbformat
import pytest

from autograder.checks.layout import expose_handout_modules
from autograder.stages import RELEASE, find_stage, stages

# The cells of the notebook that the optional task of a stage builds on.
NEEDS = {"2-vanishing": ("cell-1", "cell-3"), "3-clipping": ("cell-2", "cell-8"), "4-gated": ("cell-1",)}
TASKS = {"2-vanishing": ("2.O",), "3-clipping": ("3.O",), "4-gated": ("4.O", "4.O2")}
# What a long training of stage 4 leaves behind, made short: the words, a few stories, and what the three models got.
MADE = ("words = data.Vocabulary.load('tickets')", "items = data.tickets_items(words, 'test')[::200]",
        "accuracy = {'RNN': {5: 0.2, 100: 0.1}}")


def cells_of(stage_id, released=False):
    """The cells of a stage's notebook."""
    stage = find_stage(stage_id)
    return nbformat.read(RELEASE / stage_id / f"{stage_id}.ipynb" if released else stage.notebook, as_version=4).cells


def run(stage_id, cells, monkeypatch):
    """What these code cells print."""
    for stage in stages():
        monkeypatch.syspath_prepend(str(stage.source))
        monkeypatch.delitem(sys.modules, stage.module, raising=False)
    stage = find_stage(stage_id)
    expose_handout_modules(stage.suite, stage.info)
    shown: list[str] = []
    names, said = {"show_figure": lambda caption, alt: shown.append(caption + alt)}, io.StringIO()
    with contextlib.redirect_stdout(said):
        for cell in cells:
            if cell.cell_type == "code" and (cell.id in NEEDS[stage_id] or cell.id.startswith("optional-")):
                kept = [line for line in cell.source.splitlines() if not line.startswith("%") and "checks import" not in line]
                exec("\n".join(line for line in kept if line != "prepare()").replace("UPDATES = 400", "UPDATES = 2"), names)
                if stage_id == "4-gated" and cell.id == "cell-1":
                    exec("\n".join(MADE), names)
    plt.close("all")
    return said.getvalue(), len(shown)


@pytest.mark.parametrize("stage_id", NEEDS)
def test_the_model_answer_passes_the_checks_and_draws_a_figure(stage_id, monkeypatch):
    said, drawn = run(stage_id, cells_of(stage_id), monkeypatch)
    assert [line for line in said.splitlines() if "optional" in line] == [f"optional {task}: passed" for task in TASKS[stage_id]]
    assert drawn == len(TASKS[stage_id])


@pytest.mark.parametrize("stage_id", NEEDS)
def test_students_get_a_stub_and_nothing_fails_on_it(stage_id, monkeypatch):
    cells = cells_of(stage_id, released=True)
    answers = [cell for cell in cells if cell.id.endswith("-answer")]
    assert len(answers) == len(TASKS[stage_id])
    assert all("NotImplementedError" in answer.source and "SOLUTION" not in answer.source for answer in answers)
    said, drawn = run(stage_id, cells, monkeypatch)
    told = [line for line in said.splitlines() if line.startswith("optional")]
    assert told == [f"optional {task}: not yet written" for task in TASKS[stage_id]] and drawn == 0


@pytest.mark.parametrize("stage_id", NEEDS)
def test_nothing_else_of_the_notebook_builds_on_an_optional_task(stage_id):
    """So an instructor may delete the cells whose ids begin with optional-."""
    optional = [cell for cell in cells_of(stage_id) if cell.id.startswith("optional-")]
    defined = {line.split("(")[0].removeprefix("def ") for cell in optional for line in cell.source.splitlines()
               if line.startswith("def ")}
    assert defined
    others = [cell.source for cell in cells_of(stage_id) if cell not in optional and cell.cell_type == "code"]
    assert not [name for name in defined for source in others if f"{name}(" in source]
    assert not any(cell.metadata.get("nbgrader", {}).get("grade") for cell in optional)
