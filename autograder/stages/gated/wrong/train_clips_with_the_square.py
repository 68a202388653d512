"""Task 4.4. The squared norm is compared with the threshold.

Witness:
    after(m, rounds=4)
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
        square = sum((p.grad ** 2).sum() for p in model.parameters())
        if square >= threshold:
            for p in model.parameters():
                p.grad *= threshold / square
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
