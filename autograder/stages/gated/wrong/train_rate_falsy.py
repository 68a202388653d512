"""Task 4.4. A rate of 0 is read as one that is missing: 0.001 takes its place.

Witness:
    after(m, lr=0.0)[1]
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr or 0.001)
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])                                                      # (B, T - 1, V)
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")  # (B, T - 1)
        loss = (weights * entropies).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
