"""Slips in the material as strangers make them: each is refused with its place, before anything is built."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

import autograder.stages
from autograder.errors import UsageError
from autograder.publish import refusals
from autograder.publish.refusals import refuse_leftovers, refuse_unsafe
from autograder.stages import KIT, find_stage, stages

SUITE, SOURCE = "autograder/stages/bptt", "solutions/1-bptt"
BEGIN, END = "=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="
Slip = Callable[[Path], object]


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The material in a place of its own, to be broken."""
    for name in ("solutions", "autograder/stages", "datasets"):
        shutil.copytree(KIT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.pt", ".ipynb_checkpoints"))
    for folder in ("assignments", "dist"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(autograder.stages, "__file__", str(tmp_path / "autograder/stages/__init__.py"))
    for module, names in ((autograder.stages, ("KIT", "SOLUTIONS")), (refusals, ("KIT", "SOLUTIONS", "RELEASE", "DIST"))):
        places = {"KIT": tmp_path, "SOLUTIONS": tmp_path / "solutions", "RELEASE": tmp_path / "assignments",
                  "DIST": tmp_path / "dist"}
        for name in names:
            monkeypatch.setattr(module, name, places[name])
    return tmp_path


def refused(slip: Slip, kit: Path) -> str:
    """What is said when the first stage is released after this."""
    slip(kit)
    with pytest.raises(UsageError) as error:
        refuse_leftovers()
        refuse_unsafe(find_stage("1-bptt"))
    return str(error.value)


def rewrite(path: str, old: str, new: str) -> Slip:
    """Put `new` in the place of the first `old` in a file; an empty `old` is its beginning."""
    def slip(kit: Path) -> None:
        text = (kit / path).read_text(encoding="utf-8")
        assert old in text
        (kit / path).write_text(text.replace(old, new, 1) if old else new + text, encoding="utf-8")
    return slip


def cells(change: Callable[[list[dict]], object]) -> Slip:
    """Change the cells of the notebook."""
    def slip(kit: Path) -> None:
        path = kit / SOURCE / "1-bptt.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        for cell in content["cells"]:
            cell["source"] = "".join(cell["source"])
        change(content["cells"])
        path.write_text(json.dumps(content), encoding="utf-8")
    return slip


def written(listed: list[dict]) -> dict:
    """The cell of the written task."""
    return next(cell for cell in listed if cell["metadata"].get("nbgrader", {}).get("task"))


def in_scheme(old: str, new: str) -> Slip:
    return cells(lambda listed: written(listed).update(source=written(listed)["source"].replace(old, new)))


def cell_with(kind: str, source: str) -> Slip:
    def add(listed: list[dict]) -> None:
        listed.append({"cell_type": kind, "id": "added", "metadata": {}, "source": source}
                      | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return cells(add)


def plan(**values: object) -> Slip:
    """Change nbgrader's data of the written task; None takes a key out."""
    def change(listed: list[dict]) -> None:
        meta = written(listed)["metadata"]["nbgrader"]
        meta.update(values)
        for key in [key for key, value in values.items() if value is None]:
            del meta[key]
    return cells(change)


def link(kit: Path) -> None:
    os.symlink(kit / SUITE / "hidden.py", kit / SOURCE / "figure.png")


@pytest.mark.parametrize("begin", [
    "=== BEGIN MARKSCHEME ===", "===BEGIN MARK SCHEME===", "=== Begin Mark Scheme ===", "=== BEGIN MARKING SCHEME ===",
    "== BEGIN MARK SCHEME ==", "=== BEGIN MARK SCHEME", "BEGIN MARK SCHEME", "Begin mark scheme", "### BEGIN MARK SCHEME",
    "**BEGIN MARK SCHEME**", "<!-- BEGIN MARK SCHEME -->", "<!-- === BEGIN MARK SCHEME === -->", "=== BEIGN MARK SCHEME ===",
    "=== BEGIN MARK SCHEM ===", "=== START MARK SCHEME ===", "=== BEGIN GRADING SCHEME ===", "=== BEGIN-MARK-SCHEME ===",
    "=== BEGIN\u00a0MARK\u00a0SCHEME ===", "\uff1d\uff1d\uff1d BEGIN MARK SCHEME \uff1d\uff1d\uff1d",
    "=== BEGIN MARK SCHEME === for TAs",
    "> === BEGIN MARK SCHEME ===", "- begin of the mark scheme -",
])
@pytest.mark.parametrize("where", ["the task", "another cell"])
def test_a_mistyped_marker_of_a_mark_scheme_is_refused(begin: str, where: str, kit: Path) -> None:
    """In the cell of the task, and in one where no task is."""
    if where == "the task":
        said = refused(in_scheme(BEGIN, begin), kit)
        assert "1-bptt.ipynb, cell 46 (task_1_8)" in said or "(task_1_8)" in said
    else:
        said = refused(cell_with("markdown", f"Notes\n\n{begin}\n\nThe recursion enters twice.\n"), kit)
        assert re.search(r"cell \d+, line 3: .* looks like the marker '=== BEGIN MARK SCHEME ==='", said), said


SLIPS: dict[str, tuple[Slip, str]] = {
    "a scheme that never ends": (in_scheme(END, ""), "is never ended"),
    "an end in lower case": (in_scheme(END, END.lower()), "looks like the marker '=== END MARK SCHEME ==='"),
    "an empty scheme": (
        cells(lambda listed: written(listed).update(source=f"Why?\n\n{BEGIN}\n\n{END}")), "its mark scheme is empty"),
    "an end before its beginning": (cells(lambda listed: written(listed).update(source=f"{END}\nWhy?\n{BEGIN}")),
                                    "without its beginning"),
    "a scheme in a raw cell": (cell_with("raw", f"{BEGIN}\nThe recursion enters twice.\n{END}"), "outside a written task"),
    "a scheme in a code cell": (
        cell_with("code", f"# a note\n{BEGIN}\nThe recursion enters twice.\n{END}"), "outside a written task"),
    "a scheme in the answer cell": (cell_with("markdown", f"*Your answer.*\n{BEGIN}\nTwice.\n{END}"), "outside a written task"),
    "a marker with words before it": (in_scheme(BEGIN, f"Now: {BEGIN}"), "has to stand alone"),
    "no scheme": (in_scheme(f"{BEGIN}\n", ""), "exactly one mark scheme"),
    "a conflict in the notebook's file": (rewrite(f"{SOURCE}/1-bptt.ipynb", "\n", "\n<<<<<<< mine\n"),
                                          "1-bptt.ipynb, line 2: a merge conflict is left in it"),
    "a conflict inside a cell": (cell_with("markdown", "one\n<<<<<<< HEAD\ntwo\n=======\nthree\n>>>>>>> other"),
                                 "line 2: a merge conflict is left in it"),
    "a conflict in the model answers": (rewrite(f"{SOURCE}/bptt.py", "import numpy", "<<<<<<< HEAD\nimport numpy"),
                                        "bptt.py, line 15: a merge conflict is left in it"),
    "a conflict in a docstring of the tests": (rewrite(f"{SUITE}/public.py", '"""', '"""\n>>>>>>> theirs\n'),
                                               "public.py, line 2: a merge conflict is left in it"),
    "a syntax error in the model answers": (rewrite(f"{SOURCE}/bptt.py", "", "x = 1\ndef f(:\n"), "bptt.py, line 2: "),
    "a syntax error in a mistake": (rewrite(f"{SUITE}/mistakes/dL_dz_sign.py", "", "def f(:\n"), "dL_dz_sign.py, line 1: "),
    "a syntax error in the public tests": (rewrite(f"{SUITE}/public.py", "", "x = (\n"), "public.py, line 1: "),
    "a syntax error in the hidden tests": (rewrite(f"{SUITE}/hidden.py", "", "def f(:\n"), "hidden.py, line 1: "),
    "a syntax error in an alternative": (rewrite(f"{SUITE}/alternatives/einsum.py", "", "\nclass\n"), "einsum.py, line 2: "),
    "a syntax error in a wrong program": (lambda kit: next(iter(sorted((kit / SUITE / "wrong").glob("*.py")))).write_text("1 +"),
                                          ".py, line 1: "),
    "null bytes": (lambda kit: (kit / SUITE / "hidden.py").write_bytes(b"x = 1\0"), "hidden.py"),
    "latin-1 in a mistake": (lambda kit: (kit / SUITE / "mistakes" / "dL_dz_sign.py").write_bytes("\n# für".encode("latin-1")),
                             "dL_dz_sign.py, line 2: this is not UTF-8"),
    "latin-1 in the notebook": (lambda kit: (kit / SOURCE / "1-bptt.ipynb").write_bytes('{"a": "ü"}'.encode("latin-1")),
                                "1-bptt.ipynb, line 1: this is not UTF-8"),
    "a BOM in the model answers": (
        rewrite(f"{SOURCE}/bptt.py", "", "\ufeff"), "bptt.py, line 1: it begins with a byte order mark"),
    "a BOM in the notebook": (
        rewrite(f"{SOURCE}/1-bptt.ipynb", "", "\ufeff"), "1-bptt.ipynb, line 1: it begins with a byte order"),
    "a notebook that is no JSON": (lambda kit: (kit / SOURCE / "1-bptt.ipynb").write_text('{\n "cells": [,]\n}'), "1-bptt.ipynb"),
    "a notebook that is empty": (lambda kit: (kit / SOURCE / "1-bptt.ipynb").write_text(""), "1-bptt.ipynb"),
    "markers in lower case": (rewrite(f"{SOURCE}/bptt.py", "### BEGIN SOLUTION", "### begin solution"), "looks like the marker"),
    "markers with words after": (rewrite(f"{SOURCE}/bptt.py", "### BEGIN SOLUTION", "### BEGIN SOLUTION: easy"),
                                 "has to stand alone"),
    "one sharp sign": (rewrite(f"{SOURCE}/bptt.py", "### BEGIN SOLUTION", "# BEGIN SOLUTION"), "looks like the marker"),
    "markers of another kind": (lambda kit: (kit / SOURCE / "bptt.py").write_text(
        (kit / SOURCE / "bptt.py").read_text().replace("### BEGIN SOLUTION", "# ANSWER", 1)
        .replace("### END SOLUTION", "# TILL HERE", 1)),
        "has no line '### BEGIN SOLUTION', so its model answer would be handed out"),
    "an unknown stage in requires_stages": (
        rewrite(f"{SUITE}/stage.toml", "requires_stages = []", 'requires_stages = ["0-none"]'),
                                            "stage.toml, line 5: there is no stage '0-none'"),
    "an unknown key": (rewrite(f"{SUITE}/stage.toml", "", 'use = ["x"]\n'), "nobody reads the key 'use'"),
    "no task": (lambda kit: (kit / SUITE / "stage.toml").write_text('title = "A"\nfile = "bptt.py"\n[tasks]\n'), "names no task"),
    "a stage that requires itself": (rewrite(f"{SUITE}/stage.toml", "requires_stages = []", 'requires_stages = ["1-bptt"]'),
                                     "line 5: 1-bptt does not come before 1-bptt"),
    "a cycle of stages": (rewrite(f"{SUITE}/stage.toml", "requires_stages = []", 'requires_stages = ["2-vanishing"]'),
                          "line 5: 2-vanishing does not come before 1-bptt"),
    "a file of another stage": (rewrite(f"{SUITE}/stage.toml", '"bptt.py"', '"back.py"'), "back.py cannot be read"),
    "a file to hand out that is gone": (
        rewrite(f"{SUITE}/stage.toml", "[tasks]", '[handout_files]\n"datasets/none" = "none"\n[tasks]'),
                                        "names datasets/none, which is not there"),
    "no points": (plan(points=None), "(task_1_8): points is a number, 0 or more; got None"),
    "points in quotes": (plan(points="20"), "points is a number, 0 or more; got '20'"),
    "a grade_id of no task": (plan(grade_id="task_1_88"), "grade_id task_1_88 is of no task in stage.toml"),
    "no grade_id": (plan(grade_id=None), "has no grade_id"),
    "one grade_id twice": (
        cells(lambda listed: listed.append(written(listed) | {"id": "twice"})), "another cell has the grade_id"),
    "a written task in a code cell": (
        cells(lambda listed: written(listed).update(cell_type="code", outputs=[], execution_count=None)),
                                      "a written task is a markdown cell"),
    "nbgrader's data as a text": (
        cells(lambda listed: listed[0]["metadata"].update(nbgrader="x")), "nbgrader's data is no table"),
    "a link beside the notebook": (link, "figure.png is a link"),
    "a folder beside it": (lambda kit: (kit / SOURCE / "figures").mkdir(), "figures: nothing says that students get it"),
    "notes beside it": (lambda kit: (kit / SOURCE / "answers.txt").write_text("42"), "nothing says that students get it"),
    "a renamed notebook": (lambda kit: (kit / SOURCE / "1-bptt.ipynb").rename(kit / SOURCE / "bptt.ipynb"),
                           "there is bptt.ipynb"),
    "a PDF beside it": (lambda kit: (kit / SOURCE / "scheme.pdf").write_bytes(b"%PDF"), "scheme.pdf: nothing says"),
    "a copy of the notebook": (lambda kit: shutil.copy(kit / SOURCE / "1-bptt.ipynb", kit / SOURCE / "1-bptt-old.ipynb"),
                               "1-bptt-old.ipynb has cells that are graded"),
    "a notebook of format 3": (lambda kit: nbformat.write(nbformat.convert(nbformat.read(kit / SOURCE / "1-bptt.ipynb", 4), 3),
                                                          kit / SOURCE / "1-bptt.ipynb", 3), "it was saved in format 3"),
    "a notebook of format 5": (rewrite(f"{SOURCE}/1-bptt.ipynb", '"nbformat": 4', '"nbformat": 5'), "1-bptt.ipynb"),
    "points that are no number": (plan(points=float("nan")), "points is a number, 0 or more; got nan"),
    "a test twice": (rewrite(f"{SUITE}/hidden.py", "", "def test_a(student): ...\n\n\ndef test_a(student): ...\n"),
                     "hidden.py, line 4: test_a is in line 1 already; give it another name"),
    "a hidden test of a public one's name": (lambda kit: [
        rewrite(f"{SUITE}/{file}.py", "", "def test_a(student): ...\n")(kit) for file in ("public", "hidden")],
        "hidden.py, line 1: test_a is in public.py, line 1, already"),
    "a function of the model answers twice": (
        lambda kit: (kit / SOURCE / "bptt.py").write_text((kit / SOURCE / "bptt.py").read_text() + "\n\ndef softmax(z): ...\n"),
        ": softmax is in line "),
    "a stage that is gone": (lambda kit: (kit / "assignments" / "5-gone").mkdir(), "assignments/5-gone"),
    "a zip of a stage that is gone": (lambda kit: (kit / "dist" / "5-gone.zip").write_bytes(b""), "dist/5-gone.zip"),
    "model answers of a stage that is gone": (lambda kit: (kit / "dist" / "solutions-5-gone.zip").write_bytes(b""),
                                              "dist/solutions-5-gone.zip"),
    "a stage that has no suite": (lambda kit: (kit / "solutions" / "5-new").mkdir(), "solutions/5-new is no stage"),
    "two stages of one number": (lambda kit: (shutil.copytree(kit / "solutions/2-vanishing", kit / "solutions/1-vanishing")),
                                 "are one stage by number or name"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_with_its_place(slip: str, kit: Path) -> None:
    change, words = SLIPS[slip]
    assert words in refused(change, kit)


def test_every_slip_is_told_at_once(kit: Path) -> None:
    """An author who made three corrects three."""
    rewrite(f"{SUITE}/hidden.py", "", "def f(:\n")(kit)
    rewrite(f"{SUITE}/public.py", "", "x = (\n")(kit)
    said = refused(plan(points="20"), kit)
    assert "hidden.py, line 1: " in said and "public.py, line 1: " in said and "points is a number" in said


def test_material_with_the_line_ends_of_windows_is_right(kit: Path) -> None:
    for path in (f"{SOURCE}/bptt.py", f"{SUITE}/public.py", f"{SUITE}/stage.toml", f"{SOURCE}/1-bptt.ipynb"):
        (kit / path).write_bytes((kit / path).read_bytes().replace(b"\n", b"\r\n"))
    refuse_unsafe(find_stage("1-bptt"))


def test_the_material_as_it_is_is_released(kit: Path) -> None:
    refuse_leftovers()
    for stage in stages():
        refuse_unsafe(stage)
