"""Task 4.4. Batches are taken from the shortest to the longest.

Witness:
    after(m, batches=[batches[0], (tokens[:, :3], weights[:, :2])])
"""

_train = train


def train(model, batches, lr, threshold):
    return _train(model, sorted(batches, key=lambda batch: batch[0].shape[1]), lr, threshold)
