"""Task 4.4. The last gradients stay in the parameters.

Witness:
    M = model(m)
    m.train(M, batches, 0.1, 1.0)
    all(p.grad is None or not p.grad.any() for p in M.parameters())

Named: last-gradient-left-behind
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
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
    return losses
