"""Right: the cells compute with 64-bit numbers inside."""

from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (hidden_size, input_size)), ("weight_hh", (hidden_size, hidden_size)),
                            ("bias_ih", (hidden_size,)), ("bias_hh", (hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        w, u, b, v = (parameter.double() for parameter in (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh))
        return torch.tanh(x.double() @ w.T + b + state.double() @ u.T + v).to(x.dtype)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (4 * hidden_size, input_size)), ("weight_hh", (4 * hidden_size, hidden_size)),
                            ("bias_ih", (4 * hidden_size,)), ("bias_hh", (4 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        w, u, b, v = (parameter.double() for parameter in (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh))
        h, c = (part.double() for part in state)
        i, f, g, o = (x.double() @ w.T + b + h @ u.T + v).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return (torch.sigmoid(o) * torch.tanh(c)).to(x.dtype), c.to(x.dtype)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (3 * hidden_size, input_size)), ("weight_hh", (3 * hidden_size, hidden_size)),
                            ("bias_ih", (3 * hidden_size,)), ("bias_hh", (3 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        w, u, b, v = (parameter.double() for parameter in (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh))
        h = state.double()
        a, e = (x.double() @ w.T + b).chunk(3, 1), (h @ u.T + v).chunk(3, 1)
        r, z = torch.sigmoid(a[0] + e[0]), torch.sigmoid(a[1] + e[1])
        return ((1 - z) * torch.tanh(a[2] + r * e[2]) + z * h).to(x.dtype)


def unroll(cell, x, state=None):
    T, B, _ = x.shape
    H = cell.weight_hh.shape[1]
    lstm = cell.weight_hh.shape[0] == 4 * H
    if state is None:
        state = (torch.zeros(B, H), torch.zeros(B, H)) if lstm else torch.zeros(B, H)
    outputs = torch.zeros(T, B, H)
    for t in range(T):
        state = cell(x[t], state)
        outputs[t] = state[0] if lstm else state
    return outputs, state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        kinds = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}
        try:
            self.cell = kinds[cell](embedding_size, hidden_size)
        except KeyError:
            raise ValueError(f"unknown cell {cell}") from None
        self.kind, self.hidden_size = cell, hidden_size
        self.embedding = nn.Parameter(torch.randn(vocab_size, embedding_size))
        self.out_weight = nn.Parameter(torch.randn(vocab_size, hidden_size) / hidden_size ** 0.5)
        self.out_bias = nn.Parameter(torch.zeros(vocab_size))
        if cell != "rnn":
            self.cell.bias_hh.data.view(-1, hidden_size)[1].zero_()
            self.cell.bias_ih.data.view(-1, hidden_size)[1].fill_(memory_bias)

    def forward(self, tokens):
        h = torch.zeros(tokens.shape[0], self.hidden_size)
        state = (h, h) if self.kind == "lstm" else h
        logits = []
        for t in range(tokens.shape[1]):
            state = self.cell(self.embedding[tokens[:, t]], state)
            h = state[0] if self.kind == "lstm" else state
            logits.append(h @ self.out_weight.T + self.out_bias)
        return torch.stack(logits, dim=1)


def train(model, batches, lr, threshold):
    opt = torch.optim.Adam(model.parameters(), lr)
    history = []
    for tokens, weights in batches:
        opt.zero_grad(set_to_none=False)
        logits = model(tokens)[:, :-1]
        ce = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1), reduction="none")
        loss = (ce * weights.reshape(-1)).sum() / tokens.shape[0]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=threshold)
        opt.step()
        history.append(float(loss.detach()))
    model.zero_grad()
    return history


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    size = cell.hidden_size
    lstm = isinstance(cell, LSTMCell)
    h = c = torch.zeros(1, size)
    out = torch.empty(length + 1)
    for k in range(length):
        memory = (c if lstm else h).detach().expand(size, -1).clone().requires_grad_()
        start = (h.expand(size, -1), memory) if lstm else memory
        _, end = unroll(cell, x[k:].expand(-1, size, -1), start)
        jacobian, = torch.autograd.grad(end[1] if lstm else end, memory, torch.eye(size))
        out[k] = torch.linalg.matrix_norm(jacobian, ord=2)
        with torch.no_grad():
            if lstm:
                h, c = cell(x[k], (h, c))
            else:
                h = cell(x[k], h)
    out[length] = 1
    return out


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
