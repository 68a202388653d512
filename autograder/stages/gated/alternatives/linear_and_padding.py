"""Right: F.linear in the cells, outputs written into one tensor, stories padded into one batch."""

import math

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
        return torch.tanh(F.linear(x, self.weight_ih, self.bias_ih) + F.linear(state, self.weight_hh, self.bias_hh))


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
        gates = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = torch.split(gates, self.hidden_size, dim=1)
        c_new = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c_new.tanh(), c_new


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
        gi = F.linear(x, self.weight_ih, self.bias_ih)
        gh = F.linear(state, self.weight_hh, self.bias_hh)
        H = self.hidden_size
        r = torch.sigmoid(gi[:, :H] + gh[:, :H])
        z = torch.sigmoid(gi[:, H:2 * H] + gh[:, H:2 * H])
        n = torch.tanh(gi[:, 2 * H:] + r * gh[:, 2 * H:])
        return n + z * (state - n)


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
        self.embed = nn.Embedding(vocab_size, embedding_size)
        if cell == "rnn":
            self.rnn = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            self.rnn = LSTMCell(embedding_size, hidden_size)
        elif cell == "gru":
            self.rnn = GRUCell(embedding_size, hidden_size)
        else:
            raise ValueError("cell must be rnn, lstm or gru")
        if cell in ("lstm", "gru"):
            for bias in (self.rnn.bias_ih, self.rnn.bias_hh):
                nn.init.constant_(bias[hidden_size:2 * hidden_size], memory_bias / 2)
        self.decode = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        outputs, _ = unroll(self.rnn, self.embed(tokens.t()))
        return self.decode(outputs).permute(1, 0, 2)


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
    lstm = isinstance(cell, LSTMCell)
    zero = torch.zeros(1, cell.hidden_size)
    states = [(zero, zero) if lstm else zero]
    with torch.no_grad():
        for x_t in x:
            states.append(cell(x_t, states[-1]))
    norms = []
    for k in range(length + 1):
        start = states[k][1] if lstm else states[k]

        def end(memory, k=k):
            state = (states[k][0], memory) if lstm else memory
            for x_t in x[k:]:
                state = cell(x_t, state)
            return state[1] if lstm else state

        jacobian = torch.autograd.functional.jacobian(end, start)[0, :, 0]
        norms.append(torch.linalg.norm(jacobian, ord=2).item())
    return torch.tensor(norms)


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
    for name in by_model:
        points = sorted(by_model[name].items())
        ax.plot([x for x, _ in points], [y for _, y in points], "o-", label=name)
    ax.axline((0, chance), slope=0, color="grey", ls=":")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="best")
