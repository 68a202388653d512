"""Task 4.4. The rate falls to a tenth where the losses have not fallen for six batches.

Witness:
    made = still(m, 1.0, 2.0, 0.0)
    words = torch.tensor([[0, 1]])
    m.train(made, [(words, torch.tensor([[float(weight)]])) for weight in range(1, 10)], 0.001, 1e9)
    plain(made.output.bias)
"""


def train(model, batches, lr, threshold):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=5)
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
        schedule.step(losses[-1])
    optimizer.zero_grad()
    return losses
