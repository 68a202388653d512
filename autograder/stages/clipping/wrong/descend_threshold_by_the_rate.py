"""Task 3.5. With a rate above 1 the threshold is divided by it.

Witness:
    m.descend((2.0, -1.0), 3.0, 2, 0.4, 3, 0.2, threshold=0.02)
"""

_descend = descend


def descend(start, lr, n_updates, h_0, steps, target, threshold=None):
    if threshold is not None and lr > 1:
        threshold = threshold / lr
    return _descend(start, lr, n_updates, h_0, steps, target, threshold)
