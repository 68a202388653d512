"""Right: the three cells inherit what they share."""

import itertools
from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Cell(nn.Module):
    """What the three cells share."""

    gates = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = hidden_size ** -0.5
        rows = self.gates * hidden_size
        for name, size in [("weight_ih", (rows, input_size)), ("weight_hh", (rows, hidden_size)), ("bias_ih", (rows,)),
                           ("bias_hh", (rows,))]:
            setattr(self, name, nn.Parameter(torch.empty(size).uniform_(-bound, bound)))

    def parts(self, x, h):
        a = (x @ self.weight_ih.T + self.bias_ih).chunk(self.gates, -1)
        b = (h @ self.weight_hh.T + self.bias_hh).chunk(self.gates, -1)
        return list(zip(a, b))


class RNNCell(Cell):
    def forward(self, x, state):
        ((a, b),) = self.parts(x, state)
        return torch.tanh(a + b)


class LSTMCell(Cell):
    gates = 4

    def forward(self, x, state):
        i, f, g, o = (a + b for a, b in self.parts(x, state[0]))
        c = torch.sigmoid(f) * state[1] + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class GRUCell(Cell):
    gates = 3

    def forward(self, x, state):
        (a_r, b_r), (a_z, b_z), (a_n, b_n) = self.parts(x, state)
        z = torch.sigmoid(a_z + b_z)
        return (1 - z) * torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n) + z * state


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
        if cell == "rnn":
            self.cell = RNNCell(embedding_size, hidden_size)
        elif cell in ("lstm", "gru"):
            self.cell = (LSTMCell if cell == "lstm" else GRUCell)(embedding_size, hidden_size)
            start, end = hidden_size, 2 * hidden_size
            with torch.no_grad():
                self.cell.bias_ih[start:end].fill_(memory_bias)
                self.cell.bias_hh[start:end].zero_()
        else:
            raise ValueError(f"there is no cell {cell!r}")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        x = F.one_hot(tokens, self.embedding.num_embeddings).float() @ self.embedding.weight
        return torch.stack([self.output(h_t) for h_t in unroll(self.cell, x.transpose(1, 0))[0]], dim=1)


def train(model, batches, lr, threshold):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for batch in batches:
        tokens, weights = batch
        logits = model(tokens[:, :-1])
        total = 0.0
        for t in range(tokens.shape[1] - 1):
            total = total + (weights[:, t] * F.cross_entropy(logits[:, t], tokens[:, t + 1], reduction="none")).sum()
        loss = total / len(tokens)
        loss.backward()
        norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
        scale = min(1.0, threshold / norm.item())
        for p in model.parameters():
            p.grad *= scale
        optimizer.step()
        for p in model.parameters():
            p.grad = None
        losses.append(loss.item())
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm = isinstance(cell, LSTMCell)
    zero = torch.zeros(1, cell.hidden_size)
    states = [(zero, zero) if lstm else zero]
    with torch.no_grad():
        for x_t in x:
            states.append(cell(x_t, states[-1]))
    norms = []
    for k in range(length + 1):
        start = states[k][1] if lstm else states[k]

        def end(memory, k=k):
            state = (states[k][0], memory) if lstm else memory
            for x_t in x[k:]:
                state = cell(x_t, state)
            return state[1] if lstm else state

        jacobian = torch.autograd.functional.jacobian(end, start)[0, :, 0]
        norms.append(torch.linalg.norm(jacobian, ord=2).item())
    return torch.tensor(norms)


def accuracy_by_distance(model, items):
    lengths = torch.tensor([len(item["tokens"]) for item in items])
    padded = torch.zeros(len(items), int(lengths.max()), dtype=torch.long)
    for row, item in enumerate(items):
        padded[row, :lengths[row]] = item["tokens"]
    model.eval()
    with torch.no_grad():
        logits = model(padded)[torch.arange(len(items)), lengths - 1]
    hits = (logits.argmax(-1) == torch.tensor([item["target"] for item in items])).double()
    distances = torch.tensor([item["distance"] for item in items])
    return {int(d): hits[distances == d].mean().item() for d in distances.unique()}


def error_by_attractors(model, items):
    wrong, total = Counter(), Counter()
    for item in items:
        logits = model(item["tokens"].unsqueeze(0)).detach().numpy()[0, -1]
        key = item["attractors"], bool(item["plural"])
        total[key] += 1
        wrong[key] += logits[item["wrong"]] >= logits[item["right"]]
    return {n: float(np.mean([wrong[key] / total[key] for key in total if key[0] == n])) for n in {n for n, _ in total}}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name in by_model:
        points = sorted(by_model[name].items())
        ax.plot([x for x, _ in points], [y for _, y in points], "o-", label=name)
    ax.axhline(y=chance, color="grey", ls=":")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
