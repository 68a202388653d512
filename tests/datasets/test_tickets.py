"""Printer tickets: exact distances, balance, English that hangs together, and no leak between the splits."""

import random
import re
from collections import Counter
from itertools import product

import pytest

from longrange import tickets as generate
from longrange.loader import BLANK, Vocabulary, read_rows
from longrange.templates import (
    CLOSINGS,
    FILLERS,
    LEADS,
    LECTURE,
    NOUNS,
    OPENINGS,
    PROLOGUES,
    RIVALS,
    SUPPLIES,
    Filler,
)

SPLITS = ("public/train", "public/dev", "public/test", "hidden/test")
ROWS = {split + suffix: read_rows(generate.HERE / f"{split}{suffix}.tsv") for split in SPLITS for suffix in ("", "_hard")}
UNSEEN = {split: read_rows(generate.HERE / f"{split}_unseen.tsv") for split in ("public/test", "hidden/test")}
SLOTS = dict.fromkeys(NOUNS, "{noun}") | dict.fromkeys(SUPPLIES, "{supply}")
PLAIN = [name for name in ROWS if not name.endswith("_hard")]
HARD = [name for name in ROWS if name.endswith("_hard")]


def sentences(text: str) -> list[str]:
    """The sentences of a story, each with its full stop."""
    return [sentence + " ." for sentence in text.split(" . ")]


@pytest.mark.parametrize("name", ROWS)
def test_the_distance_is_exact_and_the_blank_is_last(name):
    for row in ROWS[name]:
        words = row["text"].split()
        assert words[-1] == BLANK and words.count(BLANK) == 1
        places = [place for place, word in enumerate(words) if word == row["target"]]
        assert len(places) == 1, row["text"]
        assert len(words) - 1 - places[0] == int(row["distance"])


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_story_has_one_noun_and_a_hard_one_has_others_in_between(name):
    assert all(not row["competitors"] for row in ROWS[name])
    for row in ROWS[name + "_hard"]:
        words = row["text"].split()
        nouns = [word for word in words if word in NOUNS]
        between = nouns[nouns.index(row["target"]) + 1 :]
        assert 1 <= len(between) <= 3
        assert len(set(nouns)) == len(nouns)
        assert row["competitors"].split() == [noun for noun in nouns if noun != row["target"]]


@pytest.mark.parametrize("name", ROWS)
def test_nouns_are_balanced_at_every_distance_of_a_test_and_in_training(name):
    counts = Counter((row["distance"], row["target"]) for row in ROWS[name])
    assert len(NOUNS) >= 12
    assert {noun for _, noun in counts} == set(NOUNS)
    if "test" in name:
        distances = generate.HARD_TEST_DISTANCES if name in HARD else generate.TEST_DISTANCES
        assert len(counts) == len(distances) * len(NOUNS)
        assert set(counts.values()) == {generate.EACH_NOUN[name in HARD]}
    else:
        assert max(counts.values()) - min(counts.values()) <= 1
        nouns = Counter(row["target"] for row in ROWS[name])
        assert max(nouns.values()) - min(nouns.values()) <= 2


def test_the_tests_go_far_beyond_the_distances_of_training():
    for suffix, longest in (("", 60), ("_hard", 50)):
        assert max(int(row["distance"]) for row in ROWS["public/train" + suffix]) == longest
        for split in ("public/test", "hidden/test"):
            assert max(int(row["distance"]) for row in ROWS[split + suffix]) == 100
    assert min(generate.TRAIN_DISTANCES) == min(generate.TEST_DISTANCES) == 5


@pytest.mark.parametrize("suffix", ["", "_hard"])
def test_no_story_is_in_two_splits_or_twice_in_one(suffix):
    texts = [row["text"] for split in SPLITS for row in ROWS[split + suffix]]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("suffix", ["", "_hard"])
def test_no_test_story_is_a_training_story_with_another_noun_in_an_unseen_template(suffix):
    def skeleton(row):
        return " ".join(SLOTS.get(word, word) for word in row["text"].split())

    seen = {skeleton(row) for split in ("train", "dev") for row in ROWS[f"public/{split}{suffix}"]}
    hidden = {skeleton(row) for row in ROWS["hidden/test" + suffix]}
    public = {skeleton(row) for row in ROWS["public/test" + suffix] if row["template"] == "unseen"}
    assert not hidden & seen
    assert not public & seen
    assert not hidden & public


@pytest.mark.parametrize("suffix", ["", "_hard"])
def test_held_out_sentences_are_in_their_own_split_only(suffix):
    texts = {split: [row["text"] for row in ROWS[split + suffix]] for split in SPLITS}
    told = {split: {sentence for text in texts[split] for sentence in sentences(text)} for split in SPLITS}
    for group, own in (("test", "public/test"), ("hidden", "hidden/test")):
        fillers = [filler.text for filler in (*FILLERS[group], *RIVALS[group])]
        held_out = [*fillers, *OPENINGS[group], *PROLOGUES[group], *LEADS[group]]
        patterns = [pattern(template) for template in held_out if template]
        assert any(patterns[0].fullmatch(sentence) for sentence in told[own])
        for split in SPLITS:
            if split != own:
                assert not [text for text in told[split] if any(one.fullmatch(text) for one in patterns)], split


@pytest.mark.parametrize("suffix", ["", "_hard"])
def test_unseen_templates_are_in_no_other_split(suffix):
    """At distance 5 only the shortest closing fits, so there it is one of training."""
    for group, own in (("test", "public/test"), ("hidden", "hidden/test")):
        for row in ROWS[own + suffix]:
            if row["template"] == "unseen":
                assert row["opening"].startswith(group)
                assert row["closing"].startswith(group) or row["distance"] == "5"
                assert closing_of(row) in CLOSINGS[row["closing"].split("-")[0]]
    for split in ("public/train", "public/dev"):
        for row in ROWS[split + suffix]:
            assert row["opening"].startswith("train") and row["closing"].startswith("train")
            assert closing_of(row) in CLOSINGS["train"]


def pattern(template: str) -> re.Pattern:
    """What matches the template with its slots filled."""
    slots = {"{noun}": NOUNS, "{other}": NOUNS, "{supply}": SUPPLIES}
    words = [f"({'|'.join(slots[word])})" if word in slots else re.escape(word) for word in template.split()]
    return re.compile(" ".join(words))


def closing_of(row: dict) -> str:
    """The words after the last full stop, before the blank."""
    return row["text"].removesuffix(" " + BLANK).split(" . ")[-1]


def test_nouns_templates_and_distances_cross_in_training_but_not_in_the_same_combinations():
    def cells(rows):
        return {(_lead(row), row["opening"], row["closing"], row["distance"], row["target"]) for row in rows}

    train, dev = ROWS["public/train"], ROWS["public/dev"]
    seen = [row for row in ROWS["public/test"] if row["template"] == "seen"]
    assert len(seen) == len(ROWS["public/test"]) / 2
    assert not cells(train) & cells(dev) and not cells(train) & cells(seen) and not cells(dev) & cells(seen)
    for part in ("opening", "closing"):
        pairs = {(row[part], row["target"]) for row in train}
        assert len(pairs) == len({row[part] for row in train}) * len(NOUNS)


def _lead(row: dict) -> str:
    first = sentences(row["text"])[0]
    return first if first in LEADS["train"] else ""


def known_words(suffix: str = "") -> set[str]:
    """The words of the training stories; the hard ones come beside the plain ones."""
    rows = [row for name in {"", suffix} for row in ROWS["public/train" + name]]
    return {word for row in rows for word in row["text"].split()} | set(NOUNS)


@pytest.mark.parametrize("suffix", ["", "_hard"])
def test_every_word_of_every_split_is_in_training(suffix):
    known = known_words(suffix)
    rows = [row for split in SPLITS for row in ROWS[split + suffix]] + [row for rows in UNSEEN.values() for row in rows]
    assert not {word for row in rows for word in row["text"].split()} - known
    assert known - {BLANK} <= set(Vocabulary.load("tickets").words)


def masked(text: str) -> list[str]:
    """The sentences of a story without its noun and supply."""
    return sentences(" ".join(SLOTS.get(word, word) for word in text.split()))


def test_no_sentence_of_an_unseen_story_is_in_another_file():
    """Not even with another noun or another supply."""
    for split, rows in UNSEEN.items():
        own = {sentence for row in rows for sentence in masked(row["text"])}
        for name in ("public/train", "public/train_hard", "public/dev"):
            assert not own & {sentence for row in ROWS[name] for sentence in masked(row["text"])}, (split, name)
        counts = Counter((row["distance"], row["target"]) for row in rows)
        assert counts == dict.fromkeys(product(map(str, generate.UNSEEN_DISTANCES), NOUNS), generate.EACH_UNSEEN)
    public, hidden = ({s for row in UNSEEN[split] for s in masked(row["text"])} for split in UNSEEN)
    assert not public & hidden


def test_the_lecture_s_story_can_be_read_and_is_in_no_file():
    for supply in SUPPLIES:
        story = LECTURE.format(noun="tickets", supply=supply)
        assert not set(story.split()) - known_words()
        told = {sentence for rows in (*ROWS.values(), *UNSEEN.values()) for row in rows for sentence in masked(row["text"])}
        opening, *others = masked(f"{story} {BLANK}")
        assert opening in told and len(others) == 3
        assert not set(others) & told


def test_she_is_one_person_in_hard_stories():
    """Whoever owns a competing noun is a man or several people; so "her" names the one who prints."""
    for bank in (*PROLOGUES.values(), *([filler.text for filler in fillers] for fillers in RIVALS.values())):
        for text in bank:
            words = text.split()
            assert words[words.index("{other}") - 1] in ("his", "their"), text
            assert "sister" not in words and "she" not in words


@pytest.mark.parametrize("name", ROWS)
def test_nothing_happens_before_what_it_needs(name):
    groups = {"public/train": "train", "public/dev": "train", "public/test": "test", "hidden/test": "hidden"}
    group = groups[name.removesuffix("_hard")]
    fillers = [filler for kind in (FILLERS, RIVALS) for key in {"train", group} for filler in kind[key]]
    bank = {filler.text.replace("{other}", "{noun}"): filler for filler in fillers}
    assert not set(bank) & {lead for leads in LEADS.values() for lead in leads}
    for row in ROWS[name] + UNSEEN.get(name, []):
        told = masked(row["text"])
        facts, scene = set(), 0
        for sentence in told:
            filler = bank.get(sentence)
            if filler is not None:
                assert filler.needs is None or filler.needs in facts, row["text"]
                assert filler.scene >= scene, row["text"]
                scene = filler.scene
                facts |= {filler.gives}


def test_one_supply_a_story():
    for name, rows in ROWS.items():
        for row in rows:
            assert len(set(row["text"].split()) & set(SUPPLIES)) <= 1, name


def test_fillers_are_drawn_in_proportion_to_the_product_of_their_weights():
    """Two ways to fill six tokens: one heavy sentence chain, or one plain sentence."""
    chain = [Filler("a b .", 0, gives="x"), Filler("c d .", 1, needs="x")]
    pool = generate.Pool([*chain, Filler("a b c d e .", 0)])
    assert pool.count(0, 6, 0, frozenset()) == 6 * 6 + 1
    rng = random.Random(0)
    drawn = Counter(len(pool.draw(rng, 6)) for _ in range(3700))
    assert abs(drawn[1] - 100) < 40
    assert drawn[1] + drawn[2] == 3700
    assert pool.draw(rng, 5) is None
    assert pool.draw(rng, 0) == []


@pytest.mark.parametrize("distance", range(5, 101))
def test_every_distance_from_5_to_100_can_be_told(distance):
    teller = generate.Teller("any", "train", hard=False)
    row = teller.tell("tickets", distance)
    words = row["text"].split()
    assert len(words) - 1 - words.index("tickets") == distance


def test_parts_deal_each_noun_to_every_part_at_every_distance():
    teller = generate.Teller("any", "train", hard=False)
    for distance, noun in product(generate.TRAIN_DISTANCES, NOUNS):
        assert {frame.part(noun) for frame in teller.frames(distance)} == set(range(generate.PARTS))


def test_another_seed_tells_other_stories():
    first, second = (generate.Teller(seed, "train", False).tell("essay", 40)["text"] for seed in ("a", "b"))
    assert first != second
    assert first == generate.Teller("a", "train", False).tell("essay", 40)["text"]


def test_the_datasheet_states_the_share_of_sentences_that_training_has():
    sheet = (generate.HERE / "README.md").read_text(encoding="utf-8")
    told = {sentence for row in ROWS["public/train"] for sentence in masked(row["text"])}

    def share(rows):
        given = [sentence for row in rows for sentence in masked(row["text"])]
        return f"{sum(sentence in told for sentence in given) / len(given):.0%}".replace("%", " %")

    assert f"{share(ROWS['public/test'])} in the public test, {share(ROWS['hidden/test'])} in the hidden\ntest" in sheet
    assert share(UNSEEN["hidden/test"]) == share(UNSEEN["public/test"]) == "0 %"
