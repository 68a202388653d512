# Stage 4 -- seminar group B, with prints
import math
import time

import matplotlib
import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

def _parameters(self, input_size, hidden_size, gates):
    self.input_size, self.hidden_size = input_size, hidden_size
    for name, *shape in (("bias_hh",), ("weight_ih", input_size), ("bias_ih",), ("weight_hh", hidden_size)):
        # each gate is drawn on its own
        blocks = [2 * torch.rand(hidden_size, *shape) - 1 for _ in range(gates)]
        setattr(self, name, nn.Parameter(torch.cat(blocks) / math.sqrt(hidden_size)))


def _pre(cell, x, h, gate):
    H = cell.hidden_size
    s = slice(gate * H, gate * H + H)
    return F.linear(x, cell.weight_ih[s], cell.bias_ih[s]), F.linear(h, cell.weight_hh[s], cell.bias_hh[s])


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        _parameters(self, input_size, hidden_size, 1)

    def forward(self, x, state):
        p, q = _pre(self, x, state, 0)
        return torch.tanh(p + q)


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        _parameters(self, input_size, hidden_size, 4)

    def forward(self, x, state):
        h, c = state
        i, f, g, o = (torch.add(*_pre(self, x, h, k)) for k in range(4))
        kept, written = torch.special.expit(f) * c, torch.special.expit(i) * torch.tanh(g)
        c = kept + written
        return tuple((torch.special.expit(o) * torch.tanh(c), c))


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        _parameters(self, input_size, hidden_size, 3)

    def forward(self, x, state):
        r = torch.special.expit(torch.add(*_pre(self, x, state, 0)))
        z = torch.special.expit(torch.add(*_pre(self, x, state, 1)))
        new, old = _pre(self, x, state, 2)
        n = torch.tanh(new + r * old)
        return torch.stack([(1 - z) * n, z * state]).sum(dim=0)


def unroll(cell, x, state=None):
    steps, batch, _ = x.size()
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        h = torch.zeros(batch, cell.hidden_size)
        c = torch.zeros(batch, cell.hidden_size)
    elif lstm:
        h, c = state
    else:
        h, c = state, None
    all_h = []
    t = 0
    while t < steps:
        if lstm:
            (h, c) = cell(x[t], (h, c))
        else:
            h = cell(x[t], h)
        all_h.append(h)
        t += 1
    if lstm:
        return torch.stack(all_h), (h, c)
    return torch.stack(all_h), h


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        try:
            cell_class = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}[cell]
        except KeyError as e:
            raise ValueError("unknown cell " + str(cell)) from e
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        nn.init.normal_(self.embedding.weight, std=0.5)          # smaller than torch's
        self.cell = cell_class(embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        if cell != "rnn":
            second = torch.zeros_like(self.cell.bias_ih, dtype=torch.bool)
            second[hidden_size:hidden_size + hidden_size] = True
            with torch.no_grad():
                self.cell.bias_hh.masked_fill_(second, memory_bias)
                self.cell.bias_ih.masked_fill_(second, 0)

    def forward(self, tokens):
        batch, steps = tokens.size()
        onehot = F.one_hot(tokens, self.embedding.num_embeddings).to(self.embedding.weight.dtype)
        words = onehot @ self.embedding.weight
        h, state = unroll(self.cell, words.permute(1, 0, 2))
        out = self.output(h.permute(1, 0, 2).reshape(batch * steps, -1))
        return out.reshape(batch, steps, -1)


def train(model, batches, lr, threshold):
    started = time.time()
    opt = torch.optim.Adam(model.parameters(), lr)
    losses = []
    for i, (tokens, weights) in enumerate(batches):
        for p in model.parameters():
            p.grad = None
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        logits = model(inputs)
        B, L, V = logits.size()
        logp = F.log_softmax(logits, dim=-1)
        nll = F.nll_loss(logp.reshape(-1, V), targets.reshape(-1), reduction="none").reshape(B, L)
        loss = torch.sum(nll * weights) / B
        loss.backward()
        everything = numpy.concatenate([p.grad.numpy().ravel() for p in model.parameters()]).astype(numpy.float64)
        norm = numpy.linalg.norm(everything)
        if norm >= threshold:
            for p in model.parameters():
                p.grad = p.grad * float(threshold / norm)
        opt.step()
        losses.append(loss.item())
        if i % 200 == 199:
            print("batch", i + 1, "loss", losses[-1], "norm", norm)
    for p in model.parameters():
        p.grad = None
    print("training took", round(time.time() - started, 1), "s, final loss", losses[-1] if losses else None)
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm = isinstance(cell, LSTMCell)
    H = cell.hidden_size
    # forwards: h and c after every step, without a graph
    hs = [torch.zeros(1, H)]
    cs = [torch.zeros(1, H)]
    for t in range(length):
        with torch.no_grad():
            if lstm:
                h, c = cell(x[t], (hs[-1], cs[-1]))
            else:
                h, c = cell(x[t], hs[-1]), cs[-1]
        hs.append(h)
        cs.append(c)
    # backwards: for each output row i, (dh, dc) are the derivatives of end[i] by h_k and c_k as two separate inputs
    norms = [1.0]
    dh = torch.zeros(H, H) if lstm else torch.eye(H)
    dc = torch.eye(H)
    for t in range(length - 1, -1, -1):
        h = hs[t].expand(H, H).clone().requires_grad_(True)          # one copy for each row
        c = cs[t].expand(H, H).clone().requires_grad_(True)
        xt = x[t].expand(H, -1)
        if lstm:
            h1, c1 = cell(xt, (h, c))
            dh, dc = torch.autograd.grad([h1, c1], [h, c], [dh, dc])
            norms.append(torch.linalg.matrix_norm(dc, ord=2).item())
        else:
            h1 = cell(xt, h)
            (dh,) = torch.autograd.grad(h1, h, dh)
            norms.append(torch.linalg.matrix_norm(dh, ord=2).item())
    norms.reverse()
    return torch.tensor(norms)


def logits_at_the_end(model, tokens):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(tokens.unsqueeze(0))[0, len(tokens) - 1]
    model.train(was_training)
    return logits


def accuracy_by_distance(model, items):
    counts = {}
    for item in items:
        logits = logits_at_the_end(model, item["tokens"])
        guess, target = logits.argmax(), torch.tensor(item["target"])
        right = (guess == target).float().mean().item()
        old_right, old_n = counts.get(item["distance"], (0.0, 0))
        counts[item["distance"]] = (old_right + right, old_n + 1)
    result = {}
    for d in sorted(counts, reverse=True):
        result[d] = counts[d][0] / counts[d][1]
    return result


def error_by_attractors(model, items):
    groups = {}
    for item in items:
        groups.setdefault(item["attractors"], []).append(item)
    result = {}
    for number, members in groups.items():
        rates = []
        for plural in (False, True):
            some = [m for m in members if bool(m["plural"]) == plural]
            if len(some) == 0:
                continue
            errors = 0
            for m in some:
                logits = logits_at_the_end(model, m["tokens"])
                if logits[m["right"]] <= logits[m["wrong"]]:
                    errors += 1
            rates.append(errors / len(some))
        result[number] = sum(rates) / len(rates)
        print(number, "attractors:", len(members), "items, error", result[number])
    return result


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    markers = ["o", "s", "^", "v", "*", "x"]
    cmap = matplotlib.colormaps["viridis"]
    for i, name in enumerate(by_model):
        x = sorted(by_model[name])
        y = [by_model[name][k] for k in x]
        ax.plot(x, y, color=cmap(i / max(1, len(by_model))), marker=markers[i % 6], label=name)
    ax.axhline(chance, label="_nolegend_", color="lightgray")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend(fontsize=8)
    lo, hi = ax.get_ylim()
    ax.set_ylim(min(lo, 0), max(hi, 1))
