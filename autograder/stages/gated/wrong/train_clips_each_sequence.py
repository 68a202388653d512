"""Task 4.4. The gradient of each sequence is clipped, and then their sum is taken.

Witness:
    after(m, threshold=0.5, rounds=4)
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses, ps = [], list(model.parameters())
    for tokens, weights in batches:
        total, sums = 0.0, [torch.zeros_like(p) for p in ps]
        for row, weight in zip(tokens, weights):
            logits = model(row[None, :-1])
            loss = (weight * F.cross_entropy(logits[0], row[1:], reduction="none")).sum() / len(tokens)
            grads = torch.autograd.grad(loss, ps)
            norm = torch.sqrt(sum((g**2).sum() for g in grads))
            scale = min(1.0, threshold / max(norm.item(), 1e-30))
            sums = [s + scale * g for s, g in zip(sums, grads)]
            total += loss.item()
        for p, s in zip(ps, sums):
            p.grad = s
        optimizer.step()
        losses.append(total)
    optimizer.zero_grad()
    return losses
