"""Task 3.3. With a rate above 1 the threshold is divided by it, so that no step is longer than the threshold.

Witness:
    m.train(p, good, 2.0, threshold=0.5)["params"]
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    if threshold is not None and lr > 1:
        threshold = threshold / lr
    return _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
