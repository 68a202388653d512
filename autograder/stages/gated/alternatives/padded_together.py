"""All stories in one padded batch; preallocated outputs written in place; NumPy draws; vectorised Jacobian; Counter."""
from __future__ import annotations

import copy
from collections import Counter
from itertools import groupby

import numpy as np
import torch
import torch.nn as nn


def uniform(shape, hidden_size):
    bound = 1 / np.sqrt(hidden_size)
    seed = int(torch.randint(2**31, ()))
    return nn.Parameter(torch.as_tensor(np.random.default_rng(seed).uniform(-bound, bound, shape), dtype=torch.get_default_dtype()))


class _Cell(nn.Module):
    def __init_subclass__(cls, blocks, **kw):
        super().__init_subclass__(**kw)
        cls.blocks = blocks

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.weight_ih = uniform((self.blocks * hidden_size, input_size), hidden_size)
        self.weight_hh = uniform((self.blocks * hidden_size, hidden_size), hidden_size)
        self.bias_ih = uniform(self.blocks * hidden_size, hidden_size)
        self.bias_hh = uniform(self.blocks * hidden_size, hidden_size)

    def pre(self, x, h):
        B, H = h.shape
        a = torch.einsum("kd,bd->bk", self.weight_ih, x) + self.bias_ih
        b = torch.einsum("kh,bh->bk", self.weight_hh, h) + self.bias_hh
        return a.reshape(B, self.blocks, H).permute(1, 0, 2), b.reshape(B, self.blocks, H).permute(1, 0, 2)


class RNNCell(_Cell, blocks=1):
    def forward(self, x, state):
        (a,), (b,) = self.pre(x, state)
        return torch.tanh(a + b)


class LSTMCell(_Cell, blocks=4):
    def forward(self, x, state):
        a, b = self.pre(x, state[0])
        i, f, o = torch.sigmoid(a[[0, 1, 3]] + b[[0, 1, 3]])
        g = torch.tanh(a[2] + b[2])
        c = torch.einsum("kbh,kbh->bh", torch.stack([f, i]), torch.stack([state[1], g]))
        return o.mul(c.tanh()), c


class GRUCell(_Cell, blocks=3):
    def forward(self, x, state):
        a, b = self.pre(x, state)
        r, z = torch.sigmoid((a + b)[:2])
        n = (a[2] + r * b[2]).tanh()
        return n + z * (state - n)


def unroll(cell, x, state=None):
    T, B, _ = x.shape
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        zero = torch.zeros(B, cell.hidden_size, dtype=x.dtype, device=x.device)
        state = (zero, zero.clone()) if lstm else zero
    outputs = torch.zeros(T, B, cell.hidden_size, dtype=x.dtype)
    for t in range(T):
        state = cell(x[t], state)
        outputs[t] = state[0] if lstm else state
    return outputs, state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if cell not in ("rnn", "lstm", "gru"):
            raise ValueError(cell)
        self.output = nn.Linear(hidden_size, vocab_size)
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = globals()[cell.upper() + "Cell"](embedding_size, hidden_size)
        if cell != "rnn":
            gate = slice(hidden_size, 2 * hidden_size)
            with torch.no_grad():
                self.cell.bias_hh[gate] = memory_bias - self.cell.bias_ih[gate]

    def forward(self, tokens):
        state, scores = None, []
        for column in tokens.unbind(dim=1):
            _, state = unroll(self.cell, self.embedding(column)[None], state)
            h = state[0] if isinstance(state, tuple) else state
            scores.append(self.output(h))
        return torch.stack(scores, dim=1)


def train(model, batches, lr, threshold):
    model.train()
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(params=parameters, lr=lr, foreach=True)
    entropy = nn.CrossEntropyLoss(reduction="none")

    def one(tokens, weights):
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        losses = entropy(model(inputs).flatten(0, 1), targets.flatten()).view_as(targets)
        loss = torch.einsum("bt,bt->", losses, weights.to(losses.dtype)) / tokens.size(0)
        grads = torch.autograd.grad(loss, parameters, allow_unused=True, materialize_grads=True)
        norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in grads]))
        scale = torch.clamp(threshold / norm, max=1.0)
        for p, g in zip(parameters, grads):
            p.grad = g * scale
        optimizer.step()
        return loss.item()
    try:
        return [one(*batch) for batch in batches]
    finally:
        for p in parameters:
            p.grad = None


def gradient_reach(cell, length, seed):
    cell = copy.deepcopy(cell).double().requires_grad_(False)
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size, dtype=torch.float32).double()
    lstm = isinstance(cell, LSTMCell)
    H = cell.hidden_size
    zero = torch.zeros(1, H, dtype=torch.float64)
    leaves, state = [], (zero, zero) if lstm else zero
    for t in range(length + 1):
        if lstm:
            leaf = state[1].requires_grad_() if not state[1].requires_grad else state[1]
            leaves.append(leaf)
            state = (state[0], leaf)
        else:
            leaf = state.requires_grad_() if not state.requires_grad else state
            leaves.append(leaf)
            state = leaf
        if t < length:
            state = cell(x[t], state)
    # h_k is held fixed in dc_T/dc_k: the gradient through c_k alone needs c_k as a leaf of its own
    norms = []
    for k in range(length + 1):
        norms.append(_norm(cell, x, k, leaves, H, lstm, length) if lstm else None)
    if lstm:
        return torch.stack(norms).float()
    rows = torch.autograd.grad(leaves[-1][0], leaves, torch.eye(H, dtype=torch.float64),
                               is_grads_batched=True)
    return torch.stack([torch.linalg.matrix_norm(r[:, 0], 2) for r in rows]).float()


_CACHE: dict = {}


def _norm(cell, x, k, leaves, H, lstm, length):
    """Tangents of (h, c): column j starts as (0, e_j) at step k."""
    if k == 0:
        _CACHE.clear()
        zero = torch.zeros(1, H, dtype=torch.float64)
        state = (zero, zero)
        _CACHE["J"] = []
        for x_t in x:
            J = torch.autograd.functional.jacobian(lambda h, c: cell(x_t, (h, c)), state, vectorize=True)
            _CACHE["J"].append(torch.cat([torch.cat([b[0, :, 0] for b in row], 1) for row in J]))
            with torch.no_grad():
                state = cell(x_t, state)
        P = torch.eye(2 * H, dtype=torch.float64)[H:]
        _CACHE["P"] = {length: P}
        for s in range(length - 1, -1, -1):
            P = P @ _CACHE["J"][s]
            _CACHE["P"][s] = P
    out = torch.linalg.matrix_norm(_CACHE["P"][k][:, H:], 2)
    if k == length:
        _CACHE.clear()
    return out


def last_logits(model, items):
    lengths = torch.tensor([len(item["tokens"]) for item in items])
    tokens = nn.utils.rnn.pad_sequence([item["tokens"] for item in items], batch_first=True)
    with torch.no_grad():
        logits = model(tokens)
    return logits[torch.arange(len(items)), lengths - 1]


def accuracy_by_distance(model, items):
    logits = last_logits(model, items)
    right = Counter()
    total = Counter(item["distance"] for item in items)
    for row, item in zip(logits, items):
        right[item["distance"]] += bool(row[item["target"]] >= row.max())
    return {d: right[d] / n for d, n in total.items()}


def error_by_attractors(model, items):
    logits = last_logits(model, items).tolist()
    key = lambda pair: pair[0]["attractors"]
    out = {}
    for n, group in groupby(sorted(zip(items, logits), key=key), key=key):
        kinds = {True: [], False: []}
        for item, row in group:
            kinds[item["plural"]].append(1.0 if row[item["wrong"]] >= row[item["right"]] else 0.0)
        out[n] = np.mean([np.mean(v) for v in kinds.values() if v]).item()
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    styles = ["-", "--", "-.", ":"]
    for i, name in enumerate(sorted(by_model)):
        keys = sorted(by_model[name])
        ax.plot(keys, [by_model[name][k] for k in keys], linestyle=styles[i % 4], color=f"C{i % 10}", linewidth=1 + i // 10, label=name)
    ax.axhline(chance, color="black", label="guessing")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
