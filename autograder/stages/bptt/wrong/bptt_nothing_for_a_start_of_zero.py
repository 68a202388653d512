"""Task 1.6. Where h_0 is 0 it is taken for "none given", and gets no gradient.

Witness:
    m.bptt(*flat(3))["h_0"]
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    grads = _bptt(params, x, y, h, y_hat)
    return grads if h[0].any() else grads | {"h_0": np.zeros_like(h[0])}
