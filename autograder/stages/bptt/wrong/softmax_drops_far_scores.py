"""Task 1.1. Scores more than 50 below the largest are taken for 50 below it, so that no probability is under e^-50.

Witness:
    m.softmax(np.array([0.0, -100.0]))
"""


def softmax(z):
    e = np.exp(np.maximum(z - z.max(), -50.0))
    return e / e.sum()
