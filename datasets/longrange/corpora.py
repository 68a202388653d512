"""Read published corpora in the form they are published in, for those who have the files.

    python datasets corpora FILE ...

prints each file's format, number of items and SHA-256, to be named with any result. datasets/README.md says where the
files come from. A name that ends in `.gz` is read as it is.
"""

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from longrange.loader import Vocabulary

UNKNOWN = "<unk>"
# Third person singular of the verbs whose plural is not made by dropping an s.
IRREGULAR = {"is": "are", "has": "have", "does": "do", "goes": "go", "was": "were"}


def _open(path: Path | str) -> TextIO:
    opener = gzip.open if str(path).endswith(".gz") else open
    return opener(path, "rt", encoding="utf-8", newline="")


def linzen(path: Path | str, limit: int | None = None) -> Iterator[dict]:
    """Dependencies of Linzen, Dupoux & Goldberg (2016): `agr_50_mostcommon_10K.tsv`.

    Parameters
    ----------
    path : Path or str
        Tab-separated file with a header, as published.
    limit : int, optional
        Stop after so many.

    Yields
    ------
    dict
        "prefix", the words before the verb, where rare words are replaced by their part of speech; "verb"; "plural",
        bool; "attractors", nouns between subject and verb in the other number; "nouns_between"; "distance" from
        subject to verb; "relative", whether a relative clause stands between.

    Raises
    ------
    ValueError
        Where a column is missing.
    """
    columns = set("sentence verb verb_pos verb_index n_intervening n_diff_intervening distance has_rel".split())
    with _open(path) as file:
        reader = csv.DictReader(file, delimiter="\t")
        missing = columns - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: no column {', '.join(sorted(missing))}")
        for number, row in enumerate(reader):
            if number == limit:
                return
            yield {
                "prefix": " ".join(row["sentence"].split()[: int(row["verb_index"]) - 1]),  # counted from 1
                "verb": row["verb"],
                "plural": row["verb_pos"] == "VBP",
                "attractors": int(row["n_diff_intervening"]),
                "nouns_between": int(row["n_intervening"]),
                "distance": int(row["distance"]),
                "relative": row["has_rel"] == "True",
            }


def numpred(path: Path | str) -> Iterator[dict]:
    """Number-prediction items of Linzen et al. (2016): `numpred.train`, `.val`, `.test`, `.test.0` to `.test.5`.

    Each line is the part of speech of the verb, VBZ or VBP, a tab, and the words before the verb.

    Yields
    ------
    dict
        "prefix"; "plural"; "attractors", from the ending of the file's name, or None where it names no number.

    Raises
    ------
    ValueError
        For a line of another form, with its number.
    """
    ending = Path(str(path).removesuffix(".gz")).suffix[1:]
    attractors = int(ending) if ending.isdigit() else None
    with _open(path) as file:
        for number, line in enumerate(file, start=1):
            tag, tab, prefix = line.rstrip("\r\n").partition("\t")
            if tag not in ("VBZ", "VBP") or not tab:
                raise ValueError(f"{path}, line {number}: expected VBZ or VBP, a tab and words, got {line[:40]!r}")
            yield {"prefix": prefix, "plural": tag == "VBP", "attractors": attractors}


def blimp(path: Path | str) -> Iterator[dict]:
    """Minimal pairs of BLiMP (Warstadt et al. 2020): one JSON object a line.

    Yields
    ------
    dict
        "good", "bad": the two sentences; "prefix", "right", "wrong": the words that they share at the start and the
        first word that tells them apart, for pairs that are the same after it; None for others; "paradigm"; "pair".
    """
    with _open(path) as file:
        for line in file:
            if line.strip():
                pair = json.loads(line)
                prefix, right, wrong = _difference(pair["sentence_good"], pair["sentence_bad"])
                yield {
                    "good": pair["sentence_good"],
                    "bad": pair["sentence_bad"],
                    "prefix": prefix,
                    "right": right,
                    "wrong": wrong,
                    "paradigm": pair["UID"],
                    "pair": int(pair["pairID"]),
                }


def _difference(good: str, bad: str) -> tuple[str | None, str | None, str | None]:
    """Shared start and the two words after it, where the sentences differ in one word only."""
    first, second = good.split(), bad.split()
    places = [place for place, words in enumerate(zip(first, second)) if words[0] != words[1]]
    if len(first) != len(second) or len(places) != 1:
        return None, None, None
    place = places[0]
    return " ".join(first[:place]), first[place], second[place]


def lambada(path: Path | str) -> Iterator[dict]:
    """Passages of LAMBADA (Paperno et al. 2016): one a line, the last word to be guessed.

    Yields
    ------
    dict
        "context"; "target"; "distance", tokens from the target's last mention in the context to the blank, or None
        where the context does not name it.
    """
    with _open(path) as file:
        for line in file:
            *context, target = line.split() or [""]
            if context:
                mentions = [place for place, word in enumerate(context) if word == target]
                distance = len(context) - mentions[-1] if mentions else None
                yield {"context": " ".join(context), "target": target, "distance": distance}


def other_forms(rows: Iterable[dict]) -> dict[str, str]:
    """For each verb of `linzen` rows its form in the other number, where the rows have both forms."""
    verbs = {True: set(), False: set()}
    for row in rows:
        verbs[row["plural"]].add(row["verb"])
    forms = {}
    for singular in verbs[False]:
        stems = [IRREGULAR.get(singular), singular.removesuffix("s"), singular.removesuffix("es")]
        if singular.endswith("ies"):
            stems.append(singular.removesuffix("ies") + "y")
        plural = next((stem for stem in stems if stem in verbs[True]), None)
        if plural is not None:
            forms |= {singular: plural, plural: singular}
    return forms


def frequent_words(texts: Iterable[str], size: int) -> Vocabulary:
    """Vocabulary of the `size` most frequent words, after padding and the mark for all others."""
    counts = Counter(word for text in texts for word in text.split())
    frequent = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    return Vocabulary(["<pad>", UNKNOWN, *frequent])


def agreement_items(rows: Iterable[dict], words: Vocabulary, forms: dict[str, str]) -> list[dict]:
    """`linzen` rows as items of the agreement task, without those whose two verb forms the vocabulary does not have.

    Returns
    -------
    list of dict
        "tokens", "right", "wrong", "attractors", "plural", as `loader.agreement_items` gives them.
    """
    import torch

    items = []
    for row in rows:
        right, wrong = row["verb"], forms.get(row["verb"])
        if right in words.ids and wrong in words.ids and row["prefix"]:
            ids = [words.ids.get(word, words.ids[UNKNOWN]) for word in row["prefix"].split()]
            items.append(
                {
                    "tokens": torch.tensor(ids, dtype=torch.int64),
                    "right": words.ids[right],
                    "wrong": words.ids[wrong],
                    "attractors": row["attractors"],
                    "plural": row["plural"],
                }
            )
    return items


def sha256(path: Path | str) -> str:
    """The file's SHA-256, to be named with a result."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def reader_of(path: Path | str):
    """The reader for a file, by its name."""
    name = Path(path).name.removesuffix(".gz")
    if name.startswith("numpred."):
        return numpred
    for ending, reader in ((".tsv", linzen), (".jsonl", blimp), (".txt", lambada)):
        if name.endswith(ending):
            return reader
    raise ValueError(f"{path}: a name like numpred.*, *.tsv, *.jsonl or *.txt tells the format; this one does not")


def main(arguments: list[str]) -> None:
    """Say what each file is."""
    for argument in arguments:
        reader = reader_of(argument)
        print(f"{argument}: {reader.__name__}, {sum(1 for _ in reader(argument))} items, SHA-256 {sha256(argument)}")
