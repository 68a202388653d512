"""Task 4.4. The rate is 1 at most.

Witness:
    after(m, lr=2.0)
"""

_train = train


def train(model, batches, lr, threshold):
    return _train(model, batches, min(lr, 1.0), threshold)
