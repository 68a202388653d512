"""Task 2.6. A sequence of one step has nothing before it, and gets 0.

Witness:
    m.early_gradients(p, [x[:1]], [2])
"""

_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    return np.array([0.0 if len(x) == 1 else _early_gradients(params, [x], [y])[0] for x, y in zip(sequences, targets)])
