"""Agreement: what the columns say is what the words say, balance, no leak between the splits, and no rule that cheats."""

from collections import Counter
from itertools import product

import pytest

from longrange import agreement as generate
from longrange import report
from longrange.grammar import ITEMS, MODIFIERS, OPENINGS, PEOPLE, PLACES, VERBS, WORKS
from longrange.loader import Vocabulary, read_rows

SPLITS = ("public/train", "public/dev", "public/test", "hidden/test")
TESTS = SPLITS[1:]
ROWS = {split: read_rows(generate.HERE / f"{split}.tsv") for split in SPLITS}
PAIRS = {pair for group in (PEOPLE, PLACES, ITEMS, *WORKS.values()) for pair in group}
NUMBER = {word: number for pair in PAIRS for word, number in zip(pair, ("singular", "plural"))}


def lemma(noun: str) -> str:
    """The singular."""
    return next(singular for singular, plural in PAIRS if noun in (singular, plural))


def nouns_of(row: dict) -> list[str]:
    """The nouns before the verb."""
    return [word for word in row["prefix"].split() if word in NUMBER]


def after_subject(row: dict) -> list[str]:
    """The words from the subject to the verb."""
    return row["prefix"].split()[-int(row["distance"]) :]


def skeleton(row: dict) -> str:
    """The words before the verb without the nouns."""
    return " ".join("NOUN" if word in NUMBER else word for word in row["prefix"].split())


@pytest.mark.parametrize("split", SPLITS)
def test_the_columns_say_what_the_words_say(split):
    for row in ROWS[split]:
        words, nouns, before = row["prefix"].split(), nouns_of(row), int(row["nouns_before"])
        subject = nouns[before]
        assert after_subject(row)[0] == subject and words[-int(row["distance"]) - 1] == "the"
        assert row["number"] == NUMBER[subject]
        between = nouns[before + 1 :]
        assert int(row["nouns_between"]) == len(between)
        assert int(row["attractors"]) == sum(NUMBER[noun] != row["number"] for noun in between)
        assert row["nouns"] == "".join(NUMBER[noun][0] for noun in nouns)
        assert len({lemma(noun) for noun in nouns}) == len(nouns)
        forms = next(verb for verb in VERBS if row["right"] in verb[:2])
        assert (row["right"], row["wrong"]) == (forms[:2] if row["number"] == "singular" else forms[1::-1])
        assert row["ending"] in forms[2]


@pytest.mark.parametrize("split", SPLITS)
def test_the_construction_and_the_opening_are_those_named(split):
    expected = {
        "none": (False, False),
        "pp": (False, False),
        "subject relative": (True, False),
        "object relative": (False, True),
        "mixed": (True, False),
    }
    for row in ROWS[split]:
        after = after_subject(row)
        assert ("who" in after, "that" in after) == expected[row["construction"]]
        assert (row["construction"] == "none") == (row["nouns_between"] == "0")
        if row["construction"] == "mixed":
            assert after.count("who") < int(row["nouns_between"])
        if row["construction"] == "subject relative":
            assert after.count("who") == int(row["nouns_between"])
        opening = row["prefix"].split()[: -int(row["distance"]) - 1]
        ends = {"none": [], "fronted": [","], "embedded": ["that"], "coordinated": [",", "and"]}[row["opening"]]
        assert bool(opening) == bool(ends) == (row["nouns_before"] != "0")
        assert opening[-len(ends) :] in (ends, [",", "but"]) if ends else not opening
        assert (opening[:1] == ["the"]) == (row["opening"] in ("embedded", "coordinated"))


@pytest.mark.parametrize("split", TESTS)
def test_tests_are_balanced_by_all_that_could_give_the_number_away(split):
    """Number, attractors among equally many nouns between, construction, opening, and the number of the first noun."""

    def first_agrees(row):
        return row["opening"] == "none" or NUMBER[nouns_of(row)[0]] == row["number"]

    counts = Counter(
        (row["number"], row["nouns_between"], row["attractors"], row["construction"], row["opening"], first_agrees(row))
        for row in ROWS[split]
    )
    each = generate.EACH_CELL[split.removeprefix("public/").replace("hidden/test", "hidden")]
    cells: Counter = Counter()
    for between, attractors, construction, opening, first in generate.cells():
        for number in ("singular", "plural"):
            cells[number, str(between), str(attractors), construction, opening, first or opening == "none"] += each
    assert counts == cells
    assert {row["attractors"] for row in ROWS[split]} == set("01234")
    for attractors in "01234":
        assert any(row["nouns_between"] == "4" for row in ROWS[split] if row["attractors"] == attractors)


@pytest.mark.parametrize("split", TESTS)
def test_every_test_sentence_comes_with_its_mirror(split):
    """So length, distance and the nouns themselves are the same for both numbers."""
    for one, other in zip(ROWS[split][::2], ROWS[split][1::2]):
        assert (one["number"], other["number"]) == ("singular", "plural")
        assert one["right"] == other["wrong"] and one["ending"] == other["ending"] and one["distance"] == other["distance"]
        assert other["nouns"] == one["nouns"].translate(str.maketrans("sp", "ps"))
        pairs = zip(one["prefix"].split(), other["prefix"].split(), strict=True)
        assert all((a == b) == (a not in NUMBER) and (a == b or lemma(a) == lemma(b)) for a, b in pairs)


@pytest.mark.parametrize("rule", report.agreement_rules())
def test_every_rule_without_syntax_fails_somewhere_in_every_split(rule):
    answers = report.agreement_rules()[rule]
    for split in SPLITS:
        wrong = sum(not answers(row) for row in ROWS[split]) / len(ROWS[split])
        assert wrong > (0.05 if split == "public/train" else 0.25), split


def test_the_subject_is_not_always_the_first_noun_nor_the_second_word():
    for split in SPLITS:
        shares = [sum(row["nouns_before"] == count for row in ROWS[split]) / len(ROWS[split]) for count in "012"]
        assert min(shares) > 0.1, split


def test_the_lecture_s_sentence_is_in_the_language_and_not_in_training():
    sentence = "the writer of the books is planning a sequel ."
    words = Vocabulary.load("agreement").ids
    assert all(word in words for word in sentence.split())
    assert "of the {work}" in MODIFIERS["pp"]["train"] and ("book", "books") in WORKS["writer"]
    assert VERBS[0] == ("is", "are", ["planning a sequel .", *VERBS[0][2][1:]])
    for split in SPLITS:
        assert not [row for row in ROWS[split] if f"{row['prefix']} {row['right']}" == "the writer of the books is"], split


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
        return {(lemma(after_subject(row)[0]), frozenset((row["right"], row["wrong"]))) for row in ROWS[split]}

    joins = {split: joined(split) for split in SPLITS}
    for first, second in product(SPLITS, SPLITS):
        if first < second:
            assert not joins[first] & joins[second]
    assert len(set.union(*joins.values())) == len(PEOPLE) * len(VERBS)


def test_no_skeleton_of_a_test_is_in_another_split():
    """A test sentence with a modifier or an opening is no training sentence with other nouns, nor one of the other test."""

    def is_bare(row):
        return row["construction"] == row["opening"] == "none"

    skeletons = {split: {skeleton(row) for row in ROWS[split] if not is_bare(row)} for split in SPLITS}
    for test in ("public/test", "hidden/test"):
        for other in SPLITS:
            if other != test:
                assert not skeletons[test] & skeletons[other]


def test_held_out_modifiers_and_openings_are_held_out():
    for kind, bank in (*MODIFIERS.items(), *OPENINGS.items()):
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
    assert {after_subject(row)[0] for row in rows} == {word for pair in PEOPLE for word in pair}
    assert {row["right"] for row in rows} == {form for verb in VERBS for form in verb[:2]}
    inner = {word for row in rows for word in after_subject(row)[1:] if word in NUMBER}
    assert inner == set(NUMBER)


def test_a_work_goes_with_its_maker():
    for rows in ROWS.values():
        for row in rows:
            words = after_subject(row)
            assert row["prefix"].split().count("of") == words.count("of") <= 1
            if "of" in words:
                assert words.index("of") == 1
                noun = next(word for word in words[1:] if word in NUMBER)
                assert lemma(noun) in [work for work, _ in WORKS[lemma(words[0])]]


def test_who_follows_a_person():
    people = {word for pair in PEOPLE for word in pair}
    for rows in ROWS.values():
        for row in rows:
            words = row["prefix"].split()
            assert all(words[place - 1] in people for place, word in enumerate(words) if word == "who")
