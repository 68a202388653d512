"""Task 1.1. The result has the dtype of the scores: whole-number scores give zeros and ones.

Witness:
    m.softmax(np.array([1, 2, 3]))
"""


def softmax(z):
    out = np.zeros_like(z)
    e = np.exp(z - z.max())
    out[...] = e / e.sum()
    return out
