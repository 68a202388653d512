"""What right training reaches, from seed to seed and in other right ways: the ground of the limits in `hidden_trained.py`.

    python -m autograder.stages.gated.spread 20 [--way NAME] [--only FILE]    train what was not measured yet, of 20 seeds
    python -m autograder.stages.gated.spread --report                        only the table of docs/baselines.md
    python -m autograder.stages.gated.spread --save                          weights of seed 0 to checkpoints/

The figures go to docs/figures/trained.csv, after each model; from them comes the table in docs/baselines.md, between its marks.
A change of the data or of the settings calls for an empty file and for all of it again.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from autograder.checks.layout import expose_handout_modules
from autograder.grade.retrain import Training
from autograder.stages import KIT, find_stage
from autograder.stages.gated.recipe import FILES, batches, training

DOCS = KIT / "docs"
MEASURED = DOCS / "figures" / "trained.csv"
COLUMNS = "way file seed cpu_seconds torch measure value".split()
ALL_FILES = tuple(file for files in FILES.values() for file in files)
DROPOUT = 0.2
# Ways of right training: that of the stage, then others that students may choose.
WAYS = ("the stage's", "bias of the memory gate 1", "batches in reverse", "dropout .2 before the output",
        "half the rate, twice the updates", "hidden size 96")


@dataclass(frozen=True)
class Asked:
    """One limit of the tests of trained weights.

    Attributes
    ----------
    task : str
        The data set.
    words : str
        What is measured.
    cells : tuple of str
        Whose models have to keep the limit.
    measure : callable
        Its value, of a model.
    limit : float
    least : bool
        Whether the limit is the least value allowed, and not the most.
    """

    task: str
    words: str
    cells: tuple[str, ...]
    measure: Callable[[Any], float]
    limit: float
    least: bool = False

    def keeps(self, value: float) -> bool:
        """Whether a model with this value passes, by the test's own comparison."""
        return value >= self.limit if self.least else value <= self.limit


def asked() -> tuple[Asked, ...]:
    """All limits, as `hidden_trained.py` has them."""
    hidden = importlib.import_module("autograder.stages.gated.hidden_trained")
    gated, plain, alone = ("lstm", "gru"), ("rnn",), "confused pairs without attractors"

    def of(function: Callable[..., float], *more: Any) -> Callable[[Any], float]:
        return lambda model: function(model, *more)

    confused, nats, sentences = of(hidden.confusion, False), hidden.nats_a_word, hidden.agreement_sentences(False)
    return (
        Asked("tickets", "blanks filled rightly, 20 to 60 words after the noun", gated, hidden.memory, hidden.REMEMBERS, True),
        Asked("tickets", "nats a word in short stories", plain, of(nats, hidden.near_stories()), hidden.WORDS_RNN),
        Asked("agreement", "confused pairs with attractors", gated, of(hidden.confusion, True), hidden.CONFUSES[True]),
        Asked("agreement", alone, gated, confused, hidden.CONFUSES[False]),
        Asked("agreement", alone, plain, confused, hidden.RNN_CONFUSES),
        Asked("agreement", "nats a word without attractors", plain, of(nats, sentences), hidden.WORDS_RNN),
    )


def limits_of(file: str) -> list[Asked]:
    """The limits that the model of this file has to keep."""
    task, _, cell = file.removesuffix(".pt").partition("_")
    return [one for one in asked() if one.task == task and cell in one.cells]


def plan_of(way: str, file: str, seed: int) -> Training:
    """How this model comes to be, trained in this way; dropout is put into the model itself."""
    plan = training(file, seed)
    name, (words, embedding, hidden, cell, bias) = plan.make
    trainer, (order, lr, threshold) = plan.train
    if way == "bias of the memory gate 1":
        bias = 1.0
    elif way == "batches in reverse":
        order = order[::-1]
    elif way == "half the rate, twice the updates":
        order, lr = batches(file.partition("_")[0], seed, 2), lr / 2
    elif way == "hidden size 96":
        hidden = 96
    return replace(plan, make=(name, (words, embedding, hidden, cell, bias)), train=(trainer, (order, lr, threshold)))


def by_torch(cell: Any, x: torch.Tensor, state: None = None) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """What `unroll` of the model answers gives, in two thirds of the time: torch's own loop over the steps, the same parameters.

    `x` is (T, B, D); the outputs are (T, B, H). It starts from zeros, as each call of a model does.
    """
    zeros = x.new_zeros(1, x.shape[1], cell.hidden_size)
    loop: Any = {"RNNCell": torch.rnn_tanh, "LSTMCell": torch.lstm, "GRUCell": torch.gru}[type(cell).__name__]
    start = (zeros, zeros) if loop is torch.lstm else zeros
    weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
    outputs, *last = loop(x, start, weights, True, 1, 0.0, True, False, False)
    return outputs, last


def trained_model(answers: ModuleType, way: str, file: str, seed: int) -> Any:
    """The model, trained by the model answers, ready to be measured."""
    plan = plan_of(way, file, seed)
    torch.manual_seed(plan.seed)
    name, arguments = plan.make
    model = getattr(answers, name)(*arguments)
    if way == "dropout .2 before the output":
        model.output.register_forward_pre_hook(
            lambda layer, states: tuple(torch.nn.functional.dropout(state, DROPOUT, layer.training) for state in states))
    name, arguments = plan.train
    getattr(answers, name)(model, *arguments)
    return model.eval()


def rows_of(answers: ModuleType, way: str, file: str, seed: int) -> Iterator[dict[str, Any]]:
    """A row for each limit that this model has to keep."""
    began = time.process_time()
    model = trained_model(answers, way, file, seed)
    spent = time.process_time() - began
    for one in limits_of(file):
        with torch.no_grad():
            value = one.measure(model)
        yield dict(zip(COLUMNS, (way, file, seed, f"{spent:.1f}", torch.__version__, one.words, f"{value:.4f}")))


def measured(path: Path = MEASURED) -> list[dict[str, str]]:
    """The rows of all models that were measured."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure(seeds: Iterable[int], ways: Iterable[str], files: Iterable[str], path: Path = MEASURED) -> None:
    """Train each model that was not measured yet, one after the other, and add its rows to the file."""
    torch.set_num_threads(1)
    answers = stage_s_answers()
    answers.unroll = by_torch  # type: ignore[attr-defined]
    known = {(row["way"], row["file"], int(row["seed"])) for row in measured(path)}
    for way, seed, file in product(ways, seeds, files):
        no_such_gate = way.startswith("bias") and "rnn" in file
        if (way, file, seed) in known or no_such_gate:
            continue
        rows = list(rows_of(answers, way, file, seed))
        is_new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if is_new:
                writer.writeheader()
            writer.writerows(rows)
        print(f"{way}, {file}, seed {seed}, {rows[0]['cpu_seconds']} CPU s: "
              + ", ".join(f"{row['measure']} {row['value']}" for row in rows), flush=True)


def table(rows: list[dict[str, str]]) -> str:
    """For each limit and way the least and most, the number of seeds, and how many of them the limit refuses."""
    values: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        values.setdefault((row["way"], row["file"], row["measure"]), []).append(float(row["value"]))
    lines = [["asked for", *WAYS], ["---", *["---:"] * len(WAYS)]]
    for one, cell in [(limit, cell) for limit in asked() for cell in limit.cells]:
        found = [values.get((way, f"{one.task}_{cell}.pt", one.words), []) for way in WAYS]
        limit = f"at {'least' if one.least else 'most'} {one.limit:.2f}"
        lines.append([f"{one.task}, {cell.upper()}: {one.words}, {limit}", *(in_a_cell(one, of_way) for of_way in found)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def in_a_cell(one: Asked, values: list[float]) -> str:
    """Least and most over the seeds, their number, and how many are refused, where any is."""
    if not values:
        return "-"
    refused = sum(not one.keeps(value) for value in values)
    return f"{min(values):.3f}, {max(values):.3f} ({f'{refused} of ' if refused else ''}{len(values)})"


def refusals(rows: list[dict[str, str]]) -> list[str]:
    """A line for each model that a limit refuses."""
    return [f"{row['way']}, {row['file']}, seed {row['seed']}: {one.words} {row['value']}" for row in rows
            for one in limits_of(row["file"]) if one.words == row["measure"] and not one.keeps(float(row["value"]))]


def report(path: Path = MEASURED, page: Path = DOCS / "baselines.md") -> None:
    """Put the table between its marks, and print what is refused."""
    if str(KIT / "datasets") not in sys.path:
        sys.path.append(str(KIT / "datasets"))
    rows = measured(path)
    between_marks = importlib.import_module("longrange.report").between_marks
    page.write_text(between_marks(page.read_text(encoding="utf-8"), {"trained": table(rows)}), encoding="utf-8")
    print("\n".join(refusals(rows) or ["no limit refuses any of these models"]))


def stage_s_answers() -> ModuleType:
    """The model answers, with what the stage hands out beside them."""
    stage = find_stage("4-gated")
    expose_handout_modules(stage.suite, stage.info)
    return stage.reference()


def main(arguments: list[str]) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m autograder.stages.gated.spread", description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="?", default=0, help="train what was not measured yet, of so many seeds")
    parser.add_argument("--way", action="append", choices=WAYS, help="in this way only; may be given again")
    parser.add_argument("--only", action="append", choices=ALL_FILES, help="this model only; may be given again")
    parser.add_argument("--report", action="store_true", help="train nothing; make the table from the measured figures")
    parser.add_argument("--save", action="store_true", help="train seed 0 and keep its weights in checkpoints/")
    chosen = parser.parse_args(arguments)
    if chosen.save:
        for file in ALL_FILES:
            model = trained_model(stage_s_answers(), WAYS[0], file, 0)
            torch.save(model.state_dict(), find_stage("4-gated").suite / "checkpoints" / file)
    measure(range(chosen.seeds), chosen.way or WAYS, chosen.only or ALL_FILES)
    if chosen.report:
        report()


if __name__ == "__main__":
    main(sys.argv[1:])
