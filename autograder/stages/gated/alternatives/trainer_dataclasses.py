"""Stage 4: vectors of both inputs by addmm; a trainer class; sparse bookkeeping with dataclasses; text and ticks in the figure."""

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F


def _new(module, gates):
    """The four parameters of a cell, registered in the order hh, ih, of weights and biases."""
    H, D = module.hidden_size, module.input_size
    bound = torch.rsqrt(torch.tensor(float(H))).item()
    for end, width in (("hh", H), ("ih", D)):
        module.register_parameter(f"weight_{end}", nn.Parameter(torch.zeros(gates * H, width).uniform_(-bound, bound)))
        module.register_parameter(f"bias_{end}", nn.Parameter(torch.zeros(gates * H).uniform_(-bound, bound)))


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        _new(self, 1)

    def forward(self, x, state):
        a = torch.addmm(self.bias_ih, x, self.weight_ih.T)
        return torch.tanh(torch.addmm(a, state, self.weight_hh.T) + self.bias_hh)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        _new(self, 4)

    def forward(self, x, state):
        (h, c), H = state, self.hidden_size
        a = torch.addmm(self.bias_ih + self.bias_hh, x, self.weight_ih.T).addmm(h, self.weight_hh.T)
        s = torch.sigmoid(a)                       # of the candidate's rows, too: they are not used
        c = s[:, H:2 * H] * c + s[:, :H] * torch.tanh(a[:, 2 * H:3 * H])
        return s[:, 3 * H:] * torch.tanh(c), c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        _new(self, 3)

    def forward(self, x, state):
        a = torch.addmm(self.bias_ih, x, self.weight_ih.T).reshape(len(x), 3, -1)
        u = torch.addmm(self.bias_hh, state, self.weight_hh.T).reshape(len(x), 3, -1)
        r, z = torch.sigmoid(a[:, :2] + u[:, :2]).unbind(1)
        n = torch.tanh(a[:, 2] + r * u[:, 2])
        return (1 - z) * n + z * state


class Run:
    """A cell on its way through a sequence: iterate over it to get the states."""

    def __init__(self, cell, x, state=None):
        self.cell, self.x, self.pair = cell, x, isinstance(cell, LSTMCell)
        if state is None:
            h = torch.zeros((x.shape[1], cell.hidden_size), dtype=x.dtype)
            state = (h, h.clone()) if self.pair else h
        self.state = state

    def __iter__(self):
        for x_t in self.x:
            self.state = self.cell(x_t, self.state)
            yield self.state

    def outputs(self):
        return torch.stack([s[0] if self.pair else s for s in self], dim=0)


def unroll(cell, x, state=None):
    run = Run(cell, x, state)
    return run.outputs(), run.state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        names = ["rnn", "lstm", "gru"]
        if cell not in names:
            raise ValueError("cell should be one of " + " ".join(names))
        self.sizes = vocab_size, embedding_size, hidden_size
        self.embedding = nn.Embedding.from_pretrained(torch.randn(vocab_size, embedding_size), freeze=False)
        self.cell = (RNNCell, LSTMCell, GRUCell)[names.index(cell)](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        self._set_memory(0.0 if memory_bias is None else memory_bias)

    @torch.no_grad()
    def _set_memory(self, total):
        if isinstance(self.cell, RNNCell):
            return
        H = self.cell.hidden_size
        share = torch.rand(H)                  # any split will do, only the sum counts
        self.cell.bias_ih[H:2 * H].copy_(total * share)
        self.cell.bias_hh[H:2 * H].copy_(total - total * share)

    def forward(self, tokens):
        e = F.embedding(tokens, self.embedding.weight)
        h = Run(self.cell, e.swapaxes(0, 1)).outputs()
        return self.output(h.swapaxes(0, 1))


@dataclass
class Trainer:
    model: nn.Module
    lr: float
    threshold: float
    losses: list = field(default_factory=list)

    def __post_init__(self):
        self.parameters = tuple(self.model.parameters())
        self.adam = torch.optim.Adam(self.parameters, lr=self.lr)

    def loss(self, tokens, weights):
        prediction = F.log_softmax(self.model(tokens), dim=2)[:, :-1]
        chosen = torch.take_along_dim(prediction, tokens[:, 1:].unsqueeze(2), dim=2).squeeze(2)
        return torch.tensordot(-chosen, weights.to(chosen.dtype), dims=2) / tokens.shape[0]

    def clip(self):
        squares = sum(torch.sum(p.grad.to(torch.float64) ** 2) for p in self.parameters)
        norm = squares.sqrt()
        if norm < self.threshold:
            return
        for p in self.parameters:
            p.grad = (p.grad * (self.threshold / norm)).to(p.dtype)

    def step(self, batch):
        self.clear()
        loss = self.loss(*batch)
        loss.backward()
        self.clip()
        self.adam.step()
        self.losses.append(float(loss))

    def clear(self):
        for p in self.parameters:
            p.grad = None


def train(model, batches, lr, threshold):
    trainer = Trainer(model, lr, threshold)
    for batch in batches:
        trainer.step(batch)
    trainer.clear()
    return trainer.losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    first, H = isinstance(cell, LSTMCell), cell.hidden_size
    # the batch has length + 1 rows of runs: run k is the same sequence, and its state is a leaf from step k on
    h = torch.zeros(1, H)
    state = (h, torch.zeros(1, H)) if first else h
    leaves, ends = [], []
    with torch.no_grad():
        trace = [state] + [s for s in Run(cell, x)]
    norms = []
    for k in range(length, -1, -1):
        leaf = (trace[k][1] if first else trace[k]).detach().clone().requires_grad_()
        s = (trace[k][0].detach(), leaf) if first else leaf
        for x_t in x[k:]:
            s = cell(x_t, s)
        end = s[1] if first else s
        rows, = torch.autograd.grad(end.reshape(-1), leaf, torch.eye(H), is_grads_batched=True)
        norms.insert(0, torch.linalg.norm(rows.reshape(H, H), 2))
    return torch.stack(norms)


@dataclass
class Tally:
    right: int = 0
    total: int = 0

    def add(self, hit):
        self.right += bool(hit)
        self.total += 1

    @property
    def share(self):
        return self.right / self.total


def accuracy_by_distance(model, items):
    tallies = {}
    for item in items:
        with torch.no_grad():
            scores = model(item["tokens"].view(1, -1))[:, -1].squeeze(0)
        tallies.setdefault(item["distance"], Tally()).add(scores.max(dim=0).indices.item() == item["target"])
    return {d: t.share for d, t in tallies.items()}


def error_by_attractors(model, items):
    tallies = {}
    for item in items:
        with torch.no_grad():
            scores = model(item["tokens"].view(1, -1))[:, -1].squeeze(0)
        key = item["attractors"], bool(item["plural"])
        tallies.setdefault(key, Tally()).add(not scores[item["right"]] > scores[item["wrong"]])
    out = {}
    for n in {n for n, _ in tallies}:
        shares = [tallies[n, p].share for p in (False, True) if (n, p) in tallies]
        out[n] = sum(shares) / len(shares)
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        keys = sorted(curve)
        (line,) = ax.plot(keys, [curve[k] for k in keys], linewidth=3)
        line.set_label(name)
        ax.annotate(name, (keys[-1], curve[keys[-1]]), xytext=(4, 0), textcoords="offset points", color=line.get_color())
    ax.axhline(chance, color="black", dashes=(4, 2))
    ax.text(0.01, chance, "chance", transform=ax.get_yaxis_transform(), va="bottom")
    ax.set_xticks(sorted({k for curve in by_model.values() for k in curve}))
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(*ax.get_legend_handles_labels())
