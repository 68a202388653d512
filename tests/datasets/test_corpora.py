"""Readers of published corpora, on small files in the published form."""

import gzip
import hashlib
import json
import random
import subprocess
import sys

import pytest
import torch

from longrange import corpora, loader, model

LINZEN_COLUMNS = (
    "sentence orig_sentence pos_sentence subj verb subj_pos has_rel has_nsubj verb_pos subj_index verb_index "
    "n_intervening last_intervening n_diff_intervening distance max_depth all_nouns nouns_up_to_verb"
).split()


def dependency(sentence, verb, verb_pos, verb_index, between, attractors, distance, relative):
    """A row of agr_50_mostcommon_10K.tsv."""
    row = dict.fromkeys(LINZEN_COLUMNS, "x") | {
        "sentence": sentence,
        "verb": verb,
        "verb_pos": verb_pos,
        "verb_index": verb_index,
        "n_intervening": between,
        "n_diff_intervening": attractors,
        "distance": distance,
        "has_rel": relative,
    }
    return "\t".join(str(row[column]) for column in LINZEN_COLUMNS)


@pytest.fixture
def linzen_file(tmp_path):
    rows = [
        dependency("the keys to the cabinet are lost .", "are", "VBP", 6, 1, 1, 4, "False"),
        dependency("the NN who knows them is here .", "is", "VBZ", 6, 0, 0, 4, "True"),
        # Python's csv module, with which the file was written, doubles quotation marks.
        dependency('"the writer of ""songs"" has one ."', "has", "VBZ", 5, 1, 1, 3, "False"),
        dependency("they say the dogs bark .", "bark", "VBP", 5, 0, 0, 1, "False"),
    ]
    path = tmp_path / "agr_50_mostcommon_10K.tsv"
    path.write_text("\r\n".join(["\t".join(LINZEN_COLUMNS), *rows]) + "\r\n", encoding="utf-8", newline="")
    return path


NUMPRED = "VBZ\tthe writer of the books\nVBP\tthe keys to the cabinet\n"
GOLD = "3\tis\tare\t0\n6\thave\thas\t1\n"
TEXT = "the old writer is here . <eos>\nthe writers near the old lamp have it . <eos>\n"
NA_TASK = (
    "The boy near the cars greets\tsingular_plural\tcorrect\t1\nThe boy near the cars greet\tsingular_plural\twrong\t1\n"
    "The boys greet\tplural\tcorrect\t2\nThe boys greets\tplural\twrong\t2\n"
)
BLIMP = [
    {
        "sentence_good": "The writer of the books is tired.",
        "sentence_bad": "The writer of the books are tired.",
        "UID": "distractor_agreement_relational_noun",
        "pairID": "0",
        "one_prefix_method": True,
    },
    {"sentence_good": "The writer smiles.", "sentence_bad": "The writer smile.", "UID": "regular_agreement_1", "pairID": "1"},
    {
        "sentence_good": "The books bother Ann.",
        "sentence_bad": "The book bother Ann.",
        "UID": "regular_agreement_2",
        "pairID": "2",
        "two_prefix_method": True,
        "two_prefix_prefix_good": "The books",
        "two_prefix_prefix_bad": "The book",
        "two_prefix_word": "bother",
    },
    {"sentence_good": "Who sees whom?", "sentence_bad": "Whom sees who?", "UID": "x", "pairID": "3"},
]
SUITE = {
    "meta": {"name": "number_prep", "metric": "sum"},
    "region_meta": {"1": "subject", "2": "modifier", "3": "verb", "4": "end"},
    "predictions": [],
    "items": [
        {
            "item_number": 1,
            "conditions": [
                {
                    "condition_name": name,
                    "regions": [
                        {"region_number": place, "content": content}
                        for place, content in enumerate(f"{subject}|next to the lamps|{verb}|good.".split("|"), 1)
                    ],
                }
                for name, subject, verb in (
                    ("match_sing", "The author", "is"),
                    ("mismatch_sing", "The author", "are"),
                    ("match_plural", "The authors", "are"),
                    ("mismatch_plural", "The authors", "is"),
                )
            ],
        }
    ],
}
LAMBADA = "`` give me the keys , '' he said , and took the keys\n\nshe smiled at him as she always had done\n"


def written(folder, name, content):
    """A file, packed where its name ends in .gz."""
    path = folder / name
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def lines(objects):
    """One JSON object a line."""
    return "\n".join(map(json.dumps, objects)) + "\n\n"


def test_linzen(linzen_file):
    rows = corpora.read(linzen_file)
    assert rows[0] == {
        "prefix": "the keys to the cabinet",
        "right": "are",
        "wrong": None,
        "plural": True,
        "attractors": 1,
        "nouns_between": 1,
        "distance": 4,
        "relative": False,
    }
    assert (rows[1]["plural"], rows[1]["relative"], rows[1]["prefix"]) == (False, True, "the NN who knows them")
    assert rows[2]["prefix"] == 'the writer of "songs"'
    packed = written(linzen_file.parent, "packed.tsv.gz", linzen_file.read_bytes())
    assert corpora.read(packed) == rows and len(rows) == 4


@pytest.mark.parametrize(("name", "attractors"), [("numpred.train", None), ("numpred.test.3", 3), ("numpred.test.3.gz", 3)])
def test_numpred(tmp_path, name, attractors):
    assert corpora.read(written(tmp_path, name, NUMPRED)) == [
        {"prefix": "the writer of the books", "right": "VBZ", "wrong": "VBP", "plural": False, "attractors": attractors},
        {"prefix": "the keys to the cabinet", "right": "VBP", "wrong": "VBZ", "plural": True, "attractors": attractors},
    ]


@pytest.mark.parametrize("given", ["text", "gold"])
def test_subj_agr_reads_both_files_whichever_is_named(tmp_path, given):
    for ending, content in (("text", TEXT), ("gold", GOLD)):
        written(tmp_path, f"subj_agr_filtered.{ending}", content)
    assert corpora.read(tmp_path / f"subj_agr_filtered.{given}") == [
        {"prefix": "the old writer", "right": "is", "wrong": "are", "plural": False, "attractors": 0},
        {"prefix": "the writers near the old lamp", "right": "have", "wrong": "has", "plural": True, "attractors": 1},
    ]


def test_na_tasks(tmp_path):
    assert corpora.read(written(tmp_path, "nounpp.txt", NA_TASK)) == [
        {"prefix": "The boy near the cars", "right": "greets", "wrong": "greet", "plural": False, "attractors": 1, "id": "1"},
        {"prefix": "The boys", "right": "greet", "wrong": "greets", "plural": True, "attractors": 0, "id": "2"},
    ]


def test_blimp(tmp_path):
    """A full stop on the verb is no part of it; a pair of prefixes has one verb; a pair in another order has no prefix."""
    one, stop, two, order = corpora.read(written(tmp_path, "sentences.jsonl", lines(BLIMP)))
    assert (one["prefix"], one["right"], one["wrong"]) == ("The writer of the books", "is", "are")
    assert (one["attractors"], one["plural"], one["paradigm"]) == (1, False, "distractor_agreement_relational_noun")
    assert (stop["prefix"], stop["right"], stop["wrong"], stop["plural"]) == ("The writer", "smiles", "smile", False)
    assert (two["prefix"], two["other_prefix"], two["right"], two["wrong"]) == ("The books", "The book", "bother", None)
    assert order["prefix"] is order["right"] is order["wrong"] is None


def test_syntaxgym(tmp_path):
    for indent in (None, 2):
        rows = corpora.read(written(tmp_path, "number_prep.json", json.dumps(SUITE, indent=indent)))
        assert [(row["prefix"], row["right"], row["wrong"], row["plural"]) for row in rows] == [
            ("The author next to the lamps", "is", "are", False),
            ("The authors next to the lamps", "are", "is", True),
        ]
        assert rows[0]["suite"] == "number_prep" and rows[0]["item"] == 1


def test_lambada_plain_and_as_json(tmp_path):
    wanted = [
        {"context": "`` give me the keys , '' he said , and took the", "target": "keys", "distance": 9},
        {"context": "she smiled at him as she always had", "target": "done", "distance": None},
    ]
    assert corpora.read(written(tmp_path, "a.txt", LAMBADA)) == wanted
    texts = [{"text": line} for line in LAMBADA.splitlines() if line]
    assert corpora.read(written(tmp_path, "a.jsonl", lines(texts))) == wanted


FILES = [
    (NUMPRED, "numpred"),
    (NA_TASK, "na_tasks"),
    (lines(BLIMP), "blimp"),
    (json.dumps(SUITE, indent=1), "syntaxgym"),
    (LAMBADA, "lambada"),
    (lines([{"text": "she took the keys"}]), "lambada"),
    (TEXT, "subj_agr"),
    (GOLD, "subj_agr"),
]


@pytest.mark.parametrize(("content", "reader"), FILES)
def test_the_content_tells_the_format_whatever_the_name(tmp_path, content, reader):
    for name in ("data", "data.txt", "data.tsv.gz"):
        assert corpora.reader_of(written(tmp_path, name, content)).__name__ == reader


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", "", "is empty"),
        ("words.txt", "one\ntwo\nthree\n", "no known format"),
        ("table.tsv", "sentence\tverb\nthe dog barks\tbarks\n", "begins with 'sentence"),
        ("other.jsonl", '{"question": "who"}\n', "no known format"),
        ("list.json", "[1, 2]\n", "no known format"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "no UTF-8 text"),
        ("numpred.val", "VBZ\tthe writer\nNN\tthe dog\n", "line 2: expected VBZ or VBP"),
        ("agr.tsv", "sentence\tverb\tn_intervening\nx\ty\t0\n", "no column distance, has_rel"),
        ("nounpp.txt", "The boy greets\tsingular\tcorrect\t1\n", "only as correct"),
        ("nounpp.txt", NA_TASK + "The boys\n", "line 5: expected sentence"),
        ("subj.gold", GOLD, "two files are read together"),
        ("blimp.jsonl", '{"sentence_good": "a b", "sentence_bad": "a c"}\n', "line 1: no field UID, pairID"),
        ("blimp.jsonl", lines(BLIMP[:1]).strip() + "\n{broken\n", "line 2: expected a JSON object"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, name, content, said):
    with pytest.raises(ValueError, match=said):
        corpora.read(written(tmp_path, name, content))


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    written(tmp_path, "a.text", TEXT)
    with pytest.raises(ValueError, match=r"2 lines, a\.gold 1"):
        corpora.read(written(tmp_path, "a.gold", "3\tis\tare\t0\n"))
    with pytest.raises(ValueError, match="line 1: expected position"):
        corpora.read(written(tmp_path, "a.gold", "three\tis\tare\t0\n" * 2).with_name("a.text"))


def test_verbs_are_paired_where_both_forms_occur():
    singular = "is has goes watches tries likes sings".split()
    plural = "are have go watch try like".split()
    rows = [{"right": verb, "plural": False} for verb in singular] + [{"right": verb, "plural": True} for verb in plural]
    forms = corpora.other_forms(rows)
    assert {verb: forms[verb] for verb in singular[:-1]} == dict(zip(singular, plural))
    assert {verb: forms[verb] for verb in plural} == dict(zip(plural, singular))
    assert "sings" not in forms


def test_the_spelling_tells_the_number_where_it_can():
    told = {
        ("is", "are"): False,
        ("Have", "Has"): True,
        ("tries", "try"): False,
        ("watch", "watches"): True,
        ("sang", "sings"): None,
    }
    assert {pair: corpora.is_plural(*pair) for pair in told} == told
    assert corpora.is_plural(None, "is") is None


@pytest.mark.parametrize(("content", "reader"), FILES)
def test_rows_of_every_format_become_items_and_batches(tmp_path, content, reader):
    path = written(tmp_path, "data.text", content)
    if reader == "subj_agr":
        written(tmp_path, "data.text", TEXT)
        written(tmp_path, "data.gold", GOLD)
    rows = corpora.read(path)
    words = corpora.frequent_words([*rows, *({"prefix": "", "right": row.get("wrong")} for row in rows)], size=100)
    made = corpora.items(rows, words)
    wanted = {"tokens", "target", "distance"} if reader == "lambada" else {"tokens", "right", "wrong", "attractors", "plural"}
    assert made and all(set(item) == wanted for item in made)
    assert all(item["tokens"].dtype == torch.int64 for item in made)
    for tokens, weights in corpora.batches(rows, words, batch_size=2, steps=3, seed=0):
        assert tokens.shape == (len(tokens), weights.shape[1] + 1)
        assert torch.allclose(weights.sum(dim=1), torch.ones(len(tokens)))
    (_, weights), *_ = corpora.batches(rows, words, batch_size=1, steps=1, seed=0, answer_weight=5.0)
    assert weights.sum() == pytest.approx(6.0)


def test_linzen_rows_get_the_other_form_from_the_rows(linzen_file):
    rows = corpora.read(linzen_file)
    words = corpora.frequent_words(rows, size=40)
    made = corpora.items(rows, words)
    assert [(words.words[item["right"]], words.words[item["wrong"]]) for item in made] == [("are", "is"), ("is", "are")]
    assert words.decode(made[0]["tokens"]) == "the keys to the cabinet"
    assert (made[0]["attractors"], made[0]["plural"]) == (1, True)
    few = corpora.frequent_words([{"prefix": "the is are is are the", "right": None}], size=3)
    assert few.words == ["<pad>", "<unk>", "are", "is", "the"]
    assert few.decode(corpora.items(rows, few)[0]["tokens"]) == "the <unk> <unk> the <unk>"


def test_a_file_without_words_before_its_answers_gives_no_batches(tmp_path):
    rows = [{"prefix": "", "right": "is"}]
    with pytest.raises(ValueError, match="no row"):
        corpora.batches(rows, corpora.frequent_words(rows, 5), 2, 1, seed=0)


def test_a_model_learns_numpred_on_files_in_the_published_form(tmp_path):
    """Trained on .train, measured on .test.1, by the functions of the agreement task."""
    rng = random.Random(0)

    def line(attractor):
        plural = rng.random() < 0.5
        noun, other = ("keys", "books")[rng.random() < 0.5], rng.choice(["lamp", "table"])
        subject = noun if plural else noun[:-1]
        near = other + "s" * (plural != attractor)
        return f"{'VBP' if plural else 'VBZ'}\tthe {subject} near the {near}\n"

    train = written(tmp_path, "numpred.train", "".join(line(rng.random() < 0.5) for _ in range(300)))
    test = written(tmp_path, "numpred.test.1", "".join(line(True) for _ in range(40)))
    rows = corpora.read(train)
    words = corpora.frequent_words(rows, size=50)
    torch.manual_seed(0)
    network = model.LanguageModel(len(words), 8, 16, "gru")
    model.train(network, corpora.batches(rows, words, 16, 120, seed=0, answer_weight=1.0), lr=0.02, threshold=1.0)
    assert model.error_by_attractors(network, corpora.items(corpora.read(test), words)) == {1: 0.0}


def test_the_command_names_format_size_and_checksum(linzen_file):
    other = written(linzen_file.parent, "words.txt", "one\ntwo\n")
    result = subprocess.run(
        [sys.executable, str(loader.HERE.parent), "corpora", str(linzen_file), str(other)], capture_output=True, text=True
    )
    digest = hashlib.sha256(linzen_file.read_bytes()).hexdigest()
    first, second = result.stdout.splitlines()
    assert first == f"{linzen_file}: linzen, 4 rows, SHA-256 {digest}"
    assert second.startswith(f"{other}: is in no known format") and result.returncode == 1
