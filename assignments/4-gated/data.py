"""Read the printer-tickets and agreement files: words to ids, test items, training batches.

The files lie in a folder for each data set, `tickets` and `agreement`, beside this module. In both, a word's id is its
line in `vocabulary.txt`, counted from 0; id 0 is padding.

    words = Vocabulary.load("tickets")
    batches = tickets_batches(words, batch_size=32, steps=400, seed=0)
    items = tickets_items(words, "test")
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PAD = 0
BLANK = "____"


def data_file(name: str, filename: str) -> Path:
    """Path of a public file of data set `name`; FileNotFoundError says where it was looked for."""
    places = [HERE / name / filename, HERE.parent / name / "public" / filename]
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(f"no {filename} of the {name} data; looked for {places[0]} and {places[1]}")


class Vocabulary:
    """Words and their ids.

    Parameters
    ----------
    words : sequence of str
        The word with id i at index i; index 0 is padding.
    """

    def __init__(self, words: Sequence[str]):
        self.words = list(words)
        self.ids = {word: index for index, word in enumerate(self.words)}

    @classmethod
    def load(cls, name: str) -> "Vocabulary":
        """The vocabulary of the data set "tickets" or "agreement"."""
        return cls(data_file(name, "vocabulary.txt").read_text(encoding="utf-8").splitlines())

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, text: str) -> list[int]:
        """Ids of the words of `text`, which are set apart by spaces; KeyError for a word that is not known."""
        return [self.ids[word] for word in text.split()]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of the ids, without padding."""
        return " ".join(self.words[int(index)] for index in ids if int(index) != PAD)


def read_rows(path: Path | str) -> list[dict[str, str]]:
    """The rows of a tab-separated file with a header, as dicts of strings."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _rows(name: str, split: str | Path) -> list[dict[str, str]]:
    return read_rows(data_file(name, f"{split}.tsv") if isinstance(split, str) else split)


def tickets_items(words: Vocabulary, split: str | Path = "test") -> list[dict]:
    """Stories that stop before the noun.

    Parameters
    ----------
    words : Vocabulary
        The vocabulary of "tickets".
    split : str or Path
        "train", "dev", "test", or one of them with "_hard"; or the path of a file of the same form.

    Returns
    -------
    list of dict
        "tokens", int64 tensor (n,), the story up to the blank; "target", int, id of the noun; "distance", int, the
        position of the blank less that of the noun.
    """
    import torch

    return [
        {
            "tokens": torch.tensor(words.encode(row["text"].removesuffix(BLANK)), dtype=torch.int64),
            "target": words.ids[row["target"]],
            "distance": int(row["distance"]),
        }
        for row in _rows("tickets", split)
    ]


def agreement_items(words: Vocabulary, split: str | Path = "test") -> list[dict]:
    """Sentences that stop before the verb.

    Parameters
    ----------
    words : Vocabulary
        The vocabulary of "agreement".
    split : str or Path
        "train", "dev" or "test"; or the path of a file of the same form.

    Returns
    -------
    list of dict
        "tokens", int64 tensor (n,), the words before the verb; "right" and "wrong", int, ids of the verb in the
        subject's number and in the other; "attractors", int, number of nouns between subject and verb that are not in
        the subject's number; "plural", bool, the subject's number.
    """
    import torch

    return [
        {
            "tokens": torch.tensor(words.encode(row["prefix"]), dtype=torch.int64),
            "right": words.ids[row["right"]],
            "wrong": words.ids[row["wrong"]],
            "attractors": int(row["attractors"]),
            "plural": row["number"] == "plural",
        }
        for row in _rows("agreement", split)
    ]


def tickets_batches(
    words: Vocabulary,
    batch_size: int,
    steps: int,
    seed: int,
    blank_weight: float = 5.0,
    split: str | Path = "train",
    max_distance: int | None = None,
) -> list[tuple]:
    """Batches of whole stories with the noun in place of the blank.

    The weights make a story's loss the mean cross-entropy of its words, plus `blank_weight` times the cross-entropy at
    the blank.

    Parameters
    ----------
    words : Vocabulary
        The vocabulary of "tickets".
    batch_size, steps : int
        Stories in a batch, and number of batches. Stories come in a new order each time all have been used.
    seed : int
        Seed of the order.
    blank_weight : float
        Extra weight of the word at the blank.
    split : str or Path
        As for `tickets_items`.
    max_distance : int, optional
        Leave out stories of a larger distance.

    Returns
    -------
    list of (tokens, weights)
        int64 tensor (B, T), and float tensor (B, T - 1) with the weight of predicting tokens[:, 1:]; 0 at padding.
    """
    texts, weights = [], []
    for row in _rows("tickets", split):
        if max_distance is not None and int(row["distance"]) > max_distance:
            continue
        tokens = words.encode(row["text"].replace(BLANK, row["target"]))
        weight = np.full(len(tokens) - 1, 1 / (len(tokens) - 1))
        weight[-1] += blank_weight
        texts.append(tokens)
        weights.append(weight)
    return list(make_batches(texts, weights, batch_size, steps, seed))


def agreement_batches(
    words: Vocabulary,
    batch_size: int,
    steps: int,
    seed: int,
    split: str | Path = "train",
) -> list[tuple]:
    """Batches of whole sentences; a sentence's loss is the mean cross-entropy of its words.

    Parameters and return value as for `tickets_batches`; the verb has no extra weight.
    """
    texts = [words.encode(f"{row['prefix']} {row['right']} {row['ending']}") for row in _rows("agreement", split)]
    weights = [np.full(len(tokens) - 1, 1 / (len(tokens) - 1)) for tokens in texts]
    return list(make_batches(texts, weights, batch_size, steps, seed))


def make_batches(
    texts: Sequence[Sequence[int]],
    weights: Sequence[np.ndarray],
    batch_size: int,
    steps: int,
    seed: int,
) -> Iterator[tuple]:
    """`steps` batches of texts of like length, which need little padding, in random order."""
    import torch

    rng = np.random.default_rng(seed)
    lengths = np.array([len(tokens) for tokens in texts])
    made = 0
    while made < steps:
        order = rng.permutation(len(texts))
        order = order[np.argsort(lengths[order], kind="stable")]
        groups = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        for index in rng.permutation(len(groups))[: steps - made]:
            group = groups[index]
            width = lengths[group].max()
            tokens = np.full((len(group), width), PAD, dtype=np.int64)
            weight = np.zeros((len(group), width - 1), dtype=np.float32)
            for place, text in enumerate(group):
                tokens[place, : lengths[text]] = texts[text]
                weight[place, : lengths[text] - 1] = weights[text]
            yield torch.from_numpy(tokens), torch.from_numpy(weight)
            made += 1
