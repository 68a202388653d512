"""Task 3.3. Sequences of one step are too short, and left out.

Witness:
    m.train(one, [still] * 3, 0.1)
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    return _train(params, [b for b in batches if len(b[0]) > 1], lr, threshold, checkpoint_every, max_restarts)
