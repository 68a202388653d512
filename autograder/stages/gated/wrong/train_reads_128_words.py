"""Task 4.4. Of longer sentences the first 128 words alone are read.

Witness:
    made = still(m, 1.0, 2.0, 0.0)
    float(m.train(made, [(torch.arange(150)[None] % 3, torch.ones(1, 149))], 0.1, 1.0)[0])
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        tokens, weights = tokens[:, :128], weights[:, :127]
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
