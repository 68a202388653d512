"""Curves and tables from the measured baselines."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from statistics import mean

from longrange import heuristics
from longrange.loader import read_rows
from longrange.settings import CELLS, CONTROL_MAX_DISTANCE
from longrange.templates import NOUNS

HERE = Path(__file__).parents[1]
DOCS = HERE.parent / "docs"
NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}
ORDERS = (2, 3, 5)
SPLITS = {"train": "public/train", "dev": "public/dev", "test": "public/test", "hidden": "hidden/test"}
GOAL = 0.95
# Ways of training the plain cell, in words.
WAYS = {
    "tickets": "the plain way, rate .004",
    "tickets lr .001": "the plain way, rate .001",
    "tickets lr .002": "the plain way, rate .002",
    "tickets lr .008": "the plain way, rate .008",
    "tickets identity": "identity",
    "tickets curriculum": "curriculum",
    "agreement": "the plain way, rate .008",
    "agreement lr .002": "the plain way, rate .002",
    "agreement lr .004": "the plain way, rate .004",
    "agreement identity": "identity, rate .001",
    "agreement orthogonal": "orthogonal start, rate .002",
}

# (run, cell) -> seed -> point of the curve -> value
Curves = dict[tuple[str, str], dict[int, dict[int, float]]]


class Measured:
    """The rows of baselines.csv."""

    def __init__(self, path: Path):
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    def curves(self, split: str) -> Curves:
        """The curves on the public or on the hidden test."""
        curves: Curves = defaultdict(lambda: defaultdict(dict))
        for row in self.rows:
            if row["split"] == split:
                curves[row["run"], row["cell"]][int(row["seed"])][int(row["at"])] = float(row["value"])
        return curves

    def about(self, run: str, cell: str, column: str) -> list[float]:
        """A column of the models of this run, one value a seed."""
        rows = [row for row in self.rows if (row["run"], row["cell"]) == (run, cell)]
        return list({row["seed"]: float(row[column]) for row in rows}.values())


def test_rows(task: str, suffix: str = "") -> list[dict]:
    """The public test."""
    return read_rows(HERE / task / "public" / f"test{suffix}.tsv")


@cache
def tickets_rules(suffix: str = "") -> dict[str, Callable[[dict], str]]:
    """What needs no memory, by name: its answer to a story."""
    train = read_rows(HERE / "tickets" / "public" / f"train{suffix}.tsv")
    texts = [row["text"].replace("____", row["target"]) for row in train]
    rules: dict[str, Callable] = {"always the same noun": lambda row: NOUNS[0]}
    rules["length of the story"] = heuristics.noun_of_length(NOUNS)
    rules["noun in the last 10 words"] = heuristics.noun_in_last_words(NOUNS, 10)
    rules["words, without the noun"] = heuristics.other_words(NOUNS, train)
    return rules | {f"{order}-gram": heuristics.ngram_noun(heuristics.NGram(order, texts)) for order in ORDERS}


def tickets_heuristics(suffix: str = "") -> dict[str, dict[int, float]]:
    """Accuracy by distance of the answers that need no model, on the public test."""
    rows = test_rows("tickets", suffix)
    distances = sorted({int(row["distance"]) for row in rows})
    curves = {"chance": dict.fromkeys(distances, 1 / len(NOUNS))}
    memories = {"first noun seen": heuristics.first_noun(NOUNS), "last noun seen": heuristics.last_noun(NOUNS)}
    for name, answer in (tickets_rules(suffix) | memories).items():
        curves[name] = heuristics.tickets_accuracy(answer, rows)
    return curves


@cache
def agreement_rules() -> dict[str, Callable[[dict], bool]]:
    """What needs no syntax, by name: whether it is right in a sentence."""
    train = read_rows(HERE / "agreement" / "public" / "train.tsv")
    texts = [f"{row['prefix']} {row['right']} {row['ending']}" for row in train]
    rules: dict[str, Callable] = {f"always {number}": heuristics.always(number) for number in ("singular", "plural")}
    rules |= {name: heuristics.of_noun(number_of) for name, number_of in heuristics.NOUN_RULES.items()}
    rules["length of the sentence"] = heuristics.even_length
    rules["first two words"] = heuristics.BagOfWords(train, first=2)
    rules["bag of words"] = heuristics.BagOfWords(train)
    rules["bag of the last 10 words"] = heuristics.BagOfWords(train, last=10)
    return rules | {f"{order}-gram": heuristics.ngram_verb(heuristics.NGram(order, texts)) for order in ORDERS}


def agreement_heuristics(split: str = "public/test") -> dict[str, dict[int, float]]:
    """Error of the rules by number of attractors."""
    rows = read_rows(HERE / "agreement" / f"{split}.tsv")
    return {name: heuristics.agreement_error(rule, rows) for name, rule in agreement_rules().items()}


def agreement_splits() -> dict[str, dict[str, float]]:
    """Error of the rules in each split."""
    errors: dict[str, dict[str, float]] = {name: {} for name in agreement_rules()}
    for split, path in SPLITS.items():
        rows = [row | {"all": "0"} for row in read_rows(HERE / "agreement" / f"{path}.tsv")]
        for name, rule in agreement_rules().items():
            errors[name][split] = heuristics.agreement_error(rule, rows, by="all")[0]
    return errors


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, numbers to the right."""
    head = list(head)
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *map(list, rows)])


def curve_rows(curves: Curves, run: str, cells: Iterable[str], name: str = "{}") -> list[list[str]]:
    """For each cell the mean over seeds and, in brackets, least and most."""
    rows = []
    for cell in cells:
        seeds = curves[run, cell]
        points = sorted(next(iter(seeds.values())))
        values = {point: [seed[point] for seed in seeds.values()] for point in points}
        cells_text = [f"{mean(v):.2f} [{min(v):.2f}, {max(v):.2f}]" for v in values.values()]
        rows.append([name.format(NAMES[cell]), *cells_text])
    return rows


def plain_rows(curves: dict[str, dict[int, float]]) -> list[list[str]]:
    """A row for each answer that needs no model."""
    return [[name, *(f"{curve[point]:.2f}" for point in sorted(curve))] for name, curve in curves.items()]


def cost_row(measured: Measured, run: str, cell: str) -> list[str]:
    """Parameters and CPU seconds."""
    seconds = measured.about(run, cell, "cpu_seconds")
    parameters = measured.about(run, cell, "parameters")[0]
    return [f"{parameters:,.0f}", str(len(seconds)), f"{mean(seconds):.1f} [{min(seconds):.1f}, {max(seconds):.1f}]"]


def reached(seeds: dict[int, dict[int, float]]) -> str:
    """In how many seeds the goal is met at every point."""
    return f"{sum(min(curve.values()) >= GOAL for curve in seeds.values())} of {len(seeds)}"


def tables(measured: Measured) -> dict[str, str]:
    """All tables by the name of their mark."""
    test, hidden = measured.curves("test"), measured.curves("hidden")
    plain = {"": tickets_heuristics(), "_hard": tickets_heuristics("_hard")}
    made = {}
    for name, run, suffix, curves in (
        ("tickets", "tickets", "", test),
        ("tickets hidden", "tickets", "", hidden),
        ("tickets hard", "tickets hard", "_hard", test),
    ):
        head = ["distance", *map(str, plain[suffix]["chance"])]
        rows = curve_rows(curves, run, CELLS)
        if name == "tickets":
            rows += curve_rows(curves, "tickets short", ["rnn"], f"{{}}, trained to distance {CONTROL_MAX_DISTANCE}")
        made[name] = table(head, rows + (plain_rows(plain[suffix]) if curves is test else []))
    errors = agreement_heuristics()
    head = ["attractors", *map(str, errors["last noun"])]
    made["agreement"] = table(head, curve_rows(test, "agreement", CELLS) + plain_rows(errors))
    made["tickets unseen"] = _unseen_table(measured)
    for task, points in (("tickets", plain[""]["chance"]), ("agreement", errors["last noun"])):
        rows = [row for run in WAYS if run.startswith(task) for row in curve_rows(test, run, ["rnn"], WAYS[run])]
        made[f"{task} plain"] = table(["RNN", *map(str, points)], rows)
    ways = [run for run in WAYS if run.startswith("tickets") and ("identity" in run or "curriculum" in run)]
    rows = [row for run in ways for row in curve_rows(hidden, run, ["rnn"], WAYS[run])]
    made["tickets plain hidden"] = table(["RNN", *map(str, plain[""]["chance"])], rows)
    made["agreement splits"] = table(["rule", *SPLITS], plain_splits(agreement_splits()))
    made["agreement hidden"] = table(head, curve_rows(hidden, "agreement", CELLS))
    made["cost"] = table(
        ["run", "cell", "parameters", "seeds", "CPU seconds of a training"],
        [[run, NAMES[cell], *cost_row(measured, run, cell)] for run, cell in test],
    )
    made["goal"] = table(
        ["cell", "public test", "hidden test"],
        [[NAMES[cell], reached(test["tickets", cell]), reached(hidden["tickets", cell])] for cell in CELLS],
    )
    return made


def _unseen_table(measured: Measured) -> str:
    """Accuracy on stories whose sentences are all unseen."""
    curves = measured.curves("unseen")
    head = ["distance", *map(str, sorted(next(iter(curves["tickets", "lstm"].values()))))]
    return table(head, curve_rows(curves, "tickets", CELLS))


def plain_splits(errors: dict[str, dict[str, float]]) -> list[list[str]]:
    """A row for each rule with its error in each split."""
    return [[name, *(f"{by_split[split]:.2f}" for split in SPLITS)] for name, by_split in errors.items()]


def between_marks(text: str, parts: dict[str, str]) -> str:
    """`text` with each part between its marks; ValueError where a mark is missing."""
    for name, part in parts.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        if text.count(start) != 1 or text.count(end) != 1:
            raise ValueError(f"the marks {start} and {end} must stand in the text once")
        before, rest = text.split(start)
        text = f"{before}{start}\n\n{part}\n\n{end}{rest.split(end)[1]}"
    return text


def draw(measured: Measured, folder: Path) -> None:
    """The curves of both tasks: mean over seeds, and a band from least to most."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from autograder.checks import style

    style.use()
    curves = measured.curves("test")
    colours = dict(zip(CELLS, style.COLOURS))

    figure, ax = plt.subplots()
    _draw_curves(ax, curves, "tickets", colours)
    _draw_line(ax, curves["tickets short", "rnn"], f"RNN, trained to distance {CONTROL_MAX_DISTANCE}", colours["rnn"])
    chance = tickets_heuristics()["chance"]
    ax.axhline(next(iter(chance.values())), color="black", linestyle=":", label="chance, 1 of 12 nouns")
    ax.axvspan(5, 60, color="0.93", zorder=0)
    ax.text(42, 0.6, "distances in training", ha="center", color="0.35")
    ax.set(xlabel="distance from noun to blank, in tokens", ylabel="accuracy at the blank", ylim=(-0.03, 1.05))
    _finish(figure, ax, folder / "tickets_accuracy.png")

    figure, ax = plt.subplots()
    _draw_curves(ax, curves, "agreement", colours)
    for (name, style_), nearest in zip((("last noun", ":"), ("always singular", "--")), (True, False)):
        curve = agreement_heuristics()[name]
        ax.plot(list(curve), list(curve.values()), color="black" if nearest else "0.5", linestyle=style_, label=name)
    ax.set(xlabel="attractors between subject and verb", ylabel="error, mean of singular and plural", xticks=range(5))
    ax.set_ylim(-0.03, 1.05)
    _finish(figure, ax, folder / "agreement_error.png")


def _draw_curves(ax, curves: Curves, run: str, colours: dict[str, str]) -> None:
    from autograder.checks import style

    for cell, marker in zip(CELLS, style.MARKERS):
        seeds = curves[run, cell]
        points = sorted(next(iter(seeds.values())))
        values = [[seed[point] for seed in seeds.values()] for point in points]
        ax.plot(points, list(map(mean, values)), color=colours[cell], marker=marker, label=NAMES[cell])
        ax.fill_between(points, list(map(min, values)), list(map(max, values)), color=colours[cell], alpha=0.15, lw=0)


def _draw_line(ax, seeds: dict[int, dict[int, float]], label: str, colour: str) -> None:
    points = sorted(next(iter(seeds.values())))
    ax.plot(points, [mean(seed[p] for seed in seeds.values()) for p in points], "--", color=colour, label=label)


def _finish(figure, ax, path: Path) -> None:
    import matplotlib.pyplot as plt

    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.set_size_inches(10, 4.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def write(measured_path: Path, docs: Path = DOCS) -> None:
    """Draw the curves and put the tables between the marks of baselines.md."""
    measured = Measured(measured_path)
    draw(measured, docs / "figures")
    page = docs / "baselines.md"
    page.write_text(between_marks(page.read_text(encoding="utf-8"), tables(measured)), encoding="utf-8")
