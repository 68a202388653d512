"""Items and batches have the form that stage 4 asks for, and the loader stands alone."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from longrange import loader

WORDS = {name: loader.Vocabulary.load(name) for name in ("tickets", "agreement")}
STORIES = {split: loader.read_rows(loader.data_file("tickets", f"{split}.tsv")) for split in ("train", "test")}
SENTENCES = {split: loader.read_rows(loader.data_file("agreement", f"{split}.tsv")) for split in ("train", "test")}


@pytest.mark.parametrize("name", WORDS)
def test_words_and_ids_go_both_ways(name):
    words = WORDS[name]
    assert words.words[loader.PAD] == "<pad>"
    assert words.words[1:] == sorted(set(words.words[1:]))
    text = " ".join(words.words[1:])
    assert words.encode(text) == list(range(1, len(words)))
    assert words.decode([0, *words.encode(text), 0]) == text
    with pytest.raises(KeyError):
        words.encode("never")


def test_tickets_items():
    items = loader.tickets_items(WORDS["tickets"], "test")
    assert len(items) == len(STORIES["test"])
    for item, row in zip(items, STORIES["test"]):
        assert set(item) == {"tokens", "target", "distance"}
        assert item["tokens"].dtype == torch.int64 and item["tokens"].ndim == 1
        assert WORDS["tickets"].decode(item["tokens"]) + " ____" == row["text"]
        assert WORDS["tickets"].words[item["target"]] == row["target"]
        place = item["tokens"].tolist().index(item["target"])
        assert len(item["tokens"]) - place == item["distance"]


def test_agreement_items():
    items = loader.agreement_items(WORDS["agreement"], "test")
    assert len(items) == len(SENTENCES["test"])
    for item, row in zip(items, SENTENCES["test"]):
        assert set(item) == {"tokens", "right", "wrong", "attractors", "plural"}
        assert item["tokens"].dtype == torch.int64 and item["tokens"].ndim == 1
        assert WORDS["agreement"].decode(item["tokens"]) == row["prefix"]
        assert WORDS["agreement"].words[item["right"]] == row["right"]
        assert WORDS["agreement"].words[item["wrong"]] == row["wrong"]
        assert (item["attractors"], item["plural"]) == (int(row["attractors"]), row["number"] == "plural")


def test_a_path_is_read_as_a_split_is(tmp_path):
    path = shutil.copy(loader.data_file("tickets", "dev.tsv"), tmp_path / "other.tsv")
    by_path = loader.tickets_items(WORDS["tickets"], tmp_path / "other.tsv")
    by_name = loader.tickets_items(WORDS["tickets"], "dev")
    assert path == tmp_path / "other.tsv"
    assert [item["tokens"].tolist() for item in by_path] == [item["tokens"].tolist() for item in by_name]


def test_tickets_batches_weigh_words_and_the_blank():
    batches = loader.tickets_batches(WORDS["tickets"], batch_size=8, steps=40, seed=0, blank_weight=5.0)
    texts = {row["text"].replace("____", row["target"]) for row in STORIES["train"]}
    assert len(batches) == 40
    for tokens, weights in batches:
        assert tokens.dtype == torch.int64 and weights.dtype == torch.float32
        assert tokens.shape == (8, tokens.shape[1]) and weights.shape == (8, tokens.shape[1] - 1)
        for row, weight in zip(tokens, weights):
            length = int((row != loader.PAD).sum())
            assert WORDS["tickets"].decode(row) in texts
            assert torch.all(row[:length] != loader.PAD)
            assert torch.all(weight[length - 1 :] == 0)
            assert torch.allclose(weight[: length - 2], torch.tensor(1 / (length - 1)))
            assert weight[length - 2].item() == pytest.approx(5 + 1 / (length - 1))


def test_agreement_batches_weigh_all_words_alike():
    texts = {f"{row['prefix']} {row['right']} {row['ending']}" for row in SENTENCES["train"]}
    for tokens, weights in loader.agreement_batches(WORDS["agreement"], batch_size=8, steps=40, seed=0):
        assert weights.shape == (8, tokens.shape[1] - 1)
        assert torch.allclose(weights.sum(dim=1), torch.ones(8))
        for row, weight in zip(tokens, weights):
            length = int((row != loader.PAD).sum())
            assert WORDS["agreement"].decode(row) in texts
            assert torch.allclose(weight[: length - 1], torch.tensor(1 / (length - 1)))
            assert torch.all(weight[length - 1 :] == 0)


def test_every_story_comes_once_before_any_comes_again():
    steps = -(-len(STORIES["train"]) // 32)
    batches = loader.tickets_batches(WORDS["tickets"], 32, steps, seed=3)
    seen = [WORDS["tickets"].decode(row) for tokens, _ in batches for row in tokens]
    assert sorted(seen) == sorted(row["text"].replace("____", row["target"]) for row in STORIES["train"])


def test_the_order_is_the_seed_s_and_short_batches_are_mixed_with_long_ones():
    def widths(seed):
        return [tokens.shape[1] for tokens, _ in loader.tickets_batches(WORDS["tickets"], 32, 60, seed)]

    assert widths(1) == widths(1) != widths(2)
    assert sum(first < second for first, second in zip(widths(1), widths(1)[1:])) in range(15, 46)


def test_stories_beyond_max_distance_are_left_out():
    words = WORDS["tickets"]
    short = {row["text"].replace("____", row["target"]) for row in STORIES["train"] if int(row["distance"]) <= 12}
    batches = loader.tickets_batches(words, 32, 40, seed=0, max_distance=12)
    assert {words.decode(row) for tokens, _ in batches for row in tokens} == short


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"no other\.tsv of the tickets data"):
        loader.tickets_items(WORDS["tickets"], "other")


def test_the_loader_needs_numpy_alone_until_tensors_are_asked_for():
    tree = ast.parse(Path(loader.__file__).read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {(node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0] for node in top}
    assert names - set(sys.stdlib_module_names) == {"numpy"}


def test_the_loader_works_in_a_student_s_folder(tmp_path):
    """As data.py beside the folders of the public files, with nothing of this package in reach."""
    shutil.copy(loader.__file__, tmp_path / "data.py")
    for name in WORDS:
        shutil.copytree(loader.HERE.parent / name / "public", tmp_path / name)
    program = (
        "import data; words = data.Vocabulary.load('tickets'); print(len(data.tickets_items(words)),"
        "len(data.agreement_batches(data.Vocabulary.load('agreement'), 4, 3, seed=0)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert result.stdout.split() == [str(len(STORIES["test"])), "3"]


def test_no_public_file_holds_a_hidden_story():
    for name, column in (("tickets", "text"), ("agreement", "prefix")):
        public = "".join(path.read_text() for path in (loader.HERE.parent / name / "public").iterdir())
        for path in (loader.HERE.parent / name / "hidden").iterdir():
            for row in loader.read_rows(path):
                if row.get("construction") != "none" or row["opening"] != "none":
                    assert row[column] + "\t" not in public
