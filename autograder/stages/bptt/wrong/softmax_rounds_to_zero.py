"""Task 1.1. Probabilities under 1e-15 are set to 0.

Witness:
    m.softmax(np.array([0.0, -60.0, 1.0]))
"""


def softmax(z):
    e = np.exp(z - z.max())
    s = e / e.sum()
    s[s < 1e-15] = 0
    return s
