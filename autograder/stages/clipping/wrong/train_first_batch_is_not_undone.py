"""Task 3.3. Before the first accepted update nothing counts as a restart.

Witness:
    m.train(p, [bad] + good[:3], 0.01)
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    batches = list(batches)
    while batches and not _train(params, batches[:1], lr, threshold, checkpoint_every, max_restarts)["losses"]:
        batches.pop(0)
    return _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
