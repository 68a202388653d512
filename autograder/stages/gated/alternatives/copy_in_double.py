"""Right: the reach by a copy of the cell with 64-bit numbers; own loop in the model."""

import copy
import itertools
from collections import Counter
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (hidden_size, input_size)), ("weight_hh", (hidden_size, hidden_size)),
                            ("bias_ih", (hidden_size,)), ("bias_hh", (hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        both = torch.cat([x, state], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)
        return torch.tanh(both @ weight.t() + (self.bias_ih + self.bias_hh))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (4 * hidden_size, input_size)), ("weight_hh", (4 * hidden_size, hidden_size)),
                            ("bias_ih", (4 * hidden_size,)), ("bias_hh", (4 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        h, c = state
        both = torch.cat([x, h], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)
        a = (both @ weight.t() + (self.bias_ih + self.bias_hh)).view(len(x), 4, -1)
        i, f, o = torch.sigmoid(a[:, 0]), torch.sigmoid(a[:, 1]), torch.sigmoid(a[:, 3])
        c = f * c + i * torch.tanh(a[:, 2])
        return o * torch.tanh(c), c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (3 * hidden_size, input_size)), ("weight_hh", (3 * hidden_size, hidden_size)),
                            ("bias_ih", (3 * hidden_size,)), ("bias_hh", (3 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        H = self.hidden_size
        both = torch.cat([x, state], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)[:2 * H]
        rz = torch.sigmoid(both @ weight.t() + (self.bias_ih + self.bias_hh)[:2 * H])
        n = torch.tanh(x @ self.weight_ih[2 * H:].t() + self.bias_ih[2 * H:]
                       + rz[:, :H] * (state @ self.weight_hh[2 * H:].t() + self.bias_hh[2 * H:]))
        return torch.lerp(n, state, rz[:, H:])


def unroll(cell, x, state=None):
    if state is None:
        zero = x.new_zeros((x.shape[1], cell.hidden_size))
        state = [zero, zero] if isinstance(cell, LSTMCell) else zero
    states = list(itertools.accumulate(x, lambda before, x_t: cell(x_t, before), initial=state))[1:]
    outputs = [s[0] if isinstance(s, tuple) else s for s in states]
    return torch.stack(outputs, 0), states[-1]


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        kinds = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        try:
            self.cell = kinds[cell](embedding_size, hidden_size)
        except KeyError:
            raise ValueError(f"unknown cell {cell}") from None
        self.kind, self.hidden_size = cell, hidden_size
        self.embedding = nn.Parameter(torch.randn(vocab_size, embedding_size))
        self.out_weight = nn.Parameter(torch.randn(vocab_size, hidden_size) / hidden_size ** 0.5)
        self.out_bias = nn.Parameter(torch.zeros(vocab_size))
        if cell != "rnn":
            self.cell.bias_hh.data.view(-1, hidden_size)[1].zero_()
            self.cell.bias_ih.data.view(-1, hidden_size)[1].fill_(memory_bias)

    def forward(self, tokens):
        h = torch.zeros(tokens.shape[0], self.hidden_size)
        state = (h, h) if self.kind == "lstm" else h
        logits = []
        for t in range(tokens.shape[1]):
            state = self.cell(self.embedding[tokens[:, t]], state)
            h = state[0] if self.kind == "lstm" else state
            logits.append(h @ self.out_weight.T + self.out_bias)
        return torch.stack(logits, dim=1)


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, foreach=False)

    def update(tokens, weights):
        optimizer.zero_grad()
        scores = model(tokens[:, :-1]).log_softmax(dim=2)
        nll = F.nll_loss(scores.permute(0, 2, 1), tokens[:, 1:], reduction="none")
        per_story = torch.einsum("bt,bt->b", nll, weights)
        per_story.mean().backward()
        norm = torch.linalg.vector_norm(torch.stack([p.grad.norm() for p in model.parameters()]))
        if norm >= threshold:
            for p in model.parameters():
                p.grad.mul_(threshold / norm)
        optimizer.step()
        optimizer.zero_grad()
        return per_story.mean().item()

    return [update(tokens, weights) for tokens, weights in batches]


def gradient_reach(cell, length, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size, generator=generator).double()
    cell = copy.deepcopy(cell).double()
    zero = torch.zeros(1, cell.hidden_size, dtype=torch.float64)
    state = (zero, zero) if isinstance(cell, LSTMCell) else zero
    norms = []
    for k in range(length + 1):
        if isinstance(cell, LSTMCell):
            jacobian = torch.autograd.functional.jacobian(partial(rest_of_memory, cell, x[k:], state[0]), state[1])
        else:
            jacobian = torch.autograd.functional.jacobian(partial(rest, cell, x[k:]), state)
        norms.append(torch.linalg.matrix_norm(jacobian[0, :, 0, :], 2))
        if k < length:
            with torch.no_grad():
                state = cell(x[k], state)
    return torch.stack(norms)


def rest(cell, x, state):
    """The state after the steps in x."""
    for x_t in x:
        state = cell(x_t, state)
    return state


def rest_of_memory(cell, x, h, c):
    """The memory after the steps in x."""
    return rest(cell, x, (h, c))[1]


@torch.no_grad()
def accuracy_by_distance(model, items):
    right, total = Counter(), Counter()
    for item in items:
        scores = torch.softmax(model(item["tokens"].reshape(1, -1))[0, -1], dim=0)
        total[item["distance"]] += 1
        right[item["distance"]] += int(scores[item["target"]] >= scores.max())
    return {d: right[d] / total[d] for d in sorted(total)}


def error_by_attractors(model, items):
    def wrong(item):
        with torch.no_grad():
            logits = model(item["tokens"][None])[0][-1]
        return not bool(logits[item["right"]] > logits[item["wrong"]])

    def rate(some):
        return sum(map(wrong, some)) / len(some)

    result = {}
    for n in sorted({item["attractors"] for item in items}):
        here = [item for item in items if item["attractors"] == n]
        kinds = [[i for i in here if i["plural"]], [i for i in here if not i["plural"]]]
        rates = [rate(kind) for kind in kinds if kind]
        result[n] = sum(rates) / len(rates)
    return result


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name in by_model:
        points = sorted(by_model[name].items())
        ax.plot([x for x, _ in points], [y for _, y in points], label=name)
    ax.axhline(y=chance, color="black")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
