"""Answers that need no memory, to hold the models against: n-grams, the last noun, the nearest noun, one number."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

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


def ngram_noun(model: NGram) -> Callable[[Row], str]:
    """Answer with the n-gram's most probable word at the blank."""
    return lambda row: model.best(row["text"].split()[:-1])


def always(number: str) -> Callable[[Row], bool]:
    """Whether the verb in this number is right."""
    return lambda row: row["number"] == number


def nearest_noun(plural_of: dict[str, bool]) -> Callable[[Row], bool]:
    """Whether the number of the noun nearest to the verb is the right one; `plural_of` has each noun's number."""

    def right(row: Row) -> bool:
        nearest = next(word for word in reversed(row["prefix"].split()) if word in plural_of)
        return plural_of[nearest] == (row["number"] == "plural")

    return right


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
