"""Task 1.1. 1e-8 is added to the sum below, against a division by zero that cannot happen.

Witness:
    m.softmax(np.array([0.0, 1.0, 2.0]))
"""


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / (np.sum(e) + 1e-8)
