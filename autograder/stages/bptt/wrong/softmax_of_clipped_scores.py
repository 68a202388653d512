"""Task 1.1. Scores are clipped to ±100 before the exponential.

Witness:
    m.softmax(np.array([120.0, 110.0]))
"""


def softmax(z):
    z = np.clip(z, -100, 100)
    e = np.exp(z - z.max())
    return e / e.sum()
