"""Stage 4 with torch.func: jacrev and vmap for the reach, functional_call and grad_and_value for training."""

import torch
from torch import nn
from torch.func import functional_call, grad_and_value, jacrev, vmap
from torch.nn import functional as F


def _uniform(H):
    return lambda *shape: nn.Parameter((torch.rand(*shape) - 0.5) * 2 * H ** -0.5)


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        make = _uniform(hidden_size)
        self.bias_ih, self.bias_hh = make(hidden_size), make(hidden_size)
        self.weight_hh = make(hidden_size, hidden_size)
        self.weight_ih = make(hidden_size, input_size)

    def forward(self, x, state):
        return torch.tanh(F.linear(torch.cat([x, state], dim=-1), torch.cat([self.weight_ih, self.weight_hh], dim=1),
                                   self.bias_ih + self.bias_hh))


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        make = _uniform(hidden_size)
        self.bias_ih, self.bias_hh = make(4 * hidden_size), make(4 * hidden_size)
        self.weight_hh = make(4 * hidden_size, hidden_size)
        self.weight_ih = make(4 * hidden_size, input_size)

    def forward(self, x, state):
        h, c = state
        gates = F.linear(torch.cat([x, h], dim=-1), torch.cat([self.weight_ih, self.weight_hh], dim=1),
                         self.bias_ih + self.bias_hh)
        i, f, g, o = gates.tensor_split(4, dim=-1)
        c_t = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h_t = torch.sigmoid(o) * torch.tanh(c_t)
        return h_t, c_t


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        make = _uniform(hidden_size)
        self.bias_ih, self.bias_hh = make(3 * hidden_size), make(3 * hidden_size)
        self.weight_hh = make(3 * hidden_size, hidden_size)
        self.weight_ih = make(3 * hidden_size, input_size)

    def forward(self, x, state):
        a = F.linear(x, self.weight_ih, self.bias_ih).tensor_split(3, dim=-1)
        u = F.linear(state, self.weight_hh, self.bias_hh).tensor_split(3, dim=-1)
        r, z = torch.sigmoid(a[0] + u[0]), torch.sigmoid(a[1] + u[1])
        return (1 - z) * torch.tanh(a[2] + r * u[2]) + z * state


def _visible(state):
    return state[0] if isinstance(state, tuple) else state


def unroll(cell, x, state=None):
    if state is None:
        state = torch.zeros(x.shape[1], cell.hidden_size, dtype=x.dtype, device=x.device)
        if isinstance(cell, LSTMCell):
            state = (state, torch.zeros_like(state))
    seen = []
    for t in range(len(x)):
        state = cell(x[t], state)
        seen.append(_visible(state))
    return torch.stack(seen), state


class LanguageModel(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        match cell:
            case "rnn":
                self.cell = RNNCell(embedding_size, hidden_size)
            case "lstm":
                self.cell = LSTMCell(embedding_size, hidden_size)
            case "gru":
                self.cell = GRUCell(embedding_size, hidden_size)
            case _:
                raise ValueError(f"no cell is called {cell!r}")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell in ("lstm", "gru"):
            place = slice(hidden_size, 2 * hidden_size)
            nn.init.zeros_(self.cell.bias_ih[place])
            nn.init.constant_(self.cell.bias_hh[place], memory_bias)

    def forward(self, tokens):
        hidden = unroll(self.cell, self.embedding(tokens).movedim(1, 0))[0]
        return self.output(hidden).movedim(0, 1)


def train(model, batches, lr, threshold):
    parameters = dict(model.named_parameters())
    adam = torch.optim.Adam(parameters.values(), lr=lr)

    def batch_loss(values, tokens, weights):
        logits = functional_call(model, values, (tokens,))[:, :-1]
        each = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), reduction="none")
        return (each * weights.flatten()).sum() / tokens.shape[0]

    losses = []
    for tokens, weights in batches:
        values = {name: p.detach() for name, p in parameters.items()}
        grads, loss = grad_and_value(batch_loss)(values, tokens, weights)
        norm = torch.linalg.vector_norm(torch.cat([g.double().flatten() for g in grads.values()]))
        scale = 1.0 if norm < threshold else (threshold / norm).item()
        for name, p in parameters.items():
            p.grad = grads[name] * scale
        adam.step()
        losses.append(loss.item())
    for p in parameters.values():
        p.grad = None
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    h = torch.zeros(cell.hidden_size)
    lstm = isinstance(cell, LSTMCell)

    def step(x_t, h, c):
        if lstm:
            new_h, new_c = cell(x_t, (h[None], c[None]))
            return new_h[0], new_c[0]
        return cell(x_t, h[None])[0], c

    c = torch.zeros_like(h)
    hs, cs = [h], [c]
    with torch.no_grad():
        for x_t in x:
            h, c = step(x_t, h, c)
            hs.append(h)
            cs.append(c)
    hs, cs = torch.stack(hs[:-1]), torch.stack(cs[:-1])
    # all one-step Jacobians at once: (length, H, H) each
    (hh, hc), (ch, cc) = vmap(jacrev(step, argnums=(1, 2)))(x, hs, cs)
    eye, zero = torch.eye(cell.hidden_size), torch.zeros(cell.hidden_size, cell.hidden_size)
    # row of blocks (d end / d h_k, d end / d c_k), from the end to the start
    left, right = (zero, eye) if lstm else (eye, zero)
    blocks = [right if lstm else left]
    for t in reversed(range(length)):
        left, right = left @ hh[t] + right @ ch[t], left @ hc[t] + right @ cc[t]
        blocks.append(right if lstm else left)
    return torch.linalg.matrix_norm(torch.stack(blocks[::-1]), ord=2).detach()


def accuracy_by_distance(model, items):
    hits = {}
    with torch.inference_mode():
        for item in items:
            logits = model(item["tokens"].reshape(1, -1))[0, -1]
            hits.setdefault(item["distance"], []).append(torch.argmax(logits) == item["target"])
    return {distance: torch.stack(h).float().mean().item() for distance, h in hits.items()}


def error_by_attractors(model, items):
    wrong = {}
    with torch.inference_mode():
        for item in items:
            logits = model(item["tokens"].reshape(1, -1))[0, -1]
            margin = logits[item["right"]] - logits[item["wrong"]]
            wrong.setdefault(item["attractors"], {True: [], False: []})[bool(item["plural"])].append(margin <= 0)
    return {n: torch.stack([torch.stack(k).float().mean() for k in kinds.values() if k]).mean().item()
            for n, kinds in wrong.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    handles = []
    for k, (name, curve) in enumerate(by_model.items()):
        xs, ys = zip(*sorted(curve.items()))
        (line,) = ax.plot(xs, ys, color=f"C{k}", marker="ov^sD*"[k % 6])
        handles.append(line)
    guess = ax.axhline(chance, color="k", ls="--")
    first = ax.legend(handles, list(by_model), loc="upper right", title="model")
    ax.add_artist(first)
    ax.legend([guess], ["chance"], loc="lower left")         # a second legend for the other line
    ax.set(xlabel=xlabel, ylabel=ylabel)
