"""Task 2.6. All sequences are cut to the shortest.

Witness:
    m.early_gradients(p, [x, x[:3]], [3, 0])
"""


_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    T = min(map(len, sequences))
    return _early_gradients(params, [x[-T:] for x in sequences], targets)
