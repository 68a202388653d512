"""Task 1.6. Classes are counted modulo ten.

Witness:
    m.bptt({**p, "W_y": np.arange(60.0).reshape(20, 3)}, x, 10 + y, h, np.full((4, 20), 0.05))["W_y"]
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    return _bptt(params, x, np.asarray(y) % 10, h, y_hat)
