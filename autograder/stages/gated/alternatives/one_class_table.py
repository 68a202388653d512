"""Stage 4, compact: the cells made from a table of equations, weights counted in Fractions."""

from fractions import Fraction
from statistics import fmean

import torch
from torch import nn
from torch.nn import functional as F

sigma, tanh = torch.sigmoid, torch.tanh


def rnn_rule(a, u, state):
    return tanh(a[0] + u[0])


def lstm_rule(a, u, state):
    i, f, g, o = (p + q for p, q in zip(a, u))
    c = sigma(f) * state[1] + sigma(i) * tanh(g)
    return sigma(o) * tanh(c), c


def gru_rule(a, u, state):
    r, z = sigma(a[0] + u[0]), sigma(a[1] + u[1])
    return (1 - z) * tanh(a[2] + r * u[2]) + z * state


def make_cell(name, gates, rule):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.input_size, self.hidden_size = input_size, hidden_size
        for key, columns in (("weight_ih", (input_size,)), ("weight_hh", (hidden_size,)), ("bias_ih", ()), ("bias_hh", ())):
            numbers = torch.rand((gates * hidden_size, *columns))
            setattr(self, key, nn.Parameter(torch.lerp(torch.tensor(-hidden_size ** -0.5), torch.tensor(hidden_size ** -0.5), numbers)))

    def forward(self, x, state):
        h = state[0] if type(state) in (tuple, list) or isinstance(state, tuple) else state
        a = F.linear(x, self.weight_ih, self.bias_ih).chunk(gates, -1)
        u = F.linear(h, self.weight_hh, self.bias_hh).chunk(gates, -1)
        return rule(a, u, state)

    return type(name, (nn.Module,), {"__init__": __init__, "forward": forward, "__doc__": f"{name}: see {rule.__name__}.",
                                     "__module__": __name__})


RNNCell = make_cell("RNNCell", 1, rnn_rule)
LSTMCell = make_cell("LSTMCell", 4, lstm_rule)
GRUCell = make_cell("GRUCell", 3, gru_rule)


def unroll(cell, x, state=None):
    T, B, _ = x.shape
    with_c = isinstance(cell, LSTMCell)
    if state is None:
        state = tuple(torch.zeros(2, B, cell.hidden_size)) if with_c else torch.zeros(B, cell.hidden_size)
    h = []
    for t in range(T):
        h.append(state := cell(x[t], state))
    return torch.stack([s[0] for s in h] if with_c else h), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        cells = dict(rnn=RNNCell, lstm=LSTMCell, gru=GRUCell)
        if (kind := cells.get(cell)) is None:
            raise ValueError(f"{cell} is not a cell")
        self.embedding, self.cell, self.output = (nn.Embedding(vocab_size, embedding_size), kind(embedding_size, hidden_size),
                                                  nn.Linear(hidden_size, vocab_size))
        if kind is not RNNCell:
            for bias, share in ((self.cell.bias_ih, 1.0), (self.cell.bias_hh, 0.0)):
                bias.detach()[hidden_size:2 * hidden_size] = share * memory_bias

    def forward(self, tokens):
        return self.output(unroll(self.cell, self.embedding(tokens.transpose(0, 1)))[0]).transpose(0, 1)


def train(model, batches, lr, threshold):
    adam, losses, ps = torch.optim.Adam(model.parameters(), lr=lr), [], [*model.parameters()]
    for tokens, weights in batches:
        scores = model(tokens)[:, :-1].transpose(1, 2)
        loss = torch.mul(weights, F.cross_entropy(scores, tokens[:, 1:], reduction="none")).sum().div(len(tokens))
        grads = torch.autograd.grad(loss, ps)
        norm = torch.nn.utils.get_total_norm([g.double() for g in grads]).item()
        for p, g in zip(ps, grads):
            p.grad = g if norm < threshold else g / norm * threshold
        adam.step()
        losses += [loss.item()]
    for p in ps:
        p.grad = None
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x, H, lstm = torch.randn(length, 1, cell.input_size), cell.hidden_size, isinstance(cell, LSTMCell)
    states = [tuple(torch.zeros(2, 1, H)) if lstm else torch.zeros(1, H)]
    with torch.no_grad():
        for x_t in x:
            states.append(cell(x_t, states[-1]))

    def from_here(k):
        rest = states[k]
        fixed, start = (rest[0], rest[1]) if lstm else (None, rest)

        def end(s):
            s = (fixed, s) if lstm else s
            for x_t in x[k:]:
                s = cell(x_t, s)
            return s[1] if lstm else s

        return torch.autograd.functional.jacobian(end, start, vectorize=True).reshape(H, H)

    return torch.tensor([float(torch.linalg.matrix_norm(from_here(k), ord=2)) for k in range(length + 1)])


def _rows(model, items):
    with torch.no_grad():
        padded = nn.utils.rnn.pad_sequence([item["tokens"] for item in items], batch_first=True)
        ends = torch.tensor([[[len(item["tokens"]) - 1]] for item in items])
        logits = model(padded)
        return torch.gather(logits, 1, ends.expand(-1, 1, logits.shape[-1]))[:, 0]


def accuracy_by_distance(model, items):
    best = _rows(model, items).argmax(1).tolist() if items else []
    hits = {}
    for item, guess in zip(items, best):
        hits.setdefault(item["distance"], []).append(guess == item["target"])
    return {d: float(Fraction(sum(h), len(h))) for d, h in sorted(hits.items())}


def error_by_attractors(model, items):
    wrong = {}
    for item, row in zip(items, _rows(model, items) if items else []):
        wrong.setdefault((item["attractors"], bool(item["plural"])), []).append(float(row[item["wrong"]] >= row[item["right"]]))
    numbers = dict.fromkeys(n for n, _ in wrong)
    return {n: fmean(fmean(v) for (m, _), v in wrong.items() if m == n) for n in numbers}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        ax.errorbar(*zip(*sorted(curve.items())), label=name, marker="o") if False else \
            ax.plot(*zip(*sorted(curve.items())), marker="o", label=name)
    ax.axhline(chance, color="black", linewidth=1)
    legend = ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center") if False else ax.legend()
    legend.set_draggable(False)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
