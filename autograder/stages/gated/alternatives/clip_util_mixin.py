"""Stage 4: a mixin for the parameters, torch's clip_grad_norm_, a stable identity h + z, functools."""
from __future__ import annotations

import functools
import itertools
import operator
from collections import Counter, OrderedDict
from typing import ClassVar, Iterable, Union

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

State = Union[Tensor, tuple[Tensor, Tensor]]


class Gated:
    """What the cells share. Not a module itself: each cell is one."""

    parts: ClassVar[tuple[str, ...]]

    def make(self, D: int, H: int) -> None:
        self.input_size, self.hidden_size = D, H
        rows = len(self.parts) * H
        uniform = torch.distributions.Uniform(-(H ** -0.5), H ** -0.5)
        for name, shape in {"weight_ih": (rows, D), "weight_hh": (rows, H), "bias_ih": (rows,), "bias_hh": (rows,)}.items():
            setattr(self, name, nn.Parameter(uniform.sample(shape)))

    def rows(self, part: str) -> slice:
        k = self.parts.index(part)
        return slice(k * self.hidden_size, (k + 1) * self.hidden_size)

    def both(self, x: Tensor, h: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        from_x = F.linear(x, self.weight_ih, self.bias_ih)
        from_h = F.linear(h, self.weight_hh, self.bias_hh)
        return ({p: from_x[..., self.rows(p)] for p in self.parts}, {p: from_h[..., self.rows(p)] for p in self.parts})


class RNNCell(Gated, nn.Module):
    parts = ("h",)

    def __init__(self, input_size: int, hidden_size: int) -> None:
        nn.Module.__init__(self)
        self.make(input_size, hidden_size)

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        X, U = self.both(x, state)
        return torch.tanh(X["h"] + U["h"])


class LSTMCell(Gated, nn.Module):
    parts = tuple("ifgo")

    def __init__(self, input_size: int, hidden_size: int) -> None:
        nn.Module.__init__(self)
        self.make(input_size, hidden_size)

    def forward(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        h, c = state
        X, U = self.both(x, h)
        squash = {"g": torch.tanh}
        v = {p: squash.get(p, torch.sigmoid)(X[p] + U[p]) for p in self.parts}
        c = v["f"] * c + v["i"] * v["g"]
        return v["o"] * torch.tanh(c), c


class GRUCell(Gated, nn.Module):
    parts = tuple("rzn")

    def __init__(self, input_size: int, hidden_size: int) -> None:
        nn.Module.__init__(self)
        self.make(input_size, hidden_size)

    def forward(self, x: Tensor, state: Tensor) -> Tensor:
        X, U = self.both(x, state)
        z = (X["z"] + U["z"]).sigmoid()
        n = (X["n"] + (X["r"] + U["r"]).sigmoid() * U["n"]).tanh()
        return n - z * n + z * state


CELLS = {"rnn": (RNNCell, None), "lstm": (LSTMCell, "f"), "gru": (GRUCell, "z")}


def start(cell: nn.Module, B: int, like: Tensor) -> State:
    zeros = functools.partial(like.new_zeros, (B, cell.hidden_size))
    return (zeros(), zeros()) if isinstance(cell, LSTMCell) else zeros()


def states(cell: nn.Module, x: Tensor, state: State) -> Iterable[State]:
    return itertools.islice(itertools.accumulate(x, lambda s, x_t: cell(x_t, s), initial=state), 1, None)


def unroll(cell: nn.Module, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
    every = list(states(cell, x, start(cell, x.shape[1], x) if state is None else state))
    shown = [s[0] for s in every] if isinstance(cell, LSTMCell) else every
    return torch.stack(shown), every[-1]


class LanguageModel(nn.Module):
    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, cell: str, memory_bias: float = 3.0) -> None:
        super().__init__()
        kind, keeps = CELLS.get(cell, (None, None))
        if kind is None:
            raise ValueError(f"{cell!r} is none of {', '.join(CELLS)}")
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = kind(embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if keeps:
            rows = self.cell.rows(keeps)
            with torch.no_grad():
                # keep what was drawn as the difference, and set the sum
                difference = self.cell.bias_ih[rows] - self.cell.bias_hh[rows]
                self.cell.bias_ih[rows] = (memory_bias + difference) / 2
                self.cell.bias_hh[rows] = (memory_bias - difference) / 2

    def forward(self, tokens: Tensor) -> Tensor:
        outputs, _ = unroll(self.cell, self.embedding(tokens.t()))
        return self.output(outputs).transpose(0, 1).contiguous()


def train(model: nn.Module, batches, lr: float, threshold: float) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        optimizer.zero_grad(set_to_none=True)
        scores = model(tokens[:, :-1])
        surprise = torch.logsumexp(scores, -1) - scores.gather(-1, tokens[:, 1:, None])[..., 0]
        loss = (weights * surprise).sum(dim=1).mean()
        loss.backward()
        clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.detach().item())
    optimizer.zero_grad(set_to_none=True)
    return losses


def gradient_reach(cell: nn.Module, length: int, seed: int) -> Tensor:
    torch.manual_seed(seed)
    x = torch.randn(length, 1, cell.input_size)
    lstm = isinstance(cell, LSTMCell)
    H = cell.hidden_size
    # H copies of the sequence: copy i is asked for output i alone, so one backward pass gives all rows of the Jacobians
    x = x.expand(length, H, cell.input_size)
    shifts = [torch.zeros(H, H, requires_grad=True) for _ in range(length + 1)]
    add = (lambda s, d: (s[0], s[1] + d)) if lstm else operator.add
    state = add(start(cell, H, x), shifts[0])
    for x_t, d in zip(x, shifts[1:]):
        state = add(cell(x_t, state), d)
    end = state[1] if lstm else state
    rows = torch.autograd.grad(end.diagonal().sum(), shifts)
    return torch.stack([torch.linalg.matrix_norm(J, ord=2) for J in rows])


def accuracy_by_distance(model: nn.Module, items: list[dict]) -> dict[int, float]:
    all_of, right = Counter(), Counter()
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"][None])[0, -1]
            all_of[item["distance"]] += 1
            right[item["distance"]] += bool(logits[item["target"]] == logits.max())
    return OrderedDict((d, right[d] / all_of[d]) for d in sorted(all_of))


def error_by_attractors(model: nn.Module, items: list[dict]) -> dict[int, float]:
    def key(item):
        return item["attractors"], bool(item["plural"])

    with torch.no_grad():
        rates = {}
        for (number, _), group in itertools.groupby(sorted(items, key=key), key):
            wrong = []
            for item in group:
                pair = model(item["tokens"][None])[0, -1][[item["right"], item["wrong"]]]
                wrong.append(float(pair[1] >= pair[0]))
            rates.setdefault(number, []).append(sum(wrong) / len(wrong))
    return {number: sum(r) / len(r) for number, r in rates.items()}


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    styles = itertools.product(("-", "--", "-.", ":"), ("#0072B2", "#D55E00", "#009E73", "#CC79A7"))
    for (name, curve), (linestyle, colour) in zip(by_model.items(), styles):
        order = sorted(curve, key=float)
        ax.plot(order, list(map(curve.get, order)), linestyle=linestyle, color=colour, label=name)
    ax.hlines(chance, *ax.get_xlim(), colors="grey", linestyles="dotted") if False else ax.axhline(chance, c="grey", lw=1)
    ax.legend(title="cell", ncols=2)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(0.05)
