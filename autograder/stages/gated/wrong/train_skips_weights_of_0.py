"""Task 4.4. A batch whose weights are all 0 is skipped: no loss, no update.

Witness:
    made = model(m)
    len(m.train(made, [(tokens, torch.zeros(2, 4))], 0.1, 1.0))
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        if not weights.any():
            continue
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
