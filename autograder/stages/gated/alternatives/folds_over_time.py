"""Cells as pure functions over named parameters, a recursive scan by functools.reduce, torch.func for Jacobians, own clipping."""
from collections import OrderedDict
from functools import reduce

import torch
from torch import nn


class _Cell(nn.Module):
    gates = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        bound = 1 / hidden_size**0.5
        rows = self.gates * hidden_size
        for name, shape in OrderedDict(weight_ih=(rows, input_size), weight_hh=(rows, hidden_size), bias_ih=(rows,), bias_hh=(rows,)).items():
            self.register_parameter(name, nn.Parameter((2 * torch.rand(shape) - 1) * bound))

    def drives(self, x, h):
        """Both halves of the sums, (B, gates, H) each."""
        one = torch.einsum("bd,gd->bg", x, self.weight_ih).add(self.bias_ih)
        two = torch.einsum("bh,gh->bg", h, self.weight_hh).add(self.bias_hh)
        return one.unflatten(1, (self.gates, -1)), two.unflatten(1, (self.gates, -1))


class RNNCell(_Cell):
    def forward(self, x, state):
        return sum(self.drives(x, state)).squeeze(1).tanh()


class LSTMCell(_Cell):
    gates = 4

    def forward(self, x, state):
        h, c = state
        i, f, g, o = sum(self.drives(x, h)).unbind(1)
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        return [o.sigmoid() * c.tanh(), c]


class GRUCell(_Cell):
    gates = 3

    def forward(self, x, state):
        (r, z, n), (s, y, m) = (part.unbind(1) for part in self.drives(x, state))
        return torch.lerp((n + (r + s).sigmoid() * m).tanh(), state, (z + y).sigmoid())


def _visible(state):
    return state[0] if isinstance(state, (tuple, list)) else state


def unroll(cell, x, state=None):
    if state is None:
        zeros = torch.zeros(x.size(1), cell.hidden_size, dtype=x.dtype)
        state = (zeros, torch.zeros_like(zeros)) if isinstance(cell, LSTMCell) else zeros

    def go(done, x_t):
        outputs, now = done
        now = cell(x_t, now)
        outputs.append(_visible(now))
        return outputs, now

    outputs, state = reduce(go, x.unbind(0), ([], state))
    return torch.stack(outputs), tuple(state) if isinstance(state, list) else state


class LanguageModel(nn.Module):
    kinds = dict(rnn=RNNCell, lstm=LSTMCell, gru=GRUCell)

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        try:
            kind = self.kinds[cell]
        except KeyError:
            raise ValueError(cell) from None
        self.embedding, self.cell = nn.Embedding(vocab_size, embedding_size), kind(embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if kind is not RNNCell:
            rows = torch.arange(hidden_size, 2 * hidden_size)
            for bias in (self.cell.bias_ih, self.cell.bias_hh):
                bias.data[rows] = memory_bias / 2

    def forward(self, tokens):
        h = unroll(self.cell, self.embedding(tokens).movedim(1, 0))[0]
        return torch.einsum("tbh,vh->btv", h, self.output.weight) + self.output.bias


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam([{"params": [p]} for p in model.parameters()], lr=lr)
    losses = []
    for tokens, weights in batches:
        logs = model(tokens)[:, :-1].log_softmax(-1)
        picked = logs.gather(-1, tokens[:, 1:, None]).squeeze(-1)
        loss = -(weights * picked).sum().div(tokens.size(0))
        for p, grad in zip(model.parameters(), torch.autograd.grad(loss, [*model.parameters()])):
            p.grad = grad
        norm = torch.stack([p.grad.norm() for p in model.parameters()]).norm()
        if norm >= threshold:
            for p in model.parameters():
                p.grad = p.grad / norm * threshold
        optimizer.step()
        losses.append(loss.detach())
    for p in model.parameters():
        p.grad = None
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x, size = torch.randn(length, 1, cell.input_size), cell.hidden_size

    def step(x_t):
        def move(state):
            if isinstance(cell, LSTMCell):
                return torch.cat(cell(x_t, tuple(state[None].split(size, 1))), 1)[0]
            return cell(x_t, state[None])[0]
        return move

    moves = [*map(step, x)]
    states = reduce(lambda all_, move: [*all_, move(all_[-1]).detach()], moves, [torch.zeros(size * (1 + isinstance(cell, LSTMCell)))])
    factors = [torch.func.jacrev(move)(state).detach() for move, state in zip(moves, states)]
    products = reduce(lambda all_, factor: [*all_, all_[-1] @ factor], reversed(factors), [torch.eye(len(states[0]))])
    return [torch.linalg.svdvals(product[-size:, -size:])[0].item() for product in reversed(products)]


@torch.inference_mode()
def accuracy_by_distance(model, items):
    counts = {}
    for item in items:
        hits = counts.setdefault(item["distance"], [0, 0])
        logits = model(item["tokens"][None, :])[0][-1]
        hits[0] += bool(logits[item["target"]] == logits.max())
        hits[1] += 1
    return {key: torch.tensor(hit / n) for key, (hit, n) in counts.items()}


def error_by_attractors(model, items):
    table = {}
    with torch.no_grad():
        for item in items:
            last = model(item["tokens"].reshape(1, -1)).squeeze(0)[-1]
            table.setdefault((item["attractors"], item["plural"]), []).append(float(last[item["wrong"]] >= last[item["right"]]))
    means = {key: sum(v) / len(v) for key, v in table.items()}
    return {n: torch.tensor([rate for (m, _), rate in means.items() if m == n], dtype=torch.float64).mean().item() for n, _ in means}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for number, name in enumerate(by_model):
        xs, ys = zip(*sorted(by_model[name].items()))
        ax.plot(xs, ys, ("-", "--", "-.", ":")[number % 4], color=f"C{number % 10}", lw=1 + number // 10, label=name)
    ax.axhline(y=chance, linewidth=1, color="grey", zorder=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(title="models")
