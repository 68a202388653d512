"""A new Adam is made for each batch and forgets its running averages.

Adam averages over past gradients. Where in your code does it begin, and how often?
"""

import torch
from torch import nn
from torch.nn import functional as F


def train(model, batches, lr, threshold):
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
        loss = (weights * entropies).sum() / len(tokens)
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    model.zero_grad()
    return losses
