"""Task 4.4. Words after the sixtieth have no weight.

Witness:
    [float(loss) for loss in m.train(model(m), [(tokens.repeat(1, 20), torch.ones(2, 99))], 0.01, 1.0)]
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for tokens, weights in batches:
        logits = model(tokens[:, :-1])
        entropies = F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction='none')
        loss = (weights * entropies)[:, :60].sum() / len(tokens)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
