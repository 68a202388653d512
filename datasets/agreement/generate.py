"""Make the agreement files.

    python -m datasets.agreement.generate

An attractor is a noun between subject and verb whose number is not the subject's. Distance is the position of the
verb less the position of the subject noun. Pairs of subject and verb are dealt to the splits, so that a test sentence
joins a subject and a verb that no training sentence joins; and each test sentence with a modifier has one of a form
that is not in training.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from pathlib import Path

from datasets.agreement.grammar import (
    ITEMS,
    MIXED,
    MODIFIERS,
    OBJECT,
    PEOPLE,
    PLACES,
    PP,
    SUBJECT,
    VERBS,
    WORKS,
)
from datasets.files import write_rows, write_vocabulary

HERE = Path(__file__).parent
COLUMNS = "prefix right wrong ending number attractors nouns_between distance construction".split()
TRAIN_SENTENCES = 8000
EACH_CELL = {"dev": 8, "test": 24, "hidden": 24}  # sentences for each number, attractor count and construction

# Natural imbalance of the training mix: share of 0, 1, ... modifiers, and of inner nouns in the subject's number.
MODIFIER_SHARES = (0.5, 0.25, 0.13, 0.07, 0.05)
SAME_NUMBER = 0.75

ATTRACTORS = range(5)
CONSTRUCTIONS = (PP, SUBJECT, OBJECT, MIXED)

PARTS = 8
DEV_PART, TEST_PART, HIDDEN_PART, *TRAIN_PARTS = range(PARTS)
NOUNS = {"{person}": PEOPLE, "{place}": PLACES, "{item}": ITEMS}


def joins(parts: Sequence[int]) -> list[tuple]:
    """The pairs of subject and verb that are dealt to these parts."""
    crossed = product(enumerate(PEOPLE), enumerate(VERBS))
    return [(subject, verb) for (i, subject), (j, verb) in crossed if (i + j) % PARTS in parts]


def modifier_words(rng: random.Random, construction: str, number: int, maker: str, group: str) -> list[str] | None:
    """The words of `number` modifiers with slots for their nouns; None where a draw does not read as English."""
    kinds = {PP: [PP] * number, SUBJECT: [SUBJECT] * number, OBJECT: [OBJECT] + [PP] * (number - 1)}.get(construction)
    if construction == MIXED:
        first = rng.randrange(1, number)
        kinds = [PP] * first + [SUBJECT] * (number - first)
        if rng.random() < 0.5:
            kinds.reverse()
    held_out = 0 if construction == OBJECT else rng.randrange(number)  # the one that must be of the group
    phrases = []
    for index, kind in enumerate(kinds):
        groups = {group} if index == held_out else {"train", group}
        phrases.append(rng.choice([phrase for name in sorted(groups) for phrase in MODIFIERS[kind][name]]))
    return _joined(phrases, construction, maker)


def _joined(phrases: list[str], construction: str, maker: str) -> list[str] | None:
    """The words of the phrases; None where a work has no maker or `who` would follow on no person."""
    for index, phrase in enumerate(phrases):
        if "{work}" in phrase and (index or maker not in WORKS):
            return None
    if construction == OBJECT:
        return phrases[0].replace("{pp}", " ".join(phrases[1:])).split()
    for phrase, following in pairwise(phrases):
        after = "{person}" if following.startswith("who") else "}"
        if not phrase.endswith(after):
            return None
    return " ".join(phrases).split()


def sentence(
    rng: random.Random,
    group: str,
    pairs: Sequence[tuple],
    number: str,
    construction: str,
    same: Sequence[bool],
) -> dict:
    """One sentence as a row.

    Parameters
    ----------
    rng : random.Random
        Source of the random choices.
    group : {"train", "test", "hidden"}
        Whose modifiers are used.
    pairs : sequence of (subject, verb)
        What to choose the subject and the verb from.
    number : {"singular", "plural"}
        The subject's number.
    construction : str
        One of CONSTRUCTIONS, or "none" for no modifier.
    same : sequence of bool
        For each noun between subject and verb, whether it has the subject's number.
    """
    plural = int(number == "plural")
    while True:
        subject, verb = rng.choice(pairs)
        words = modifier_words(rng, construction, len(same), subject[0], group) if same else []
        if words is not None:
            break
    numbers = iter(plural if kept else 1 - plural for kept in same)
    used = {subject[0]}
    for place, word in enumerate(words):
        if word.startswith("{"):
            nouns = WORKS[subject[0]] if word == "{work}" else NOUNS[word]
            noun = rng.choice([noun for noun in nouns if noun[0] not in used])
            used.add(noun[0])
            words[place] = noun[next(numbers)]
    return {
        "prefix": " ".join(["the", subject[plural], *words]),
        "right": verb[plural],
        "wrong": verb[1 - plural],
        "ending": rng.choice(verb[2]),
        "number": number,
        "attractors": same.count(False),
        "nouns_between": len(same),
        "distance": len(words) + 1,
        "construction": construction,
    }


def training() -> Iterator[dict]:
    """Sentences with the natural imbalance: most have no modifier, and few a noun in the other number."""
    rng = random.Random("train")
    pairs = joins(TRAIN_PARTS)
    for index in range(TRAIN_SENTENCES):
        (between,) = rng.choices(range(len(MODIFIER_SHARES)), MODIFIER_SHARES)
        construction = rng.choice(CONSTRUCTIONS if between > 1 else CONSTRUCTIONS[:3]) if between else "none"
        same = [rng.random() < SAME_NUMBER for _ in range(between)]
        yield sentence(rng, "train", pairs, ("singular", "plural")[index % 2], construction, same)


def balanced(split: str, part: int) -> Iterator[dict]:
    """Sentences in equal numbers for each number, attractor count and construction, none twice."""
    rng = random.Random(split)
    group = "train" if split == "dev" else split
    pairs = joins([part])
    told = set()
    for attractors, construction, number in product(ATTRACTORS, ("none", *CONSTRUCTIONS), ("singular", "plural")):
        if construction == "none" and attractors:
            continue
        between = 0 if construction == "none" else max(attractors, 2 if construction == MIXED else 1)
        for _ in range(EACH_CELL[split]):
            same = [index >= attractors for index in range(between)]
            while True:
                rng.shuffle(same)
                row = sentence(rng, group, pairs, number, construction, same)
                if (row["prefix"], row["right"], row["ending"]) not in told:
                    break
            told.add((row["prefix"], row["right"], row["ending"]))
            yield row


def generate(folder: Path = HERE) -> None:
    """Write all files below `folder`."""
    rows = list(training())
    write_rows(folder / "public" / "train.tsv", COLUMNS, rows)
    write_rows(folder / "public" / "dev.tsv", COLUMNS, balanced("dev", DEV_PART))
    write_rows(folder / "public" / "test.tsv", COLUMNS, balanced("test", TEST_PART))
    write_rows(folder / "hidden" / "test.tsv", COLUMNS, balanced("hidden", HIDDEN_PART))
    texts = [" ".join([row["prefix"], row["right"], row["ending"]]) for row in rows]
    write_vocabulary(folder / "public" / "vocabulary.txt", texts)


if __name__ == "__main__":
    generate()
