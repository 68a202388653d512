"""Compare numbers stated in a notebook's text or mark schemes with those of the executed notebook.

`numbers.toml` in a stage's folder lists them. A table `[[stated]]` is a piece of a cell's text with ``<<expression | format>>``
in place of each number. It is evaluated in the notebook after the code cell named by `after` (by default the last one before the
text); with ``baselines = true`` it is evaluated here, from docs/figures/baselines.csv. `[given]` lists by cell the numbers that
no run produces: of worked examples, settings or papers. A number in a text that is in neither is a problem, and so is a stated
piece of text that is missing.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

import nbformat

from autograder.stages import KIT, Stage

MARK = "numbers:"
SLOT = re.compile(r"<<(.+?)\|\s*(\S*?)\s*>>")
# What counts as a number: a decimal number, a power of ten, a percentage, a number with thousands separators.
FIGURE = re.compile(r"\d+\.\d+|10\^\{?-?\d+\}?|\d+ ?\\?%|\d{1,3}(?:,\d{3})+|\d+(?:\{,\}\d{3})+")
SETUP = '''
import json as _json, re as _re

def _written(value, form):
    if not form.startswith("tex"):
        return format(value, form)
    mantissa, _, power = f"{value:.{form[3:]}e}".partition("e")
    return f"{mantissa}\\\\cdot10^{{{int(power)}}}"

def _numbers(slots):
    written = {}
    for name, (expression, form) in slots.items():
        try:
            written[name] = _written(eval(expression, globals()), form)
        except Exception as error:
            written[name] = f"({type(error).__name__}: {error})"
    print("numbers:" + _json.dumps(written))
'''


@dataclass(frozen=True)
class Stated:
    """A piece of text with numbers from the run."""

    cell: str
    text: str
    after: str
    baselines: bool

    def slots(self) -> list[tuple[str, str]]:
        """Return expression and format of each number."""
        return [(expression.strip(), form) for expression, form in SLOT.findall(self.text)]

    def filled(self, figures: list[str]) -> str:
        """Return the text with its numbers filled in."""
        rest = iter(figures)
        return SLOT.sub(lambda _: next(rest), self.text)


def stated_of(stage: Stage, notebook: Any) -> tuple[list[Stated], dict[str, list[str]]]:
    """Read `numbers.toml`: texts with numbers of the run, and the given numbers, by cell."""
    path = stage.suite / "numbers.toml"
    if not path.exists():
        return [], {}
    listed = tomllib.loads(path.read_text(encoding="utf-8"))
    before, last = {}, ""
    for cell in notebook.cells:
        last = cell.id if cell.cell_type == "code" else last
        before[cell.id] = last
    stated = [Stated(entry["cell"], entry["text"].strip("\n"), entry.get("after", before.get(entry["cell"], "")),
                     entry.get("baselines", False)) for entry in listed.get("stated", [])]
    return stated, listed.get("given", {})


def add_probes(stage: Stage, notebook: Any) -> None:
    """Insert cells that print the stated numbers into a notebook before it is executed."""
    by_cell: dict[str, dict[str, tuple[str, str]]] = {}
    for number, stated in enumerate(stated_of(stage, notebook)[0]):
        if not stated.baselines:
            for place, slot in enumerate(stated.slots()):
                by_cell.setdefault(stated.after, {})[f"{number} {place}"] = slot
    for index in reversed(range(len(notebook.cells))):
        slots = by_cell.get(notebook.cells[index].id)
        if slots:
            notebook.cells.insert(index + 1, nbformat.v4.new_code_cell(f"{SETUP}\n_numbers({slots!r})"))


def written_figures(notebook: Any) -> dict[str, str]:
    """Return what the probes printed."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for line in output.get("text", "").splitlines():
                if line.startswith(MARK):
                    found |= json.loads(line.removeprefix(MARK))
    return found


@cache
def _baselines() -> list[dict[str, str]]:
    with (KIT / "docs" / "figures" / "baselines.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_seeds(run: str, cell: str, at: int) -> list[float]:
    """Return one value per seed, for a point of the measured curves of docs/baselines.md."""
    values = [float(row["value"]) for row in _baselines()
              if (row["run"], row["cell"], row["at"], row["split"]) == (run, cell, str(at), "test")]
    if not values:
        raise ValueError(f"docs/figures/baselines.csv has no run {run!r} of the cell {cell!r} at {at}")
    return values


def _of_baselines(stated: Stated) -> list[str]:
    """Return the numbers of a text that quotes docs/baselines.md."""
    from statistics import median

    return [format(eval(expression, {"seeds": of_seeds, "median": median}), form) for expression, form in stated.slots()]


def number_problems(stage: Stage, executed: Any) -> list[str]:
    """Return where the texts and mark schemes of the source notebook disagree with the executed one."""
    source = nbformat.read(stage.notebook, as_version=4)
    stated, given = stated_of(stage, source)
    if not stated:
        return []
    texts = {cell.id: cell.source for cell in source.cells if cell.cell_type == "markdown"}
    covered: dict[str, list[tuple[int, int]]] = {}
    figures, problems = written_figures(executed), []
    for number, one in enumerate(stated):
        values = _of_baselines(one) if one.baselines else [figures.get(f"{number} {place}", "(never run)")
                                                           for place in range(len(one.slots()))]
        text = one.filled(values)
        start = texts.get(one.cell, "").find(text)
        if start < 0:
            problems.append(f"{one.cell} does not say what the run gives: {text!r}")
        else:
            covered.setdefault(one.cell, []).append((start, start + len(text)))
    for cell, text in texts.items():
        for found in FIGURE.finditer(text):
            inside = any(start <= found.start() and found.end() <= end for start, end in covered.get(cell, []))
            if not inside and found.group() not in {*given.get(cell, []), *stage.info.tasks}:
                problems.append(f"{cell} states {found.group()!r} ({_around(text, found)}): it is in no text of numbers.toml, "
                                "and not given there")
    return problems


def _around(text: str, found: re.Match[str]) -> str:
    return " ".join(text[max(0, found.start() - 30):found.end() + 20].split())
