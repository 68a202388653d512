"""Right: unroll by recursion, gradients handed back by hand through leaves."""

import math
from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


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
        return torch.tanh(F.linear(x, self.weight_ih, self.bias_ih) + F.linear(state, self.weight_hh, self.bias_hh))


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
        gates = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = torch.split(gates, self.hidden_size, dim=1)
        c_new = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c_new.tanh(), c_new


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
        gi = F.linear(x, self.weight_ih, self.bias_ih)
        gh = F.linear(state, self.weight_hh, self.bias_hh)
        H = self.hidden_size
        r = torch.sigmoid(gi[:, :H] + gh[:, :H])
        z = torch.sigmoid(gi[:, H:2 * H] + gh[:, H:2 * H])
        n = torch.tanh(gi[:, 2 * H:] + r * gh[:, 2 * H:])
        return n + z * (state - n)


def unroll(cell, x, state=None):
    if state is None:
        zero = torch.zeros(x.shape[1], cell.hidden_size)
        state = (zero, zero) if isinstance(cell, LSTMCell) else zero
    after = cell(x[0], state)
    out = after[0] if isinstance(after, tuple) else after
    if len(x) == 1:
        return out.unsqueeze(0), after
    rest, last = unroll(cell, x[1:], after)
    return torch.cat([out.unsqueeze(0), rest]), last


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if cell not in ("rnn", "lstm", "gru"):
            raise ValueError(cell)
        self.layers = nn.ModuleDict({
            "words": nn.Embedding(vocab_size, embedding_size),
            "memory": {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}[cell](embedding_size, hidden_size),
        })
        self.scores = nn.Parameter(torch.rand(hidden_size, vocab_size) - 0.5)
        self.shift = nn.Parameter(torch.zeros(vocab_size))
        if cell != "rnn":
            memory = self.layers["memory"]
            keep = torch.arange(hidden_size, 2 * hidden_size)
            with torch.no_grad():
                memory.bias_ih[keep] = memory_bias - memory.bias_hh[keep]

    def forward(self, tokens):
        x = F.embedding(tokens, self.layers["words"].weight)
        h, _ = unroll(self.layers["memory"], x.movedim(1, 0))
        return torch.einsum("tbh,hv->btv", h, self.scores) + self.shift


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
    handles = []
    for name, curve in by_model.items():
        x = np.sort(np.array(list(curve)))
        line, = ax.plot(x, np.array([curve[int(v)] for v in x]), marker="s", linewidth=2)
        line.set_label(name)
        handles.append(line)
    level = ax.plot([0, 1], [chance, chance], "k--", transform=ax.get_yaxis_transform(), label="chance level")
    ax.set_xlabel(xlabel, fontsize=12)
    ax.set_ylabel(ylabel, fontsize=12)
    ax.legend(handles=handles + level)
