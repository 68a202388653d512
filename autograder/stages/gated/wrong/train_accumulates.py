"""Task 4.4. An update is made after every second batch.

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
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        if len(losses) % 2:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
