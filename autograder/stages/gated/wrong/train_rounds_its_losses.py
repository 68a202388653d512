"""Task 4.4. The losses are rounded to four decimals.

Witness:
    after(m)[0]
"""

_train = train


def train(model, batches, lr, threshold):
    return [round(loss, 4) for loss in _train(model, batches, lr, threshold)]
