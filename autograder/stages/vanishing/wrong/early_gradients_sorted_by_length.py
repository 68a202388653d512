"""Task 2.6. The sequences are sorted by length, and the results stay in that order.

Witness:
    m.early_gradients(p, [x[:3], x[:2]], [2, 1])
"""

_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    return _early_gradients(params, [sequences[i] for i in order], [targets[i] for i in order])
