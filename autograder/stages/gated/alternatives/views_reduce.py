"""Stage 4: views of the parameters by gate, unroll by reduce, namedtuple results, weights normalised per call; pyplot-free figure."""
from collections import namedtuple
from functools import reduce
from math import sqrt
from types import MappingProxyType

import torch
from torch import nn
from torch.nn import functional as F

Unrolled = namedtuple("Unrolled", "outputs state")

class _Cell(nn.Module):
    """Parameters as (gates, H, ...) views of what torch keeps as (gates * H, ...)."""

    def __init__(self, input_size, hidden_size, gates):
        super().__init__()
        self.input_size, self.hidden_size, self._gates = input_size, hidden_size, gates
        a = hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.FloatTensor(gates * hidden_size, input_size).uniform_(-a, a))
        self.weight_hh = nn.Parameter(torch.FloatTensor(gates * hidden_size, hidden_size).uniform_(-a, a))
        for name in ("bias_ih", "bias_hh"):
            setattr(self, name, nn.Parameter(torch.FloatTensor(gates * hidden_size).uniform_(-a, a)))

    def _x(self, x):
        return torch.einsum("ghd,bd->gbh", self.weight_ih.unflatten(0, (self._gates, -1)), x) + self.bias_ih.view(self._gates, 1, -1)

    def _h(self, h):
        return torch.einsum("ghk,bk->gbh", self.weight_hh.unflatten(0, (self._gates, -1)), h) + self.bias_hh.view(self._gates, 1, -1)


class RNNCell(_Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, 1)

    def forward(self, x, state):
        return torch.tanh(self._x(x) + self._h(state)).squeeze(0)


class LSTMCell(_Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, 4)

    def forward(self, x, state):
        i, f, g, o = self._x(x) + self._h(state[0])
        c = F.sigmoid(f) * state[1] + F.sigmoid(i) * F.tanh(g)
        return F.sigmoid(o) * F.tanh(c), c


class GRUCell(_Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size, 3)

    def forward(self, x, state):
        (ar, az, an), (ur, uz, un) = self._x(x), self._h(state)
        r, z = F.sigmoid(ar + ur), F.sigmoid(az + uz)
        return torch.where(z > 0.5, state + (1 - z) * (F.tanh(an + r * un) - state),
                           F.tanh(an + r * un) + z * (state - F.tanh(an + r * un)))


KINDS = MappingProxyType({"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell})


def unroll(cell, x, state=None):
    is_lstm = isinstance(cell, LSTMCell)
    zeros = x[0].new_zeros(x[0].shape[0], cell.hidden_size)
    state = state if state is not None else ((zeros, zeros) if is_lstm else zeros)

    def go_on(so_far, x_t):
        hs, s = so_far
        s = cell(x_t, s)
        hs.append(s[0] if is_lstm else s)
        return hs, s

    hs, state = reduce(go_on, x, ([], state))
    return Unrolled(torch.stack(hs), state)


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if cell not in KINDS:
            raise ValueError(cell)
        self.embedding = nn.Embedding(num_embeddings=vocab_size, embedding_dim=embedding_size)
        self.cell = KINDS[cell](embedding_size, hidden_size)
        self.output = nn.Linear(in_features=hidden_size, out_features=vocab_size)
        gate = {"lstm": 1, "gru": 1}.get(cell)
        if gate is not None:
            state = {k: v.clone() for k, v in self.cell.state_dict().items()}
            rows = torch.arange(hidden_size) + gate * hidden_size
            state["bias_ih"][rows] = 0.0
            state["bias_hh"][rows] = float(memory_bias)
            self.cell.load_state_dict(state)

    def forward(self, tokens):
        return self.output(unroll(self.cell, self.embedding(tokens).transpose(0, 1)).outputs).transpose(0, 1)


def train(model, batches, lr, threshold):
    adam = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8)
    losses = [one_update(model, adam, threshold, *batch) for batch in batches]
    adam.zero_grad(set_to_none=False)
    return losses


def one_update(model, adam, threshold, tokens, weights):
    adam.zero_grad()
    logits = model(tokens)
    criterion = nn.CrossEntropyLoss(reduction="none")
    loss = sum((criterion(row[:-1], words[1:]) * w).sum() for row, words, w in zip(logits, tokens, weights)) / len(tokens)
    loss.backward()
    with torch.no_grad():
        largest = max(p.grad.abs().max().item() for p in model.parameters())
        if largest > 0:
            norm = largest * sqrt(sum(((p.grad / largest) ** 2).sum().item() for p in model.parameters()))
            if norm >= threshold:
                for p in model.parameters():
                    p.grad.div_(norm / threshold)
    adam.step()
    return loss.item()


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H = cell.hidden_size
    zero = torch.zeros(1, H)

    def run(start, at):
        """From state `start` after step `at` to the end."""
        for x_t in x[at:]:
            start = cell(x_t, start)
        return start

    norms = []
    state = (zero, zero) if isinstance(cell, LSTMCell) else zero
    for k in range(length + 1):
        if isinstance(cell, LSTMCell):
            h, c = (s.detach() for s in state)
            J = torch.func.jacrev(lambda c: run((h, c), k)[1])(c)
        else:
            J = torch.func.jacrev(lambda h: run(h, k))(state.detach())
        norms.append(torch.linalg.norm(J.detach().squeeze(), ord=2) if H > 1 else J.detach().abs().squeeze())
        if k < length:
            with torch.no_grad():
                state = cell(x[k], state)
    return torch.stack(norms)


def _guesses(model, items):
    with torch.no_grad():
        return [model(torch.atleast_2d(item["tokens"]))[0][-1] for item in items]


def accuracy_by_distance(model, items):
    logits = _guesses(model, items)
    distances = sorted(set(item["distance"] for item in items))
    right = [int((l > l[item["target"]]).sum()) == 0 for l, item in zip(logits, items)]
    return {d: (lambda hits: sum(hits) / len(hits))([r for r, item in zip(right, items) if item["distance"] == d])
            for d in distances}


def error_by_attractors(model, items):
    logits = _guesses(model, items)
    wrong = [float(l[item["wrong"]] - l[item["right"]] >= 0) for l, item in zip(logits, items)]

    def rate(**which):
        chosen = [w for w, item in zip(wrong, items) if all(item[k] == v for k, v in which.items())]
        return [sum(chosen) / len(chosen)] if chosen else []

    out = {}
    for n in {item["attractors"] for item in items}:
        rates = rate(attractors=n, plural=True) + rate(attractors=n, plural=False)
        out[n] = sum(rates) / len(rates)
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    import numpy as np
    colours = iter(["tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown", "tab:pink", "tab:cyan", "tab:olive",
                    "tab:gray", "black"])
    for name, curve in by_model.items():
        x = np.fromiter(curve.keys(), dtype=float)
        y = np.fromiter(curve.values(), dtype=float)
        order = x.argsort()
        ax.plot(x[order], y[order], c=next(colours), marker=".", label=name)
    ax.axhline(float(chance), c="tab:red", ls="-.", label=f"guessing ({chance:.2f})")
    ax.update(dict(xlabel=xlabel, ylabel=ylabel))
    legend = ax.legend(frameon=False)
    legend.set_title("models")
