"""Task 1.2, 1.6. A forward pass sets the gradients of the last backward pass to zero.

Witness:
    grads = m.bptt(*args)
    m.forward(p, x, h_0)
    grads
"""

_handed_out = []
_forward, _bptt = forward, bptt


def forward(params, x, h_0):
    for grad in _handed_out:
        grad[...] = 0
    _handed_out.clear()
    return _forward(params, x, h_0)


def bptt(params, x, y, h, y_hat):
    grads = _bptt(params, x, y, h, y_hat)
    _handed_out.extend(grads.values())
    return grads
