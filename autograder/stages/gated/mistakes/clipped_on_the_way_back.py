"""The gradient is clipped at every step of the backward pass.

Algorithm 1 clips once, the whole gradient, when the backward pass is over. What is left of the direction of steepest descent
when each state's gradient is clipped on the way?
"""

import torch


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        state, outputs = None, []
        for x_t in model.embedding(tokens[:, :-1]).transpose(0, 1):
            h, state = unroll(model.cell, x_t.unsqueeze(0), state)
            for part in state if isinstance(state, tuple) else (state,):
                part.register_hook(lambda grad: grad.clamp(-threshold, threshold))
            outputs.append(h[0])
        logits = model.output(torch.stack(outputs, dim=1))
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
        loss = (weights * entropies).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
