"""Steps are checkpointed in blocks and computed again on the way back; Adam is fused; one-hot words; jvp for the reach."""
import math
from collections import defaultdict
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint


class Gated(nn.Module):
    gates = 1

    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        draw = torch.distributions.Uniform(-hidden_size ** -0.5, hidden_size ** -0.5)
        rows = self.gates * hidden_size
        for name, shape in dict(weight_ih=(rows, input_size), weight_hh=(rows, hidden_size), bias_ih=(rows,), bias_hh=(rows,)).items():
            self.register_parameter(name, nn.Parameter(draw.sample(shape)))

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(Gated):
    def forward(self, x, state):
        return torch.addmm(torch.addmm(self.bias_ih + self.bias_hh, x, self.weight_ih.T), state, self.weight_hh.T).tanh()


class LSTMCell(Gated):
    gates = 4

    def forward(self, x, state):
        h, c = state
        a = torch.addmm(self.bias_ih, x, self.weight_ih.mT) + torch.addmm(self.bias_hh, h, self.weight_hh.mT)
        i, f, g, o = a.unflatten(1, (4, -1)).unbind(1)
        c = torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        return o.sigmoid() * c.tanh(), c


class GRUCell(Gated):
    gates = 3

    def forward(self, x, state):
        xs = F.linear(x, self.weight_ih, self.bias_ih).tensor_split(3, dim=-1)
        hs = F.linear(state, self.weight_hh, self.bias_hh).tensor_split(3, dim=-1)
        r, z = torch.sigmoid(xs[0] + hs[0]), torch.sigmoid(xs[1] + hs[1])
        n = torch.tanh(torch.addcmul(xs[2], r, hs[2]))
        return torch.lerp(n, state, z)


def block(cell, x, *state):
    lstm = isinstance(cell, LSTMCell)
    out = []
    for x_t in x:
        state = cell(x_t, state if lstm else state[0])
        state = state if lstm else (state,)
        out.append(state[0])
    return torch.stack(out), *state


def unroll(cell, x, state=None):
    lstm = isinstance(cell, LSTMCell)
    if state is None:
        state = x.new_zeros(2 if lstm else 1, x.shape[1], cell.hidden_size).unbind(0)
    elif not lstm:
        state = (state,)
    outputs = []
    for part in x.split(32):
        out, *state = checkpoint(partial(block, cell), part, *state, use_reentrant=False)
        outputs.append(out)
    return torch.cat(outputs), tuple(state) if lstm else state[0]


class LanguageModel(nn.Module):
    cells = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}

    def __init__(self, vocab_size, embedding_size, hidden_size, cell, memory_bias=3.0):
        super().__init__()
        try:
            kind = self.cells[cell]
        except KeyError:
            raise ValueError(f"no cell {cell!r}") from None
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = kind(embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size, bias=True)
        if kind.gates > 1:
            for bias in (self.cell.bias_ih, self.cell.bias_hh):
                bias.data.unflatten(0, (kind.gates, -1))[1].fill_(memory_bias / 2)

    def forward(self, tokens):
        words = F.one_hot(tokens, self.embedding.num_embeddings).to(self.embedding.weight.dtype) @ self.embedding.weight
        h, _ = unroll(self.cell, words.movedim(1, 0))
        return self.output(h).movedim(0, 1)


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    losses = []
    for tokens, weights in batches:
        logp = model(tokens[:, :-1]).log_softmax(-1)
        loss = -(weights * logp.gather(2, tokens[:, 1:, None]).squeeze(2)).sum() / tokens.shape[0]
        loss.backward()
        norm = torch.sqrt(sum(p.grad.double().square().sum() for p in model.parameters()))
        if norm >= threshold:
            for p in model.parameters():
                p.grad *= threshold / norm
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
    return losses


def gradient_reach(cell, length, seed):
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    H, lstm = cell.hidden_size, isinstance(cell, LSTMCell)
    was = [p.requires_grad for p in cell.parameters()]
    try:
        state = torch.zeros(1, H)
        state = (state, state) if lstm else state
        jacobians = []
        for x_t in x:
            flat = torch.cat(state, 1)[0] if lstm else state[0]

            def step(v):
                out = cell(x_t, v[None].split(H, dim=1)) if lstm else cell(x_t, v[None])
                return torch.cat(out, 1)[0] if lstm else out[0]
            with torch.no_grad():
                state = cell(x_t, state)
            jacobians.append(torch.func.jacfwd(step)(flat).detach().double())
        J, norms = torch.eye(H * (1 + lstm), dtype=torch.float64), []
        J = J[-H:]
        for A in [*jacobians[::-1], None]:
            norms.append(torch.linalg.matrix_norm(J[:, -H:], ord=2))
            if A is not None:
                J = J @ A
        return torch.stack(norms[::-1]).float()
    finally:
        for p, flag in zip(cell.parameters(), was):
            p.requires_grad_(flag)


@torch.inference_mode()
def accuracy_by_distance(model, items):
    found = defaultdict(list)
    for item in items:
        logits = model(item["tokens"].unsqueeze(0))[0, -1]
        found[item["distance"]].append(int(logits.topk(1).indices.item() == item["target"]))
    return {d: math.fsum(v) / len(v) for d, v in found.items()}


@torch.inference_mode()
def error_by_attractors(model, items):
    found = defaultdict(lambda: defaultdict(list))
    for item in items:
        right, wrong = model(item["tokens"][None])[0, -1, [item["right"], item["wrong"]]].tolist()
        found[item["attractors"]][bool(item["plural"])].append(wrong >= right)
    return {k: sum(sum(v) / len(v) for v in kinds.values()) / len(kinds) for k, kinds in found.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for (name, curve), marker in zip(by_model.items(), "osD^v<>pP*Xh" * 5):
        points = sorted(curve.items())
        ax.plot(*zip(*points), marker=marker, label=name)
    ax.axhline(chance, color="0.5", linestyle=":")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
