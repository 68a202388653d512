"""Task 3.3. A batch that is in the list twice is trained on once.

Witness:
    m.train(p, good[:2] * 2, 0.01)
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    batches = list({b[0].tobytes() + b[1].tobytes() + b[2].tobytes(): b for b in batches}.values())
    return _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
