"""The answers that need no model, worked by hand."""

import pytest

from longrange import heuristics, report


def test_an_n_gram_s_probabilities_add_up_to_one():
    model = heuristics.NGram(3, ["a b c", "a b d", "b c a"])
    for context in ([], ["a"], ["a", "b"], ["d", "d"], ["x", "y", "z"]):
        assert sum(model.probability(word, context) for word in model.words) == pytest.approx(1)


def test_an_n_gram_by_hand():
    """After b: c twice of three, d once; a, b, c, d occur 2, 3, 2, 1 times; each count gives up .75."""
    model = heuristics.NGram(2, ["a b c", "b c", "a b d"])
    unigram = (2 - 0.75) / 8 + 0.75 * 4 / 8 / 4
    assert model.probability("c", ["b"]) == pytest.approx((2 - 0.75) / 3 + 0.75 * 2 / 3 * unigram)
    assert model.best(["a"]) == "b"


def test_an_n_gram_sees_no_further_than_its_order():
    model = heuristics.NGram(3, ["k a b c", "l a b d", "l a b d"])
    assert model.probability("c", ["k", "a", "b"]) == model.probability("c", ["l", "a", "b"])
    assert heuristics.NGram(4, ["k a b c", "l a b d"]).best(["k", "a", "b"]) == "c"


def test_first_and_last_noun():
    row = {"text": "her map . she tried to print her tickets . his poem . she printed her ____", "target": "tickets"}
    assert heuristics.first_noun(["map", "tickets", "poem"])(row) == "map"
    assert heuristics.last_noun(["map", "tickets", "poem"])(row) == "poem"


def test_tickets_accuracy_is_by_distance():
    rows = [{"distance": "5", "target": noun} for noun in ("a", "b")] + [{"distance": "9", "target": "a"}]
    assert heuristics.tickets_accuracy(lambda row: "a", rows) == {5: 0.5, 9: 1.0}


def test_agreement_error_is_the_mean_of_both_numbers():
    """Nine singular items right and one plural item wrong: half, not a tenth."""
    rows = [{"attractors": "1", "number": "singular"}] * 9 + [{"attractors": "1", "number": "plural"}]
    assert heuristics.agreement_error(heuristics.always("singular"), rows) == {1: 0.5}


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("last noun", "spsps"),
        ("opposite of the last noun", "pspsp"),
        ("first noun", "sspps"),
        ("second noun, if there is one", "sppss"),
        ("most of the nouns", "sppps"),
    ],
)
def test_rules_of_the_nouns_by_hand(rule, answers):
    """For one noun, two of different number, and more; among equally many the last one decides."""
    nouns = ["s", "sp", "pps", "psp", "ssps"]
    got = "".join(heuristics.NOUN_RULES[rule](numbers) for numbers in nouns)
    assert got == answers


def test_a_story_needs_memory_and_a_hard_story_needs_more_than_that():
    """The n-grams stay at chance; one noun in the story is easy to copy, among several neither first nor last is it."""
    plain, hard = report.tickets_heuristics(), report.tickets_heuristics("_hard")
    for curves in (plain, hard):
        assert set(curves["chance"].values()) == {1 / 12}
        for order in report.ORDERS:
            assert max(curves[f"{order}-gram"].values()) < 0.15
    assert set(plain["last noun seen"].values()) == set(plain["first noun seen"].values()) == {1.0}
    assert set(hard["last noun seen"].values()) == {0.0}
    assert max(hard["first noun seen"].values()) < 0.7


def test_a_rule_is_right_where_it_names_the_number_of_the_subject():
    right = heuristics.of_noun(heuristics.NOUN_RULES["last noun"])
    assert right({"nouns": "sp", "number": "plural"}) and not right({"nouns": "sp", "number": "singular"})
    assert heuristics.even_length({"prefix": "the writer", "number": "singular"})
    assert not heuristics.even_length({"prefix": "the writer smiled", "number": "singular"})


def test_a_bag_of_words_learns_which_words_go_with_a_number_but_not_their_order():
    rows = [
        {"prefix": prefix, "number": number}
        for prefix, number in (
            ("the cat", "singular"),
            ("the cats", "plural"),
            ("the old cat", "singular"),
            ("old cats", "plural"),
        )
    ]
    bag = heuristics.BagOfWords(rows)
    assert all(map(bag, rows))
    one, other = ({"prefix": prefix, "number": "plural"} for prefix in ("the cats old cat", "the cat old cats"))
    assert bag(one) == bag(other)
    first = heuristics.BagOfWords(rows, first=1)
    assert first({"prefix": "the cats", "number": "plural"}) == first({"prefix": "the cat", "number": "plural"})


def test_no_rule_without_syntax_is_right_with_and_without_attractors():
    errors = report.agreement_heuristics()
    for name, curve in errors.items():
        assert max(curve[0], curve[3]) > 0.3, name
    assert errors["last noun"][0] == errors["opposite of the last noun"][4] == 0
    assert errors["last noun"][4] == errors["opposite of the last noun"][0] == 1
    for number in ("singular", "plural"):
        assert set(errors[f"always {number}"].values()) == {0.5}
