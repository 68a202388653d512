"""Stage 4: einsum for all products, everything in padded batches, tensors for counting; figure legend."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def affine(W, b, x):
    return torch.einsum("gd,...d->...g", W, x) + b


def parameters_for(module, gates, D, H):
    root = H ** 0.5
    # weights and biases come from one long draw
    sizes = [(gates * H, D), (gates * H, H), (gates * H,), (gates * H,)]
    draw = (torch.rand(sum(int(np.prod(s)) for s in sizes)) * 2 - 1) / root
    pieces = draw.split([int(np.prod(s)) for s in sizes])
    for name, piece, size in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), pieces, sizes):
        module.register_parameter(name, nn.Parameter(piece.clone().view(size)))


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        parameters_for(self, 1, input_size, hidden_size)

    def forward(self, x, state):
        return torch.tanh(affine(self.weight_ih, self.bias_ih, x) + affine(self.weight_hh, self.bias_hh, state))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        parameters_for(self, 4, input_size, hidden_size)

    def forward(self, x, state):
        h, c = state
        a = affine(self.weight_ih, self.bias_ih, x) + affine(self.weight_hh, self.bias_hh, h)
        a = a.unflatten(-1, (4, self.hidden_size))
        i, f, o = (torch.sigmoid(a[..., k, :]) for k in (0, 1, 3))
        c_new = torch.addcmul(f * c, i, torch.tanh(a[..., 2, :]))
        return o * torch.tanh(c_new), c_new


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        parameters_for(self, 3, input_size, hidden_size)

    def forward(self, x, state):
        H = self.hidden_size
        gx, gh = affine(self.weight_ih, self.bias_ih, x), affine(self.weight_hh, self.bias_hh, state)
        rz = torch.sigmoid(gx[..., :2 * H] + gh[..., :2 * H])
        r, z = rz[..., :H], rz[..., H:]
        n = torch.tanh(gx[..., 2 * H:] + r * gh[..., 2 * H:])
        return n + z * (state - n)


def unroll(cell, x, state=None):
    T, B, _ = x.shape
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        state = torch.zeros(B, cell.hidden_size, dtype=x.dtype)
        state = (state, state) if lstm else state
    rows = []
    for x_t in x.unbind(0):
        state = cell(x_t, state)
        rows.append((state[0] if lstm else state).unsqueeze(0))
    return torch.cat(rows), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        if cell == "rnn":
            made = RNNCell(embedding_size, hidden_size)
        elif cell == "lstm":
            made = LSTMCell(embedding_size, hidden_size)
        elif cell == "gru":
            made = GRUCell(embedding_size, hidden_size)
        else:
            raise ValueError(cell)
        if cell in ("lstm", "gru"):
            H = hidden_size
            # what the other bias is drawn as, this one makes up for
            made.bias_ih.data[H:2 * H] = memory_bias - made.bias_hh.data[H:2 * H]
        self.output = nn.Linear(hidden_size, vocab_size, bias=True)
        self.cell = made
        self.embedding = nn.Embedding(vocab_size, embedding_size)

    def forward(self, tokens):
        h, _ = unroll(self.cell, torch.einsum("bte->tbe", self.embedding(tokens)))
        return torch.einsum("tbh,vh->btv", h, self.output.weight) + self.output.bias


def train(model, batches, lr, threshold):
    ps = [p for p in model.parameters() if p.requires_grad]
    adam = torch.optim.Adam(ps, lr)
    out = []
    for tokens, weights in batches:
        logits = model(tokens)[:, :-1, :]
        B, n, V = logits.shape
        ce = F.cross_entropy(logits.reshape(B * n, V), tokens[:, 1:].reshape(B * n), reduction="none").view(B, n)
        loss = torch.einsum("bt,bt->", ce, weights.to(ce.dtype)) / B
        grads = torch.autograd.grad(loss, ps)
        flat = torch.cat([g.flatten() for g in grads])
        norm = flat.double().norm()
        factor = threshold / norm if norm >= threshold else torch.ones(())
        for p, g in zip(ps, grads):
            p.grad = (g * factor).to(g.dtype)
        adam.step()
        out.append(loss.item())
    for p in model.parameters():
        p.grad = None
    return out


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H = cell.hidden_size
    if not isinstance(cell, LSTMCell):
        with torch.no_grad():
            states = [torch.zeros(1, H)]
            for row in x:
                states.append(cell(row, states[-1]))
        J, out = torch.eye(H), [torch.eye(H)]
        for row, state in zip(reversed(x), reversed(states[:-1])):
            step = torch.autograd.functional.jacobian(lambda s: cell(row, s)[0], state)[:, 0]
            J = J @ step
            out.append(J)
    else:
        with torch.no_grad():
            states = [(torch.zeros(1, H), torch.zeros(1, H))]
            for row in x:
                states.append(cell(row, states[-1]))
        # the state (h, c) is one vector of 2H; what reaches c_T from it is J (H, 2H), and its right half is dc_T/dc_k
        J, out = torch.cat([torch.zeros(H, H), torch.eye(H)], dim=1), [torch.eye(H)]
        for row, (h, c) in zip(reversed(x), reversed(states[:-1])):
            step = torch.autograd.functional.jacobian(
                lambda s: torch.cat(cell(row, (s[:, :H], s[:, H:])), dim=1)[0], torch.cat([h, c], dim=1))[:, 0]
            J = J @ step
            out.append(J[:, H:])
    return torch.stack([torch.linalg.svdvals(M).max() for M in reversed(out)]).detach()


def last_logits(model, items):
    lengths = torch.tensor([len(item["tokens"]) for item in items])
    tokens = torch.zeros(len(items), int(lengths.max()), dtype=torch.int64)
    for row, item in zip(tokens, items):
        row[: len(item["tokens"])] = item["tokens"]
    with torch.no_grad():
        return model(tokens)[torch.arange(len(items)), lengths - 1]


def accuracy_by_distance(model, items):
    if not items:
        return {}
    guess = last_logits(model, items).argmax(dim=-1)
    target = torch.tensor([item["target"] for item in items])
    distance = torch.tensor([item["distance"] for item in items])
    return {d: (guess[distance == d] == target[distance == d]).float().mean().item() for d in distance.unique().tolist()}


def error_by_attractors(model, items):
    if not items:
        return {}
    logits = last_logits(model, items)
    rows = torch.arange(len(items))
    right, wrong = (torch.tensor([item[k] for item in items]) for k in ("right", "wrong"))
    bad = (logits[rows, wrong] >= logits[rows, right]).double()
    attractors = torch.tensor([item["attractors"] for item in items])
    plural = torch.tensor([bool(item["plural"]) for item in items])
    result = {}
    for a in attractors.unique().tolist():
        here = attractors == a
        rates = [bad[here & kind].mean() for kind in (plural, ~plural) if (here & kind).any()]
        result[a] = torch.stack(rates).mean().item()
    return result


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    lines = []
    for name, curve in by_model.items():
        xs = np.array(sorted(curve))
        lines += ax.plot(xs, np.array([curve[x] for x in xs.tolist()]), marker="s")
    ax.axhline(y=chance, color="0.3", ls=":")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.figure.legend(lines, list(by_model))
