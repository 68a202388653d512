"""torch.func throughout: functional_call, grad_and_value, jacrev, vmap over the batch; named tuples as states inside."""
import math
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call, grad_and_value, jacrev, vmap
from torch.nn import functional as F
from torch.nn import init


class Pair(NamedTuple):
    h: torch.Tensor
    c: torch.Tensor


def parameters(module, rows, input_size, hidden_size):
    module.input_size, module.hidden_size = input_size, hidden_size
    for name, columns in (("weight_ih", input_size), ("weight_hh", hidden_size), ("bias_ih", None), ("bias_hh", None)):
        p = nn.Parameter(torch.empty(rows, columns) if columns is not None else torch.empty(rows))
        init.uniform_(p, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))
        setattr(module, name, p)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        parameters(self, hidden_size, input_size, hidden_size)

    def forward(self, x, state):
        def one(x, h):
            return torch.tanh(self.weight_ih @ x + self.bias_ih + self.weight_hh @ h + self.bias_hh)
        return vmap(one)(x, state)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        parameters(self, 4 * hidden_size, input_size, hidden_size)

    def forward(self, x, state):
        H = self.hidden_size

        def one(x, h, c):
            a = torch.mv(self.weight_ih, x) + torch.mv(self.weight_hh, h) + (self.bias_ih + self.bias_hh)
            c = torch.sigmoid(a[H:2 * H]) * c + torch.sigmoid(a[:H]) * torch.tanh(a[2 * H:3 * H])
            return torch.sigmoid(a[3 * H:]) * torch.tanh(c), c
        return Pair(*vmap(one)(x, *state))


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        parameters(self, 3 * hidden_size, input_size, hidden_size)

    def forward(self, x, state):
        def one(x, h):
            a, b = self.weight_ih @ x + self.bias_ih, self.weight_hh @ h + self.bias_hh
            (ar, az, an), (br, bz, bn) = a.chunk(3), b.chunk(3)
            z = torch.sigmoid(az + bz)
            return (1 - z) * torch.tanh(an + torch.sigmoid(ar + br) * bn) + z * h
        return vmap(one)(x, state)


def unroll(cell, x, state=None):
    if state is None:
        h = torch.zeros_like(x[0, :, :1]).repeat(1, cell.hidden_size)
        state = Pair(h, h) if isinstance(cell, LSTMCell) else h
    outs = []
    it = iter(x)
    while (x_t := next(it, None)) is not None:
        state = cell(x_t, state)
        outs += [state[0].unsqueeze(0) if isinstance(cell, LSTMCell) else state.unsqueeze(0)]
    return torch.concat(outs), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        match cell:
            case "rnn":
                self.cell = RNNCell(embedding_size, hidden_size)
            case "lstm" | "gru":
                self.cell = {"lstm": LSTMCell, "gru": GRUCell}[cell](embedding_size, hidden_size)
                with torch.no_grad():
                    total = self.cell.bias_ih[hidden_size:2 * hidden_size] + self.cell.bias_hh[hidden_size:2 * hidden_size]
                    self.cell.bias_ih.narrow(0, hidden_size, hidden_size).zero_()
                    self.cell.bias_hh.narrow(0, hidden_size, hidden_size).copy_(torch.full_like(total, memory_bias))
            case _:
                raise ValueError("cell: rnn, lstm or gru")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        h, _ = unroll(self.cell, F.embedding(tokens.T, self.embedding.weight))
        return F.linear(h, self.output.weight, self.output.bias).transpose(0, 1).contiguous()


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam([{"params": [p]} for p in model.parameters()], lr=lr)

    def loss_of(parameters, tokens, weights):
        logits = functional_call(model, parameters, (tokens[:, :-1],))
        nll = torch.logsumexp(logits, -1) - logits.gather(-1, tokens[:, 1:].unsqueeze(-1)).squeeze(-1)
        return (nll * weights).sum(1).mean()
    losses = []
    for tokens, weights in batches:
        named = {n: p.detach() for n, p in model.named_parameters()}
        grads, loss = grad_and_value(loss_of)(named, tokens, weights)
        norm = math.hypot(*(torch.linalg.vector_norm(g).item() for g in grads.values()))
        for n, p in model.named_parameters():
            p.grad = grads[n] * (threshold / norm) if norm >= threshold else grads[n]
        optimizer.step()
        losses.append(loss.item())
    model.zero_grad()
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    p = {n: v.detach() for n, v in cell.named_parameters()}
    lstm, H = isinstance(cell, LSTMCell), cell.hidden_size

    def step(s, x_t):
        out = functional_call(cell, p, (x_t[None], (s[None, :H], s[None, H:]) if lstm else s[None]))
        return torch.cat([v[0] for v in out]) if lstm else out[0]
    states = [torch.zeros(H + H * lstm)]
    with torch.no_grad():
        for x_t in x[:, 0]:
            states.append(step(states[-1], x_t))
    J = vmap(jacrev(step))(torch.stack(states[:-1]), x[:, 0]).detach().double()
    total = torch.eye(len(states[0]), dtype=torch.double)
    norms = [1.0]
    for A in J.flip(0):
        total = total @ A
        norms.append(torch.linalg.svdvals(total[-H:, -H:])[0].item())
    return torch.tensor(norms[::-1])


def accuracy_by_distance(model, items):
    with torch.no_grad():
        hits = [(item["distance"], model(item["tokens"].reshape(1, -1))[:, -1].argmax(dim=1).eq(item["target"])) for item in items]
    return {d: torch.cat([hit for e, hit in hits if e == d]).float().mean().item() for d in sorted({d for d, _ in hits})}


def error_by_attractors(model, items):
    rates = {}
    with torch.no_grad():
        for item in items:
            scores = model(item["tokens"].view(1, -1)).squeeze(0)[-1]
            wrong = (scores[item["wrong"]] - scores[item["right"]] >= 0).float()
            rates.setdefault(item["attractors"], {}).setdefault(item["plural"], []).append(wrong)
    return {n: torch.stack([torch.stack(v).mean() for v in kinds.values()]).mean().item() for n, kinds in rates.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    import matplotlib
    cmap = matplotlib.colormaps["hsv"]
    for i, (name, values) in enumerate(by_model.items()):
        x, y = torch.tensor(sorted(values.items()), dtype=torch.double).T
        ax.plot(x, y, color=cmap(i / len(by_model)), label=name)
    ax.axhline(chance, ls="--", c="k", zorder=0)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(title="model")
