"""The language model of the baselines: PyTorch's own cells, stepped one word at a time."""

import torch
from torch import nn
from torch.nn import functional as F

CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
# Rows of the gate that keeps the memory, in units of the hidden size: the LSTM's forget gate, the GRU's update gate.
MEMORY_GATE = {"lstm": 1, "gru": 1}


class LanguageModel(nn.Module):
    """Embedding, one recurrent cell, linear output.

    Parameters
    ----------
    vocab_size, embedding_size, hidden_size : int
        V, E and H.
    cell : {"rnn", "lstm", "gru"}
        The recurrent cell.
    memory_bias : float
        Sum of the two biases of the LSTM's forget gate, or of the GRU's update gate, at the start.
    start : {"torch", "identity", "orthogonal"}
        Of the recurrent weights of the plain cell: PyTorch's own; the identity, zero biases and ReLU in place of tanh (Le, Jaitly
        & Hinton 2015); or a random orthogonal matrix.
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str,
        memory_bias: float = 3.0,
        start: str = "torch",
    ):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.cell = CELLS[cell](embedding_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        if cell in MEMORY_GATE:
            first = MEMORY_GATE[cell] * hidden_size
            with torch.no_grad():
                self.cell.bias_ih[first : first + hidden_size] = memory_bias
                self.cell.bias_hh[first : first + hidden_size] = 0.0
        if start == "identity":
            self.cell.nonlinearity = "relu"
            nn.init.eye_(self.cell.weight_hh)
            nn.init.zeros_(self.cell.bias_ih)
            nn.init.zeros_(self.cell.bias_hh)
        elif start == "orthogonal":
            nn.init.orthogonal_(self.cell.weight_hh)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Logits (B, T, V) for tokens (B, T); those at t see tokens up to t."""
        state, outputs = None, []
        for x_t in self.embedding(tokens).unbind(1):  # (B, E)
            state = self.cell(x_t, state)  # (B, H), or two of them
            outputs.append(state[0] if isinstance(state, tuple) else state)
        return self.output(torch.stack(outputs, dim=1))  # (B, T, V)


def train(model: nn.Module, batches: list[tuple], lr: float, threshold: float) -> list[float]:
    """One Adam step a batch on sum(weights * cross-entropy) / B, the gradient's norm clipped; returns the losses."""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])  # (B, T - 1, V)
        errors = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")  # (B, T - 1)
        loss = (weights * errors).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def last_logits(model: nn.Module, items: list[dict], group: int = 64) -> torch.Tensor:
    """Logits (N, V) after each item's last token."""
    result = [None] * len(items)
    order = sorted(range(len(items)), key=lambda index: len(items[index]["tokens"]))
    for start in range(0, len(order), group):
        chosen = order[start : start + group]
        lengths = [len(items[index]["tokens"]) for index in chosen]
        padded = nn.utils.rnn.pad_sequence([items[index]["tokens"] for index in chosen], batch_first=True)
        logits = model(padded)
        for place, index in enumerate(chosen):
            result[index] = logits[place, lengths[place] - 1]
    return torch.stack(result)


def accuracy_by_distance(model: nn.Module, items: list[dict]) -> dict[int, float]:
    """Share of stories, for each distance, whose noun has the largest logit of all words."""
    best = last_logits(model, items).argmax(dim=1)
    right = best == torch.tensor([item["target"] for item in items])
    return _means(right, [item["distance"] for item in items])


def error_by_attractors(model: nn.Module, items: list[dict]) -> dict[int, float]:
    """Error, for each number of attractors: mean of the rates of singular and plural subjects."""
    logits = last_logits(model, items)
    right, wrong = (torch.tensor([item[key] for item in items])[:, None] for key in ("right", "wrong"))
    errors = (logits.gather(1, wrong) >= logits.gather(1, right))[:, 0]
    rates = _means(errors, [(item["attractors"], item["plural"]) for item in items])
    counts = sorted({count for count, _ in rates})
    return {count: (rates[count, False] + rates[count, True]) / 2 for count in counts}


def _means(values: torch.Tensor, keys: list) -> dict:
    groups = {key: [] for key in sorted(set(keys))}
    for value, key in zip(values.tolist(), keys):
        groups[key].append(value)
    return {key: sum(group) / len(group) for key, group in groups.items()}
