"""Stage 4 for who likes to differentiate by hand: the LSTM's pointwise part as an autograd.Function with its own backward."""

import abc
import random
from contextlib import contextmanager

import torch
from torch import nn
from torch.autograd import Function
from torch.nn import functional as F


class Memory(Function):
    """From the four sums and c_{t-1} to h_t and c_t."""

    @staticmethod
    def forward(ctx, sums, c):
        i, f, g, o = sums.chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        new = f * c + i * g
        shown = new.tanh()
        ctx.save_for_backward(i, f, g, o, c, shown)
        return o * shown, new

    @staticmethod
    def backward(ctx, dh, dc):
        i, f, g, o, c, shown = ctx.saved_tensors
        d_new = dc + dh * o * (1 - shown ** 2)
        sums = torch.cat([d_new * g * i * (1 - i), d_new * c * f * (1 - f), d_new * i * (1 - g ** 2),
                          dh * shown * o * (1 - o)], dim=1)
        return sums, d_new * f


class Recurrent(nn.Module, metaclass=abc.ABCMeta):
    """Two linear maps and a rule that joins what they give."""

    @property
    @abc.abstractmethod
    def blocks(self):
        """How many times H rows there are."""

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        rows, H = self.blocks * hidden_size, hidden_size
        for name, shape in dict(weight_ih=(rows, input_size), weight_hh=(rows, H), bias_ih=(rows,), bias_hh=(rows,)).items():
            self.register_parameter(name, nn.Parameter(nn.init.uniform_(torch.empty(shape), -H ** -0.5, H ** -0.5)))

    def forward(self, x, state):
        return self.join(F.linear(x, self.weight_ih, self.bias_ih), state)

    def from_state(self, h):
        return F.linear(h, self.weight_hh, self.bias_hh)

    @abc.abstractmethod
    def join(self, from_x, state):
        """The state after the step."""


class RNNCell(Recurrent):
    blocks = 1

    def join(self, from_x, state):
        return torch.tanh(from_x + self.from_state(state))


class LSTMCell(Recurrent):
    blocks = 4

    def join(self, from_x, state):
        h, c = state
        return Memory.apply(from_x + self.from_state(h), c)


class GRUCell(Recurrent):
    blocks = 3

    def join(self, from_x, state):
        H = self.hidden_size
        from_h = self.from_state(state)
        z = torch.sigmoid(from_x.narrow(1, H, H) + from_h.narrow(1, H, H))
        r = torch.sigmoid(from_x.narrow(1, 0, H) + from_h.narrow(1, 0, H))
        n = torch.tanh(torch.addcmul(from_x.narrow(1, 2 * H, H), r, from_h.narrow(1, 2 * H, H)))
        return torch.addcmul((1 - z) * n, z, state)


def unroll(cell, x, state=None):
    if state is None:
        state = x.new_zeros((x.shape[1], cell.hidden_size))
        if isinstance(cell, LSTMCell):
            state = state, state
    outputs = torch.empty(0, x.shape[1], cell.hidden_size, dtype=x.dtype)
    pieces = [outputs]
    for x_t in torch.unbind(x, dim=0):
        state = cell(x_t, state)
        pieces.append((state[0] if isinstance(state, tuple) else state)[None])
    return torch.cat(pieces, dim=0), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        known = {kind.__name__.removesuffix("Cell").lower(): kind for kind in Recurrent.__subclasses__()}
        if cell not in known:
            raise ValueError(f"cell={cell!r}, which is none of {list(known)}")
        self.add_module("embedding", nn.Embedding(vocab_size, embedding_size))
        self.add_module("cell", known[cell](embedding_size, hidden_size))
        self.add_module("output", nn.Linear(hidden_size, vocab_size))
        if self.cell.blocks > 1:
            keep = torch.zeros(self.cell.blocks, hidden_size)
            keep[1] = 1
            keep = keep.flatten().bool()
            with torch.no_grad():
                self.cell.bias_ih.copy_(torch.where(keep, torch.tensor(float(memory_bias)), self.cell.bias_ih))
                self.cell.bias_hh.copy_(torch.where(keep, torch.tensor(0.0), self.cell.bias_hh))

    def forward(self, tokens):
        h, _ = unroll(self.cell, self.embedding(tokens).transpose(0, 1))
        return F.linear(h, self.output.weight, self.output.bias).transpose(0, 1)


@contextmanager
def cleared(model):
    model.zero_grad(set_to_none=True)
    try:
        yield
    finally:
        model.zero_grad(set_to_none=True)


def train(model, batches, lr, threshold):
    losses = []
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for tokens, weights in batches:
        with cleared(model):
            logits = model(tokens)[:, :-1]
            # each word's loss and the derivative by the logits: weight (p - y) / B, as in stage 1
            log_p = logits.detach().log_softmax(-1)
            y = F.one_hot(tokens[:, 1:], logits.shape[-1])
            losses.append(float(-(weights[..., None] * log_p * y).sum() / len(tokens)))
            logits.backward(weights[..., None].to(log_p.dtype) * (log_p.exp() - y) / len(tokens))
            gradients = [p.grad for p in model.parameters()]
            norm = torch._foreach_norm([g.double() for g in gradients])
            norm = torch.stack([n.double() for n in norm]).norm().item()
            if not norm < threshold:
                torch._foreach_mul_(gradients, threshold / norm)
            optimizer.step()
    model.zero_grad(set_to_none=True)
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H, lstm = cell.hidden_size, isinstance(cell, LSTMCell)
    carried = []
    hidden = torch.zeros(1, H)
    state = (hidden, torch.zeros(1, H)) if lstm else hidden

    def mark(tensor):
        """The same numbers, as a leaf added to what comes: its gradient is that of the state, the paths before it live on."""
        leaf = torch.zeros_like(tensor).requires_grad_()
        carried.append(leaf)
        return tensor + leaf

    with torch.enable_grad():
        for t in range(length + 1):
            state = (state[0], mark(state[1])) if lstm else mark(state)
            if t < length:
                state = cell(x[t], state)
        end = state[1] if lstm else state
        rows = [torch.autograd.grad(end[0, i], carried, retain_graph=True) for i in range(H)]
    jacobians = [torch.cat([row[k] for row in rows]) for k in range(length + 1)]
    # the largest singular value is the root of the largest eigenvalue of J J^T; in 64 bits
    return torch.stack([torch.linalg.eigvalsh(J.double() @ J.double().T)[-1].clamp_min(0).sqrt().float() for J in jacobians])


def _scores(model, texts):
    """Logits after the last token of each text, texts of one length at a time."""
    by_length = {}
    for place, tokens in enumerate(texts):
        by_length.setdefault(len(tokens), []).append(place)
    found = [None] * len(texts)
    with torch.no_grad():
        for places in by_length.values():
            logits = model(torch.stack([texts[place] for place in places]))[:, -1]
            for place, row in zip(places, logits):
                found[place] = row
    return found


def accuracy_by_distance(model, items):
    items = list(items)
    order = random.Random(0).sample(range(len(items)), len(items))      # the order does not matter
    scores = _scores(model, [items[k]["tokens"] for k in order])
    out = {}
    for k, row in zip(order, scores):
        best = row.tolist().index(max(row.tolist()))
        hit, n = out.get(items[k]["distance"], (0, 0))
        out[items[k]["distance"]] = hit + (best == items[k]["target"]), n + 1
    return {d: hit / n for d, (hit, n) in out.items()}


def error_by_attractors(model, items):
    out = {}
    for item, row in zip(items, _scores(model, [item["tokens"] for item in items])):
        out.setdefault(item["attractors"], ([], []))[0 if item["plural"] else 1].append(
            row[item["wrong"]].item() >= row[item["right"]].item())
    return {n: torch.tensor([sum(k) / len(k) for k in kinds if k], dtype=torch.float64).mean().item()
            for n, kinds in out.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    from matplotlib.lines import Line2D
    proxies = []
    for k, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        look = dict(color=f"C{k % 10}", linestyle=["-", "--", ":"][k // 10 % 3], marker="o")
        ax.add_line(Line2D(xs, [curve[x] for x in xs], **look))
        proxies.append(Line2D([], [], label=name, **look))
    ax.autoscale_view()
    ax.axhline(chance, color="k", alpha=0.4)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(handles=proxies)
