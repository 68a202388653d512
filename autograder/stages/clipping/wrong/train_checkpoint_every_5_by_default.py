"""Task 3.3. Unless told, a checkpoint is taken after every 5 updates, not after every 10.

Witness:
    m.train(p, [*good[:7], bad], 0.1)["params"]
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=5, max_restarts=5):
    return _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
