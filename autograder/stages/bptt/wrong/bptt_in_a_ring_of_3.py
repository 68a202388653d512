"""Task 1.6. The gradients lie in three sets of arrays, which are filled in turn.

Witness:
    first = m.bptt(*args)
    for scale in (2, 3, 4):
        m.bptt(p, scale * x, y, h, y_hat)
    first
"""

_sets = {}
_turn = [0]
_bptt = bptt


def bptt(params, x, y, h, y_hat):
    _turn[0] += 1
    grads = _bptt(params, x, y, h, y_hat)
    for name, grad in grads.items():
        kept = _sets.setdefault((_turn[0] % 3, name, grad.shape), np.empty(grad.shape))
        kept[...] = grad
        grads[name] = kept
    return grads
