"""Draw the pictures of the datasheets from the data files.

python datasets pictures
"""

from collections import Counter
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from autograder.checks import style
from longrange.loader import read_rows
from longrange.templates import NOUNS

HERE = Path(__file__).parents[1]
SPLITS = {"train": "public/train.tsv", "dev": "public/dev.tsv", "test": "public/test.tsv", "hidden": "hidden/test.tsv"}


def rows_of(name: str) -> dict[str, list[dict]]:
    """The rows of each split."""
    return {split: read_rows(HERE / name / path) for split, path in SPLITS.items()}


def _save(figure, name: str, picture: str) -> None:
    path = HERE / name / "pictures" / f"{picture}.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def _bars(ax, counts: Counter, keys: list, title: str, colour: str, width: float = 0.8, label: bool = False) -> None:
    bars = ax.bar(keys, [counts[key] for key in keys], width=width, color=colour)
    if label:
        ax.bar_label(bars, fmt="{:,.0f}", fontsize=11)
    ax.set_title(title)
    ax.grid(axis="x", visible=False)


def tickets() -> None:
    """Distances and nouns of each split."""
    splits = rows_of("tickets")
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), sharex=True)
    for ax, split, colour in zip(axes, ("train", "test", "hidden"), style.COLOURS):
        counts = Counter(int(row["distance"]) for row in splits[split])
        _bars(ax, counts, sorted(counts), f"{split}, {len(splits[split]):,} stories", colour, width=1.0)
        ax.set_xlabel("distance from noun to blank")
    axes[0].set_ylabel("stories")
    _save(figure, "tickets", "distances")

    figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), sharey=True)
    for ax, split, colour in zip(axes, ("train", "test", "hidden"), style.COLOURS):
        counts = Counter(row["target"] for row in splits[split])
        ax.barh(NOUNS, [counts[noun] for noun in NOUNS], color=colour)
        ax.set(title=split, xlabel="stories")
        ax.grid(axis="y", visible=False)
    axes[0].invert_yaxis()
    _save(figure, "tickets", "nouns")

    figure, ax = plt.subplots()
    for split, colour, marker in zip(("train", "test", "hidden"), style.COLOURS, style.MARKERS):
        lengths = sorted(len(row["text"].split()) for row in splits[split])
        shares = [(place + 1) / len(lengths) for place in range(len(lengths))]
        ax.plot(lengths, shares, color=colour, marker=marker, markevery=0.1, label=split)
    ax.set(xlabel="length of the story, in tokens", ylabel="share of stories up to this length")
    ax.legend()
    _save(figure, "tickets", "lengths")


def agreement() -> None:
    """Attractors, constructions and distances of each split."""
    splits = rows_of("agreement")
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6))
    for ax, split, colour in zip(axes, ("train", "test", "hidden"), style.COLOURS):
        counts = Counter(int(row["attractors"]) for row in splits[split])
        _bars(ax, counts, list(range(5)), f"{split}, {len(splits[split]):,} sentences", colour, label=True)
        ax.set_xlabel("attractors")
    axes[0].set_ylabel("sentences")
    _save(figure, "agreement", "attractors")

    kinds = ["none", "pp", "subject relative", "object relative", "mixed"]
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), sharey=True)
    for ax, split, colour in zip(axes, ("train", "test", "hidden"), style.COLOURS):
        for number, left, shade in (("singular", True, 1.0), ("plural", False, 0.55)):
            counts = Counter(row["construction"] for row in splits[split] if row["number"] == number)
            places = [place + (-0.2 if left else 0.2) for place in range(len(kinds))]
            ax.barh(places, [counts[kind] for kind in kinds], height=0.38, color=colour, alpha=shade, label=number)
        ax.set(title=split, xlabel="sentences", yticks=range(len(kinds)), yticklabels=kinds)
        ax.grid(axis="y", visible=False)
        ax.legend(fontsize=11)
    axes[0].invert_yaxis()
    _save(figure, "agreement", "constructions")

    figure, ax = plt.subplots()
    for split, colour in zip(("train", "test", "hidden"), style.COLOURS):
        counts = Counter(int(row["distance"]) for row in splits[split])
        total = counts.total()
        keys = range(1, max(counts) + 1)
        ax.plot(keys, [counts[key] / total for key in keys], color=colour, drawstyle="steps-mid", label=split)
    ax.set(xlabel="distance from subject to verb, in tokens", ylabel="share of sentences")
    ax.legend()
    _save(figure, "agreement", "distances")


def main(arguments: list[str] | None = None) -> None:
    """Draw them all."""
    style.use()
    tickets()
    agreement()
