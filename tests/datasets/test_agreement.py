"""Agreement: what the columns say is what the words say, balance, and no leak between the splits."""

from collections import Counter
from itertools import product

import pytest

from datasets.agreement import generate
from datasets.agreement.grammar import ITEMS, MODIFIERS, PEOPLE, PLACES, VERBS, WORKS
from datasets.loader import Vocabulary, read_rows

SPLITS = ("public/train", "public/dev", "public/test", "hidden/test")
ROWS = {split: read_rows(generate.HERE / f"{split}.tsv") for split in SPLITS}
PAIRS = {pair for group in (PEOPLE, PLACES, ITEMS, *WORKS.values()) for pair in group}
NUMBER = {word: number for pair in PAIRS for word, number in zip(pair, ("singular", "plural"))}
GROUP = {"public/train": "train", "public/dev": "train", "public/test": "test", "hidden/test": "hidden"}


def lemma(noun: str) -> str:
    """The singular."""
    return next(singular for singular, plural in PAIRS if noun in (singular, plural))


def skeleton(row: dict) -> str:
    """The words before the verb without the nouns."""
    return " ".join("NOUN" if word in NUMBER else word for word in row["prefix"].split())


@pytest.mark.parametrize("split", SPLITS)
def test_the_columns_say_what_the_words_say(split):
    for row in ROWS[split]:
        words = row["prefix"].split()
        nouns = [word for word in words if word in NUMBER]
        assert words[:2] == ["the", nouns[0]]
        assert row["number"] == NUMBER[nouns[0]]
        assert int(row["nouns_between"]) == len(nouns) - 1
        assert int(row["attractors"]) == sum(NUMBER[noun] != row["number"] for noun in nouns[1:])
        assert int(row["distance"]) == len(words) - 1
        assert len({lemma(noun) for noun in nouns}) == len(nouns)
        forms = next(verb for verb in VERBS if row["right"] in verb[:2])
        assert (row["right"], row["wrong"]) == (forms[:2] if row["number"] == "singular" else forms[1::-1])
        assert row["ending"] in forms[2]


@pytest.mark.parametrize("split", SPLITS)
def test_the_construction_is_the_one_named(split):
    for row in ROWS[split]:
        kinds = {"who": "who" in row["prefix"].split(), "that": "that" in row["prefix"].split()}
        expected = {
            "none": (False, False),
            "pp": (False, False),
            "subject relative": (True, False),
            "object relative": (False, True),
            "mixed": (True, False),
        }
        assert (kinds["who"], kinds["that"]) == expected[row["construction"]]
        assert (row["construction"] == "none") == (row["nouns_between"] == "0")
        if row["construction"] == "mixed":
            assert row["prefix"].split().count("who") < int(row["nouns_between"])
        if row["construction"] == "subject relative":
            assert row["prefix"].split().count("who") == int(row["nouns_between"])


@pytest.mark.parametrize("split", ["public/dev", "public/test", "hidden/test"])
def test_tests_are_balanced_by_number_attractors_and_construction(split):
    counts = Counter((row["number"], row["attractors"], row["construction"]) for row in ROWS[split])
    each = generate.EACH_CELL[split.removeprefix("public/").replace("hidden/test", "hidden")]
    cells = set(product(("singular", "plural"), "01234", generate.CONSTRUCTIONS))
    cells |= {("singular", "0", "none"), ("plural", "0", "none")}
    assert counts == dict.fromkeys(cells, each)


def test_the_training_mix_has_a_natural_imbalance():
    rows = ROWS["public/train"]
    assert Counter(row["number"] for row in rows) == {"singular": 4000, "plural": 4000}
    between = Counter(int(row["nouns_between"]) for row in rows)
    shares = [between[number] / len(rows) for number in range(5)]
    assert shares == pytest.approx(generate.MODIFIER_SHARES, abs=0.02)
    nouns = sum(int(row["nouns_between"]) for row in rows)
    attractors = sum(int(row["attractors"]) for row in rows)
    assert attractors / nouns == pytest.approx(1 - generate.SAME_NUMBER, abs=0.02)


def test_no_sentence_up_to_its_verb_is_in_two_splits():
    starts = {split: {(row["prefix"], row["right"]) for row in ROWS[split]} for split in SPLITS}
    for first, second in product(SPLITS, SPLITS):
        if first < second:
            assert not starts[first] & starts[second]


def test_no_subject_and_verb_are_joined_in_two_splits():
    def joined(split):
        return {(lemma(row["prefix"].split()[1]), frozenset((row["right"], row["wrong"]))) for row in ROWS[split]}

    joins = {split: joined(split) for split in SPLITS}
    for first, second in product(SPLITS, SPLITS):
        if first < second:
            assert not joins[first] & joins[second]
    assert len(set.union(*joins.values())) == len(PEOPLE) * len(VERBS)


def test_no_skeleton_of_a_test_is_in_another_split():
    """A test sentence with a modifier is no training sentence with other nouns, nor one of the other test."""
    skeletons = {split: {skeleton(row) for row in ROWS[split] if row["construction"] != "none"} for split in SPLITS}
    for test in ("public/test", "hidden/test"):
        for other in SPLITS:
            if other != test:
                assert not skeletons[test] & skeletons[other]


def test_held_out_modifiers_are_held_out():
    for kind, bank in MODIFIERS.items():
        for group in ("test", "hidden"):
            others = [phrase for name in bank if name != group for phrase in bank[name]]
            assert not set(bank[group]) & set(others), kind


@pytest.mark.parametrize("split", SPLITS)
def test_every_word_of_every_split_is_in_training(split):
    words = Vocabulary.load("agreement").ids
    for row in ROWS[split]:
        text = f"{row['prefix']} {row['right']} {row['wrong']} {row['ending']}"
        assert all(word in words for word in text.split())


def test_every_noun_and_verb_is_trained_in_both_numbers():
    rows = ROWS["public/train"]
    assert {row["prefix"].split()[1] for row in rows} == {word for pair in PEOPLE for word in pair}
    assert {row["right"] for row in rows} == {form for verb in VERBS for form in verb[:2]}
    inner = {word for row in rows for word in row["prefix"].split()[2:] if word in NUMBER}
    assert inner == set(NUMBER)


def test_a_work_goes_with_its_maker():
    for rows in ROWS.values():
        for row in rows:
            words = row["prefix"].split()
            assert words.count("of") <= 1
            if "of" in words:
                assert words.index("of") == 2
                noun = next(word for word in words[2:] if word in NUMBER)
                assert lemma(noun) in [work for work, _ in WORKS[lemma(words[1])]]


def test_who_follows_a_person():
    people = {word for pair in PEOPLE for word in pair}
    for rows in ROWS.values():
        for row in rows:
            words = row["prefix"].split()
            assert all(words[place - 1] in people for place, word in enumerate(words) if word == "who")
