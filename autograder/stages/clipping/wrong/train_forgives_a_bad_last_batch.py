"""Task 3.3. A last batch that fails is not counted: there is nothing to go on with.

Witness:
    m.train(p, good[:3] + [bad], 0.01)
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    out = _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
    before = _train(params, batches[:-1], lr, threshold, checkpoint_every, max_restarts)
    return before if out["restarts"] > before["restarts"] else out
