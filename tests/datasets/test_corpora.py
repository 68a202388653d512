"""Readers of published corpora, on small files in the published form."""

import gzip
import hashlib
import json
import subprocess
import sys

import pytest

from longrange import corpora, loader

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


def test_linzen(linzen_file):
    rows = list(corpora.linzen(linzen_file))
    assert rows[0] == {
        "prefix": "the keys to the cabinet",
        "verb": "are",
        "plural": True,
        "attractors": 1,
        "nouns_between": 1,
        "distance": 4,
        "relative": False,
    }
    assert (rows[1]["plural"], rows[1]["relative"], rows[1]["prefix"]) == (False, True, "the NN who knows them")
    assert rows[2]["prefix"] == 'the writer of "songs"'
    assert len(rows) == 4
    assert list(corpora.linzen(linzen_file, limit=2)) == rows[:2]


def test_linzen_compressed(linzen_file):
    packed = linzen_file.with_name(linzen_file.name + ".gz")
    packed.write_bytes(gzip.compress(linzen_file.read_bytes()))
    assert list(corpora.linzen(packed)) == list(corpora.linzen(linzen_file))


def test_linzen_without_a_column_is_refused(tmp_path):
    path = tmp_path / "other.tsv"
    path.write_text("sentence\tverb\nthe dog barks\tbarks\n")
    with pytest.raises(ValueError, match="no column distance, has_rel"):
        list(corpora.linzen(path))


@pytest.mark.parametrize(
    ("name", "attractors"), [("numpred.train", None), ("numpred.test", None), ("numpred.test.3", 3)]
)
def test_numpred(tmp_path, name, attractors):
    path = tmp_path / name
    path.write_text("VBZ\tthe writer of the books\nVBP\tthe keys to the cabinet\n")
    assert list(corpora.numpred(path)) == [
        {"prefix": "the writer of the books", "plural": False, "attractors": attractors},
        {"prefix": "the keys to the cabinet", "plural": True, "attractors": attractors},
    ]


def test_numpred_names_a_line_of_another_form(tmp_path):
    path = tmp_path / "numpred.val"
    path.write_text("VBZ\tthe writer\nNN\tthe dog\n")
    with pytest.raises(ValueError, match="line 2: expected VBZ or VBP"):
        list(corpora.numpred(path))


def test_blimp(tmp_path):
    """One pair that differs in the verb, one in word order, one in length."""
    common = {"field": "morphology", "linguistics_term": "subject_verb_agreement", "UID": "distractor"}
    pairs = [
        ("The writer of the books is tired.", "The writer of the books are tired."),
        ("Who sees whom?", "Whom sees who?"),
        ("A dog barks.", "A dog barks it."),
    ]
    path = tmp_path / "distractor_agreement_relational_noun.jsonl"
    lines = [
        json.dumps(common | {"sentence_good": good, "sentence_bad": bad, "pairID": str(number)})
        for number, (good, bad) in enumerate(pairs)
    ]
    path.write_text("\n".join(lines) + "\n\n")
    first, second, third = corpora.blimp(path)
    assert first == {
        "good": pairs[0][0],
        "bad": pairs[0][1],
        "prefix": "The writer of the books",
        "right": "is",
        "wrong": "are",
        "paradigm": "distractor",
        "pair": 0,
    }
    for pair in (second, third):
        assert pair["prefix"] is pair["right"] is pair["wrong"] is None
    assert third["pair"] == 2


def test_lambada(tmp_path):
    path = tmp_path / "lambada_test_plain_text.txt"
    path.write_text("`` give me the keys , '' he said , and took the keys\n\nshe smiled at him\nalone\n")
    assert list(corpora.lambada(path)) == [
        {"context": "`` give me the keys , '' he said , and took the", "target": "keys", "distance": 9},
        {"context": "she smiled at", "target": "him", "distance": None},
    ]


def test_verbs_are_paired_where_both_forms_occur():
    singular = "is has goes watches tries likes sings".split()
    plural = "are have go watch try like".split()
    rows = [{"verb": verb, "plural": False} for verb in singular] + [{"verb": verb, "plural": True} for verb in plural]
    forms = corpora.other_forms(rows)
    assert {verb: forms[verb] for verb in singular[:-1]} == dict(zip(singular, plural))
    assert {verb: forms[verb] for verb in plural} == dict(zip(plural, singular))
    assert "sings" not in forms


def test_linzen_rows_become_items_of_the_agreement_task(linzen_file):
    rows = list(corpora.linzen(linzen_file))
    words = corpora.frequent_words([f"{row['prefix']} {row['verb']}" for row in rows], size=40)
    items = corpora.agreement_items(rows, words, {"is": "are", "are": "is"})
    assert len(items) == 2
    assert words.decode(items[0]["tokens"]) == "the keys to the cabinet"
    assert (words.words[items[0]["right"]], words.words[items[0]["wrong"]]) == ("are", "is")
    assert (items[0]["attractors"], items[0]["plural"]) == (1, True)
    assert set(items[0]) == {"tokens", "right", "wrong", "attractors", "plural"}


def test_rare_words_become_the_mark_for_unknown(linzen_file):
    rows = list(corpora.linzen(linzen_file))
    words = corpora.frequent_words(["the is are is are the"], size=3)
    items = corpora.agreement_items(rows, words, {"is": "are", "are": "is"})
    assert words.words == ["<pad>", "<unk>", "are", "is", "the"]
    assert words.decode(items[0]["tokens"]) == "the <unk> <unk> the <unk>"


def test_the_command_names_format_size_and_checksum(linzen_file):
    result = subprocess.run(
        [sys.executable, str(loader.HERE.parent), "corpora", str(linzen_file)], capture_output=True, text=True, check=True
    )
    digest = hashlib.sha256(linzen_file.read_bytes()).hexdigest()
    assert result.stdout == f"{linzen_file}: linzen, 4 items, SHA-256 {digest}\n"


@pytest.mark.parametrize(
    ("name", "reader"),
    [("numpred.test.0", "numpred"), ("a.tsv.gz", "linzen"), ("b.jsonl", "blimp"), ("c_plain_text.txt", "lambada")],
)
def test_the_name_tells_the_format(name, reader):
    assert corpora.reader_of(name).__name__ == reader


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="tells the format"):
        corpora.reader_of("corpus.bin")
