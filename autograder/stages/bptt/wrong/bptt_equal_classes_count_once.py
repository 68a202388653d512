"""Task 1.6. The one-hot part of dL/dW_y is added with an index, in which a class that occurs twice counts once.

Witness:
    m.bptt(p, x, np.array([1, 1, 1, 2]), h, y_hat)["W_y"]
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    grads = _bptt(params, x, y, h, y_hat)
    grads["W_y"] = y_hat.T @ h[1:]
    grads["W_y"][y] -= h[1:]
    return grads
