"""Right: einsum, one gate after the other; the loss step by step."""

import itertools
import math
from collections import Counter, defaultdict

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
        a = torch.einsum("bd,hd->bh", x, self.weight_ih) + torch.einsum("bk,hk->bh", state, self.weight_hh)
        return (a + self.bias_ih + self.bias_hh).tanh()


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
        H = self.hidden_size
        a = [torch.einsum("bd,hd->bh", x, self.weight_ih[k * H:(k + 1) * H]) + self.bias_ih[k * H:(k + 1) * H]
             + torch.einsum("bd,hd->bh", h, self.weight_hh[k * H:(k + 1) * H]) + self.bias_hh[k * H:(k + 1) * H]
             for k in range(4)]
        i, f, g, o = [torch.tanh(v) if k == 2 else torch.sigmoid(v) for k, v in enumerate(a)]
        c_t = f * c + i * g
        h_t = o * torch.tanh(c_t)
        return h_t, c_t


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
        H = self.hidden_size
        def part(k):
            rows = slice(k * H, (k + 1) * H)
            return (torch.einsum("bd,hd->bh", x, self.weight_ih[rows]) + self.bias_ih[rows],
                    torch.einsum("bd,hd->bh", state, self.weight_hh[rows]) + self.bias_hh[rows])
        r, z = [torch.sigmoid(sum(part(k))) for k in (0, 1)]
        a, b = part(2)
        n = torch.tanh(a + r * b)
        return (1 - z).mul(n).add(z.mul(state))


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


def error_by_attractors(model, items):
    wrong, total = Counter(), Counter()
    for item in items:
        logits = model(item["tokens"].unsqueeze(0)).detach().numpy()[0, -1]
        key = item["attractors"], bool(item["plural"])
        total[key] += 1
        wrong[key] += logits[item["wrong"]] >= logits[item["right"]]
    return {n: float(np.mean([wrong[key] / total[key] for key in total if key[0] == n])) for n in {n for n, _ in total}}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    ax.axhline(chance, linestyle="--", color="k", label=f"chance = {chance:.2f}")
    for (name, curve), style in zip(by_model.items(), itertools.cycle(["-", "--", ":", "-."])):
        ax.plot(*zip(*sorted(curve.items())), linestyle=style, marker=".", label=name)
    ax.set_ylabel(ylabel)
    ax.set_xlabel(xlabel)
    ax.grid(True)
    ax.set_ylim(0, 1)
    ax.legend(title="model")
