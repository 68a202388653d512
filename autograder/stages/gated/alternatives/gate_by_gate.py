"""Stage 4, gate by gate as the equations are written, the sigmoid too; prints left in."""
import math
import torch
from torch import nn
from torch.nn import functional as F


def sigmoid(a):
    return 1 / (1 + torch.exp(-a))


class RNNCell(nn.Module):

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(hidden_size))
        stdv = 1.0 / math.sqrt(hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def forward(self, x, state):
        W_x, b_x = self.weight_ih, self.bias_ih
        W_h, b_h = self.weight_hh, self.bias_hh
        a = torch.matmul(x, W_x.t()) + b_x + torch.matmul(state, W_h.t()) + b_h
        h = torch.tanh(a)
        return h


class LSTMCell(nn.Module):

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(4 * hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(4 * hidden_size))
        stdv = 1.0 / math.sqrt(hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def gate(self, number, x, h):
        H = self.hidden_size
        rows = slice(number * H, (number + 1) * H)
        W, b = self.weight_ih[rows], self.bias_ih[rows]
        U, v = self.weight_hh[rows], self.bias_hh[rows]
        return torch.matmul(x, W.t()) + b + torch.matmul(h, U.t()) + v

    def forward(self, x, state):
        h = state[0]
        c = state[1]
        i = sigmoid(self.gate(0, x, h))
        f = sigmoid(self.gate(1, x, h))
        g = torch.tanh(self.gate(2, x, h))
        o = sigmoid(self.gate(3, x, h))
        c_new = f * c + i * g
        h_new = o * torch.tanh(c_new)
        return (h_new, c_new)


class GRUCell(nn.Module):

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.Tensor(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.Tensor(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.Tensor(3 * hidden_size))
        self.bias_hh = nn.Parameter(torch.Tensor(3 * hidden_size))
        stdv = 1.0 / math.sqrt(hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def forward(self, x, state):
        H = self.hidden_size
        h = state
        r = sigmoid(F.linear(x, self.weight_ih[0:H], self.bias_ih[0:H]) + F.linear(h, self.weight_hh[0:H], self.bias_hh[0:H]))
        z = sigmoid(F.linear(x, self.weight_ih[H:2 * H], self.bias_ih[H:2 * H])
                          + F.linear(h, self.weight_hh[H:2 * H], self.bias_hh[H:2 * H]))
        n = torch.tanh(F.linear(x, self.weight_ih[2 * H:], self.bias_ih[2 * H:])
                       + r * F.linear(h, self.weight_hh[2 * H:], self.bias_hh[2 * H:]))
        h = (1 - z) * n + z * h
        return h


def unroll(cell, x, state=None):
    T = x.shape[0]
    B = x.shape[1]
    H = cell.hidden_size
    if state is None:
        if isinstance(cell, LSTMCell):
            state = (torch.zeros(B, H), torch.zeros(B, H))
        else:
            state = torch.zeros(B, H)
    outputs = []
    for t in range(T):
        state = cell(x[t, :, :], state)
        if isinstance(cell, LSTMCell):
            h, c = state
        else:
            h = state
        outputs.append(h)
    outputs = torch.stack(outputs, 0)
    assert outputs.shape == (T, B, H)
    return outputs, state


class LanguageModel(nn.Module):

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        self.vocab_size = vocab_size
        self.name = cell
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        if cell == "rnn":
            self.cell = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            self.cell = LSTMCell(embedding_size, hidden_size)
            for i in range(hidden_size, 2 * hidden_size):
                self.cell.bias_ih.data[i] = memory_bias
                self.cell.bias_hh.data[i] = 0.0
        elif cell == "gru":
            self.cell = GRUCell(embedding_size, hidden_size)
            for i in range(hidden_size, 2 * hidden_size):
                self.cell.bias_ih.data[i] = memory_bias
                self.cell.bias_hh.data[i] = 0.0
        else:
            raise ValueError("cell must be rnn, lstm or gru")
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(self, tokens):
        B, T = tokens.shape
        x = self.embedding(tokens)            # (B, T, E)
        x = x.permute(1, 0, 2)                # (T, B, E)
        h, _ = unroll(self.cell, x)           # (T, B, H)
        logits = []
        for t in range(T):
            logits.append(self.output(h[t]))  # (B, V)
        return torch.stack(logits, 1)


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    step = 0
    for tokens, weights in batches:
        B, T = tokens.shape
        optimizer.zero_grad()
        logits = model(tokens)
        loss = 0.0
        for t in range(T - 1):
            ce = F.cross_entropy(logits[:, t], tokens[:, t + 1], reduction="none")
            loss = loss + (weights[:, t] * ce).sum()
        loss = loss / B
        loss.backward()
        # clipping
        total = 0.0
        for p in model.parameters():
            total += p.grad.double().pow(2).sum().item()
        norm = math.sqrt(total)
        if norm >= threshold:
            for p in model.parameters():
                p.grad.mul_(threshold / norm)
        optimizer.step()
        losses.append(loss.item())
        step += 1
        if step % 100 == 0:
            print(f"step {step}: loss {loss.item():.3f}, norm {norm:.3f}")
    optimizer.zero_grad()
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H = cell.hidden_size
    result = torch.zeros(length + 1)
    for k in range(length + 1):
        # run to k without a gradient, then from k to the end with one
        with torch.no_grad():
            h = torch.zeros(1, H)
            c = torch.zeros(1, H)
            for t in range(k):
                if isinstance(cell, LSTMCell):
                    h, c = cell(x[t], (h, c))
                else:
                    h = cell(x[t], h)
        start = (c if isinstance(cell, LSTMCell) else h).clone().requires_grad_(True)
        if isinstance(cell, LSTMCell):
            c = start
        else:
            h = start
        for t in range(k, length):
            if isinstance(cell, LSTMCell):
                h, c = cell(x[t], (h, c))
            else:
                h = cell(x[t], h)
        end = c if isinstance(cell, LSTMCell) else h
        J = torch.autograd.grad(end[0], start, torch.eye(H), is_grads_batched=True)[0][:, 0]
        result[k] = torch.linalg.svd(J)[1][0]
    return result


def accuracy_by_distance(model, items):
    distances = []
    for item in items:
        if item["distance"] not in distances:
            distances.append(item["distance"])
    accuracy = {}
    for distance in distances:
        right = 0
        total = 0
        for item in items:
            if item["distance"] != distance:
                continue
            with torch.no_grad():
                logits = model(item["tokens"].unsqueeze(0))
            best = torch.topk(logits[0, -1], 1).indices[0]
            if best == item["target"]:
                right += 1
            total += 1
        accuracy[distance] = right / total
    print(accuracy)
    return accuracy


def error_by_attractors(model, items):
    errors = {}
    for number in set(item["attractors"] for item in items):
        wrong = {"singular": 0, "plural": 0}
        total = {"singular": 0, "plural": 0}
        for item in items:
            if item["attractors"] == number:
                kind = "plural" if item["plural"] else "singular"
                with torch.no_grad():
                    logits = model(item["tokens"].unsqueeze(0))[0][-1]
                if logits[item["wrong"]].item() >= logits[item["right"]].item():
                    wrong[kind] += 1
                total[kind] += 1
        if total["singular"] == 0:
            errors[number] = wrong["plural"] / total["plural"]
        elif total["plural"] == 0:
            errors[number] = wrong["singular"] / total["singular"]
        else:
            errors[number] = (wrong["singular"] / total["singular"] + wrong["plural"] / total["plural"]) / 2
    return errors


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name in by_model:
        x = []
        y = []
        for key in sorted(by_model[name].keys()):
            x.append(key)
            y.append(by_model[name][key])
        ax.plot(x, y, "-o", label=name, linewidth=2)
    ax.axhline(chance, linestyle=":", color="red")
    ax.set_ylim(-0.05, 1.05)
    ax.set_xlabel(xlabel, fontsize=14)
    ax.set_ylabel(ylabel, fontsize=14)
    ax.grid(True)
    ax.legend()
