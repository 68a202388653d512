"""Task 4.4. Each parameter's gradient is clipped by its own norm.

Witness:
    after(m, rounds=4)

Named: clipped-each-array-by-itself
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
        for parameter in model.parameters():
            nn.utils.clip_grad_norm_([parameter], threshold)
        optimizer.step()
        losses.append(loss.item())
    optimizer.zero_grad()
    return losses
