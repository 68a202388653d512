"""What right training reaches: the ways of training, the table in docs/baselines.md, and that no limit refuses any of it."""

from dataclasses import replace

import pytest
import torch

from autograder.stages.gated import recipe, spread
from longrange.report import between_marks

ANSWERS = spread.stage_s_answers()


def test_the_page_holds_the_table_of_the_measured_figures():
    page = (spread.DOCS / "baselines.md").read_text(encoding="utf-8")
    assert between_marks(page, {"trained": spread.table(spread.measured())}) == page


def test_no_limit_refuses_right_training():
    rows = spread.measured()
    assert len({(row["way"], row["file"]) for row in rows if row["file"] == "agreement_lstm.pt"}) == len(spread.WAYS)
    assert spread.refusals(rows) == []


def test_a_value_beyond_a_limit_is_told_and_counted():
    """Of two seeds of the LSTM, one misses the least share of blanks."""
    row = dict.fromkeys(spread.COLUMNS, "") | {"way": spread.WAYS[1], "file": "tickets_lstm.pt", "seed": "0"}
    blanks = next(one for one in spread.asked() if one.least)
    rows = [row | {"measure": blanks.words, "value": value} for value in (f"{blanks.limit:.4f}", f"{blanks.limit - 0.001:.4f}")]
    assert spread.refusals(rows[:1]) == []
    assert spread.refusals(rows) == [f"{row['way']}, tickets_lstm.pt, seed 0: {blanks.words} {blanks.limit - 0.001:.4f}"]
    line = next(line for line in spread.table(rows).splitlines() if "tickets, LSTM" in line)
    assert f"| - | {blanks.limit - 0.001:.3f}, {blanks.limit:.3f} (1 of 2) | - |" in line


@pytest.mark.parametrize("task", ["tickets", "agreement"])
def test_the_limits_keep_trained_gated_cells_and_refuse_a_plain_one(task):
    """The weights of the model answers keep theirs; of a plain cell, those of the gated ones that it shares are not all kept."""
    def kept(file, limits):
        model = ANSWERS.LanguageModel(*recipe.training(file).make[1])
        model.load_state_dict(torch.load(spread.find_stage("4-gated").suite / "checkpoints" / file, weights_only=True))
        with torch.no_grad():
            return [one.keeps(one.measure(model)) for one in limits]

    files = [file for file in spread.ALL_FILES if file.startswith(task)]
    assert all(all(kept(file, spread.limits_of(file))) and spread.limits_of(file) for file in files)
    assert not all(kept(f"{task}_rnn.pt", spread.limits_of(f"{task}_lstm.pt")))


@pytest.mark.parametrize("cell", recipe.CELLS)
def test_torch_s_loop_gives_what_unroll_of_the_model_answers_gives(cell):
    torch.manual_seed(0)
    made = ANSWERS.LanguageModel(7, 3, 5, cell).cell
    x = torch.randn(6, 4, 3)
    found = []
    for unroll in (ANSWERS.unroll, spread.by_torch):
        outputs, _ = unroll(made, x)
        found.append([outputs.detach(), *torch.autograd.grad(outputs.pow(2).sum(), list(made.parameters()))])
    for own, theirs in zip(*found):
        torch.testing.assert_close(own, theirs, rtol=1e-4, atol=1e-5)


def test_each_way_differs_from_the_stage_s_in_what_it_says():
    file = "agreement_lstm.pt"
    ways = {way: spread.plan_of(way, file, 3) for way in spread.WAYS}
    stage_s = ways.pop(spread.WAYS[0])
    sizes, (batches, lr, threshold) = stage_s.make[1], stage_s.train[1]
    assert stage_s == recipe.training(file, 3)
    for way, changed in (("bias of the memory gate 1", (*sizes[:4], 1.0)), ("hidden size 96", (*sizes[:2], 96, *sizes[3:]))):
        assert ways[way] == replace(stage_s, make=("LanguageModel", changed))
    order, *rest = ways["batches in reverse"].train[1]
    assert order == batches[::-1] and rest == [lr, threshold]
    order, *rest = ways["half the rate, twice the updates"].train[1]
    assert len(order) == 2 * len(batches) and rest == [lr / 2, threshold]
    assert ways["dropout .2 before the output"] == stage_s


def test_dropout_is_there_in_training_and_not_in_measuring(monkeypatch):
    """Trained by nothing, the model answers at random until it is measured."""
    text, found = torch.ones(1, 3, dtype=torch.int64), []
    monkeypatch.setattr(ANSWERS, "train", lambda model, *_: found.extend(model(text) for _ in range(2)))
    model = spread.trained_model(ANSWERS, "dropout .2 before the output", "tickets_rnn.pt", 0)
    assert not torch.equal(*found)
    assert torch.equal(model(text), model(text))
