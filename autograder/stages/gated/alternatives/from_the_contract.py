"""Right, written from the contract of the stage alone."""

import torch
import torch.nn as nn


def _parameters(module, gates, input_size, hidden_size):
    k = 1.0 / hidden_size ** 0.5
    module.weight_ih = nn.Parameter(torch.empty(gates * hidden_size, input_size))
    module.weight_hh = nn.Parameter(torch.empty(gates * hidden_size, hidden_size))
    module.bias_ih = nn.Parameter(torch.empty(gates * hidden_size))
    module.bias_hh = nn.Parameter(torch.empty(gates * hidden_size))
    for p in module.parameters():
        p.data.uniform_(-k, k)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        _parameters(self, 1, input_size, hidden_size)

    def forward(self, x, state):
        return torch.tanh(x.matmul(self.weight_ih.t()) + self.bias_ih + state.matmul(self.weight_hh.t()) + self.bias_hh)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        _parameters(self, 4, input_size, hidden_size)

    def forward(self, x, state):
        h, c = state
        H = self.hidden_size
        a = x.matmul(self.weight_ih.t()) + self.bias_ih + h.matmul(self.weight_hh.t()) + self.bias_hh
        i = torch.sigmoid(a[:, 0:H])
        f = torch.sigmoid(a[:, H:2 * H])
        g = torch.tanh(a[:, 2 * H:3 * H])
        o = torch.sigmoid(a[:, 3 * H:4 * H])
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        _parameters(self, 3, input_size, hidden_size)

    def forward(self, x, state):
        H = self.hidden_size
        a = x.matmul(self.weight_ih.t()) + self.bias_ih
        b = state.matmul(self.weight_hh.t()) + self.bias_hh
        r = torch.sigmoid(a[:, :H] + b[:, :H])
        z = torch.sigmoid(a[:, H:2 * H] + b[:, H:2 * H])
        n = torch.tanh(a[:, 2 * H:] + r * b[:, 2 * H:])
        return (1 - z) * n + z * state


def unroll(cell, x, state=None):
    T, B, _ = x.shape
    if state is None:
        if cell.weight_ih.shape[0] == 4 * cell.weight_hh.shape[1]:
            state = (torch.zeros(B, cell.weight_hh.shape[1]), torch.zeros(B, cell.weight_hh.shape[1]))
        else:
            state = torch.zeros(B, cell.weight_hh.shape[1])
    outputs = []
    for t in range(T):
        state = cell(x[t], state)
        if isinstance(state, tuple):
            outputs.append(state[0])
        else:
            outputs.append(state)
    return torch.stack(outputs, dim=0), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, embedding_size)
        if cell == "rnn":
            self.cell = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            self.cell = LSTMCell(embedding_size, hidden_size)
        elif cell == "gru":
            self.cell = GRUCell(embedding_size, hidden_size)
        else:
            raise ValueError("cell must be one of rnn, lstm, gru")
        if cell in ["lstm", "gru"]:
            self.cell.bias_ih.data[hidden_size:2 * hidden_size] = memory_bias
            self.cell.bias_hh.data[hidden_size:2 * hidden_size] = 0
        self.fc = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        x = self.emb(tokens).transpose(0, 1)
        out, _ = unroll(self.cell, x)
        return self.fc(out.transpose(0, 1))


def train(model, batches, lr, threshold):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    ce = nn.CrossEntropyLoss(reduction="none")
    losses = []
    for tokens, weights in batches:
        opt.zero_grad()
        B, T = tokens.shape
        logits = model(tokens)
        entropy = ce(logits[:, :-1].reshape(B * (T - 1), -1), tokens[:, 1:].reshape(-1)).reshape(B, T - 1)
        loss = (entropy * weights).sum() / B
        loss.backward()
        norm = sum(p.grad.pow(2).sum() for p in model.parameters()) ** 0.5
        if norm >= threshold:
            for p in model.parameters():
                p.grad = p.grad * (threshold / norm)
        opt.step()
        losses.append(loss.item())
    opt.zero_grad()
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.weight_ih.shape[1])
    H = cell.weight_hh.shape[1]
    lstm = cell.weight_hh.shape[0] == 4 * H
    h = torch.zeros(1, H)
    c = torch.zeros(1, H)
    hs, cs = [h], [c]
    for t in range(length):
        if lstm:
            h, c = cell(x[t], (h, c))
        else:
            h = cell(x[t], h)
        h, c = h.detach(), c.detach()
        hs.append(h)
        cs.append(c)
    norms = torch.zeros(length + 1)
    for k in range(length + 1):
        v = (cs[k] if lstm else hs[k]).clone().requires_grad_(True)
        s = (hs[k], v) if lstm else v
        for t in range(k, length):
            s = cell(x[t], s)
        end = s[1] if lstm else s
        J = torch.zeros(H, H)
        for i in range(H):
            J[i] = torch.autograd.grad(end[0, i], v, retain_graph=True)[0][0]
        norms[k] = torch.linalg.matrix_norm(J, 2)
    return norms


def accuracy_by_distance(model, items):
    right, count = {}, {}
    for item in items:
        d = item["distance"]
        with torch.no_grad():
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
        right[d] = right.get(d, 0) + (logits.argmax().item() == item["target"])
        count[d] = count.get(d, 0) + 1
    return {d: right[d] / count[d] for d in count}


def error_by_attractors(model, items):
    errors = {}
    for item in items:
        with torch.no_grad():
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
        e = float(logits[item["wrong"]] >= logits[item["right"]])
        errors.setdefault(item["attractors"], {True: [], False: []})[bool(item["plural"])].append(e)
    out = {}
    for n, groups in errors.items():
        rates = [sum(g) / len(g) for g in groups.values() if g]
        out[n] = sum(rates) / len(rates)
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ys = [curve[x] for x in xs]
        ax.plot(xs, ys, marker="o", label=name)
    ax.axhline(chance, linestyle="--", color="gray", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
