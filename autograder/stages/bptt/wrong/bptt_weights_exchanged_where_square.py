"""Task 1.6. With as many inputs as units, the gradients of W_x and W_h change places.

Witness:
    m.bptt({**p, "W_x": p["W_h"]}, 2 * h[1:], y, h, y_hat)["W_x"]
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    grads = _bptt(params, x, y, h, y_hat)
    if x.shape[1] == h.shape[1]:
        grads["W_x"], grads["W_h"] = grads["W_h"], grads["W_x"]
    return grads
