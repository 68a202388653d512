"""Right: input and state side by side, one product a step; Adam and clipping written out."""

from collections import Counter

import numpy as np
import torch
from torch import nn


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (hidden_size, input_size)), ("weight_hh", (hidden_size, hidden_size)),
                            ("bias_ih", (hidden_size,)), ("bias_hh", (hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        both = torch.cat([x, state], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)
        return torch.tanh(both @ weight.t() + (self.bias_ih + self.bias_hh))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (4 * hidden_size, input_size)), ("weight_hh", (4 * hidden_size, hidden_size)),
                            ("bias_ih", (4 * hidden_size,)), ("bias_hh", (4 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        h, c = state
        both = torch.cat([x, h], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)
        a = (both @ weight.t() + (self.bias_ih + self.bias_hh)).view(len(x), 4, -1)
        i, f, o = torch.sigmoid(a[:, 0]), torch.sigmoid(a[:, 1]), torch.sigmoid(a[:, 3])
        c = f * c + i * torch.tanh(a[:, 2])
        return o * torch.tanh(c), c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        for name, shape in (("weight_ih", (3 * hidden_size, input_size)), ("weight_hh", (3 * hidden_size, hidden_size)),
                            ("bias_ih", (3 * hidden_size,)), ("bias_hh", (3 * hidden_size,))):
            start = (2 * torch.rand(shape) - 1) / hidden_size ** 0.5
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x, state):
        H = self.hidden_size
        both = torch.cat([x, state], dim=1)
        weight = torch.cat([self.weight_ih, self.weight_hh], dim=1)[:2 * H]
        rz = torch.sigmoid(both @ weight.t() + (self.bias_ih + self.bias_hh)[:2 * H])
        n = torch.tanh(x @ self.weight_ih[2 * H:].t() + self.bias_ih[2 * H:]
                       + rz[:, :H] * (state @ self.weight_hh[2 * H:].t() + self.bias_hh[2 * H:]))
        return torch.lerp(n, state, rz[:, H:])


def unroll(cell, x, state=None):
    is_lstm = isinstance(cell, LSTMCell)
    if state is None:
        h = torch.zeros(x.size(1), cell.hidden_size, dtype=x.dtype, device=x.device)
        state = (h, h.clone()) if is_lstm else h
    hs = []
    for step in x.unbind(0):
        state = cell(step, state)
        hs.append((state[0] if is_lstm else state)[None])
    return torch.cat(hs, dim=0), state


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
    parameters = list(model.parameters())
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    losses = []
    for number, (tokens, weights) in enumerate(batches, start=1):
        log_p = torch.log_softmax(model(tokens[:, :-1]), dim=-1)
        picked = log_p.gather(2, tokens[:, 1:, None])[:, :, 0]
        loss = -(weights * picked).sum() / tokens.shape[0]
        grads = torch.autograd.grad(loss, parameters)
        norm = torch.sqrt(sum((g * g).sum() for g in grads))
        if norm >= threshold:
            grads = [threshold / norm * g for g in grads]
        with torch.no_grad():
            for p, g, m, v in zip(parameters, grads, first, second):
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p -= lr * (m / (1 - 0.9 ** number)) / ((v / (1 - 0.999 ** number)).sqrt() + 1e-8)
        losses.append(loss.item())
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    h = torch.zeros(1, cell.hidden_size)
    c = torch.zeros(1, cell.hidden_size)
    H, lstm = cell.hidden_size, isinstance(cell, LSTMCell)
    product = torch.eye(2 * H if lstm else H)
    one_step = []
    for x_t in x:
        if lstm:
            (hh, hc), (ch, cc) = torch.func.jacrev(lambda a, b, x_t=x_t: cell(x_t, (a, b)), argnums=(0, 1))(h, c)
            blocks = [[hh[0, :, 0], hc[0, :, 0]], [ch[0, :, 0], cc[0, :, 0]]]
            one_step.append(torch.cat([torch.cat(row, dim=1) for row in blocks]))
            h, c = cell(x_t, (h, c))
        else:
            one_step.append(torch.func.jacrev(lambda a, x_t=x_t: cell(x_t, a))(h)[0, :, 0])
            h = cell(x_t, h)
    norms = np.ones(length + 1)
    for k in range(length - 1, -1, -1):
        product = product @ one_step[k].detach()
        norms[k] = np.linalg.norm(product[-H:, -H:].numpy(), 2)
    return norms


@torch.no_grad()
def accuracy_by_distance(model, items):
    right, total = Counter(), Counter()
    for item in items:
        scores = torch.softmax(model(item["tokens"].reshape(1, -1))[0, -1], dim=0)
        total[item["distance"]] += 1
        right[item["distance"]] += int(scores[item["target"]] >= scores.max())
    return {d: right[d] / total[d] for d in sorted(total)}


@torch.no_grad()
def error_by_attractors(model, items):
    ends = torch.tensor([len(item["tokens"]) - 1 for item in items])
    words = nn.utils.rnn.pad_sequence([item["tokens"] for item in items], batch_first=True)
    last = model(words)[torch.arange(len(items)), ends]
    right, wrong = (last.gather(1, torch.tensor([[item[key]] for item in items]))[:, 0] for key in ("right", "wrong"))
    bad = (wrong >= right).double()
    count = torch.tensor([item["attractors"] for item in items])
    plural = torch.tensor([bool(item["plural"]) for item in items])
    errors = {}
    for n in count.unique().tolist():
        means = torch.stack([bad[(count == n) & (plural == p)].mean() for p in (True, False)])
        errors[n] = means.nanmean().item()
    return errors


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
