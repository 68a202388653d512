"""Task 4.4. log(p + 1e-9): no loss of a word is above 20.7.

Witness:
    m.train(still(m, 0.0, 150.0, -150.0), [(torch.tensor([[1, 2, 0]]), torch.ones(1, 2))], 0.1, 1.0)
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])
        entropies = -(logits.softmax(dim=2).gather(2, tokens[:, 1:, None])[..., 0] + 1e-9).log()
        loss = (weights * entropies).sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
