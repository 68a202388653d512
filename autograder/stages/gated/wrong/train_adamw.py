"""Task 4.4. AdamW: the weights decay by 0.01 of the rate.

Named: adamw-for-adam

Witness:
    after(m, rounds=4)
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
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
    optimizer.zero_grad()
    return losses
