"""Cells compute in double and give back the dtype they got; unroll is recursive in halves; evaluation by tensors and scatter."""
import torch
from torch import nn
from torch.nn import functional as F


def gates(cell, x, h):
    kind = x.dtype
    up = lambda v: v.to(torch.float64)
    return (up(x) @ up(cell.weight_ih).T + up(cell.bias_ih)), (up(h) @ up(cell.weight_hh).T + up(cell.bias_hh)), kind


class RNNCell(nn.Module):
    rows = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        n, bound = self.rows * hidden_size, hidden_size ** -0.5
        self.weight_ih = nn.Parameter(torch.zeros(n, input_size).uniform_(-bound, bound))
        self.weight_hh = nn.Parameter(torch.zeros(n, hidden_size).uniform_(-bound, bound))
        self.bias_ih = nn.Parameter(torch.zeros(n).uniform_(-bound, bound))
        self.bias_hh = nn.Parameter(torch.zeros(n).uniform_(-bound, bound))

    def forward(self, x, state):
        a, b, kind = gates(self, x, state)
        return torch.tanh(a + b).to(kind)


class GRUCell(RNNCell):
    rows = 3

    def forward(self, x, state):
        a, b, kind = gates(self, x, state)
        H = self.hidden_size
        r, z = (a[:, :2 * H] + b[:, :2 * H]).sigmoid().hsplit(2)
        n = (a[:, 2 * H:] + r * b[:, 2 * H:]).tanh()
        return ((1 - z) * n + z * state.double()).to(kind)


class LSTMCell(RNNCell):
    rows = 4

    def forward(self, x, state):
        h, c = state
        a, b, kind = gates(self, x, h)
        i, f, g, o = (a + b).hsplit(4)
        c = torch.sigmoid(f) * c.double() + torch.sigmoid(i) * torch.tanh(g)
        return (torch.sigmoid(o) * torch.tanh(c)).to(kind), c.to(kind)


def unroll(cell, x, state=None):
    if state is None:
        zero = x.new_zeros((x.shape[1], cell.hidden_size))
        state = (zero, zero) if isinstance(cell, LSTMCell) else zero
    T = len(x)
    if T == 1:
        state = cell(x[0], state)
        return (state[0] if isinstance(cell, LSTMCell) else state)[None], state
    left, state = unroll(cell, x[:T // 2], state)
    right, state = unroll(cell, x[T // 2:], state)
    return torch.cat((left, right)), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        if cell == "rnn":
            self.cell = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            self.cell = LSTMCell(embedding_size, hidden_size)
        elif cell == "gru":
            self.cell = GRUCell(embedding_size, hidden_size)
        else:
            raise ValueError("cell must be rnn, lstm or gru")
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell in ("lstm", "gru"):
            H = hidden_size
            nn.init.constant_(self.cell.bias_ih[H:2 * H], memory_bias)
            nn.init.zeros_(self.cell.bias_hh[H:2 * H])

    def forward(self, tokens):
        x = self.embedding.weight[tokens].permute(1, 0, 2)
        return self.output(unroll(self.cell, x)[0].permute(1, 0, 2))


def train(model, batches, lr, threshold):
    losses = []
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for tokens, weights in batches:
        optimizer.zero_grad()
        logits = model(tokens)[:, :-1]
        target = F.one_hot(tokens[:, 1:], logits.shape[-1])
        loss = -torch.sum(weights.unsqueeze(-1) * target * F.log_softmax(logits, dim=-1)) / len(tokens)
        loss.backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=threshold, norm_type=2.0, error_if_nonfinite=False)
        optimizer.step()
        losses.append(loss.detach().numpy().item())
    for p in model.parameters():
        p.grad = None
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm, H = isinstance(cell, LSTMCell), cell.hidden_size
    norms = torch.ones(length + 1)
    zero = torch.zeros(1, H)
    states = [(zero, zero) if lstm else zero]
    with torch.no_grad():
        for x_t in x:
            states.append(cell(x_t, states[-1]))
    J = torch.eye(2 * H if lstm else H)[-H:]
    for t in range(length, 0, -1):
        old = states[t - 1]
        if lstm:
            blocks = torch.autograd.functional.jacobian(lambda h, c: cell(x[t - 1], (h, c)), old)
            A = torch.cat([torch.cat([b[0, :, 0, :] for b in row], dim=1) for row in blocks], dim=0)
        else:
            A = torch.autograd.functional.jacobian(lambda h: cell(x[t - 1], h), old)[0, :, 0, :]
        J = J @ A
        norms[t - 1] = torch.linalg.matrix_norm(J[:, -H:], 2)
    return norms


def last(model, item):
    with torch.no_grad():
        return model(item["tokens"][None])[0][-1]


def accuracy_by_distance(model, items):
    distances = torch.tensor([item["distance"] for item in items])
    right = torch.tensor([float(torch.all(last(model, item) <= last(model, item)[item["target"]])) for item in items])
    keys, index = distances.unique(return_inverse=True)
    sums = torch.zeros(len(keys)).scatter_add(0, index, right)
    return dict(zip(keys.tolist(), (sums / index.bincount()).tolist()))


def error_by_attractors(model, items):
    out = {}
    for n in {item["attractors"] for item in items}:
        rates = []
        for plural in (False, True):
            some = [item for item in items if item["attractors"] == n and item["plural"] is plural]
            if some:
                rates.append(sum(float(last(model, i)[i["wrong"]] >= last(model, i)[i["right"]]) for i in some) / len(some))
        out[n] = sum(rates) / len(rates)
    return out


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    from cycler import cycler
    ax.set_prop_cycle(cycler(linestyle=["-", "--", ":", "-."]) * cycler(color="rgbcmyk"))
    for name, values in by_model.items():
        ax.plot(sorted(values), [values[k] for k in sorted(values)], label=name)
    ax.axhline(chance, color="lightgray", linestyle=(0, (5, 10)), label=f"chance ({chance:.2g})")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(ncols=2)
