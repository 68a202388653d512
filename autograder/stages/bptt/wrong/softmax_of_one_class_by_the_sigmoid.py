"""Task 1.1. One class alone is taken for one of two, and gets the sigmoid of its score.

Witness:
    m.softmax(np.array([0.3]))
"""

_softmax = softmax


def softmax(z):
    return 1 / (1 + np.exp(-z)) if len(z) == 1 else _softmax(z)
