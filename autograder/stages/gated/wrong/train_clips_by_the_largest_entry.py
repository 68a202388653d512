"""Task 4.4. The norm is the largest entry (norm_type=inf).

Named: clipped-by-the-largest-entry

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
        nn.utils.clip_grad_norm_(model.parameters(), threshold, norm_type=float("inf"))
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
