"""Make the agreement files.

An attractor is a noun between subject and verb whose number is not the subject's. Distance is the position of the
verb less the position of the subject noun. Pairs of subject and verb are dealt to the splits, so that a test sentence
joins a subject and a verb that no training sentence joins; and each test sentence with a modifier or an opening has one of
a form that is not in training. A sentence of a test comes with its mirror, in which every noun has the other number: so
neither words nor length tell the number.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path

from longrange.files import write_rows, write_vocabulary
from longrange.grammar import (
    COORDINATED,
    EMBEDDED,
    FRONTED,
    ITEMS,
    MIXED,
    MODIFIERS,
    OBJECT,
    OPENINGS,
    PEOPLE,
    PLACES,
    PP,
    SUBJECT,
    VERBS,
    WORKS,
)

HERE = Path(__file__).parents[1] / "agreement"
COLUMNS = "prefix right wrong ending number attractors nouns_between nouns_before distance opening construction nouns".split()
TRAIN_SENTENCES = 8000
EACH_CELL = {"dev": 1, "test": 1, "hidden": 2}  # mirrored pairs for each cell of a test

# Natural imbalance of the training mix: share of 0, 1, ... modifiers, and of inner nouns in the subject's number.
MODIFIER_SHARES = (0.5, 0.25, 0.13, 0.07, 0.05)
SAME_NUMBER = 0.75

NONE = "none"
OPENING_KINDS = (NONE, FRONTED, EMBEDDED, COORDINATED)
CONSTRUCTIONS = (PP, SUBJECT, OBJECT, MIXED)
NUMBERS = ("singular", "plural")
MOST_BETWEEN = 4

PARTS = 8
DEV_PART, TEST_PART, HIDDEN_PART, *TRAIN_PARTS = range(PARTS)
NOUNS = {"{person}": PEOPLE, "{place}": PLACES, "{item}": ITEMS}


@dataclass(frozen=True)
class Plan:
    """What a sentence is to be like.

    Attributes
    ----------
    opening : str
        One of OPENING_KINDS.
    construction : str
        One of CONSTRUCTIONS, or "none" for no modifier.
    before, between : tuple of bool
        For each noun before the subject, and between it and the verb, whether it has the subject's number. An
        opening has one noun or two; of `before` it uses as many as it needs.
    """

    opening: str
    construction: str
    before: tuple[bool, bool]
    between: tuple[bool, ...]


def joins(parts: Sequence[int]) -> list[tuple]:
    """The pairs of subject and verb that are dealt to these parts."""
    crossed = product(enumerate(PEOPLE), enumerate(VERBS))
    return [(subject, verb) for (i, subject), (j, verb) in crossed if (i + j) % PARTS in parts]


def opening_words(rng: random.Random, kind: str, group: str, held_out: bool) -> list[str]:
    """The words of an opening with slots for its nouns; one of the group's own where it must be held out."""
    if kind == NONE:
        return []
    groups = {group} if held_out else {"train", group}
    return rng.choice([phrase for name in sorted(groups) for phrase in OPENINGS[kind][name]]).split()


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


def sentence(rng: random.Random, group: str, pairs: Sequence[tuple], plan: Plan) -> tuple[dict, dict]:
    """One sentence with a singular subject, and its mirror with a plural one, as rows.

    Parameters
    ----------
    rng : random.Random
        Source of the random choices.
    group : {"train", "test", "hidden"}
        Whose openings and modifiers are used.
    pairs : sequence of (subject, verb)
        What to choose the subject and the verb from.
    plan : Plan
        What the sentence is to be like.
    """
    while True:
        subject, verb = rng.choice(pairs)
        after = modifier_words(rng, plan.construction, len(plan.between), subject[0], group) if plan.between else []
        if after is not None:
            break
    opening = opening_words(rng, plan.opening, group, held_out=not plan.between)
    words: list = [*opening, "the", subject, *after]
    used = {subject[0]}
    for place, word in enumerate(words):
        if isinstance(word, str) and word.startswith("{"):
            nouns = WORKS[subject[0]] if word == "{work}" else NOUNS[word]
            words[place] = rng.choice([noun for noun in nouns if noun[0] not in used])
            used.add(words[place][0])
    places = [place for place, word in enumerate(words) if not isinstance(word, str)]
    here = places.index(len(opening) + 1)  # of the subject, among the nouns
    same = [*plan.before[:here], True, *plan.between]
    ending = rng.choice(verb[2])
    singular, plural = (_row(plan, words, dict(zip(places, same)), here, verb, ending, number) for number in (0, 1))
    return singular, plural


def _row(plan: Plan, words: list, same: dict[int, bool], here: int, verb: tuple, ending: str, plural: int) -> dict:
    """The sentence in one number of its subject."""
    numbers = {place: plural if kept else 1 - plural for place, kept in same.items()}
    spelled = [word[numbers[place]] if place in numbers else word for place, word in enumerate(words)]
    return {
        "prefix": " ".join(spelled),
        "right": verb[plural],
        "wrong": verb[1 - plural],
        "ending": ending,
        "number": NUMBERS[plural],
        "attractors": plan.between.count(False),
        "nouns_between": len(plan.between),
        "nouns_before": here,
        "distance": len(words) - list(same)[here],
        "opening": plan.opening,
        "construction": plan.construction,
        "nouns": "".join("sp"[number] for number in numbers.values()),
    }


def training() -> Iterator[dict]:
    """Sentences with the natural imbalance: half have no opening, half no modifier, and few a noun in the other number."""
    rng = random.Random("train")
    pairs = joins(TRAIN_PARTS)
    for index in range(TRAIN_SENTENCES):
        (between,) = rng.choices(range(len(MODIFIER_SHARES)), MODIFIER_SHARES)
        construction = rng.choice(CONSTRUCTIONS if between > 1 else CONSTRUCTIONS[:3]) if between else NONE
        opening = rng.choice(OPENING_KINDS[1:]) if rng.random() < 0.5 else NONE
        before = rng.random() < 0.5, rng.random() < 0.5
        same = tuple(rng.random() < SAME_NUMBER for _ in range(between))
        yield sentence(rng, "train", pairs, Plan(opening, construction, before, same))[index % 2]


def cells() -> Iterator[tuple[int, int, str, str, bool]]:
    """All of nouns between, attractors, construction, opening, and whether the first noun has the subject's number."""
    for between in range(MOST_BETWEEN + 1):
        kinds = (NONE,) if between == 0 else CONSTRUCTIONS[:3] if between == 1 else CONSTRUCTIONS
        yield from ((between, *cell) for cell in product(range(between + 1), kinds, OPENING_KINDS, (True, False)))


def balanced(split: str, part: int) -> Iterator[dict]:
    """Mirrored pairs in equal numbers for each cell, none twice."""
    rng = random.Random(split)
    group = "train" if split == "dev" else split
    pairs = joins([part])
    seen = set()
    for between, attractors, construction, opening, first in cells():
        for _ in range(EACH_CELL[split]):
            same = [index >= attractors for index in range(between)]
            while True:
                rng.shuffle(same)
                before = first, rng.random() < 0.5
                rows = sentence(rng, group, pairs, Plan(opening, construction, before, tuple(same)))
                key = rows[0]["prefix"], rows[0]["right"], rows[0]["ending"]
                if key not in seen:
                    break
            seen.add(key)
            yield from rows


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
