"""Stage 4 with a base class of the cells, a registry filled by __init_subclass__, and a namedtuple for the LSTM's state."""
from __future__ import annotations

from collections import defaultdict, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F

LSTMState = namedtuple("LSTMState", ["h", "c"])


class Cell(nn.Module):
    gates = 1
    kinds: dict = {}

    def __init_subclass__(cls, name, gates, keeps=None):
        super().__init_subclass__()
        cls.gates, cls.keeps = gates, keeps
        Cell.kinds[name] = cls

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        rows = self.gates * hidden_size
        self.weight_ih = nn.Parameter(torch.zeros(rows, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))
        self.reset_parameters()

    def reset_parameters(self):
        bound = self.hidden_size ** -0.5
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def sums(self, x, h):
        return F.linear(x, self.weight_ih, self.bias_ih), F.linear(h, self.weight_hh, self.bias_hh)

    def zero_state(self, like):
        return like.new_zeros(like.shape[-2], self.hidden_size)

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(Cell, name="rnn", gates=1):
    def forward(self, x, state):
        a, b = self.sums(x, state)
        return (a + b).tanh()


class LSTMCell(Cell, name="lstm", gates=4, keeps=1):
    def forward(self, x, state):
        h, c = state
        a, b = self.sums(x, h)
        i, f, g, o = torch.split(a + b, self.hidden_size, dim=-1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return LSTMState(o.sigmoid() * c.tanh(), c)


class GRUCell(Cell, name="gru", gates=3, keeps=1):
    def forward(self, x, state):
        a, b = self.sums(x, state)
        a_r, a_z, a_n = torch.split(a, self.hidden_size, dim=-1)
        b_r, b_z, b_n = torch.split(b, self.hidden_size, dim=-1)
        n = torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n)
        return torch.lerp(n, state, torch.sigmoid(a_z + b_z))


def unroll(cell, x, state=None):
    has_memory = isinstance(cell, LSTMCell)
    if state is None:
        zero = x.new_zeros(x.size(1), cell.hidden_size)
        state = LSTMState(zero, zero.clone()) if has_memory else zero
    outputs = []
    for t in range(x.size(0)):
        state = cell(x[t], state)
        outputs.append(state[0] if has_memory else state)
    return torch.stack(outputs, dim=0), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        try:
            kind = Cell.kinds[cell]
        except (KeyError, TypeError):
            raise ValueError(f"cell must be one of {sorted(Cell.kinds)}, not {cell!r}") from None
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = kind(embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if kind.keeps is not None:
            rows = slice(kind.keeps * hidden_size, (kind.keeps + 1) * hidden_size)
            with torch.no_grad():
                # half of it in each of the two
                self.cell.bias_ih[rows].fill_(memory_bias / 2)
                self.cell.bias_hh[rows].fill_(memory_bias / 2)

    def forward(self, tokens):
        hs, _ = unroll(self.cell, self.embedding(tokens.T))
        return self.output(hs).permute(1, 0, 2)


def train(model, batches, lr, threshold):
    optimiser = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for tokens, weights in batches:
        model.zero_grad()
        logits = model(tokens)[:, :-1]
        targets = tokens[:, 1:]
        logp = logits.log_softmax(dim=-1)
        nll = -logp.gather(-1, targets.unsqueeze(-1)).squeeze(-1)
        loss = torch.sum(weights * nll) / tokens.shape[0]
        loss.backward()
        gradients = [p.grad for p in model.parameters()]
        norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g.double()) for g in gradients]))
        if norm >= threshold:
            for g in gradients:
                g.mul_(threshold / norm)
        optimiser.step()
        history.append(float(loss.detach()))
    model.zero_grad(set_to_none=True)
    return history


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H = cell.hidden_size
    zero = torch.zeros(1, H)
    frozen = [zero for _ in range(length + 1)]

    def last(*shifts):
        """The end state as a function of a shift of each state."""
        if isinstance(cell, LSTMCell):
            h, c = zero, zero + shifts[0]
            for x_t, shift in zip(x, shifts[1:]):
                h, c = cell(x_t, (h, c))
                c = c + shift
            return c[0]
        h = zero + shifts[0]
        for x_t, shift in zip(x, shifts[1:]):
            h = cell(x_t, h) + shift
        return h[0]

    jacobians = torch.autograd.functional.jacobian(last, tuple(frozen))
    return torch.stack([torch.linalg.norm(J[:, 0], ord=2) for J in jacobians])


@torch.no_grad()
def accuracy_by_distance(model, items):
    scores = defaultdict(list)
    for item in items:
        logits = model(item["tokens"].unsqueeze(0))[0, -1]
        scores[item["distance"]].append(float(logits.argmax()) == item["target"])
    return {distance: sum(s) / len(s) for distance, s in sorted(scores.items())}


@torch.no_grad()
def error_by_attractors(model, items):
    rates = defaultdict(lambda: ([], []))
    for item in items:
        logits = model(item["tokens"].unsqueeze(0))[0, -1]
        rates[item["attractors"]][int(item["plural"])].append((logits[item["wrong"]] >= logits[item["right"]]).float())
    out = {}
    for number in sorted(rates):
        both = [torch.stack(kind).mean().item() for kind in rates[number] if kind]
        out[number] = sum(both) / len(both)
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for (name, curve), style in zip(by_model.items(), __import__("itertools").cycle(["o-", "s--", "^-.", "d:"])):
        points = sorted(curve.items())
        ax.plot([x for x, _ in points], [y for _, y in points], style, label=name)
    ax.axhline(chance, color="black", linewidth=0.8, label="guessing")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
