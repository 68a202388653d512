"""Task 1.6. The probabilities are read in the order in which they lie in memory.

Witness:
    m.bptt(p, x, y, h, np.asfortranarray(y_hat))
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    return _bptt(params, x, y, h, y_hat.ravel(order="K").reshape(y_hat.shape))
