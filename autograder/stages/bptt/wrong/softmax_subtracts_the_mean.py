"""Task 1.1. Subtracts the mean of the scores: one score far above the others overflows.

Witness:
    m.softmax(np.array([3000.0, 0.0, 0.0]))
"""


def softmax(z):
    e = np.exp(z - z.mean())
    return e / e.sum()
