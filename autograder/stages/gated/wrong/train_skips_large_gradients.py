"""Task 4.4. No update where the gradients are a hundred times the threshold.

Witness:
    after(m, threshold=1e-3)
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
        if nn.utils.clip_grad_norm_(model.parameters(), threshold) < 100 * threshold:
            optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
