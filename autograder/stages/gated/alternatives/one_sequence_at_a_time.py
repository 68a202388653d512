"""Right: matrix times vector, a loop over the batch; words as one-hot vectors."""

import copy
import itertools
import math
from functools import partial

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
        rows = [torch.tanh(self.weight_ih @ x_b + self.bias_ih + self.weight_hh @ h_b + self.bias_hh)
                for x_b, h_b in zip(x, state)]
        return torch.stack(rows)


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
        H = self.hidden_size
        hs, cs = [], []
        for b in range(x.shape[0]):
            a = torch.mv(self.weight_ih, x[b]) + self.bias_ih + torch.mv(self.weight_hh, state[0][b]) + self.bias_hh
            c = torch.sigmoid(a[H:2 * H]) * state[1][b] + torch.sigmoid(a[:H]) * torch.tanh(a[2 * H:3 * H])
            hs.append(torch.sigmoid(a[3 * H:]) * torch.tanh(c))
            cs.append(c)
        return torch.stack(hs), torch.stack(cs)


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
        new = []
        for x_b, h_b in zip(x, state):
            u = (self.weight_ih @ x_b + self.bias_ih).reshape(3, -1)
            v = (self.weight_hh @ h_b + self.bias_hh).reshape(3, -1)
            r = torch.sigmoid(u[0] + v[0])
            z = torch.sigmoid(u[1] + v[1])
            new.append((1 - z) * torch.tanh(u[2] + r * v[2]) + z * h_b)
        return torch.stack(new)


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
    for name in by_model:
        points = sorted(by_model[name].items())
        ax.plot([x for x, _ in points], [y for _, y in points], "o-", label=name)
    ax.hlines(chance, 0, 1, transform=ax.get_yaxis_transform(), colors="grey", linestyles=":")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
