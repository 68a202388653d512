"""Train the plain RNN, LSTM and GRU on both tasks and report what they reach.

    python datasets baselines                  train all, then report
    python datasets baselines --run agreement  train this run again, keep the others, then report
    python datasets baselines --report         report again from the measured figures

The measured figures go to docs/figures/baselines.csv; from them come the curves in docs/figures/ and the tables in
docs/baselines.md, between its marks.
"""

import argparse
import csv
import platform
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch

from longrange import loader, model, report
from longrange.settings import AGREEMENT, BLANK_WEIGHT, CELLS, CONTROL_MAX_DISTANCE, CURRICULUM, TICKETS

HERE = Path(__file__).parents[1]
MEASURED = HERE.parent / "docs" / "figures" / "baselines.csv"
COLUMNS = "run cell seed lr cpu_seconds parameters machine torch threads split at value".split()


@dataclass(frozen=True)
class Run:
    """Models trained in one way.

    Attributes
    ----------
    task : {"tickets", "agreement"}
    cells : tuple of str
    seeds : range
    lr : float, optional
        Adam's rate, where it is not that of the task.
    start : {"torch", "identity", "orthogonal"}
        How the recurrent weights of the plain RNN begin; with "identity" its units are ReLU.
    curriculum : bool
        Three times the updates, from short stories to long ones.
    suffix : str
        Of the files: "_hard" for stories with competing nouns.
    max_distance : int, optional
        Of the stories of training.
    """

    task: str
    cells: tuple[str, ...]
    seeds: range
    lr: float | None = None
    start: str = "torch"
    curriculum: bool = False
    suffix: str = ""
    max_distance: int | None = None


PLAIN = ("rnn",)
RUNS = {
    "tickets": Run("tickets", CELLS, range(10)),
    "agreement": Run("agreement", CELLS, range(10)),
    "tickets short": Run("tickets", PLAIN, range(2), max_distance=CONTROL_MAX_DISTANCE),
    "tickets hard": Run("tickets", CELLS, range(1), suffix="_hard"),
    "tickets identity": Run("tickets", PLAIN, range(5), lr=0.001, start="identity"),
    "tickets curriculum": Run("tickets", PLAIN, range(5), lr=0.001, start="orthogonal", curriculum=True),
    "agreement identity": Run("agreement", PLAIN, range(5), lr=0.001, start="identity"),
    "agreement orthogonal": Run("agreement", PLAIN, range(5), lr=0.002, start="orthogonal"),
    "tickets lr .001": Run("tickets", PLAIN, range(1), lr=0.001),
    "tickets lr .002": Run("tickets", PLAIN, range(1), lr=0.002),
    "tickets lr .008": Run("tickets", PLAIN, range(1), lr=0.008),
    "agreement lr .002": Run("agreement", PLAIN, range(1), lr=0.002),
    "agreement lr .004": Run("agreement", PLAIN, range(1), lr=0.004),
}


def _tickets_batches(run: Run, words: loader.Vocabulary, seed: int) -> list[tuple]:
    plans = [(TICKETS.steps, run.max_distance)]
    if run.curriculum:
        plans = [(3 * TICKETS.steps // len(CURRICULUM), distance) for distance in CURRICULUM]
    split = f"train{run.suffix}"
    return [
        batch
        for steps, distance in plans
        for batch in loader.tickets_batches(words, TICKETS.batch_size, steps, seed, BLANK_WEIGHT, split, distance)
    ]


def train_one(run: Run, cell: str, seed: int) -> tuple[model.LanguageModel, float]:
    """The model of this seed, and the CPU seconds of its training."""
    words = loader.Vocabulary.load(run.task)
    settings = TICKETS if run.task == "tickets" else AGREEMENT
    if run.task == "tickets":
        batches = _tickets_batches(run, words, seed)
    else:
        batches = loader.agreement_batches(words, settings.batch_size, settings.steps, seed)
    torch.manual_seed(seed)
    sizes = settings.embedding_size, settings.hidden_size
    network = model.LanguageModel(len(words), *sizes, cell, settings.memory_bias, run.start)
    start = time.process_time()
    model.train(network, batches, run.lr or settings.lr, settings.threshold)
    return network, time.process_time() - start


def one_run(name: str, cell: str, seed: int, weights: Path | None = None) -> Iterator[dict]:
    """Train one model and give a row for each point of its curves; keep its weights where a folder is given."""
    run = RUNS[name]
    words = loader.Vocabulary.load(run.task)
    network, seconds = train_one(run, cell, seed)
    if weights is not None:
        weights.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), weights / f"{name.replace(' ', '_')}-{cell}-{seed}.pt")
    about = {
        "run": name,
        "cell": cell,
        "seed": seed,
        "lr": run.lr or (TICKETS if run.task == "tickets" else AGREEMENT).lr,
        "cpu_seconds": f"{seconds:.2f}",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "machine": processor(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }
    tests = {"test": f"public/test{run.suffix}", "hidden": f"hidden/test{run.suffix}"}
    if run.task == "tickets":
        items, curve = loader.tickets_items, model.accuracy_by_distance
        tests |= {} if run.suffix else {"unseen": "hidden/test_unseen"}
    else:
        items, curve = loader.agreement_items, model.error_by_attractors
    for split, path in tests.items():
        for at, value in curve(network, items(words, HERE / run.task / f"{path}.tsv")).items():
            yield about | {"split": split, "at": at, "value": f"{value:.4f}"}


def processor() -> str:
    """The machine's processor, as far as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return (named or platform.processor() or platform.machine()).replace(",", " ")


def measure(runs: Iterable[str] = tuple(RUNS), path: Path = MEASURED, weights: Path | None = None) -> None:
    """Train the models of these runs and write the figures after each; those of other runs are kept."""
    torch.set_num_threads(1)
    rows = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["run"] not in runs]
    for run in runs:
        for seed, cell in product(RUNS[run].seeds, RUNS[run].cells):
            new = list(one_run(run, cell, seed, weights))
            rows += new
            print(f"{run}, {cell}, seed {seed}: {new[0]['cpu_seconds']} CPU seconds", flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(sorted(rows, key=lambda row: list(RUNS).index(row["run"])))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python datasets baselines", description=__doc__.splitlines()[0])
    parser.add_argument("--report", action="store_true", help="train nothing; report from the measured figures")
    parser.add_argument("--run", action="append", choices=RUNS, help="train this run only; may be given again")
    parser.add_argument("--weights", type=Path, help="a folder in which to keep the weights of all models")
    chosen = parser.parse_args(arguments)
    if not chosen.report:
        measure(chosen.run or tuple(RUNS), weights=chosen.weights)
    report.write(MEASURED)


if __name__ == "__main__":
    main()
