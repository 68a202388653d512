"""The updates are those of plain gradient descent, not of Adam.

Which optimizer does the task name? With Adam, how far does a parameter move in the first update?
"""

import torch
from torch import nn
from torch.nn import functional as F


def train(model, batches, lr, threshold):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
        loss = (weights * entropies).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
