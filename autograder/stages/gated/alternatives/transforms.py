"""Right: Jacobians by torch.func, arrays of NumPy returned."""

import itertools
from collections import defaultdict

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
    h = torch.zeros(1, cell.hidden_size)
    c = torch.zeros(1, cell.hidden_size)
    H, lstm = cell.hidden_size, isinstance(cell, LSTMCell)
    product = torch.eye(2 * H if lstm else H)
    one_step = []
    for x_t in x:
        if lstm:
            (hh, hc), (ch, cc) = torch.func.jacrev(lambda a, b, x_t=x_t: cell(x_t, (a, b)), argnums=(0, 1))(h, c)
            blocks = [[hh[0, :, 0], hc[0, :, 0]], [ch[0, :, 0], cc[0, :, 0]]]
            one_step.append(torch.cat([torch.cat(row, dim=1) for row in blocks]))
            h, c = cell(x_t, (h, c))
        else:
            one_step.append(torch.func.jacrev(lambda a, x_t=x_t: cell(x_t, a))(h)[0, :, 0])
            h = cell(x_t, h)
    norms = np.ones(length + 1)
    for k in range(length - 1, -1, -1):
        product = product @ one_step[k].detach()
        norms[k] = np.linalg.norm(product[-H:, -H:].numpy(), 2)
    return norms


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
