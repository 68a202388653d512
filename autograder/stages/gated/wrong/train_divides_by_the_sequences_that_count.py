"""Task 4.4. The loss is divided by the number of sequences with a weight above 0.

Witness:
    silent = torch.tensor([[1.0], [0.0]]) * weights
    after(m, batches=[(tokens, silent), batches[1]])
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        entropies = F.cross_entropy(model(tokens[:, :-1]).transpose(1, 2), tokens[:, 1:], reduction="none")
        loss = (weights * entropies).sum() / max(1, int(weights.any(dim=1).sum()))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
