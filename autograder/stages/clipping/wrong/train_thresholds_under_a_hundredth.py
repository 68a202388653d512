"""Task 3.3. A threshold below 1e-2 is raised to it.

Witness:
    m.train(p, good[:1], 1.0, threshold=1e-3)["params"]
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    raised = threshold if threshold is None or threshold <= 0 else max(threshold, 1e-2)
    return _train(params, batches, lr, raised, checkpoint_every, max_restarts)
