"""The baselines' model, training and measures."""

import copy

import pytest
import torch
from torch.nn import functional as F

from longrange import loader, model
from longrange.settings import AGREEMENT, CELLS, TICKETS


@pytest.mark.parametrize("cell", CELLS)
def test_logits_see_no_later_token(cell):
    torch.manual_seed(0)
    network = model.LanguageModel(9, 4, 5, cell)
    tokens = torch.randint(0, 9, (3, 7))
    changed = tokens.clone()
    changed[:, 4:] = (changed[:, 4:] + 1) % 9
    first, second = network(tokens), network(changed)
    assert first.shape == (3, 7, 9)
    assert torch.equal(first[:, :4], second[:, :4])
    assert not torch.allclose(first[:, 4:], second[:, 4:])


@pytest.mark.parametrize(("cell", "gates"), [("lstm", 4), ("gru", 3)])
def test_the_memory_bias_is_the_sum_of_the_two_biases_of_the_gate_that_keeps(cell, gates):
    network = model.LanguageModel(9, 4, 5, cell, memory_bias=2.5)
    total = (network.cell.bias_ih + network.cell.bias_hh).detach().view(gates, 5)
    assert torch.allclose(total[1], torch.tensor(2.5))
    others = [gate for gate in range(gates) if gate != 1]
    assert total[others].abs().max() < 2


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_large_memory_bias_keeps_the_state(cell):
    """With the gate open at the start, a change of the first word is still in the state after 30 steps."""
    changes = {}
    for bias in (-3.0, 6.0):
        torch.manual_seed(1)
        network = model.LanguageModel(9, 8, 16, cell, memory_bias=bias)
        tokens = torch.randint(0, 9, (1, 31))
        other = tokens.clone()
        other[0, 0] = (other[0, 0] + 1) % 9
        changes[bias] = (network(tokens)[0, -1] - network(other)[0, -1]).norm().item()
    assert changes[6.0] > 100 * changes[-3.0]


def test_training_takes_the_weighted_sum_divided_by_the_batch():
    torch.manual_seed(0)
    network = model.LanguageModel(9, 4, 5, "gru")
    tokens, weights = torch.randint(0, 9, (3, 7)), torch.rand(3, 6)
    log_p = F.log_softmax(copy.deepcopy(network)(tokens)[:, :-1], dim=-1)
    want = -(weights * log_p.gather(2, tokens[:, 1:, None])[..., 0]).sum() / 3
    assert model.train(network, [(tokens, weights)], 0.01, 1.0)[0] == pytest.approx(want.item(), rel=1e-5)


def test_training_lowers_the_loss_of_a_story_it_has_seen():
    torch.manual_seed(0)
    words = loader.Vocabulary.load("tickets")
    batch = loader.tickets_batches(words, 4, 1, seed=0)
    losses = model.train(model.LanguageModel(len(words), 8, 16, "lstm"), batch * 40, 0.01, 1.0)
    assert losses[-1] < losses[0] / 2


class Fixed(torch.nn.Module):
    """Says, after each token, the token itself."""

    def forward(self, tokens):
        return F.one_hot(tokens, 9).float()


def test_accuracy_by_distance_by_hand():
    items = [
        {"tokens": torch.tensor(tokens), "target": target, "distance": distance}
        for tokens, target, distance in (([1, 2], 2, 7), ([3], 3, 7), ([4, 5, 6], 5, 7), ([1, 1, 1, 8], 8, 3))
    ]
    assert model.accuracy_by_distance(Fixed(), items) == {3: 1.0, 7: pytest.approx(2 / 3)}


def test_error_by_attractors_by_hand():
    """Singular: one of three wrong; plural: all wrong, one by a tie. The mean of the two rates, not of the items."""
    items = [
        {"tokens": torch.tensor([0, last]), "right": 1, "wrong": 2, "attractors": 1, "plural": plural}
        for last, plural in ((1, False), (1, False), (2, False), (2, True), (5, True))
    ]
    assert model.error_by_attractors(Fixed(), items) == {1: pytest.approx((1 / 3 + 1) / 2)}


def test_measures_do_not_depend_on_padding():
    torch.manual_seed(0)
    words = loader.Vocabulary.load("tickets")
    network = model.LanguageModel(len(words), 4, 5, "gru")
    items = loader.tickets_items(words, "test")[::97]
    alone = torch.stack([network(item["tokens"][None])[0, -1] for item in items])
    assert torch.allclose(model.last_logits(network, items, group=4), alone, atol=1e-6)


def test_settings_give_the_cells_one_setting_each_task():
    for settings in (TICKETS, AGREEMENT):
        assert settings.memory_bias > 0 and settings.threshold > 0
        assert settings.batch_size * settings.steps > 20_000
