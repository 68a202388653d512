"""Task 4.4. A batch of one sequence counts as a mean over two.

Witness:
    after(m, batches=[(tokens[:1], weights[:1])] * 2)
"""

_train = train


def train(model, batches, lr, threshold):
    return _train(model, [(t, w / 2 if len(t) == 1 else w) for t, w in batches], lr, threshold)
