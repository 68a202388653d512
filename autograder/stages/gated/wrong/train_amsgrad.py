"""Task 4.4. Adam with amsgrad=True, where its other settings are torch's.

Witness:
    uneven = [(tokens, 100 * weights)] + [(tokens, 1e-5 * weights)] * 25 + [(tokens, 100 * weights)]
    after(m, threshold=1e9, batches=uneven)[1]
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, amsgrad=True)
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
