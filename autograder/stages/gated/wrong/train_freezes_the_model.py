"""Task 4.4. The parameters of the model require no gradient afterwards.

Witness:
    made = model(m)
    m.train(made, batches, 0.1, 1.0)
    made.output.weight.requires_grad
"""

_train = train


def train(model, batches, lr, threshold):
    losses = _train(model, batches, lr, threshold)
    model.requires_grad_(False)
    return losses
