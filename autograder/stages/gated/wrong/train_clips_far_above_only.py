"""Task 4.4. Only gradients of more than one and a half times the threshold are clipped.

Witness:
    steps = [(tokens, 1.2 ** i * weights) for i in range(12)]
    after(m, threshold=1.5, batches=steps)
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
        norm = torch.sqrt(sum((p.grad ** 2).sum() for p in model.parameters()))
        if norm > 1.5 * threshold:
            for p in model.parameters():
                p.grad *= threshold / norm
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
