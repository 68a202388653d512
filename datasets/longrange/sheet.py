"""A sheet for people: 100 sentences to be judged by hand, and their key.

    python datasets sheet FOLDER [--seed 0]

writes `sheet.csv` for the person and `key.csv` for whoever counts. `python datasets sheet FOLDER --count` compares them. The
protocol stands in datasets/README.md.
"""

import argparse
import csv
import random
from pathlib import Path

from longrange.loader import read_rows

HERE = Path(__file__).parents[1]
EACH = 50
QUESTIONS = ("answer", "reads_as_english (y/n)", "remark")


def draw(seed: int) -> list[dict[str, str]]:
    """Fifty agreement sentences and fifty stories of the public tests, in random order: number, text, choices, key."""
    rng = random.Random(seed)
    drawn = []
    for row in rng.sample(read_rows(HERE / "agreement" / "public" / "test.tsv"), EACH):
        forms = [row["right"], row["wrong"]]
        rng.shuffle(forms)
        about = f"{row['attractors']} attractors"
        drawn.append(
            {"text": f"{row['prefix']} ____ {row['ending']}", "choices": " / ".join(forms), "key": row["right"], "kind": about}
        )
    names = [("test", "plain"), ("test_hard", "hard")]
    for (split, kind), count in zip(names, (EACH // 2, EACH - EACH // 2)):
        for row in rng.sample(read_rows(HERE / "tickets" / "public" / f"{split}.tsv"), count):
            drawn.append({"text": row["text"], "choices": "a noun", "key": row["target"], "kind": f"{kind} story"})
    rng.shuffle(drawn)
    return [{"number": str(number)} | row for number, row in enumerate(drawn, start=1)]


def write(folder: Path, seed: int) -> None:
    """Write the sheet and its key; FileExistsError where a sheet is there already, since someone may have filled it in."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = draw(seed)
    for name, columns in (("sheet", ("number", "text", "choices", *QUESTIONS)), ("key", ("number", "kind", "key"))):
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)


def count(folder: Path) -> str:
    """Of a sheet that was filled in: right answers and sentences that read as English, by kind."""
    with (folder / "sheet.csv").open(encoding="utf-8", newline="") as sheet, (folder / "key.csv").open(encoding="utf-8") as key:
        kinds = {row["number"]: row for row in csv.DictReader(key)}
        found: dict[str, list[tuple[bool, bool]]] = {}
        for row in csv.DictReader(sheet):
            if row["answer"].strip():
                known = kinds[row["number"]]
                reads = row[QUESTIONS[1]].strip().lower().startswith("y")
                found.setdefault(known["kind"], []).append((row["answer"].strip().lower() == known["key"], reads))
    lines = [
        f"{kind}: {len(pairs)} answered, {sum(a for a, _ in pairs)} right, {sum(b for _, b in pairs)} good English"
        for kind, pairs in sorted(found.items())
    ]
    return "\n".join(lines or ["no sentence of the sheet is answered yet"])


def main(arguments: list[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python datasets sheet", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", action="store_true", help="count a sheet that was filled in")
    chosen = parser.parse_args(arguments)
    try:
        print(
            count(chosen.folder)
            if chosen.count
            else write(chosen.folder, chosen.seed) or f"wrote {chosen.folder}/sheet.csv and key.csv"
        )
    except FileExistsError as error:
        print(f"{error.filename} is there already and may have answers in it: name another folder")
        return 1
    except FileNotFoundError as error:
        print(f"there is no {error.filename}: draw a sheet first, with python datasets sheet {chosen.folder}")
        return 1
    return 0
