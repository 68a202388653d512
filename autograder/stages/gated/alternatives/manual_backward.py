"""torch.autograd.Function for the LSTM and GRU step, hand-written products for the reach; properties, a dataclass that is Adam's closure."""
import math
from dataclasses import dataclass, field

import torch
from torch import nn
from torch.nn import functional as F


class LSTMGates(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(a, c):
        H = c.shape[-1]
        i, f, g, o = torch.sigmoid(a[..., :H]), torch.sigmoid(a[..., H:2 * H]), torch.tanh(a[..., 2 * H:3 * H]), torch.sigmoid(a[..., 3 * H:])
        new = f * c + i * g
        return o * torch.tanh(new), new

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, dh, dnew):
        a, c = ctx.saved_tensors
        H = c.shape[-1]
        i, f, g, o = torch.sigmoid(a[..., :H]), torch.sigmoid(a[..., H:2 * H]), torch.tanh(a[..., 2 * H:3 * H]), torch.sigmoid(a[..., 3 * H:])
        t = torch.tanh(f * c + i * g)
        d = dnew + dh * o * (1 - t * t)
        da = torch.cat([d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g * g), dh * t * o * (1 - o)], dim=-1)
        return da, d * f


class Base(nn.Module):
    blocks = None

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self._sizes = input_size, hidden_size
        k = 1 / math.sqrt(hidden_size)
        new = lambda *shape: nn.Parameter((torch.rand(*shape) - 0.5) * 2 * k)
        n = self.blocks * hidden_size
        self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh = new(n, input_size), new(n, hidden_size), new(n), new(n)

    @property
    def input_size(self):
        return self._sizes[0]

    @property
    def hidden_size(self):
        return self._sizes[1]


class RNNCell(Base):
    blocks = 1

    def forward(self, x, state):
        W = torch.cat([self.weight_ih, self.weight_hh, self.bias_ih[:, None], self.bias_hh[:, None]], dim=1)
        one = torch.ones_like(x[:, :1])
        return (torch.cat([x, state, one, one], dim=1) @ W.t()).tanh_()


class LSTMCell(Base):
    blocks = 4

    def forward(self, x, state):
        h, c = state
        return LSTMGates.apply(F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh), c)


class GRUCell(Base):
    blocks = 3

    def forward(self, x, state):
        ir, iz, i_n = (F.linear(x, w, b) for w, b in zip(self.weight_ih.chunk(3), self.bias_ih.chunk(3)))
        hr, hz, hn = (F.linear(state, w, b) for w, b in zip(self.weight_hh.chunk(3), self.bias_hh.chunk(3)))
        keep = torch.sigmoid(iz + hz)
        take = torch.sigmoid(-(iz + hz))
        return take * torch.tanh(i_n + torch.sigmoid(ir + hr) * hn) + keep * state


def first(cell, state):
    return state[0] if isinstance(cell, LSTMCell) else state


def unroll(cell, x, state=None):
    states = [state]
    if state is None:
        zero = torch.zeros((x.shape[1], cell.hidden_size), dtype=cell.weight_hh.dtype)
        states = [(zero, zero)] if isinstance(cell, LSTMCell) else [zero]
    for t in range(x.shape[0]):
        states.append(cell(x.select(0, t), states[-1]))
    outputs = torch.vstack([first(cell, s)[None] for s in states[1:]])
    return outputs, states.pop()


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        kinds = (("rnn", RNNCell), ("lstm", LSTMCell), ("gru", GRUCell))
        for name, kind in kinds:
            if name == cell:
                break
        else:
            raise ValueError(f"unknown cell {cell}")
        self.embedding, self.cell, self.output = nn.Embedding(vocab_size, embedding_size), kind(embedding_size, hidden_size), nn.Linear(hidden_size, vocab_size)
        if kind is not RNNCell:
            state = self.cell.state_dict()
            state["bias_ih"][hidden_size:2 * hidden_size] = memory_bias
            state["bias_hh"][hidden_size:2 * hidden_size] = 0
            self.cell.load_state_dict(state)

    def forward(self, tokens):
        outputs, _ = unroll(self.cell, self.embedding(tokens.t()))
        return torch.einsum("tbh,vh->btv", outputs, self.output.weight) + self.output.bias


@dataclass
class Run:
    model: nn.Module
    lr: float
    threshold: float
    losses: list = field(default_factory=list)

    def __post_init__(self):
        self.optimizer = torch.optim.Adam(self.model.parameters(), self.lr)

    def closure(self, tokens, weights):
        def evaluate():
            self.optimizer.zero_grad()
            loss = 0
            logits = self.model(tokens[:, :-1])
            for t in range(weights.shape[1]):
                loss = loss + (weights[:, t] * F.cross_entropy(logits[:, t], tokens[:, t + 1], reduction="none")).sum()
            loss = loss / len(weights)
            loss.backward()
            norm = nn.utils.get_total_norm([p.grad for p in self.model.parameters()])
            if norm >= self.threshold:
                nn.utils.clip_grads_with_norm_(self.model.parameters(), self.threshold, norm)
            return loss
        return evaluate

    def __call__(self, batch):
        self.losses.append(self.optimizer.step(self.closure(*batch)).item())


def train(model, batches, lr, threshold):
    run = Run(model, lr, threshold)
    for batch in batches:
        run(batch)
    run.optimizer.zero_grad()
    return run.losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm, H = isinstance(cell, LSTMCell), cell.hidden_size
    start = torch.zeros(1, H)
    states = [(start, start) if lstm else start]
    for x_t in x:
        with torch.no_grad():
            states.append(cell(x_t, states[-1]))
    # backwards with H rows as a batch
    row_h, row_c = torch.eye(H) if not lstm else torch.zeros(H, H), torch.eye(H)
    norms = [torch.ones(())]
    for t in range(length, 0, -1):
        before = [s.expand(H, H).clone().requires_grad_() for s in (states[t - 1] if lstm else (states[t - 1],))]
        out = cell(x[t - 1].expand(H, -1), tuple(before) if lstm else before[0])
        rows = torch.autograd.grad(out if lstm else [out], before, [row_h, row_c] if lstm else [row_h])
        row_h, row_c = rows[0], rows[-1]
        norms.append(torch.linalg.norm(row_c if lstm else row_h, ord=2))
    return torch.stack(norms[::-1]).detach()


def scores(model, items):
    by_length = {}
    for i, item in enumerate(items):
        by_length.setdefault(len(item["tokens"]), []).append(i)
    out = [None] * len(items)
    with torch.no_grad():
        for group in by_length.values():
            for i, row in zip(group, model(torch.stack([items[i]["tokens"] for i in group]))[:, -1]):
                out[i] = row
    return out


def accuracy_by_distance(model, items):
    out = {}
    for item, row in zip(items, scores(model, items)):
        n, right = out.get(item["distance"], (0, 0))
        out[item["distance"]] = n + 1, right + (torch.argsort(row, descending=True, stable=True)[0].item() == item["target"])
    return {k: right / n for k, (n, right) in out.items()}


def error_by_attractors(model, items):
    import collections
    cells = collections.defaultdict(lambda: [0, 0])
    for item, row in zip(items, scores(model, items)):
        cell = cells[item["attractors"], item["plural"]]
        cell[0] += row[item["right"]].item() <= row[item["wrong"]].item()
        cell[1] += 1
    result = {}
    for (n, _), (wrong, total) in cells.items():
        result.setdefault(n, []).append(wrong / total)
    return {n: sum(r) / len(r) for n, r in result.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    handles = []
    for index, name in enumerate(by_model):
        xs = sorted(by_model[name].keys())
        handles += ax.plot(xs, list(map(by_model[name].get, xs)), "-o", ms=2 + index, color=(index / 20, 0.3, 1 - index / 20))
    ax.axhline(y=chance, lw=0.5)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(handles, list(by_model))
