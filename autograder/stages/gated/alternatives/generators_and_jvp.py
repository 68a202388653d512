"""A generator runs the cell; dual numbers (forward-mode AD) give the reach, mixins make the parameters; statistics for means."""
import itertools
import statistics

import torch
import torch.autograd.forward_ad as fwAD
from torch import nn


class Weights:
    """A mixin that makes the parameters."""

    def make(self, D, H, n):
        self.input_size, self.hidden_size, self.n = D, H, n
        bound = 1 / H ** 0.5
        for name, size in (("weight_ih", (n * H, D)), ("weight_hh", (n * H, H)), ("bias_ih", (n * H,)), ("bias_hh", (n * H,))):
            with torch.no_grad():
                values = torch.lerp(torch.full(size, -bound), torch.full(size, bound), torch.rand(size))
            self.__setattr__(name, nn.Parameter(values))

    def parts(self, x, h):
        a = nn.functional.linear(x, self.weight_ih, self.bias_ih).view(-1, self.n, self.hidden_size)
        b = nn.functional.linear(h, self.weight_hh, self.bias_hh).view(-1, self.n, self.hidden_size)
        return a.swapaxes(0, 1), b.swapaxes(0, 1)


class RNNCell(Weights, nn.Module):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.make(input_size, hidden_size, 1)

    def forward(self, x, state):
        a, b = self.parts(x, state)
        return 2 * torch.sigmoid(2 * (a[0] + b[0])) - 1


class LSTMCell(Weights, nn.Module):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.make(input_size, hidden_size, 4)

    def forward(self, x, state):
        a, b = self.parts(x, state[0])
        i, f, g, o = a + b
        c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        return [o.sigmoid() * c.tanh(), c]


class GRUCell(Weights, nn.Module):
    def __init__(self, input_size, hidden_size):
        nn.Module.__init__(self)
        self.make(input_size, hidden_size, 3)

    def forward(self, x, state):
        a, b = self.parts(x, state)
        r, z = torch.sigmoid(a[:2] + b[:2])
        n = torch.tanh(a[2] + r * b[2])
        return n - z * n + z * state


def walk(cell, x, state):
    for x_t in x:
        state = cell(x_t, state)
        yield state


def unroll(cell, x, state=None):
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        state = [torch.zeros(x.shape[1], cell.hidden_size).to(x) for _ in range(2)] if lstm else torch.zeros(x.shape[1], cell.hidden_size).to(x)
    states = list(walk(cell, x, state))
    return torch.stack([s[0] for s in states] if lstm else states), states[-1]


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        build = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}.get(cell)
        if build is None:
            raise ValueError(repr(cell))
        self.cell = build(embedding_size, hidden_size)
        for bias, share in ((self.cell.bias_ih, 0.25), (self.cell.bias_hh, 0.75)):
            if cell != "rnn":
                with torch.no_grad():
                    bias.view(-1, hidden_size)[1] = share * memory_bias

    def forward(self, tokens):
        h, _ = unroll(self.cell, self.embedding(tokens).transpose(0, 1))
        return torch.stack([self.output(h_t) for h_t in h], dim=1)


def train(model, batches, lr, threshold):
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []
    for tokens, weights in batches:
        inputs, targets = tokens.narrow(1, 0, tokens.size(1) - 1), tokens.narrow(1, 1, tokens.size(1) - 1)
        per_word = nn.NLLLoss(reduction="none")(model(inputs).permute(0, 2, 1).log_softmax(1), targets)
        loss = torch.dot(per_word.flatten(), weights.flatten().to(per_word)) * (1 / tokens.size(0))
        loss.backward()
        with torch.no_grad():
            norm = torch.sqrt(sum(torch.sum(p.grad ** 2) for p in model.parameters()))
            if norm.item() >= threshold:
                torch._foreach_mul_([p.grad for p in model.parameters()], threshold / norm.item())
        optimizer.step()
        model.zero_grad()
        losses.append(loss.tolist())
    return losses


def gradient_reach(cell, length, seed):
    generator = torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size, generator=generator)
    lstm, H = isinstance(cell, LSTMCell), cell.hidden_size
    out = torch.ones(length + 1)
    with torch.no_grad():
        states = [[torch.zeros(1, H), torch.zeros(1, H)] if lstm else torch.zeros(1, H)]
        states += walk(cell, x, states[0])
        product = torch.eye(2 * H if lstm else H)[-H:]
        for t in range(length, 0, -1):
            columns = []
            with fwAD.dual_level():
                rows = 2 * H if lstm else H
                eye = torch.eye(rows)
                if lstm:
                    h = fwAD.make_dual(states[t - 1][0].expand(rows, H).clone(), eye[:, :H].clone())
                    c = fwAD.make_dual(states[t - 1][1].expand(rows, H).clone(), eye[:, H:].clone())
                    new = cell(x[t - 1].expand(rows, -1), (h, c))
                    J = torch.cat([fwAD.unpack_dual(v).tangent for v in new], 1).T
                else:
                    h = fwAD.make_dual(states[t - 1].expand(rows, H).clone(), eye)
                    J = fwAD.unpack_dual(cell(x[t - 1].expand(rows, -1), h)).tangent.T
            product = product @ J
            out[t - 1] = torch.linalg.svdvals(product[:, -H:])[0]
    return out


def answers(model, items):
    for item in items:
        with torch.no_grad():
            yield item, model(item["tokens"].unsqueeze(0)).squeeze(0)[-1].tolist()


def accuracy_by_distance(model, items):
    seen = {}
    for item, logits in answers(model, items):
        seen.setdefault(item["distance"], []).append(max(range(len(logits)), key=logits.__getitem__) == item["target"])
    return {d: statistics.fmean(v) for d, v in seen.items()}


def error_by_attractors(model, items):
    rows = sorted(((i["attractors"], i["plural"], not l[i["right"]] > l[i["wrong"]]) for i, l in answers(model, items)))
    rates = {(n, p): statistics.mean(int(r[2]) for r in g) for (n, p), g in itertools.groupby(rows, key=lambda r: r[:2])}
    return {n: statistics.mean(v for (m, _), v in rates.items() if m == n) for n, _ in rates}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    names = list(by_model)
    for name in names:
        keys, values = zip(*sorted(by_model[name].items(), key=lambda kv: kv[0]))
        ax.errorbar(keys, values, yerr=None, fmt="-s", label=name)
    ax.axhline(chance)
    ax.legend()
