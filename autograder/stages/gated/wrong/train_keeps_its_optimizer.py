"""Task 4.4. The optimizer is remembered by the model: a second call goes on with its moments.

Witness:
    M = model(m)
    m.train(M, batches, 0.1, 1.0)
    m.train(M, batches, 0.1, 1.0)
"""


_optimizers = {}


def train(model, batches, lr, threshold):
    optimizer = _optimizers.setdefault(id(model), torch.optim.Adam(model.parameters(), lr=lr))
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
