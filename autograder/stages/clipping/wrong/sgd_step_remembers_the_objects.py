"""Task 3.1. Remembers results by the objects that came in, whatever is in them by now.

Witness:
    q = {k: v.copy() for k, v in p.items()}
    m.sgd_step(q, p, 0.1)
    q["b"] += 1
    m.sgd_step(q, p, 0.1)
"""

_known = {}
_sgd_step = sgd_step


def sgd_step(params, grads, lr):
    key = id(params), id(grads), lr
    if key not in _known:
        _known[key] = _sgd_step(params, grads, lr)
    return {k: v.copy() for k, v in _known[key].items()}
