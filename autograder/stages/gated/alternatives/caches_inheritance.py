"""Stage 4: caches (of zero states and of last logits within one call), LSTMCell and GRUCell as children of RNNCell, step plots of seaborn style."""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class Affine(nn.Module):
    """Not registered anywhere: a helper with the math of two linear maps."""

    @staticmethod
    def two(cell, x, h):
        return x @ cell.weight_ih.mT + cell.bias_ih, h @ cell.weight_hh.mT + cell.bias_hh


def drawn(*shape, H):
    edge = 1 / H ** 0.5
    return nn.Parameter(torch.from_numpy(np.random.default_rng(torch.randint(2 ** 31, ()).item())
                                         .uniform(-edge, edge, shape).astype(np.float32)))


class RNNCell(nn.Module):
    G = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        R = self.G * hidden_size
        self.weight_ih, self.weight_hh = drawn(R, input_size, H=hidden_size), drawn(R, hidden_size, H=hidden_size)
        self.bias_ih, self.bias_hh = drawn(R, H=hidden_size), drawn(R, H=hidden_size)

    def forward(self, x, state):
        return sum(Affine.two(self, x, state)).tanh()


class LSTMCell(RNNCell):
    """The same parameters, four times as many."""

    G = 4

    def forward(self, x, state):
        h, c = state
        i, f, g, o = sum(Affine.two(self, x, h)).view(x.shape[0], 4, self.hidden_size).unbind(dim=1)
        keep, write, show = map(torch.sigmoid, (f, i, o))
        c = keep.mul(c).addcmul(write, g.tanh())
        return show.mul(c.tanh()), c


class GRUCell(RNNCell):
    G = 3

    def forward(self, x, state):
        a, u = (part.view(x.shape[0], 3, self.hidden_size) for part in Affine.two(self, x, state))
        r = torch.sigmoid(a[:, 0] + u[:, 0])
        forget = torch.sigmoid(-(a[:, 1] + u[:, 1]))             # 1 - z
        return state + forget * (torch.tanh(a[:, 2] + r * u[:, 2]) - state)


@lru_cache(maxsize=16)
def _zeros(B, H):
    return torch.zeros(B, H)          # never written into


def unroll(cell, x, state=None):
    memory = isinstance(cell, LSTMCell)
    if state is None:
        zero = _zeros(x.shape[1], cell.hidden_size)
        state = (zero, zero) if memory else zero
    outputs = x.new_empty(x.shape[0], x.shape[1], cell.hidden_size).unbind(0)
    outputs = list(outputs)
    for t, x_t in enumerate(x):
        state = cell(x_t, state)
        outputs[t] = state[0] if memory else state
    return torch.stack(outputs), state


class LanguageModel(nn.Module):
    _CELLS = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if not isinstance(cell, str) or cell not in self._CELLS:
            raise ValueError(f"cell: {cell!r}")
        self.cell = self._CELLS[cell](embedding_size, hidden_size)
        self.embedding, self.output = nn.Embedding(vocab_size, embedding_size), nn.Linear(hidden_size, vocab_size)
        if cell in {"lstm", "gru"}:
            # the second block of rows, in both of them
            for bias, value in ((self.cell.bias_ih, 0.25 * memory_bias), (self.cell.bias_hh, 0.75 * memory_bias)):
                bias.data.view(-1, hidden_size)[1] = value

    def forward(self, tokens):
        B, T = tokens.shape
        vectors = self.embedding(tokens.T.reshape(-1)).view(T, B, -1)
        hidden, _ = unroll(self.cell, vectors)
        return self.output(hidden.reshape(T * B, -1)).view(T, B, -1).transpose(0, 1)


def train(model, batches, lr, threshold):
    model.zero_grad()
    optimizer = torch.optim.Adam([{"params": list(model.parameters())}], lr=lr)
    losses = np.zeros(len(batches))
    for k, (tokens, weights) in enumerate(batches):
        def closure():
            optimizer.zero_grad()
            logits = model(tokens[:, :-1])
            loss = (F.cross_entropy(logits.permute(0, 2, 1), tokens[:, 1:], reduction="none") * weights).sum() / tokens.size(0)
            loss.backward()
            norms = [p.grad.norm(dtype=torch.float64) for p in model.parameters()]
            norm = math.hypot(*map(float, norms))
            if norm >= threshold:
                for p in model.parameters():
                    p.grad = p.grad * (threshold / norm)
            return loss
        losses[k] = optimizer.step(closure).item()
    model.zero_grad()
    return losses.tolist()


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    had = [(p, p.requires_grad, p.grad) for p in cell.parameters()]
    try:
        for p, _, _ in had:
            p.requires_grad_(False)          # faster, as nobody asks for them
        return _reach(cell, x)
    finally:
        for p, needs, grad in had:
            p.requires_grad_(needs)


def _reach(cell, x):
    H, lstm = cell.hidden_size, isinstance(cell, LSTMCell)
    J, before = torch.eye(H), [torch.zeros(1, H)] * 2 if lstm else [torch.zeros(1, H)]
    # forwards: column blocks d state / d s_k for every k so far
    blocks = []
    new = (lambda: torch.cat([torch.zeros(H, H), torch.eye(H)])) if lstm else (lambda: torch.eye(H))
    blocks.append(new())
    for x_t in x:
        flat = torch.cat(before, dim=1)

        def step(s):
            out = cell(x_t, (s[:, :H], s[:, H:]) if lstm else s)
            return torch.cat(out, dim=1) if lstm else out

        A = torch.func.jacrev(lambda s: step(s[None])[0])(flat[0])
        blocks = [A @ block for block in blocks] + [new()]
        before = list(torch.split(step(flat), H, dim=1))
    return torch.tensor([torch.linalg.svdvals(block[-H:])[0].item() for block in blocks])


def _last(model, items):
    """Logits after the last token; the same text is read once."""
    known = {}
    for item in items:
        key = tuple(item["tokens"].tolist())
        if key not in known:
            with torch.no_grad():
                known[key] = model(item["tokens"][None])[0, -1].numpy()
        yield item, known[key]


def accuracy_by_distance(model, items):
    table = {}
    for item, logits in _last(model, items):
        table.setdefault(int(item["distance"]), []).append(int(np.argmax(logits)) == item["target"])
    return {distance: np.mean(hits) for distance, hits in table.items()}        # numpy numbers


def error_by_attractors(model, items):
    table = {}
    for item, logits in _last(model, items):
        row = table.setdefault(item["attractors"], np.zeros((2, 2)))
        row[int(item["plural"])] += logits[item["wrong"]] >= logits[item["right"]], 1
    return {n: np.mean([wrong / count for wrong, count in row if count]) for n, row in table.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    points = {name: np.array(sorted(curve.items()), dtype=float).reshape(-1, 2) for name, curve in by_model.items()}
    for name, xy in points.items():
        ax.plot(xy[:, 0], xy[:, 1], label=str(name), marker="D", markersize=4, alpha=0.8)
    ax.axhline(chance, xmin=0, xmax=1, color="0.5", linestyle=(0, (3, 1)), label="chance level", zorder=0)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.spines[["top", "right"]].set_visible(False)
