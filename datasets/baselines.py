"""Train the plain RNN, LSTM and GRU on both tasks and report what they reach.

    python -m datasets.baselines                 train all, then report
    python -m datasets.baselines --run agreement train this run again, keep the others, then report
    python -m datasets.baselines --report        report again from the measured figures

The measured figures go to docs/figures/baselines.csv; from them come the curves in docs/figures/ and the tables in
docs/baselines.md, between its marks.
"""

import argparse
import csv
import time
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import torch

from datasets import loader, model, report
from datasets.settings import AGREEMENT, BLANK_WEIGHT, CELLS, CONTROL_MAX_DISTANCE, TICKETS

HERE = Path(__file__).parent
MEASURED = HERE.parent / "docs" / "figures" / "baselines.csv"
COLUMNS = "run cell seed cpu_seconds parameters split at value".split()
SEEDS = range(10)
# Runs by name: task, cells, seeds.
RUNS = {
    "tickets": ("tickets", CELLS, SEEDS),
    "agreement": ("agreement", CELLS, SEEDS[:6]),
    "tickets short": ("tickets", ("rnn",), SEEDS[:5]),
    "tickets hard": ("tickets", CELLS, SEEDS[:3]),
}


def one_run(run: str, cell: str, seed: int) -> Iterator[dict]:
    """Train one model and give a row for each point of its curves on the public and the hidden test."""
    task, *_ = RUNS[run]
    settings = TICKETS if task == "tickets" else AGREEMENT
    suffix = "_hard" if run == "tickets hard" else ""
    words = loader.Vocabulary.load(task)
    if task == "tickets":
        batches = loader.tickets_batches(
            words,
            settings.batch_size,
            settings.steps,
            seed,
            BLANK_WEIGHT,
            f"train{suffix}",
            CONTROL_MAX_DISTANCE if run == "tickets short" else None,
        )
        items, curve = loader.tickets_items, model.accuracy_by_distance
    else:
        batches = loader.agreement_batches(words, settings.batch_size, settings.steps, seed)
        items, curve = loader.agreement_items, model.error_by_attractors

    torch.manual_seed(seed)
    sizes = settings.embedding_size, settings.hidden_size
    network = model.LanguageModel(len(words), *sizes, cell, settings.memory_bias)
    start = time.process_time()
    model.train(network, batches, settings.lr, settings.threshold)
    seconds = time.process_time() - start

    about = {
        "run": run,
        "cell": cell,
        "seed": seed,
        "cpu_seconds": f"{seconds:.2f}",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }
    for split, folder in (("test", "public"), ("hidden", "hidden")):
        for at, value in curve(network, items(words, HERE / task / folder / f"test{suffix}.tsv")).items():
            yield about | {"split": split, "at": at, "value": f"{value:.4f}"}


def measure(runs: Iterable[str] = tuple(RUNS), path: Path = MEASURED) -> None:
    """Train the models of these runs and write the figures after each; those of other runs are kept."""
    torch.set_num_threads(1)
    rows = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["run"] not in runs]
    for run in runs:
        _, cells, seeds = RUNS[run]
        for seed, cell in product(seeds, cells):
            new = list(one_run(run, cell, seed))
            rows += new
            print(f"{run}, {cell}, seed {seed}: {new[0]['cpu_seconds']} CPU seconds", flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(sorted(rows, key=lambda row: list(RUNS).index(row["run"])))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m datasets.baselines", description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true", help="train nothing; report from the measured figures")
    parser.add_argument("--run", action="append", choices=RUNS, help="train this run only; may be given again")
    chosen = parser.parse_args(arguments)
    if not chosen.report:
        measure(chosen.run or tuple(RUNS))
    report.write(MEASURED)


if __name__ == "__main__":
    main()
