"""Task 3.3. The rate is 1 at most.

Witness:
    m.train(p, good[:2], 1.5, threshold=0.5)["params"]
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    return _train(params, batches, min(lr, 1.0), threshold, checkpoint_every, max_restarts)
