"""Make the printer-tickets files.

The distance of a story is the position of the blank less the position of the noun: at distance 5 four tokens stand
between them. Filler sentences are drawn from all selections that hit the distance exactly, that keep the order of the
tale, and in which nothing happens before what it needs (no clerk before the store); a selection's chance is in
proportion to the product of its sentences' weights.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from longrange.files import write_rows, write_vocabulary
from longrange.templates import (
    CLOSINGS,
    FILLERS,
    LEADS,
    NOUNS,
    OPENINGS,
    PROLOGUES,
    RIVALS,
    SUPPLIES,
    Filler,
)

HERE = Path(__file__).parents[1] / "tickets"
BLANK = "____"
COLUMNS = "text target distance template opening closing competitors".split()

TRAIN_DISTANCES = (*range(5, 41), 45, 50, 55, 60)
TEST_DISTANCES = (5, 10, 15, 20, 30, 40, 60, 80, 100)
HARD_TRAIN_DISTANCES = tuple(range(15, 51))
HARD_TEST_DISTANCES = (15, 20, 30, 40, 60, 80, 100)
UNSEEN_DISTANCES = (15, 20, 30, 40, 60)
STORIES = {"train": 2880, "dev": 480, "train_hard": 1728, "dev_hard": 432}
EACH_NOUN = {False: 8, True: 4}  # test stories for each noun and distance: of the plain and of the hard variant
EACH_UNSEEN = 4

# Nouns x templates x distances are dealt to six parts, so that all three meet in each split, in other combinations.
PARTS = 6
DEV_PART, TEST_PART, *TRAIN_PARTS = range(PARTS)

# The templates' names in the files: group and number, from 1.
NAMES = {
    text: f"{group}-{number}"
    for bank in (OPENINGS, CLOSINGS)
    for group, texts in bank.items()
    for number, text in enumerate(texts, start=1)
}


@dataclass(frozen=True)
class Frame:
    """What surrounds the filler sentences of a story, and its rank among the frames of this distance."""

    lead: str
    opening: str
    closing: str
    distance: int
    rank: int

    @property
    def room(self) -> int:
        """Tokens that the filler sentences have to fill."""
        return self.distance - _around(self.opening, self.closing)

    def part(self, noun: str) -> int:
        """The part, 0 to PARTS - 1, to which this noun in this frame is dealt, as in a Latin square."""
        return (NOUNS.index(noun) + self.rank) % PARTS


def _around(opening: str, closing: str) -> int:
    """The distance of a story without filler sentences."""
    return len(opening.split("{noun}")[1].split()) + len(closing.split()) + 1


class Pool:
    """Filler sentences in the order of the tale, and the ways in which they fill a gap exactly."""

    def __init__(self, fillers: Sequence[Filler], rivals: Sequence[Filler] = ()):
        self.sentences = sorted([*fillers, *rivals], key=lambda filler: filler.scene)
        self.rivals = frozenset(rivals)
        self.lengths = [len(filler.text.split()) for filler in self.sentences]
        self.count = lru_cache(maxsize=None)(self._count)

    def _after(self, index: int, room: int, rivals: int, facts: frozenset) -> tuple | None:
        """The state after telling sentence `index`, or None where it cannot be told."""
        filler = self.sentences[index]
        room, rivals = room - self.lengths[index], rivals - (filler in self.rivals)
        if room < 0 or rivals < 0 or (filler.needs and filler.needs not in facts):
            return None
        return index + 1, room, rivals, facts | {filler.gives} if filler.gives else facts

    def _count(self, index: int, room: int, rivals: int, facts: frozenset) -> int:
        """Weight of all selections from `index` on that fill `room` tokens with exactly `rivals` rivals."""
        if room == 0:
            return int(rivals == 0)
        if index == len(self.sentences):
            return 0
        return self.count(index + 1, room, rivals, facts) + self._told(index, room, rivals, facts)

    def _told(self, index: int, room: int, rivals: int, facts: frozenset) -> int:
        """Weight of those selections that tell sentence `index`."""
        state = self._after(index, room, rivals, facts)
        return self.sentences[index].weight * self.count(*state) if state else 0

    def draw(self, rng: random.Random, room: int, rivals: int = 0) -> list[Filler] | None:
        """One selection, or None where no selection fits."""
        state = (0, room, rivals, frozenset())
        if self.count(*state) == 0:
            return None
        chosen = []
        while state[1] > 0:
            if rng.randrange(self.count(*state)) < self._told(*state):
                chosen.append(self.sentences[state[0]])
                state = self._after(*state)
            else:
                state = (state[0] + 1, *state[1:])
        return chosen


def fill(rng: random.Random, noun: str, frame: Frame, pool: Pool, rivals: int) -> dict | None:
    """One story as a row, or None where the gap cannot be filled."""
    fillers = pool.draw(rng, frame.room, rivals)
    if fillers is None:
        return None
    sentences = [frame.lead, frame.opening, *(filler.text for filler in fillers), frame.closing, BLANK]
    words = " ".join(filter(None, sentences)).split()
    others = iter(rng.sample([other for other in NOUNS if other != noun], words.count("{other}")))
    names = {"{noun}": noun, "{supply}": rng.choice(SUPPLIES)}
    words = [next(others) if word == "{other}" else names.get(word, word) for word in words]
    return {
        "text": " ".join(words),
        "target": noun,
        "distance": frame.distance,
        "opening": NAMES[frame.opening],
        "closing": NAMES[frame.closing],
        "competitors": " ".join(word for word in words if word in NOUNS and word != noun),
    }


class Teller:
    """Stories of one kind, none told twice.

    Parameters
    ----------
    seed : str
        Seed of the random numbers: the split's name.
    group : {"train", "test", "hidden"}
        Whose leads, openings and closings are used; filler sentences are those of training and of the group.
    hard : bool
        Whether one to three competing nouns stand between noun and blank, and perhaps one before.
    unseen : bool
        Whether all sentences are the group's own, and none is one of training.
    """

    def __init__(self, seed: str, group: str, hard: bool, unseen: bool = False):
        groups = dict.fromkeys([group] if unseen else ["train", group])
        self.rng = random.Random(seed)
        self.group = group
        self.rivals = (1, 3) if hard else (0, 0)
        self.pool = Pool(*([filler for name in groups for filler in bank[name]] for bank in (FILLERS, RIVALS)))
        self.leads = ["", *PROLOGUES[group]] if hard else LEADS[group]
        self.told = set()
        self.frames = lru_cache(maxsize=None)(self._frames)

    def _frames(self, distance: int) -> list[Frame]:
        """All frames of this distance whose room can be filled."""
        for group in (self.group, "train"):
            crossed = product(self.leads, OPENINGS[self.group], CLOSINGS[group])
            fitting = [names for names in crossed if self._fills(distance - _around(*names[1:]))]
            if fitting:
                return [Frame(*names, distance, rank) for rank, names in enumerate(fitting)]
            # The shortest stories leave room for one closing only, which is one of training.
        raise ValueError(f"no story has distance {distance}")

    def _fills(self, room: int) -> bool:
        least, most = self.rivals
        return room >= 0 and any(self.pool.count(0, room, rivals, frozenset()) for rivals in range(least, most + 1))

    def tell(self, noun: str, distance: int, parts: Sequence[int] = tuple(range(PARTS)), tries: int = 1000) -> dict:
        """One new story for this noun and distance, in a frame that is dealt to one of the parts."""
        options = [frame for frame in self.frames(distance) if frame.part(noun) in parts]
        for _ in range(tries):
            row = fill(self.rng, noun, self.rng.choice(options), self.pool, self.rng.randint(*self.rivals))
            if row and row["text"] not in self.told:
                self.told.add(row["text"])
                return row | {"template": "seen" if self.group == "train" else "unseen"}
        raise RuntimeError(f"{tries} tries made no new story for {noun} at distance {distance}")


def training(name: str, parts: Sequence[int], hard: bool) -> Iterator[dict]:
    """Stories with nouns and distances in equal shares, from these parts of nouns x templates x distances."""
    teller = Teller(name, "train", hard)
    cells = list(product(NOUNS, HARD_TRAIN_DISTANCES if hard else TRAIN_DISTANCES))
    for index in range(STORIES[name]):
        if index % len(cells) == 0:
            teller.rng.shuffle(cells)
        yield teller.tell(*cells[index % len(cells)], parts)


def public_test(seed: str, hard: bool) -> Iterator[dict]:
    """For each distance and noun some stories, half in templates of training and half in unseen ones."""
    seen, unseen = Teller(seed + " seen", "train", hard), Teller(seed, "test", hard)
    for distance, noun, index in _test_cells(hard):
        yield seen.tell(noun, distance, [TEST_PART]) if index % 2 else unseen.tell(noun, distance)


def hidden_test(seed: str, hard: bool) -> Iterator[dict]:
    """For each distance and noun some stories, all in templates that are in no public file."""
    teller = Teller(seed, "hidden", hard)
    for distance, noun, _ in _test_cells(hard):
        yield teller.tell(noun, distance)


def unseen_test(seed: str, group: str) -> Iterator[dict]:
    """For each distance and noun some stories of which no sentence occurs in training, whatever its noun and supply."""
    teller = Teller(seed, group, hard=False, unseen=True)
    for distance, noun, _ in product(UNSEEN_DISTANCES, NOUNS, range(EACH_UNSEEN)):
        yield teller.tell(noun, distance)


def _test_cells(hard: bool) -> Iterator[tuple]:
    return product(HARD_TEST_DISTANCES if hard else TEST_DISTANCES, NOUNS, range(EACH_NOUN[hard]))


def generate(folder: Path = HERE) -> None:
    """Write all files below `folder`."""
    texts = []
    for hard, suffix in ((False, ""), (True, "_hard")):
        splits = {
            f"public/train{suffix}.tsv": training(f"train{suffix}", TRAIN_PARTS, hard),
            f"public/dev{suffix}.tsv": training(f"dev{suffix}", [DEV_PART], hard),
            f"public/test{suffix}.tsv": public_test(f"test{suffix}", hard),
            f"hidden/test{suffix}.tsv": hidden_test(f"hidden{suffix}", hard),
        }
        if not hard:
            splits["public/test_unseen.tsv"] = unseen_test("test unseen", "test")
            splits["hidden/test_unseen.tsv"] = unseen_test("hidden unseen", "hidden")
        for name, stories in splits.items():
            rows = list(stories)
            write_rows(folder / name, COLUMNS, rows)
            texts += [row["text"].replace(BLANK, row["target"]) for row in rows if "train" in name]
    write_vocabulary(folder / "public" / "vocabulary.txt", texts)


if __name__ == "__main__":
    generate()
