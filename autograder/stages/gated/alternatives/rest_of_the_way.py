"""Right: each Jacobian taken from a state to the end, in one batch."""

import math
from collections import Counter

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        a = torch.einsum("bd,hd->bh", x, self.weight_ih) + torch.einsum("bk,hk->bh", state, self.weight_hh)
        return (a + self.bias_ih + self.bias_hh).tanh()


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(4 * hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        h, c = state
        H = self.hidden_size
        a = [torch.einsum("bd,hd->bh", x, self.weight_ih[k * H:(k + 1) * H]) + self.bias_ih[k * H:(k + 1) * H]
             + torch.einsum("bd,hd->bh", h, self.weight_hh[k * H:(k + 1) * H]) + self.bias_hh[k * H:(k + 1) * H]
             for k in range(4)]
        i, f, g, o = [torch.tanh(v) if k == 2 else torch.sigmoid(v) for k, v in enumerate(a)]
        c_t = f * c + i * g
        h_t = o * torch.tanh(c_t)
        return h_t, c_t


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.zeros(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(3 * hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(3 * hidden_size))
        self.input_size = input_size
        self.hidden_size = hidden_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    def forward(self, x, state):
        H = self.hidden_size
        def part(k):
            rows = slice(k * H, (k + 1) * H)
            return (torch.einsum("bd,hd->bh", x, self.weight_ih[rows]) + self.bias_ih[rows],
                    torch.einsum("bd,hd->bh", state, self.weight_hh[rows]) + self.bias_hh[rows])
        r, z = [torch.sigmoid(sum(part(k))) for k in (0, 1)]
        a, b = part(2)
        n = torch.tanh(a + r * b)
        return (1 - z).mul(n).add(z.mul(state))


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
        if cell == "rnn":
            self.cell = RNNCell(embedding_size, hidden_size)
        elif cell in ("lstm", "gru"):
            self.cell = (LSTMCell if cell == "lstm" else GRUCell)(embedding_size, hidden_size)
            start, end = hidden_size, 2 * hidden_size
            with torch.no_grad():
                self.cell.bias_ih[start:end].fill_(memory_bias)
                self.cell.bias_hh[start:end].zero_()
        else:
            raise ValueError(f"there is no cell {cell!r}")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        x = F.one_hot(tokens, self.embedding.num_embeddings).float() @ self.embedding.weight
        return torch.stack([self.output(h_t) for h_t in unroll(self.cell, x.transpose(1, 0))[0]], dim=1)


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


def accuracy_by_distance(model, items):
    lengths = torch.tensor([len(item["tokens"]) for item in items])
    padded = torch.zeros(len(items), int(lengths.max()), dtype=torch.long)
    for row, item in enumerate(items):
        padded[row, :lengths[row]] = item["tokens"]
    model.eval()
    with torch.no_grad():
        logits = model(padded)[torch.arange(len(items)), lengths - 1]
    hits = (logits.argmax(-1) == torch.tensor([item["target"] for item in items])).double()
    distances = torch.tensor([item["distance"] for item in items])
    return {int(d): hits[distances == d].mean().item() for d in distances.unique()}


def error_by_attractors(model, items):
    wrong, total = Counter(), Counter()
    for item in items:
        logits = model(item["tokens"].unsqueeze(0)).detach().numpy()[0, -1]
        key = item["attractors"], bool(item["plural"])
        total[key] += 1
        wrong[key] += logits[item["wrong"]] >= logits[item["right"]]
    return {n: float(np.mean([wrong[key] / total[key] for key in total if key[0] == n])) for n in {n for n, _ in total}}


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
