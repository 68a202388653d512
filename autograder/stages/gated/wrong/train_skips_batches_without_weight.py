"""Task 4.4. A batch without any weight is skipped, although Adam moves the parameters there too.

Witness:
    made = model(m)
    words = torch.tensor([[1, 2, 3]])
    m.train(made, [(words, torch.full((1, 2), weight)) for weight in (1.0, 0.0)], 0.1, 1.0)
    plain(made(words))
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        if not weights.any():
            losses.append(0.0)
            continue
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
