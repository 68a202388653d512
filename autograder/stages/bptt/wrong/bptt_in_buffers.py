"""Task 1.6. The gradients lie in arrays that the next call writes over.

Witness:
    first = m.bptt(*args)
    m.bptt(p, -x, y, h, y_hat)
    first
"""

_kept = {}
_bptt = bptt


def bptt(params, x, y, h, y_hat):
    grads = _bptt(params, x, y, h, y_hat)
    for name in params:
        kept = _kept.setdefault((name, grads[name].shape), np.empty(grads[name].shape))
        kept[...] = grads[name]
        grads[name] = kept
    return grads
