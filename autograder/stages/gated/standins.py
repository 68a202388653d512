"""What takes the place of other tasks' classes and functions in the sandbox while one task is graded.

All of it is made of torch's own recurrent modules and operators, for which the ban is lifted here. Values, gradients,
parameter names and random starts are those of the model answers.
"""

import torch

from autograder.checks.ban import install

_ban = install()


def prepare_worker():
    """Called once in a fresh worker, before the student's file is imported."""
    torch._C._set_mkldnn_enabled(False)  # its fused LSTM knows no forward-mode derivative
    _ban.enforce()


class RNNCell(torch.nn.RNNCell):
    """torch's own."""

    def __init__(self, input_size, hidden_size):
        with _ban.lifted():
            super().__init__(input_size, hidden_size)

    def forward(self, x, state):
        """One step."""
        with _ban.lifted():
            return super().forward(x, state)


class LSTMCell(torch.nn.LSTMCell):
    """torch's own."""

    def __init__(self, input_size, hidden_size):
        with _ban.lifted():
            super().__init__(input_size, hidden_size)

    def forward(self, x, state):
        """One step."""
        with _ban.lifted():
            return super().forward(x, tuple(state))


class GRUCell(torch.nn.GRUCell):
    """torch's own."""

    def __init__(self, input_size, hidden_size):
        with _ban.lifted():
            super().__init__(input_size, hidden_size)

    def forward(self, x, state):
        """One step."""
        with _ban.lifted():
            return super().forward(x, state)


_BY_GATES = {1: torch.rnn_tanh, 3: torch.gru, 4: torch.lstm}


def unroll(cell, x, state=None):
    """torch's operator for a whole sequence, given the cell's weights."""
    weights = [cell.get_parameter(f"{kind}_{source}") for kind in ("weight", "bias") for source in ("ih", "hh")]
    rows, width = weights[1].shape
    is_pair = rows == 4 * width
    blank = torch.zeros(1, x.size(1), width, dtype=x.dtype)
    if is_pair:
        hidden = (blank, blank) if state is None else tuple(part.unsqueeze(0) for part in state)
    else:
        hidden = blank if state is None else state.unsqueeze(0)
    with _ban.lifted():
        sequence, *last = _BY_GATES[rows // width](x, hidden, weights, True, 1, 0.0, False, False, False)
    last = tuple(part.squeeze(0) for part in last)
    return sequence, last if is_pair else last[0]


class LanguageModel(torch.nn.Module):
    """Embedding, torch's recurrence, linear layer."""

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        kind = dict(zip(("gru", "lstm", "rnn"), (GRUCell, LSTMCell, RNNCell))).get(cell)
        if kind is None:
            raise ValueError(f"no cell is called {cell!r}")
        self.add_module("embedding", torch.nn.Embedding(vocab_size, embedding_size))
        self.add_module("cell", kind(embedding_size, hidden_size))
        self.add_module("output", torch.nn.Linear(hidden_size, vocab_size))
        if kind is not RNNCell:
            keep = slice(hidden_size, hidden_size + hidden_size)
            torch.nn.init.constant_(self.cell.bias_ih.data[keep], memory_bias)
            torch.nn.init.zeros_(self.cell.bias_hh.data[keep])

    def forward(self, tokens):
        """Logits."""
        return self.output(unroll(self.cell, self.embedding(tokens.t()))[0]).transpose(0, 1)


def train(model, batches, lr, threshold):
    """One Adam step a batch."""
    weights_of = list(model.parameters())
    adam = torch.optim.Adam(weights_of, lr)

    def once(words, care):
        scores = model(words).narrow(1, 0, words.size(1) - 1).log_softmax(-1)
        cost = -(scores.gather(2, words[:, 1:, None]).squeeze(2) * care).sum().div(words.size(0))
        slopes = torch.autograd.grad(cost, weights_of)
        _give(weights_of, slopes)
        torch.nn.utils.clip_grad_norm_(weights_of, threshold)
        adam.step()
        return cost.item()

    history = [once(*pair) for pair in batches]
    _give(weights_of, [None] * len(weights_of))
    return history


def _give(weights, slopes):
    """Hand each weight its gradient."""
    for weight, slope in zip(weights, slopes):
        weight.grad = slope


def gradient_reach(cell, length, seed):
    """The last state's Jacobian with respect to each state, from there to the end."""
    torch.manual_seed(seed)
    steps = torch.randn(length, 1, cell.input_size)
    is_pair = cell.weight_hh.size(0) == 4 * cell.hidden_size

    def rest(memory, hidden, k):
        pair = (hidden, memory) if is_pair else memory
        last = unroll(cell, steps[k:], pair)[1]
        return last[1] if is_pair else last

    memory = hidden = torch.zeros(1, cell.hidden_size)
    norms = []
    for k in range(length):
        slope = torch.func.jacrev(rest)(memory, hidden, k)
        norms.append(torch.linalg.svdvals(slope.detach()[0, :, 0])[0])
        now = cell(steps[k], (hidden, memory) if is_pair else memory)
        hidden, memory = (part.detach() for part in (now if is_pair else (now, now)))
    return torch.stack([*norms, torch.ones(())])


@torch.no_grad()
def _last_scores(model, items):
    return [model(entry["tokens"][None]).select(1, -1).squeeze(0) for entry in items]


def _mean_by(keys, values):
    return {key: sum(v for k, v in zip(keys, values) if k == key) / keys.count(key) for key in dict.fromkeys(keys)}


def accuracy_by_distance(model, items):
    """Share of right guesses."""
    hits = [int(scores.topk(1).indices) == entry["target"] for scores, entry in zip(_last_scores(model, items), items)]
    return _mean_by([entry["distance"] for entry in items], hits)


def error_by_attractors(model, items):
    """Mean of the two numbers' error rates."""
    slips = [bool(scores[entry["right"]] <= scores[entry["wrong"]])
             for scores, entry in zip(_last_scores(model, items), items)]
    rates = _mean_by([(entry["attractors"], bool(entry["plural"])) for entry in items], slips)
    return _mean_by([count for count, _ in rates], list(rates.values()))


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    """The curves on the Axes."""
    for label in by_model:
        ax.plot(*zip(*sorted(by_model[label].items())), "o-", label=label)
    ax.plot([0, 1], [chance, chance], "k--", transform=ax.get_yaxis_transform(), label="guessing")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
