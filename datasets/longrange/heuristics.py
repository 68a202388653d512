"""Rules that need no memory or no syntax, to compare the models with."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np

Row = dict[str, str]


class NGram:
    """Next-word counts with interpolated absolute discounting (Ney, Essen & Kneser 1994).

    Parameters
    ----------
    order : int
        n: the n - 1 words before are seen.
    texts : iterable of str
        What is counted.
    discount : float
        What each count gives up to the shorter contexts.
    """

    def __init__(self, order: int, texts: Iterable[str], discount: float = 0.75):
        self.order = order
        self.discount = discount
        self.counts: dict[tuple, Counter] = defaultdict(Counter)
        for text in texts:
            words = text.split()
            for end, word in enumerate(words):
                for size in range(min(order - 1, end) + 1):
                    self.counts[tuple(words[end - size : end])][word] += 1
        self.words = sorted(self.counts[()])
        self._best = lru_cache(maxsize=None)(self._search)

    def probability(self, word: str, context: Sequence[str]) -> float:
        """Probability of `word` after `context`, of which the last n - 1 words count."""
        context = tuple(context[max(0, len(context) - self.order + 1) :])
        shorter = 1 / len(self.words) if not context else None
        counts = self.counts.get(context)
        if counts is None:
            return self.probability(word, context[1:]) if context else shorter
        total = counts.total()
        left = self.discount * len(counts) / total
        shorter = self.probability(word, context[1:]) if context else shorter
        return max(counts[word] - self.discount, 0) / total + left * shorter

    def best(self, context: Sequence[str]) -> str:
        """The most probable next word, the first in the alphabet among equals."""
        return self._best(tuple(context[max(0, len(context) - self.order + 1) :]))

    def _search(self, context: tuple) -> str:
        return max(self.words, key=lambda word: self.probability(word, context))


def first_noun(nouns: Iterable[str]) -> Callable[[Row], str]:
    """Answer with the first of `nouns` in the story."""
    known = set(nouns)
    return lambda row: next(word for word in row["text"].split() if word in known)


def last_noun(nouns: Iterable[str]) -> Callable[[Row], str]:
    """Answer with the last of `nouns` before the blank."""
    known = set(nouns)
    return lambda row: next(word for word in reversed(row["text"].split()) if word in known)


def noun_of_length(nouns: Sequence[str]) -> Callable[[Row], str]:
    """Answer by the length of the story alone."""
    return lambda row: nouns[len(row["text"].split()) % len(nouns)]


def noun_in_last_words(nouns: Sequence[str], count: int) -> Callable[[Row], str]:
    """Answer with the noun among the last `count` words before the blank, or always the same where there is none."""
    return lambda row: next((word for word in row["text"].split()[:-1][-count:] if word in nouns), nouns[0])


def other_words(nouns: Sequence[str], train: Iterable[Row]) -> Callable[[Row], str]:
    """Answer by naive Bayes from all words of the story but the nouns."""
    counts: dict[str, Counter] = {noun: Counter() for noun in nouns}
    for row in train:
        counts[row["target"]].update(set(row["text"].split()) - set(nouns))
    totals = {noun: 1 + counts[noun].total() for noun in nouns}

    def answer(row: Row) -> str:
        words = sorted(set(row["text"].split()) - set(nouns))
        return max(nouns, key=lambda noun: sum(math.log((counts[noun][word] + 0.5) / totals[noun]) for word in words))

    return answer


def ngram_noun(model: NGram) -> Callable[[Row], str]:
    """Answer with the n-gram's most probable word at the blank."""
    return lambda row: model.best(row["text"].split()[:-1])


def always(number: str) -> Callable[[Row], bool]:
    """Whether the verb in this number is right."""
    return lambda row: row["number"] == number


def of_noun(number_of: Callable[[str], str]) -> Callable[[Row], bool]:
    """Whether the number that `number_of` takes from the numbers of all nouns, "s" or "p" each in order, is the right one."""
    return lambda row: number_of(row["nouns"]) == row["number"][0]


# The number of one noun among those of all nouns before the verb, or the number that most of them have.
NOUN_RULES = {
    "last noun": lambda nouns: nouns[-1],
    "opposite of the last noun": lambda nouns: "sp"[nouns[-1] == "s"],
    "first noun": lambda nouns: nouns[0],
    "second noun, if there is one": lambda nouns: nouns[:2][-1],
    "most of the nouns": lambda nouns: max("sp", key=nouns.count) if nouns.count("s") != nouns.count("p") else nouns[-1],
}


def even_length(row: Row) -> bool:
    """Whether the singular is right after an even number of words, and the plural after an odd one."""
    return ("plural", "singular")[len(row["prefix"].split()) % 2 == 0] == row["number"]


class BagOfWords:
    """Logistic regression of the number on the counts of the words before the verb, in no order.

    Parameters
    ----------
    rows : sequence of dict
        The training sentences.
    first, last : int, optional
        Take only so many words from the start (with 2, it is the rule of the second word), or before the verb.
    penalty : float
        Of the squared weights.
    """

    def __init__(self, rows: Sequence[Row], first: int | None = None, last: int | None = None, penalty: float = 0.1):
        self.part = slice(-last if last else None, first)
        self.places = {word: place for place, word in enumerate(sorted({w for row in rows for w in row["prefix"].split()}))}
        counts, plural = self._counts(rows), np.array([row["number"] == "plural" for row in rows])
        self.weights = np.zeros(counts.shape[1])
        for _ in range(20):  # Newton's method
            chance = 1 / (1 + np.exp(-counts @ self.weights))
            slope = counts.T @ (chance - plural) + penalty * self.weights
            curvature = (counts * (chance * (1 - chance))[:, None]).T @ counts + penalty * np.eye(len(slope))
            self.weights -= np.linalg.solve(curvature, slope)

    def _counts(self, rows: Sequence[Row]) -> np.ndarray:
        counts = np.zeros((len(rows), len(self.places) + 1))
        counts[:, -1] = 1
        for number, row in enumerate(rows):
            for word in row["prefix"].split()[self.part]:
                counts[number, self.places[word]] += 1
        return counts

    def __call__(self, row: Row) -> bool:
        """Whether the number it answers is the right one."""
        return bool((self._counts([row]) @ self.weights)[0] > 0) == (row["number"] == "plural")


def ngram_verb(model: NGram) -> Callable[[Row], bool]:
    """Whether the n-gram gives the right form more probability than the wrong one."""

    def right(row: Row) -> bool:
        context = row["prefix"].split()
        return model.probability(row["right"], context) > model.probability(row["wrong"], context)

    return right


def tickets_accuracy(answer: Callable[[Row], str], rows: Iterable[Row]) -> dict[int, float]:
    """Share of stories whose noun is answered, for each distance."""
    return _rates((int(row["distance"]), answer(row) == row["target"]) for row in rows)


def agreement_error(right: Callable[[Row], bool], rows: Iterable[Row], by: str = "attractors") -> dict:
    """Error for each value of column `by`: the mean of the rates of singular and plural subjects."""
    rates = _rates(((row[by], row["number"]), not right(row)) for row in rows)
    values = dict.fromkeys(value for value, _ in rates)
    means = {value: sum(rates[value, number] for number in ("singular", "plural")) / 2 for value in values}
    return {int(value) if value.isdigit() else value: mean for value, mean in means.items()}


def _rates(pairs: Iterable[tuple]) -> dict:
    hits = defaultdict(list)
    for key, hit in pairs:
        hits[key].append(hit)
    return {key: sum(values) / len(values) for key, values in hits.items()}
