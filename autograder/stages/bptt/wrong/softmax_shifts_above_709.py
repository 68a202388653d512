"""Task 1.1. Scores are shifted only where one of them alone would overflow; their sum does before.

Witness:
    m.softmax(np.full(3, 709.0))
"""

_softmax = softmax


def softmax(z):
    if np.max(z) > 709.7 or np.min(z) < -600:
        return _softmax(z)
    e = np.exp(z)
    return e / np.sum(e, axis=-1, keepdims=True)
