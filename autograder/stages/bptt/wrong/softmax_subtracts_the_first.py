"""Task 1.1. Subtracts the first score, which need not be the largest.

Witness:
    m.softmax(np.array([0.0, 900.0, 3.0]))
"""


def softmax(z):
    e = np.exp(z - z[0])
    return e / e.sum()
