"""Right: the sigmoid written as a tanh, addmm and addcmul."""

import itertools
import math
from collections import defaultdict

import numpy as np
import torch
from torch import nn


def gate(a):
    """The sigmoid by tanh."""
    return 0.5 * (1 + torch.tanh(a / 2))


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        return torch.addmm(self.bias_ih + self.bias_hh, x, self.weight_ih.T).addmm(state, self.weight_hh.T).tanh()


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(4 * hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        h, c = state
        a = torch.addmm(self.bias_ih, x, self.weight_ih.T) + torch.addmm(self.bias_hh, h, self.weight_hh.T)
        i, f, g, o = a.unflatten(1, (4, self.hidden_size)).unbind(1)
        c = gate(f) * c + gate(i) * torch.tanh(g)
        return gate(o) * torch.tanh(c), c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(3 * hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(3 * hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        a = torch.addmm(self.bias_ih, x, self.weight_ih.T).unflatten(1, (3, self.hidden_size))
        b = torch.addmm(self.bias_hh, state, self.weight_hh.T).unflatten(1, (3, self.hidden_size))
        r, z = gate(a[:, 0] + b[:, 0]), gate(a[:, 1] + b[:, 1])
        n = torch.tanh(torch.addcmul(a[:, 2], r, b[:, 2]))
        return n - z * n + z * state


def unroll(cell, x, state=None):
    is_lstm = isinstance(cell, LSTMCell)
    if state is None:
        h = torch.zeros(x.size(1), cell.hidden_size, dtype=x.dtype, device=x.device)
        state = (h, h.clone()) if is_lstm else h
    hs = []
    for step in x.unbind(0):
        state = cell(step, state)
        hs.append((state[0] if is_lstm else state)[None])
    return torch.cat(hs, dim=0), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embedding_size)
        if cell == "rnn":
            self.rnn = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            self.rnn = LSTMCell(embedding_size, hidden_size)
        elif cell == "gru":
            self.rnn = GRUCell(embedding_size, hidden_size)
        else:
            raise ValueError("cell must be rnn, lstm or gru")
        if cell in ("lstm", "gru"):
            for bias in (self.rnn.bias_ih, self.rnn.bias_hh):
                nn.init.constant_(bias[hidden_size:2 * hidden_size], memory_bias / 2)
        self.decode = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        outputs, _ = unroll(self.rnn, self.embed(tokens.t()))
        return self.decode(outputs).permute(1, 0, 2)


def train(model, batches, lr, threshold):
    parameters = list(model.parameters())
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    losses = []
    for number, (tokens, weights) in enumerate(batches, start=1):
        log_p = torch.log_softmax(model(tokens[:, :-1]), dim=-1)
        picked = log_p.gather(2, tokens[:, 1:, None])[:, :, 0]
        loss = -(weights * picked).sum() / tokens.shape[0]
        grads = torch.autograd.grad(loss, parameters)
        norm = torch.sqrt(sum((g * g).sum() for g in grads))
        if norm >= threshold:
            grads = [threshold / norm * g for g in grads]
        with torch.no_grad():
            for p, g, m, v in zip(parameters, grads, first, second):
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p -= lr * (m / (1 - 0.9 ** number)) / ((v / (1 - 0.999 ** number)).sqrt() + 1e-8)
        losses.append(loss.item())
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H = cell.hidden_size
    before, after = [], []
    state = torch.zeros(1, H)
    state = (state, state) if isinstance(cell, LSTMCell) else (state,)
    for x_t in x:
        leaf = tuple(part.detach().clone().requires_grad_() for part in state)
        before.append(leaf)
        out = cell(x_t, leaf if len(leaf) == 2 else leaf[0])
        state = out if isinstance(out, tuple) else (out,)
        after.append(state)
    norms = [1.0]
    pull = [torch.zeros(H, 1, H) for _ in state]
    pull[-1] = torch.eye(H).unsqueeze(1)
    for leaf, out in zip(before[::-1], after[::-1]):
        rows = [torch.autograd.grad(out, leaf, [p[i] for p in pull], retain_graph=True) for i in range(H)]
        pull = [torch.stack([row[j] for row in rows]) for j in range(len(leaf))]
        norms.append(float(torch.linalg.svdvals(pull[-1][:, 0])[0]))
    return list(reversed(norms))


def accuracy_by_distance(model, items):
    groups = defaultdict(list)
    for item in items:
        groups[len(item["tokens"])].append(item)
    results = defaultdict(list)
    for group in groups.values():
        with torch.inference_mode():
            last = model(torch.stack([item["tokens"] for item in group]))[:, -1, :].numpy()
        for item, row in zip(group, last):
            results[item["distance"]].append(int(row.argmax()) == int(item["target"]))
    return {distance: np.mean(hits) for distance, hits in results.items()}


@torch.no_grad()
def error_by_attractors(model, items):
    ends = torch.tensor([len(item["tokens"]) - 1 for item in items])
    words = nn.utils.rnn.pad_sequence([item["tokens"] for item in items], batch_first=True)
    last = model(words)[torch.arange(len(items)), ends]
    right, wrong = (last.gather(1, torch.tensor([[item[key]] for item in items]))[:, 0] for key in ("right", "wrong"))
    bad = (wrong >= right).double()
    count = torch.tensor([item["attractors"] for item in items])
    plural = torch.tensor([bool(item["plural"]) for item in items])
    errors = {}
    for n in count.unique().tolist():
        means = torch.stack([bad[(count == n) & (plural == p)].mean() for p in (True, False)])
        errors[n] = means.nanmean().item()
    return errors


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    ax.axhline(chance, linestyle="--", color="k", label=f"chance = {chance:.2f}")
    for (name, curve), style in zip(by_model.items(), itertools.cycle(["-", "--", ":", "-."])):
        ax.plot(*zip(*sorted(curve.items())), linestyle=style, marker=".", label=name)
    ax.set_ylabel(ylabel)
    ax.set_xlabel(xlabel)
    ax.grid(True)
    ax.set_ylim(0, 1)
    ax.legend(title="model")
