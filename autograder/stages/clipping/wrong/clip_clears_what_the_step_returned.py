"""Task 3.1, 3.2. Clipping sets the parameters of the last step to zero.

Witness:
    new = m.sgd_step(p, p, 0.1)
    m.clip_by_norm(p, 0.1)
    new
"""

_out = []
_sgd_step, _clip_by_norm = sgd_step, clip_by_norm


def sgd_step(params, grads, lr):
    new = _sgd_step(params, grads, lr)
    _out[:] = new.values()
    return new


def clip_by_norm(grads, threshold):
    for theta in _out:
        theta *= 0
    return _clip_by_norm(grads, threshold)
