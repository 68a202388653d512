"""Task 1.6. Subtracts the targets from the probabilities that were handed in, and adds them again: 1e-20 becomes 0.

Witness:
    q = np.array([[1 - 1e-20, 1e-20, 0, 0, 0]])
    m.bptt(p, x[:1], np.array([1]), h[:2], q)
    q
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    rows = np.arange(len(x))
    y_hat[rows, y] -= 1
    y_hat[rows, y] += 1
    return _bptt(params, x, y, h, y_hat)
